/*
 * skeleton: a text reduced to what can neither be left out nor be written otherwise.
 *
 * Each character is mapped alone: case folded, the accents of Latin letters taken off (the letters and forms
 * of letters.h), ß written ss, æ ae, œ oe; blanks, hyphens and apostrophes vanish. So two things hold, and
 * the search for literals (literal.h, needles.h) rests on them:
 *
 *   - Characters that PCRE2 takes for the same regardless of case, and those that a list of words takes for
 *     the same letter, have the same skeleton. (tests/unit/test_index.c tries all characters there are.)
 *   - The skeleton of a text is that of its characters, one after the other. What stands in a row in a text,
 *     give or take blanks, hyphens and apostrophes, stands in a row in its skeleton.
 *
 * Mapping more together than necessary is always safe; mapping less never is.
 *
 * A skeleton map is immutable once made; any thread may use it. `struct squeezed` belongs to one thread.
 */
#ifndef TEXT_SKELETON_H
#define TEXT_SKELETON_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct skeleton;

/* Kinds of characters whose neighbourhood tells where a word ends; bits of a mark. */
enum { MARK_WORD = 1, MARK_SYLLABLE = 2 };

/*
 * marks[i] says of the border before text[i], and of the one behind the text (i = len): MARK_WORD, it lies
 * between two letters or digits of which words are made; MARK_SYLLABLE, between two syllables of Hangul. No
 * mark says nothing: not every letter there is counts here, but those that do are ends of no word.
 */
struct squeezed {
    char *text;
    unsigned char *marks;
    size_t len, room;
};

struct skeleton *skeleton_new(void);
void skeleton_free(struct skeleton *skeleton);

/* Appends the skeleton of one character, often nothing. */
void skeleton_add(const struct skeleton *skeleton, uint32_t code, struct buf *out);

/* The skeleton of a whole text, in place of what was in *out. */
void skeleton_squeeze(const struct skeleton *skeleton, const char *text, size_t len, struct squeezed *out);
void squeezed_release(struct squeezed *squeezed);

#endif
