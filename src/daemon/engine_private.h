/*
 * engine_private: what engine.c (its life and loop) and engine_round.c (one round) share. Nobody else includes it.
 */
#ifndef DAEMON_ENGINE_PRIVATE_H
#define DAEMON_ENGINE_PRIVATE_H

#include <stdatomic.h>

#include "daemon/bulletin.h"
#include "daemon/engine.h"
#include "daemon/errand.h"
#include "daemon/examiner.h"
#include "daemon/flight.h"
#include "daemon/inquiry.h"
#include "daemon/keeper.h"
#include "daemon/outcome.h"
#include "daemon/syncer.h"
#include "daemon/vitals.h"

struct engine {
    const struct engine_config *config;
    struct desk desk;
    struct fetcher *fetcher;
    struct flights flights;
    struct errands errands;
    struct inquiries inquiries;
    struct bulletins bulletins;
    struct acks acks;
    struct syncer *syncer;
    struct batch batches[2], *spare; /* one is given to the syncer, or none */
    int claimed;                     /* calls of that one: as good as under way */
    struct mailbox *mailbox;
    struct status *status;
    struct status_facts facts;
    struct vitals vitals;
    struct keeper *keeper;
    struct examiner *examiner;
    int64_t drift_ms;   /* a jump of the wall clock that is not dealt with yet */
    int64_t full_until; /* monotonic; no claims before */
    int64_t work_at;    /* wall: when timers or due rows want another round */
    int exit_code;      /* not 0: the book is lost */
    atomic_bool is_stopping;
    int64_t stop_by; /* monotonic */
};

enum { BATCH_BYTES = 1024 * 1024, FULL_RETRY_MS = 1000 };

/* Takes at most BATCH_COUNT mails, and *now is when; rulesets are installed on the way. Returns how many outcomes there are. */
size_t engine_gather(struct engine *engine, struct outcome *outcomes, int64_t *now);

/* One round over the outcomes, all at once or carefully. They are told, or handed to the syncer, or refused. */
void engine_round(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now);
void engine_round_carefully(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now);

void engine_refuse(struct engine *engine, struct outcome *outcomes, size_t count, const char *sentence);

/* Takes the batch back that the syncer is done with, or waits until it is. */
void engine_finish_batch(struct engine *engine, bool is_waiting);

/* Webhooks that the last life of the program stored and did not decide. */
void engine_decide_left_over(struct engine *engine);

void engine_note_fault(struct engine *engine, const struct error *error);

/* Has a call ended whose end is not in the book yet? */
bool engine_has_ended(const struct engine *engine);

/* Not while stopping, nor while there is no room to note what came of a call. */
bool engine_may_claim(const struct engine *engine);

/* Calls to Braze in the air, and those that wait for the disk. */
int engine_calls(const struct engine *engine);

#endif
