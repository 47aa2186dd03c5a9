/*
 * patch: two texts compared line by line, the way people read a change: what went, what came, and a few lines
 * around it.
 *
 * Lines that occur once on both sides hold the two together, and what lies between them is compared again (a
 * patience diff): a change shows up where somebody made it, and the time is that of sorting the lines, whatever
 * the texts are. Pure; any thread.
 */
#ifndef TEXT_PATCH_H
#define TEXT_PATCH_H

#include <stddef.h>

enum patch_kind {
    PATCH_SAME,
    PATCH_GONE,
    PATCH_NEW,
    PATCH_GAP, /* lines that are the same were left out; no text */
};

struct patch_line {
    enum patch_kind kind;
    size_t before, after; /* its number on either side, from 1; 0: it is not there */
    const char *text;     /* borrowed, without its line feed */
    size_t len;
};

/* Hands over what differs, with at most `around` lines of context; nothing when the texts are the same. */
typedef void patch_seen(void *context, const struct patch_line *line);
void patch_compare(const char *before, const char *after, size_t around, patch_seen *seen, void *context);

#endif
