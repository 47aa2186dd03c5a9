/*
 * markdown_table: a table as lines that read well on a phone (markdown.h says which). Private to markdown.
 * Pure; any thread.
 */
#ifndef TEXT_MARKDOWN_TABLE_H
#define TEXT_MARKDOWN_TABLE_H

#include <stdbool.h>

#include <cmark-gfm.h>

#include "text/ink.h"
#include "text/markdown_inline.h"

bool markdown_table_is(cmark_node *node);

/* Appends the lines; an empty one stands between the rows of a table of more than two columns. */
void markdown_table_lines(cmark_node *table, struct manuscript *manuscript, struct ink *ink);

/*
 * Could cmark's tables take more than their share here? It reads all of a paragraph again for each line that
 * may divide a head from a body, and completes short rows to the width of the head.
 */
bool markdown_table_is_beyond(const char *markdown, size_t len);

#endif
