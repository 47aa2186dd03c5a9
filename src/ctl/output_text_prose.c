/*
 * output_text_prose: paragraphs under headings, in lines that fit the terminal. Sentences that flow together
 * are one text; whatever is shown is indented below its heading, so that a text with line feeds cannot draw a
 * heading of ours.
 */
#include <string.h>

#include "ctl/output_text.h"
#include "ctl/show.h"
#include "ctl/wrap.h"

enum { INDENT = 2, COLUMNS_LEAST = 20, COLUMNS_MOST = 120 };

static void add_wrapped(struct output *output, const struct buf *text, size_t indent)
{
    size_t columns = output->place.columns < COLUMNS_LEAST  ? COLUMNS_LEAST
                     : output->place.columns > COLUMNS_MOST ? COLUMNS_MOST
                                                            : output->place.columns;
    struct wrap wrap = { .text = buf_text(text), .len = text->len };
    const char *line;
    size_t len;

    while (wrap_next(&wrap, columns - indent, &line, &len)) {
        text_add_blanks(output, len > 0 ? indent : 0);
        buf_add(&output->buf, line, len);
        buf_add_char(&output->buf, '\n');
    }
}

static void add_heading(struct output *output, const struct paragraph *paragraph)
{
    struct buf heading = { 0 }, place = { 0 };

    show_text(paragraph->heading, strlen(paragraph->heading), SHOW_CELL, &heading);
    text_add_blanks(output, paragraph->is_part ? 0 : INDENT);
    text_add_styled(output, paragraph->is_part ? BOLD : CYAN, buf_text(&heading), heading.len);
    if (paragraph->file != NULL) {
        buf_add_text(&place, "  ");
        if (paragraph->priority >= 0)
            buf_addf(&place, "%lld · ", (long long)paragraph->priority);
        show_text(paragraph->file, strlen(paragraph->file), SHOW_CELL, &place);
        buf_addf(&place, ":%lld", (long long)paragraph->line);
        text_add_styled(output, DIM, buf_text(&place), place.len);
    }
    buf_add_char(&output->buf, '\n');
    buf_release(&heading);
    buf_release(&place);
}

void text_paragraph(struct output *output, const struct paragraph *paragraph)
{
    size_t indent = paragraph->is_part ? INDENT : 2 * INDENT;
    struct buf text = { 0 };

    text_begin_thing(output);
    add_heading(output, paragraph);
    for (size_t i = 0; i < paragraph->count; i++) {
        bool flows_on = i + 1 < paragraph->flowing;

        show_text(paragraph->sentences[i], strlen(paragraph->sentences[i]), SHOW_LINES, &text);
        if (flows_on) {
            buf_add_char(&text, ' ');
            continue;
        }
        add_wrapped(output, &text, indent);
        buf_clear(&text);
    }
    buf_release(&text);
    text_flush(output);
}
