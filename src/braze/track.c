/*
 * track: see the header.
 */
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
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

/* NULL: it is no object, or we cannot say whom it is about. */
static struct json *read_object(const char *addressee, const char *text, const char *what, struct error *error)
{
    struct json *object;

    if (track_check(addressee, error) != 0 || json_parse(text, strlen(text), JSON_LARGE, &object, error) != 0)
        return NULL;
    if (json_kind(object) == JSON_OBJECT)
        return object;
    json_free(object);
    error_set(error, "%s are a JSON object, and this is none", what);
    return NULL;
}

/* Who is meant, and that no profile is made for him. */
static void begin_object(struct jsonw *w, const char *addressee)
{
    jsonw_object(w, NULL);
    write_identity(w, addressee);
    jsonw_bool(w, "_update_existing_only", true);
}

int track_format_object(const struct track_object *object, struct buf *out, struct error *error)
{
    struct jsonw w = { .out = out };
    struct json *attributes = read_object(object->addressee, object->attributes, "the attributes of a profile", error);

    if (attributes == NULL)
        return -1;
    begin_object(&w, object->addressee);
    write_members(&w, attributes);
    jsonw_end_object(&w);
    json_free(attributes);
    return 0;
}

int track_format_event(const struct track_event *event, struct buf *out, struct error *error)
{
    struct jsonw w = { .out = out };
    struct json *properties = read_object(event->addressee, event->properties, "the properties of an event", error);
    struct buf time = { 0 };

    if (properties == NULL)
        return -1;
    clock_format_utc(event->at, &time);
    begin_object(&w, event->addressee);
    jsonw_text(&w, "name", event->name);
    jsonw_text(&w, "time", buf_text(&time));
    if (json_first(properties) != NULL) {
        jsonw_object(&w, "properties");
        write_members(&w, properties);
        jsonw_end_object(&w);
    }
    jsonw_end_object(&w);
    buf_release(&time);
    json_free(properties);
    return 0;
}

static void write_list(const char *name, const struct buf *objects, struct buf *body)
{
    if (objects->len == 0)
        return;
    buf_addf(body, "%s\"%s\":[", body->data[body->len - 1] == ']' ? "," : "", name);
    buf_add(body, buf_text(objects), objects->len);
    buf_add_char(body, ']');
}

void track_format(const struct buf *attributes, const struct buf *events, struct buf *body)
{
    buf_add_char(body, '{');
    write_list("attributes", attributes, body);
    write_list("events", events, body);
    buf_add_char(body, '}');
}
