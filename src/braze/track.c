/*
 * track: see the header.
 */
#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "braze/track.h"

enum { ID_MAX = 987 };

const char TRACK_PATH[] = "/users/track";

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Behind "external:". */
static const char *id_of(const char *addressee)
{
    const char *colon = strchr(addressee, ':');

    return colon != NULL ? colon + 1 : "";
}

int track_check(const char *addressee, struct error *error)
{
    size_t len = strlen(id_of(addressee));

    if (len == 0 || !(begins(addressee, "external:") || begins(addressee, "braze:") || begins(addressee, "phone:")))
        return error_set(error, "nothing is known by which Braze could find the profile");
    if (len > ID_MAX)
        return error_set(error, "the customer's id has %zu bytes, and Braze takes %d", len, ID_MAX);
    return 0;
}

static void write_identity(struct jsonw *w, const char *addressee)
{
    const char *id = id_of(addressee);

    if (begins(addressee, "external:")) {
        jsonw_text(w, "external_id", id);
    } else if (begins(addressee, "braze:")) {
        jsonw_text(w, "braze_id", id);
    } else {
        jsonw_object(w, "user_alias");
        jsonw_text(w, "alias_name", id);
        jsonw_text(w, "alias_label", "phone");
        jsonw_end_object(w);
    }
}

static void write_members(struct jsonw *w, const struct json *attributes)
{
    for (const struct json *item = json_first(attributes); item != NULL; item = json_next(item)) {
        struct buf value = { 0 };

        json_format(item, &value);
        jsonw_raw(w, json_key(item), buf_text(&value));
        buf_release(&value);
    }
}

int track_format_object(const struct track_object *object, struct buf *out, struct error *error)
{
    struct jsonw w = { .out = out };
    struct json *attributes;

    if (track_check(object->addressee, error) != 0 ||
        json_parse(object->attributes, strlen(object->attributes), JSON_LARGE, &attributes, error) != 0)
        return -1;
    if (json_kind(attributes) != JSON_OBJECT) {
        json_free(attributes);
        return error_set(error, "the attributes of a profile are a JSON object, and this is none");
    }
    jsonw_object(&w, NULL);
    write_identity(&w, object->addressee);
    jsonw_bool(&w, "_update_existing_only", true);
    write_members(&w, attributes);
    jsonw_end_object(&w);
    json_free(attributes);
    return 0;
}

void track_format(const struct buf *objects, struct buf *body)
{
    buf_add_text(body, "{\"attributes\":[");
    buf_add(body, buf_text(objects), objects->len);
    buf_add_text(body, "]}");
}
