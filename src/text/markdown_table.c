/*
 * markdown_table: cells are read into one run of ink, a list tells where each ends, and the lines are
 * put together from there.
 *
 * The heads of columns are said again in each row, so their length times the rows is bounded: beyond it, the
 * rows of a wide table are lines of cells with dashes between, like those of a narrow one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "text/markdown_inline.h"
#include "text/markdown_table.h"

enum {
    REPEATED_MAX = 16 * 1024, /* bytes of heads said again */
    DIVIDERS_MAX = 64,
    CELLS_MAX = 32 * 1024
};

static const char DASH[] = " – ";

struct cell {
    size_t start, end;
};

struct table {
    struct ink cells; /* all of them, one behind the other */
    struct cell *cell;
    size_t count, room;
    size_t columns, rows; /* the head is row 0 */
    struct ink *out;
};

bool markdown_table_is(cmark_node *node)
{
    return strcmp(cmark_node_get_type_string(node), "table") == 0;
}

/* Reading --------------------------------------------------------------------------------------------- */

static void add_cell(struct table *table, struct cell cell)
{
    if (table->count == table->room) {
        table->room = table->room * 2 + 16;
        table->cell = alloc_resize(table->cell, table->room, sizeof *table->cell);
    }
    table->cell[table->count++] = cell;
}

/* A cell is one line, without blanks around it. */
static struct cell trimmed(struct ink *cells, size_t start)
{
    struct cell cell = { start, cells->text.len };

    for (size_t i = cell.start; i < cell.end; i++)
        if (cells->text.data[i] == '\n')
            cells->text.data[i] = ' ';
    ink_trim(cells, &cell.start, &cell.end);
    return cell;
}

static void read_row(struct table *table, cmark_node *row, struct manuscript *manuscript)
{
    size_t column = 0;

    for (cmark_node *node = cmark_node_first_child(row); node != NULL; node = cmark_node_next(node)) {
        struct ink cell = { 0 };
        size_t start = table->cells.text.len;

        if (table->rows > 0 && column == table->columns)
            break;
        markdown_inline(node, manuscript, &cell);
        ink_add_part(&table->cells, &cell, 0, cell.text.len);
        ink_release(&cell);
        add_cell(table, trimmed(&table->cells, start));
        column++;
    }
    if (table->rows++ == 0)
        table->columns = column;
    for (; column < table->columns; column++)
        add_cell(table, (struct cell){ 0, 0 });
}

static const struct cell *cell_at(const struct table *table, size_t row, size_t column)
{
    return &table->cell[row * table->columns + column];
}

/* Writing --------------------------------------------------------------------------------------------- */

static void add_cell_text(struct table *table, const struct cell *cell)
{
    ink_add_part(table->out, &table->cells, cell->start, cell->end);
}

static void end_line(struct table *table)
{
    ink_add(table->out, "\n", 1, 0);
}

static void write_joined(struct table *table, size_t row)
{
    size_t start = table->out->text.len;

    for (size_t column = 0; column < table->columns; column++) {
        const struct cell *cell = cell_at(table, row, column);

        if (cell->start == cell->end)
            continue;
        if (table->out->text.len > start)
            ink_add(table->out, DASH, strlen(DASH), 0);
        add_cell_text(table, cell);
    }
    if (row == 0)
        ink_restyle(table->out, start, INK_BOLD);
    end_line(table);
}

/* "head: cell", the head without a colon of its own. */
static void write_labelled(struct table *table, size_t row, size_t column)
{
    struct cell head = *cell_at(table, 0, column);

    if (head.end > head.start && table->cells.text.data[head.end - 1] == ':')
        head.end--;
    add_cell_text(table, &head);
    if (head.end > head.start)
        ink_add(table->out, ": ", 2, 0);
    add_cell_text(table, cell_at(table, row, column));
}

static void write_paragraph(struct table *table, size_t row)
{
    bool is_first = true;

    for (size_t column = 0; column < table->columns; column++) {
        const struct cell *cell = cell_at(table, row, column);
        size_t start = table->out->text.len;

        if (cell->start == cell->end)
            continue;
        write_labelled(table, row, column);
        if (is_first)
            ink_restyle(table->out, start, INK_BOLD);
        is_first = false;
        end_line(table);
    }
    end_line(table);
}

static bool is_wide(const struct table *table)
{
    size_t heads = 0;

    for (size_t column = 0; column < table->columns; column++)
        heads += cell_at(table, 0, column)->end - cell_at(table, 0, column)->start;
    return table->columns > 2 && table->rows > 1 && heads * (table->rows - 1) <= REPEATED_MAX;
}

void markdown_table_lines(cmark_node *node, struct manuscript *manuscript, struct ink *ink)
{
    struct table table = { .out = ink };
    bool has_paragraphs;

    for (cmark_node *row = cmark_node_first_child(node); row != NULL; row = cmark_node_next(row))
        read_row(&table, row, manuscript);
    has_paragraphs = is_wide(&table);
    for (size_t row = has_paragraphs ? 1 : 0; row < table.rows; row++)
        has_paragraphs ? write_paragraph(&table, row) : write_joined(&table, row);
    ink_release(&table.cells);
    free(table.cell);
}

/* Beyond ---------------------------------------------------------------------------------------------- */

/* Could a divider of a table stand in this line, whatever it is nested in? */
static bool is_divider(const char *line, size_t len)
{
    bool has_dash = false, has_bar = false;

    for (size_t i = 0; i < len; i++) {
        if (strchr("|:- \t>*+.)0123456789\r", line[i]) == NULL || line[i] == '\0')
            return false;
        has_dash = has_dash || line[i] == '-';
        has_bar = has_bar || line[i] == '|' || line[i] == ':';
    }
    return has_dash && has_bar;
}

bool markdown_table_is_beyond(const char *markdown, size_t len)
{
    size_t dividers = 0, lines = 0, widest = 0;

    for (size_t at = 0; at < len;) {
        const char *line = markdown + at, *end = memchr(line, '\n', len - at);
        size_t line_len = end != NULL ? (size_t)(end - line) : len - at, bars = 1;

        lines++;
        at += line_len + 1;
        if (!is_divider(line, line_len))
            continue;
        dividers++;
        for (size_t i = 0; i < line_len; i++)
            bars += line[i] == '|';
        if (bars > widest)
            widest = bars;
    }
    return dividers > DIVIDERS_MAX || widest * lines > CELLS_MAX;
}
