/*
 * lines: messages that were read out of the book and are kept until they are shown. What reads goes on to the end of its
 * piece without waiting for anybody: a pipe or a pager that takes its time must not hold a read transaction open.
 *
 * The words that the winning rule took the message by are carried back to what the customer wrote (text/unfold.h).
 */
#ifndef CTL_LINES_H
#define CTL_LINES_H

#include <stddef.h>

#include "ctl/output.h"
#include "store/transcript.h"

enum { LINES_PIECE = 500 }; /* read at once */

struct lines { /* the zero value is empty and releasable */
    struct exchange_line *rows; /* their texts are owned */
    size_t count, room;
};

void lines_add(void *context, const struct transcript_line *line); /* a transcript_row; the context is a struct lines */
void lines_clear(struct lines *lines);
void lines_release(struct lines *lines);

#endif
