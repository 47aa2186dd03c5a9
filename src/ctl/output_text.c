/*
 * output_text: for people.
 *
 * Tables wait until their last row, since a column is as wide as its widest cell; records, exchanges and
 * notes are written at once, so that a chat can be followed. On a terminal a table that is too wide loses
 * columns from its long texts ("…"), never from its numbers; into a pipe everything goes whole.
 *
 * Two rules keep hostile text harmless. Every cell passes show_text before anything is measured or drawn. And
 * no line of output begins with a customer's words: cells hold no line feed, and a message's further lines
 * are indented, so that nobody can draw a line of ours.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "ctl/output_text.h"
#include "ctl/show.h"
#include "text/width.h"

enum { GAP = 2, CELL_MIN = 12 };

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

struct coloured {
    const char *word, *style;
};

static const struct coloured STATES[] = {
    { "accepted", GREEN },    { "answered", GREEN }, { "read", GREEN },     { "bot", GREEN },
    { "ok", GREEN },          { "dead", RED },       { "unknown", RED },    { "error", RED },
    { "unreadable", RED },    { "aside", RED },      { "stopped", RED },    { "proof", RED },
    { "failure", RED },       { "held", YELLOW },    { "expired", YELLOW }, { "agent", YELLOW },
    { "unanswered", YELLOW }, { "warning", YELLOW }, { "waiting", YELLOW }, { "withheld", YELLOW },
    { "closed", DIM },        { "duplicate", DIM },  { "silenced", DIM },
    { "added", GREEN },       { "removed", RED },    { "changed", YELLOW }, { "moved", YELLOW },
    { "in force", GREEN },    { "replaced", DIM },
};

static const char *state_style(const char *word)
{
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        if (strcmp(STATES[i].word, word) == 0)
            return STATES[i].style;
    return NULL;
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

/* Cells */

static void format_time(int64_t ms, struct buf *out)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm local;
    char text[40];

    if (localtime_r(&seconds, &local) != NULL && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local) > 0)
        buf_add_text(out, text);
}

/* The mark's offsets move when what stands before it is escaped. */
static void show_marked(const struct cell *cell, struct buf *out, struct span *mark)
{
    size_t len = strlen(cell->text);
    bool is_marked = cell->mark.end > cell->mark.start && cell->mark.end <= len;
    size_t from = is_marked ? cell->mark.start : len, to = is_marked ? cell->mark.end : len;

    show_text(cell->text, from, SHOW_CELL, out);
    mark->start = out->len;
    show_text(cell->text + from, to - from, SHOW_CELL, out);
    mark->end = out->len;
    show_text(cell->text + to, len - to, SHOW_CELL, out);
}

static struct text_cell render(const struct cell *cell)
{
    struct text_cell result = { 0 };
    struct buf text = { 0 };

    switch (cell->kind) {
    case CELL_NONE: buf_add_text(&text, "–"); break;
    case CELL_TEXT:
    case CELL_JSON: show_marked(cell, &text, &result.mark); break;
    case CELL_NUMBER: buf_addf(&text, "%lld", (long long)cell->number); break;
    case CELL_TIME: format_time(cell->number, &text); break;
    case CELL_FLAG: buf_add_text(&text, cell->number != 0 ? "yes" : "no"); break;
    }
    result.width = width_text(buf_text(&text), text.len);
    result.text = buf_detach(&text);
    return result;
}

/* Appends the cell, underlining its mark inside the style of its column. */
static void add_cell(struct output *output, const struct text_cell *cell, const char *style)
{
    size_t len = strlen(cell->text);

    if (cell->mark.end <= cell->mark.start || cell->mark.end > len) {
        text_add_styled(output, style, cell->text, len);
        return;
    }
    text_add_styled(output, style, cell->text, cell->mark.start);
    text_add_styled(output, UNDERLINE, cell->text + cell->mark.start, cell->mark.end - cell->mark.start);
    text_add_styled(output, style, cell->text + cell->mark.end, len - cell->mark.end);
}

/* A mark that would be cut off is moved to where it is seen: what stands before it gives way. */
static void cut_head(struct text_cell *cell, size_t columns)
{
    size_t before = width_text(cell->text, cell->mark.start), from;
    struct buf text = { 0 };

    if (cell->mark.end <= cell->mark.start || width_text(cell->text, cell->mark.end) < columns ||
        before <= columns / 4)
        return;
    from = width_cut(cell->text, cell->mark.start, before - columns / 4, NULL);
    buf_add_text(&text, "…");
    cell->mark.start += text.len - from;
    cell->mark.end += text.len - from;
    buf_add_text(&text, cell->text + from);
    free(cell->text);
    cell->width = width_text(buf_text(&text), text.len);
    cell->text = buf_detach(&text);
}

static void cut_cell(struct text_cell *cell, size_t columns)
{
    struct buf text = { 0 };
    size_t taken;

    if (cell->width <= columns)
        return;
    cut_head(cell, columns);
    if (cell->width <= columns)
        return;
    buf_add(&text, cell->text, width_cut(cell->text, strlen(cell->text), columns - 1, &taken));
    buf_add_text(&text, "…");
    free(cell->text);
    cell->width = taken + 1;
    cell->text = buf_detach(&text);
}

/* Tables */

static void text_table(struct output *output, const char *noun)
{
    (void)noun;
    if (output->element == ELEMENT_EXCHANGE)
        text_begin_thing(output);
    output->cell_count = 0;
    output->day[0] = '\0';
}

static void text_row(struct output *output, const struct cell *cells)
{
    size_t needed = output->cell_count + output->column_count;

    if (needed > output->cell_room) {
        output->cell_room = needed * 2;
        output->cells = alloc_resize(output->cells, output->cell_room, sizeof *output->cells);
    }
    for (size_t i = 0; i < output->column_count; i++)
        output->cells[output->cell_count++] = render(&cells[i]);
}

static size_t measure(const struct output *output, size_t *widths)
{
    size_t total = 0;

    for (size_t i = 0; i < output->column_count; i++) {
        const char *title = output->columns[i].title;

        widths[i] = title != NULL ? width_text(title, strlen(title)) : 0;
        if (title == NULL)
            continue;
        for (size_t at = i; at < output->cell_count; at += output->column_count)
            if (output->cells[at].width > widths[i])
                widths[i] = output->cells[at].width;
        total += widths[i] + (total > 0 ? GAP : 0);
    }
    return total;
}

/* Takes what is too much from the widest long column until it is as wide as the next, again and again. */
static void squeeze(const struct output *output, size_t *widths, size_t total)
{
    while (total > output->place.columns) {
        size_t widest = SIZE_MAX, next = CELL_MIN;
        size_t excess = total - output->place.columns, give;

        for (size_t i = 0; i < output->column_count; i++) {
            if (output->columns[i].look != LOOK_LONG || widths[i] <= CELL_MIN)
                continue;
            if (widest == SIZE_MAX || widths[i] > widths[widest]) {
                next = widest != SIZE_MAX ? widths[widest] : next;
                widest = i;
            } else if (widths[i] > next) {
                next = widths[i];
            }
        }
        if (widest == SIZE_MAX)
            return;
        give = widths[widest] > next ? widths[widest] - next : 1;
        give = give < excess ? give : excess;
        widths[widest] -= give;
        total -= give;
    }
}

static void add_table_line(struct output *output, const size_t *widths, struct text_cell *cells, bool is_head)
{
    size_t pending = 0;
    bool is_first = true;

    for (size_t i = 0; i < output->column_count; i++) {
        enum column_look look = output->columns[i].look;
        size_t room;

        if (output->columns[i].title == NULL)
            continue;
        cut_cell(&cells[i], widths[i]);
        room = widths[i] - cells[i].width;
        if (!is_first)
            text_add_blanks(output, pending + GAP);
        if (look == LOOK_NUMBER)
            text_add_blanks(output, room);
        add_cell(output, &cells[i], is_head ? DIM : look == LOOK_STATE ? state_style(cells[i].text) : NULL);
        pending = look == LOOK_NUMBER ? 0 : room;
        is_first = false;
    }
    buf_add_char(&output->buf, '\n');
}

static void add_head(struct output *output, const size_t *widths)
{
    struct text_cell *head = alloc_array(output->column_count, sizeof *head);

    for (size_t i = 0; i < output->column_count; i++) {
        const char *title = output->columns[i].title != NULL ? output->columns[i].title : "";

        head[i].text = alloc_text(title);
        head[i].width = width_text(title, strlen(title));
    }
    add_table_line(output, widths, head, true);
    for (size_t i = 0; i < output->column_count; i++)
        free(head[i].text);
    free(head);
}

static void drop_cells(struct output *output)
{
    for (size_t i = 0; i < output->cell_count; i++)
        free(output->cells[i].text);
    output->cell_count = 0;
}

/* A table without titles is for programs. */
static bool is_hidden(const struct output *output)
{
    for (size_t i = 0; i < output->column_count; i++)
        if (output->columns[i].title != NULL)
            return false;
    return true;
}

static void text_table_end(struct output *output)
{
    size_t *widths;
    size_t total;

    if (output->element != ELEMENT_TABLE || output->cell_count == 0 || is_hidden(output)) {
        drop_cells(output);
        text_flush(output);
        return;
    }
    text_begin_thing(output);
    widths = alloc_array(output->column_count, sizeof *widths);
    total = measure(output, widths);
    if (output->place.is_terminal)
        squeeze(output, widths, total);
    add_head(output, widths);
    for (size_t at = 0; at < output->cell_count; at += output->column_count)
        add_table_line(output, widths, output->cells + at, false);
    drop_cells(output);
    free(widths);
    text_flush(output);
}

/* Records */

static void add_field(struct output *output, const struct column *column, const struct cell *cell,
                      size_t room)
{
    struct text_cell rendered = render(cell);

    text_add_styled(output, DIM, column->title, strlen(column->title));
    text_add_blanks(output, room + GAP - width_text(column->title, strlen(column->title)));
    add_cell(output, &rendered, column->look == LOOK_STATE ? state_style(rendered.text) : NULL);
    buf_add_char(&output->buf, '\n');
    free(rendered.text);
}

/* What is not known is left out: a record is read from top to bottom, and a dash tells nothing. */
static void text_record(struct output *output, const char *noun, const struct column *columns,
                        const struct cell *cells, size_t count)
{
    size_t room = 0;

    (void)noun;
    text_begin_thing(output);
    for (size_t i = 0; i < count; i++)
        if (columns[i].title != NULL && cells[i].kind != CELL_NONE &&
            width_text(columns[i].title, strlen(columns[i].title)) > room)
            room = width_text(columns[i].title, strlen(columns[i].title));
    for (size_t i = 0; i < count; i++)
        if (columns[i].title != NULL && cells[i].kind != CELL_NONE)
            add_field(output, &columns[i], &cells[i], room);
    text_flush(output);
}

/* Notes */

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
        text_add_styled(output, styles[kind], buf_text(&line), line.len);
        buf_add_char(&output->buf, '\n');
        text_flush(output);
    }
    buf_release(&line);
}

static void text_end(struct output *output)
{
    drop_cells(output); /* of a table that a failure cut short */
    text_flush(output);
}

const struct output_way output_way_text = {
    .table = text_table,
    .row = text_row,
    .table_end = text_table_end,
    .record = text_record,
    .line = text_exchange_line,
    .paragraph = text_paragraph,
    .prompt = text_prompt,
    .patch = text_patch_line,
    .note = text_note,
    .end = text_end,
};
