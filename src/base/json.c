/*
 * json: strict reading, typed getters. The only file that sees cJSON.
 *
 * json_parse lets the strict scan (base/json_scan.c) check the text and write the copy that cJSON reads.
 * In that copy every number is a string behind a mark byte that UTF-8 never contains, so a tree holds
 * no cJSON number at all: JSON_NUMBER is a marked string, JSON_TEXT an unmarked one, and a number is
 * computed only when somebody asks, from the digits as they were written.
 *
 * `struct json` is never defined: a pointer to it is a pointer to a cJSON item and is cast back here.
 * Look-ups are exact in case (cJSON's usual call is not) and linear, which the limits on members make
 * bearable. The tree's depth is at most 32, so that what recurses here and in cJSON stays shallow.
 *
 * cJSON notes the place of an error in a static variable that is of no use to us: the scan's sentence
 * is better, and two threads may parse at once. Should cJSON refuse what the scan passed, the text is
 * refused as a whole; the fuzzer holds the two against each other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/json.h"
#include "base/json_scan.h"

static const cJSON *item_of(const struct json *value)
{
    return (const cJSON *)(const void *)value;
}

static const struct json *value_of(const cJSON *item)
{
    return (const struct json *)(const void *)item;
}

int json_parse(const char *text, size_t len, int flags, struct json **root, struct error *error)
{
    struct buf clean = { 0 };

    *root = NULL;
    buf_reserve(&clean, len + len / 8);
    int result = json_scan(text, len, flags, &clean, error);
    if (result >= 0) {
        /* cJSON wants the NUL to be counted when it is to insist on nothing behind the value. */
        cJSON *item = cJSON_ParseWithLengthOpts(clean.data, clean.len + 1, NULL, 1);

        if (item == NULL)
            result = error_set(error, "This JSON could not be read.");
        *root = (struct json *)(void *)item;
    }
    buf_release(&clean);
    return result;
}

void json_free(struct json *root)
{
    cJSON_Delete((cJSON *)(void *)root);
}

static bool is_marked(const char *string)
{
    return (unsigned char)string[0] == JSON_NUMBER_MARK;
}

enum json_kind json_kind(const struct json *value)
{
    const cJSON *item = item_of(value);

    if (item == NULL)
        return JSON_NONE;
    switch (item->type & 0xFF) {
    case cJSON_NULL:
        return JSON_NULL;
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOL;
    case cJSON_String:
        return is_marked(item->valuestring) ? JSON_NUMBER : JSON_TEXT;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        abort();
    }
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (json_kind(object) != JSON_OBJECT)
        return NULL;
    return value_of(cJSON_GetObjectItemCaseSensitive(item_of(object), key));
}

const struct json *json_first(const struct json *container)
{
    return container != NULL ? value_of(item_of(container)->child) : NULL;
}

const struct json *json_next(const struct json *value)
{
    return value != NULL ? value_of(item_of(value)->next) : NULL;
}

const char *json_key(const struct json *member)
{
    return member != NULL ? item_of(member)->string : NULL;
}

size_t json_count(const struct json *container)
{
    size_t count = 0;

    for (const struct json *value = json_first(container); value != NULL; value = json_next(value))
        count++;
    return count;
}

const char *json_text(const struct json *value)
{
    return json_kind(value) == JSON_TEXT ? item_of(value)->valuestring : NULL;
}

/* The digits of a JSON_NUMBER, as written. */
static const char *number_text(const struct json *value)
{
    return item_of(value)->valuestring + 1;
}

/* "-" and digits as JSON writes them, no more, within 64 bits. */
static bool read_integer(const char *text, int64_t *out)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t count = strspn(digits, "0123456789");

    if (count == 0 || digits[count] != '\0' || (digits[0] == '0' && count > 1))
        return false;
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno != 0)
        return false;
    *out = number;
    return true;
}

/* 1e3 and 2.0 are whole too; beyond 2^53 a double no longer tells. */
static bool read_whole_real(const char *text, int64_t *out)
{
    static const double LIMIT = 9007199254740992.0;

    double number = strtod(text, NULL);
    if (!(number > -LIMIT && number < LIMIT) || number != (double)(int64_t)number)
        return false;
    *out = (int64_t)number;
    return true;
}

bool json_int(const struct json *value, int64_t *out)
{
    switch (json_kind(value)) {
    case JSON_TEXT:
        return read_integer(json_text(value), out);
    case JSON_NUMBER:
        return read_integer(number_text(value), out) || read_whole_real(number_text(value), out);
    default:
        return false;
    }
}

bool json_bool(const struct json *value, bool *out)
{
    if (json_kind(value) != JSON_BOOL)
        return false;
    *out = cJSON_IsTrue(item_of(value)) != 0;
    return true;
}

const char *json_get_text(const struct json *object, const char *key)
{
    return json_text(json_get(object, key));
}

int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise)
{
    int64_t number;

    return json_int(json_get(object, key), &number) ? number : otherwise;
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise)
{
    bool value;

    return json_bool(json_get(object, key), &value) ? value : otherwise;
}

bool json_scalar(const struct json *value, struct buf *out)
{
    switch (json_kind(value)) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        buf_add_text(out, cJSON_IsTrue(item_of(value)) ? "true" : "false");
        return true;
    case JSON_NUMBER:
        buf_add_text(out, number_text(value));
        return true;
    case JSON_TEXT:
        buf_add_text(out, json_text(value));
        return true;
    default:
        return false;
    }
}

static void format_members(const struct json *container, struct buf *out)
{
    bool is_object = json_kind(container) == JSON_OBJECT;

    buf_add_char(out, is_object ? '{' : '[');
    for (const struct json *value = json_first(container); value != NULL; value = json_next(value)) {
        if (value != json_first(container))
            buf_add_char(out, ',');
        if (is_object) {
            json_quote(json_key(value), strlen(json_key(value)), out);
            buf_add_char(out, ':');
        }
        json_format(value, out);
    }
    buf_add_char(out, is_object ? '}' : ']');
}

void json_format(const struct json *value, struct buf *out)
{
    switch (json_kind(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        format_members(value, out);
        break;
    case JSON_TEXT:
        json_quote(json_text(value), strlen(json_text(value)), out);
        break;
    case JSON_NONE:
    case JSON_NULL:
        buf_add_text(out, "null");
        break;
    default:
        json_scalar(value, out);
    }
}
