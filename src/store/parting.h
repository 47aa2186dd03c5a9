/*
 * parting: conversations that were closed or handed over, and have to be summed up (table parting). Of one conversation
 * they are made in the order in which they happened, one by one. All inside the caller's transaction.
 *
 * Urgent are hand-overs, for somebody waits for a person, and what has failed before, which waits for no backend.
 */
#ifndef STORE_PARTING_H
#define STORE_PARTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct parting {
    int64_t id, conversation, at;
    int64_t outbox; /* the question to a backend; 0: none is asked */
    int tries;      /* that failed */
    bool is_close;  /* false: it was handed over */
};

/* It happens now, and is looked at from due_at on, or once those before it are made. */
int parting_put(struct db *db, int64_t conversation, bool is_close, int64_t now, int64_t due_at, struct error *error);

/* By its id; the one that has been due for longest, an urgent one before all others: 1, 0, -1. */
int parting_get(struct db *db, int64_t id, struct parting *parting, struct error *error);
int parting_due(struct db *db, int64_t now, struct parting *parting, struct error *error);

/* The close that has not been summed up yet: 1, 0, -1. */
int parting_of_close(struct db *db, int64_t conversation, struct parting *parting, struct error *error);

/* When the next is due, of the urgent or of all; INT64_MAX: none is. How many are with a backend. */
int parting_next(struct db *db, bool is_urgent, int64_t *at, struct error *error);
int parting_asked(struct db *db, int64_t *count, struct error *error);

int parting_ask(struct db *db, int64_t id, int64_t outbox, struct error *error);              /* a backend is */
int parting_again(struct db *db, int64_t id, int64_t due_at, int tries, struct error *error); /* later */

/* It is done, or taken back; the next of its conversation may be made. */
int parting_drop(struct db *db, const struct parting *parting, int64_t now, struct error *error);

/* No urgent one is put off further ahead. */
int parting_clamp(struct db *db, int64_t latest, int64_t now, struct error *error);

/*
 * A close waits for `within`, no longer: looks over `max` of those behind *id, and moves it on to the last of them; to
 * INT64_MAX when there are no more. One that was closed by a clock since set back waits for nothing.
 */
int parting_pull(struct db *db, int64_t within, int64_t max, int64_t now, int64_t *id, struct error *error);

#endif
