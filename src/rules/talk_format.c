/*
 * talk_format: a talk as the statements that make it, and whether a text fits one of its lines.
 *
 * A text is written as one literal where that is safe to show. One with control characters becomes pieces, joined two
 * by two: rule files do not take a value that is nested deeply.
 */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "flow/flow.h"
#include "rules/talk.h"

static const char BLANKS[] = " \t\r\n";

/* Fitting */

struct text {
    const char *start;
    size_t len;
};

static struct text trimmed(const char *text)
{
    struct text result = { text + strspn(text, BLANKS), 0 };
    result.len = strlen(result.start);
    while (result.len > 0 && strchr(BLANKS, result.start[result.len - 1]) != NULL)
        result.len--;
    return result;
}

/* The piece up to the next *, which is taken from `bot` together with it; true: there is a * behind it. */
static bool take_piece(struct text *bot, struct text *piece)
{
    const char *star = bot->len > 0 ? memchr(bot->start, '*', bot->len) : NULL;
    size_t taken = star != NULL ? (size_t)(star - bot->start) + 1 : bot->len;
    *piece = (struct text){ bot->start, star != NULL ? taken - 1 : taken };
    bot->start += taken;
    bot->len -= taken;
    return star != NULL;
}

static bool begins_with(const struct text *text, const struct text *piece)
{
    return piece->len <= text->len && memcmp(text->start, piece->start, piece->len) == 0;
}

/* Each piece where it comes first, the last one at the end: if that does not fit, nothing else does. */
bool talk_fits(const char *bot, const char *text)
{
    struct text left = trimmed(text), pattern = trimmed(bot), piece;
    bool is_open = take_piece(&pattern, &piece);
    if (!begins_with(&left, &piece))
        return false;
    left.start += piece.len;
    left.len -= piece.len;
    while (is_open) {
        is_open = take_piece(&pattern, &piece);
        if (!is_open)
            return piece.len <= left.len && memcmp(left.start + left.len - piece.len, piece.start, piece.len) == 0;
        const char *found = piece.len > 0 ? memmem(left.start, left.len, piece.start, piece.len) : left.start;
        if (found == NULL)
            return false;
        left.len -= (size_t)(found - left.start) + piece.len;
        left.start = found + piece.len;
    }
    return left.len == 0;
}

/* Texts */

/* The first character that is not to be shown as it is, or `len`. */
static size_t control_at(const char *text, size_t len, uint32_t *code)
{
    size_t at = 0;
    while (at < len) {
        size_t step = utf8_decode(text + at, len - at, code);
        if (utf8_is_control(*code) && *code != '\n')
            return at;
        at += step > 0 ? step : 1;
    }
    return len;
}

static void write_literal(const char *text, size_t len, struct buf *out)
{
    buf_add_char(out, '\'');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'')
            buf_add_char(out, '\'');
        buf_add_char(out, text[i]);
    }
    buf_add_char(out, '\'');
}

static size_t count_controls(const char *text, size_t len)
{
    size_t count = 0;
    uint32_t code;
    for (size_t at = control_at(text, len, &code); at < len; at += control_at(text + at, len - at, &code)) {
        at += utf8_decode(text + at, len - at, &code);
        count++;
    }
    return count;
}

/* A stretch of plain text and the control character behind it, with a blank piece left out. */
static void write_piece(const char *text, size_t len, struct buf *out)
{
    uint32_t code;
    size_t plain = control_at(text, len, &code);
    if (plain > 0)
        write_literal(text, plain, out);
    if (plain < len)
        buf_addf(out, "%schar(%u)", plain > 0 ? " || " : "", (unsigned)code);
}

/* Where the `count`th piece, which ends behind its control character, is over. */
static size_t end_of_piece(const char *text, size_t len, size_t count)
{
    size_t at = 0;
    uint32_t code;
    for (; count > 0 && at < len; count--) {
        at += control_at(text + at, len - at, &code);
        if (at < len)
            at += utf8_decode(text + at, len - at, &code);
    }
    return at;
}

static void write_pieces(const char *text, size_t len, size_t pieces, struct buf *out)
{
    if (pieces == 1) {
        write_piece(text, len, out);
        return;
    }
    size_t cut = end_of_piece(text, len, pieces / 2);
    buf_add_char(out, '(');
    write_pieces(text, cut, pieces / 2, out);
    buf_add_text(out, ") || (");
    write_pieces(text + cut, len - cut, pieces - pieces / 2, out);
    buf_add_char(out, ')');
}

static void write_text(const char *text, struct buf *out)
{
    size_t len = text != NULL ? strlen(text) : 0;
    size_t controls = count_controls(text, len);
    if (text == NULL)
        buf_add_text(out, "NULL");
    else if (controls == 0)
        write_literal(text, len, out);
    else
        write_pieces(text, len, controls + (end_of_piece(text, len, controls) < len), out);
}

/* Rows */

struct column {
    const char *name;
    const char *value; /* NULL: not given */
};

static void write_names(const char *table, const struct column *columns, size_t count, struct buf *out)
{
    buf_addf(out, "INSERT INTO %s (", table);
    for (size_t i = 0; i < count; i++)
        buf_addf(out, "%s%s", i > 0 ? ", " : "", columns[i].name);
    buf_add_text(out, ") VALUES\n");
}

static void write_row(const struct column *columns, size_t count, bool is_last, struct buf *out)
{
    buf_add_text(out, "  (");
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, i > 0 ? ", " : "");
        write_text(columns[i].value, out);
    }
    buf_add_text(out, is_last ? ");\n" : "),\n");
}

/* Leaves out what is not given. */
static void write_head(const struct talk *talk, const struct zone *zone, struct buf *out)
{
    static const char *const OPEN[] = { [OPEN_BY_HOURS] = NULL, [OPEN_YES] = "yes", [OPEN_NO] = "no" };
    struct zone_time time;
    struct buf starts = { 0 };
    zone_local(zone, talk->starts_at, &time);
    buf_addf(&starts, "%04d-%02d-%02d %02d:%02d", time.year, time.month, time.day, time.hour, time.minute);
    const struct column all[] = { { "name", talk->name },       { "starts", buf_text(&starts) },
                                  { "language", talk->language }, { "channel", talk->channel },
                                  { "country", talk->country },   { "open", OPEN[talk->open] },
                                  { "first_contact", talk->is_first_contact ? "yes" : NULL } };
    struct column given[sizeof all / sizeof all[0]];
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].value != NULL)
            given[count++] = all[i];
    write_names("talk", given, count, out);
    write_row(given, count, true, out);
    buf_release(&starts);
}

static void write_given(const struct talk *talk, struct buf *out)
{
    for (size_t i = 0; i < talk->given_count; i++) {
        const struct talk_given *given = &talk->given[i];
        struct buf status = { 0 };
        if (given->status != 0)
            buf_addf(&status, "%d", given->status);
        const struct column columns[] = { { "talk", talk->name },
                                          { "source", talk_given_source(given) },
                                          { "answer", given->answer },
                                          { "status", given->status != 0 ? buf_text(&status) : "timeout" } };
        if (i == 0)
            write_names("talk_given", columns, 4, out);
        write_row(columns, 4, i + 1 == talk->given_count, out);
        buf_release(&status);
    }
}

static bool has_expect(const struct talk *talk)
{
    for (size_t i = 0; i < talk->line_count; i++)
        if (talk->lines[i].source_expect != NULL)
            return true;
    return false;
}

static void write_lines(const struct talk *talk, struct buf *out)
{
    size_t count = has_expect(talk) ? 5 : 4;
    for (size_t i = 0; i < talk->line_count; i++) {
        const struct talk_line *line = &talk->lines[i];
        struct buf after = { 0 };
        if (line->after_ms > 0)
            clock_format_duration(line->after_ms, &after);
        const struct column columns[] = { { "talk", talk->name },
                                          { "after", line->after_ms > 0 ? buf_text(&after) : NULL },
                                          { "customer", line->customer },
                                          { "bot", line->bot },
                                          { "expect", line->source_expect } };
        if (i == 0)
            write_names("talk_line", columns, count, out);
        write_row(columns, count, i + 1 == talk->line_count, out);
        buf_release(&after);
    }
}

void talk_format(const struct talk *talk, const struct zone *zone, struct buf *out)
{
    write_head(talk, zone, out);
    write_given(talk, out);
    write_lines(talk, out);
}
