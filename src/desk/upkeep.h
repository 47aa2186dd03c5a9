/*
 * upkeep: what is due by the clock. Timers are rows: a restart loses none.
 *
 *     forget   once an hour: drops keys for duplicates older than 30 days and cooldowns that are over, a few hundred at
 *              a time
 *     expire   every ten seconds: ends outbox rows whose deadline passed, also those that could not be
 * claimed
 *
 * What has its moment in a row of its own needs none of these: calls, questions and dialogues whose time is over, conversations
 * in which nobody says anything any more (desk/idle.h), and those that have ended and are to be summed up (desk/parting.h).
 */
#ifndef DESK_UPKEEP_H
#define DESK_UPKEEP_H

#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"

/* Inside the caller's transaction: runs what is due. */
int upkeep_run(struct desk *desk, int64_t now, struct error *error);

/*
 * The wall clock jumped by `drift_ms` (negative: back) while we ran: what waits keeps its length, nothing freezes until the
 * clock is where it was. upkeep_clamp does the same at a start, where the jump is not known. Inside a transaction.
 */
int upkeep_clock_jumped(struct desk *desk, int64_t drift_ms, int64_t now, struct error *error);
int upkeep_clamp(struct desk *desk, int64_t now, struct error *error);

/* When something is due next. */
int upkeep_next(struct desk *desk, int64_t *at, struct error *error);

/* Rows that still have to leave. */
void upkeep_count_pending(struct desk *desk, int64_t *pending);

#endif
