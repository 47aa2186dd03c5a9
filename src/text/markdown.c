/*
 * markdown: along the blocks of the tree, line by line into the buffer.
 *
 * The blocks' text is read into ink, which knows the styles; what is left here are the lines: which blank
 * ones stand between, and what stands before each (a quote's sign, an item's number, an indent). Whether two
 * blocks stand apart is the author's choice, read from the line numbers of the tree, so a list is as loose as
 * it was written.
 *
 * cmark-gfm keeps its extensions in a list that all threads share, hence the one-time registration. Tables
 * and tasks only: the other extensions enter signs into a table of the process at each parse, and the one for
 * bare addresses takes seconds for 64 KiB of "www.a_" (0.29.0.gfm.6). What they do, ink.h does.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>

#include "text/fold.h"
#include "text/ink.h"
#include "text/markdown.h"
#include "text/markdown_html.h"
#include "text/markdown_inline.h"
#include "text/markdown_table.h"
#include "text/marks.h"
#include "text/whatsapp.h"

enum {
    IMAGES_MAX = 1000,
    DEFINED_MAX = 8 * 1024 * 1024, /* bytes of definitions times links that may use them */
    NESTED_MAX = 100,              /* quotes and lists begun in one line */
    LEVELS_MAX = 4
};

struct walk {
    enum markdown_dialect dialect;
    struct buf *out;
    size_t start;       /* where this text starts in out */
    size_t quotes;      /* open */
    size_t lists;       /* open */
    struct buf markers; /* of the items whose first line is still to come */
    int last_line;      /* of the source, of the block that was written last */
    bool is_apart;      /* a blank line is due */
    struct manuscript manuscript;
    struct ink ink; /* of the block at hand */
};

/* Lines ----------------------------------------------------------------------------------------------- */

static void add_indent(struct walk *walk, size_t levels)
{
    for (size_t i = 0; i < levels && i < LEVELS_MAX; i++)
        buf_add_text(walk->out, "  ");
}

static void begin_line(struct walk *walk)
{
    if (walk->out->len > walk->start)
        buf_add_text(walk->out, walk->is_apart ? "\n\n" : "\n");
    walk->is_apart = false;
    if (walk->quotes > 0)
        buf_add_text(walk->out, "> ");
    if (walk->markers.len > 0) {
        add_indent(walk, walk->lists - 1);
        buf_add(walk->out, walk->markers.data, walk->markers.len);
        buf_clear(&walk->markers);
    } else {
        add_indent(walk, walk->lists);
    }
}

static void trim_line(struct walk *walk, size_t start)
{
    while (walk->out->len > start && walk->out->data[walk->out->len - 1] == ' ')
        buf_truncate(walk->out, walk->out->len - 1);
}

static void write_line(struct walk *walk, size_t start, size_t end)
{
    const char *text = walk->ink.text.data;

    ink_trim(&walk->ink, &start, &end);
    if (start == end) {
        walk->is_apart = true;
        return;
    }
    begin_line(walk);
    if (walk->dialect == MARKDOWN_PLAIN)
        buf_add(walk->out, text + start, end - start);
    else
        marks_write(text + start, (const uint8_t *)walk->ink.styles.data + start, end - start, walk->out);
}

/* A block stands apart from the one before when their lines in the source do. */
static void begin_block(struct walk *walk, cmark_node *node)
{
    if (cmark_node_get_start_line(node) > walk->last_line + 1)
        walk->is_apart = true;
    ink_clear(&walk->ink);
}

static void end_block_at(struct walk *walk, int line)
{
    if (line > walk->last_line)
        walk->last_line = line;
}

static void end_block(struct walk *walk, cmark_node *node)
{
    end_block_at(walk, cmark_node_get_end_line(node));
}

static void write_block(struct walk *walk)
{
    size_t start = 0;

    for (size_t at = 0; at <= walk->ink.text.len && walk->ink.text.len > 0; at++) {
        if (at < walk->ink.text.len && walk->ink.text.data[at] != '\n')
            continue;
        if (at < walk->ink.text.len || at > start)
            write_line(walk, start, at);
        start = at + 1;
    }
}

/* Blocks ---------------------------------------------------------------------------------------------- */

static void write_paragraph(struct walk *walk, cmark_node *node)
{
    begin_block(walk, node);
    markdown_inline(node, &walk->manuscript, &walk->ink);
    write_block(walk);
    end_block(walk, node);
}

static void write_heading(struct walk *walk, cmark_node *node)
{
    begin_block(walk, node);
    if (walk->markers.len == 0)
        walk->is_apart = true;
    markdown_inline(node, &walk->manuscript, &walk->ink);
    ink_restyle(&walk->ink, 0, INK_BOLD);
    write_block(walk);
    end_block(walk, node);
}

static void write_table(struct walk *walk, cmark_node *node)
{
    begin_block(walk, node);
    markdown_table_lines(node, &walk->manuscript, &walk->ink);
    write_block(walk);
    end_block(walk, node);
}

static void write_html(struct walk *walk, cmark_node *node)
{
    const char *html = cmark_node_get_literal(node);

    begin_block(walk, node);
    markdown_html_block(html, strlen(html), &walk->ink);
    ink_find_addresses(&walk->ink);
    write_block(walk);
    end_block(walk, node);
}

/* A line of a block of code begins at the margin, whatever the block is nested in. */
static void write_margin_line(struct walk *walk, const char *line, size_t len)
{
    if (walk->out->len > walk->start)
        buf_add_text(walk->out, walk->is_apart ? "\n\n" : "\n");
    walk->is_apart = false;
    buf_add(walk->out, line, len);
}

/* As it is, but for blanks at its end. */
static void write_code_line(struct walk *walk, size_t start, size_t end)
{
    size_t first = start;

    ink_trim(&walk->ink, &first, &end);
    if (first == end)
        walk->is_apart = true;
    else
        write_margin_line(walk, walk->ink.text.data + start, end - start);
}

static void write_code_lines(struct walk *walk)
{
    const char *text = walk->ink.text.data;

    for (size_t at = 0, end; at < walk->ink.text.len; at = end + 1) {
        const char *found = memchr(text + at, '\n', walk->ink.text.len - at);

        end = found != NULL ? (size_t)(found - text) : walk->ink.text.len;
        write_code_line(walk, at, end);
    }
}

/* cmark counts the blank lines below indented code as its own. */
static int end_of_code(cmark_node *node, const char *code)
{
    int line = cmark_node_get_start_line(node) - 1, length, offset;
    char sign;

    if (cmark_node_get_fenced(node, &length, &offset, &sign))
        return cmark_node_get_end_line(node);
    for (; *code != '\0'; code++)
        line += *code == '\n';
    return line;
}

/* Code that itself has fences is text between them, as its author would have sent it. */
static void write_code(struct walk *walk, cmark_node *node)
{
    const char *code = cmark_node_get_literal(node);
    bool is_fenced = walk->dialect == MARKDOWN_WHATSAPP && strstr(code, WHATSAPP_FENCE) == NULL;

    begin_block(walk, node);
    ink_add(&walk->ink, code, strlen(code), INK_CODE);
    if (fold_is_empty(buf_text(&walk->ink.text), walk->ink.text.len))
        is_fenced = false;
    if (walk->markers.len > 0) {
        begin_line(walk);
        trim_line(walk, walk->start);
    }
    if (is_fenced)
        write_margin_line(walk, WHATSAPP_FENCE, strlen(WHATSAPP_FENCE));
    write_code_lines(walk);
    if (is_fenced) {
        walk->is_apart = false;
        write_margin_line(walk, WHATSAPP_FENCE, strlen(WHATSAPP_FENCE));
    }
    end_block_at(walk, end_of_code(node, code));
}

/* Lists ----------------------------------------------------------------------------------------------- */

/* The number of the next item is the list's user data. */
static void open_list(struct walk *walk, cmark_node *list)
{
    intptr_t number = cmark_node_get_list_start(list);

    cmark_node_set_user_data(list, (void *)number);
    walk->lists++;
}

static void open_item(struct walk *walk, cmark_node *item)
{
    cmark_node *list = cmark_node_parent(item);
    intptr_t number = (intptr_t)cmark_node_get_user_data(list);

    cmark_node_set_user_data(list, (void *)(number + 1));
    if (strcmp(cmark_node_get_type_string(item), "tasklist") == 0)
        buf_add_text(&walk->markers, cmark_gfm_extensions_get_tasklist_item_checked(item) ? "☑ " : "☐ ");
    else if (cmark_node_get_list_type(list) == CMARK_ORDERED_LIST)
        buf_addf(&walk->markers, "%jd%s ", (intmax_t)number,
                 cmark_node_get_list_delim(list) == CMARK_PAREN_DELIM ? ")" : ".");
    else
        buf_add_text(&walk->markers, "- ");
}

/* An item with nothing in it is a line all the same. */
static void close_item(struct walk *walk, cmark_node *item)
{
    if (walk->markers.len == 0)
        return;
    begin_block(walk, item);
    begin_line(walk);
    trim_line(walk, walk->start);
    end_block_at(walk, cmark_node_get_start_line(item));
}

/* The walk -------------------------------------------------------------------------------------------- */

static void (*writer_of(cmark_node *node))(struct walk *, cmark_node *)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH: return write_paragraph;
    case CMARK_NODE_HEADING: return write_heading;
    case CMARK_NODE_CODE_BLOCK: return write_code;
    case CMARK_NODE_HTML_BLOCK: return write_html;
    default: return markdown_table_is(node) ? write_table : NULL;
    }
}

static void enter(struct walk *walk, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_BLOCK_QUOTE: walk->quotes++; break;
    case CMARK_NODE_LIST: open_list(walk, node); break;
    case CMARK_NODE_ITEM: open_item(walk, node); break;
    case CMARK_NODE_THEMATIC_BREAK: walk->is_apart = true; break;
    default: break;
    }
}

static void leave(struct walk *walk, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_BLOCK_QUOTE: walk->quotes--; break;
    case CMARK_NODE_LIST: walk->lists--; break;
    case CMARK_NODE_ITEM: close_item(walk, node); break;
    default: break;
    }
}

static void walk_tree(struct walk *walk, cmark_node *tree)
{
    cmark_iter *iter = cmark_iter_new(tree);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        void (*write)(struct walk *, cmark_node *) = event == CMARK_EVENT_ENTER ? writer_of(node) : NULL;

        if (write != NULL) {
            write(walk, node);
            if (cmark_node_first_child(node) != NULL) /* leaves have no exit */
                cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
        } else if (event == CMARK_EVENT_ENTER)
            enter(walk, node);
        else
            leave(walk, node);
    }
    cmark_iter_free(iter);
}

/* Parsing --------------------------------------------------------------------------------------------- */

static size_t count_of(const char *text, size_t len, const char *piece)
{
    size_t count = 0, size = strlen(piece);
    const char *at = text;

    while ((at = memmem(at, len - (size_t)(at - text), piece, size)) != NULL) {
        count++;
        at += size;
    }
    return count;
}

/* The longest piece between blank lines in which an address may be defined ("[1]: https://…"). */
static size_t longest_definitions(const char *text, size_t len)
{
    size_t longest = 0;

    for (size_t at = 0; at < len;) {
        const char *end = memmem(text + at, len - at, "\n\n", 2);
        size_t piece = end != NULL ? (size_t)(end - text) - at : len - at;

        if (piece > longest && memmem(text + at, piece, "]:", 2) != NULL)
            longest = piece;
        at += piece + 2;
    }
    return longest;
}

/* How many quotes and items the line begins at the most; *line_len gets its length. */
static size_t nesting_of(const char *line, size_t len, size_t *line_len)
{
    static const char PREFIX[] = "> \t-*+.)0123456789";
    const char *end = memchr(line, '\n', len);
    size_t depth = 0;

    *line_len = end != NULL ? (size_t)(end - line) : len;
    for (size_t i = 0; i < *line_len && line[i] != '\0' && strchr(PREFIX, line[i]) != NULL; i++) {
        bool is_marker = strchr("-*+.)", line[i]) != NULL && i + 1 < *line_len &&
                         strchr(" \t", line[i + 1]) != NULL;

        depth += line[i] == '>' || is_marker;
    }
    return depth;
}

static bool nests_too_deep(const char *text, size_t len)
{
    size_t line_len;

    for (size_t at = 0; at < len; at += line_len + 1)
        if (nesting_of(text + at, len - at, &line_len) > NESTED_MAX)
            return true;
    return false;
}

/*
 * cmark goes over all brackets again for each image, copies a definition into each link that uses it, and
 * climbs to the root for each node that it adds.
 */
static bool is_beyond(const char *text, size_t len)
{
    return nests_too_deep(text, len) || count_of(text, len, "![") > IMAGES_MAX ||
           longest_definitions(text, len) * count_of(text, len, "]") > DEFINED_MAX;
}

static cmark_node *parse(const char *text, size_t len)
{
    static pthread_once_t registration = PTHREAD_ONCE_INIT;
    cmark_parser *parser;
    cmark_node *tree;

    pthread_once(&registration, cmark_gfm_core_extensions_ensure_registered);
    parser = cmark_parser_new(CMARK_OPT_DEFAULT);
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("tasklist"));
    if (!markdown_table_is_beyond(text, len))
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("table"));
    cmark_parser_feed(parser, text, len);
    tree = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return tree;
}

static void trim_all(struct walk *walk)
{
    struct buf *out = walk->out;
    size_t blanks;

    if (out->len == walk->start)
        return;
    blanks = strspn(out->data + walk->start, " \n");
    memmove(out->data + walk->start, out->data + walk->start + blanks, out->len - walk->start - blanks);
    buf_truncate(out, out->len - blanks);
    trim_line(walk, walk->start);
}

void markdown_format(const char *markdown, size_t len, enum markdown_dialect dialect, struct buf *out)
{
    struct walk walk = { .dialect = dialect, .out = out, .start = out->len };

    manuscript_init(&walk.manuscript, markdown, len);
    if (is_beyond(markdown, len)) {
        ink_add(&walk.ink, markdown, len, 0);
        ink_find_addresses(&walk.ink);
        write_block(&walk);
    } else {
        cmark_node *tree = parse(markdown, len);

        walk_tree(&walk, tree);
        cmark_node_free(tree);
    }
    trim_all(&walk);
    buf_release(&walk.markers);
    ink_release(&walk.ink);
}
