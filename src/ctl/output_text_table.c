/*
 * output_text_table: tables for people.
 *
 * A table waits for its last row, since a column is as wide as its widest cell. On a terminal one that is too
 * wide gives up, in this order: columns in which nothing is known, what its long texts can spare ("…"), year and
 * seconds of its times, what names can spare, columns that say the same in every row, columns that are missed
 * least, and in the end what texts and names can. Its other numbers and states stay whole, and sentences go on
 * below (LOOK_WHOLE). What is too wide even so stands as a record for each row.
 * Into a pipe everything goes whole, a line for a row; texts longer than PADDED_MAX are not waited for there, so
 * that one of them does not push all lines apart.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/local.h"
#include "ctl/output_text.h"
#include "ctl/show.h"
#include "ctl/wrap.h"
#include "text/width.h"

enum { LONG_MIN_WIDTH = 16, NAME_MIN_WIDTH = 12, LEAST_WIDTH = 6, WHOLE_MIN_WIDTH = 24, PADDED_MAX = 60 };

struct coloured {
    const char *word, *style;
};

static const struct coloured STATES[] = {
    { "accepted", GREEN },    { "answered", GREEN }, { "read", GREEN },     { "bot", GREEN },
    { "ok", GREEN },          { "dead", RED },       { "unknown", RED },    { "error", RED },
    { "unreadable", RED },    { "aside", RED },      { "stopped", RED },    { "proof", RED },
    { "frozen", RED },        { "mute", RED },
    { "failure", RED },       { "held", YELLOW },    { "expired", YELLOW }, { "agent", YELLOW },
    { "unanswered", YELLOW }, { "warning", YELLOW }, { "waiting", YELLOW }, { "withheld", YELLOW },
    { "closed", DIM },        { "duplicate", DIM },  { "silenced", DIM },
    { "added", GREEN },       { "removed", RED },    { "changed", YELLOW }, { "moved", YELLOW },
    { "open", YELLOW },       { "half-open", YELLOW }, { "failed", RED },    { "busy", YELLOW },
    { "in force", GREEN },    { "replaced", DIM },   { "refused", RED },
};

static const char *state_style(const char *word)
{
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        if (strcmp(STATES[i].word, word) == 0)
            return STATES[i].style;
    return NULL;
}

/* Cells */

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

/*
 * Many marks stand in the rendered text itself, between two characters that data never has there, as they are escaped, and that
 * take no columns; so they survive whatever is cut off. The first is also the cell's mark.
 */
enum { MARK_BEGIN = '\x01', MARK_END = '\x02' };

static void show_marks(const struct cell *cell, struct buf *out, struct span *mark)
{
    size_t len = strlen(cell->text), at = 0;

    for (size_t i = 0; i < cell->mark_count; i++) {
        const struct span *span = &cell->marks[i];

        if (span->start < at || span->end <= span->start || span->end > len)
            continue;
        show_text(cell->text + at, span->start - at, SHOW_CELL, out);
        if (mark->end == 0)
            mark->start = out->len;
        buf_add_char(out, MARK_BEGIN);
        show_text(cell->text + span->start, span->end - span->start, SHOW_CELL, out);
        buf_add_char(out, MARK_END);
        if (mark->end == 0)
            mark->end = out->len;
        at = span->end;
    }
    show_text(cell->text + at, len - at, SHOW_CELL, out);
}

static void add_marked(struct output *output, const char *text, const char *style)
{
    static const char BORDERS[] = { MARK_BEGIN, MARK_END, '\0' };
    bool is_marked = false;

    for (size_t len; *text != '\0'; text += len) {
        if (*text == MARK_BEGIN || *text == MARK_END)
            is_marked = *text++ == MARK_BEGIN;
        len = strcspn(text, BORDERS);
        text_add_styled(output, is_marked ? UNDERLINE : style, text, len);
    }
}

struct text_cell text_render(const struct cell *cell, const struct zone *zone)
{
    struct text_cell result = { .kind = cell->kind };
    struct buf text = { 0 };

    switch (cell->kind) {
    case CELL_NONE: buf_add_text(&text, "–"); break;
    case CELL_TEXT:
    case CELL_JSON:
        result.has_marks = cell->marks != NULL;
        if (result.has_marks)
            show_marks(cell, &text, &result.mark);
        else
            show_marked(cell, &text, &result.mark);
        break;
    case CELL_NUMBER: buf_addf(&text, "%lld", (long long)cell->number); break;
    case CELL_TIME: local_format(zone, cell->number, &text); break;
    case CELL_FLAG: buf_add_text(&text, cell->number != 0 ? "yes" : "no"); break;
    }
    result.width = width_text(buf_text(&text), text.len);
    result.text = buf_detach(&text);
    return result;
}

/* Underlines its mark inside the style of its column. */
static void add_cell(struct output *output, const struct text_cell *cell, const char *style)
{
    size_t len = strlen(cell->text);

    if (cell->has_marks) {
        add_marked(output, cell->text, style);
        return;
    }
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

void text_table(struct output *output, const char *noun)
{
    (void)noun;
    if (output->element == ELEMENT_EXCHANGE)
        text_begin_thing(output);
    output->cell_count = 0;
    output->day[0] = '\0';
}

void text_row(struct output *output, const struct cell *cells)
{
    size_t needed = output->cell_count + output->column_count;

    if (needed > output->cell_room) {
        output->cell_room = needed * 2;
        output->cells = alloc_resize(output->cells, output->cell_room, sizeof *output->cells);
    }
    for (size_t i = 0; i < output->column_count; i++)
        output->cells[output->cell_count++] = text_render(&cells[i], output->zone);
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
        total += widths[i] + (total > 0 ? TEXT_GAP : 0);
    }
    return total;
}

/* Of a narrow table: the columns in which nothing is known. */
static size_t drop_unknown(const struct output *output, size_t *widths, size_t total)
{
    for (size_t i = 0; i < output->column_count; i++) {
        bool is_known = false;

        for (size_t at = i; at < output->cell_count; at += output->column_count)
            is_known |= output->cells[at].kind != CELL_NONE;
        if (is_known || widths[i] == 0)
            continue;
        total -= widths[i] + TEXT_GAP;
        widths[i] = 0;
    }
    return total;
}

/* The day and the minute are left of a time. */
static size_t shorten_times(struct output *output, size_t *widths, size_t total)
{
    static const size_t year = sizeof "2026-" - 1, minute = sizeof "05-12 18:30" - 1;

    for (size_t i = 0; i < output->column_count; i++) {
        size_t before = widths[i];
        bool has_times = false;

        for (size_t at = i; at < output->cell_count && before > 0; at += output->column_count) {
            struct text_cell *cell = &output->cells[at];

            if (cell->kind != CELL_TIME || cell->width <= year + minute)
                continue;
            memmove(cell->text, cell->text + year, minute);
            cell->text[minute] = '\0';
            cell->width = minute;
            has_times = true;
        }
        widths[i] = has_times ? minute : before;
        total -= before - widths[i];
    }
    return total;
}

static bool is_same(const struct output *output, size_t column)
{
    bool is_same = output->cell_count > output->column_count && output->columns[column].look == LOOK_COMMON;

    for (size_t at = column; is_same && at < output->cell_count; at += output->column_count)
        is_same = output->cells[at].kind == CELL_TEXT && strcmp(output->cells[at].text, output->cells[column].text) == 0;
    return is_same;
}

/* What is the same in every row tells them not apart. */
static size_t drop_same(const struct output *output, size_t *widths, size_t total)
{
    for (size_t i = 0; i < output->column_count; i++) {
        if (widths[i] == 0 || !is_same(output, i))
            continue;
        total -= widths[i] + TEXT_GAP;
        widths[i] = 0;
    }
    return total;
}

/* Of the columns that are missed least the last one; false: there is none any more. */
static bool drop_spare(const struct output *output, size_t *widths, size_t *total)
{
    size_t i = output->column_count;

    while (i > 0 && (widths[i - 1] == 0 || output->columns[i - 1].look != LOOK_SPARE))
        i--;
    if (i == 0)
        return false;
    *total -= widths[i - 1] + TEXT_GAP;
    widths[i - 1] = 0;
    return true;
}

static bool may_give(const struct output *output, const size_t *widths, size_t column, bool with_names)
{
    enum column_look look = output->columns[column].look;

    return look == LOOK_LONG || (look == LOOK_WHOLE && widths[column] > WHOLE_MIN_WIDTH) || (with_names && look == LOOK_NAME);
}

/* Takes what is too much from the widest column that may give until it is as wide as the next, again and again. */
static size_t squeeze(const struct output *output, size_t *widths, size_t total, size_t least, bool with_names)
{
    while (total > output->place.columns) {
        size_t widest = SIZE_MAX, next = least;
        size_t excess = total - output->place.columns, give;

        for (size_t i = 0; i < output->column_count; i++) {
            if (!may_give(output, widths, i, with_names) || widths[i] <= least)
                continue;
            if (widest == SIZE_MAX || widths[i] > widths[widest]) {
                next = widest != SIZE_MAX ? widths[widest] : next;
                widest = i;
            } else if (widths[i] > next) {
                next = widths[i];
            }
        }
        if (widest == SIZE_MAX)
            break;
        give = widths[widest] > next ? widths[widest] - next : 1;
        give = give < excess ? give : excess;
        if (output->columns[widest].look == LOOK_WHOLE && widths[widest] - give < WHOLE_MIN_WIDTH)
            give = widths[widest] - WHOLE_MIN_WIDTH;
        widths[widest] -= give;
        total -= give;
    }
    return total;
}

/* How much can the long texts give? */
static size_t spare(const struct output *output, const size_t *widths)
{
    size_t sum = 0;

    for (size_t i = 0; i < output->column_count; i++)
        if (may_give(output, widths, i, false) && widths[i] > LONG_MIN_WIDTH)
            sum += widths[i] - LONG_MIN_WIDTH;
    return sum;
}

/* Has a long text given more than it can spare? */
static bool is_text_cut_short(const struct output *output, const size_t *widths, const size_t *natural)
{
    for (size_t i = 0; i < output->column_count; i++)
        if (output->columns[i].look == LOOK_LONG && widths[i] < natural[i] && widths[i] < LONG_MIN_WIDTH)
            return true;
    return false;
}

/* What texts can give, and then names; the width that is left. */
static size_t give_in_turn(const struct output *output, size_t *widths, size_t total)
{
    total = squeeze(output, widths, total, LONG_MIN_WIDTH, false);
    return squeeze(output, widths, total, NAME_MIN_WIDTH, true);
}

/* Gives up first what is missed least; the width that is left. Numbers and states stay whole. */
static size_t fit(struct output *output, size_t *widths, size_t total)
{
    size_t columns = output->place.columns, size = output->column_count * sizeof *widths, natural;
    size_t *before = alloc_array(output->column_count, sizeof *before), *all = alloc_array(output->column_count, sizeof *all);

    memcpy(all, widths, size);
    if (total > columns)
        total = drop_unknown(output, widths, total);
    if (total > columns + spare(output, widths))
        total = shorten_times(output, widths, total);
    natural = total;
    memcpy(before, widths, size);
    total = give_in_turn(output, widths, total);
    if (total > columns) {
        memcpy(widths, before, size);
        natural = drop_same(output, widths, natural);
        memcpy(before, widths, size);
        total = give_in_turn(output, widths, natural);
    }
    while ((total > columns || is_text_cut_short(output, widths, all)) && drop_spare(output, before, &natural)) {
        memcpy(widths, before, size);
        total = give_in_turn(output, widths, natural);
    }
    total = squeeze(output, widths, total, LEAST_WIDTH, true);
    if (total > columns)
        memcpy(widths, all, size); /* records have room for everything that is known */
    free(before);
    free(all);
    return total;
}

/* Where nothing is cut, a long text only pushes away what stands behind it in its own line. */
static void bound_padding(const struct output *output, size_t *widths)
{
    for (size_t i = 0; i < output->column_count; i++)
        if (widths[i] > PADDED_MAX)
            widths[i] = PADDED_MAX;
}

/* A sentence's first line stays in the row; `rest` gets the others. */
static void break_cell(struct text_cell *cell, size_t columns, struct buf *rest)
{
    struct wrap wrap = { .text = cell->text, .len = strlen(cell->text) };
    const char *line;
    size_t len;
    char *first;

    if (cell->width <= columns || cell->has_marks || cell->mark.end > cell->mark.start)
        return;
    wrap_next(&wrap, columns, &line, &len);
    first = alloc_bytes(line, len);
    cell->width = width_text(first, len);
    for (bool is_first = true; wrap_next(&wrap, columns, &line, &len) == 1; is_first = false) {
        buf_add_text(rest, is_first ? "" : "\n");
        buf_add(rest, line, len);
    }
    free(cell->text);
    cell->text = first;
}

static void add_rest(struct output *output, size_t margin, const char *style, const struct buf *rest)
{
    for (const char *at = buf_text(rest); *at != '\0';) {
        size_t len = strcspn(at, "\n");

        text_add_blanks(output, margin);
        text_add_styled(output, style, at, len);
        buf_add_char(&output->buf, '\n');
        at += len + (at[len] == '\n');
    }
}

static bool is_to_the_right(const struct output *output, size_t column)
{
    enum column_look look = output->columns[column].look;

    return look == LOOK_NUMBER || (look == LOOK_SPARE && output->cells[column].kind == CELL_NUMBER);
}

static const char *style_of(enum column_look look, const char *text)
{
    return look == LOOK_STATE || look == LOOK_SPARE ? state_style(text) : NULL;
}

static void add_table_line(struct output *output, const size_t *widths, struct text_cell *cells, bool is_head)
{
    struct buf rest = { 0 };
    size_t pending = 0, at = 0, margin = 0;
    bool is_first = true;

    for (size_t i = 0; i < output->column_count; i++) {
        enum column_look look = output->columns[i].look;
        size_t room;

        if (widths[i] == 0)
            continue;
        if (output->place.is_terminal && look == LOOK_WHOLE && rest.len == 0) {
            break_cell(&cells[i], widths[i], &rest);
            margin = at;
        }
        if (output->place.is_terminal)
            cut_cell(&cells[i], widths[i]);
        at += widths[i] + TEXT_GAP;
        room = widths[i] > cells[i].width ? widths[i] - cells[i].width : 0;
        if (!is_first)
            text_add_blanks(output, pending + TEXT_GAP);
        if (is_to_the_right(output, i))
            text_add_blanks(output, room);
        add_cell(output, &cells[i], is_head ? DIM : style_of(look, cells[i].text));
        pending = is_to_the_right(output, i) ? 0 : room;
        is_first = false;
    }
    buf_add_char(&output->buf, '\n');
    add_rest(output, margin, is_head ? DIM : NULL, &rest);
    buf_release(&rest);
}

void text_add_field(struct output *output, const struct column *column, struct text_cell *cell, size_t room)
{
    size_t margin = room + TEXT_GAP, columns = output->place.columns > margin + LEAST_WIDTH ? output->place.columns - margin : 0;
    struct buf rest = { 0 };
    bool is_text = column->look == LOOK_WHOLE || column->look == LOOK_LONG || column->look == LOOK_NAME;

    if (output->place.is_terminal && is_text && columns > 0)
        break_cell(cell, columns, &rest);
    text_add_styled(output, DIM, column->title, strlen(column->title));
    text_add_blanks(output, margin - width_text(column->title, strlen(column->title)));
    add_cell(output, cell, style_of(column->look, cell->text));
    buf_add_char(&output->buf, '\n');
    add_rest(output, margin, NULL, &rest);
    buf_release(&rest);
}

/* A column without a title is a drawing. */
static void add_record_field(struct output *output, const struct column *column, struct text_cell *cell, size_t room)
{
    if (room > 0 && cell->kind != CELL_NONE && cell->text[0] != '\0' && column->title[0] != '\0')
        text_add_field(output, column, cell, room);
}

/* Each row by itself, from top to bottom. */
static void add_records(struct output *output, const size_t *widths)
{
    size_t room = 0;

    for (size_t i = 0; i < output->column_count; i++)
        if (widths[i] > 0 && width_text(output->columns[i].title, strlen(output->columns[i].title)) > room)
            room = width_text(output->columns[i].title, strlen(output->columns[i].title));
    for (size_t at = 0; at < output->cell_count; at += output->column_count) {
        if (at > 0)
            buf_add_char(&output->buf, '\n');
        for (size_t i = 0; i < output->column_count; i++)
            add_record_field(output, &output->columns[i], &output->cells[at + i], widths[i] > 0 ? room : 0);
    }
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

static void add_lines(struct output *output, const size_t *widths)
{
    add_head(output, widths);
    for (size_t at = 0; at < output->cell_count; at += output->column_count)
        add_table_line(output, widths, output->cells + at, false);
}

void text_drop_cells(struct output *output)
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

void text_table_end(struct output *output)
{
    size_t *widths;
    size_t total;

    if (output->element != ELEMENT_TABLE || output->cell_count == 0 || is_hidden(output)) {
        text_drop_cells(output);
        text_flush(output);
        return;
    }
    text_begin_thing(output);
    widths = alloc_array(output->column_count, sizeof *widths);
    total = measure(output, widths);
    if (!output->place.is_terminal)
        bound_padding(output, widths);
    if (output->place.is_terminal && fit(output, widths, total) > output->place.columns)
        add_records(output, widths);
    else
        add_lines(output, widths);
    text_drop_cells(output);
    free(widths);
    text_flush(output);
}
