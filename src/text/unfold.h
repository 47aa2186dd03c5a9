/*
 * unfold: from a place in a folded text (text/fold.h) back to what was written there.
 *
 * Rules match in the folded text, and people want to see the words as the customer wrote them: ＯＰＥＮ, "o\u200bpen",
 * "opening   hours". Folding is walked along again, one grapheme cluster at a time, and believed only as far as the
 * pieces put together are the folded text. Where they are not (a letter and its accent that something invisible kept
 * apart) there is no honest answer. Pure; any thread.
 */
#ifndef TEXT_UNFOLD_H
#define TEXT_UNFOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "text/pattern.h"

/*
 * The span of `text` (valid UTF-8) that became `folded`, a span of its folded form: whole clusters, without blanks and
 * invisible characters at its ends. false: the span is empty or not of this text, or what it came from cannot be told.
 */
bool unfold_span(const char *text, size_t len, struct span folded, struct span *written);

#endif
