/*
 * record: customers' messages as they were decided, for judging them again.
 *
 * They come newest first (those of one user conversation by conversation), in chunks: each chunk is one short
 * read, copied out, so that whoever takes long over it holds no snapshot of the book meanwhile, and memory stays
 * bounded however long the book is. Reads only; serves readers and the writer alike.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct record { /* owned texts */
    int64_t message, at, ruleset;
    char *text;   /* as the customer typed it */
    char *rule;   /* that won; NULL: none */
    char *action; /* of that rule; "none" */
    char *state;  /* JSON: desk/decide_state.h */
    char *said;   /* what the bot said to it; the parts of a reply that was split, a line each */
    size_t parts; /* of what was said; 0: nothing */
    bool has_media;
};

struct record_filter {
    int64_t since, until; /* since <= at < until; 0: no bound */
    const char *user;     /* external id, Braze id or phone; NULL: everybody */
};

enum { RECORDS_MAX = 500, RECORD_BYTES_MAX = 4 * 1024 * 1024 };

/* The zero value stands before the newest message. */
struct records {
    struct record list[RECORDS_MAX];
    size_t count, bytes;
    int64_t before;       /* the oldest message that was looked at; 0: none yet */
    int64_t conversation; /* with a user: the one that is being walked; 0: none yet */
    bool has_begun;
    bool is_open; /* there is a walk to go on with */
    bool is_over;
};

/* The next chunk, which replaces the one before: 1, 0 when there is nothing more (count is 0), -1. */
int records_next(struct db *db, const struct record_filter *filter, struct records *records,
                 struct error *error);
void records_release(struct records *records);

#endif
