/*
 * gather: questions that are the same but for how they were typed, counted together.
 *
 * Two texts are the same when their skeletons are (skeleton.h: case, accents, blanks, hyphens and apostrophes do not count),
 * after what is somebody's own is masked (gather_mask) and the signs at either end are dropped. So "Where's 12345?" and
 * "wheres 98765" are one question.
 *
 * Memory is bounded: when more different questions come than there is room for, the rarest are let go, and from then on a count
 * may be too low by gather_slack at most; no count is ever too high, and whatever came more often than that is in the list.
 * Pure; one thread.
 */
#ifndef TEXT_GATHER_H
#define TEXT_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct gather;

struct gathered { /* borrowed until the next gather_add or gather_free */
    const char *text; /* the newest of them: folded, masked, at most GATHER_SHOWN_MAX bytes; "": nothing that can be read */
    int64_t count;
    int64_t number;   /* that the newest came with */
};

enum { GATHER_SHOWN_MAX = 200 }; /* of the text, with "…" where it was longer */

struct gather *gather_new(size_t room); /* different questions at most; 2 or more */
void gather_free(struct gather *gather); /* NULL is fine */

/* Valid UTF-8. */
void gather_add(struct gather *gather, const char *text, size_t len, int64_t number);

/* The most frequent, the first of them first; of equals the newest. How many there are of `max`. */
size_t gather_top(const struct gather *gather, struct gathered *list, size_t max);

size_t gather_kinds(const struct gather *gather);  /* different ones in the list */
int64_t gather_slack(const struct gather *gather); /* 0: all counts are exact */

/*
 * Appends a folded text with what identifies somebody written as "••••": what mask.h masks, numbers of five digits and more
 * (with blanks, points, dashes, brackets and a plus between and before them), e-mail addresses.
 */
void gather_mask(const char *folded, size_t len, struct buf *out);

#endif
