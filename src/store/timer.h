/*
 * timer: things to do at a time; rows, so that a restart loses none (table timer).
 */
#ifndef STORE_TIMER_H
#define STORE_TIMER_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct timer {
    int64_t id, due_at, conversation; /* conversation 0: of none */
    char kind[24];
};

int timer_put(struct db *db, const char *kind, int64_t conversation, int64_t due_at, struct error *error);

/* Like timer_put, unless one of that kind waits already. */
int timer_ensure(struct db *db, const char *kind, int64_t due_at, struct error *error);

/* The earliest due at `now`, taken off the list: 1, 0, -1. */
int timer_take(struct db *db, int64_t now, struct timer *timer, struct error *error);

/* Timers due later than `latest` become due now: a clock was set back. */
int timer_clamp(struct db *db, int64_t latest, int64_t now, struct error *error);

/* When the next one is due; INT64_MAX: none. */
int timer_next(struct db *db, int64_t *due_at, struct error *error);

#endif
