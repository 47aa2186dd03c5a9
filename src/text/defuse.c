/*
 * defuse: see the header.
 *
 * The blank between two braces is put in while the output grows, looking at its last character, so that taking
 * something out (a control character) cannot put them together again. So nothing may be taken out behind this.
 */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "text/defuse.h"

enum { BLANKS_MAX = 4 };

static char last_char(const struct buf *out, size_t start)
{
    return out->len > start ? out->data[out->len - 1] : '\0';
}

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* On whichever page the text is shown. */
static bool turns_direction(uint32_t code)
{
    return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static bool is_line_break(uint32_t code)
{
    return code == '\n' || code == 0x2028 || code == 0x2029;
}

/* Do the two begin or end Liquid? */
static bool is_liquid(char before, uint32_t code)
{
    return (before == '{' && (code == '{' || code == '%')) ||
           (code == '}' && (before == '}' || before == '%'));
}

static bool has_blanks(const struct buf *out, size_t start, size_t count)
{
    return out->len - start >= count && strncmp(out->data + out->len - count, "    ", count) == 0;
}

static void add_clean(uint32_t code, bool is_one_line, size_t start, struct buf *out)
{
    if (is_one_line && (code == '\t' || is_line_break(code)))
        code = ' ';
    if ((is_control(code) && code != '\n' && code != '\t') || turns_direction(code))
        return;
    if (is_one_line && code == ' ' && has_blanks(out, start, BLANKS_MAX))
        return;
    if (is_liquid(last_char(out, start), code))
        buf_add_char(out, ' ');
    utf8_encode(code, out);
}

void defuse_text(const char *text, bool is_one_line, struct buf *out)
{
    size_t start = out->len, len = strlen(text);
    uint32_t code;
    for (size_t step; len > 0; text += step, len -= step) {
        step = utf8_decode(text, len, &code);
        step = step > 0 ? step : 1;
        add_clean(code, is_one_line, start, out);
    }
}
