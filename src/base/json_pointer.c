/*
 * json_pointer: see json.h. An index is written without leading zeros; "-", the place behind the last element, holds
 * nothing to read.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/json.h"

bool json_is_pointer(const char *text)
{
    if (*text != '\0' && *text != '/')
        return false;
    for (; *text != '\0'; text++)
        if (*text == '~' && text[1] != '0' && text[1] != '1')
            return false;
    return true;
}

static void unescape(const char *token, size_t len, struct buf *key)
{
    for (size_t i = 0; i < len; i++) {
        bool is_escape = token[i] == '~' && i + 1 < len;
        buf_add_char(key, !is_escape ? token[i] : token[i + 1] == '1' ? '/' : '~');
        i += is_escape;
    }
}

static const struct json *element(const struct json *array, const char *token, size_t len)
{
    size_t index = 0;
    if (len == 0 || len > 6 || (*token == '0' && len > 1))
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (!ascii_is_digit((unsigned char)token[i]))
            return NULL;
        index = index * 10 + (size_t)(token[i] - '0');
    }
    const struct json *value = json_first(array);
    while (value != NULL && index-- > 0)
        value = json_next(value);
    return value;
}

static const struct json *member(const struct json *object, const char *token, size_t len)
{
    struct buf key = { 0 };
    unescape(token, len, &key);
    const struct json *value = json_get(object, buf_text(&key));
    buf_release(&key);
    return value;
}

const struct json *json_point(const struct json *root, const char *pointer)
{
    const struct json *value = json_is_pointer(pointer) ? root : NULL;
    while (value != NULL && *pointer == '/') {
        size_t len = strcspn(++pointer, "/");
        value = json_kind(value) == JSON_ARRAY ? element(value, pointer, len) : member(value, pointer, len);
        pointer += len;
    }
    return value;
}
