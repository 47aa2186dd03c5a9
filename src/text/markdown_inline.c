/*
 * markdown_inline: along the tree by its iterator, never by recursion, for a hostile text nests as deep as it
 * is long. What an event has to know of the one that opened it is kept in the node's user data.
 *
 * Of links and images within each other the outermost alone shows its address (a badge that leads somewhere).
 */
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "text/markdown_html.h"
#include "text/markdown_inline.h"
#include "text/markdown_link.h"

struct collector {
    struct ink *ink;
    size_t *budget;
    size_t bold, italic; /* how many are open */
    size_t links;        /* and images */
    size_t label;        /* where the outermost's text starts */
};

static uint8_t style_of(const struct collector *collector)
{
    return (uint8_t)((collector->bold > 0 ? INK_BOLD : 0) | (collector->italic > 0 ? INK_ITALIC : 0));
}

static void add(struct collector *collector, const char *text)
{
    ink_add(collector->ink, text, strlen(text), style_of(collector));
}

static bool is_inside_word(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || (c != '\0' && strchr("/=&?-_#.%", c) != NULL);
}

/* Does the text so far end in the midst of a bare address? Then a mark is a part of it: http://a.b/_c_. */
static bool is_in_address(const struct ink *ink, size_t start)
{
    enum { LOOK_BACK = 256 };
    size_t at = ink->text.len;
    const char *text = buf_text(&ink->text);

    if (at == start || !is_inside_word(text[at - 1]))
        return false;
    while (at > start && ink->text.len - at < LOOK_BACK && text[at - 1] > ' ')
        at--;
    return memmem(text + at, ink->text.len - at, "://", 3) != NULL || strncasecmp(text + at, "www.", 4) == 0;
}

static void pass_emphasis(struct collector *collector, cmark_node *node, bool is_entry, size_t *open)
{
    const char *mark = open == &collector->bold ? "__" : "_";

    if (is_entry && is_in_address(collector->ink, 0))
        cmark_node_set_user_data(node, collector->ink);
    if (cmark_node_get_user_data(node) != NULL)
        add(collector, mark);
    else if (is_entry)
        ++*open;
    else
        --*open;
}

/* " (address)" behind the text of a link, or the address in its place. */
static void add_address(struct collector *collector, const char *url)
{
    struct ink *ink = collector->ink;
    struct buf address = { 0 };
    const char *label = buf_text(&ink->text) + collector->label;
    size_t label_len = ink->text.len - collector->label;

    markdown_link_address(url, &address);
    if (address.len > *collector->budget)
        buf_clear(&address);
    *collector->budget -= address.len;
    if (address.len > 0 && (label_len == 0 || markdown_link_is_label(label, label_len, address.data))) {
        ink_truncate(ink, collector->label);
        ink_add(ink, address.data, address.len, INK_ADDRESS);
    } else if (address.len > 0) {
        ink_add(ink, " (", 2, 0);
        ink_add(ink, address.data, address.len, INK_ADDRESS);
        ink_add(ink, ")", 1, 0);
    }
    buf_release(&address);
}

static void pass_link(struct collector *collector, cmark_node *node, bool is_entry)
{
    const char *url = cmark_node_get_url(node);

    if (is_entry && collector->links++ == 0)
        collector->label = collector->ink->text.len;
    if (!is_entry && --collector->links == 0)
        add_address(collector, url != NULL ? url : "");
}

/* A sign that was escaped comes as a node of its own. */
static void add_text(struct collector *collector, const char *text)
{
    uint8_t style = style_of(collector);

    if (strcmp(text, "~") == 0)
        style |= INK_ESCAPED;
    ink_add(collector->ink, text, strlen(text), style);
}

static void pass(struct collector *collector, cmark_node *node, bool is_entry)
{
    const char *literal = cmark_node_get_literal(node);

    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT: add_text(collector, literal); break;
    case CMARK_NODE_CODE: ink_add(collector->ink, literal, strlen(literal), INK_CODE); break;
    case CMARK_NODE_HTML_INLINE:
        markdown_html_tag(literal, strlen(literal), style_of(collector), collector->ink);
        break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK: ink_add(collector->ink, "\n", 1, 0); break;
    case CMARK_NODE_EMPH: pass_emphasis(collector, node, is_entry, &collector->italic); break;
    case CMARK_NODE_STRONG: pass_emphasis(collector, node, is_entry, &collector->bold); break;
    case CMARK_NODE_LINK:
    case CMARK_NODE_IMAGE: pass_link(collector, node, is_entry); break;
    default: break;
    }
}

void markdown_inline(cmark_node *block, size_t *budget, struct ink *ink)
{
    struct collector collector = { .ink = ink, .budget = budget };
    cmark_iter *iter = cmark_iter_new(block);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        pass(&collector, cmark_iter_get_node(iter), event == CMARK_EVENT_ENTER);
    cmark_iter_free(iter);
    ink_find_addresses(ink, 0);
    ink_find_struck(ink);
}
