/*
 * engine: the one thread that owns the book.
 *
 *     HTTP threads ──put──▶ mailbox ──take──▶ ┌─────────────────────────────────┐
 *     loader thread ─put──▶                   │ engine: one transaction a round │──start──▶ curl ──▶ Braze
 *                                             └─────────────────────────────────┘◀──done─── curl ◀── Braze
 *                                                   │ batch         ▲ durable
 *     HTTP threads ◀─settle── receipts ◀──────── syncer: fdatasync of the log
 *
 * A round: settle finished calls, take webhooks and people's acts, decide, run timers, claim what is due, commit.
 * While the syncer waits for the disk, the engine decides the next batch; once the batch is durable, the syncer
 * releases its receipts, and the engine acknowledges people's acts, starts the claimed calls, and waits in curl
 * (engine_run returns to the wait only). Calls to services of the business go the same way beside those to Braze
 * (daemon/errand.h). A backup of the book goes forward by a step between two rounds (daemon/keeper.h). Nothing is
 * acknowledged or sent that is not on disk. Other threads may put into the mailbox, wake, and read the status.
 */
#ifndef DAEMON_ENGINE_H
#define DAEMON_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/mailbox.h"
#include "daemon/status.h"
#include "desk/desk.h"

struct engine;

struct engine_config { /* borrowed; must outlive the engine */
    const char *db_path;
    const char *listen;    /* where webhooks arrive */
    const char *braze_url; /* without a trailing slash */
    const char *braze_key;
    int braze_timeout_ms;
};

/* Takes over the desk (desk_open was called). Never NULL. */
struct engine *engine_new(const struct engine_config *config, const struct desk *desk, struct status *status);

struct mailbox *engine_mailbox(struct engine *engine);

/* Runs until engine_stop was called and what was acknowledged is settled, or the book is lost: 0, or the exit
 * code. */
int engine_run(struct engine *engine);

/* Any thread, also in a signal's wake: claim nothing more, finish what is under way (at most about one call's
 * timeout), end. */
void engine_stop(struct engine *engine);

/* After engine_run: closes the book properly when it returned 0. */
void engine_free(struct engine *engine);

#endif
