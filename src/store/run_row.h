/*
 * run_row: dialogues that are under way, and the messages that wait behind one (tables run, behind). What `state` holds is
 * the affair of flow/step.h; here it is a text.
 */
#ifndef STORE_RUN_ROW_H
#define STORE_RUN_ROW_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct run_row { /* borrowed */
    int64_t conversation;
    const char *state, *station;
    int64_t turn;   /* whose answer awaits a call; 0: none */
    int64_t due_at; /* INT64_MAX: never */
};

/* Appends the state of the conversation's run; *turn (may be NULL) as above. 1, 0 when there is none, -1. */
int run_row_get(struct db *db, int64_t conversation, struct buf *state, int64_t *turn, struct error *error);

/* `now` is when it began, if it is new. */
int run_row_put(struct db *db, const struct run_row *row, int64_t now, struct error *error);
int run_row_drop(struct db *db, int64_t conversation, struct error *error);

/* The conversation whose run is due first; 1, 0 when none is due yet, -1. */
int run_row_due(struct db *db, int64_t now, int64_t *conversation, struct error *error);
int run_row_next_due(struct db *db, int64_t *at, struct error *error); /* INT64_MAX: none */

int run_row_put_off(struct db *db, int64_t conversation, int64_t until, struct error *error);

/* The next run behind a conversation's, for going through all of them: 1 with its state appended, 0, -1. */
int run_row_next(struct db *db, int64_t *conversation, struct buf *state, struct error *error);

/* Its moments have been moved, and with them the one at which it wants to be looked at. */
int run_row_shift(struct db *db, int64_t conversation, const char *state, int64_t ms, struct error *error);

/* Another open conversation of a contact that has a run: 1, 0, -1. */
int run_row_of_contact(struct db *db, int64_t contact, int64_t *conversation, struct error *error);

/* Messages that wait, by conversation, the oldest first. behind_next: 1, 0, -1. */
int behind_put(struct db *db, int64_t message, int64_t conversation, struct error *error);
int behind_next(struct db *db, int64_t conversation, int64_t *message, struct error *error);
int behind_drop(struct db *db, int64_t message, struct error *error);

/* All that wait in a conversation belong to another one from now on, with their turns; it was heard when the former was. */
int behind_move(struct db *db, int64_t from, int64_t to, struct error *error);

#endif
