/*
 * wrap: see the header. A line takes at least one character, even where a terminal of one column has no room
 * for a wide one: wrapping must end.
 */
#include <string.h>

#include "ctl/wrap.h"
#include "text/width.h"

/*
 * Where the line at `text` ends when it may take `columns`; `len` reaches to the next line feed or the end.
 */
static size_t fit(const char *text, size_t len, size_t columns)
{
    size_t end = width_cut(text, len, columns, NULL);
    size_t blank;

    if (end == len)
        return len;
    if (end == 0)
        return width_cut(text, len, 2, NULL) > 0 ? width_cut(text, len, 2, NULL) : 1;
    if (text[end] == ' ')
        return end;
    for (blank = end; blank > 0 && text[blank - 1] != ' '; blank--)
        ;
    return blank > 0 ? blank : end;
}

int wrap_next(struct wrap *wrap, size_t columns, const char **line, size_t *line_len)
{
    const char *start = wrap->text + wrap->at;
    size_t left = wrap->len - wrap->at;
    const char *feed = left > 0 ? memchr(start, '\n', left) : NULL;
    size_t until_feed = feed != NULL ? (size_t)(feed - start) : left;
    size_t end;

    if (wrap->is_done)
        return 0;
    end = fit(start, until_feed, columns);
    *line = start;
    *line_len = end;
    while (*line_len > 0 && start[*line_len - 1] == ' ')
        (*line_len)--;
    if (end < until_feed) {
        while (end < until_feed && start[end] == ' ')
            end++;
        wrap->at += end;
    } else if (feed != NULL) {
        wrap->at += end + 1;
    } else {
        wrap->at = wrap->len;
        wrap->is_done = true;
    }
    return 1;
}
