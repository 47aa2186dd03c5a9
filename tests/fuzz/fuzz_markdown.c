/*
 * Any Markdown: both dialects give valid UTF-8, no longer than so many times the source, with nothing around
 * it, no blank at the end of a line and no two blank lines in a row; what WhatsApp says beyond plain text is
 * marks alone; and split at any size its parts fit and hold the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/markdown.h"
#include "text/split_marks.h"

/* An address said in full for "[a]", the heads of a table said for each row. */
enum { GROWTH = 4, ROOM = 32 * 1024 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_layout(const struct buf *out, size_t source_len)
{
    require(utf8_is_valid(buf_text(out), out->len));
    require(out->len <= source_len * GROWTH + ROOM);
    require(strstr(buf_text(out), "\n\n\n") == NULL && strstr(buf_text(out), " \n") == NULL);
    require(out->len == 0 ||
            (strchr(" \n", out->data[0]) == NULL && strchr(" \n", out->data[out->len - 1]) == NULL));
}

/* The marks and what looks like them, and the blanks that stand otherwise where fences do. */
static size_t skip_mark(const char *text)
{
    static const char *const SKIPPED[] = { "*", "_", "~", "`", "\u2217", "\uff3f", "\u223c", "\u02cb" };
    uint32_t code;
    size_t step = utf8_decode(text, strlen(text), &code);

    if (step > 0 && fold_is_blank(code))
        return step;
    for (size_t i = 0; i < sizeof SKIPPED / sizeof SKIPPED[0]; i++)
        if (strncmp(text, SKIPPED[i], strlen(SKIPPED[i])) == 0)
            return strlen(SKIPPED[i]);
    return 0;
}

static void check_same_text(const char *left, const char *right)
{
    for (;;) {
        for (size_t step; (step = skip_mark(left)) > 0;)
            left += step;
        for (size_t step; (step = skip_mark(right)) > 0;)
            right += step;
        require(*left == *right);
        if (*left == '\0')
            return;
        left++;
        right++;
    }
}

static void check_split(const struct buf *text, size_t max)
{
    struct split_marks split = { .split = { .text = buf_text(text), .len = text->len } };
    struct buf part = { 0 }, all = { 0 };

    while (split_marks_next(&split, max, &part) == 1) {
        require(part.len > 0 && utf8_is_valid(part.data, part.len) && utf8_count(part.data, part.len) <= max);
        buf_add(&all, part.data, part.len);
    }
    check_same_text(buf_text(text), buf_text(&all));
    buf_release(&part);
    buf_release(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf source = { 0 }, whatsapp = { 0 }, plain = { 0 };

    utf8_repair((const char *)data, size, &source);
    markdown_format(buf_text(&source), source.len, MARKDOWN_WHATSAPP, &whatsapp);
    markdown_format(buf_text(&source), source.len, MARKDOWN_PLAIN, &plain);
    check_layout(&whatsapp, source.len);
    check_layout(&plain, source.len);
    check_same_text(buf_text(&whatsapp), buf_text(&plain));
    check_split(&whatsapp, size > 0 ? 40 + data[0] : 40);
    buf_release(&source);
    buf_release(&whatsapp);
    buf_release(&plain);
    return 0;
}
