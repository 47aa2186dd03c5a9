/*
 * Any Markdown: both dialects give valid UTF-8, no longer than so many times the source, with nothing around
 * it, no blank at the end of a line and no two blank lines in a row; a phone that obeys WhatsApp's marks
 * shows what plain text says; and split at any size the parts fit and hold the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/markdown.h"
#include "text/split_marks.h"
#include "text/whatsapp.h"

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
    static const char *const SKIPPED[] = { "*", "_", "~", "`", "\u2217", "\uff3f", "\u223c", "\uff40" };
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

static bool has_other(const char *text, size_t len, char mark)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] != mark)
            return true;
    return false;
}

/* Sets hidden[i] to 2 for the marks of one kind that a phone would obey, and to 1 for what is code. */
static void obey(char *line, size_t len, char mark, uint8_t *hidden)
{
    size_t opened = SIZE_MAX;

    for (size_t i = 0; i < len; i++) {
        if (line[i] != mark || hidden[i])
            continue;
        if (opened != SIZE_MAX && has_other(line + opened, i - opened, mark) &&
            whatsapp_may_close(line, len, i, i + 1)) {
            hidden[i] = hidden[opened] = 2;
            if (mark == '`')
                memset(hidden + opened + 1, 1, i - opened - 1);
            opened = SIZE_MAX;
        } else if (opened == SIZE_MAX && whatsapp_may_open(line, len, i, i + 1))
            opened = i;
    }
}

/* Appends what a phone shows of one line. */
static void show_line(char *line, size_t len, struct buf *out)
{
    uint8_t *hidden = alloc_array(len + 1, 1);

    for (const char *mark = "`*_~"; *mark != '\0'; mark++)
        obey(line, len, *mark, hidden);
    for (size_t i = 0; i < len; i++)
        if (hidden[i] != 2)
            buf_add_char(out, line[i]);
    free(hidden);
}

static void show(char *text, struct buf *out)
{
    bool is_fenced = false;

    for (char *line = text, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (strcmp(line, WHATSAPP_FENCE) == 0)
            is_fenced = !is_fenced;
        else if (is_fenced)
            buf_add_text(out, line);
        else
            show_line(line, strlen(line), out);
    }
}

/* What looks like a mark is taken for one here, and where blanks are is left to the fences. */
static size_t next_shown(const char **text)
{
    static const struct {
        const char *alike;
        char mark;
    } ALIKE[] = { { "\u2217", '*' }, { "\uff3f", '_' }, { "\u223c", '~' }, { "\uff40", '`' } };
    uint32_t code;
    size_t step;

    while ((step = utf8_decode(*text, strlen(*text), &code)) > 0 && fold_is_blank(code))
        *text += step;
    for (size_t i = 0; i < sizeof ALIKE / sizeof ALIKE[0]; i++)
        if (strncmp(*text, ALIKE[i].alike, strlen(ALIKE[i].alike)) == 0)
            code = (uint32_t)ALIKE[i].mark;
    *text += step;
    return step > 0 ? code : 0;
}

/* In the source, or in what is left of it: a control character in the midst of "www." goes. */
static bool may_have_address(const char *text)
{
    return strpbrk(text, ":@") != NULL || strstr(text, "](") != NULL || strcasestr(text, "www.") != NULL;
}

static void check_shown(const char *source, const struct buf *whatsapp, const struct buf *plain)
{
    struct buf shown = { 0 };
    char *text;
    const char *left, *right = buf_text(plain);
    size_t code;

    if (strstr(right, WHATSAPP_FENCE) != NULL || may_have_address(source) || may_have_address(right))
        return; /* code that has fences, and what no mark is changed in, are a matter of their own */
    text = alloc_text(buf_text(whatsapp));
    show(text, &shown);
    left = buf_text(&shown);
    do {
        code = next_shown(&left);
        require(code == next_shown(&right));
    } while (code != 0);
    buf_release(&shown);
    free(text);
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
    check_shown(buf_text(&source), &whatsapp, &plain);
    check_split(&whatsapp, size > 0 ? 40 + data[0] : 40);
    buf_release(&source);
    buf_release(&whatsapp);
    buf_release(&plain);
    return 0;
}
