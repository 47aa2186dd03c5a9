/*
 * defuse: a text on its way to somebody who evaluates Liquid ("{{", "{%") wherever he finds it. Pure; any thread.
 */
#ifndef TEXT_DEFUSE_H
#define TEXT_DEFUSE_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Appends the text without control characters but LF and TAB, without what turns the direction of all that follows
 * (embeddings, overrides, isolates), and with "{{", "}}", "{%" and "%}" broken apart by a blank. In one line: line breaks
 * and tabs become a blank, and blanks stand at most 4 in a row.
 */
void defuse_text(const char *text, bool is_one_line, struct buf *out);

#endif
