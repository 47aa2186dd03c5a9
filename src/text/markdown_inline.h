/*
 * markdown_inline: the text inside a paragraph, a heading or a cell. Private to markdown. Pure; any thread.
 */
#ifndef TEXT_MARKDOWN_INLINE_H
#define TEXT_MARKDOWN_INLINE_H

#include <stdbool.h>

#include <cmark-gfm.h>

#include "text/ink.h"

/* What is true of the whole text that a block is a part of. */
struct manuscript {
    const char *source; /* borrowed */
    size_t len;
    int lookups; /* of marks in it that may still be made */
    /*
     * Bytes that addresses may still take: one definition may serve any number of links, so without it a text
     * could grow without measure. Once it is spent, links are their text.
     */
    size_t budget;
    bool has_stars,
        has_tildes; /* pairs in the tree's text are marks; escaped ones would look the same there */
};

void manuscript_init(struct manuscript *manuscript, const char *markdown, size_t len);

/* Appends what stands inside the block. */
void markdown_inline(cmark_node *block, struct manuscript *manuscript, struct ink *ink);

#endif
