/*
 * plain: a text boiled down to what the reader of an answer looks at, and what its characters are.
 *
 * From folded text (fold.h): small letters; the accents of Latin letters taken off (ñ is n, ß ss, æ ae, œ
 * oe); digits of all scripts as 0 … 9; an apostrophe between two letters gone (don't is dont, o'clock
 * oclock); the skin tones of emoji and the rings of keycaps gone. Pure; any thread.
 */
#ifndef TEXT_PLAIN_H
#define TEXT_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum plain_kind {
    PLAIN_BLANK,
    PLAIN_DIGIT,    /* 0 … 9 */
    PLAIN_LETTER,   /* of a script that puts spaces between words; also its marks and odd digits */
    PLAIN_HANGUL,   /* a whole syllable */
    PLAIN_UNSPACED, /* Han, Kana, Thai …; also single jamo */
    PLAIN_SIGN      /* punctuation, emoji */
};

enum plain_kind plain_kind(uint32_t code);

/* Appends the plain form of folded text. */
void plain_text(const char *folded, size_t len, struct buf *out);

#endif
