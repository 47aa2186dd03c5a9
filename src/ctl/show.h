/*
 * show: other people's text on our terminal. Everything that was not written by us passes through here before
 * it is printed; the JSON form has its own escapes with the same reach (base/json.h).
 *
 * What could move the cursor, change colours, set a title, fill a clipboard, hide or reorder text is written
 * out instead: C0, DEL and bytes that are no UTF-8 as \x1b (\n, \r, \t, \b by their usual names), C1, line
 * and paragraph separators and the bidi controls (U+061C, U+200E/F, U+202A-202E, U+2066-2069) as \u{202e}.
 * Pure; any thread.
 */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <stddef.h>

#include "base/buf.h"

enum show_form {
    SHOW_CELL,  /* one line: LF is written as \n */
    SHOW_LINES, /* LF stays */
};

void show_text(const char *text, size_t len, enum show_form form, struct buf *out);

#endif
