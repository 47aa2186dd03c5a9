/*
 * output_csv: tables for spreadsheets, after RFC 4180 with every field in quotes.
 *
 * A spreadsheet runs a cell that begins with = + - or @ (a blank, tab or line end in front does not stop
 * every one of them, nor does a full-width form) as a formula. Customers write such cells, so text that
 * begins in this way gets an apostrophe in front. Escapes that a terminal would obey are written out as on a
 * terminal: CSV files are read with less and cat, too.
 *
 * Records, and what stands side by side, are not shown: a command with --csv has one table (its command-table entry
 * says so). Notes and
 * failures are talk, and go to stderr as in text.
 */
#include <string.h>

#include "ctl/local.h"
#include "ctl/output_way.h"
#include "ctl/show.h"

static bool is_formula(const char *text)
{
    static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };

    text += strspn(text, " \n");
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(text, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
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
    case CELL_TEXT:
    case CELL_JSON:
        if (is_formula(cell->text))
            buf_add_char(value, '\'');
        show_text(cell->text, strlen(cell->text), SHOW_LINES, value);
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
