/*
 * media: finding where one address ends and the next begins.
 *
 * Braze does not say how an array prints in raw text. A filter may join it by commas or print it as JSON;
 * plain Liquid runs the elements together (https://a/1https://a/2). So:
 *
 *   1. What parses as a JSON array is one; its texts are the addresses.
 *   2. Otherwise a new address begins at each "http://" or "https://", except behind "=" or "/": there it
 *      belongs to the address around it (…?next=https://…, …/proxy/https://…).
 *   3. Commas and blanks at the ends of an address are separators. A comma inside one stays, for addresses
 *      may hold commas, unless the piece is no address at all ("a.jpg, b.jpg"): then each comma separates.
 *
 * Nothing is fetched, checked or decoded here; the addresses are text that is stored and shown.
 */
#include <string.h>
#include <strings.h>

#include "base/json.h"

#include "braze/media.h"

static bool is_scheme(const char *text, size_t len)
{
    return (len >= 7 && strncasecmp(text, "http://", 7) == 0) ||
           (len >= 8 && strncasecmp(text, "https://", 8) == 0);
}

static bool is_separator(char c)
{
    return c == ',' || (unsigned char)c <= ' ';
}

/* Where the piece at the start of `text` ends. */
static size_t piece_end(const char *text, size_t len)
{
    bool is_address = is_scheme(text, len);
    for (size_t i = 1; i < len; i++) {
        if (is_scheme(text + i, len - i) && text[i - 1] != '=' && text[i - 1] != '/')
            return i;
        if ((unsigned char)text[i] <= ' ' || (text[i] == ',' && !is_address))
            return i;
    }
    return len;
}

static size_t add_pieces(const char *text, size_t len, struct jsonw *w)
{
    size_t count = 0;
    while (count < MEDIA_MAX) {
        while (len > 0 && is_separator(*text))
            text++, len--;
        if (len == 0)
            break;
        size_t end = piece_end(text, len), trimmed = end;
        while (is_separator(text[trimmed - 1]))
            trimmed--;
        jsonw_bytes(w, NULL, text, trimmed);
        text += end;
        len -= end;
        count++;
    }
    return count;
}

static size_t add_elements(const struct json *array, struct jsonw *w)
{
    size_t count = 0;
    for (const struct json *item = json_first(array); item != NULL; item = json_next(item)) {
        const char *address = json_text(item);
        if (address == NULL || address[0] == '\0' || count == MEDIA_MAX)
            continue;
        jsonw_text(w, NULL, address);
        count++;
    }
    return count;
}

size_t media_format(const char *text, size_t len, struct buf *out)
{
    struct jsonw w = { .out = out };
    struct json *root = NULL;
    struct error ignored;
    size_t count;
    jsonw_array(&w, NULL);
    if (len > 0 && json_parse(text, len, JSON_STRICT, &root, &ignored) == 0 && json_kind(root) == JSON_ARRAY)
        count = add_elements(root, &w);
    else
        count = add_pieces(text, len, &w);
    jsonw_end_array(&w);
    json_free(root);
    return count;
}
