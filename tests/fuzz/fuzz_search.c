/*
 * Any bytes as what is looked for, and any bytes as a text: reading and finding never fail; units, marks and excerpts lie where
 * they say; and whatever a text is found by, the index has a piece for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/seek.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_units(const struct units *units, size_t len)
{
    size_t at = 0, from = 0;
    for (size_t i = 0; i < units->count; i++) {
        const struct unit *unit = &units->units[i];
        require(unit->at == at && unit->len > 0 && unit->len <= UNIT_BYTES_MAX);
        require(unit->from >= from && unit->from < unit->to && unit->to <= len);
        require(!unit->is_joined || (i > 0 && unit->kind == UNIT_CHARACTER && unit[-1].kind == UNIT_CHARACTER));
        require(utf8_is_valid(units->plain.data + unit->at, unit->len));
        at += unit->len;
        from = unit->from;
    }
    require(at == units->plain.len);
}

static void check_marks(const struct seek_marks *marks, const char *text, size_t len)
{
    for (size_t i = 0; i < marks->count; i++) {
        const struct span *span = &marks->spans[i];
        require(span->start < span->end && span->end <= len && (i == 0 || span->start > span[-1].end));
        require(((unsigned char)text[span->start] & 0xc0) != 0x80 || !utf8_is_valid(text, len));
    }
}

struct pieces {
    struct buf text; /* each between spaces, which none has */
};

static void add_piece(void *context, const char *piece, size_t len)
{
    struct pieces *pieces = context;
    require(len > 0 && len <= PIECE_MAX && memchr(piece, ' ', len) == NULL);
    buf_add(&pieces->text, piece, len);
    buf_add_char(&pieces->text, ' ');
}

/* Is there a piece that begins as each of the terms' units? */
static void check_pieces(const struct seek *seek, const struct units *text)
{
    struct pieces pieces = { 0 };
    struct buf wanted = { 0 };
    buf_add_char(&pieces.text, ' ');
    units_pieces(text, add_piece, &pieces);
    for (size_t i = 0; i < seek->count; i++)
        for (size_t k = seek->terms[i].first; !seek->terms[i].is_without && k < seek->terms[i].first + seek->terms[i].count; k++) {
            const struct unit *unit = &seek->units.units[k];
            size_t len = unit->len < PIECE_MAX - 4 ? unit->len : utf8_floor(seek->units.plain.data + unit->at, unit->len, PIECE_MAX - 4);
            buf_clear(&wanted);
            buf_add_char(&wanted, ' ');
            buf_add(&wanted, seek->units.plain.data + unit->at, len);
            require(memmem(pieces.text.data, pieces.text.len, wanted.data, wanted.len) != NULL);
        }
    buf_release(&wanted);
    buf_release(&pieces.text);
}

static void check_match(const struct seek *seek, const char *text, size_t len, size_t most)
{
    struct units units = { 0 };
    struct seek_marks marks = { 0 };
    struct buf excerpt = { 0 };
    units_cut(text, len, &units);
    check_units(&units, len);
    bool found = seek_match(seek, &units, &marks);
    require(found == seek_match(seek, &units, NULL));
    if (found) {
        check_marks(&marks, text, len);
        require(marks.count > 0);
        check_pieces(seek, &units);
        seek_excerpt(text, len, most, &marks, &excerpt);
        require(marks.count > 0 ? marks.spans[marks.count - 1].end <= excerpt.len : !utf8_is_valid(text, len));
        require(!utf8_is_valid(text, len) || utf8_is_valid(excerpt.data, excerpt.len));
    }
    buf_release(&excerpt);
    seek_marks_release(&marks);
    units_release(&units);
}

/* What was typed, before the first line feed; the text behind it. And the same text, and as the program has it: repaired. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *typed = (const char *)data, *feed = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = feed != NULL ? (size_t)(feed - typed) : size / 2, most = 20 + size % 100;
    struct buf text = { 0 };
    struct seek seek;
    seek_read(typed, len, &seek);
    require(seek.count <= SEEK_TERMS_MAX && seek.wanted <= seek.count);
    check_match(&seek, typed + len, size - len, most);
    check_match(&seek, typed, len, most);
    utf8_repair(typed, size, &text);
    check_match(&seek, buf_text(&text), text.len, most);
    buf_release(&text);
    seek_release(&seek);
    return 0;
}
