/*
 * arrival: a webhook that has just come, and what becomes of it, for whoever waits for it. Reads only, a statement at a time.
 */
#ifndef STORE_ARRIVAL_H
#define STORE_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct arrival { /* the zero value is empty; texts are its own, "" when unknown */
    int64_t webhook, message, conversation;
    struct buf state;   /* of the webhook: read, duplicate, unreadable … */
    struct buf reason;  /* why; of a read one how: "salvaged" … */
    struct buf text, user;
    bool has_claimed;   /* the header or the query said who it is */
    bool has_key;       /* it came with a dispatch_id */
    struct buf turn;    /* the fate: open, answered, unanswered … */
    struct buf rule, action; /* that won, and what it does */
    bool is_with_person;     /* a person has the conversation */
    bool has_opted_out;
    struct buf answer, answer_state, answer_reason; /* of the newest part that goes out */
    int64_t outbox;     /* that part's row; 0: there is none */
};

void arrival_release(struct arrival *arrival);

/* The newest webhook's id; 0: there is none. */
int arrival_newest(struct db *db, int64_t *webhook, struct error *error);

/* The first that came behind it. 1, 0, -1. */
int arrival_next(struct db *db, int64_t behind, struct arrival *arrival, struct error *error);

/* How far it is by now: turn, rule and answer. */
int arrival_look(struct db *db, struct arrival *arrival, struct error *error);

#endif
