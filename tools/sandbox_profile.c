/*
 * sandbox_profile: what stands in the profiles, by Braze's rules.
 *
 * What becomes of a value is sandbox_value's; here is where it stands. An attribute keeps the type of the first value that was
 * written anywhere, as in a workspace of Braze's: a value of another type is left out. Subscription groups are states and no
 * attributes. A person known by an external id and the same person by an alias are two profiles here, as they are in Braze
 * until somebody identifies them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "sandbox_hash.h"
#include "sandbox_judge.h"
#include "sandbox_people.h"
#include "sandbox_profile.h"

enum { LEFT_OUT_SHOWN = 300 };

struct value {
    char *name, *json;
    enum value_type type;
};

struct subscription {
    char *group;
    bool is_subscribed;
};

struct profile {
    enum address address;
    char *user;
    struct value *values;
    size_t count;
    struct subscription *subscriptions;
    size_t subscription_count;
    int64_t updates, updated_at_ms;
    bool may_create;
    struct profile *next; /* in its bucket */
};

struct known_type {
    char *name;
    enum value_type type;
};

static void value_release(struct value *value)
{
    free(value->name);
    free(value->json);
}

static void profile_free(struct profile *profile)
{
    for (size_t i = 0; i < profile->count; i++)
        value_release(&profile->values[i]);
    for (size_t i = 0; i < profile->subscription_count; i++)
        free(profile->subscriptions[i].group);
    free(profile->values);
    free(profile->subscriptions);
    free(profile->user);
    free(profile);
}

void profiles_forget(struct profiles *profiles)
{
    struct ring left_out = profiles->left_out;

    for (size_t i = 0; i < profiles->count; i++)
        profile_free(profiles->list[i]);
    for (size_t i = 0; i < profiles->type_count; i++)
        free(profiles->types[i].name);
    free(profiles->list);
    free(profiles->buckets);
    free(profiles->types);
    ring_forget(&left_out);
    *profiles = (struct profiles){ .blocked = profiles->blocked, .left_out = left_out };
}

void profiles_release(struct profiles *profiles)
{
    profiles_forget(profiles);
    ring_release(&profiles->left_out);
}

bool profile_is_identity(const char *name)
{
    static const char *const NAMES[] = { "external_id", "user_alias", "braze_id", "_update_existing_only",
                                         "_merge_objects" };

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(NAMES[i], name) == 0)
            return true;
    return false;
}

/* Finding */

static size_t bucket_of(const struct profiles *profiles, enum address address, const char *user)
{
    return (size_t)(hash_bytes(HASH_START + (uint64_t)address, user, strlen(user)) % profiles->room);
}

static struct profile *find(const struct profiles *profiles, enum address address, const char *user)
{
    struct profile *profile = profiles->room > 0 ? profiles->buckets[bucket_of(profiles, address, user)] : NULL;

    while (profile != NULL && (profile->address != address || strcmp(profile->user, user) != 0))
        profile = profile->next;
    return profile;
}

static void hang_in(struct profiles *profiles, struct profile *profile)
{
    struct profile **bucket = &profiles->buckets[bucket_of(profiles, profile->address, profile->user)];

    profile->next = *bucket;
    *bucket = profile;
}

/* As many buckets as there is room. */
static void grow(struct profiles *profiles)
{
    profiles->room = profiles->room > 0 ? profiles->room * 2 : 64;
    profiles->list = alloc_resize(profiles->list, profiles->room, sizeof *profiles->list);
    free(profiles->buckets);
    profiles->buckets = alloc_array(profiles->room, sizeof *profiles->buckets);
    for (size_t i = 0; i < profiles->count; i++)
        hang_in(profiles, profiles->list[i]);
}

static struct profile *need(struct profiles *profiles, enum address address, const char *user)
{
    struct profile *profile = find(profiles, address, user);

    if (profile != NULL)
        return profile;
    if (profiles->count == profiles->room)
        grow(profiles);
    profile = profiles->list[profiles->count++] = alloc_new(sizeof *profile);
    *profile = (struct profile){ .address = address, .user = alloc_text(user) };
    hang_in(profiles, profile);
    return profile;
}

static struct value *find_value(const struct profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->count; i++)
        if (strcmp(profile->values[i].name, name) == 0)
            return &profile->values[i];
    return NULL;
}

/* Writing */

static void leave_out(struct profiles *profiles, const struct track_update *update, const struct json *member,
                      const char *why, int64_t at_ms)
{
    struct buf one = { 0 }, value = { 0 };
    struct jsonw w = { .out = &one };

    json_format(member, &value);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "n", profiles->left_out.last + 1);
    jsonw_int(&w, "at", at_ms);
    jsonw_text(&w, "user", update->user);
    jsonw_text(&w, "kind", address_name(update->address));
    jsonw_text(&w, "name", member != NULL ? json_key(member) : json_get_text(update->object, "name"));
    jsonw_text(&w, "why", why);
    jsonw_bytes(&w, "value", buf_text(&value), value.len < LEFT_OUT_SHOWN ? value.len : LEFT_OUT_SHOWN);
    jsonw_end_object(&w);
    ring_put(&profiles->left_out, update->user, &one);
    profiles->left_out_count++;
    buf_release(&value);
}

static void remove_value(struct profile *profile, struct value *value)
{
    if (value == NULL)
        return;
    value_release(value);
    profile->count--;
    memmove(value, value + 1, (size_t)(&profile->values[profile->count] - value) * sizeof *value);
}

static void set_value(struct profile *profile, const char *name, enum value_type type, struct buf *json)
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

/* The type of the attribute from now on; false: it has another. */
static bool keep_type(struct profiles *profiles, const char *name, enum value_type type)
{
    for (size_t i = 0; i < profiles->type_count; i++)
        if (strcmp(profiles->types[i].name, name) == 0)
            return profiles->types[i].type == type;
    profiles->types = alloc_resize(profiles->types, profiles->type_count + 1, sizeof *profiles->types);
    profiles->types[profiles->type_count++] = (struct known_type){ .name = alloc_text(name), .type = type };
    return true;
}

static bool is_blocked(const struct profiles *profiles, const char *name)
{
    return profiles->blocked != NULL && profiles->blocked->count > 0 && id_list_has(profiles->blocked, name);
}

/* Why it was left out, or NULL. */
static const char *apply_member(struct profiles *profiles, struct profile *profile, const struct json *member, bool merge)
{
    struct value *before = find_value(profile, json_key(member));
    enum value_type type = value_type(member);
    const char *why = value_omission(member);
    struct buf json = { 0 };

    if (why == NULL && is_blocked(profiles, json_key(member)))
        why = "the attribute is on the blocklist";
    if (why == NULL && type != VALUE_NONE && !keep_type(profiles, json_key(member), type))
        why = "the attribute is of another type";
    if (why == NULL)
        why = value_change(before != NULL ? before->json : NULL, member, merge, &json);
    if (why == NULL && json.len > 0)
        set_value(profile, json_key(member), type, &json);
    else if (why == NULL)
        remove_value(profile, before);
    buf_release(&json);
    return why;
}

static void subscribe(struct profile *profile, const char *group, bool is_subscribed)
{
    size_t i = 0;

    while (i < profile->subscription_count && strcmp(profile->subscriptions[i].group, group) != 0)
        i++;
    if (i == profile->subscription_count) {
        profile->subscriptions = alloc_resize(profile->subscriptions, i + 1, sizeof *profile->subscriptions);
        profile->subscriptions[profile->subscription_count++] = (struct subscription){ .group = alloc_text(group) };
    }
    profile->subscriptions[i].is_subscribed = is_subscribed;
}

static void apply_groups(struct profile *profile, const struct json *groups)
{
    for (const struct json *item = json_first(groups); item != NULL; item = json_next(item))
        subscribe(profile, json_get_text(item, "subscription_group_id"),
                  strcmp(json_get_text(item, "subscription_state"), "subscribed") == 0);
}

static void apply_members(struct profiles *profiles, struct profile *profile, const struct track_update *update, int64_t at_ms)
{
    bool merge = json_get_bool(update->object, "_merge_objects", false);

    for (const struct json *member = json_first(update->object); member != NULL; member = json_next(member)) {
        const char *why = NULL;

        if (strcmp(json_key(member), "subscription_groups") == 0)
            apply_groups(profile, member);
        else if (!profile_is_identity(json_key(member)))
            why = apply_member(profiles, profile, member, merge);
        if (why != NULL)
            leave_out(profiles, update, member, why, at_ms);
    }
    profile->updates++;
    profile->updated_at_ms = at_ms;
}

bool profiles_apply(struct profiles *profiles, const struct track_update *update, int64_t at_ms)
{
    if (update->is_stranger && !update->may_create && find(profiles, update->address, update->user) == NULL) {
        leave_out(profiles, update, NULL, "there is no such profile", at_ms);
        return false;
    }
    struct profile *profile = need(profiles, update->address, update->user);
    profile->may_create |= update->may_create;
    if (update->kind == TRACK_ATTRIBUTES)
        apply_members(profiles, profile, update, at_ms);
    return true;
}

/* Reading */

bool profiles_have(const struct profiles *profiles, enum address address, const char *user)
{
    return find(profiles, address, user) != NULL;
}

enum subscribed profiles_subscription(const struct profiles *profiles, enum address address, const char *user,
                                      const char *group)
{
    const struct profile *profile = find(profiles, address, user);
    enum subscribed found = SUBSCRIBED_UNKNOWN;

    for (size_t i = 0; profile != NULL && i < profile->subscription_count; i++) {
        const struct subscription *one = &profile->subscriptions[i];

        if (group != NULL && strcmp(one->group, group) != 0)
            continue;
        if (!one->is_subscribed)
            return SUBSCRIBED_NO;
        found = SUBSCRIBED_YES;
    }
    return found;
}

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
        jsonw_text(w, profile->values[i].name, value_type_name(profile->values[i].type));
    jsonw_end_object(w);
    jsonw_object(w, "subscription_groups");
    for (size_t i = 0; i < profile->subscription_count; i++)
        jsonw_text(w, profile->subscriptions[i].group,
                   profile->subscriptions[i].is_subscribed ? "subscribed" : "unsubscribed");
    jsonw_end_object(w);
    jsonw_int(w, "updates", profile->updates);
    jsonw_int(w, "updated_at", profile->updated_at_ms);
    jsonw_bool(w, "may_create", profile->may_create);
    jsonw_end_object(w);
}

void profiles_format(const struct profiles *profiles, const char *user, struct jsonw *w)
{
    jsonw_array(w, "profiles");
    for (size_t i = 0; i < profiles->count; i++)
        if (user == NULL || strcmp(profiles->list[i]->user, user) == 0)
            format_profile(profiles->list[i], w);
    jsonw_end_array(w);
}
