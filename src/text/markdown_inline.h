/*
 * markdown_inline: the text inside a paragraph, a heading or a cell. Private to markdown. Pure; any thread.
 */
#ifndef TEXT_MARKDOWN_INLINE_H
#define TEXT_MARKDOWN_INLINE_H

#include <cmark-gfm.h>

#include "text/ink.h"

/*
 * Appends what stands inside the block. The addresses shown take their bytes from *budget: one definition may
 * serve any number of links, so without it a text could grow without measure; once it is spent, links are
 * their text.
 */
void markdown_inline(cmark_node *block, size_t *budget, struct ink *ink);

#endif
