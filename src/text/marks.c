/*
 * marks: see the header.
 *
 * Each style's runs become spans; the spans that WhatsApp would not read are dropped here, before a byte is
 * written. Sorted by where they begin, longest first, they nest: the writer keeps the open ones on a stack,
 * which holds each style once, and leaves out a span that would reach beyond the one around it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/ink.h"
#include "text/letters.h"
#include "text/marks.h"
#include "text/whatsapp.h"

enum { PARTICLE_MAX = 8 }; /* syllables */

static const struct kind {
    uint8_t style;
    char mark;
    const char *alike;
} KINDS[] = {
    /* outermost first */
    { INK_BOLD, '*', "\u2217" },
    { INK_ITALIC, '_', "\uff3f" },
    { INK_STRUCK, '~', "\u223c" },
    { INK_CODE, '`', "\uff40" },
};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

struct span {
    size_t start, end;
    int kind;
    bool is_written;
};

struct line {
    const char *text;
    const uint8_t *styles;
    size_t len;
    struct span *spans;
    size_t span_count, span_room;
    bool *is_written; /* does a mark stand before this byte, or at the end? */
};

static size_t step_at(const struct line *line, size_t at, uint32_t *code)
{
    size_t step = utf8_decode(line->text + at, line->len - at, code);

    return step > 0 ? step : 1;
}

/* Spans ----------------------------------------------------------------------------------------------- */

/* Blanks off both ends; false when nothing is left that a reader would see in that style. */
static bool trim(const struct line *line, struct span *span)
{
    size_t first = span->end, last = span->end;
    bool has_ink = KINDS[span->kind].style == INK_CODE;
    uint32_t code;

    for (size_t at = span->start, step; at < span->end; at += step) {
        step = step_at(line, at, &code);
        if (fold_is_blank(code))
            continue;
        if (first == span->end)
            first = at;
        last = at + step;
        has_ink = has_ink || code >= 0x80 || whatsapp_is_word(code);
    }
    span->start = first;
    span->end = last;
    return first < last && has_ink;
}

/* Takes the rest of a Korean word in; false when the span still ends inside a word. */
static bool finish_word(const struct line *line, struct span *span)
{
    bool may_grow = KINDS[span->kind].style != INK_CODE;
    size_t at = span->end;
    uint32_t code;

    for (int i = 0; at < line->len; i++) {
        size_t step = step_at(line, at, &code);

        if (!whatsapp_is_word(code))
            break;
        if (!may_grow || i == PARTICLE_MAX || letter_kind(code) != LETTER_HANGUL ||
            (line->styles[at] & (INK_CODE | INK_ADDRESS)))
            return false;
        at += step;
    }
    span->end = at;
    return true;
}

static bool is_readable(const struct line *line, struct span *span)
{
    if (!trim(line, span))
        return false;
    if (KINDS[span->kind].style == INK_CODE &&
        memchr(line->text + span->start, '`', span->end - span->start) != NULL)
        return false;
    return whatsapp_may_open(line->text, line->len, span->start, span->start) && finish_word(line, span);
}

static void add_span(struct line *line, struct span span)
{
    if (line->span_count == line->span_room) {
        line->span_room = line->span_room * 2 + 8;
        line->spans = alloc_resize(line->spans, line->span_room, sizeof *line->spans);
    }
    line->spans[line->span_count++] = span;
}

static void find_spans(struct line *line, int kind)
{
    size_t at = 0;

    while (at < line->len) {
        struct span span = { .start = at, .kind = kind };

        if (!(line->styles[at] & KINDS[kind].style)) {
            at++;
            continue;
        }
        while (at < line->len && line->styles[at] & KINDS[kind].style)
            at++;
        span.end = at;
        if (!is_readable(line, &span))
            continue;
        add_span(line, span);
        if (span.end > at)
            at = span.end;
    }
}

static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left, *b = right;

    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    return a->kind - b->kind;
}

/* Those that nest are written. */
static void choose_spans(struct line *line)
{
    size_t ends[KIND_COUNT];
    size_t depth = 0;

    if (line->span_count > 1)
        qsort(line->spans, line->span_count, sizeof *line->spans, compare_spans);
    for (size_t i = 0; i < line->span_count; i++) {
        struct span *span = &line->spans[i];

        while (depth > 0 && ends[depth - 1] <= span->start)
            depth--;
        span->is_written = depth == 0 || span->end <= ends[depth - 1];
        if (span->is_written) {
            ends[depth++] = span->end;
            line->is_written[span->start] = line->is_written[span->end] = true;
        }
    }
}

/* Marks of the text itself ---------------------------------------------------------------------------- */

/* Places are counted in halves of bytes: a mark that is written stands between two bytes. */
struct reach {
    size_t first_open, last_close;
};

static void reach_of_spans(const struct line *line, int kind, struct reach *reach)
{
    for (size_t i = 0; i < line->span_count; i++) {
        const struct span *span = &line->spans[i];

        if (!span->is_written || span->kind != kind)
            continue;
        if (span->start * 2 < reach->first_open)
            reach->first_open = span->start * 2;
        if (span->end * 2 > reach->last_close)
            reach->last_close = span->end * 2;
    }
}

/* The next run of the mark from *start on that stands in the open, no written mark in it: *start … the
 * result-1; len when there is none. */
static size_t next_run(const struct line *line, const uint8_t *shelter, char mark, size_t *start)
{
    size_t at = *start;

    while (at < line->len && (line->text[at] != mark || shelter[at]))
        at++;
    *start = at;
    while (at < line->len && line->text[at] == mark && !shelter[at] &&
           (at == *start || !line->is_written[at]))
        at++;
    return at;
}

/* Of several marks in a row any may be the one that a phone takes. Beside a mark that is written, all may be.
 */
static bool run_may(bool (*may)(const char *, size_t, size_t, size_t), const struct line *line, size_t start,
                    size_t end)
{
    for (size_t at = start; at < end; at++)
        if (line->is_written[at] || line->is_written[at + 1] || may(line->text, line->len, at, at + 1))
            return true;
    return false;
}

static void reach_of_text(const struct line *line, const uint8_t *shelter, char mark, struct reach *reach)
{
    for (size_t start = 0, end; (end = next_run(line, shelter, mark, &start)) > start; start = end) {
        if (start * 2 + 1 < reach->first_open && run_may(whatsapp_may_open, line, start, end))
            reach->first_open = start * 2 + 1;
        if (run_may(whatsapp_may_close, line, start, end) && end * 2 - 1 > reach->last_close)
            reach->last_close = end * 2 - 1;
    }
}

/* Sets disguised[i] for each byte that would be read as a mark. */
static void disguise(const struct line *line, const uint8_t *shelter, int kind, uint8_t *disguised)
{
    struct reach reach = { SIZE_MAX, 0 };
    char mark = KINDS[kind].mark;

    reach_of_spans(line, kind, &reach);
    reach_of_text(line, shelter, mark, &reach);
    for (size_t start = 0, end; (end = next_run(line, shelter, mark, &start)) > start; start = end) {
        bool opens = reach.last_close > end * 2 - 1 && run_may(whatsapp_may_open, line, start, end);
        bool closes = reach.first_open < start * 2 + 1 && run_may(whatsapp_may_close, line, start, end);
        bool is_fence = mark == '`' && end - start >= strlen(WHATSAPP_FENCE);

        if (opens || closes || is_fence)
            memset(disguised + start, 1, end - start);
    }
}

/* What no mark is ever read in: addresses, and code that gets its marks. */
static void find_shelter(const struct line *line, uint8_t *shelter)
{
    for (size_t i = 0; i < line->len; i++)
        shelter[i] = (line->styles[i] & INK_ADDRESS) != 0;
    for (size_t i = 0; i < line->span_count; i++) {
        const struct span *span = &line->spans[i];

        if (span->is_written && KINDS[span->kind].style == INK_CODE)
            memset(shelter + span->start, 1, span->end - span->start);
    }
}

/* Writing --------------------------------------------------------------------------------------------- */

static const char *alike(char mark)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (KINDS[i].mark == mark)
            return KINDS[i].alike;
    return "";
}

static void write_line(const struct line *line, const uint8_t *disguised, struct buf *out)
{
    const struct span *open[KIND_COUNT];
    size_t depth = 0, next = 0;

    for (size_t at = 0; at <= line->len; at++) {
        while (depth > 0 && open[depth - 1]->end == at)
            buf_add_char(out, KINDS[open[--depth]->kind].mark);
        for (; next < line->span_count && line->spans[next].start == at; next++)
            if (line->spans[next].is_written) {
                open[depth++] = &line->spans[next];
                buf_add_char(out, KINDS[line->spans[next].kind].mark);
            }
        if (at == line->len)
            break;
        if (disguised[at])
            buf_add_text(out, alike(line->text[at]));
        else
            buf_add_char(out, line->text[at]);
    }
}

/* Most lines have no style and no mark. */
static bool is_bare(const char *text, const uint8_t *styles, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (styles[i] != 0 || strchr(WHATSAPP_MARKS, text[i]) != NULL)
            return false;
    return true;
}

void marks_write(const char *text, const uint8_t *styles, size_t len, struct buf *out)
{
    struct line line = { .text = text, .styles = styles, .len = len };
    uint8_t *shelter, *disguised;

    if (is_bare(text, styles, len)) {
        buf_add(out, text, len);
        return;
    }
    shelter = alloc_array(len, 1);
    disguised = alloc_array(len, 1);
    line.is_written = alloc_array(len + 1, sizeof *line.is_written);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        find_spans(&line, kind);
    choose_spans(&line);
    find_shelter(&line, shelter);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        disguise(&line, shelter, kind, disguised);
    write_line(&line, disguised, out);
    free(line.spans);
    free(line.is_written);
    free(shelter);
    free(disguised);
}
