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
 * the sender can not see them in the answer. What becomes of the values is sandbox_profile's.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_braze.h"
#include "sandbox_judge.h"
#include "sandbox_profile.h"

enum { EXTERNAL_ID_BYTES_MAX = 987 };

typedef const char *object_check(const struct json *object);

struct track_array {
    const char *name, *processed;
    object_check *check; /* an error's words, or NULL */
};

static const char *identity_error(const struct json *object)
{
    const char *external = json_get_text(object, "external_id");
    int primary = (json_get(object, "external_id") != NULL) + (json_get(object, "user_alias") != NULL) +
                  (json_get(object, "braze_id") != NULL);

    if (primary > 1)
        return "more than one of external_id, user_alias and braze_id";
    if (primary == 0 && json_get_text(object, "email") == NULL && json_get_text(object, "phone") == NULL)
        return "one of external_id, user_alias, braze_id, email and phone is required";
    if (json_get(object, "external_id") != NULL && (external == NULL || external[0] == '\0'))
        return "external_id must be a string";
    if (external != NULL && strlen(external) > EXTERNAL_ID_BYTES_MAX)
        return "EXTERNAL_USER_ID_TOO_LARGE";
    const struct json *alias = json_get(object, "user_alias");
    if (alias != NULL &&
        (json_get_text(alias, "alias_name") == NULL || json_get_text(alias, "alias_label") == NULL))
        return "user_alias needs alias_name and alias_label";
    return NULL;
}

/* "2026-05-12T09:30:00Z" and its relatives: a date, "T" or a blank, a time. */
static bool is_time(const char *text)
{
    static const char SHAPE[] = "9999-99-99T99:99:99";

    for (size_t i = 0; i < sizeof SHAPE - 1; i++) {
        bool is_digit = text != NULL && text[i] >= '0' && text[i] <= '9';
        bool is_right = SHAPE[i] == '9'   ? is_digit
                        : SHAPE[i] == 'T' ? text != NULL && (text[i] == 'T' || text[i] == ' ')
                                          : text != NULL && text[i] == SHAPE[i];
        if (!is_right)
            return false;
    }
    return true;
}

static const char *event_error(const struct json *object)
{
    const char *name = json_get_text(object, "name");

    if (name == NULL || name[0] == '\0')
        return "name is required";
    if (!is_time(json_get_text(object, "time")))
        return "time is required, in ISO 8601";
    const struct json *properties = json_get(object, "properties");
    if (properties != NULL && json_kind(properties) != JSON_OBJECT)
        return "properties must be an object";
    for (const struct json *item = json_first(properties); item != NULL; item = json_next(item)) {
        const char *key = json_key(item);
        if (key[0] == '\0' || key[0] == '$' || strcmp(key, "time") == 0 || strcmp(key, "event_name") == 0)
            return "a property name is empty, reserved, or begins with $";
    }
    return NULL;
}

static const char *purchase_error(const struct json *object)
{
    const char *currency = json_get_text(object, "currency");

    if (json_get_text(object, "product_id") == NULL)
        return "product_id is required";
    if (currency == NULL || strlen(currency) != 3)
        return "currency is required, as three letters";
    if (json_kind(json_get(object, "price")) != JSON_NUMBER)
        return "price is required, as a number";
    return is_time(json_get_text(object, "time")) ? NULL : "time is required, in ISO 8601";
}

static const char *attribute_error(const struct json *object)
{
    const struct json *groups = json_get(object, "subscription_groups");

    if (groups != NULL && json_kind(groups) != JSON_ARRAY)
        return "BAD_SUBSCRIPTION_GROUP_ARRAY";
    return NULL;
}

static const struct track_array ARRAYS[] = {
    { "attributes", "attributes_processed", attribute_error },
    { "events", "events_processed", event_error },
    { "purchases", "purchases_processed", purchase_error },
};

enum { ARRAY_COUNT = sizeof ARRAYS / sizeof ARRAYS[0] };

/* "12-1-2021" and "12/1/2021" become a time although text was meant; with the year first a date is meant. */
static bool is_accident(const char *text)
{
    return profile_is_time(text) && strcspn(text, "-/") < 4;
}

static bool is_left_out(const struct json *object)
{
    for (const struct json *item = json_first(object); item != NULL; item = json_next(item)) {
        if (profile_is_identity(json_key(item)))
            continue;
        if (profile_leaves_out(item) || (json_text(item) != NULL && is_accident(json_text(item))))
            return true;
    }
    return false;
}

/* Whom it is about: a primary id before email, email before phone. */
static void note_update(const struct json *object, size_t array, struct verdict *verdict)
{
    const struct json *alias = json_get(object, "user_alias");
    struct track_update *update = &verdict->updates[verdict->update_count++];
    const char *external = json_get_text(object, "external_id"), *braze = json_get_text(object, "braze_id");
    const char *email = json_get_text(object, "email");

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
        .is_attributes = array == 0,
        /* An alias is only ever created when that is asked for. */
        .may_create = !json_get_bool(object, "_update_existing_only", alias != NULL),
    };
    if (alias != NULL && strcmp(json_get_text(alias, "alias_label"), "phone") == 0)
        update->address = ADDRESS_PHONE;
}

struct tally {
    size_t processed[ARRAY_COUNT];
    struct buf errors; /* the members of the array */
    struct jsonw w;
};

static void judge_object(const struct json *object, size_t array, size_t index, struct tally *tally,
                         struct verdict *verdict)
{
    const char *problem = json_kind(object) != JSON_OBJECT ? "must be an object" : identity_error(object);

    if (problem == NULL)
        problem = ARRAYS[array].check(object);
    if (problem == NULL) {
        tally->processed[array]++;
        note_update(object, array, verdict);
        verdict->tracked++;
        verdict->liquid += judge_liquid(object, NULL);
        verdict->untracked += is_left_out(object);
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

    (void)workspace;
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
            judge_object(item, i, index++, &tally, verdict);
    }
    jsonw_end_array(&tally.w);
    format_outcome(&tally, verdict);
    buf_release(&tally.errors);
    return verdict->status == 201 ? 0 : -1;
}
