/*
 * escape: see the header.
 *
 * Whether a place in JSON lies inside a string is counted from the start of the text each time. The texts are a few
 * hundred bytes of a rule file with a handful of holes, and what was put in before is escaped, so its quotes do not
 * count.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/json.h"
#include "text/escape.h"

void escape_url(const char *before, size_t before_len, const struct buf *value, struct buf *out)
{
    const char *text = buf_text(value);
    (void)before, (void)before_len;
    for (size_t i = 0; i < value->len; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (ascii_is_letter(byte) || ascii_is_digit(byte) || (byte != '\0' && strchr("-._~", byte) != NULL))
            buf_add_char(out, (char)byte);
        else
            buf_addf(out, "%%%02X", byte);
    }
}

void escape_outline(const char *before, size_t before_len, const struct buf *value, struct buf *out)
{
    (void)before, (void)before_len, (void)value;
    buf_add_char(out, 'x');
}

/* A value brings no slash, ? or #, so both texts have the same segments, and one without a value is the same in both. */
bool escape_url_is_whole(const char *url, const char *outline)
{
    for (;;) {
        size_t len = strcspn(url, "/?#"), outline_len = strcspn(outline, "/?#");
        bool has_value = len != outline_len || memcmp(url, outline, len) != 0;
        if (has_value && len <= 2 && strspn(url, ".") >= len)
            return false;
        if (url[len] != '/' || outline[outline_len] != '/')
            return true;
        url += len + 1;
        outline += outline_len + 1;
    }
}

static bool ends_inside_string(const char *text, size_t len)
{
    bool is_inside = false;
    for (size_t i = 0; i < len; i++) {
        if (is_inside && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            is_inside = !is_inside;
    }
    return is_inside;
}

/* A number that has too many digits for a double is read as a text, and shall arrive as one. */
static bool stands_alone(const struct buf *value)
{
    struct json *json = NULL;
    if (json_parse(buf_text(value), value->len, JSON_STRICT, &json, NULL) != 0)
        return false;
    enum json_kind kind = json_kind(json);
    json_free(json);
    return kind == JSON_NUMBER || kind == JSON_BOOL || kind == JSON_NULL;
}

void escape_json_text(const char *before, size_t before_len, const struct buf *value, struct buf *out)
{
    if (ends_inside_string(before, before_len)) {
        struct buf quoted = { 0 };
        json_quote(buf_text(value), value->len, &quoted);
        buf_add(out, quoted.data + 1, quoted.len - 2);
        buf_release(&quoted);
    } else if (value->len == 0) {
        buf_add_text(out, "null");
    } else {
        json_quote(value->data, value->len, out);
    }
}

void escape_json(const char *before, size_t before_len, const struct buf *value, struct buf *out)
{
    if (value->len > 0 && !ends_inside_string(before, before_len) && stands_alone(value))
        buf_add(out, value->data, value->len);
    else
        escape_json_text(before, before_len, value, out);
}

void escape_percent(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++)
        if (*text == '%')
            buf_add_text(out, "%25");
        else
            buf_add_char(out, *text);
}

void escape_shell(const char *word, struct buf *out)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:@,%=";

    if (word[0] != '\0' && word[strspn(word, PLAIN)] == '\0') {
        buf_add_text(out, word);
        return;
    }
    buf_add_char(out, '\'');
    for (; *word != '\0'; word++)
        if (*word == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add_char(out, *word);
    buf_add_char(out, '\'');
}
