/*
 * sandbox_value: see the header.
 *
 * Braze is silent about much that it does not write: it answers 201 and leaves the value out. What a sender can be told of in
 * the answer is a refusal here, what he cannot is an omission, and who looks at the profile finds both in the sandbox's log.
 * Operators inside arrays of objects ($add, $update, $remove) and arrays of anything but texts are refused because the sandbox
 * does not evaluate them.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"
#include "base/utf8.h"

#include "sandbox_json.h"
#include "sandbox_value.h"

static const struct json *operand(const struct json *member, const char *name)
{
    return json_kind(member) == JSON_OBJECT ? json_get(member, name) : NULL;
}

const char *value_type_name(enum value_type type)
{
    static const char *const NAMES[] = { "none", "text", "number", "boolean", "time", "array", "object" };

    return NAMES[type];
}

/* Digits as in the shape, where 9 stands for one; other characters stand for themselves. */
static bool has_shape(const char *text, const char *shape)
{
    for (; *shape != '\0'; text++, shape++)
        if (*shape == '9' ? !isdigit((unsigned char)*text) : *text != *shape)
            return false;
    return true;
}

/* "Tue 05 12 09:30:00.KST 2026" */
static bool is_weekday_first(const char *text)
{
    for (int i = 0; i < 3; i++)
        if (!isalpha((unsigned char)text[i]))
            return false;
    return has_shape(text + 3, " 99 99 99:99:99");
}

bool value_is_time(const char *text)
{
    static const char *const SHAPES[] = { "9999-99-99", "99-99-9999", "9-99-9999", "99-9-9999", "9-9-9999",
                                          "99/99/9999", "9/99/9999", "99/9/9999", "9/9/9999",  "9999/99/99" };

    for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++) {
        const char *rest = text + strlen(SHAPES[i]);

        if (has_shape(text, SHAPES[i]) &&
            (*rest == '\0' || has_shape(rest, "T99:99") || has_shape(rest, " 99:99")))
            return true;
    }
    return is_weekday_first(text);
}

/* The number in the next `count` characters, which are digits. */
static int64_t digits(const char *text, size_t count)
{
    int64_t number = 0;

    for (size_t i = 0; i < count; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

/* "Z", "+09:00", "+0900" to the end; minutes east of Greenwich. */
static int read_zone(const char *text, int64_t *minutes)
{
    bool has_colon = has_shape(text + 1, "99:99");

    *minutes = 0;
    if (strcmp(text, "Z") == 0)
        return 0;
    if ((text[0] != '+' && text[0] != '-') || (!has_colon && !has_shape(text + 1, "9999")) ||
        text[has_colon ? 6 : 5] != '\0')
        return -1;
    *minutes = (digits(text + 1, 2) * 60 + digits(text + (has_colon ? 4 : 3), 2)) * (text[0] == '-' ? -1 : 1);
    return 0;
}

int value_moment(const char *text, int64_t *at_ms)
{
    int64_t minutes = 0, ms = 0;

    if (text == NULL || !has_shape(text, "9999-99-99T99:99:99"))
        return -1;
    int64_t year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    int64_t hour = digits(text + 11, 2), minute = digits(text + 14, 2), second = digits(text + 17, 2);
    if (month < 1 || month > 12 || day < 1 || day > calendar_month_days(year, (int)month) || hour > 23 || minute > 59 ||
        second > 59)
        return -1;
    const char *rest = text + 19;
    size_t fraction = rest[0] == '.' || rest[0] == ':' ? strspn(rest + 1, "0123456789") : 0;
    if (fraction > 9 || ((rest[0] == '.' || rest[0] == ':') && fraction == 0))
        return -1;
    for (size_t i = 0; i < 3; i++)
        ms = ms * 10 + (i < fraction ? rest[1 + i] - '0' : 0);
    if (read_zone(rest + (fraction > 0 ? fraction + 1 : 0), &minutes) != 0)
        return -1;
    *at_ms = (((calendar_day(year, month, day) * 24 + hour) * 60 + minute - minutes) * 60 + second) * 1000 + ms;
    return 0;
}

enum value_type value_type(const struct json *member)
{
    switch (json_kind(member)) {
    case JSON_BOOL: return VALUE_BOOLEAN;
    case JSON_NUMBER: return VALUE_NUMBER;
    case JSON_TEXT: return value_is_time(json_text(member)) ? VALUE_TIME : VALUE_TEXT;
    case JSON_ARRAY: return VALUE_ARRAY;
    case JSON_NULL:
    case JSON_NONE: return VALUE_NONE;
    case JSON_OBJECT: break;
    }
    if (operand(member, "inc") != NULL)
        return VALUE_NUMBER;
    if (operand(member, "add") != NULL || operand(member, "remove") != NULL)
        return VALUE_ARRAY;
    return operand(member, "$time") != NULL ? VALUE_TIME : VALUE_OBJECT;
}

static bool is_too_long(const char *text)
{
    return text != NULL && utf8_count(text, strlen(text)) > VALUE_TEXT_MAX;
}

/* Refusals */

static const char *elements_refusal(const struct json *array)
{
    for (const struct json *item = json_first(array); item != NULL; item = json_next(item))
        if (json_kind(item) != JSON_TEXT)
            return "an array that holds anything but texts is not evaluated by the sandbox";
    return NULL;
}

static const char *operators_refusal(const struct json *value)
{
    for (const struct json *item = json_first(value); item != NULL; item = json_next(item)) {
        const char *key = json_key(item);

        if (key != NULL && key[0] == '$' && strcmp(key, "$time") != 0)
            return "an operator that begins with $ is not evaluated by the sandbox";
        const char *deeper = operators_refusal(item);
        if (deeper != NULL)
            return deeper;
    }
    return NULL;
}

static const char *increment_refusal(const struct json *member)
{
    int64_t step;

    if (json_count(member) > 1)
        return "inc stands alone";
    return json_kind(operand(member, "inc")) == JSON_NUMBER && json_int(operand(member, "inc"), &step)
               ? NULL
               : "inc must be a whole number";
}

const char *value_refusal(const struct json *member)
{
    const struct json *add = operand(member, "add"), *remove = operand(member, "remove");

    if (json_key(member)[0] == '\0' || json_key(member)[0] == '$')
        return "the name of an attribute is empty, or begins with $";
    if (json_kind(member) == JSON_ARRAY)
        return elements_refusal(member);
    if (operand(member, "inc") != NULL)
        return increment_refusal(member);
    if (add == NULL && remove == NULL)
        return json_kind(member) == JSON_OBJECT ? operators_refusal(member) : NULL;
    const struct json *list = add != NULL ? add : remove;
    if (json_count(member) > 1)
        return "add and remove stand alone: which comes first is not written";
    return json_kind(list) == JSON_ARRAY ? elements_refusal(list) : "add and remove take an array";
}

/* Omissions */

static const char *elements_omission(const struct json *array)
{
    if (json_count(array) > VALUE_ELEMENTS_MAX)
        return "an array of over 25 elements";
    for (const struct json *item = json_first(array); item != NULL; item = json_next(item))
        if (is_too_long(json_text(item)))
            return "an element of over 255 characters";
    return NULL;
}

static const char *nested_time_omission(const struct json *time)
{
    const char *text = json_text(time);

    return text != NULL && isdigit((unsigned char)text[0]) && value_is_time(text) && strncmp(text, "3000", 4) <= 0
               ? NULL
               : "a $time that is no time before the year 3001";
}

/* One wrong value inside, and all of the attribute is left out. */
static const char *nested_omission(const struct json *object)
{
    for (const struct json *item = json_first(object); item != NULL; item = json_next(item)) {
        const char *key = json_key(item), *why = NULL;

        if (key != NULL && (key[0] == '\0' || is_too_long(key) || strchr(key, ' ') != NULL))
            why = "a nested name that is empty, over 255 characters, or has a space";
        else if (key != NULL && strcmp(key, "$time") == 0)
            why = nested_time_omission(item);
        else if (json_kind(item) == JSON_NULL)
            why = "a null inside an object";
        else if (is_too_long(json_text(item)))
            why = "a nested text of over 255 characters";
        else
            why = nested_omission(item);
        if (why != NULL)
            return why;
    }
    return NULL;
}

static const char *object_omission(const struct json *object)
{
    struct buf text = { 0 };

    json_format(object, &text);
    size_t len = text.len;
    buf_release(&text);
    return len > VALUE_OBJECT_MAX ? "an object of over 50 KB" : nested_omission(object);
}

const char *value_omission(const struct json *member)
{
    if (is_too_long(json_key(member)))
        return "a name of over 255 characters";
    if (is_too_long(json_text(member)))
        return "a text of over 255 characters";
    if (json_kind(member) == JSON_ARRAY)
        return elements_omission(member);
    if (value_type(member) == VALUE_ARRAY)
        return elements_omission(json_first(member));
    if (json_kind(member) == JSON_OBJECT && operand(member, "inc") == NULL)
        return object_omission(member);
    return NULL;
}

/* Changes */

static const char *step(const struct json *before, const struct json *member, struct buf *after)
{
    int64_t sum = 0, by = 0;

    json_int(operand(member, "inc"), &by);
    if (before != NULL && !json_int(before, &sum))
        return "what stands there is no whole number";
    if (__builtin_add_overflow(sum, by, &sum))
        return "the sum is too large";
    buf_addf(after, "%" PRId64, sum);
    return NULL;
}

static bool has_element(const struct json *from, const char *text)
{
    for (const struct json *item = from; item != NULL; item = json_next(item))
        if (strcmp(json_text(item), text) == 0)
            return true;
    return false;
}

/* Those of `list` that come again neither later in it nor in `without`, save the first `skip`. */
static size_t write_elements(const struct json *list, const struct json *without, size_t *skip, struct jsonw *w)
{
    size_t count = 0;

    for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
        if (has_element(json_next(item), json_text(item)) || has_element(json_first(without), json_text(item)))
            continue;
        count++;
        if (*skip > 0)
            (*skip)--;
        else if (w != NULL)
            jsonw_text(w, NULL, json_text(item));
    }
    return count;
}

static void change_array(const struct json *before, const struct json *member, struct buf *after)
{
    const struct json *add = json_kind(member) == JSON_ARRAY ? member : operand(member, "add");
    const struct json *remove = json_kind(member) == JSON_ARRAY ? NULL : operand(member, "remove");
    const struct json *old = json_kind(member) == JSON_ARRAY ? NULL : before;
    const struct json *without = add != NULL ? add : remove;
    struct jsonw w = { .out = after };
    size_t skip = 0;

    if (remove != NULL && before == NULL)
        return;
    size_t count = write_elements(old, without, &skip, NULL) + write_elements(add, NULL, &skip, NULL);
    skip = count > VALUE_ELEMENTS_MAX ? count - VALUE_ELEMENTS_MAX : 0;
    jsonw_array(&w, NULL);
    write_elements(old, without, &skip, &w);
    write_elements(add, NULL, &skip, &w);
    jsonw_end_array(&w);
}

static void write_merged(const struct json *before, const struct json *with, const char *key, struct jsonw *w)
{
    jsonw_object(w, key);
    for (const struct json *item = json_first(before); item != NULL; item = json_next(item))
        if (json_get(with, json_key(item)) == NULL)
            json_copy(item, json_key(item), w);
    for (const struct json *item = json_first(with); item != NULL; item = json_next(item)) {
        const struct json *old = json_get(before, json_key(item));

        if (json_kind(old) == JSON_OBJECT && json_kind(item) == JSON_OBJECT)
            write_merged(old, item, json_key(item), w);
        else
            json_copy(item, json_key(item), w);
    }
    jsonw_end_object(w);
}

static const char *change_object(const struct json *before, const struct json *member, bool merge, struct buf *after)
{
    struct jsonw w = { .out = after };

    write_merged(merge ? before : NULL, member, NULL, &w);
    return after->len > VALUE_OBJECT_MAX ? "an object of over 50 KB" : NULL;
}

static const char *change(const struct json *before, const struct json *member, bool merge, struct buf *after)
{
    if (json_kind(member) == JSON_NULL)
        return NULL;
    if (operand(member, "inc") != NULL)
        return step(before, member, after);
    if (value_type(member) == VALUE_ARRAY)
        change_array(before, member, after);
    else if (value_type(member) == VALUE_OBJECT)
        return change_object(before, member, merge, after);
    else
        json_format(operand(member, "$time") != NULL ? operand(member, "$time") : member, after);
    return NULL;
}

const char *value_change(const char *before, const struct json *member, bool merge, struct buf *after)
{
    struct json *tree = NULL;

    if (before != NULL)
        json_parse(before, strlen(before), JSON_LARGE, &tree, NULL);
    const char *why = change(tree, member, merge, after);
    json_free(tree);
    return why;
}
