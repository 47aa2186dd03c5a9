/*
 * erasure_rows: which rows are the person's, in every table, and what is left of them.
 *
 * What counts for something stays as a row without words, numbers and names: messages, webhooks, turns (they become
 * 'erased'), decisions, calls and the attempts at them, events, the contact itself. What counts for nothing goes. Numbers of
 * rows, times, names of rules, of attributes and of the business's own people stay: they say nothing about the person. Where
 * the person is one of those, what she wrote to customers stays theirs, and does not say any more who it was.
 *
 * It is done in pieces, each a short transaction's worth (store/erasure_stage.h). tests/unit/test_erasure.c
 * knows every column of every table, and fails when the schema gets one that nobody has thought about.
 *
 * All inside the caller's transaction.
 */
#ifndef STORE_ERASURE_ROWS_H
#define STORE_ERASURE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"
#include "store/erasure.h"

/* Nothing of the person may leave any more, and nothing about her: what has not left is withheld. */
int erasure_rows_withhold(struct db *db, int64_t erasure, int64_t now, struct error *error);

/* A call for the person, or one that tells of her, is under way: 1, 0, -1. */
int erasure_rows_are_under_way(struct db *db, int64_t erasure, struct error *error);

/* An open conversation of hers: 1 with its number, 0, -1. */
int erasure_rows_open_conversation(struct db *db, int64_t erasure, int64_t *conversation, struct error *error);

/* What waits to be summed up is not any more: nobody may speak from it. */
int erasure_rows_sum_up_none(struct db *db, int64_t erasure, struct error *error);

/*
 * Looks through some contacts behind *upto for one that the person was, before another contact took its identity over; adds
 * it, and moves on. 1: there are more to look through; 0, -1.
 */
int erasure_rows_find_former(struct db *db, int64_t erasure, int64_t *upto, struct error *error);

/* Drops what was wanted in her profile; noting before the attributes that Braze may hold, and in whose. A piece: 1 there may be
 * more, 0, -1. */
int erasure_rows_drop_profile(struct db *db, int64_t erasure, struct error *error);
int erasure_rows_note_attributes(struct db *db, int64_t erasure, struct error *error);

/*
 * The next profile that has to be cleared: the attributes become wanted as nothing, and its contact is addressed by it. 1
 * with the contact and a conversation of it, 0 when there is none, -1.
 */
int erasure_rows_begin_clearing(struct db *db, int64_t erasure, int64_t now, int64_t *contact, int64_t *conversation,
                                struct error *error);

/*
 * Whoever is known by the same may have begun anew, and has the same profile. Until it is cleared nothing is written there for
 * him, or the clearing would empty it: calls that are due wait until `until`, and are put off again. Is a contact one of those,
 * of any erasure? 1, 0, -1.
 */
int erasure_rows_put_off(struct db *db, int64_t erasure, int64_t now, int64_t until, struct error *error);
int erasure_rows_keep_profile(struct db *db, int64_t contact, struct error *error);

/* What came of it is entered in the receipt. *is_open: the call has not come to an end; *why is what keeps it, then. */
int erasure_rows_end_clearing(struct db *db, int64_t erasure, bool *is_open, struct buf *why, struct error *error);

#endif
