/*
 * utf8: reading, checking and repairing UTF-8.
 *
 * The well-formed sequences are those of table 3-7 of the Unicode standard. The lead byte fixes the
 * length and the range of the second byte; the ranges are what keeps out overlong forms (after E0 and
 * F0), surrogates (after ED) and codes above U+10FFFF (after F4). All further bytes are 80 … BF. With
 * this table no decoded value has to be checked afterwards.
 *
 * Where a sequence breaks off, its maximal part is the lead byte and those that still fitted: repair
 * replaces that part by one U+FFFD and reads on at the first byte that did not fit, which may well
 * start a good character. A byte that can start nothing is a part of its own.
 *
 * Nothing here allocates but what is appended to a caller's buf, and nothing reads past `len`.
 */
#include <string.h>

#include "base/utf8.h"

enum { REPLACEMENT = 0xFFFD };

struct lead {
    unsigned char from, to;               /* range of the lead byte */
    unsigned char length;                 /* of the whole sequence */
    unsigned char mask;                   /* payload bits of the lead byte */
    unsigned char second_from, second_to; /* range of the byte after it */
};

static const struct lead LEADS[] = {
    { 0x00, 0x7F, 1, 0x7F, 0x00, 0x00 },
    { 0xC2, 0xDF, 2, 0x1F, 0x80, 0xBF },
    { 0xE0, 0xE0, 3, 0x0F, 0xA0, 0xBF },
    { 0xE1, 0xEC, 3, 0x0F, 0x80, 0xBF },
    { 0xED, 0xED, 3, 0x0F, 0x80, 0x9F },
    { 0xEE, 0xEF, 3, 0x0F, 0x80, 0xBF },
    { 0xF0, 0xF0, 4, 0x07, 0x90, 0xBF },
    { 0xF1, 0xF3, 4, 0x07, 0x80, 0xBF },
    { 0xF4, 0xF4, 4, 0x07, 0x80, 0x8F },
};

static const struct lead *find_lead(unsigned char byte)
{
    for (size_t i = 0; i < sizeof LEADS / sizeof LEADS[0]; i++)
        if (byte >= LEADS[i].from && byte <= LEADS[i].to)
            return &LEADS[i];
    return NULL;
}

/* Bytes that fit, at least 1 (len > 0). It is a character, in *code, exactly if *is_whole. */
static size_t take(const unsigned char *text, size_t len, uint32_t *code, bool *is_whole)
{
    const struct lead *lead = find_lead(text[0]);

    *is_whole = false;
    *code = REPLACEMENT;
    if (lead == NULL)
        return 1;
    uint32_t value = text[0] & lead->mask;
    for (size_t i = 1; i < lead->length; i++) {
        unsigned char from = i == 1 ? lead->second_from : 0x80;
        unsigned char to = i == 1 ? lead->second_to : 0xBF;

        if (i >= len || text[i] < from || text[i] > to)
            return i;
        value = value << 6 | (text[i] & 0x3F);
    }
    *code = value;
    *is_whole = true;
    return lead->length;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *code)
{
    bool is_whole;

    *code = REPLACEMENT;
    if (len == 0)
        return 0;
    if ((unsigned char)*text < 0x80) {
        *code = (unsigned char)*text;
        return 1;
    }
    size_t taken = take((const unsigned char *)text, len, code, &is_whole);
    return is_whole ? taken : 0;
}

void utf8_encode(uint32_t code, struct buf *out)
{
    char bytes[4];
    size_t len = 0;

    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = REPLACEMENT;
    if (code < 0x80) {
        bytes[len++] = (char)code;
    } else if (code < 0x800) {
        bytes[len++] = (char)(0xC0 | code >> 6);
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        bytes[len++] = (char)(0xE0 | code >> 12);
        bytes[len++] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    } else {
        bytes[len++] = (char)(0xF0 | code >> 18);
        bytes[len++] = (char)(0x80 | (code >> 12 & 0x3F));
        bytes[len++] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    }
    buf_add(out, bytes, len);
}

size_t utf8_ascii_run(const char *text, size_t len)
{
    size_t at = 0;
    uint64_t eight;

    for (; at + sizeof eight <= len; at += sizeof eight) {
        memcpy(&eight, text + at, sizeof eight);
        if ((eight & 0x8080808080808080u) != 0)
            break;
    }
    while (at < len && (unsigned char)text[at] < 0x80)
        at++;
    return at;
}

bool utf8_is_valid(const char *text, size_t len)
{
    uint32_t code;

    for (size_t at = utf8_ascii_run(text, len); at < len;) {
        size_t taken = utf8_decode(text + at, len - at, &code);
        if (taken == 0)
            return false;
        at += taken;
    }
    return true;
}

void utf8_repair(const char *text, size_t len, struct buf *out)
{
    size_t good_from = 0; /* text[good_from … at-1] is good and not yet appended */
    bool has_nul = len > 0 && memchr(text, '\0', len) != NULL;

    for (size_t at = has_nul ? 0 : utf8_ascii_run(text, len); at < len;) {
        uint32_t code;
        bool is_whole;
        size_t taken = take((const unsigned char *)text + at, len - at, &code, &is_whole);

        if (!is_whole || code == 0) {
            buf_add(out, text + good_from, at - good_from);
            utf8_encode(REPLACEMENT, out);
            good_from = at + taken;
        }
        at += taken;
        if (!has_nul)
            at += utf8_ascii_run(text + at, len - at);
    }
    buf_add(out, text + good_from, len - good_from);
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t utf8_count(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += !is_continuation(text[i]);
    return count;
}

size_t utf8_floor(const char *text, size_t len, size_t max)
{
    if (max >= len)
        return len;
    while (max > 0 && is_continuation(text[max]))
        max--;
    return max;
}

bool utf8_is_control(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } RANGES[] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },     /* C0; DEL and C1 */
        { 0x61c, 0x61c },   { 0x200e, 0x200f }, /* marks of direction */
        { 0x2028, 0x202e },                     /* line and paragraph separator; embeddings and overrides */
        { 0x2066, 0x2069 },                     /* isolates */
    };
    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++)
        if (code >= RANGES[i].first && code <= RANGES[i].last)
            return true;
    return false;
}
