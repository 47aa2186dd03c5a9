/*
 * sandbox_profile: what stands in the profiles, by Braze's rules.
 *
 * A scalar sets, null removes, {"inc": n} adds to a number, an array or another object replaces. A text that reads like a
 * date has the type time from then on, whatever its sender meant. A person known by an external id and the same person by an
 * alias are two profiles here, as they are in Braze until somebody identifies them.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

#include "sandbox_people.h"
#include "sandbox_profile.h"

enum { TEXT_MAX = 255 };

struct value {
    char *name, *json;
    const char *type;
};

struct profile {
    enum address address;
    char *user;
    struct value *values;
    size_t count;
    int64_t updates, updated_at_ms;
    bool may_create;
};

static void value_release(struct value *value)
{
    free(value->name);
    free(value->json);
}

void profiles_forget(struct profiles *profiles)
{
    for (size_t i = 0; i < profiles->count; i++) {
        struct profile *profile = profiles->list[i];

        for (size_t k = 0; k < profile->count; k++)
            value_release(&profile->values[k]);
        free(profile->values);
        free(profile->user);
        free(profile);
    }
    free(profiles->list);
    *profiles = (struct profiles){ 0 };
}

/* Rules */

bool profile_is_identity(const char *name)
{
    static const char *const NAMES[] = { "external_id", "user_alias", "braze_id", "_update_existing_only",
                                         "_merge_objects" };

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(NAMES[i], name) == 0)
            return true;
    return false;
}

bool profile_leaves_out(const struct json *member)
{
    const char *name = json_key(member), *text = json_text(member);

    return utf8_count(name, strlen(name)) > TEXT_MAX || (text != NULL && utf8_count(text, strlen(text)) > TEXT_MAX);
}

/* Digits as in the shape, where 9 stands for one; other characters stand for themselves. */
static bool has_shape(const char *text, const char *shape)
{
    for (; *shape != '\0'; text++, shape++)
        if (*shape == '9' ? !isdigit((unsigned char)*text) : *text != *shape)
            return false;
    return true;
}

bool profile_is_time(const char *text)
{
    static const char *const SHAPES[] = { "9999-99-99", "99-99-9999", "9-99-9999", "99-9-9999", "9-9-9999",
                                          "99/99/9999", "9/99/9999", "99/9/9999", "9/9/9999",  "9999/99/99" };

    for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++) {
        const char *rest = text + strlen(SHAPES[i]);

        if (has_shape(text, SHAPES[i]) &&
            (*rest == '\0' || has_shape(rest, "T99:99") || has_shape(rest, " 99:99")))
            return true;
    }
    return false;
}

static const char *type_of(const struct json *value)
{
    switch (json_kind(value)) {
    case JSON_BOOL: return "boolean";
    case JSON_NUMBER: return "number";
    case JSON_TEXT: return profile_is_time(json_text(value)) ? "time" : "text";
    case JSON_ARRAY: return "array";
    case JSON_OBJECT:
    case JSON_NULL:
    case JSON_NONE: break;
    }
    return "object";
}

/* Writing */

static struct profile *find(const struct profiles *profiles, enum address address, const char *user)
{
    for (size_t i = 0; i < profiles->count; i++)
        if (profiles->list[i]->address == address && strcmp(profiles->list[i]->user, user) == 0)
            return profiles->list[i];
    return NULL;
}

static struct profile *need(struct profiles *profiles, enum address address, const char *user)
{
    struct profile *profile = find(profiles, address, user);

    if (profile != NULL)
        return profile;
    if (profiles->count == profiles->room) {
        profiles->room = profiles->room > 0 ? profiles->room * 2 : 64;
        profiles->list = alloc_resize(profiles->list, profiles->room, sizeof *profiles->list);
    }
    profile = profiles->list[profiles->count++] = alloc_new(sizeof *profile);
    *profile = (struct profile){ .address = address, .user = alloc_text(user) };
    return profile;
}

static struct value *find_value(struct profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->count; i++)
        if (strcmp(profile->values[i].name, name) == 0)
            return &profile->values[i];
    return NULL;
}

static void remove_value(struct profile *profile, const char *name)
{
    struct value *value = find_value(profile, name);

    if (value == NULL)
        return;
    value_release(value);
    profile->count--;
    memmove(value, value + 1, (size_t)(&profile->values[profile->count] - value) * sizeof *value);
}

static void set_value(struct profile *profile, const char *name, const char *type, struct buf *json)
{
    struct value *value = find_value(profile, name);

    if (value == NULL) {
        profile->values = alloc_resize(profile->values, profile->count + 1, sizeof *profile->values);
        value = &profile->values[profile->count++];
        *value = (struct value){ .name = alloc_text(name) };
    }
    free(value->json);
    value->json = buf_detach(json);
    value->type = type;
}

/* {"inc": n} */
static bool add_step(struct profile *profile, const struct json *member, struct buf *json)
{
    const struct value *before = find_value(profile, json_key(member));
    int64_t step;

    if (json_kind(member) != JSON_OBJECT || !json_int(json_get(member, "inc"), &step))
        return false;
    if (before != NULL)
        step += strtoll(before->json, NULL, 10);
    buf_addf(json, "%" PRId64, step);
    return true;
}

static void apply_member(struct profile *profile, const struct json *member)
{
    struct buf json = { 0 };

    if (json_kind(member) == JSON_NULL) {
        remove_value(profile, json_key(member));
    } else if (add_step(profile, member, &json)) {
        set_value(profile, json_key(member), "number", &json);
    } else {
        json_format(member, &json);
        set_value(profile, json_key(member), type_of(member), &json);
    }
    buf_release(&json);
}

void profiles_apply(struct profiles *profiles, const struct track_update *update, int64_t at_ms)
{
    struct profile *profile = need(profiles, update->address, update->user);

    for (const struct json *member = json_first(update->object); member != NULL; member = json_next(member))
        if (!profile_is_identity(json_key(member)) && !profile_leaves_out(member))
            apply_member(profile, member);
    profile->updates++;
    profile->updated_at_ms = at_ms;
    profile->may_create |= update->may_create;
}

/* Reading */

static void format_profile(const struct profile *profile, struct jsonw *w)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "user", profile->user);
    jsonw_text(w, "kind", address_name(profile->address));
    jsonw_object(w, "attributes");
    for (size_t i = 0; i < profile->count; i++)
        jsonw_raw(w, profile->values[i].name, profile->values[i].json);
    jsonw_end_object(w);
    jsonw_object(w, "types");
    for (size_t i = 0; i < profile->count; i++)
        jsonw_text(w, profile->values[i].name, profile->values[i].type);
    jsonw_end_object(w);
    jsonw_int(w, "updates", profile->updates);
    jsonw_int(w, "updated_at", profile->updated_at_ms);
    jsonw_bool(w, "may_create", profile->may_create);
    jsonw_end_object(w);
}

void profiles_format(const struct profiles *profiles, const char *user, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_array(&w, "profiles");
    for (size_t i = 0; i < profiles->count; i++)
        if (user == NULL || strcmp(profiles->list[i]->user, user) == 0)
            format_profile(profiles->list[i], &w);
    jsonw_end_array(&w);
    jsonw_end_object(&w);
}
