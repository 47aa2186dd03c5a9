/*
 * output_json: one document with "format": 1 in front. It is gathered and written at the end; of a long list piece by
 * piece, so that memory does not grow with it. When the process dies, a reader gets none, or one that has no end.
 *
 * The document's form is a promise to scripts: members are added, never renamed; a change that would break a
 * reader raises "format". A failure is both in the document ("error") and, for people, on stderr.
 */
#include "ctl/output_way.h"

static const char *const NOTE_NAMES[] = {
    [NOTE_PLAIN] = "plain", [NOTE_GOOD] = "good", [NOTE_WARN] = "warning",
    [NOTE_BAD] = "bad",     [NOTE_DIM] = "hint",  [NOTE_FAILURE] = "failure",
};

static void json_cell(struct jsonw *w, const char *name, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_NONE: jsonw_null(w, name); break;
    case CELL_TEXT: jsonw_text(w, name, cell->text); break;
    case CELL_JSON: jsonw_raw(w, name, cell->text); break;
    case CELL_NUMBER:
    case CELL_TIME: jsonw_int(w, name, cell->number); break;
    case CELL_FLAG: jsonw_bool(w, name, cell->number != 0); break;
    }
}

void output_json_cells(struct jsonw *w, const struct column *columns, const struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_cell(w, columns[i].name, &cells[i]);
}

static void json_table(struct output *output, const char *noun)
{
    jsonw_array(&output->json, noun);
}

static void json_row(struct output *output, const struct cell *cells)
{
    jsonw_object(&output->json, NULL);
    output_json_cells(&output->json, output->columns, cells, output->column_count);
    jsonw_end_object(&output->json);
}

/* Rows follow, and so nothing that stands there is taken back. */
static void json_flush(struct output *output)
{
    enum { PIECE = 1 << 18 };

    if (output->buf.len < PIECE)
        return;
    output->place.put(output->place.context, output->buf.data, output->buf.len);
    buf_clear(&output->buf);
}

static void json_table_end(struct output *output)
{
    jsonw_end_array(&output->json);
}

static void json_record(struct output *output, const char *noun, const struct column *columns,
                        const struct cell *cells, size_t count)
{
    if (noun != NULL)
        jsonw_object(&output->json, noun);
    output_json_cells(&output->json, columns, cells, count);
    if (noun != NULL)
        jsonw_end_object(&output->json);
}

static void json_line(struct output *output, const struct exchange_line *line)
{
    struct cell cells[EXCHANGE_COLUMNS];

    output_exchange_cells(line, cells);
    json_row(output, cells);
}

static void json_patch(struct output *output, const char *file, const struct patch_line *line)
{
    struct cell cells[PATCH_COLUMNS];
    struct buf text = { 0 };

    output_patch_cells(file, line, &text, cells);
    json_row(output, cells);
    buf_release(&text);
}

static void json_document(struct output *output, const char *noun, const char *text)
{
    jsonw_text(&output->json, noun, text);
}

static void json_note(struct output *output, enum note_kind kind, const char *sentence)
{
    struct jsonw w = { .out = &output->notes };

    if (kind == NOTE_FAILURE) {
        if (output->is_streamed)
            output_way_text.note(output, kind, sentence);
        else if (output->failure.len > 0)
            output_way_text.note(output, kind, buf_text(&output->failure));
        buf_clear(&output->failure);
        buf_add_text(&output->failure, sentence);
        return;
    }
    if (output->notes.len > 0)
        buf_add_char(&output->notes, ',');
    jsonw_object(&w, NULL);
    jsonw_text(&w, "kind", NOTE_NAMES[kind]);
    jsonw_text(&w, "text", sentence);
    jsonw_end_object(&w);
}

static void json_end(struct output *output)
{
    struct buf array = { 0 };

    if (output->is_streamed)
        return;
    if (output->columns != NULL) /* a command failed in the middle of its table */
        jsonw_end_array(&output->json);
    if (output->notes.len > 0) {
        buf_addf(&array, "[%s]", buf_text(&output->notes));
        jsonw_raw(&output->json, "notes", buf_text(&array));
    }
    if (output->failure.len > 0)
        jsonw_text(&output->json, "error", buf_text(&output->failure));
    jsonw_end_object(&output->json);
    buf_add_char(&output->buf, '\n');
    output->place.put(output->place.context, output->buf.data, output->buf.len);
    buf_clear(&output->buf);
    /* Behind the document: on a terminal both would else run into each other. */
    if (output->failure.len > 0)
        output_way_text.note(output, NOTE_FAILURE, buf_text(&output->failure));
    buf_release(&array);
}

const struct output_way output_way_json = {
    .table = json_table,
    .row = json_row,
    .table_end = json_table_end,
    .flush = json_flush,
    .record = json_record,
    .line = json_line,
    .patch = json_patch,
    .document = json_document,
    .note = json_note,
    .end = json_end,
};
