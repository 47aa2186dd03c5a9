/*
 * markdown_link: what of a link's address is shown to a reader. Private to markdown. Pure; any thread.
 */
#ifndef TEXT_MARKDOWN_LINK_H
#define TEXT_MARKDOWN_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends the address as it is shown; nothing for one that a reader could not use, or should not. */
void markdown_link_address(const char *url, struct buf *out);

/* Does the text of the link say the same as its address, give or take http:// and a slash at the end? */
bool markdown_link_is_label(const char *label, size_t len, const char *address);

#endif
