/*
 * notify_end: what came of a try to tell another desk something, and what that means for the row and for its endpoint. Pure.
 *
 *     NOTIFY_ACCEPTED  any 2xx, whatever it says
 *     NOTIFY_DEAD      410 Gone; or 400, 413, 415, 422 for the NOTIFY_REFUSALS_MAX-th time: this one it will never take, and
 *                      those behind it must not wait for ever
 *     NOTIFY_EXPIRED   no time is left
 *     NOTIFY_AGAIN     all else. A row that was answered, or hung, waits ever longer by itself (1, 2, 4 … 60 s, jittered),
 *                      one that could not leave does not: that is its endpoint's fault alone
 */
#ifndef DESK_NOTIFY_END_H
#define DESK_NOTIFY_END_H

#include <stdbool.h>
#include <stdint.h>

#include "braze/answer.h"

enum { NOTIFY_REFUSALS_MAX = 3, NOTIFY_FAILURES = 3, NOTIFY_ANSWER_MAX = 64 * 1024, NOTIFY_TIMEOUT_MS = 15 * 1000 };
#define NOTIFY_EXPIRES_MS (INT64_C (24) * 3600 * 1000)

struct notify_end { /* no heap */
    enum wire_end end;
    int status;
    bool is_unready; /* there is no secret to sign it with */
    int64_t wait_ms; /* it wants to be left alone for so long; 0: it has not said */
    int64_t took_ms;
    char reason[300];
};

void notify_end_read(const struct wire *wire, int64_t now, int64_t took_ms, struct notify_end *end);
/* A try that was not even started. */
void notify_end_refuse(const char *reason, struct notify_end *end);

enum notify_fate { NOTIFY_ACCEPTED, NOTIFY_AGAIN, NOTIFY_DEAD, NOTIFY_EXPIRED };

/* failures: tries before it that failed. */
enum notify_fate notify_end_fate(const struct notify_end *end, int failures, int64_t now, int64_t expires_at);

/* NOTIFY_AGAIN: how long the row waits by itself. */
int64_t notify_end_delay_ms(const struct notify_end *end, int failures, uint32_t random);

/* What the endpoint's lane is in from now on: backing_off, limited, stopped; "": it is well. */
const char *notify_end_lane(const struct notify_end *end);

/* The word for an attempt (table attempt): of enum answer_class. */
const char *notify_end_class(const struct notify_end *end);

#endif
