/*
 * output: the part that the three ways have in common: the order of calls, and cells.
 *
 * A way sees an exchange as a table with fixed columns unless it has a better idea (the text way draws a
 * conversation). Calls out of order (a row without a table, a table inside a table) are bugs of ours and
 * abort.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/output.h"
#include "ctl/output_way.h"
#include "text/patch.h"

struct cell cell_text(const char *text)
{
    return (struct cell){ .kind = text != NULL ? CELL_TEXT : CELL_NONE, .text = text };
}

struct cell cell_text_or_none(const char *text)
{
    return cell_text(text != NULL && text[0] != '\0' ? text : NULL);
}

struct cell cell_number(int64_t number)
{
    return (struct cell){ .kind = CELL_NUMBER, .number = number };
}

struct cell cell_id(int64_t id)
{
    return (struct cell){ .kind = id != 0 ? CELL_NUMBER : CELL_NONE, .number = id };
}

struct cell cell_time(int64_t ms)
{
    return (struct cell){ .kind = ms != 0 ? CELL_TIME : CELL_NONE, .number = ms };
}

struct cell cell_flag(bool flag)
{
    return (struct cell){ .kind = CELL_FLAG, .number = flag };
}

struct cell cell_json(const char *json)
{
    return (struct cell){ .kind = CELL_JSON, .text = json };
}

const struct column output_exchange_columns[EXCHANGE_COLUMNS] = {
    { "id", "message", LOOK_NUMBER }, { "at", "at", LOOK_PLAIN },    { "kind", "kind", LOOK_STATE },
    { "actor", "who", LOOK_PLAIN },   { "text", "text", LOOK_LONG }, { "state", "state", LOOK_STATE },
    { "reason", "why", LOOK_LONG },   { "buttons", NULL, LOOK_LONG }, { "tags", NULL, LOOK_LONG },
    { "about", NULL, LOOK_NUMBER },   { "conversation", NULL, LOOK_NUMBER }, { "rule", NULL, LOOK_NAME },
    { "matched", NULL, LOOK_LONG },   { "media", NULL, LOOK_LONG },
};

static struct cell cell_list(const char *json)
{
    bool is_empty = json == NULL || strcmp(json, "[]") == 0;

    return is_empty ? (struct cell){ 0 } : cell_json(json);
}

void output_exchange_cells(const struct exchange_line *line, struct cell cells[EXCHANGE_COLUMNS])
{
    cells[0] = cell_id(line->id);
    cells[1] = cell_time(line->at);
    cells[2] = cell_text(line->kind);
    cells[3] = cell_text_or_none(line->actor);
    cells[4] = cell_text(line->text);
    cells[5] = cell_text_or_none(line->state);
    cells[6] = cell_text_or_none(line->reason);
    cells[7] = cell_list(line->buttons);
    cells[8] = cell_list(line->tags);
    cells[9] = cell_id(line->about);
    cells[10] = cell_id(line->conversation);
    cells[11] = cell_text_or_none(line->rule);
    cells[12] = cell_list(line->matched);
    cells[13] = cell_list(line->media);
}

static const struct column patch_columns[PATCH_COLUMNS] = {
    { "file", "file", LOOK_PLAIN },       { "kind", "kind", LOOK_STATE }, { "before", "before", LOOK_NUMBER },
    { "after", "after", LOOK_NUMBER }, { "text", "text", LOOK_LONG },
};

/* `text` holds the line's text for as long as the cells are used. */
void output_patch_cells(const char *file, const struct patch_line *line, struct buf *text,
                        struct cell cells[PATCH_COLUMNS])
{
    static const char *const kinds[] = {
        [PATCH_SAME] = "same",
        [PATCH_GONE] = "gone",
        [PATCH_NEW] = "new",
        [PATCH_GAP] = "gap",
    };

    buf_add(text, line->text, line->len);
    cells[0] = cell_text(file);
    cells[1] = cell_text(kinds[line->kind]);
    cells[2] = cell_id((int64_t)line->before);
    cells[3] = cell_id((int64_t)line->after);
    cells[4] = cell_text(line->kind != PATCH_GAP ? buf_text(text) : NULL);
}

struct output *output_new(enum output_form form, const struct output_place *place)
{
    static const struct output_way *const ways[] = {
        [OUTPUT_TEXT] = &output_way_text,
        [OUTPUT_JSON] = &output_way_json,
        [OUTPUT_CSV] = &output_way_csv,
        [OUTPUT_HTML] = &output_way_html,
        [OUTPUT_JSON_LINES] = &output_way_lines,
    };
    struct output *output = alloc_new(sizeof *output);

    output->way = ways[form];
    output->place = *place;
    if (output->place.columns == 0)
        output->place.columns = 80;
    output->json.out = &output->buf;
    if (form == OUTPUT_JSON) {
        jsonw_object(&output->json, NULL);
        jsonw_int(&output->json, "format", 1);
    }
    return output;
}

void output_end(struct output *output)
{
    if (output == NULL)
        return;
    output->way->end(output);
    buf_release(&output->buf);
    buf_release(&output->notes);
    buf_release(&output->failure);
    buf_release(&output->title);
    free(output->cells);
    free(output);
}

void output_title(struct output *output, const char *title)
{
    buf_clear(&output->title);
    buf_add_text(&output->title, title);
}

void output_set_zone(struct output *output, const struct zone *zone)
{
    output->zone = zone;
}

static void open_element(struct output *output, enum element element, const char *noun,
                         const struct column *columns, size_t count)
{
    if (output->columns != NULL || count == 0)
        abort();
    output->columns = columns;
    output->column_count = count;
    output->element = element;
    output->way->table(output, noun);
}

static void must_be_open(const struct output *output, enum element element)
{
    if (output->columns == NULL || output->element != element)
        abort();
}

void output_table(struct output *output, const char *noun, const struct column *columns, size_t count)
{
    open_element(output, ELEMENT_TABLE, noun, columns, count);
}

void output_row(struct output *output, const struct cell *cells)
{
    must_be_open(output, ELEMENT_TABLE);
    output->way->row(output, cells);
}

bool output_has_titles(const struct column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (columns[i].title != NULL)
            return true;
    return false;
}

void output_flush(struct output *output)
{
    if (output->way->flush != NULL)
        output->way->flush(output);
}

bool output_is_lost(const struct output *output)
{
    return output->place.is_lost != NULL && output->place.is_lost(output->place.context);
}

static void close_element(struct output *output, enum element element)
{
    must_be_open(output, element);
    output->way->table_end(output);
    output->columns = NULL;
}

void output_table_end(struct output *output)
{
    close_element(output, ELEMENT_TABLE);
}

void output_record(struct output *output, const char *noun, const struct column *columns,
                   const struct cell *cells, size_t count)
{
    if (output->columns != NULL)
        abort();
    output->way->record(output, noun, columns, cells, count);
}

void output_exchange(struct output *output, const char *noun, enum exchange_style style)
{
    output->style = style;
    open_element(output, ELEMENT_EXCHANGE, noun, output_exchange_columns, EXCHANGE_COLUMNS);
}

void output_line(struct output *output, const struct exchange_line *line)
{
    must_be_open(output, ELEMENT_EXCHANGE);
    output->way->line(output, line);
}

void output_event(struct output *output, const struct exchange_event *event)
{
    must_be_open(output, ELEMENT_EXCHANGE);
    if (output->way->event != NULL)
        output->way->event(output, event);
}

void output_break(struct output *output, const struct exchange_break *heading)
{
    must_be_open(output, ELEMENT_EXCHANGE);
    if (output->way->between != NULL)
        output->way->between(output, heading);
}

void output_exchange_end(struct output *output)
{
    close_element(output, ELEMENT_EXCHANGE);
}

void output_patch(struct output *output, const char *noun)
{
    output->patch_file = NULL;
    open_element(output, ELEMENT_PATCH, noun, patch_columns, PATCH_COLUMNS);
}

void output_patch_line(struct output *output, const char *file, const struct patch_line *line)
{
    must_be_open(output, ELEMENT_PATCH);
    output->way->patch(output, file, line);
}

void output_patch_end(struct output *output)
{
    close_element(output, ELEMENT_PATCH);
}

enum { PROSE_COLUMNS = 6 };

static const struct column PROSE[PROSE_COLUMNS] = {
    { "heading", "heading", LOOK_PLAIN },    { "is_part", NULL, LOOK_PLAIN },  { "priority", "priority", LOOK_NUMBER },
    { "sentences", "sentences", LOOK_LONG }, { "file", "file", LOOK_PLAIN },   { "line", "line", LOOK_NUMBER },
};

void output_prose(struct output *output, const char *noun)
{
    open_element(output, ELEMENT_PROSE, noun, PROSE, PROSE_COLUMNS);
}

static void add_paragraph_row(struct output *output, const struct paragraph *paragraph)
{
    struct buf sentences = { 0 };
    struct jsonw w = { .out = &sentences };
    struct cell none = { 0 };

    jsonw_array(&w, NULL);
    for (size_t i = 0; i < paragraph->count; i++)
        jsonw_text(&w, NULL, paragraph->sentences[i]);
    jsonw_end_array(&w);
    output->way->row(output, (struct cell[PROSE_COLUMNS]){
                                 cell_text(paragraph->heading), cell_flag(paragraph->is_part),
                                 paragraph->file != NULL && paragraph->priority >= 0 ? cell_number(paragraph->priority)
                                                                                     : none,
                                 cell_json(buf_text(&sentences)), cell_text(paragraph->file),
                                 paragraph->file != NULL ? cell_number(paragraph->line) : none });
    buf_release(&sentences);
}

void output_paragraph(struct output *output, const struct paragraph *paragraph)
{
    must_be_open(output, ELEMENT_PROSE);
    if (output->way->paragraph != NULL)
        output->way->paragraph(output, paragraph);
    else
        add_paragraph_row(output, paragraph);
}

void output_prose_end(struct output *output)
{
    close_element(output, ELEMENT_PROSE);
}

enum { SIDE_COLUMNS = 7 };

static const struct column SIDES[SIDE_COLUMNS] = {
    { "talk", "talk", LOOK_NAME },         { "file", "file", LOOK_NAME }, { "line", "line", LOOK_NUMBER },
    { "who", "who", LOOK_PLAIN },          { "expected", "expected", LOOK_LONG },
    { "said", "said", LOOK_LONG },         { "differs", "differs", LOOK_PLAIN },
};

void output_sides(struct output *output, const char *noun)
{
    output->side_name = NULL;
    open_element(output, ELEMENT_SIDES, noun, SIDES, SIDE_COLUMNS);
}

void output_side(struct output *output, const struct side_line *line)
{
    must_be_open(output, ELEMENT_SIDES);
    if (output->way->side != NULL)
        output->way->side(output, line);
    else
        output->way->row(output, (struct cell[SIDE_COLUMNS]){ cell_text(line->name), cell_text(line->file),
                                                              cell_number(line->line), cell_text(line->who),
                                                              cell_text(line->left), cell_text(line->right),
                                                              cell_flag(line->differs) });
}

void output_sides_end(struct output *output)
{
    close_element(output, ELEMENT_SIDES);
}

void output_document(struct output *output, const char *noun, const char *text)
{
    if (output->columns != NULL)
        abort();
    output->way->document(output, noun, text);
}

bool output_is_text(const struct output *output)
{
    return output->way == &output_way_text;
}

struct cell cell_words(const struct output *output, const char *text, bool has_media)
{
    bool is_wordless = has_media && text != NULL && text[0] == '\0' && output_is_text(output);

    return cell_text(is_wordless ? "(a picture or a file)" : text);
}

void output_stream(struct output *output, const char *bytes, size_t len)
{
    output->is_streamed = true;
    output->place.put(output->place.context, bytes, len);
}

bool output_is_terminal(const struct output *output)
{
    return output->way == &output_way_text && output->place.is_terminal;
}

size_t output_columns(const struct output *output)
{
    return output->place.is_terminal ? output->place.columns : 80;
}

void output_prompt(struct output *output)
{
    if (output->way->prompt != NULL && output->place.is_terminal)
        output->way->prompt(output);
}

void output_progress(struct output *output, const char *format, ...)
{
    struct buf line = { 0 };
    va_list args;

    if (!output_is_terminal(output))
        return;
    va_start(args, format);
    buf_add_text(&line, "\r\033[K");
    buf_addv(&line, format, args);
    va_end(args);
    (output->place.hint != NULL ? output->place.hint : output->place.talk)(output->place.context, line.data, line.len);
    buf_release(&line);
}

void output_note(struct output *output, enum note_kind kind, const char *format, ...)
{
    struct buf sentence = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&sentence, format, args);
    va_end(args);
    output->way->note(output, kind, buf_text(&sentence));
    buf_release(&sentence);
}
