/*
 * form: reading name=value&name=value.
 *
 * Pairs are separated by "&", the name ends at the first "=", "+" is a blank, %XX is a byte. Empty pieces
 * ("a=1&&b=2", a trailing "&") are passed over; a piece without "=" is a name with an empty value. What the
 * bytes mean (UTF-8, NUL, which keys are known) is the caller's business, as is the rule that the first of
 * two equal names counts.
 *
 * The text is walked once, each piece is decoded once: linear in the size of the body.
 */
#include <ctype.h>
#include <string.h>

#include "braze/form.h"
#include "braze/key.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    int low = tolower((unsigned char)c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static void add_decoded(const char *text, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%' && len - i > 2 && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            c = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        buf_add_char(out, c);
    }
}

/* The next piece between ampersands that is not empty. */
static int next_piece(struct form *form, const char **piece, size_t *len)
{
    while (form->at < form->len) {
        const char *start = form->text + form->at;
        const char *end = memchr(start, '&', form->len - form->at);
        *piece = start;
        *len = end != NULL ? (size_t)(end - start) : form->len - form->at;
        form->at += *len + 1;
        if (*len > 0)
            return 1;
    }
    return 0;
}

int form_next(struct form *form, struct buf *name, struct buf *value)
{
    const char *piece;
    size_t len;
    buf_clear(name);
    buf_clear(value);
    if (!next_piece(form, &piece, &len))
        return 0;
    const char *equals = memchr(piece, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - piece) : len;
    add_decoded(piece, name_len, name);
    if (equals != NULL)
        add_decoded(equals + 1, len - name_len - 1, value);
    return 1;
}

bool form_is_likely(const char *text, size_t len)
{
    struct form form = { .text = text, .len = len };
    const char *piece;
    while (next_piece(&form, &piece, &len)) {
        const char *equals = memchr(piece, '=', len);
        if (equals != NULL && key_find(piece, (size_t)(equals - piece)) != KEY_OTHER)
            return true;
    }
    return false;
}
