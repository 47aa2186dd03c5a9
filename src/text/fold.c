/*
 * fold: one spelling for the many ways to write the same words.
 *
 * A text of ASCII and of such characters as never change, Hangul syllables, Han and Kana, is folded byte by
 * byte; most texts are of this kind. Any other goes through an array of code points: each character is
 * decomposed (NFKD) and every piece of it is either dropped, straightened, or appended; then the combining
 * marks are put into canonical order, the array is composed (NFC) and encoded.
 *
 * The order of the steps carries the promise that folding twice changes nothing. What is to be dropped must
 * go before marks are ordered and composed: a joiner between "e" and its accent would keep the two apart, and
 * the second folding would join them. Quotes and dashes are looked up before the decomposition (U+00B4 would
 * fall into a space and a mark) and after it (U+FF02 becomes one by it). No composed character is itself in
 * the table.
 *
 * One departure from NFKC: Korean letters that stand alone stay what they are (is_lone_jamo).
 *
 * A run of combining marks is cut after MARKS_MAX, the number that Unicode's stream-safe format grants. Real
 * languages need five or so. Without the cut, ordering 64 KB of marks would take seconds.
 *
 * Limits: FOLD_MAX bytes are read, and FOLD_MAX written.
 */
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "text/fold.h"

enum {
    MARKS_MAX = 30,
    PIECES_MAX = 32, /* one character decomposes into 18 at most (U+FDFA) */
};

struct range {
    uint32_t first, last;
    char to;
};

/* Sorted. */
static const struct range STRAIGHT[] = {
    { 0x0060, 0x0060, '\'' }, /* ` */
    { 0x00ab, 0x00ab, '"' },  /* « */
    { 0x00b4, 0x00b4, '\'' }, /* ´ */
    { 0x00bb, 0x00bb, '"' },  /* » */
    { 0x02b9, 0x02b9, '\'' }, /* the letter-like primes and apostrophes of some keyboards */
    { 0x02bb, 0x02bd, '\'' }, { 0x2010, 0x2015, '-' }, /* hyphens, en and em dash, bar */
    { 0x2018, 0x201b, '\'' },                          /* ‘ ’ ‚ ‛ */
    { 0x201c, 0x201f, '"' },                           /* “ ” „ ‟ */
    { 0x2032, 0x2032, '\'' },                          /* ′ */
    { 0x2033, 0x2033, '"' },                           /* ″ */
    { 0x2035, 0x2035, '\'' }, { 0x2036, 0x2036, '"' }, { 0x2039, 0x203a, '\'' }, /* ‹ › */
    { 0x2212, 0x2212, '-' },                                                     /* minus */
    { 0x301d, 0x301f, '"' },
};

/* Sorted. */
static const struct range BLANK[] = {
    { 0x0009, 0x000d, ' ' }, { 0x0020, 0x0020, ' ' }, { 0x0085, 0x0085, ' ' }, { 0x00a0, 0x00a0, ' ' },
    { 0x1680, 0x1680, ' ' }, { 0x2000, 0x200a, ' ' }, { 0x2028, 0x2029, ' ' }, { 0x202f, 0x202f, ' ' },
    { 0x205f, 0x205f, ' ' }, { 0x2800, 0x2800, ' ' }, { 0x3000, 0x3000, ' ' },
};

/* Code points on their way to the output. */
struct pieces {
    utf8proc_int32_t *codes;
    size_t count, room;
    size_t marks;    /* combining marks at the end of codes */
    bool keep_outer; /* a leading blank stays */
};

/* What else stays, bit by bit. */
enum { KEEP_OUTER = 1, KEEP_JOINERS = 2 };

static int range_compare(const void *key, const void *element)
{
    uint32_t code = *(const uint32_t *)key;
    const struct range *range = element;

    return code < range->first ? -1 : code > range->last;
}

static const struct range *range_find(const struct range *ranges, size_t count, uint32_t code)
{
    return bsearch(&code, ranges, count, sizeof ranges[0], range_compare);
}

bool fold_is_blank(uint32_t code)
{
    return range_find(BLANK, sizeof BLANK / sizeof BLANK[0], code) != NULL;
}

static uint32_t straighten(uint32_t code)
{
    const struct range *found = range_find(STRAIGHT, sizeof STRAIGHT / sizeof STRAIGHT[0], code);

    if (found != NULL)
        return (uint32_t)(unsigned char)found->to;
    return fold_is_blank(code) ? ' ' : code;
}

/* Invisible, and no part of a word: C0, C1, and the marks around interlinear notes. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0xfff9 && code <= 0xfffb);
}

static int combining_class(utf8proc_int32_t code)
{
    return utf8proc_get_property(code)->combining_class;
}

static void pieces_add(struct pieces *pieces, uint32_t code)
{
    bool is_mark = combining_class((utf8proc_int32_t)code) != 0;

    if (is_mark && pieces->marks == MARKS_MAX)
        return;
    if (code == ' ' && pieces->count == 0 && !pieces->keep_outer)
        return;
    if (code == ' ' && pieces->count > 0 && pieces->codes[pieces->count - 1] == ' ')
        return;
    if (pieces->count == pieces->room) {
        pieces->room *= 2;
        pieces->codes = alloc_resize(pieces->codes, pieces->room, sizeof pieces->codes[0]);
    }
    pieces->codes[pieces->count++] = (utf8proc_int32_t)code;
    pieces->marks = is_mark ? pieces->marks + 1 : 0;
}

/*
 * ㅋ, ㅠ: a letter typed by itself. NFKC makes of them the jamo that syllables are built of, and composing
 * would then build one where none was typed: ㅋㅠ became 큐.
 */
static bool is_lone_jamo(uint32_t code)
{
    return code >= 0x3131 && code <= 0x318e && code != 0x3164; /* U+3164 is an invisible filler */
}

static void pieces_take(struct pieces *pieces, uint32_t code)
{
    utf8proc_int32_t parts[PIECES_MAX];
    int last_class = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t count;

    code = straighten(code);
    if (is_control(code))
        return;
    if (is_lone_jamo(code)) {
        pieces_add(pieces, code);
        return;
    }
    count = utf8proc_decompose_char((utf8proc_int32_t)code, parts, PIECES_MAX,
                                    UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_IGNORE | UTF8PROC_STABLE,
                                    &last_class);
    if (count > PIECES_MAX)
        abort();
    for (utf8proc_ssize_t i = 0; i < count; i++)
        pieces_add(pieces, straighten((uint32_t)parts[i]));
}

/* Canonical order: each run of marks sorted by class, stable. Runs are short, so insertion will do. */
static void pieces_order(struct pieces *pieces)
{
    for (size_t i = 1; i < pieces->count; i++) {
        utf8proc_int32_t code = pieces->codes[i];
        int class = combining_class(code);
        size_t at = i;

        if (class == 0)
            continue;
        for (; at > 0 && combining_class(pieces->codes[at - 1]) > class; at--)
            pieces->codes[at] = pieces->codes[at - 1];
        pieces->codes[at] = code;
    }
}

static void pieces_compose(struct pieces *pieces, struct buf *out)
{
    utf8proc_ssize_t count;

    pieces_order(pieces);
    count = utf8proc_normalize_utf32(pieces->codes, (utf8proc_ssize_t)pieces->count,
                                     UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    for (utf8proc_ssize_t i = 0; i < count; i++)
        utf8_encode((uint32_t)pieces->codes[i], out);
}

static bool is_emoji(uint32_t code)
{
    return utf8proc_get_property((utf8proc_int32_t)code)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool is_skin_tone(uint32_t code)
{
    return code >= 0x1f3fb && code <= 0x1f3ff;
}

/* Does a joiner here make one emoji of two? What would make a picture of the first is gone already. */
static bool joins(const struct pieces *pieces, const char *next, size_t len)
{
    uint32_t before = pieces->count > 0 ? (uint32_t)pieces->codes[pieces->count - 1] : 0, behind;

    return (is_emoji(before) || is_skin_tone(before)) && utf8_decode(next, len, &behind) > 0 && is_emoji(behind);
}

static void fold_any(const char *text, size_t len, int keep, struct buf *out)
{
    enum { JOINER = 0x200d };
    struct pieces pieces = { .room = len + 1, .keep_outer = (keep & KEEP_OUTER) != 0 };
    uint32_t code;
    size_t step;

    pieces.codes = alloc_array(pieces.room, sizeof pieces.codes[0]);
    for (size_t at = 0; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0)
            step = 1;
        if (code == JOINER && (keep & KEEP_JOINERS) != 0 && joins(&pieces, text + at + step, len - at - step))
            pieces_add(&pieces, code);
        else
            pieces_take(&pieces, code);
    }
    pieces_compose(&pieces, out);
    free(pieces.codes);
}

static void fold_bytes(const char *text, size_t len, int keep, struct buf *out)
{
    bool skips_blank = (keep & KEEP_OUTER) == 0; /* a blank here would lead, or follow another */
    size_t to = out->len;

    buf_reserve(out, len);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            if (!skips_blank)
                out->data[to++] = ' ';
            skips_blank = true;
        } else if (c > ' ' && c != 0x7f) {
            out->data[to++] = c == '`' ? '\'' : (char)c;
            skips_blank = false;
        }
    }
    out->len = to;
    out->data[to] = '\0';
}

static bool is_ascii(const char *text, size_t len)
{
    unsigned char all = 0;

    for (size_t i = 0; i < len; i++)
        all |= (unsigned char)text[i];
    return all < 0x80;
}

/* Characters of three bytes that stay themselves, whatever stands beside them of these and ASCII. */
static bool is_settled_character(const unsigned char *text)
{
    uint32_t code = (uint32_t)(text[0] & 0x0f) << 12 | (uint32_t)(text[1] & 0x3f) << 6 | (text[2] & 0x3f);

    return (code >= 0xac00 && code <= 0xd7a3) || (code >= 0x4e00 && code <= 0x9fff) || /* Hangul, Han */
           (code >= 0x3041 && code <= 0x3096) || (code >= 0x30a1 && code <= 0x30fa);   /* Kana */
}

/* Korean, Chinese and Japanese as people type it: nothing to compose, to order or to straighten but ASCII. */
static bool is_settled(const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;

    for (size_t at = 0; at < len;) {
        if (bytes[at] < 0x80) {
            at++;
            continue;
        }
        if ((bytes[at] & 0xf0) != 0xe0 || len - at < 3 || !is_settled_character(bytes + at))
            return false;
        at += 3;
    }
    return true;
}

static void fold(const char *text, size_t len, int keep, struct buf *out)
{
    size_t start = out->len;

    len = utf8_floor(text, len, FOLD_MAX);
    if (is_ascii(text, len) || is_settled(text, len))
        fold_bytes(text, len, keep, out);
    else
        fold_any(text, len, keep, out);
    if (out->len - start > FOLD_MAX)
        buf_truncate(out, start + utf8_floor(out->data + start, out->len - start, FOLD_MAX));
    if ((keep & KEEP_OUTER) == 0 && out->len > start && out->data[out->len - 1] == ' ')
        buf_truncate(out, out->len - 1);
}

void fold_text(const char *text, size_t len, struct buf *out)
{
    fold(text, len, 0, out);
}

void fold_piece(const char *text, size_t len, struct buf *out)
{
    fold(text, len, KEEP_OUTER, out);
}

void fold_shown(const char *text, size_t len, struct buf *out)
{
    fold(text, len, KEEP_JOINERS, out);
}

bool fold_is_empty(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] > ' ' && text[i] < 0x7f)
            return false; /* nearly every text; what is plain is never folded away */
    struct buf folded = { 0 };
    fold_text(text, len, &folded);
    bool is_empty = folded.len == 0;
    buf_release(&folded);
    return is_empty;
}

bool fold_says_nothing(const char *text)
{
    return text == NULL || fold_is_empty(text, strlen(text));
}
