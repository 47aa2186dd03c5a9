/*
 * sandbox_send: the judges of /campaigns/trigger/send and /canvas/trigger/send.
 *
 * Both take recipients and hand each of them properties; the Canvas calls them `context`. The two differ
 * in a row of a table. The text is the one property that the campaign's (or Canvas's) message prints; what
 * else is in the properties is kept beside it.
 *
 * Recipients: 1 to 50; exactly one of external_user_id, user_alias and email; properties under 50 KB, at
 * the top and for each; send_to_existing_only false needs attributes and no alias. The same person twice
 * is no fault: Braze sends one message, and so does the sandbox.
 *
 * Attributes are written into the profile before the message goes, by the rules of /users/track; where that would name an error,
 * the request is refused here. They cannot say whom they are about, and those for a Canvas hold no subscription groups.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_braze.h"
#include "sandbox_judge.h"
#include "sandbox_profile.h"

struct kind_of_send {
    const char *id_name, *properties_name;
    const struct field *fields, *recipient_fields;
    bool may_subscribe; /* by its recipients' attributes */
};

#define NOT_EVALUATED "is not evaluated by the sandbox: it would not know whom to leave out"
#define NO_BROADCAST  "is refused by the sandbox: it addresses the whole audience of the campaign"

static const struct field CAMPAIGN_FIELDS[] = {
    { "campaign_id", JSON_NONE, false, NULL },
    { "send_id", JSON_TEXT, false, NULL },
    { "trigger_properties", JSON_OBJECT, false, NULL },
    { "broadcast", JSON_BOOL, false, NULL },
    { "audience", JSON_NONE, false, NOT_EVALUATED },
    { "recipients", JSON_ARRAY, false, NULL },
    { "attachments", JSON_NONE, false, "belongs to e-mail only" },
    { "segment_id", JSON_NONE, false, "is not accepted here" },
    { "context", JSON_NONE, false, "belongs to a Canvas: a campaign takes trigger_properties" },
    { 0 },
};

static const struct field CANVAS_FIELDS[] = {
    { "canvas_id", JSON_NONE, false, NULL },
    { "context", JSON_OBJECT, false, NULL },
    { "broadcast", JSON_BOOL, false, NULL },
    { "audience", JSON_NONE, false, NOT_EVALUATED },
    { "recipients", JSON_ARRAY, false, NULL },
    { "trigger_properties", JSON_NONE, false, "belongs to a campaign: a Canvas takes context" },
    { "canvas_entry_properties", JSON_NONE, false, "is the older name of context" },
    { 0 },
};

static const struct field CAMPAIGN_RECIPIENT[] = {
    { "external_user_id", JSON_TEXT, false, NULL },
    { "user_alias", JSON_OBJECT, false, NULL },
    { "email", JSON_TEXT, false, NULL },
    { "prioritization", JSON_ARRAY, false, NULL },
    { "trigger_properties", JSON_OBJECT, false, NULL },
    { "send_to_existing_only", JSON_BOOL, false, NULL },
    { "attributes", JSON_OBJECT, false, NULL },
    { "context", JSON_NONE, false, "belongs to a Canvas: a campaign takes trigger_properties" },
    { 0 },
};

static const struct field CANVAS_RECIPIENT[] = {
    { "external_user_id", JSON_TEXT, false, NULL },
    { "user_alias", JSON_OBJECT, false, NULL },
    { "email", JSON_TEXT, false, NULL },
    { "prioritization", JSON_ARRAY, false, NULL },
    { "context", JSON_OBJECT, false, NULL },
    { "send_to_existing_only", JSON_BOOL, false, NULL },
    { "attributes", JSON_OBJECT, false, NULL },
    { "trigger_properties", JSON_NONE, false, "belongs to a campaign: a Canvas takes context" },
    { "canvas_entry_properties", JSON_NONE, false, "is the older name of context" },
    { 0 },
};

static const struct kind_of_send CAMPAIGN_SEND = {
    "campaign_id",
    "trigger_properties",
    CAMPAIGN_FIELDS,
    CAMPAIGN_RECIPIENT,
    true,
};

static const struct kind_of_send CANVAS_SEND = { "canvas_id", "context", CANVAS_FIELDS, CANVAS_RECIPIENT, false };

static int check_properties(const struct json *properties, const char *where, const char *name,
                            struct verdict *verdict)
{
    struct buf text = { 0 };

    if (properties == NULL)
        return 0;
    json_format(properties, &text);
    size_t len = text.len;
    buf_release(&text);
    if (len > PROPERTIES_MAX)
        return judge_refuse(verdict, 400, "%s%s%s is %zu bytes: the maximum is 50 KB", where,
                            where[0] != '\0' ? "." : "", name, len);
    return 0;
}

static int check_prioritization(const struct json *list, const char *where, struct verdict *verdict)
{
    static const char *const WORDS[] = {
        "identified",
        "unidentified",
        "most_recently_updated",
        "least_recently_updated",
    };

    if (json_count(list) == 0)
        return judge_refuse(verdict, 400, "%s.prioritization is required with email", where);
    for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
            is_known |= json_text(item) != NULL && strcmp(json_text(item), WORDS[i]) == 0;
        if (!is_known)
            return judge_refuse(verdict, 400, "%s.prioritization holds an unknown value", where);
    }
    return 0;
}

static int read_address(const struct json *recipient, const char *where, enum address *address,
                        const char **user, struct verdict *verdict)
{
    const char *external = json_get_text(recipient, "external_user_id");
    const struct json *alias = json_get(recipient, "user_alias");
    const char *email = json_get_text(recipient, "email");
    int given = (external != NULL) + (alias != NULL) + (email != NULL);
    char alias_where[64];

    if (given != 1)
        return judge_refuse(verdict, 400, "%s needs exactly one of external_user_id, user_alias and email",
                            where);
    if (alias != NULL) {
        snprintf(alias_where, sizeof alias_where, "%s.user_alias", where);
        return judge_alias(alias, alias_where, address, user, verdict);
    }
    *address = external != NULL ? ADDRESS_EXTERNAL_ID : ADDRESS_EMAIL;
    *user = external != NULL ? external : email;
    if ((*user)[0] == '\0')
        return judge_refuse(verdict, 400, "%s.%s must not be empty", where,
                            external != NULL ? "external_user_id" : "email");
    return email != NULL ? check_prioritization(json_get(recipient, "prioritization"), where, verdict) : 0;
}

static int check_existing_only(const struct json *recipient, const char *where, struct verdict *verdict)
{
    if (json_get_bool(recipient, "send_to_existing_only", true))
        return 0;
    if (json_get(recipient, "user_alias") != NULL)
        return judge_refuse(verdict, 400, "%s.send_to_existing_only false cannot be used with user_alias",
                            where);
    if (json_count(json_get(recipient, "attributes")) == 0)
        return judge_refuse(verdict, 400, "%s.send_to_existing_only false needs attributes", where);
    return 0;
}

static int check_attributes(const struct workspace *workspace, const struct kind_of_send *kind, const struct json *attributes,
                            const char *where, struct verdict *verdict)
{
    for (const struct json *item = json_first(attributes); item != NULL; item = json_next(item))
        if (profile_is_identity(json_key(item)))
            return judge_refuse(verdict, 400, "%s.attributes holds %s, which is no attribute", where, json_key(item));
    if (!kind->may_subscribe && json_get(attributes, "subscription_groups") != NULL)
        return judge_refuse(verdict, 400, "%s.attributes holds subscription_groups, which a Canvas does not change", where);
    const char *why = judge_attributes(workspace, attributes);
    return why != NULL ? judge_refuse(verdict, 400, "%s.attributes: %s", where, why) : 0;
}

static void note_attributes(const struct workspace *workspace, const struct json *recipient, enum address address,
                            const char *user, struct verdict *verdict)
{
    const struct json *attributes = json_get(recipient, "attributes");

    if (json_count(attributes) == 0)
        return;
    verdict->updates[verdict->update_count++] = (struct track_update){
        .address = address,
        .user = user,
        .object = attributes,
        .kind = TRACK_ATTRIBUTES,
        .may_create = !json_get_bool(recipient, "send_to_existing_only", true),
        .is_stranger = judge_stranger(workspace, address, user),
    };
}

static const struct json *find_property(const struct delivery *delivery, const char *name)
{
    const struct json *value = json_get(delivery->properties, name);

    return value != NULL ? value : json_get(delivery->common, name);
}

static void drop(struct delivery *delivery, const char *why)
{
    if (delivery->dropped == NULL)
        delivery->dropped = why;
}

/* A property button_N that the loop over button_1 … button_3 does not come to is a slip. */
static bool has_stray_button(const struct delivery *delivery, const struct json *properties)
{
    for (const struct json *item = json_first(properties); item != NULL; item = json_next(item)) {
        const char *key = json_key(item);
        if (strncmp(key, "button_", 7) != 0)
            continue;
        if (key[7] < '1' || key[7] > '0' + (int)delivery->button_count || key[8] != '\0')
            return true;
    }
    return false;
}

static void find_buttons(const struct campaign *campaign, struct delivery *delivery)
{
    static const char *const NAMES[QUICK_REPLIES_MAX] = { "button_1", "button_2", "button_3" };
    const struct json *value;

    for (size_t i = 0; i < QUICK_REPLIES_MAX && (value = find_property(delivery, NAMES[i])) != NULL; i++) {
        if (json_text(value) == NULL) {
            drop(delivery, "a button is no string");
            return;
        }
        const char *trouble = whatsapp_button_trouble(json_text(value));
        if (trouble != NULL)
            drop(delivery, trouble);
        delivery->buttons[delivery->button_count++] = json_text(value);
    }
    if (has_stray_button(delivery, delivery->properties) || has_stray_button(delivery, delivery->common))
        drop(delivery, "the buttons are not button_1, button_2, button_3, without a gap");
    if (delivery->button_count == 0)
        return;
    const char *trouble = whatsapp_body_trouble(delivery->text);
    if (trouble != NULL)
        drop(delivery, trouble);
    if (campaign->layout == LAYOUT_TEMPLATE)
        drop(delivery, "the buttons of a template are fixed");
    if (campaign->buttons >= 0 && delivery->button_count > (size_t)campaign->buttons)
        drop(delivery, "there are more buttons than the layout shows");
}

static void find_text(const struct campaign *campaign, struct delivery *delivery)
{
    const struct json *value = find_property(delivery, campaign->property);

    if (json_text(value) == NULL) {
        delivery->dropped = "the property that the message prints is missing, or no string";
        return;
    }
    delivery->text = json_text(value);
    delivery->dropped = whatsapp_trouble(delivery->text, campaign->layout);
    find_buttons(campaign, delivery);
}

static int judge_recipient(const struct workspace *workspace, const struct kind_of_send *kind,
                           const struct campaign *campaign, const struct json *recipient, size_t index,
                           const struct json *common, struct verdict *verdict)
{
    char where[32];
    enum address address = ADDRESS_EXTERNAL_ID;
    const char *user = NULL;

    snprintf(where, sizeof where, "recipients[%zu]", index);
    if (judge_fields(recipient, where, kind->recipient_fields, verdict) != 0)
        return -1;
    const struct json *properties = json_get(recipient, kind->properties_name);
    if (read_address(recipient, where, &address, &user, verdict) != 0 ||
        check_existing_only(recipient, where, verdict) != 0 ||
        check_attributes(workspace, kind, json_get(recipient, "attributes"), where, verdict) != 0 ||
        check_properties(properties, where, kind->properties_name, verdict) != 0)
        return -1;
    note_attributes(workspace, recipient, address, user, verdict);
    struct delivery *delivery = judge_add(verdict, address, user);
    if (delivery == NULL)
        return 0;
    delivery->is_existing_only = json_get_bool(recipient, "send_to_existing_only", true);
    delivery->group = judge_group(workspace, campaign->group);
    delivery->properties = properties;
    delivery->common = common;
    delivery->has_liquid = judge_liquid(recipient, NULL);
    find_text(campaign, delivery);
    return 0;
}

static int judge_recipients(const struct workspace *workspace, const struct kind_of_send *kind,
                            const struct campaign *campaign, const struct json *root, struct verdict *verdict)
{
    const struct json *recipients = json_get(root, "recipients");
    const struct json *common = json_get(root, kind->properties_name);
    bool is_liquid_common = judge_liquid(root, "recipients");
    size_t index = 0;

    if (json_get_bool(root, "broadcast", false))
        return judge_refuse(verdict, 400, "broadcast " NO_BROADCAST);
    if (json_count(recipients) == 0)
        return judge_refuse(verdict, 400, "No Recipients");
    if (json_count(recipients) > RECIPIENTS_MAX)
        return judge_refuse(verdict, 400,
                            "The max number of external_ids and aliases per request was exceeded");
    if (check_properties(common, "", kind->properties_name, verdict) != 0)
        return -1;
    for (const struct json *item = json_first(recipients); item != NULL; item = json_next(item))
        if (judge_recipient(workspace, kind, campaign, item, index++, common, verdict) != 0)
            return -1;
    for (size_t i = 0; i < verdict->delivery_count; i++) {
        verdict->deliveries[i].has_liquid |= is_liquid_common;
        verdict->liquid += verdict->deliveries[i].has_liquid;
    }
    return 0;
}

int judge_campaign(const struct workspace *workspace, const struct json *root, struct verdict *verdict)
{
    if (judge_fields(root, "", CAMPAIGN_SEND.fields, verdict) != 0)
        return -1;
    verdict->campaign = json_get_text(root, CAMPAIGN_SEND.id_name);
    if (verdict->campaign == NULL)
        return judge_refuse(verdict, 400, "campaign_id must be a string of the campaign api identifier");
    const struct campaign *campaign = campaign_list_find(&workspace->campaigns, verdict->campaign);
    if (campaign == NULL)
        return judge_refuse(verdict, 400, "Invalid Campaign ID");
    return judge_recipients(workspace, &CAMPAIGN_SEND, campaign, root, verdict);
}

int judge_canvas(const struct workspace *workspace, const struct json *root, struct verdict *verdict)
{
    if (judge_fields(root, "", CANVAS_SEND.fields, verdict) != 0)
        return -1;
    verdict->campaign = json_get_text(root, CANVAS_SEND.id_name);
    if (verdict->campaign == NULL)
        return judge_refuse(verdict, 400, "canvas_id must be a string of the Canvas api identifier");
    const struct campaign *campaign = campaign_list_find(&workspace->canvases, verdict->campaign);
    if (campaign == NULL)
        return judge_refuse(verdict, 400, "Invalid Canvas ID");
    return judge_recipients(workspace, &CANVAS_SEND, campaign, root, verdict);
}
