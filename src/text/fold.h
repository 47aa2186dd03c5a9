/*
 * fold: the form of a text in which rules are matched.
 *
 * NFKC (case kept, so that captures read well; Korean letters typed alone, ㅋㅠ, stay alone),
 * default-ignorable and control characters dropped, curly and other quotes and dashes straightened, every run
 * of blanks and line breaks one space, ends trimmed. Input must be valid UTF-8 (utf8_repair at the door). One
 * character may grow (U+FDFA: 3 bytes to 33), so the result is bounded as well: FOLD_MAX bytes, cut on a
 * character border. Folding what is folded changes nothing. Pure; any thread.
 */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    FOLD_MAX = 64 * 1024,
    MATCH_MAX = 4 * 1024
}; /* bytes folded; bytes of the folded text that rules see */

void fold_text(const char *text, size_t len, struct buf *out);

/* The same for a piece out of the middle of a text: a blank at either end stays, as one space. */
void fold_piece(const char *text, size_t len, struct buf *out);

/* The same for a text that people read and no rule is matched in: emoji that are joined (a family) stay joined. */
void fold_shown(const char *text, size_t len, struct buf *out);

/* Is nothing left of the text that could be seen? */
bool fold_is_empty(const char *text, size_t len);
bool fold_says_nothing(const char *text); /* the same; NULL says nothing, either */

/* Spaces of all kinds, tabs and line breaks; also U+2800, the Braille cell without dots. */
bool fold_is_blank(uint32_t code);

#endif
