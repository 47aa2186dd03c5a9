/*
 * split_marks: a text with WhatsApp's marks (whatsapp.h) into parts that a channel takes.
 *
 * The parts are those of split.h; but where a cut falls inside *bold*, `code` or a fence, the part before
 * closes it and the part behind opens it again. For texts that markdown.h wrote: in what a person typed, a
 * lone star is no mark to be closed, and split.h alone is right. Pure; any thread.
 */
#ifndef TEXT_SPLIT_MARKS_H
#define TEXT_SPLIT_MARKS_H

#include <stdbool.h>

#include "base/buf.h"
#include "text/split.h"
#include "text/whatsapp.h"

enum { SPLIT_MARKS_MIN = 32 }; /* characters: below, there is no room for marks */

struct split_marks {
    struct split split;           /* text and len are the caller's to set */
    bool is_fenced;               /* the next part begins inside a fence, */
    char open[WHATSAPP_OPEN_MAX]; /* or inside these marks */
};

/* Writes the next part over what is in *part, at most `max` characters, and 1; or 0 at the end. */
int split_marks_next(struct split_marks *split, size_t max, struct buf *part);

#endif
