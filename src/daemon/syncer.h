/*
 * syncer: the thread that waits for the disk, so that the engine need not.
 *
 * The engine commits a batch early (store/db.h: written, and not yet durable), hands it over, and works on the
 * next one. This thread makes the log durable, and only then tells the senders of webhooks that their messages
 * are kept. Whatever else has to wait for the disk (people's acts, calls to be started) is the engine's, when it
 * takes the batch back. One batch at a time is here: the engine takes it back before it hands over the next, so
 * batches become durable, and are told, in their order.
 *
 * All functions but the thread itself belong to the engine's thread. A batch, and what it holds, belongs to the
 * syncer from syncer_give until syncer_take has returned it.
 */
#ifndef DAEMON_SYNCER_H
#define DAEMON_SYNCER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "daemon/outcome.h"
#include "desk/dispatch.h"
#include "desk/service.h"
#include "store/db.h"

enum { BATCH_COUNT = 256 };

struct claims { /* owned */
    struct call *calls;            /* to Braze */
    struct service_call *services; /* to the business's services */
    struct consult_call *consults; /* to backends */
    struct notify_call *tellings;  /* to other desks */
};

struct batch {
    struct outcome outcomes[BATCH_COUNT];
    size_t count;
    struct claims claims; /* made in it, to be started */
    int result;           /* by the syncer: 0, or -1 and the reason: nobody was told anything */
    struct error error;
};

struct syncer;

/* `wake` is called by the thread whenever a batch is done. Signals must be blocked: the thread inherits the mask. */
struct syncer *syncer_new(struct db *db, void (*wake)(void *), void *context);
void syncer_free(struct syncer *syncer); /* with no batch given that was not taken back */

/* Hands over a batch; none may be there. */
void syncer_give(struct syncer *syncer, struct batch *batch);

/* The batch when it is done, or NULL; with is_waiting NULL only when there is none. */
struct batch *syncer_take(struct syncer *syncer, bool is_waiting);

#endif
