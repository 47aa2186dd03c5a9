/*
 * retention: what is older than it is to be kept leaves the book, class by class, piece by piece.
 *
 *     webhooks   The bytes of calls, once they are older: what was said stays as a message. What is still to be read stays.
 *     traces     What decisions read and tried, what was asked of services and backends and written to profiles in so many
 *                words. Which rule won, and what was answered, stays.
 *     messages   Whole conversations, once they were closed that long ago: with all that hangs on them, and the person's name
 *                and ids with the last of them (who has opted out stays known, so that this stays heeded). Only numbers
 *                are left: `retired` counts messages by their fate, so that the audit adds up (promise 5), and what backends
 *                cost stays counted.
 *
 * Where a class has come to stands in table retention; rows are looked at by their numbers, which rise with time. A kill
 * loses nothing: a piece is one transaction.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum retention_class { RETENTION_WEBHOOKS, RETENTION_TRACES, RETENTION_MESSAGES, RETENTION_CLASSES };

const char *retention_name(enum retention_class class);

/*
 * Inside the caller's transaction: one piece of webhooks or traces that are older than `before`. 1: there may be more; 0, -1.
 */
int retention_empty(struct db *db, enum retention_class class, int64_t before, int64_t now, struct error *error);

/*
 * Between transactions, in one of its own: deletes a few conversations that were closed before `before`, or a part of a
 * large one. 1, 0, -1. It takes some ten milliseconds: the checks of references are put off, since they would read whole tables.
 */
int retention_delete(struct db *db, int64_t before, int64_t now, struct error *error);

/* The next look begins at the first conversation again. Inside a transaction. */
int retention_rewind(struct db *db, struct error *error);

/*
 * Between transactions: gives up to `pages` free pages of the file back, while more than a sixteenth of it is free. 1: it did,
 * and may again; 0, -1.
 */
int retention_shrink(struct db *db, int pages, struct error *error);

/* Looking; readers too. */
struct retention_state {
    int64_t rows;     /* that there are, about */
    int64_t oldest_at; /* 0: there are none */
    int64_t due;      /* that are older than `before` and still there, about */
    int64_t removed;  /* so far */
    int64_t ran_at;   /* when something was found last; 0: never */
};
int retention_look(struct db *db, enum retention_class class, int64_t before, struct retention_state *state,
                   struct error *error);

struct retention_file {
    int64_t bytes, free_bytes;
    bool shrinks; /* free pages are given back */
};
int retention_look_at_file(struct db *db, struct retention_file *file, struct error *error);

#endif
