/*
 * output_csv: tables for spreadsheets, after RFC 4180 with every field in quotes.
 *
 * A spreadsheet runs a cell that begins with = + - or @ (blanks, quotes, tab or line end in front do not stop every one of
 * them, nor does a full-width form) as a formula. Customers write such cells, so text that begins in this way gets an
 * apostrophe in front. Where the list separator is ";", as in much of Europe, a spreadsheet that is not told better ends our
 * cells at a ";" or a line end within them: what follows there is a beginning, too. Escapes that a terminal would obey are
 * written out as on a terminal: CSV files are read with less and cat, too. Our own numbers and times are left alone.
 *
 * Excel takes UTF-8 for something else unless a byte order mark is in front, which programs stumble over: a file gets it, a
 * pipe does not (place.is_file).
 *
 * Records, and what stands side by side, are not shown: a command with --csv has one table (its command-table entry
 * says so). Notes and
 * failures are talk, and go to stderr as in text.
 */
#include <string.h>

#include "ctl/local.h"
#include "ctl/output_way.h"
#include "ctl/show.h"

/* What stands before a formula and does not keep it from being one. */
static size_t skip_unseen(const char *text)
{
    static const char *const unseen[] = { " ", "\n", "\v", "\f", "\"", "\u00a0", "\u3000", "\u200b", "\u200c", "\u200d", "\u2060",
                                          "\ufeff" };
    size_t at = 0;

    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (strncmp(text + at, unseen[i], strlen(unseen[i])) == 0) {
            at += strlen(unseen[i]);
            i = (size_t)-1;
        }
    return at;
}

static bool is_formula(const char *text)
{
    static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };

    text += skip_unseen(text);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(text, starts[i], strlen(starts[i])) == 0)
            return text[1] != ')'; /* ;-) */
    return false;
}

/* A JSON number is ours. */
static bool is_number(const char *text)
{
    text += *text == '-';
    return *text >= '0' && *text <= '9' && text[strspn(text, "0123456789.eE+-")] == '\0';
}

/* Shows the text, with an apostrophe in front of all that could be taken for a formula. */
static void add_defused(const char *text, struct buf *out)
{
    while (*text != '\0') {
        size_t len = strcspn(text, ";\n");

        if (is_formula(text))
            buf_add_char(out, '\'');
        len += text[len] != '\0';
        show_text(text, len, SHOW_LINES, out);
        text += len;
    }
}

static void add_quoted(const char *text, struct buf *out)
{
    buf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_add_char(out, '"');
        buf_add_char(out, *text);
    }
    buf_add_char(out, '"');
}

static void render(const struct cell *cell, const struct zone *zone, struct buf *value)
{
    switch (cell->kind) {
    case CELL_NONE: break;
    case CELL_TEXT: add_defused(cell->text, value); break;
    case CELL_JSON:
        if (is_number(cell->text))
            buf_add_text(value, cell->text);
        else
            add_defused(cell->text, value);
        break;
    case CELL_NUMBER: buf_addf(value, "%lld", (long long)cell->number); break;
    case CELL_TIME: local_format_iso(zone, cell->number, value); break;
    case CELL_FLAG: buf_add_text(value, cell->number != 0 ? "yes" : "no"); break;
    }
}

/* A row may come out of a statement that is still being read: it is not written before the caller has ended that. */
static void csv_flush(struct output *output)
{
    if (output->buf.len > 0)
        output->place.put(output->place.context, output->buf.data, output->buf.len);
    buf_clear(&output->buf);
}

static void csv_table(struct output *output, const char *noun)
{
    (void)noun;
    if (output->element == ELEMENT_SIDES)
        return;
    if (output->place.is_file && output->things++ == 0)
        buf_add_text(&output->buf, "\ufeff");
    for (size_t i = 0; i < output->column_count; i++) {
        if (i > 0)
            buf_add_char(&output->buf, ',');
        add_quoted(output->columns[i].name, &output->buf);
    }
    buf_add_text(&output->buf, "\r\n");
}

static void csv_row(struct output *output, const struct cell *cells)
{
    struct buf value = { 0 };

    for (size_t i = 0; i < output->column_count; i++) {
        buf_clear(&value);
        render(&cells[i], output->zone, &value);
        if (i > 0)
            buf_add_char(&output->buf, ',');
        add_quoted(buf_text(&value), &output->buf);
    }
    buf_add_text(&output->buf, "\r\n");
    buf_release(&value);
}

static void csv_record(struct output *output, const char *noun, const struct column *columns,
                       const struct cell *cells, size_t count)
{
    (void)output;
    (void)noun;
    (void)columns;
    (void)cells;
    (void)count;
}

static void csv_side(struct output *output, const struct side_line *line)
{
    (void)output;
    (void)line;
}

static void csv_line(struct output *output, const struct exchange_line *line)
{
    struct cell cells[EXCHANGE_COLUMNS];

    output_exchange_cells(line, cells);
    csv_row(output, cells);
    csv_flush(output);
}

static void csv_patch(struct output *output, const char *file, const struct patch_line *line)
{
    struct cell cells[PATCH_COLUMNS];
    struct buf text = { 0 };

    output_patch_cells(file, line, &text, cells);
    csv_row(output, cells);
    buf_release(&text);
}

static void csv_note(struct output *output, enum note_kind kind, const char *sentence)
{
    output_way_text.note(output, kind, sentence);
}

static void csv_document(struct output *output, const char *noun, const char *text)
{
    (void)noun;
    output->place.put(output->place.context, text, strlen(text));
}

const struct output_way output_way_csv = {
    .table = csv_table,
    .row = csv_row,
    .table_end = csv_flush,
    .flush = csv_flush,
    .record = csv_record,
    .line = csv_line,
    .patch = csv_patch,
    .side = csv_side,
    .document = csv_document,
    .note = csv_note,
    .end = csv_flush,
};
