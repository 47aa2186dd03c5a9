/*
 * split: a long text into parts that a channel takes.
 *
 * Each part has at most `max` characters (code points). A cut falls, in order of preference, behind a
 * paragraph, a line, a sentence (also 。！？), a word, a grapheme cluster (utf8proc), never inside one,
 * unless a single cluster is longer than `max`: then on a character. A cut on a better border is taken when
 * it keeps at least half of the room used. Blanks around a cut are dropped; no part is empty or blank. Pure;
 * any thread.
 */
#ifndef TEXT_SPLIT_H
#define TEXT_SPLIT_H

#include <stddef.h>

struct split {
    const char *text; /* valid UTF-8, borrowed */
    size_t len;
    size_t at; /* how far the parts so far went */
};

/* The next part in *part / *part_len (borrowed from the text) and 1, or 0 at the end. */
int split_next(struct split *split, size_t max, const char **part, size_t *part_len);

#endif
