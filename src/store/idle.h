/*
 * idle: when conversations of the bot are looked at, whether anybody still says anything (conversation.idle_at). A lazy
 * timer: messages do not move it, whoever looks puts it off. All inside the caller's transaction.
 */
#ifndef STORE_IDLE_H
#define STORE_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/* The conversation that has been due for longest: 1, 0, -1. When the next is due; INT64_MAX: never. */
int idle_due(struct db *db, int64_t now, int64_t *conversation, struct error *error);
int idle_next(struct db *db, int64_t *at, struct error *error);

struct idle_look {
    int64_t last_at;    /* the newest text of anybody, but for what tells of another conversation; without one, when it was
                           opened */
    bool has_run;       /* a dialogue is under way */
    int64_t run_due_at; /* when it wants to be looked at; 0: never by itself */
    bool is_busy;       /* a text, a call or a question has not ended, or a message waits behind one */
};
/* 1, 0, -1. */
int idle_look(struct db *db, int64_t conversation, struct idle_look *look, struct error *error);

int idle_put_off(struct db *db, int64_t conversation, int64_t until, struct error *error);

/* What it was put off for is over: it is looked at by `latest`, if at all. */
int idle_pull_one(struct db *db, int64_t conversation, int64_t latest, struct error *error);

/* Of those that are due later than `latest`, `max` are due then; *count: how many there were of them. */
int idle_pull(struct db *db, int64_t latest, int64_t max, int64_t *count, struct error *error);

/* The clock jumped: nobody's silence becomes longer or shorter by it, given how long one may last. */
int idle_shift(struct db *db, int64_t drift_ms, int64_t idle_close, struct error *error);

#endif
