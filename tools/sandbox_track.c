/*
 * sandbox_track: the judge of /users/track.
 *
 * One request holds at most 75 objects over attributes, events and purchases. Each must say who is meant:
 * one of the primary ids (external_id, user_alias, braze_id), or else email or phone. An object with a
 * fault is rejected alone and named in `errors`; the others are processed and the answer is still 201.
 * When none is left, the request is refused.
 *
 * A string attribute over 255 characters, a key over 255, or text that looks like a date and would become
 * one: Braze says success and does something else. Such objects are counted apart (`untracked`), because
 * the sender can not see them in the answer. What becomes of the values is sandbox_value's and sandbox_profile's.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"

#include "sandbox_braze.h"
#include "sandbox_judge.h"
#include "sandbox_profile.h"
#include "sandbox_value.h"

enum { EXTERNAL_ID_BYTES_MAX = 987, EVENT_PROPERTIES_MAX = 100 * 1024 };

typedef const char *object_check(const struct workspace *workspace, const struct json *object);

struct track_array {
    const char *name, *processed;
    object_check *check; /* an error's words, or NULL */
};

static bool is_filled(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static const char *identity_error(const struct json *object)
{
    const char *external = json_get_text(object, "external_id");
    int primary = (json_get(object, "external_id") != NULL) + (json_get(object, "user_alias") != NULL) +
                  (json_get(object, "braze_id") != NULL);

    if (primary > 1)
        return "more than one of external_id, user_alias and braze_id";
    if (primary == 0 && !is_filled(json_get_text(object, "email")) && !is_filled(json_get_text(object, "phone")))
        return "one of external_id, user_alias, braze_id, email and phone is required";
    if (json_get(object, "external_id") != NULL && !is_filled(external))
        return "external_id must be a string";
    if (external != NULL && strlen(external) > EXTERNAL_ID_BYTES_MAX)
        return "EXTERNAL_USER_ID_TOO_LARGE";
    if (json_get(object, "braze_id") != NULL && !is_filled(json_get_text(object, "braze_id")))
        return "braze_id must be a string";
    const struct json *alias = json_get(object, "user_alias");
    if (alias != NULL &&
        (!is_filled(json_get_text(alias, "alias_name")) || !is_filled(json_get_text(alias, "alias_label"))))
        return "user_alias needs alias_name and alias_label";
    return NULL;
}

static bool is_listed(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool is_too_long(const char *text)
{
    return text != NULL && utf8_count(text, strlen(text)) > VALUE_TEXT_MAX;
}

/* How it is meant. */
static const char *meaning_error(const struct json *object)
{
    static const char *const NAMES[] = { "_update_existing_only", "_merge_objects" };

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        const struct json *value = json_get(object, NAMES[i]);
        if (value != NULL && json_kind(value) != JSON_BOOL)
            return "_update_existing_only and _merge_objects are true or false";
    }
    return NULL;
}

/* Events */

/* Numbers, booleans, dates, texts, arrays and objects of them; no null, and no date inside an array. */
static const char *property_value_error(const struct json *value, bool is_in_array)
{
    const char *text = json_text(value);

    if (json_kind(value) == JSON_NULL)
        return "a property is null";
    if (is_too_long(text))
        return "a property is over 255 characters";
    if (is_in_array && text != NULL && value_is_time(text))
        return "a property holds an array with a date in it";
    if (json_kind(value) != JSON_ARRAY && json_kind(value) != JSON_OBJECT)
        return NULL;
    for (const struct json *item = json_first(value); item != NULL; item = json_next(item)) {
        const char *why = property_value_error(item, json_kind(value) == JSON_ARRAY);
        if (why != NULL)
            return why;
    }
    return NULL;
}

static const char *properties_error(const struct json *properties)
{
    struct buf text = { 0 };

    if (properties == NULL)
        return NULL;
    if (json_kind(properties) != JSON_OBJECT)
        return "properties must be an object";
    json_format(properties, &text);
    size_t len = text.len;
    buf_release(&text);
    if (len > EVENT_PROPERTIES_MAX)
        return "properties are over 100 KB";
    for (const struct json *item = json_first(properties); item != NULL; item = json_next(item)) {
        const char *key = json_key(item);
        if (key[0] == '\0' || key[0] == '$' || strcmp(key, "time") == 0 || strcmp(key, "event_name") == 0)
            return "a property name is empty, reserved, or begins with $";
        if (is_too_long(key))
            return "a property name is over 255 characters";
        const char *why = property_value_error(item, false);
        if (why != NULL)
            return why;
    }
    return NULL;
}

static bool has_only(const struct json *object, const char *const *names)
{
    for (const struct json *item = json_first(object); item != NULL; item = json_next(item))
        if (!is_listed(json_key(item), names))
            return false;
    return true;
}

static const char *event_error(const struct workspace *workspace, const struct json *object)
{
    static const char *const NAMES[] = { "external_id", "user_alias", "braze_id", "email", "phone", "name", "time",
                                         "app_id", "properties", "_update_existing_only", NULL };
    const char *name = json_get_text(object, "name");
    int64_t at_ms;

    (void)workspace;
    if (!has_only(object, NAMES))
        return "an event holds a field that is not known";
    if (name == NULL || name[0] == '\0')
        return "name is required";
    if (is_too_long(name))
        return "name is over 255 characters";
    if (value_moment(json_get_text(object, "time"), &at_ms) != 0)
        return "time is required, in ISO 8601 and with its zone";
    return properties_error(json_get(object, "properties"));
}

static const char *purchase_error(const struct workspace *workspace, const struct json *object)
{
    static const char *const NAMES[] = { "external_id", "user_alias", "braze_id", "email", "phone", "product_id", "currency",
                                         "price", "quantity", "time", "app_id", "properties", "_update_existing_only", NULL };
    const char *currency = json_get_text(object, "currency");
    int64_t at_ms;

    (void)workspace;
    if (!has_only(object, NAMES))
        return "a purchase holds a field that is not known";
    if (json_get_text(object, "product_id") == NULL)
        return "product_id is required";
    if (currency == NULL || strlen(currency) != 3)
        return "currency is required, as three letters";
    if (json_kind(json_get(object, "price")) != JSON_NUMBER)
        return "price is required, as a number";
    if (value_moment(json_get_text(object, "time"), &at_ms) != 0)
        return "time is required, in ISO 8601 and with its zone";
    return properties_error(json_get(object, "properties"));
}

/* Attributes */

static const char *group_error(const struct workspace *workspace, const struct json *group)
{
    static const char *const NAMES[] = { "subscription_group_id", "subscription_state", NULL };
    static const char *const STATES[] = { "subscribed", "unsubscribed", NULL };
    const char *id = json_get_text(group, "subscription_group_id"), *state = json_get_text(group, "subscription_state");

    for (const struct json *item = json_first(group); item != NULL; item = json_next(item))
        if (json_kind(group) == JSON_OBJECT && !is_listed(json_key(item), NAMES))
            return "BAD_SUBSCRIPTION_GROUP_HASH";
    if (json_kind(group) != JSON_OBJECT)
        return "BAD_SUBSCRIPTION_GROUP_HASH";
    if (id == NULL || !id_list_has(&workspace->groups, id))
        return "BAD_SUBSCRIPTION_GROUP_ID";
    return state != NULL && is_listed(state, STATES) ? NULL : "BAD_SUBSCRIPTION_GROUP_STATE";
}

static const char *groups_error(const struct workspace *workspace, const struct json *groups)
{
    if (groups == NULL)
        return NULL;
    if (json_kind(groups) != JSON_ARRAY)
        return "BAD_SUBSCRIPTION_GROUP_ARRAY";
    for (const struct json *item = json_first(groups); item != NULL; item = json_next(item)) {
        const char *why = group_error(workspace, item);
        if (why != NULL)
            return why;
    }
    return NULL;
}

/* Fields that every profile has, with types of their own. */
static const char *standard_error(const struct json *member)
{
    static const char *const TEXTS[] = { "first_name", "last_name",       "email",          "phone",  "language", "country",
                                         "time_zone",  "dob",             "gender",         "home_city", "email_subscribe",
                                         "push_subscribe", NULL };
    static const char *const STATES[] = { "opted_in", "subscribed", "unsubscribed", NULL };
    const char *name = json_key(member), *text = json_text(member);

    if (!is_listed(name, TEXTS) || json_kind(member) == JSON_NULL)
        return NULL;
    if (text == NULL)
        return "a standard field must be a string";
    if (strcmp(name, "email") == 0)
        return strchr(text, '@') != NULL && strpbrk(text, " \r\n") == NULL ? NULL : "EMAIL_BAD_FORMAT";
    if (strcmp(name, "email_subscribe") == 0)
        return is_listed(text, STATES) ? NULL : "BAD_EMAIL_SUBSCRIPTION_STATE";
    if (strcmp(name, "push_subscribe") == 0)
        return is_listed(text, STATES) ? NULL : "BAD_PUSH_SUBSCRIPTION_STATE";
    return NULL;
}

const char *judge_attributes(const struct workspace *workspace, const struct json *object)
{
    const char *why = groups_error(workspace, json_get(object, "subscription_groups"));

    for (const struct json *item = json_first(object); why == NULL && item != NULL; item = json_next(item)) {
        if (profile_is_identity(json_key(item)) || strcmp(json_key(item), "subscription_groups") == 0)
            continue;
        why = standard_error(item);
        if (why == NULL)
            why = value_refusal(item);
    }
    return why;
}

static const struct track_array ARRAYS[] = {
    { "attributes", "attributes_processed", judge_attributes },
    { "events", "events_processed", event_error },
    { "purchases", "purchases_processed", purchase_error },
};

enum { ARRAY_COUNT = sizeof ARRAYS / sizeof ARRAYS[0] };
_Static_assert((int)ARRAY_COUNT == (int)TRACK_KIND_COUNT, "in the order of enum track_kind");

/* "12-1-2021" and "12/1/2021" become a time although text was meant; with the year first a date is meant. */
static bool is_accident(const char *text)
{
    return value_is_time(text) && strcspn(text, "-/") < 4;
}

static bool is_left_out(const struct json *object)
{
    for (const struct json *item = json_first(object); item != NULL; item = json_next(item)) {
        if (profile_is_identity(json_key(item)) || strcmp(json_key(item), "subscription_groups") == 0)
            continue;
        if (value_omission(item) != NULL || (json_text(item) != NULL && is_accident(json_text(item))))
            return true;
    }
    return false;
}

bool judge_stranger(const struct workspace *workspace, enum address address, const char *user)
{
    const struct id_list *strangers = &workspace->strangers;

    return address == ADDRESS_EXTERNAL_ID && strangers->count > 0 && id_list_has(strangers, user);
}

/* Whom it is about: a primary id before email, email before phone. */
static void note_update(const struct workspace *workspace, const struct json *object, size_t array, size_t index,
                        struct verdict *verdict)
{
    const struct json *alias = json_get(object, "user_alias");
    struct track_update *update = &verdict->updates[verdict->update_count++];
    const char *external = json_get_text(object, "external_id"), *braze = json_get_text(object, "braze_id");
    const char *email = is_filled(json_get_text(object, "email")) ? json_get_text(object, "email") : NULL;

    *update = (struct track_update){
        .address = external != NULL ? ADDRESS_EXTERNAL_ID
                   : braze != NULL  ? ADDRESS_BRAZE_ID
                   : alias != NULL  ? ADDRESS_ALIAS
                   : email != NULL  ? ADDRESS_EMAIL
                                    : ADDRESS_PHONE,
        .user = external != NULL ? external
                : braze != NULL  ? braze
                : alias != NULL  ? json_get_text(alias, "alias_name")
                : email != NULL  ? email
                                 : json_get_text(object, "phone"),
        .object = object,
        .kind = (enum track_kind)array,
        .index = index,
        /* An alias is only ever created when that is asked for. */
        .may_create = !json_get_bool(object, "_update_existing_only", alias != NULL),
    };
    if (alias != NULL && strcmp(json_get_text(alias, "alias_label"), "phone") == 0)
        update->address = ADDRESS_PHONE;
    update->is_stranger = judge_stranger(workspace, update->address, update->user);
}

struct tally {
    size_t processed[ARRAY_COUNT];
    struct buf errors; /* the members of the array */
    struct jsonw w;
};

static void judge_object(const struct workspace *workspace, const struct json *object, size_t array, size_t index,
                         struct tally *tally, struct verdict *verdict)
{
    const char *problem = json_kind(object) != JSON_OBJECT ? "must be an object" : identity_error(object);

    verdict->objects++;
    if (problem == NULL)
        problem = meaning_error(object);
    if (problem == NULL)
        problem = ARRAYS[array].check(workspace, object);
    if (problem == NULL) {
        tally->processed[array]++;
        note_update(workspace, object, array, index, verdict);
        verdict->tracked++;
        verdict->liquid += judge_liquid(object, NULL);
        verdict->untracked += array == TRACK_ATTRIBUTES && is_left_out(object);
        return;
    }
    verdict->untracked++;
    jsonw_object(&tally->w, NULL);
    jsonw_text(&tally->w, "type", problem);
    jsonw_text(&tally->w, "input_array", ARRAYS[array].name);
    jsonw_int(&tally->w, "index", (int64_t)index);
    jsonw_end_object(&tally->w);
}

static void format_outcome(const struct tally *tally, struct verdict *verdict)
{
    struct jsonw w = { .out = &verdict->body };
    bool is_success = verdict->tracked > 0;

    verdict->status = is_success ? 201 : 400;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "message",
               is_success ? "success"
                          : "Valid data must be provided in the 'attributes', "
                            "'events', or 'purchases' fields.");
    for (size_t i = 0; is_success && i < ARRAY_COUNT; i++)
        if (tally->processed[i] > 0)
            jsonw_int(&w, ARRAYS[i].processed, (int64_t)tally->processed[i]);
    if (verdict->untracked > 0 && tally->errors.len > 2)
        jsonw_raw(&w, "errors", buf_text(&tally->errors));
    jsonw_end_object(&w);
}

int judge_track(const struct workspace *workspace, const struct json *root, struct verdict *verdict)
{
    static const struct field FIELDS[] = {
        { "attributes", JSON_ARRAY, false, NULL },
        { "events", JSON_ARRAY, false, NULL },
        { "purchases", JSON_ARRAY, false, NULL },
        { 0 },
    };
    struct tally tally = { 0 };
    size_t total = 0;

    if (judge_fields(root, "", FIELDS, verdict) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT; i++)
        total += json_count(json_get(root, ARRAYS[i].name));
    if (total > UPDATES_MAX)
        return judge_refuse(verdict, 400, "Max Input Length Exceeded");
    tally.w.out = &tally.errors;
    jsonw_array(&tally.w, NULL);
    for (size_t i = 0; i < ARRAY_COUNT; i++) {
        size_t index = 0;
        const struct json *items = json_get(root, ARRAYS[i].name);
        for (const struct json *item = json_first(items); item != NULL; item = json_next(item))
            judge_object(workspace, item, i, index++, &tally, verdict);
    }
    jsonw_end_array(&tally.w);
    format_outcome(&tally, verdict);
    buf_release(&tally.errors);
    return verdict->status == 201 ? 0 : -1;
}
