/*
 * erasure: receipts for people who were erased, and how far each has come (tables erasure, erasure_*). What is done in which
 * phase is desk/erasure.h; which rows are the person's, store/erasure_rows.h.
 *
 * A receipt holds nothing about the person: a number, when and by whom it was asked for, how many rows of which table, what
 * Braze made of it. What has to be known of the person until the end (identities, attributes) stands in tables of its
 * own, and is deleted before the last phase.
 *
 * All inside the caller's transaction, but for the lists, which only read.
 */
#ifndef STORE_ERASURE_H
#define STORE_ERASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum { ERASURE_PHASE_MAX = 12, ERASURE_WAITS_MAX = 300 };

struct erasure {
    int64_t id, asked_at, known_since, stage, upto;
    char phase[ERASURE_PHASE_MAX];
    char waits_for[ERASURE_WAITS_MAX]; /* "": nothing */
    bool drops_copies;
    struct late *late; /* where its keys for duplicates leave a digest; set by who runs it */
};

/* A new one, in the phase 'asked'. */
int erasure_put(struct db *db, const char *actor, bool drops_copies, int64_t now, int64_t *id, struct error *error);

/*
 * The contact is the person: nobody finds it by its identities any more, so that whoever writes from now on is somebody new.
 * What it was known by is noted for the erasure.
 */
int erasure_add_contact(struct db *db, int64_t id, int64_t contact, struct error *error);

/* The next open one behind `after` (0: the first): 1, 0, -1. */
int erasure_next(struct db *db, int64_t after, struct erasure *erasure, struct error *error);

/* An open one whose person was known by that, while that is still known: 1 with its number, 0, -1. */
int erasure_of(struct db *db, const char *typed, int64_t *id, struct error *error);

/* The contact is, or was, of somebody who was erased: 1, 0, -1. */
int erasure_has(struct db *db, int64_t contact, struct error *error);

/* The same of whose message it is. */
int erasure_has_message(struct db *db, int64_t message, struct error *error);

/* Nobody has to look for the person any more: what she was known by goes. */
int erasure_forget(struct db *db, int64_t id, struct error *error);

/* It has come so far, and waits for nothing; it waits, or ("") does not; it is done. */
int erasure_move(struct db *db, int64_t id, const char *phase, int64_t stage, int64_t upto, struct error *error);
int erasure_wait(struct db *db, const struct erasure *erasure, const char *waits_for, struct error *error);
int erasure_end(struct db *db, int64_t id, int64_t now, struct error *error);
int erasure_drop_copies(struct db *db, int64_t id, struct error *error);

/*
 * Was the erasure that was asked for then done in the book at `path` (a copy, or the log of one), which nobody writes any more?
 * What cannot be read may hold the person.
 */
bool erasure_was_done_in(const char *path, int64_t asked_at);

/* So many rows more of that table were emptied or deleted. */
int erasure_count(struct db *db, int64_t id, const char *table, int64_t rows, struct error *error);

/* Looking */

struct erasure_receipt { /* borrowed until the callback returns */
    int64_t id, asked_at, done_at; /* 0: not done */
    const char *asked_by, *phase, *waits_for;
    int64_t contacts, rows, cleared, uncleared;
};
typedef void erasure_each(void *context, const struct erasure_receipt *receipt);

/* Newest first, `max` at most (0: all); one by its number. How many, or -1. */
int erasure_list(struct db *db, int64_t max, erasure_each *each, void *context, struct error *error);
int erasure_get(struct db *db, int64_t id, erasure_each *each, void *context, struct error *error);

typedef void erasure_each_count(void *context, const char *table, int64_t rows);
int erasure_list_counts(struct db *db, int64_t id, erasure_each_count *each, void *context, struct error *error);

#endif
