/*
 * markdown_html: tags by their names. What has no name that HTML knows is text that somebody wrote between
 * angle brackets, and stays.
 */
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/markdown_html.h"

/* Sorted by nothing but habit; each between blanks. */
static const char TAGS[] =
    " a abbr address article aside audio b base bdi bdo big blockquote body br button canvas caption center cite code col "
    "colgroup dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 "
    "h5 h6 head header hr html i iframe img input ins kbd label legend li link main map mark meta nav nobr noscript "
    "object ol optgroup option output p param path picture pre q rp rt ruby s samp script section select small source "
    "span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr tt u ul "
    "var video wbr ";
static const char BREAKING[] =
    " br p div li tr h1 h2 h3 h4 h5 h6 blockquote table ul ol dl dt dd hr section summary ";
static const char UNSEEN[] = " script style ";

enum { NAME_MAX_LEN = 10, TAG_MAX_LEN = 1024 };

static const struct {
    const char *name;
    const char *text;
} ENTITIES[] = { { "&amp;", "&" },   { "&lt;", "<" },   { "&gt;", ">" },   { "&quot;", "\"" },
                 { "&apos;", "'" },  { "&#39;", "'" },  { "&nbsp;", " " }, { "&copy;", "©" },
                 { "&ndash;", "–" }, { "&mdash;", "—" } };

/* The name in small letters between blanks, as the lists have it; its length, 0 when there is none. */
static size_t read_name(const char *html, size_t len, char name[NAME_MAX_LEN + 3])
{
    size_t at = 1, size = 0;

    if (at < len && html[at] == '/')
        at++;
    name[size++] = ' ';
    for (; at < len && size <= NAME_MAX_LEN && (ascii_is_letter(html[at]) || ascii_is_digit(html[at])); at++)
        name[size++] = ascii_is_letter(html[at]) ? (char)(html[at] | 0x20) : html[at];
    name[size] = ' ';
    name[size + 1] = '\0';
    if (size == 1 || at == len || strchr(" \t\n/>", html[at]) == NULL)
        return 0;
    return size - 1;
}

static bool is_comment(const char *html, size_t len)
{
    return len > 1 && (html[1] == '!' || html[1] == '?');
}

static void add_break(struct ink *ink)
{
    ink_add(ink, "\n", 1, 0);
}

void markdown_html_tag(const char *html, size_t len, uint8_t style, struct ink *ink)
{
    char name[NAME_MAX_LEN + 3];

    if (is_comment(html, len))
        return;
    if (read_name(html, len, name) == 0 || strstr(TAGS, name) == NULL)
        ink_add(ink, html, len, style);
    else if (strcmp(name, " br ") == 0)
        add_break(ink);
}

static bool begins_comment(const char *html, size_t len)
{
    return len > 3 && memcmp(html, "<!--", 4) == 0;
}

/* The comment at `html`; 0 when it is never closed. */
static size_t comment_length(const char *html, size_t len)
{
    const char *end = memmem(html + 4, len - 4, "-->", 3);

    return end != NULL ? (size_t)(end - html) + 3 : 0;
}

/* The tag at `html`, or 0. A ">" in a quoted value is not thought of: the rest of such a tag is text. */
static size_t tag_length(const char *html, size_t len)
{
    const char *end = memchr(html, '>', len < TAG_MAX_LEN ? len : TAG_MAX_LEN);

    return end != NULL ? (size_t)(end - html) + 1 : 0;
}

/* Where what a reader never sees (a script, a style) ends whose tag is `name`. */
static size_t unseen_length(const char *html, size_t len, const char *name)
{
    size_t size = strlen(name) - 2;

    for (size_t at = 0; at + size + 2 < len; at++)
        if (html[at] == '<' && html[at + 1] == '/' && strncasecmp(html + at + 2, name + 1, size) == 0)
            return at;
    return len;
}

static size_t add_entity(const char *html, size_t len, struct ink *ink)
{
    for (size_t i = 0; i < sizeof ENTITIES / sizeof ENTITIES[0]; i++) {
        size_t size = strlen(ENTITIES[i].name);

        if (len >= size && memcmp(html, ENTITIES[i].name, size) == 0) {
            ink_add(ink, ENTITIES[i].text, strlen(ENTITIES[i].text), 0);
            return size;
        }
    }
    ink_add(ink, html, 1, 0);
    return 1;
}

/* Passes the tag at `html`; its length, or 1 where there is none and "<" is text. */
static size_t pass_tag(const char *html, size_t len, struct ink *ink)
{
    char name[NAME_MAX_LEN + 3];
    size_t size = tag_length(html, len);

    if (size > 0 && is_comment(html, len))
        return size; /* <!doctype …>, <?xml …?> */
    if (size == 0 || read_name(html, len, name) == 0 || strstr(TAGS, name) == NULL) {
        ink_add(ink, "<", 1, 0);
        return 1;
    }
    if (strstr(BREAKING, name) != NULL)
        add_break(ink);
    if (html[1] != '/' && strstr(UNSEEN, name) != NULL)
        size += unseen_length(html + size, len - size, name);
    return size;
}

/* A comment that is never closed loses its sign only; *has_comments saves looking for the end of the next. */
static size_t pass_comment(const char *html, size_t len, bool *has_comments)
{
    size_t size = *has_comments ? comment_length(html, len) : 0;

    *has_comments = size > 0;
    return size > 0 ? size : 4;
}

static size_t pass_markup(const char *html, size_t len, bool *has_comments, struct ink *ink)
{
    if (*html == '&')
        return add_entity(html, len, ink);
    return begins_comment(html, len) ? pass_comment(html, len, has_comments) : pass_tag(html, len, ink);
}

void markdown_html_block(const char *html, size_t len, struct ink *ink)
{
    bool has_comments = true;
    size_t at = 0;

    while (at < len) {
        size_t text = at;

        while (at < len && html[at] != '<' && html[at] != '&')
            at++;
        ink_add(ink, html + text, at - text, 0);
        if (at == len)
            break;
        at += pass_markup(html + at, len - at, &has_comments, ink);
    }
}
