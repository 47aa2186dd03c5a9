/*
 * json_writer: JSON as it leaves the house.
 *
 * A writer is a buf, a depth and one bit per depth that says whether a comma is due. It holds no tree:
 * what is written is written. Keys are given with the value, so that a key without a value cannot
 * happen. Closing what was never opened, a second root, or more than 60 levels are mistakes in the
 * calling code, and abort. That a key is given in objects and only there is the caller's business.
 *
 * Text is made safe where it is quoted, once for all: whoever prints our JSON on a terminal, or keeps
 * it in a log, is shown no control sequence, no line that runs backwards and no broken UTF-8. All of
 * it reads back as the same text, except what cannot be said: bad bytes and NUL become U+FFFD.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

enum { MAX_DEPTH = 60 };

static void add_escape(uint32_t code, struct buf *out)
{
    static const char NAMED[] = "\"\\\b\f\n\r\t";
    static const char NAMES[] = "\"\\bfnrt";

    const char *named = strchr(NAMED, (int)code);
    if (code < 0x80 && named != NULL)
        buf_addf(out, "\\%c", NAMES[named - NAMED]);
    else
        buf_addf(out, "\\u%04x", (unsigned)code);
}

/* Bytes that stand for themselves. */
static const bool PLAIN[UCHAR_MAX + 1] = { [' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true };

/* How many of them there are at the start. */
static size_t plain_run(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && PLAIN[(unsigned char)text[at]])
        at++;
    return at;
}

/* The usual text: all of it plain, and therefore valid too. */
static void quote_plain(const char *text, size_t len, struct buf *out)
{
    buf_reserve(out, len + 2);
    buf_add_char(out, '"');
    buf_add(out, text, len);
    buf_add_char(out, '"');
}

/* Of valid UTF-8 without NUL. */
static void quote_valid(const char *text, size_t len, struct buf *out)
{
    size_t plain_from = 0; /* text[plain_from … at-1] needs no escape and is not yet appended */

    buf_add_char(out, '"');
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t taken;

        at += plain_run(text + at, len - at);
        if (at == len)
            break;
        taken = utf8_decode(text + at, len - at, &code);
        if (code == '"' || code == '\\' || utf8_is_control(code)) {
            buf_add(out, text + plain_from, at - plain_from);
            add_escape(code, out);
            plain_from = at + taken;
        }
        at += taken;
    }
    buf_add(out, text + plain_from, len - plain_from);
    buf_add_char(out, '"');
}

void json_quote(const char *text, size_t len, struct buf *out)
{
    if (plain_run(text, len) == len) {
        quote_plain(text, len, out);
        return;
    }
    if (utf8_is_valid(text, len) && memchr(text, '\0', len) == NULL) {
        quote_valid(text, len, out);
        return;
    }
    struct buf repaired = { 0 };
    utf8_repair(text, len, &repaired);
    quote_valid(repaired.data, repaired.len, out);
    buf_release(&repaired);
}

/* Writes the comma and the key that stand before a value. */
static void begin_value(struct jsonw *w, const char *key)
{
    uint64_t bit = (uint64_t)1 << w->depth;

    if (w->has_member & bit) {
        if (w->depth == 0)
            abort();
        buf_add_char(w->out, ',');
    }
    w->has_member |= bit;
    if (key != NULL) {
        json_quote(key, strlen(key), w->out);
        buf_add_char(w->out, ':');
    }
}

static void open_container(struct jsonw *w, const char *key, char bracket)
{
    begin_value(w, key);
    if (++w->depth > MAX_DEPTH)
        abort();
    w->has_member &= ~((uint64_t)1 << w->depth);
    buf_add_char(w->out, bracket);
}

static void close_container(struct jsonw *w, char bracket)
{
    if (w->depth == 0)
        abort();
    w->depth--;
    buf_add_char(w->out, bracket);
}

void jsonw_object(struct jsonw *w, const char *key)
{
    open_container(w, key, '{');
}

void jsonw_array(struct jsonw *w, const char *key)
{
    open_container(w, key, '[');
}

void jsonw_end_object(struct jsonw *w)
{
    close_container(w, '}');
}

void jsonw_end_array(struct jsonw *w)
{
    close_container(w, ']');
}

void jsonw_text(struct jsonw *w, const char *key, const char *text)
{
    if (text == NULL)
        jsonw_null(w, key);
    else
        jsonw_bytes(w, key, text, strlen(text));
}

void jsonw_bytes(struct jsonw *w, const char *key, const char *text, size_t len)
{
    begin_value(w, key);
    json_quote(text, len, w->out);
}

void jsonw_int(struct jsonw *w, const char *key, int64_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        digits[--at] = '-';
    begin_value(w, key);
    buf_add(w->out, digits + at, sizeof digits - at);
}

/* The fewest digits that read back as the same double; what JSON cannot say is null. */
void jsonw_real(struct jsonw *w, const char *key, double number)
{
    char digits[40];

    begin_value(w, key);
    if (!isfinite(number)) {
        buf_add_text(w->out, "null");
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    buf_add_text(w->out, digits);
}

void jsonw_bool(struct jsonw *w, const char *key, bool value)
{
    begin_value(w, key);
    buf_add_text(w->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *w, const char *key)
{
    begin_value(w, key);
    buf_add_text(w->out, "null");
}

void jsonw_raw(struct jsonw *w, const char *key, const char *json)
{
    begin_value(w, key);
    buf_add_text(w->out, json);
}
