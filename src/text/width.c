/*
 * width: see the header.
 *
 * A text is walked cluster by cluster: utf8proc says where a cluster ends (its state machine knows flags and
 * joined emoji), and how wide each character is. Terminals do not agree about joined emoji; most draw them in
 * two columns, and so do we count them: a table whose border is one column off is the worst that can happen.
 */
#include <stdbool.h>
#include <stdint.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "text/width.h"

enum { EMOJI_FORM = 0xfe0f, FLAG_FIRST = 0x1f1e6, FLAG_LAST = 0x1f1ff };

static size_t decode(const char *text, size_t len, uint32_t *code)
{
    size_t taken = utf8_decode(text, len, code);

    return taken > 0 ? taken : 1;
}

static size_t width_of(uint32_t code)
{
    int width;

    if (code == EMOJI_FORM || (code >= FLAG_FIRST && code <= FLAG_LAST))
        return 2;
    width = utf8proc_charwidth((utf8proc_int32_t)code);
    return width > 0 ? (size_t)width : 0;
}

/* The length in bytes of the cluster at the text's start, and its width. len > 0. */
static size_t next_cluster(const char *text, size_t len, size_t *width)
{
    utf8proc_int32_t state = 0;
    uint32_t code, next;
    size_t at = decode(text, len, &code);

    *width = width_of(code);
    while (at < len) {
        size_t more = decode(text + at, len - at, &next);

        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)code, (utf8proc_int32_t)next, &state))
            break;
        if (width_of(next) > *width)
            *width = width_of(next);
        code = next;
        at += more;
    }
    return at;
}

size_t width_cut(const char *text, size_t len, size_t columns, size_t *taken)
{
    size_t at = 0, used = 0;

    while (at < len) {
        size_t width;
        size_t more = next_cluster(text + at, len - at, &width);

        if (used + width > columns)
            break;
        used += width;
        at += more;
    }
    if (taken != NULL)
        *taken = used;
    return at;
}

size_t width_text(const char *text, size_t len)
{
    size_t width;

    width_cut(text, len, SIZE_MAX / 2, &width);
    return width;
}
