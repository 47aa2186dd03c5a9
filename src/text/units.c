/*
 * units: see the header.
 *
 * Folding does not tell where a character came from. So the text is taken in small parts that fold by themselves: mostly one
 * character, else what people see as one (utf8proc's graphemes: a letter with its marks, jamo that make a syllable). Whatever a
 * part folds to stands where the part stands.
 *
 * Units of joined characters follow each other in `plain` without a gap: a pair of them is one span of it.
 */
#include <stdlib.h>

#include <utf8proc.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/letters.h"
#include "text/units.h"

enum { PART_MAX = 256 /* bytes that are folded together: a letter under a heap of marks is cut */ };

/* What may still grow by the next character. */
enum open { OPEN_NOTHING, OPEN_WORD, OPEN_CHARACTERS };

struct cutter {
    struct units *units;
    enum open open;
    struct buf part;
};

static struct unit *add_unit(struct units *units, enum unit_kind kind, size_t from, size_t to)
{
    if (units->count == units->room) {
        units->room = units->room == 0 ? 32 : 2 * units->room;
        units->units = alloc_resize(units->units, units->room, sizeof *units->units);
    }
    struct unit *unit = &units->units[units->count++];
    *unit = (struct unit){ .kind = kind, .at = units->plain.len, .from = from, .to = to };
    return unit;
}

/* The unit ends where the plain text ends now. */
static void close_unit(struct units *units, size_t to)
{
    struct unit *unit = &units->units[units->count - 1];
    unit->len = units->plain.len - unit->at;
    unit->to = to;
}

/* Accents that folding has left apart, and marks that writers of Hebrew and Arabic leave out as they like; the long line. */
static bool is_dropped(uint32_t code)
{
    if (code < 0x300 || code > 0x670)
        return false;
    if (code <= 0x36f || (code >= 0x64b && code <= 0x65f) || code == 0x670 || code == 0x640)
        return true;
    return code >= 0x591 && code <= 0x5c7 && utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_MN;
}

/* Greek and Cyrillic letters without their accents; both forms of the small sigma are one. */
static uint32_t base_of(uint32_t code)
{
    utf8proc_int32_t parts[8];
    int last = UTF8PROC_BOUNDCLASS_START;
    bool has_accents = (code >= 0x370 && code <= 0x52f) || (code >= 0x1f00 && code <= 0x1fff);
    if (has_accents && utf8proc_decompose_char((utf8proc_int32_t)code, parts, 8, UTF8PROC_DECOMPOSE, &last) > 1)
        code = (uint32_t)parts[0];
    return code == 0x3c2 ? 0x3c3 : code;
}

static void take_letter(struct cutter *cutter, uint32_t code, size_t from, size_t to)
{
    struct units *units = cutter->units;
    bool is_full = cutter->open == OPEN_WORD && units->units[units->count - 1].len >= UNIT_BYTES_MAX - 4;
    if (cutter->open != OPEN_WORD || is_full)
        add_unit(units, UNIT_WORD, from, to);
    cutter->open = OPEN_WORD;
    if (code < 0x80)
        buf_add_char(&units->plain, (char)(ascii_is_letter(code) ? code | 0x20 : code));
    else
        letter_plain(base_of(code), &units->plain);
    close_unit(units, to);
}

static void take_character(struct cutter *cutter, uint32_t code, size_t from, size_t to)
{
    struct unit *unit = add_unit(cutter->units, UNIT_CHARACTER, from, to);
    unit->is_joined = cutter->open == OPEN_CHARACTERS;
    cutter->open = OPEN_CHARACTERS;
    utf8_encode(code, &cutter->units->plain);
    close_unit(cutter->units, to);
}

static void take_sign(struct cutter *cutter, uint32_t code, size_t from, size_t to)
{
    enum { SYMBOLS = 0x2190 };
    cutter->open = OPEN_NOTHING;
    if (code < SYMBOLS || utf8proc_category((utf8proc_int32_t)code) != UTF8PROC_CATEGORY_SO || code == 0xfffd)
        return;
    add_unit(cutter->units, UNIT_PICTURE, from, to);
    utf8_encode(code, &cutter->units->plain);
    close_unit(cutter->units, to);
}

/* A folded character, which stands at text[from … to-1]. */
static void take(struct cutter *cutter, uint32_t code, size_t from, size_t to)
{
    if (is_dropped(code)) {
        if (cutter->open != OPEN_NOTHING)
            cutter->units->units[cutter->units->count - 1].to = to;
        return;
    }
    switch (letter_kind(code)) {
    case LETTER_SIGN: take_sign(cutter, code, from, to); break;
    case LETTER_SPACED: take_letter(cutter, code, from, to); break;
    case LETTER_HANGUL:
    case LETTER_UNSPACED: take_character(cutter, code, from, to); break;
    }
}

static void take_ascii(struct cutter *cutter, unsigned char c, size_t at)
{
    if (ascii_is_letter(c) || ascii_is_digit(c))
        take_letter(cutter, c, at, at + 1);
    else if (c >= ' ' ? c != 0x7f : c >= '\t' && c <= '\r')
        cutter->open = OPEN_NOTHING;
}

/* Letters of two bytes that folding leaves as they are. */
static bool is_settled_letter(uint32_t code)
{
    return (code >= 0xc0 && code <= 0x131) || (code >= 0x134 && code <= 0x13e) || (code >= 0x141 && code <= 0x148) ||
           (code >= 0x14a && code <= 0x17e) || (code >= 0x400 && code <= 0x481) || (code >= 0x48a && code <= 0x52f) ||
           (code >= 0x620 && code <= 0x64a) || (code >= 0x5d0 && code <= 0x5ea);
}

/* … and characters of three: Hangul, Han, Kana. */
static bool is_settled_character(uint32_t code)
{
    return (code >= 0xac00 && code <= 0xd7a3) || (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3041 && code <= 0x3096) ||
           (code >= 0x30a1 && code <= 0x30fa);
}

/* The length of a character that folds to itself, and has nothing to do with what stands before it; 0: it may not. */
static size_t settled(const char *text, size_t len, uint32_t *code)
{
    if (len == 0)
        return 0;
    if ((unsigned char)text[0] < 0x80) {
        *code = (unsigned char)text[0];
        return 1;
    }
    size_t step = utf8_decode(text, len, code);
    return step > 0 && (is_settled_letter(*code) || is_settled_character(*code)) ? step : 0;
}

/* The length of the character that people see at text[0]. */
static size_t grapheme_len(const char *text, size_t len)
{
    utf8proc_int32_t state = 0;
    uint32_t before, code;
    size_t at = utf8_decode(text, len, &before);
    if (at == 0)
        return 1;
    while (at < len && at < PART_MAX) {
        size_t step = utf8_decode(text + at, len - at, &code);
        if (step == 0 || utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)code, &state))
            break;
        before = code;
        at += step;
    }
    return at;
}

static void take_part(struct cutter *cutter, const char *text, size_t from, size_t to)
{
    uint32_t code;
    if (to - from == 1 && (unsigned char)text[from] >= 0x80) { /* no UTF-8 */
        cutter->open = OPEN_NOTHING;
        return;
    }
    buf_clear(&cutter->part);
    fold_piece(text + from, to - from, &cutter->part);
    for (size_t at = 0; at < cutter->part.len;) {
        at += utf8_decode(cutter->part.data + at, cutter->part.len - at, &code);
        take(cutter, code, from, to);
    }
}

void units_cut(const char *text, size_t len, struct units *units)
{
    struct cutter cutter = { .units = units };
    uint32_t code = 0, next;
    buf_clear(&units->plain);
    units->count = 0;
    for (size_t at = 0, step; at < len; at += step) {
        step = settled(text + at, len - at, &code);
        if (step == 0 || (at + step < len && settled(text + at + step, len - at - step, &next) == 0)) {
            step = grapheme_len(text + at, len - at);
            take_part(&cutter, text, at, at + step);
        } else if (step == 1) {
            take_ascii(&cutter, (unsigned char)code, at);
        } else {
            take(&cutter, code, at, at + step);
        }
    }
    buf_release(&cutter.part);
}

void units_release(struct units *units)
{
    buf_release(&units->plain);
    free(units->units);
    *units = (struct units){ 0 };
}

size_t units_piece_len(const struct units *units, size_t index)
{
    const struct unit *unit = &units->units[index];
    bool has_next = index + 1 < units->count && units->units[index + 1].is_joined;
    if (unit->kind == UNIT_CHARACTER)
        return unit->len + (has_next ? units->units[index + 1].len : 0);
    return unit->len <= PIECE_MAX ? unit->len : utf8_floor(units->plain.data + unit->at, unit->len, PIECE_MAX);
}

void units_pieces(const struct units *units, units_piece *each, void *context)
{
    for (size_t i = 0; i < units->count; i++)
        each(context, units->plain.data + units->units[i].at, units_piece_len(units, i));
}
