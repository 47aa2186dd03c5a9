/*
 * manual_page: see the header.
 *
 * A text line must not begin with a dot or an apostrophe, and a backslash begins an escape; an argument of a macro stands
 * between quotation marks, and one within is written twice. Hyphens are minus signs in what is typed.
 */
#include <stdbool.h>
#include <string.h>

#include "tools/manual_page.h"

/* The day of the newest change to what the pages say; mdoc wants one, and a build must not depend on the clock. */
static const char DAY[] = "November 30, 2026";

static void add_char(struct buf *out, char c, bool is_typed)
{
    if (c == '\\')
        buf_add_text(out, "\\e");
    else if (c == '-' && is_typed)
        buf_add_text(out, "\\-");
    else
        buf_add_char(out, c);
}

static void add_line(struct buf *out, const char *line, size_t len, bool is_typed)
{
    if (len > 0 && (line[0] == '.' || line[0] == '\''))
        buf_add_text(out, "\\&");
    for (size_t i = 0; i < len; i++)
        add_char(out, line[i], is_typed);
    buf_add_char(out, '\n');
}

/* Between quotation marks, so that no word in it is a macro. */
static void add_argument(struct buf *out, const char *text)
{
    buf_add_text(out, " \"\\&");
    for (; *text != '\0'; text++)
        if (*text == '"')
            buf_add_text(out, "\"\"");
        else
            add_char(out, *text, true);
    buf_add_char(out, '"');
}

void page_begin(struct buf *out, const char *name, int section, const char *what)
{
    buf_addf(out, ".Dd %s\n.Dt ", DAY);
    for (const char *c = name; *c != '\0'; c++)
        buf_add_char(out, *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    buf_addf(out, " %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", section, name, what);
}

void page_section(struct buf *out, const char *title)
{
    buf_addf(out, ".Sh %s\n", title);
}

void page_subsection(struct buf *out, const char *title)
{
    buf_add_text(out, ".Ss");
    add_argument(out, title);
    buf_add_char(out, '\n');
}

/* Up to the end of the sentence or of the line: roff sets a wider blank behind a line that ends a sentence. */
static size_t sentence_length(const char *text)
{
    size_t len = 0;

    while (text[len] != '\0' && text[len] != '\n') {
        bool is_end = strchr(".?!", text[len]) != NULL && text[len + 1] == ' ' && text[len + 2] >= 'A' && text[len + 2] <= 'Z';

        len++;
        if (is_end)
            break;
    }
    return len;
}

static void add_filled(struct buf *out, const char *text, size_t len)
{
    while (len > 0) {
        size_t sentence = sentence_length(text);

        sentence = sentence < len ? sentence : len;
        add_line(out, text, sentence, false);
        sentence += sentence < len && text[sentence] == ' ';
        text += sentence;
        len -= sentence;
    }
}

void page_text(struct buf *out, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        add_filled(out, text, len);
        text += len + (text[len] == '\n');
    }
}

static bool is_example(const char *line)
{
    return line[0] == ' ' && line[1] == ' ';
}

void page_prose(struct buf *out, const char *text)
{
    bool was_example = false;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        bool is_now = is_example(text);

        if (is_now != was_example)
            buf_add_text(out, is_now ? ".Bd -literal -offset indent\n" : ".Ed\n.Pp\n");
        if (is_now)
            add_line(out, text + 2, len - 2, true);
        else
            add_filled(out, text, len);
        was_example = is_now;
        text += len + (text[len] == '\n');
    }
    if (was_example)
        buf_add_text(out, ".Ed\n");
}

void page_example(struct buf *out, const char *text)
{
    buf_add_text(out, ".Bd -literal -offset indent\n");
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        add_line(out, text, len, true);
        text += len + (text[len] == '\n');
    }
    buf_add_text(out, ".Ed\n");
}

void page_list_begin(struct buf *out)
{
    buf_add_text(out, ".Bl -tag -width Ds\n");
}

void page_item(struct buf *out, const char *term, const char *argument, const char *text)
{
    buf_add_text(out, ".It Sy");
    add_argument(out, term);
    if (argument != NULL) {
        buf_add_text(out, " Ar");
        add_argument(out, argument);
    }
    buf_add_char(out, '\n');
    page_text(out, text);
}

void page_list_end(struct buf *out)
{
    buf_add_text(out, ".El\n");
}

void page_see_also(struct buf *out, const char *const *pages)
{
    page_section(out, "SEE ALSO");
    for (; *pages != NULL; pages++)
        buf_addf(out, ".Xr %s%s\n", *pages, pages[1] != NULL ? " ," : "");
}
