/*
 * pattern_source: what a pattern may be, read from its source before PCRE2 sees it. Private to text/.
 *
 * Refuses "(*" verbs, callouts, \C, recursion and calls of groups, which PCRE2 itself offers no switch for.
 * Folds the literals as fold does, so that pattern and folded text agree. Pure; any thread.
 */
#ifndef TEXT_PATTERN_SOURCE_H
#define TEXT_PATTERN_SOURCE_H

#include "base/buf.h"
#include "base/error.h"

/* Appends the source that is to be compiled. 0, or -1 with a sentence. */
int pattern_source_fold(const char *source, struct buf *out, struct error *error);

#endif
