/*
 * details: see the header.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "braze/details.h"

static void copy(const char *text, char *out, size_t size)
{
    if (text != NULL)
        snprintf(out, size, "%.*s", (int)utf8_floor(text, strlen(text), size - 1), text);
}

static void read_channels(const struct json *list, struct details *details)
{
    size_t len = 0;

    for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
        const char *name = json_text(item);
        size_t room = sizeof details->channels - len;

        if (name == NULL || strlen(name) + 3 > room)
            return;
        len += (size_t)snprintf(details->channels + len, room, "%s%s", len > 0 ? ", " : "", name);
    }
}

int details_read(const char *body, size_t len, struct details *details)
{
    struct json *root = NULL;

    *details = (struct details){ 0 };
    if (json_parse(body, len, JSON_FIRST_KEY_WINS, &root, NULL) < 0 || json_kind(root) != JSON_OBJECT) {
        json_free(root);
        return -1;
    }
    details->is_archived = json_get_bool(root, "archived", false);
    details->is_draft = json_get_bool(root, "draft", false);
    details->is_off = !json_get_bool(root, "enabled", true);
    copy(json_get_text(root, "name"), details->name, sizeof details->name);
    copy(json_get_text(root, "schedule_type"), details->schedule, sizeof details->schedule);
    read_channels(json_get(root, "channels"), details);
    for (const struct json *message = json_first(json_get(root, "messages")); message != NULL; message = json_next(message))
        if (details->body[0] == '\0')
            copy(json_get_text(message, "body_text"), details->body, sizeof details->body);
    json_free(root);
    return 0;
}
