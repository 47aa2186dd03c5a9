/*
 * markdown_html: the HTML that stands in Markdown, as text. Private to markdown. Pure; any thread.
 */
#ifndef TEXT_MARKDOWN_HTML_H
#define TEXT_MARKDOWN_HTML_H

#include <stddef.h>

#include "text/ink.h"

/* One piece that cmark takes for inline HTML: a tag, a comment. */
void markdown_html_tag(const char *html, size_t len, uint8_t style, struct ink *ink);

/* A block of HTML: its text without the tags, its entities read. */
void markdown_html_block(const char *html, size_t len, struct ink *ink);

#endif
