/*
 * nearest: which of the good names was meant by a wrong one? For error sentences: "did you mean …?".
 *
 * Set `word`, offer every good name, read `best`. A name counts only when few slips (a letter too many, one
 * missing, one wrong, two swapped; case is no slip) lie between the two: at most one, and one more for every
 * four letters. Of equally near names the first offered stays. Names over 64 bytes are passed by. Pure; any
 * thread.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

#include "base/buf.h"

enum { NEAREST_SHOWN_MAX = 6 };

struct nearest {
    const char *word; /* what was typed */
    const char *best; /* borrowed from the offers; NULL: none is near */
    size_t slips;     /* between the two, where best is not NULL */
    const char *first[NEAREST_SHOWN_MAX]; /* of the offers, near or not; borrowed */
    size_t offers;
};

void nearest_offer(struct nearest *nearest, const char *name);
void nearest_offer_list(struct nearest *nearest, const char *const *names); /* NULL-terminated */

/* Appends "; did you mean 'best'?" or, when none is near and `names` is given, "; known are a, b, c". */
void nearest_advise(const struct nearest *nearest, const char *const *names, struct buf *out);

#endif
