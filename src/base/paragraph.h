/*
 * paragraph: words into lines of a terminal, for what --help says. ASCII; pure.
 */
#ifndef BASE_PARAGRAPH_H
#define BASE_PARAGRAPH_H

#include "base/buf.h"

enum { PARAGRAPH_WIDTH = 80 };

/*
 * Appends the words of `text` (single blanks between them) and a line's end. The line under way has come to `column`, and
 * further lines begin there. A word is never cut.
 */
void paragraph_add(const char *text, int column, struct buf *out);

#endif
