/*
 * letters: what a character is to a list of words, and how a letter is spelled in a pattern. Private to
 * text/.
 *
 * Pure; any thread.
 */
#ifndef TEXT_LETTERS_H
#define TEXT_LETTERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum letter_kind {
    LETTER_SIGN,    /* punctuation, emoji, blanks: no part of a word */
    LETTER_SPACED,  /* letters, digits and marks of scripts that put spaces between words */
    LETTER_HANGUL,  /* a whole syllable */
    LETTER_UNSPACED /* Han, Kana, Thai, Lao, Khmer, Burmese; also single jamo */
};

enum letter_kind letter_kind(uint32_t code);

/*
 * Appends a pattern for the letter or letters at `text` in all their accented forms, adds what that takes
 * once compiled to *weight, and returns the bytes read.
 */
size_t letter_spell(const char *text, size_t len, struct buf *out, size_t *weight);

/*
 * The plain letter of which a small letter is an accented form: e for é, and what has no accents itself. So
 * that what letter_spell writes for two letters overlaps only when their bases are the same.
 */
uint32_t letter_base(uint32_t code);

/* Appends the letter small, and without its accent; ß, æ and œ as two letters. */
void letter_plain(uint32_t code, struct buf *out);

#endif
