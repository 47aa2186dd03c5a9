/*
 * output_text: for people.
 *
 * Tables wait until their last row (output_text_table.c); records, exchanges and notes are written at once, so
 * that a chat can be followed.
 *
 * Two rules keep hostile text harmless. Every cell passes show_text before anything is measured or drawn. And
 * no line of output begins with a customer's words: cells hold no line feed, and a message's further lines
 * are indented, so that nobody can draw a line of ours.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/output_text.h"
#include "ctl/show.h"
#include "ctl/wrap.h"
#include "text/width.h"

/* Styles */

void text_add_styled(struct output *output, const char *style, const char *text, size_t len)
{
    bool is_styled = output->place.has_colour && style != NULL && len > 0;

    if (is_styled)
        buf_addf(&output->buf, "\x1b[%sm", style);
    buf_add(&output->buf, text, len);
    if (is_styled)
        buf_add_text(&output->buf, "\x1b[0m");
}

void text_add_blanks(struct output *output, size_t count)
{
    while (count-- > 0)
        buf_add_char(&output->buf, ' ');
}

void text_flush(struct output *output)
{
    if (output->buf.len > 0)
        output->place.put(output->place.context, output->buf.data, output->buf.len);
    buf_clear(&output->buf);
}

void text_leave_prompt(struct output *output)
{
    if (output->has_prompt)
        buf_add_text(&output->buf, "\r\x1b[K");
    output->has_prompt = false;
}

static void text_prompt(struct output *output)
{
    text_leave_prompt(output);
    text_add_styled(output, CYAN, PROMPT, strlen(PROMPT));
    output->has_prompt = true;
    text_flush(output);
}

/* A blank line between things. */
void text_begin_thing(struct output *output)
{
    if (output->things++ > 0)
        buf_add_char(&output->buf, '\n');
    output->is_apart = true;
}

/* Records */

/* What is not known is left out: a record is read from top to bottom, and a dash tells nothing. */
static void text_record(struct output *output, const char *noun, const struct column *columns,
                        const struct cell *cells, size_t count)
{
    size_t room = 0;

    (void)noun;
    if (!output_has_titles(columns, count)) /* it is for programs */
        return;
    text_begin_thing(output);
    for (size_t i = 0; i < count; i++)
        if (columns[i].title != NULL && cells[i].kind != CELL_NONE &&
            width_text(columns[i].title, strlen(columns[i].title)) > room)
            room = width_text(columns[i].title, strlen(columns[i].title));
    for (size_t i = 0; i < count; i++)
        if (columns[i].title != NULL && cells[i].kind != CELL_NONE) {
            struct text_cell rendered = text_render(&cells[i], output->zone);

            text_add_field(output, &columns[i], &rendered, room);
            free(rendered.text);
        }
    text_flush(output);
}

/* Notes */

enum { NOTE_INDENT = 2, COLUMNS_LEAST = 20 };

static void add_line(struct output *output, const char *style, const char *line, size_t len)
{
    text_add_styled(output, style, line, len);
    buf_add_char(&output->buf, '\n');
}

/*
 * Between words, what follows indented, for no line of ours may begin with a customer's. A line that comes indented is one to be
 * pasted, and stays whole.
 */
static void add_wrapped(struct output *output, const char *style, const struct buf *text)
{
    size_t columns = output->place.columns < COLUMNS_LEAST ? COLUMNS_LEAST : output->place.columns, len;
    const char *line = buf_text(text), *end = line + text->len, *part;

    for (;; line++) {
        const char *feed = memchr(line, '\n', (size_t)(end - line)), *stop = feed != NULL ? feed : end;
        struct wrap wrap = { .text = line, .len = (size_t)(stop - line) };

        if (*line == ' ')
            add_line(output, style, line, wrap.len);
        else
            for (size_t indent = 0; wrap_next(&wrap, columns - indent, &part, &len) == 1; indent = NOTE_INDENT) {
                text_add_blanks(output, indent);
                add_line(output, style, part, len);
            }
        line = stop;
        if (feed == NULL)
            return;
    }
}

static void text_note(struct output *output, enum note_kind kind, const char *sentence)
{
    static const char *const styles[] = {
        [NOTE_PLAIN] = NULL, [NOTE_GOOD] = GREEN, [NOTE_WARN] = YELLOW,
        [NOTE_BAD] = RED,    [NOTE_DIM] = DIM,    [NOTE_FAILURE] = NULL,
    };
    struct buf line = { 0 };

    show_text(sentence, strlen(sentence), SHOW_LINES, &line);
    if (kind == NOTE_FAILURE || output->way != &output_way_text) {
        struct buf talk = { 0 };

        buf_addf(&talk, "frontdesk: %s\n", buf_text(&line));
        text_leave_prompt(output);
        text_flush(output);
        output->place.talk(output->place.context, talk.data, talk.len);
        buf_release(&talk);
    } else {
        text_leave_prompt(output);
        if (output->is_apart && output->columns == NULL)
            buf_add_char(&output->buf, '\n');
        output->is_apart = false;
        if (output->place.is_terminal)
            add_wrapped(output, styles[kind], &line);
        else
            add_line(output, styles[kind], buf_text(&line), line.len);
        text_flush(output);
    }
    buf_release(&line);
}

static void text_end(struct output *output)
{
    text_drop_cells(output); /* of a table that a failure cut short */
    text_flush(output);
}

static void text_document(struct output *output, const char *noun, const char *text)
{
    (void)noun;
    output->place.put(output->place.context, text, strlen(text));
}

const struct output_way output_way_text = {
    .table = text_table,
    .row = text_row,
    .table_end = text_table_end,
    .record = text_record,
    .line = text_exchange_line,
    .event = text_exchange_event,
    .between = text_exchange_break,
    .paragraph = text_paragraph,
    .prompt = text_prompt,
    .patch = text_patch_line,
    .side = text_side_line,
    .document = text_document,
    .note = text_note,
    .end = text_end,
};
