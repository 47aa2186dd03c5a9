/*
 * manual_page: a page in mdoc(7), piece by piece. Any text is taken as it is: nothing in it is read as a macro or an
 * escape. Appends to `out`.
 */
#ifndef TOOLS_MANUAL_PAGE_H
#define TOOLS_MANUAL_PAGE_H

#include "base/buf.h"

void page_begin(struct buf *out, const char *name, int section, const char *what);
void page_section(struct buf *out, const char *title);
void page_subsection(struct buf *out, const char *title);

/* A paragraph, its lines filled. */
void page_text(struct buf *out, const char *text);

/* Lines that begin with two blanks are examples and stay as they are; the rest are paragraphs. */
void page_prose(struct buf *out, const char *text);

/* Lines as they are. */
void page_example(struct buf *out, const char *text);

/* A list of terms, in bold, each with what it is. */
void page_list_begin(struct buf *out);
void page_item(struct buf *out, const char *term, const char *argument, const char *text); /* argument: NULL is none */
void page_list_end(struct buf *out);

/* Ends with a NULL. "frontdesk 1", "frontdeskd 8" … */
void page_see_also(struct buf *out, const char *const *pages);

/* Each page. */
void page_frontdesk(struct buf *out);
void page_frontdeskd(struct buf *out);
void page_rules(struct buf *out);

#endif
