/*
 * wrap: a text into lines of a terminal. Cuts at line feeds, else at the last blank that keeps a line within
 * `columns`, else between characters (grapheme clusters). The text has passed ctl/show (SHOW_LINES). Pure.
 */
#ifndef CTL_WRAP_H
#define CTL_WRAP_H

#include <stdbool.h>
#include <stddef.h>

struct wrap { /* set text and len; zero the rest */
    const char *text;
    size_t len;
    size_t at;
    bool is_done;
};

/* The next line (borrowed, maybe empty) and 1, or 0 behind the last one. An empty text is one empty line. */
int wrap_next(struct wrap *wrap, size_t columns, const char **line, size_t *line_len);

#endif
