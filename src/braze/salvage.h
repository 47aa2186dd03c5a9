/*
 * salvage: the body of a webhook whose JSON the customer's own text broke, read pair by pair by a written
 * procedure (on top of salvage.c) instead of a parser.
 *
 * The zero value with `body` and `len` set is ready. Everything in a pair is borrowed from the body. Pure;
 * any thread.
 */
#ifndef BRAZE_SALVAGE_H
#define BRAZE_SALVAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

#include "braze/key.h"

struct salvage {
    const char *body; /* valid UTF-8, borrowed */
    size_t len;
    size_t at;          /* just behind the last value */
    unsigned seen;      /* one bit per known key that was given out */
    size_t budget;      /* steps that may still be spent on lists and objects inside possible tails */
    bool has_duplicate; /* a known key stood a second time where a key might stand; it was taken for text */
};

struct salvage_pair {
    enum key key;
    const char *name, *value; /* the value between its quotes, or the bare word, list or object */
    size_t name_len, value_len;
    bool is_text;             /* it stood between quotes */
};

/* The next pair and 1; 0 at the end of the body; -1 where the procedure finds no way on. */
int salvage_next(struct salvage *salvage, struct salvage_pair *pair, struct error *error);

/* Appends a text value as the customer typed it. */
void salvage_text(const char *value, size_t len, struct buf *out);

#endif
