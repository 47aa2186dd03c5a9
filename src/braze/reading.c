/*
 * reading: collecting pairs.
 *
 * Known keys have a place each. All others are written at once into a JSON object, numbers and booleans as
 * such, the rest as texts (a list or an object as its JSON text), so that rules see them as fields.
 * Whatever the reader, the first of two equal keys counts and the second is flagged.
 *
 * All of it is bounded: the body by the door, the object by INBOUND_FIELDS_MAX bytes and READING_FIELDS_MAX
 * members. A field that does not fit is left out; the webhook keeps the bytes.
 *
 * A list or an object under a known key is no identifier and no text, and taken as if it were not there;
 * only media addresses may come as a list. So is true or false, but as the message.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

#include "braze/inbound.h"
#include "braze/reading.h"

static unsigned bit_of(enum key key)
{
    return 1u << key;
}

void reading_init(struct reading *r)
{
    memset(r, 0, sizeof *r);
    r->writer.out = &r->fields;
    jsonw_object(&r->writer, NULL);
}

void reading_release(struct reading *r)
{
    for (enum key key = 0; key < KEY_OTHER; key++)
        buf_release(&r->values[key]);
    for (size_t i = 0; i < r->name_count; i++)
        free(r->names[i]);
    buf_release(&r->fields);
}

bool reading_repair(const char *text, size_t len, struct buf *out)
{
    size_t start = out->len;
    utf8_repair(text, len, out);
    return out->len - start != len || (len > 0 && memcmp(out->data + start, text, len) != 0);
}

bool reading_has(const struct reading *r, enum key key)
{
    return (r->seen & bit_of(key)) != 0;
}

bool reading_is_behind(const struct reading *r, enum key key)
{
    return (r->behind & bit_of(key)) != 0;
}

static void put_known(struct reading *r, enum key key, const char *value, size_t len)
{
    if (reading_has(r, key)) {
        r->flags |= INBOUND_DUPLICATE_KEY;
        return;
    }
    r->seen |= bit_of(key);
    r->behind |= r->is_behind ? bit_of(key) : 0;
    r->is_behind = r->is_behind || key_is_typed(key);
    if (reading_repair(value, len, &r->values[key]))
        r->flags |= INBOUND_REPAIRED;
}

/* Is there room for one more field, and is its name a new one? */
static bool open_field(struct reading *r, const char *name, size_t value_len)
{
    size_t len = strlen(name);
    if (len == 0)
        return false;
    if (len > INBOUND_NAME_MAX || r->name_count == READING_FIELDS_MAX ||
        r->fields.len + len + value_len > INBOUND_FIELDS_MAX) {
        r->flags |= INBOUND_FIELDS_CUT;
        return false;
    }
    for (size_t i = 0; i < r->name_count; i++) {
        if (strcmp(r->names[i], name) == 0) {
            r->flags |= INBOUND_DUPLICATE_KEY;
            return false;
        }
    }
    r->names[r->name_count++] = alloc_text(name);
    return true;
}

/* Writes a member, and takes it back when with its escapes it was longer than there is room for. */
static void put_field(struct reading *r, const char *name, const char *value, size_t len, bool is_json)
{
    struct jsonw before = r->writer;
    size_t start = r->fields.len;
    if (!open_field(r, name, len))
        return;
    if (is_json)
        jsonw_raw(&r->writer, name, value);
    else
        jsonw_bytes(&r->writer, name, value, len);
    if (r->fields.len < INBOUND_FIELDS_MAX)
        return;
    r->flags |= INBOUND_FIELDS_CUT;
    r->writer = before;
    buf_truncate(&r->fields, start);
}

static void put_other(struct reading *r, const char *name, size_t name_len, const char *value, size_t len)
{
    struct buf clean_name = { 0 }, clean = { 0 };
    bool is_repaired = reading_repair(name, name_len, &clean_name);
    if (reading_repair(value, len, &clean) || is_repaired)
        r->flags |= INBOUND_REPAIRED;
    put_field(r, buf_text(&clean_name), buf_text(&clean), clean.len, false);
    buf_release(&clean_name);
    buf_release(&clean);
}

void reading_put(struct reading *r, const char *name, size_t name_len, const char *value, size_t len)
{
    enum key key = key_find(name, name_len);
    if (key != KEY_OTHER)
        put_known(r, key, value, len);
    else
        put_other(r, name, name_len, value, len);
}

void reading_put_member(struct reading *r, const struct json *member)
{
    struct buf text = { 0 };
    const char *name = json_key(member);
    enum json_kind kind = json_kind(member);
    enum key key = key_find(name, strlen(name));
    bool is_scalar = json_scalar(member, &text);
    if (!is_scalar)
        json_format(member, &text);
    if (key == KEY_OTHER && kind != JSON_NULL)
        put_field(r, name, buf_text(&text), text.len, kind == JSON_NUMBER || kind == JSON_BOOL);
    /* Yes or no is somebody's text, but nobody's name: as an id it would be the same person in every call. */
    if (kind == JSON_BOOL && key != KEY_MESSAGE)
        is_scalar = false;
    if (key != KEY_OTHER && (is_scalar || key == KEY_MEDIA_URLS))
        put_known(r, key, buf_text(&text), text.len);
    buf_release(&text);
}
