/*
 * output_text: what the files of the text way share. For ctl/output_text*.c only.
 */
#ifndef CTL_OUTPUT_TEXT_H
#define CTL_OUTPUT_TEXT_H

#include "ctl/output_way.h"

#define BOLD      "1"
#define DIM       "2"
#define UNDERLINE "4"
#define RED       "31"
#define GREEN     "32"
#define YELLOW    "33"
#define CYAN      "36"

#define PROMPT "you › "

enum { TEXT_GAP = 2 };

/* All append to output->buf. `style` NULL: plain; styles are dropped where there is no colour. */
void text_add_styled(struct output *output, const char *style, const char *text, size_t len);
void text_add_blanks(struct output *output, size_t count);
void text_flush(struct output *output);

/* Clears away a prompt that something is about to be written over. */
void text_leave_prompt(struct output *output);

/* A blank line, unless this is the first. */
void text_begin_thing(struct output *output);

/* output_text_table.c: cells, which records have as well. The text of a rendered cell belongs to the caller. */
struct text_cell text_render(const struct cell *cell, const struct zone *zone);
/* A line of a record: the title, as wide as `room`, and the cell; of a sentence, which is cut down to that, its further lines. */
void text_add_field(struct output *output, const struct column *column, struct text_cell *cell, size_t room);
void text_drop_cells(struct output *output); /* of a table that did not end */

void text_table(struct output *output, const char *noun);
void text_row(struct output *output, const struct cell *cells);
void text_table_end(struct output *output);
void text_patch_line(struct output *output, const char *file, const struct patch_line *line);
void text_side_line(struct output *output, const struct side_line *line);
void text_paragraph(struct output *output, const struct paragraph *paragraph);
void text_exchange_line(struct output *output, const struct exchange_line *line);
void text_exchange_event(struct output *output, const struct exchange_event *event);
void text_exchange_break(struct output *output, const struct exchange_break *heading);

#endif
