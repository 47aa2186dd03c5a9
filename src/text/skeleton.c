/*
 * skeleton: the map, and texts put through it.
 *
 * The map is a table of pages of 256 characters; a page on which every character stays itself is not kept.
 * Its entries are computed once from utf8proc's case tables and from the rows of letters.c. "Small letter of
 * the capital letter" is the way to one form for all cases: ς, σ and Σ, or ſ, s and S, meet only there.
 *
 * The ASCII part is kept a second time as three arrays of bytes, because most characters of most messages
 * come from there: the loop then writes each byte and moves on by 0 or 1, without a branch on the blanks,
 * which no processor can foretell.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/letters.h"
#include "text/skeleton.h"

enum { PAGES = 0x200, PAGE_BITS = 8, PAGE_SIZE = 1 << PAGE_BITS }; /* behind U+1FFFF nothing has case */

/* An entry of a page: the character, a second one (ASCII) behind it, its kinds, and whether it vanishes. */
enum {
    ENTRY_CODE = 0x1fffff,
    ENTRY_SECOND_SHIFT = 21,
    ENTRY_SECOND = 0x7f,
    ENTRY_KIND_SHIFT = 28,
    ENTRY_KIND = 3,
    ENTRY_GONE = 1 << 30
};

enum { HANGUL_FIRST = 0xac00, HANGUL_LAST = 0xd7a3 };

struct skeleton {
    uint32_t *pages[PAGES];
    unsigned char ascii_to[128], ascii_kept[128], ascii_kind[128];
};

static bool vanishes(uint32_t code)
{
    return code == '-' || code == '\'' || code == 0x180e || fold_is_blank(code);
}

/* A part of the letters and digits that end no word; each is one for PCRE2 and for words.c, too. */
static bool is_word(uint32_t code)
{
    if (code < 0x80)
        return (code >= '0' && code <= '9') || ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
    return (code >= 0xc0 && code <= 0x24f && code != 0xd7 && code != 0xf7) || /* Latin */
           (code >= 0x391 && code <= 0x3c9 && code != 0x3a2) ||               /* Greek */
           (code >= 0x400 && code <= 0x481);                                  /* Cyrillic */
}

static uint32_t small_of_capital(uint32_t code)
{
    return (uint32_t)utf8proc_tolower(utf8proc_toupper((utf8proc_int32_t)code));
}

static uint32_t make_entry(uint32_t code)
{
    uint32_t kind = is_word(code) ? MARK_WORD : 0;
    uint32_t to = letter_base(small_of_capital(code));
    uint32_t entry;

    if (vanishes(code))
        return ENTRY_GONE;
    switch (to) {
    case 0xdf: entry = 's' | (uint32_t)'s' << ENTRY_SECOND_SHIFT; break;
    case 0xe6: entry = 'a' | (uint32_t)'e' << ENTRY_SECOND_SHIFT; break;
    case 0x153: entry = 'o' | (uint32_t)'e' << ENTRY_SECOND_SHIFT; break;
    default: entry = to; break;
    }
    return entry | kind << ENTRY_KIND_SHIFT;
}

/* Pages of scripts without case, which are many and large: Han, Kana, Yi, Hangul, private ones. */
static bool is_caseless_page(size_t page)
{
    return (page >= 0x2e && page < 0xa4 && page != 0x30) || (page >= 0xac && page < 0xfb) ||
           (page >= 0x120 && page < 0x16e) || (page >= 0x16f && page < 0x1e0);
}

static uint32_t *make_page(size_t page)
{
    uint32_t *entries = alloc_array(PAGE_SIZE, sizeof *entries);
    bool is_plain = true;

    for (uint32_t i = 0; i < PAGE_SIZE; i++) {
        uint32_t code = (uint32_t)page << PAGE_BITS | i;

        entries[i] = make_entry(code);
        is_plain = is_plain && entries[i] == code;
    }
    if (!is_plain)
        return entries;
    free(entries);
    return NULL;
}

struct skeleton *skeleton_new(void)
{
    struct skeleton *skeleton = alloc_new(sizeof *skeleton);

    for (size_t page = 0; page < PAGES; page++)
        if (!is_caseless_page(page))
            skeleton->pages[page] = make_page(page);
    for (size_t c = 0; c < 128; c++) {
        uint32_t entry = skeleton->pages[0][c];

        skeleton->ascii_to[c] = (unsigned char)(entry & ENTRY_CODE);
        skeleton->ascii_kept[c] = (entry & ENTRY_GONE) == 0;
        skeleton->ascii_kind[c] = entry >> ENTRY_KIND_SHIFT & ENTRY_KIND;
    }
    return skeleton;
}

void skeleton_free(struct skeleton *skeleton)
{
    if (skeleton == NULL)
        return;
    for (size_t page = 0; page < PAGES; page++)
        free(skeleton->pages[page]);
    free(skeleton);
}

static uint32_t find_entry(const struct skeleton *skeleton, uint32_t code)
{
    const uint32_t *page = code >> PAGE_BITS < PAGES ? skeleton->pages[code >> PAGE_BITS] : NULL;

    if (page != NULL)
        return page[code & (PAGE_SIZE - 1)];
    if (code >= HANGUL_FIRST && code <= HANGUL_LAST)
        return code | (uint32_t)MARK_SYLLABLE << ENTRY_KIND_SHIFT;
    return code;
}

/* Up to five bytes; returns how many. */
static size_t encode(uint32_t entry, char *out)
{
    uint32_t code = entry & ENTRY_CODE;
    uint32_t second = entry >> ENTRY_SECOND_SHIFT & ENTRY_SECOND;
    size_t len = 0;

    if (entry & ENTRY_GONE)
        return 0;
    if (code < 0x80) {
        out[len++] = (char)code;
    } else if (code < 0x800) {
        out[len++] = (char)(0xc0 | code >> 6);
        out[len++] = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        out[len++] = (char)(0xe0 | code >> 12);
        out[len++] = (char)(0x80 | (code >> 6 & 0x3f));
        out[len++] = (char)(0x80 | (code & 0x3f));
    } else {
        out[len++] = (char)(0xf0 | code >> 18);
        out[len++] = (char)(0x80 | (code >> 12 & 0x3f));
        out[len++] = (char)(0x80 | (code >> 6 & 0x3f));
        out[len++] = (char)(0x80 | (code & 0x3f));
    }
    if (second != 0)
        out[len++] = (char)second;
    return len;
}

void skeleton_add(const struct skeleton *skeleton, uint32_t code, struct buf *out)
{
    char bytes[8];

    buf_add(out, bytes, encode(find_entry(skeleton, code), bytes));
}

/* A character of two bytes may become one of three, and a byte that is none U+FFFD. */
static void make_room(struct squeezed *squeezed, size_t len)
{
    size_t room = 3 * len + 8;

    if (room <= squeezed->room)
        return;
    squeezed->text = alloc_resize(squeezed->text, room, 1);
    squeezed->marks = alloc_resize(squeezed->marks, room, 1);
    squeezed->room = room;
}

void skeleton_squeeze(const struct skeleton *skeleton, const char *text, size_t len, struct squeezed *out)
{
    unsigned char before = 0; /* kind of the character before, 0 behind one that vanished */
    size_t to = 0;

    make_room(out, len);
    for (size_t at = 0; at < len;) {
        unsigned char c = (unsigned char)text[at];
        uint32_t code, entry;
        size_t step;

        if (c < 0x80) {
            unsigned char kind = skeleton->ascii_kind[c];

            out->text[to] = (char)skeleton->ascii_to[c];
            out->marks[to] = before & kind;
            to += skeleton->ascii_kept[c];
            before = kind;
            at++;
            continue;
        }
        step = utf8_decode(text + at, len - at, &code);
        entry = find_entry(skeleton, code);
        memset(out->marks + to, 0, 5);
        out->marks[to] = before & (entry >> ENTRY_KIND_SHIFT & ENTRY_KIND);
        before = entry >> ENTRY_KIND_SHIFT & ENTRY_KIND;
        to += encode(entry, out->text + to);
        at += step > 0 ? step : 1;
    }
    out->marks[to] = 0;
    out->len = to;
}

void squeezed_release(struct squeezed *squeezed)
{
    free(squeezed->text);
    free(squeezed->marks);
    *squeezed = (struct squeezed){ 0 };
}
