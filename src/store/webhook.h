/*
 * webhook: the calls received, byte for byte (table webhook).
 */
#ifndef STORE_WEBHOOK_H
#define STORE_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct webhook { /* borrowed texts */
    int64_t id;
    int64_t received_at;
    const char *channel;
    const char *claimed_user; /* NULL: neither query nor header had one */
    const char *content_type;
    const char *body;
    size_t body_len;
    int64_t tries;
};

enum { WEBHOOK_TRIES_MAX = 3 }; /* decisions that ended the process before a webhook is set aside */

/* Stores it as `state`; the id goes into webhook->id. */
int webhook_put(struct db *db, struct webhook *webhook, const char *state, struct error *error);

/* What became of it. `message` 0: nothing. */
int webhook_settle(struct db *db, int64_t id, const char *state, int64_t message, const char *reason,
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
