/*
 * Any bytes, repaired, then folded: valid UTF-8 within the bound, trimmed, no blank but single spaces,
 * nothing invisible, and folding again changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Text that nobody sees, by utf8proc's own table. */
static bool is_ignorable(uint32_t code)
{
    return utf8proc_get_property((utf8proc_int32_t)code)->ignorable;
}

static void check_characters(const struct buf *text)
{
    uint32_t code, before = ' ';

    for (size_t at = 0; at < text->len;) {
        at += utf8_decode(text->data + at, text->len - at, &code);
        require(code >= ' ' && (code < 0x7f || code > 0x9f) && !is_ignorable(code));
        require(!fold_is_blank(code) || (code == ' ' && before != ' '));
        before = code;
    }
    require(text->len == 0 || before != ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text = { 0 };
    struct buf once = { 0 };
    struct buf twice = { 0 };

    utf8_repair((const char *)data, size, &text);
    fold_text(buf_text(&text), text.len, &once);
    fold_text(buf_text(&once), once.len, &twice);
    require(once.len <= FOLD_MAX && utf8_is_valid(buf_text(&once), once.len));
    require(once.len == twice.len && strcmp(buf_text(&once), buf_text(&twice)) == 0);
    check_characters(&once);
    buf_release(&text);
    buf_release(&once);
    buf_release(&twice);
    return 0;
}
