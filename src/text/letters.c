/*
 * letters: scripts and accents.
 *
 * utf8proc knows categories but not scripts, so the few scripts that matter here are ranges in a table. Only
 * they are special: a letter outside is taken to belong to a script that puts spaces between words.
 *
 * Each Latin letter that languages of today put accents on has a row with all its forms, written as the
 * inside of a character class. Matching is caseless, and where capitals and small letters alternate in
 * Unicode a range takes both. A typed letter is looked up in the same rows, so that é finds e, and e finds é.
 * Folded text is composed, so one character is all that has to be matched. Letters without accented forms (b,
 * f, m …) stay as they are.
 *
 * The weight of a piece is an upper estimate of its bytes once compiled: a class takes 32 bytes for its first
 * 256 characters and about 6 for each further range.
 */
#include <stdbool.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "text/letters.h"

enum {
    CLASS_WEIGHT = 46,
    RANGE_WEIGHT = 2, /* per character written in a class, three for a range */
    CHAR_WEIGHT = 10, /* also of a character with a caseless twin */
    GROUP_WEIGHT = 12
};

struct script {
    uint32_t first, last;
    enum letter_kind kind;
};

/* Sorted. */
static const struct script SCRIPTS[] = {
    { 0x0e00, 0x0e7f, LETTER_UNSPACED },                                        /* Thai */
    { 0x0e80, 0x0eff, LETTER_UNSPACED },                                        /* Lao */
    { 0x1000, 0x109f, LETTER_UNSPACED },                                        /* Burmese */
    { 0x1100, 0x11ff, LETTER_UNSPACED },                                        /* jamo */
    { 0x1780, 0x17ff, LETTER_UNSPACED },                                        /* Khmer */
    { 0x2e80, 0x2fdf, LETTER_UNSPACED },                                        /* Han radicals */
    { 0x3005, 0x3007, LETTER_UNSPACED },   { 0x3040, 0x30ff, LETTER_UNSPACED }, /* Kana */
    { 0x3131, 0x318e, LETTER_UNSPACED },                                        /* jamo */
    { 0x31f0, 0x31ff, LETTER_UNSPACED },   { 0x3400, 0x9fff, LETTER_UNSPACED }, /* Han */
    { 0xa960, 0xa97f, LETTER_UNSPACED },                                        /* jamo */
    { 0xa9e0, 0xa9ff, LETTER_UNSPACED },                                        /* Burmese */
    { 0xaa60, 0xaa7f, LETTER_UNSPACED },   { 0xac00, 0xd7a3, LETTER_HANGUL },
    { 0xd7b0, 0xd7ff, LETTER_UNSPACED },                                          /* jamo */
    { 0xf900, 0xfaff, LETTER_UNSPACED },   { 0x1b000, 0x1b16f, LETTER_UNSPACED }, /* Kana */
    { 0x20000, 0x3ffff, LETTER_UNSPACED },                                        /* Han */
};

static const char *const ACCENTED[] = {
    "aà-åā-ąǎạ-ặ", "cçć-č",     "dď-đ",  "eè-ëē-ěẹ-ệ",    "gĝ-ģǧ", "hĥ-ħ",  "iì-ïĩ-ıǐỉ-ị", "jĵ",
    "kķ",          "lĺ-ł",      "nñń-ň", "oò-öøō-őơǒọ-ợ", "rŕ-ř",  "sś-šș", "tţ-ŧț",       "uù-üũ-ųưǔ-ǜụ-ự",
    "wŵ",          "yýÿŷ-Ÿỳ-ỹ", "zź-ž",
};

/* Two letters that are also written as one. */
static const struct {
    const char *two, *one;
} LIGATURES[] = {
    { "ss", "ß" },
    { "ae", "æ" },
    { "oe", "œ" },
};

static bool is_word_category(uint32_t code)
{
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return true;
    default: /* enclosing marks (ME) too: a keycap's ring is no part of its digit */ return false;
    }
}

enum letter_kind letter_kind(uint32_t code)
{
    if (!is_word_category(code))
        return LETTER_SIGN;
    for (size_t i = 0; i < sizeof SCRIPTS / sizeof SCRIPTS[0]; i++)
        if (code >= SCRIPTS[i].first && code <= SCRIPTS[i].last)
            return SCRIPTS[i].kind;
    return LETTER_SPACED;
}

/* Is the small letter one of a class's members? The class is well-formed: characters, and a-b for ranges. */
static bool class_has(const char *members, uint32_t code)
{
    uint32_t first, last;

    while (*members != '\0') {
        members += utf8_decode(members, strlen(members), &first);
        last = first;
        if (*members == '-') {
            members++;
            members += utf8_decode(members, strlen(members), &last);
        }
        if (code >= first && code <= last)
            return true;
    }
    return false;
}

/* A plain letter is the first of its row; all accented ones stand in the blocks of Latin letters. */
static const char *accented_forms(uint32_t code)
{
    bool is_latin = code < 0x250 || code >> 8 == 0x1e;

    for (size_t i = 0; is_latin && i < sizeof ACCENTED / sizeof ACCENTED[0]; i++)
        if (code < 0x80 ? (unsigned char)ACCENTED[i][0] == code : class_has(ACCENTED[i], code))
            return ACCENTED[i];
    return NULL;
}

uint32_t letter_base(uint32_t code)
{
    const char *forms = accented_forms(code);

    return forms != NULL ? (uint32_t)(unsigned char)forms[0] : code;
}

static uint32_t small(uint32_t code)
{
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}

void letter_plain(uint32_t code, struct buf *out)
{
    uint32_t plain = letter_base(small(code));

    if (plain == 0xdf || plain == 0xe6 || plain == 0x153)
        buf_add_text(out, plain == 0xdf ? "ss" : plain == 0xe6 ? "ae" : "oe");
    else
        utf8_encode(plain, out);
}

static size_t spell_one(const char *text, size_t len, struct buf *out, size_t *weight)
{
    uint32_t code;
    size_t step = utf8_decode(text, len, &code);
    const char *forms = accented_forms(small(code));

    if (forms != NULL) {
        buf_add_char(out, '[');
        buf_add_text(out, forms);
        buf_add_char(out, ']');
        *weight += CLASS_WEIGHT + RANGE_WEIGHT * utf8_count(forms, strlen(forms));
    } else {
        if (code < 0x80 && letter_kind(code) == LETTER_SIGN)
            buf_add_char(out, '\\');
        buf_add(out, text, step);
        *weight += CHAR_WEIGHT;
    }
    return step;
}

/* The bytes at `text` that are `start` (given in small letters) in whatever case, or 0. */
static size_t starts_with(const char *text, size_t len, const char *start)
{
    size_t at = 0;
    uint32_t want, have;

    for (size_t step; *start != '\0'; start += utf8_decode(start, strlen(start), &want)) {
        utf8_decode(start, strlen(start), &want);
        step = utf8_decode(text + at, len - at, &have);
        if (step == 0 || small(have) != want)
            return 0;
        at += step;
    }
    return at;
}

size_t letter_spell(const char *text, size_t len, struct buf *out, size_t *weight)
{
    for (size_t i = 0; i < sizeof LIGATURES / sizeof LIGATURES[0]; i++) {
        const char *two = LIGATURES[i].two;
        size_t taken = starts_with(text, len, two);

        if (taken == 0)
            taken = starts_with(text, len, LIGATURES[i].one);
        if (taken == 0)
            continue;
        buf_add_text(out, "(?:");
        spell_one(two, 1, out, weight);
        spell_one(two + 1, 1, out, weight);
        buf_addf(out, "|%s)", LIGATURES[i].one);
        *weight += GROUP_WEIGHT + CHAR_WEIGHT;
        return taken;
    }
    return spell_one(text, len, out, weight);
}
