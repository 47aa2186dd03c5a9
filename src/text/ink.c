/*
 * ink: see the header.
 */
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/ink.h"

enum { LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR = 0x2029 };

void ink_release(struct ink *ink)
{
    buf_release(&ink->text);
    buf_release(&ink->styles);
}

void ink_clear(struct ink *ink)
{
    ink_truncate(ink, 0);
}

void ink_truncate(struct ink *ink, size_t len)
{
    buf_truncate(&ink->text, len);
    buf_truncate(&ink->styles, len);
}

static void add_bytes(struct ink *ink, const char *bytes, size_t len, uint8_t style)
{
    if (len == 0)
        return;
    buf_add(&ink->text, bytes, len);
    buf_reserve(&ink->styles, len);
    memset(ink->styles.data + ink->styles.len, style, len);
    ink->styles.len += len;
    ink->styles.data[ink->styles.len] = '\0';
}

/* A line break carries no style: no mark reaches over it. */
static void add_control(struct ink *ink, uint32_t code, uint8_t style)
{
    if (code == '\n' || code == LINE_SEPARATOR || code == PARAGRAPH_SEPARATOR)
        add_bytes(ink, "\n", 1, 0);
    else if (code == '\t')
        add_bytes(ink, " ", 1, style);
}

void ink_add(struct ink *ink, const char *text, size_t len, uint8_t style)
{
    size_t done = 0;
    uint32_t code;

    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0)
            step = 1;
        if (!utf8_is_control(code))
            continue;
        add_bytes(ink, text + done, at - done, style);
        add_control(ink, code, style);
        done = at + step;
    }
    if (len > done)
        add_bytes(ink, text + done, len - done, style);
}

void ink_add_part(struct ink *ink, const struct ink *other, size_t start, size_t end)
{
    if (start == end)
        return;
    buf_add(&ink->text, other->text.data + start, end - start);
    buf_add(&ink->styles, other->styles.data + start, end - start);
}

void ink_restyle(struct ink *ink, size_t start, uint8_t style)
{
    for (size_t i = start; i < ink->text.len; i++)
        if (!(ink->styles.data[i] & (INK_CODE | INK_ADDRESS)) && ink->text.data[i] != '\n')
            ink->styles.data[i] |= (char)style;
}

void ink_trim(const struct ink *ink, size_t *start, size_t *end)
{
    size_t first = *end, last = *end;
    uint32_t code;

    for (size_t at = *start, step; at < *end; at += step) {
        step = utf8_decode(ink->text.data + at, *end - at, &code);
        if (step == 0)
            step = 1;
        if (fold_is_blank(code))
            continue;
        if (first == *end)
            first = at;
        last = at + step;
    }
    *start = first;
    *end = last;
}

/* Addresses ------------------------------------------------------------------------------------------- */

static bool begins_address(const char *text, size_t len)
{
    static const char *const BEGINNINGS[] = { "http://", "https://", "www." };

    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof BEGINNINGS[0]; i++) {
        size_t size = strlen(BEGINNINGS[i]);

        if (len > size && strncasecmp(text, BEGINNINGS[i], size) == 0)
            return (unsigned char)text[size] > ' ';
    }
    return false;
}

/* An address ends at a blank, a bracket or a quote, or where ASCII ends; full stops and the like behind it
 * are not its own. */
static size_t address_end(const char *text, size_t len, size_t at)
{
    size_t end = at;

    while (end < len && text[end] > ' ' && text[end] < 0x7f && strchr("<>\"", text[end]) == NULL)
        end++;
    while (end > at && strchr(".,;:!?')]*~`", text[end - 1]) != NULL)
        end--;
    return end;
}

void ink_find_addresses(struct ink *ink)
{
    const char *text = buf_text(&ink->text);

    for (size_t at = 0; at < ink->text.len; at++) {
        size_t end;

        if (text[at] != 'h' && text[at] != 'w' && text[at] != 'H' && text[at] != 'W')
            continue;
        if (at > 0 && (ascii_is_letter(text[at - 1]) || ascii_is_digit(text[at - 1])))
            continue;
        if ((ink->styles.data[at] & (INK_CODE | INK_ADDRESS)) ||
            !begins_address(text + at, ink->text.len - at))
            continue;
        end = address_end(text, ink->text.len, at);
        if (end > at)
            memset(ink->styles.data + at, INK_ADDRESS, end - at);
        at = end;
    }
}

/* Pairs ----------------------------------------------------------------------------------------------- */

static bool is_sign(const struct ink *ink, char sign, size_t at)
{
    return at < ink->text.len && ink->text.data[at] == sign &&
           !(ink->styles.data[at] & (INK_CODE | INK_ADDRESS));
}

static bool is_pair(const struct ink *ink, char sign, size_t at)
{
    return is_sign(ink, sign, at) && is_sign(ink, sign, at + 1) && !is_sign(ink, sign, at + 2) &&
           (at == 0 || !is_sign(ink, sign, at - 1));
}

static bool is_blank_at(const struct ink *ink, size_t at)
{
    uint32_t code;

    return utf8_decode(ink->text.data + at, ink->text.len - at, &code) == 0 || fold_is_blank(code);
}

/* Of the blanks, those of ASCII are enough: a wide one before a closing sign is nothing that anybody types.
 */
static bool closes(const struct ink *ink, size_t opened, size_t at)
{
    return at > opened + 2 && ink->text.data[at - 1] != ' ' && ink->text.data[at - 1] != '\n';
}

static void add_styled(struct ink *all, const struct ink *ink, size_t from, size_t to, uint8_t style)
{
    size_t start = all->text.len;

    ink_add_part(all, ink, from, to);
    ink_restyle(all, start, style);
}

void ink_find_pairs(struct ink *ink, char sign, uint8_t style)
{
    struct ink all = { 0 };
    size_t opened = SIZE_MAX, done = 0;

    for (size_t at = 0; at + 1 < ink->text.len; at++) {
        if (!is_pair(ink, sign, at))
            continue;
        if (opened != SIZE_MAX && closes(ink, opened, at)) {
            ink_add_part(&all, ink, done, opened);
            add_styled(&all, ink, opened + 2, at, style);
            done = at + 2;
            opened = SIZE_MAX;
        } else if (!is_blank_at(ink, at + 2))
            opened = at;
        at++;
    }
    if (done == 0)
        return;
    ink_add_part(&all, ink, done, ink->text.len);
    ink_release(ink);
    *ink = all;
}
