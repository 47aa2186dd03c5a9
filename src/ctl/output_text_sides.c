/*
 * output_text_sides: two exchanges side by side, for people, in lines that fit the terminal. What does not fit its side
 * goes on below, under its own. Each line begins with our own words or a blank: no text can draw a line of ours.
 */
#include <string.h>

#include "base/utf8.h"
#include "ctl/output_text.h"
#include "ctl/show.h"
#include "ctl/wrap.h"
#include "text/width.h"

#define MARK "✗ "

enum { MARK_COLUMNS = 2, WHO_COLUMNS = 8, SIDE_LEAST = 16, SIDE_MOST = 60 };

static const char NOTHING[] = "(nothing)";

/* A line of the terminal minus all that stands beside the two texts, by two. */
static size_t side_columns(const struct output *output)
{
    size_t beside = MARK_COLUMNS + WHO_COLUMNS + 2 * TEXT_GAP;
    size_t columns = output->place.columns > beside ? (output->place.columns - beside) / 2 : 0;

    return columns < SIDE_LEAST ? SIDE_LEAST : columns > SIDE_MOST ? SIDE_MOST : columns;
}

struct side {
    struct buf shown;
    struct wrap wrap;
    const char *style;
};

/* A text as long as a book does not help anybody to see the difference, so its end is left out. */
enum { SIDE_BYTES_MAX = 2000 };

static void side_open(struct side *side, const char *text, const char *style)
{
    size_t len = text != NULL ? strlen(text) : 0;

    *side = (struct side){ .style = text != NULL ? style : DIM };
    if (text == NULL)
        buf_add_text(&side->shown, NOTHING);
    else
        show_text(text, len > SIDE_BYTES_MAX ? utf8_floor(text, len, SIDE_BYTES_MAX) : len, SHOW_LINES, &side->shown);
    if (len > SIDE_BYTES_MAX)
        buf_add_text(&side->shown, "…");
    side->wrap = (struct wrap){ .text = buf_text(&side->shown), .len = side->shown.len };
}

/* The columns that it took, or 0 behind its end. */
static size_t add_part(struct output *output, struct side *side, size_t columns, bool *is_there)
{
    const char *line;
    size_t len;

    *is_there = wrap_next(&side->wrap, columns, &line, &len) == 1;
    if (!*is_there)
        return 0;
    text_add_styled(output, side->style, line, len);
    return width_text(line, len);
}

static void cut_blanks(struct output *output, size_t start)
{
    while (output->buf.len > start && output->buf.data[output->buf.len - 1] == ' ')
        buf_truncate(&output->buf, output->buf.len - 1);
}

/* One line of the terminal; false: both texts are at their end, and nothing was written. */
static bool add_line(struct output *output, const struct side_line *line, struct side *left, struct side *right,
                     bool is_first)
{
    size_t start = output->buf.len, columns = side_columns(output), taken;
    const char *who = is_first ? line->who : "";
    bool has_left, has_right;

    if (is_first && line->differs)
        text_add_styled(output, RED, MARK, strlen(MARK));
    else
        text_add_blanks(output, MARK_COLUMNS);
    text_add_styled(output, CYAN, who, strlen(who));
    text_add_blanks(output, WHO_COLUMNS + TEXT_GAP - strlen(who));
    taken = add_part(output, left, columns, &has_left);
    text_add_blanks(output, columns - (taken < columns ? taken : columns) + TEXT_GAP);
    add_part(output, right, columns, &has_right);
    if (!has_left && !has_right) {
        buf_truncate(&output->buf, start);
        return false;
    }
    cut_blanks(output, start);
    buf_add_char(&output->buf, '\n');
    return true;
}

static void add_heading(struct output *output, const struct side_line *line)
{
    struct buf shown = { 0 }, place = { 0 };
    size_t indent = MARK_COLUMNS + WHO_COLUMNS + TEXT_GAP;
    static const char left[] = "expected";

    text_begin_thing(output);
    show_text(line->heading, strlen(line->heading), SHOW_CELL, &shown);
    text_add_styled(output, BOLD, buf_text(&shown), shown.len);
    buf_add_text(&place, "  ");
    show_text(line->file, strlen(line->file), SHOW_CELL, &place);
    buf_addf(&place, ":%lld\n", (long long)line->line);
    text_add_styled(output, DIM, buf_text(&place), place.len - 1);
    buf_add_char(&output->buf, '\n');
    text_add_blanks(output, indent);
    text_add_styled(output, DIM, left, strlen(left));
    text_add_blanks(output, side_columns(output) + TEXT_GAP - strlen(left));
    text_add_styled(output, DIM, "said", 4);
    buf_add_char(&output->buf, '\n');
    buf_release(&shown);
    buf_release(&place);
    output->side_name = line->name;
}

void text_side_line(struct output *output, const struct side_line *line)
{
    const char *style = line->differs ? RED : NULL;
    struct side left, right;
    bool is_first = true;

    if (output->side_name != line->name)
        add_heading(output, line);
    side_open(&left, line->left, line->differs ? GREEN : NULL);
    side_open(&right, line->right, style);
    while (add_line(output, line, &left, &right, is_first))
        is_first = false;
    buf_release(&left.shown);
    buf_release(&right.shown);
    text_flush(output);
}
