/*
 * vendor_text: see the header.
 *
 * A sentence ends at . ! ? … (and closing quotes behind it) when a blank follows, at their wide forms whatever follows,
 * and at a line break. At the very end of the text a stop counts too, but not behind a digit: "costs 3." may have been
 * on its way to 3.50. A number alone at the start of its line is no sentence, but one of a list.
 */
#include <stdint.h>
#include <string.h>

#include "backend/backend.h"
#include "backend/vendor_text.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "text/fold.h"

static const char STOPS[] = ".!?…";
static const char WIDE_STOPS[] = "。！？";
static const char CLOSING[] = "\"')]}”’»」』）*_~";

static void drop_start(struct buf *text, size_t len)
{
    memmove(text->data, text->data + len, text->len - len);
    buf_truncate(text, text->len - len);
}

static size_t blanks_at_start(const struct buf *text)
{
    size_t at = 0;

    while (at < text->len) {
        uint32_t code;
        size_t step = utf8_decode(text->data + at, text->len - at, &code);

        if (step == 0 || !(fold_is_blank(code) || code <= ' '))
            break;
        at += step;
    }
    return at;
}

static size_t before(const struct buf *text, size_t at)
{
    return utf8_floor(text->data, text->len, at - 1);
}

void vendor_text_trim(struct buf *text)
{
    if (text->len == 0)
        return;
    while (text->len > 0) {
        uint32_t code;
        size_t last = before(text, text->len);

        utf8_decode(text->data + last, text->len - last, &code);
        if (!(fold_is_blank(code) || code <= ' '))
            break;
        buf_truncate(text, last);
    }
    drop_start(text, blanks_at_start(text));
}

void vendor_text_strip_thoughts(struct buf *text)
{
    static const char OPEN[] = "<think>", SHUT[] = "</think>";

    if (text->len == 0)
        return;
    size_t start = blanks_at_start(text);
    const char *open = strstr(text->data, OPEN), *shut = strstr(text->data, SHUT);
    bool begins = open == text->data + start;

    if (shut != NULL && (begins || open == NULL || open > shut))
        drop_start(text, (size_t)(shut - text->data) + strlen(SHUT));
    else if (begins)
        buf_clear(text);
}

void vendor_text_cap(struct buf *text)
{
    if (text->len > BACKEND_TEXT_MAX)
        buf_truncate(text, utf8_floor(text->data, text->len, BACKEND_TEXT_MAX));
}

static bool is_one_of(const char *text, size_t len, const char *characters)
{
    return len > 0 && memmem(characters, strlen(characters), text, len) != NULL;
}

/* Are there nothing but digits between the start of the line and the stop at `at`? */
static bool numbers_a_line(const struct buf *text, size_t at)
{
    size_t digits = at;

    while (digits > 0 && ascii_is_digit((unsigned char)text->data[digits - 1]))
        digits--;
    return digits < at && (digits == 0 || text->data[digits - 1] == '\n');
}

static bool ends_at_stop(const struct buf *text, size_t stop, size_t end)
{
    if (text->data[stop] == '.' && numbers_a_line(text, stop))
        return false;
    if (end == text->len)
        return text->data[stop] != '.' || stop == 0 || !ascii_is_digit((unsigned char)text->data[stop - 1]);
    return strchr(" \t\r\n", text->data[end]) != NULL;
}

/* Where the sentence ends whose last character before closing quotes is a stop at `at`; 0: none ends here. */
static size_t sentence_end(const struct buf *text, size_t at, size_t step)
{
    bool is_wide = is_one_of(text->data + at, step, WIDE_STOPS);
    size_t end = at + step;
    uint32_t code;

    if (!is_wide && !is_one_of(text->data + at, step, STOPS))
        return 0;
    while (end < text->len) {
        size_t next = utf8_decode(text->data + end, text->len - end, &code);

        if (!is_one_of(text->data + end, next, CLOSING))
            break;
        end += next;
    }
    return is_wide || ends_at_stop(text, at, end) ? end : 0;
}

void vendor_text_end_whole(struct buf *text)
{
    static const char ELLIPSIS[] = "…";
    size_t best = 0;
    uint32_t code;

    for (size_t at = 0, step; at < text->len; at += step) {
        step = utf8_decode(text->data + at, text->len - at, &code);
        step = step > 0 ? step : 1;
        size_t end = code == '\n' ? at : sentence_end(text, at, step);
        best = end > best ? end : best;
    }
    if (best > 0 && best >= text->len / 2) {
        buf_truncate(text, best);
        vendor_text_trim(text);
    } else if (text->len > 0) {
        buf_truncate(text, utf8_floor(text->data, text->len, BACKEND_TEXT_MAX - strlen(ELLIPSIS)));
        buf_add_text(text, ELLIPSIS);
    }
}
