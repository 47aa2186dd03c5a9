/*
 * output_lines: JSON lines, for what has no end. Each object is written as a whole, at once.
 */
#include "ctl/output_way.h"

static void begin(struct output *output, const char *what)
{
    output->json = (struct jsonw){ .out = &output->buf };
    jsonw_object(&output->json, NULL);
    jsonw_int(&output->json, "format", 1);
    jsonw_text(&output->json, "what", what);
}

static void finish(struct output *output)
{
    jsonw_end_object(&output->json);
    buf_add_char(&output->buf, '\n');
    output->place.put(output->place.context, output->buf.data, output->buf.len);
    buf_clear(&output->buf);
}

static void add_or_null(struct jsonw *w, const char *name, const char *text)
{
    jsonw_text(w, name, text != NULL && text[0] != '\0' ? text : NULL);
}

static void add_id(struct jsonw *w, const char *name, int64_t id)
{
    if (id != 0)
        jsonw_int(w, name, id);
    else
        jsonw_null(w, name);
}

static void lines_table(struct output *output, const char *noun)
{
    output->noun = noun;
}

static void lines_row(struct output *output, const struct cell *cells)
{
    begin(output, output->noun);
    output_json_cells(&output->json, output->columns, cells, output->column_count);
    finish(output);
}

static void lines_table_end(struct output *output)
{
    output->noun = NULL;
}

static void lines_record(struct output *output, const char *noun, const struct column *columns, const struct cell *cells,
                         size_t count)
{
    begin(output, noun != NULL ? noun : "record");
    output_json_cells(&output->json, columns, cells, count);
    finish(output);
}

static void lines_line(struct output *output, const struct exchange_line *line)
{
    struct cell cells[EXCHANGE_COLUMNS];

    output_exchange_cells(line, cells);
    begin(output, "message");
    output_json_cells(&output->json, output_exchange_columns, cells, EXCHANGE_COLUMNS);
    add_or_null(&output->json, "user", line->user);
    add_or_null(&output->json, "channel", line->channel);
    finish(output);
}

static void lines_event(struct output *output, const struct exchange_event *event)
{
    struct jsonw *w = &output->json;
    bool is_fate = event->state != NULL;

    begin(output, is_fate ? "fate" : "event");
    jsonw_int(w, is_fate ? "message" : "id", event->id);
    jsonw_int(w, "at", event->at);
    add_id(w, "conversation", event->conversation);
    add_or_null(w, "user", event->user);
    add_or_null(w, "channel", event->channel);
    jsonw_text(w, "kind", event->kind);
    if (is_fate) {
        jsonw_text(w, "state", event->state);
        add_or_null(w, "reason", event->reason);
    } else {
        jsonw_text(w, "actor", event->actor);
        add_or_null(w, "detail", event->detail);
    }
    finish(output);
}

static void lines_patch(struct output *output, const char *file, const struct patch_line *line)
{
    struct cell cells[PATCH_COLUMNS];
    struct buf text = { 0 };

    output_patch_cells(file, line, &text, cells);
    lines_row(output, cells);
    buf_release(&text);
}

static void lines_document(struct output *output, const char *noun, const char *text)
{
    begin(output, noun);
    jsonw_text(&output->json, "text", text);
    finish(output);
}

static void lines_note(struct output *output, enum note_kind kind, const char *sentence)
{
    output_way_text.note(output, kind, sentence);
    if (kind != NOTE_FAILURE)
        return;
    begin(output, "error");
    jsonw_text(&output->json, "text", sentence);
    finish(output);
}

static void lines_end(struct output *output)
{
    (void)output;
}

const struct output_way output_way_lines = {
    .table = lines_table,
    .row = lines_row,
    .table_end = lines_table_end,
    .record = lines_record,
    .line = lines_line,
    .event = lines_event,
    .patch = lines_patch,
    .document = lines_document,
    .note = lines_note,
    .end = lines_end,
};
