/*
 * sandbox_page: see the header. Made from what the questions for programs are answered with, so that both tell the same.
 */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

#include "sandbox_page.h"

enum { EVENTS_SHOWN = 1000 };

/* As it stands; in quotes and escaped where it would act on a terminal. */
static void add_shown(const char *text, struct buf *out)
{
    size_t len = strlen(text);
    bool is_safe = true;
    uint32_t code;

    for (size_t at = 0, step; at < len && (step = utf8_decode(text + at, len - at, &code)) > 0; at += step)
        is_safe &= !utf8_is_control(code);
    if (is_safe)
        buf_add(out, text, len);
    else
        json_quote(text, len, out);
}

/* A name and blanks behind it. */
static void add_name(const char *name, struct buf *out)
{
    size_t before = out->len;

    buf_add_text(out, "  ");
    add_shown(name, out);
    buf_addf(out, "%*s", out->len - before < 26 ? (int)(27 - (out->len - before)) : 1, "");
}

static size_t add_profile(const struct json *profile, struct buf *out)
{
    const struct json *types = json_get(profile, "types");
    int64_t updates = json_get_int(profile, "updates", 0);
    size_t lines = 1;

    add_shown(json_get_text(profile, "user"), out);
    buf_addf(out, " (%s), written %" PRId64 " time%s, last at ", json_get_text(profile, "kind"), updates,
             updates == 1 ? "" : "s");
    clock_format_utc(json_get_int(profile, "updated_at", 0), out);
    buf_add_char(out, '\n');
    for (const struct json *item = json_first(json_get(profile, "attributes")); item != NULL; item = json_next(item), lines++) {
        add_name(json_key(item), out);
        buf_addf(out, "%-9s", json_get_text(types, json_key(item)));
        json_format(item, out);
        buf_add_char(out, '\n');
    }
    for (const struct json *item = json_first(json_get(profile, "subscription_groups")); item != NULL;
         item = json_next(item), lines++) {
        buf_addf(out, "  %s in group ", json_text(item));
        add_shown(json_key(item), out);
        buf_add_char(out, '\n');
    }
    return lines;
}

static size_t add_event(const struct json *event, struct buf *out)
{
    add_name(json_get_text(event, "time"), out);
    add_shown(json_get_text(event, "name"), out);
    buf_add_char(out, ' ');
    json_format(json_get(event, "properties"), out);
    buf_add_text(out, json_get_bool(event, "repeated", false) ? " repeated\n" : "\n");
    return 1;
}

static size_t add_left_out(const struct json *entry, struct buf *out)
{
    const char *name = json_get_text(entry, "name");

    add_name(name != NULL ? name : "-", out);
    buf_addf(out, "%s\n", json_get_text(entry, "why"));
    return 1;
}

/* Parses an object that was written just now, and shows each entry of a list in it below a title, if there is any. */
static size_t add_list(const struct buf *json, const char *list, const char *title,
                       size_t (*show)(const struct json *entry, struct buf *out), struct buf *out)
{
    struct json *tree = NULL;
    size_t lines = 0;

    json_parse(buf_text(json), json->len, JSON_LARGE, &tree, NULL);
    const struct json *first = json_first(json_get(tree, list));
    if (first != NULL && title != NULL)
        buf_addf(out, "%s\n", title);
    for (const struct json *item = first; item != NULL; item = json_next(item))
        lines += show(item, out);
    json_free(tree);
    return lines;
}

static size_t add_ring(const struct ring *ring, const char *list, const char *title, const char *user,
                       size_t (*show)(const struct json *entry, struct buf *out), struct buf *out)
{
    struct buf json = { 0 };
    struct jsonw w = { .out = &json };
    int64_t last;

    jsonw_object(&w, NULL);
    ring_format(ring, list, user, 0, EVENTS_SHOWN, &w, &last);
    jsonw_end_object(&w);
    size_t lines = add_list(&json, list, title, show, out);
    buf_release(&json);
    return lines;
}

size_t page_format(const struct service *service, const char *user, struct buf *out)
{
    struct buf json = { 0 };
    struct jsonw w = { .out = &json };

    jsonw_object(&w, NULL);
    profiles_format(&service->profiles, user, &w);
    jsonw_end_object(&w);
    size_t lines = add_list(&json, "profiles", NULL, add_profile, out);
    buf_release(&json);
    lines += add_ring(&service->events.ring, "events", "events", user, add_event, out);
    return lines + add_ring(&service->profiles.left_out, "left_out", "left out", user, add_left_out, out);
}
