/*
 * plain: one character after the other. Digits of other scripts stand in rows of ten from a zero on (Unicode
 * keeps them so); those in use are a table, the rest stay letters.
 */
#include <stdbool.h>

#include <utf8proc.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/letters.h"
#include "text/plain.h"

enum { KEYCAP = 0x20e3, SKIN_FIRST = 0x1f3fb, SKIN_LAST = 0x1f3ff };

static const uint32_t ZEROS[] = {
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
    0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0xa9f0,
};

static const struct {
    uint32_t code;
    const char *letters;
} LIGATURES[] = { { 0xdf, "ss" }, { 0xe6, "ae" }, { 0x153, "oe" } };

enum plain_kind plain_kind(uint32_t code)
{
    if (ascii_is_digit(code))
        return PLAIN_DIGIT;
    if (fold_is_blank(code))
        return PLAIN_BLANK;
    switch (letter_kind(code)) {
    case LETTER_SPACED: return PLAIN_LETTER;
    case LETTER_HANGUL: return PLAIN_HANGUL;
    case LETTER_UNSPACED: return PLAIN_UNSPACED;
    case LETTER_SIGN: break;
    }
    return PLAIN_SIGN;
}

static uint32_t plain_digit(uint32_t code)
{
    for (size_t i = 0; i < sizeof ZEROS / sizeof ZEROS[0]; i++)
        if (code >= ZEROS[i] && code <= ZEROS[i] + 9)
            return '0' + (code - ZEROS[i]);
    return code;
}

static void add_letter(uint32_t code, struct buf *out)
{
    code = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
    for (size_t i = 0; i < sizeof LIGATURES / sizeof LIGATURES[0]; i++)
        if (code == LIGATURES[i].code) {
            buf_add_text(out, LIGATURES[i].letters);
            return;
        }
    utf8_encode(plain_digit(letter_base(code)), out);
}

static bool is_inner_apostrophe(const char *folded, size_t len, size_t at)
{
    return folded[at] == '\'' && at > 0 && at + 1 < len && ascii_is_letter((unsigned char)folded[at - 1]) &&
           ascii_is_letter((unsigned char)folded[at + 1]);
}

void plain_text(const char *folded, size_t len, struct buf *out)
{
    uint32_t code;

    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_decode(folded + at, len - at, &code);
        if (step == 0)
            step = 1;
        if (is_inner_apostrophe(folded, len, at) || code == KEYCAP ||
            (code >= SKIN_FIRST && code <= SKIN_LAST))
            continue;
        add_letter(code, out);
    }
}
