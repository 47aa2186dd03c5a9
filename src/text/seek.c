/*
 * seek: reading what was typed, and finding it in a text; excerpts are in seek_excerpt.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/particle.h"
#include "text/seek.h"

/* Reading */

static bool is_quote(uint32_t code)
{
    return code == '"' || (code >= 0x201c && code <= 0x201f) || code == 0xab || code == 0xbb ||
           (code >= 0x301d && code <= 0x301f) || code == 0xff02;
}

static bool is_star(uint32_t code)
{
    return code == '*' || code == 0xff0a || code == 0x2217;
}

/* The code at text[*at], which moves behind it; 0 at the end. */
static uint32_t next(const char *text, size_t len, size_t *at)
{
    uint32_t code = 0;
    if (*at >= len)
        return 0;
    size_t step = utf8_decode(text + *at, len - *at, &code);
    *at += step > 0 ? step : 1;
    return code;
}

/* Where the text from `at` ends: before the next blank or quote, or, between quotes, the next quote. */
static size_t end_of(const char *text, size_t len, size_t at, bool is_phrase)
{
    for (size_t end = at; end < len; end = at) {
        uint32_t code = next(text, len, &at);
        if (is_quote(code) || (!is_phrase && fold_is_blank(code)))
            return end;
    }
    return len;
}

/* Appends the units of a term to those of the others; how many they are. */
static size_t add_units(struct seek *seek, const struct units *from, size_t count)
{
    struct units *to = &seek->units;
    to->units = alloc_resize(to->units, to->count + count, sizeof *to->units);
    to->room = to->count + count;
    for (size_t i = 0; i < count; i++) {
        to->units[to->count] = from->units[i];
        to->units[to->count++].at += to->plain.len;
    }
    buf_add(&to->plain, from->plain.data, from->plain.len);
    return count;
}

static bool is_one_run(const struct units *units)
{
    for (size_t i = 1; i < units->count; i++)
        if (!units->units[i].is_joined)
            return false;
    return units->count > 0 && units->units[0].kind == UNIT_CHARACTER;
}

static void add_term(struct seek *seek, const char *text, size_t len, bool is_phrase, struct seek_term term)
{
    struct units units = { 0 };
    units_cut(text, len, &units);
    if (units.count > 0 && (seek->count == SEEK_TERMS_MAX || units.count > SEEK_UNITS_MAX))
        seek->is_cut = true;
    if (units.count > 0 && seek->count < SEEK_TERMS_MAX) {
        size_t count = units.count > SEEK_UNITS_MAX ? SEEK_UNITS_MAX : units.count;
        if (!is_phrase && !term.is_prefix && is_one_run(&units))
            count = particle_off(units.plain.data, units.plain.len, count);
        term.is_prefix &= units.units[count - 1].kind == UNIT_WORD && count == units.count;
        term.first = seek->units.count;
        term.count = add_units(seek, &units, count);
        seek->terms[seek->count++] = term;
        seek->wanted += !term.is_without;
    }
    units_release(&units);
}

/* Reads one term at text[at]; where it ends. */
static size_t read_term(struct seek *seek, const char *text, size_t len, size_t at)
{
    struct seek_term term = { 0 };
    size_t start = at, behind = at, end;
    if (next(text, len, &behind) == '-') {
        term.is_without = true;
        start = behind;
    }
    behind = start;
    bool is_phrase = is_quote(next(text, len, &behind));
    if (is_phrase)
        start = behind;
    end = end_of(text, len, start, is_phrase);
    behind = end;
    if (is_phrase)
        next(text, len, &behind);
    size_t star = behind;
    if (is_phrase && is_star(next(text, len, &star)))
        term.is_prefix = true;
    else
        star = behind;
    if (!is_phrase && end > start)
        term.is_prefix = text[end - 1] == '*' || (end - start > 3 && memcmp(text + end - 3, "＊", 3) == 0);
    add_term(seek, text + start, end - start, is_phrase, term);
    return star > at ? star : at + 1;
}

void seek_read(const char *text, size_t len, struct seek *seek)
{
    uint32_t code;
    *seek = (struct seek){ 0 };
    for (size_t at = 0; at < len;) {
        size_t behind = at;
        code = next(text, len, &behind);
        at = fold_is_blank(code) ? behind : read_term(seek, text, len, at);
    }
}

void seek_release(struct seek *seek)
{
    units_release(&seek->units);
    *seek = (struct seek){ 0 };
}

/* Finding */

static bool fits(const struct seek *seek, const struct seek_term *term, size_t index, const struct units *text, size_t at)
{
    const struct unit *want = &seek->units.units[term->first + index], *have = &text->units[at];
    bool is_open = term->is_prefix && index + 1 == term->count;
    if (want->kind != have->kind || (index > 0 && want->is_joined && !have->is_joined))
        return false;
    if (is_open ? have->len < want->len : have->len != want->len)
        return false;
    return memcmp(seek->units.plain.data + want->at, text->plain.data + have->at, want->len) == 0;
}

static bool stands_at(const struct seek *seek, const struct seek_term *term, const struct units *text, size_t at)
{
    for (size_t i = 0; i < term->count; i++)
        if (!fits(seek, term, i, text, at + i))
            return false;
    return true;
}

static void add_mark(struct seek_marks *marks, struct span span)
{
    if (marks->count == marks->room) {
        marks->room = marks->room == 0 ? 8 : 2 * marks->room;
        marks->spans = alloc_resize(marks->spans, marks->room, sizeof *marks->spans);
    }
    marks->spans[marks->count++] = span;
}

/* How often the term stands in the text; without `marks` one is enough. */
static size_t find(const struct seek *seek, const struct seek_term *term, const struct units *text, struct seek_marks *marks)
{
    size_t found = 0;
    for (size_t at = 0; at + term->count <= text->count; at++) {
        if (!stands_at(seek, term, text, at))
            continue;
        found++;
        if (marks == NULL)
            break;
        add_mark(marks, (struct span){ text->units[at].from, text->units[at + term->count - 1].to });
        at += term->count - 1;
    }
    return found;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *one = a, *other = b;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    return one->end < other->end ? -1 : one->end > other->end;
}

/* Of marks that touch, one. */
static void merge(struct seek_marks *marks)
{
    size_t count = 0;
    if (marks->count > 1)
        qsort(marks->spans, marks->count, sizeof *marks->spans, compare_spans);
    for (size_t i = 0; i < marks->count; i++) {
        struct span *last = count > 0 ? &marks->spans[count - 1] : NULL;
        if (last == NULL || marks->spans[i].start > last->end)
            marks->spans[count++] = marks->spans[i];
        else if (marks->spans[i].end > last->end)
            last->end = marks->spans[i].end;
    }
    marks->count = count;
}

bool seek_match(const struct seek *seek, const struct units *text, struct seek_marks *marks)
{
    if (marks != NULL)
        marks->count = 0;
    for (size_t i = 0; i < seek->count; i++) {
        const struct seek_term *term = &seek->terms[i];
        size_t found = find(seek, term, text, term->is_without ? NULL : marks);
        if ((found > 0) == term->is_without)
            return false;
        if (marks != NULL)
            marks->found[i] = found;
    }
    if (marks != NULL)
        merge(marks);
    return seek->wanted > 0;
}

void seek_marks_release(struct seek_marks *marks)
{
    free(marks->spans);
    *marks = (struct seek_marks){ 0 };
}
