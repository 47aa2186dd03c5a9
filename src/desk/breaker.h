/*
 * breaker: is a backend to be asked now? A circuit breaker for each, kept as the lane 'backend NAME' (desk/health.h).
 *
 *     closed      it is asked. One failure or two change nothing yet
 *     open        it has failed BREAKER_FAILURES times in a row, told us to wait, or refuses our key: nobody asks it before
 *                 a moment, and questions go on to its fallback at once
 *     half-open   that moment has come: one question is a trial, the others still go on. Its success closes the circuit
 */
#ifndef DESK_BREAKER_H
#define DESK_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/vendor.h"
#include "base/error.h"
#include "desk/desk.h"
#include "store/lane.h"

enum { BREAKER_FAILURES = 3 };

enum { BREAKER_LANE_LEN = 128 };
void breaker_name_lane(const char *backend, char name[BREAKER_LANE_LEN]);

/* By the backend's lane; NULL: it has none, and is well. */
enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };
enum breaker_state breaker_state(const struct lane *lane, int64_t now);

/* 0: it may be asked; else the moment at which it may be tried again. */
int64_t breaker_wait(const struct desk *desk, const char *backend, int64_t now);

/* A question leaves, and is the trial where one is due; it has until `patience_ms` from now. */
int breaker_leave(struct desk *desk, const char *backend, int64_t patience_ms, int64_t now, struct error *error);

/*
 * What an attempt that left at `left_at` says about it: VENDOR_FAILED, with a reason, also stands for a call that came to
 * nothing.
 */
int breaker_note(struct desk *desk, const char *backend, const struct vendor_answer *answer, int64_t left_at, int64_t now,
                 struct error *error);

/* An attempt was broken off before anything could be said: was it the trial, another may be made. */
int breaker_forgo(struct desk *desk, const char *backend, int64_t now, struct error *error);

/*
 * New rules, and the keys read with them, may have mended what was wrong: each is tried again at once, and those that are no
 * longer there are forgotten.
 */
int breaker_retry_all(struct desk *desk, const struct ruleset *rules, int64_t now, struct error *error);

#endif
