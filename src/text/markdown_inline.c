/*
 * markdown_inline: along the tree by its iterator, never by recursion, for a hostile text nests as deep as it
 * is long. What an event has to know of the one that opened it is kept in the node's user data.
 *
 * Two kinds of marks are found in the text that is left. ~~: the extension for it enters its sign in a table
 * that all threads share. **: Markdown does not close **"this"**은, where a letter follows a sign and the
 * stars, and a Korean reader would be shown the stars in every other answer.
 *
 * Of links and images within each other the outermost alone shows its address (a badge that leads somewhere).
 */
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "text/markdown_html.h"
#include "text/markdown_inline.h"
#include "text/markdown_link.h"

enum { LOOKUPS_MAX = 100 };

struct collector {
    struct ink *ink;
    struct manuscript *manuscript;
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

/*
 * Does the text so far end in the midst of a bare address? Then a mark is a part of it: http://a.b/_c_. The address as far as
 * it has come; NULL: it does not.
 */
static const char *find_address(const struct ink *ink)
{
    enum { LOOK_BACK = 256 };
    size_t at = ink->text.len;
    const char *text = buf_text(&ink->text);

    if (at == 0 || !is_inside_word(text[at - 1]))
        return NULL;
    while (at > 0 && ink->text.len - at < LOOK_BACK && text[at - 1] > ' ')
        at--;
    bool is_address = memmem(text + at, ink->text.len - at, "://", 3) != NULL || strncasecmp(text + at, "www.", 4) == 0;
    return is_address ? text + at : NULL;
}

static bool begins_with_digit(cmark_node *node)
{
    cmark_node *child = cmark_node_first_child(node);
    const char *text = child != NULL ? cmark_node_get_literal(child) : NULL;

    return text != NULL && ascii_is_digit(text[0]);
}

/* 2*3*4 is a product, and https://a.example/_a_/ an address: here a mark is text. */
static bool is_text(const struct ink *ink, cmark_node *node)
{
    size_t len = ink->text.len;

    return find_address(ink) != NULL ||
           (len > 0 && ascii_is_digit(ink->text.data[len - 1]) && begins_with_digit(node));
}

/* In the source stars stand behind what there is of an address. A hostile text has thousands: not all are looked up. */
static bool has_stars_behind(struct manuscript *manuscript, const struct ink *ink, const char *stars)
{
    const char *address = find_address(ink);
    struct buf wanted = { 0 };

    if (address == NULL || manuscript->lookups == 0)
        return false;
    manuscript->lookups--;
    buf_add_text(&wanted, address);
    buf_add_text(&wanted, stars);
    bool is_there = memmem(manuscript->source, manuscript->len, wanted.data, wanted.len) != NULL;
    buf_release(&wanted);
    return is_there;
}

/* Inside a word only a star is a mark. The tree does not tell which one it was; the user data keeps it. */
static void keep_mark(struct collector *collector, cmark_node *node, bool is_strong)
{
    static const char *const MARKS[][2] = { { "_", "*" }, { "__", "**" } };
    char before = collector->ink->text.data[collector->ink->text.len - 1];
    bool is_star = ascii_is_letter(before) || ascii_is_digit(before) ||
                   has_stars_behind(collector->manuscript, collector->ink, MARKS[is_strong][1]);
    const char *mark = MARKS[is_strong][is_star];

    cmark_node_set_user_data(node, (void *)(uintptr_t)mark);
}

static void pass_emphasis(struct collector *collector, cmark_node *node, bool is_entry, size_t *open)
{
    if (is_entry && is_text(collector->ink, node))
        keep_mark(collector, node, open == &collector->bold);
    if (cmark_node_get_user_data(node) != NULL)
        add(collector, cmark_node_get_user_data(node));
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
    if (address.len > collector->manuscript->budget)
        buf_clear(&address);
    collector->manuscript->budget -= address.len;
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

static void pass(struct collector *collector, cmark_node *node, bool is_entry)
{
    const char *literal = cmark_node_get_literal(node);

    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT: add(collector, literal); break;
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

void manuscript_init(struct manuscript *manuscript, const char *markdown, size_t len)
{
    manuscript->source = markdown;
    manuscript->len = len;
    manuscript->lookups = LOOKUPS_MAX;
    manuscript->budget = len * 2 + 1024;
    manuscript->has_stars = memmem(markdown, len, "\\*", 2) == NULL;
    manuscript->has_tildes = memmem(markdown, len, "\\~", 2) == NULL;
}

void markdown_inline(cmark_node *block, struct manuscript *manuscript, struct ink *ink)
{
    struct collector collector = { .ink = ink, .manuscript = manuscript };
    cmark_iter *iter = cmark_iter_new(block);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        pass(&collector, cmark_iter_get_node(iter), event == CMARK_EVENT_ENTER);
    cmark_iter_free(iter);
    ink_find_addresses(ink);
    if (manuscript->has_stars)
        ink_find_pairs(ink, '*', INK_BOLD);
    if (manuscript->has_tildes)
        ink_find_pairs(ink, '~', INK_STRUCK);
}
