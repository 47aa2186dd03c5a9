/*
 * seek_excerpt: the part of a text that shows why it was found.
 *
 * It begins a third of its length before the first mark, or rather at a blank close to that, and is cut between what people
 * see as characters.
 */
#include <string.h>

#include "base/utf8.h"
#include "text/cluster.h"
#include "text/fold.h"
#include "text/seek.h"

enum { NEAR_BLANK = 12 /* characters within which a blank is preferred */ };

/* The offset so many characters before `at`. */
static size_t back(const char *text, size_t at, size_t characters)
{
    for (; at > 0 && characters > 0; characters--)
        do
            at--;
        while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80);
    return at;
}

/* Behind the first blank close to `at`, but not beyond `most`; else `at` itself. */
static size_t behind_blank(const char *text, size_t at, size_t most)
{
    size_t seen = 0;
    for (size_t i = at; i < most && seen < NEAR_BLANK; i++) {
        seen += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (text[i] == ' ' || text[i] == '\n')
            return i + 1;
    }
    return at;
}

/* Behind the last blank close to `at`, and behind the first mark; else `at` itself. */
static size_t after_blank(const char *text, size_t at, const struct seek_marks *marks)
{
    size_t least = marks->count > 0 ? marks->spans[0].end : 0, close = back(text, at, NEAR_BLANK);
    for (size_t i = at; i > close && i > least; i--)
        if (text[i - 1] == ' ' || text[i - 1] == '\n')
            return i;
    return at;
}

static void add_on_one_line(const char *text, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++)
        buf_add_char(out, text[i] == '\n' || text[i] == '\r' || text[i] == '\t' ? ' ' : text[i]);
}

/* Where the excerpt begins: whole clusters before the first mark. */
static size_t begin(const char *text, size_t most, const struct seek_marks *marks)
{
    size_t mark = marks->count > 0 ? marks->spans[0].start : 0;
    size_t from = back(text, mark, most / 3), start = back(text, from, NEAR_BLANK);
    if (from == 0)
        return 0;
    from = behind_blank(text, from, mark);
    /* The joints of clusters are seen only from before. */
    return start + cluster_floor(text + start, mark - start, utf8_count(text + start, from - start));
}

void seek_excerpt(const char *text, size_t len, size_t most, struct seek_marks *marks, struct buf *out)
{
    size_t from = utf8_count(text, len) <= most ? 0 : begin(text, most, marks), kept = 0;
    size_t to = from + cluster_floor(text + from, len - from, most);
    if (to < len)
        to = after_blank(text, to, marks);
    if (from > 0)
        buf_add_text(out, "…");
    size_t shift = from - out->len;
    add_on_one_line(text + from, to - from, out);
    if (to < len)
        buf_add_text(out, "…");
    for (size_t i = 0; i < marks->count && marks->spans[i].start < to; i++) {
        size_t end = marks->spans[i].end < to ? marks->spans[i].end : to;
        marks->spans[kept++] = (struct span){ marks->spans[i].start - shift, end - shift };
    }
    marks->count = kept;
}
