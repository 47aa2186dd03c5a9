/*
 * webhook: the calls received, byte for byte (table webhook).
 */
#ifndef STORE_WEBHOOK_H
#define STORE_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct webhook { /* borrowed texts */
    int64_t id;         /* 0: none yet */
    bool is_stored;
    int64_t received_at;
    const char *channel;
    const char *claimed_user; /* NULL: neither query nor header had one */
    const char *content_type;
    const char *body;
    size_t body_len;
    int64_t tries;
};

enum { WEBHOOK_TRIES_MAX = 3 }; /* decisions that ended the process before a webhook is set aside */

/* Gives it its id, before anything is stored. */
int webhook_number(struct db *db, struct webhook *webhook, struct error *error);

/* Numbers it and stores it as raw. */
int webhook_put(struct db *db, struct webhook *webhook, struct error *error);

/* What became of it; stores the numbered webhook, if it is not stored yet. `message` 0: nothing. */
int webhook_settle(struct db *db, struct webhook *webhook, const char *state, int64_t message, const char *reason,
                   struct error *error);

/* The same, without what came in it: no byte, and nobody's name. */
int webhook_settle_bare(struct db *db, struct webhook *webhook, const char *state, int64_t message, const char *reason,
                        struct error *error);

/* Counts a try, before it begins. */
int webhook_count_try(struct db *db, int64_t id, struct error *error);

/*
 * Reads one row into memory of its own: webhook_release. 1, 0, -1. webhook_next_raw: the oldest that waits to
 * be read.
 */
int webhook_get(struct db *db, int64_t id, struct webhook *webhook, struct error *error);
int webhook_next_raw(struct db *db, struct webhook *webhook, struct error *error);
void webhook_release(struct webhook *webhook);

/* Appends nothing; 1 and the state's name in state[16] when the id exists. */
int webhook_state(struct db *db, int64_t id, char state[16], struct error *error);

/*
 * How often bytes equal to these were tried while the process died (the most of all such rows that are raw or
 * aside): the sender repeats a poisonous call under a new id. 0 when there is none.
 */
int webhook_tries_of(struct db *db, const struct webhook *webhook, int64_t *tries, struct error *error);

#endif
