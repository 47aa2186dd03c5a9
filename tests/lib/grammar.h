/*
 * grammar: patterns, lists of words and texts made at random, out of few pieces, so that they meet often. For
 * tests that compare two ways to match.
 *
 * The choices come from a fuzzer's bytes; behind their end from a generator seeded by the caller, so that
 * the same input always makes the same.
 */
#ifndef TESTS_GRAMMAR_H
#define TESTS_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

struct choices {
    const uint8_t *data;
    size_t len;
    uint64_t seed; /* 0: behind the end of the data all choices are the first */
};

static inline size_t choose(struct choices *choices, size_t count)
{
    if (choices->len > 0) {
        choices->len--;
        return *choices->data++ % count;
    }
    if (choices->seed == 0)
        return 0;
    choices->seed ^= choices->seed << 13;
    choices->seed ^= choices->seed >> 7;
    choices->seed ^= choices->seed << 17;
    return (size_t)((choices->seed * 0x2545f4914f6cdd1dULL >> 33) % count);
}

#define PICK(choices, list) list[choose(choices, sizeof(list) / sizeof(list)[0])]

/* Small pieces of words, with all the traps of case and accents; a text is made of the same. */
static const char *const GRAMMAR_PIECES[] = {
    "a",      "b",       "ab",     "order",     "Order", "ORDER",  "s",
    "S",      "ss",      "SS",     "ß",         "ẞ",     "ſ",      "k",
    "K",      "\u212a",  "i",      "I",         "İ",     "ı",      "é",
    "É",      "e\u0301", "e",      "caf\u00e9", "cafe",  "æ",      "ae",
    "AE",     "œ",       "oe",     "Oe",        "ø",     "o",      "Å",
    "\u212b", "å",       "ς",      "σ",         "Σ",     "ω",      "Ω",
    "\u2126", "θ",       "ϑ",      "ϴ",         "µ",     "μ",      "ж",
    "Ж",      "в",       "\u1c80", "ǆ",         "ǅ",     "ﬁ",      "fi",
    "Ａ",     "１",      "1",      "2",         "12",    "345",    "환불",
    "환",     "불",      "배송",   "영업시간",  "가",    "는",     "\u1100\u1161",
    "한글",   "返品",    "送料",   "カ",        "ｶ",     "😀",      "❤\ufe0f",
    "don't",  "dont",    "don’t",  "e-mail",    "email", "e mail", "stop",
    "Stop",   "ᾳ",       "\u0345", "ი",         "Ა",   "ꭰ",    "Ꭰ",
    "ff",     "n",       "ñ",      "đ",         "Đ",     "ł",      "Ț",
    "ț",      "x",       "#",      "?",         "+",
};

static const char *const GRAMMAR_BLANKS[] = { " ",      "",  "-", "'",  " ",   ", ", "  ",
                                              "\u3000", ".", "_", "\n", "은 ", "을 " };

static inline void make_text(struct choices *choices, struct buf *out)
{
    for (size_t count = choose(choices, 10); count > 0; count--) {
        buf_add_text(out, PICK(choices, GRAMMAR_PIECES));
        if (choose(choices, 2) == 0)
            buf_add_text(out, PICK(choices, GRAMMAR_BLANKS));
    }
}

/* A text with a slice of what is to be found in it, in whatever case, blanks sprinkled in. */
static inline void make_text_near(struct choices *choices, const char *source, struct buf *out)
{
    size_t len = strlen(source), from, to;

    if (choose(choices, 3) == 0)
        make_text(choices, out);
    from = utf8_floor(source, len, choose(choices, 2) == 0 ? 0 : choose(choices, len + 1));
    to = utf8_floor(source, len, choose(choices, 2) == 0 ? len : from + choose(choices, len - from + 1));
    for (; from < to; from++) {
        char c = source[from];

        if (c == '=' || c == '*' || c == ',' || c == '|' || c == '(' || c == ')' || c == '\\')
            continue;
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && choose(choices, 4) == 0)
            c ^= 0x20;
        if (((unsigned char)c & 0xc0) != 0x80 && choose(choices, 8) == 0)
            buf_add_text(out, PICK(choices, GRAMMAR_BLANKS));
        buf_add_char(out, c);
    }
    if (choose(choices, 3) == 0)
        make_text(choices, out);
}

static inline void make_entry(struct choices *choices, struct buf *out)
{
    static const char *const STARTS[] = { "", "", "", "", "=", "=", "*", "=*" };
    static const char *const ENDS[] = { "", "", "", "*", "!", "?" };

    buf_add_text(out, PICK(choices, STARTS));
    for (size_t count = 1 + choose(choices, 3); count > 0; count--) {
        buf_add_text(out, PICK(choices, GRAMMAR_PIECES));
        if (choose(choices, 3) == 0)
            buf_add_text(out, PICK(choices, GRAMMAR_BLANKS));
    }
    buf_add_text(out, PICK(choices, ENDS));
}

static inline void make_words(struct choices *choices, struct buf *out)
{
    make_entry(choices, out);
    for (size_t count = choose(choices, 3); count > 0; count--) {
        buf_add_text(out, ", ");
        make_entry(choices, out);
    }
}

static inline void make_alternatives(struct choices *choices, int depth, struct buf *out);

static inline void make_class(struct choices *choices, struct buf *out)
{
    static const char *const MEMBERS[] = { "a-c", "0-9",     "\\d",    "s", "ß",   "[:alpha:]",
                                           "é",   "가-힣",   "\\s",    "-", "]",   "\\]",
                                           "K",   "k-m",     "\\-",    "x", "\\w", "[:^digit:]",
                                           "#",   "\\x{41}", "\\p{L}", "[", "'",   " " };

    buf_add_text(out, choose(choices, 5) == 0 ? "[^" : "[");
    for (size_t count = 1 + choose(choices, 3); count > 0; count--)
        buf_add_text(out, PICK(choices, MEMBERS));
    buf_add_text(out, "]");
}

static inline void make_group(struct choices *choices, int depth, struct buf *out)
{
    static const char *const OPENINGS[] = { "(",    "(?:",  "(?<n>",   "(?P<m>", "(?'q'", "(?>",
                                            "(?|",  "(?i:", "(?-i:",   "(?s-m:", "(?=",   "(?!",
                                            "(?<=", "(?<!", "(?(?=a)", "(?(1)",  "(?x:",  "(?^:" };

    buf_add_text(out, PICK(choices, OPENINGS));
    make_alternatives(choices, depth - 1, out);
    buf_add_text(out, ")");
}

static inline void make_atom(struct choices *choices, int depth, struct buf *out)
{
    static const char *const ESCAPES[] = {
        ".",        "\\d",      "\\w",       "\\s",   "\\b",    "^",        "$",      "\\D",
        "\\S",      "\\h",      "\\R",       "\\X",   "\\K",    "\\A",      "\\z",    "\\1",
        "\\x41",    "\\x{e9}",  "\\x{212a}", "\\061", "\\12",   "\\g{1}",   "\\k<n>", "(?P=m)",
        "\\Q+\\E",  "\\Qab\\E", "\\Qs",      "\\E",   "\\Q\\E", "(?#a)",    "(?i)",   "(?-i)",
        "(?s)",     "(?x)",     "\\.",       "\\#",   "\\-",    "\\p{Han}", "\\pL",   "\\N",
        "\\o{101}", "\\cA",     "\\t",       "\\x",   "{",      "}",        "]",      "\\N{U+41}",
        "\\e",      "#",
    };

    switch (choose(choices, 8)) {
    case 0: buf_add_text(out, PICK(choices, ESCAPES)); break;
    case 1: make_class(choices, out); break;
    case 2:
        if (depth > 0) {
            make_group(choices, depth, out);
            break;
        }
        /* fall through */
    default: buf_add_text(out, PICK(choices, GRAMMAR_PIECES)); break;
    }
}

static inline void make_sequence(struct choices *choices, int depth, struct buf *out)
{
    static const char *const REPEATS[] = { "?",   "*",     "+",     "??",   "*+",   "+?",    "{2}",
                                           "{0}", "{1,2}", "{0,1}", "{2,}", "{,2}", "{ 1 }", "{0,}+" };

    for (size_t count = 1 + choose(choices, 4); count > 0; count--) {
        make_atom(choices, depth, out);
        if (choose(choices, 4) == 0)
            buf_add_text(out, PICK(choices, REPEATS));
        if (choose(choices, 6) == 0)
            buf_add_text(out, PICK(choices, GRAMMAR_BLANKS));
    }
}

static inline void make_alternatives(struct choices *choices, int depth, struct buf *out)
{
    make_sequence(choices, depth, out);
    while (choose(choices, 4) == 0 && out->len < 400) {
        buf_add_text(out, "|");
        if (choose(choices, 6) != 0)
            make_sequence(choices, depth, out);
    }
}

static inline void make_pattern(struct choices *choices, struct buf *out)
{
    make_alternatives(choices, 2, out);
}

#endif
