/*
 * send: bodies that Braze takes, and texts that Braze leaves alone.
 *
 * The three carriers differ little. A campaign and a Canvas take a list of recipients, each with the
 * properties that fill the template in the dashboard (`trigger_properties`, `context`); our text is one of
 * these properties. /messages/send takes one text for all its users, and lists them by kind.
 *
 *     {"campaign_id":"…","recipients":[{"external_user_id":"u","trigger_properties":{…}}]}
 *     {"messages":{"whats_app":{…,"message":{"body":"…"}}},"external_user_ids":["u"],"user_aliases":[{…}]}
 *
 * Braze collapses recipients of one request that are the same person, silently: a user twice is refused
 * here. A request that says too much would cost the whole batch, so all bounds are checked before anything
 * is sent. With at most 50 recipients, properties under 50 KB, attributes under 8 KB and ids of at most 987
 * bytes a body stays under 3 MB; Braze takes 4.
 *
 * Braze evaluates Liquid that it finds in a payload, and may do so inside of property values. What a
 * customer or a model wrote could read the profile or fetch an address in this way, so no text leaves with
 * "{{" or "{%" in one piece (text/defuse.h): not the reply, and no key or text among the further properties.
 *
 * `broadcast`, `audience` and `send_to_existing_only` are never written.
 */
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "text/defuse.h"

#include "braze/send.h"

enum { ID_MAX = 987 };

static const char DEFAULT_PROPERTY[] = "external_system_msg_body";

struct carrier {
    const char *path, *id_key, *properties_key;
};

static const struct carrier CARRIERS[] = {
    [CARRIER_CAMPAIGN] = { "/campaigns/trigger/send", "campaign_id", "trigger_properties" },
    [CARRIER_CANVAS] = { "/canvas/trigger/send", "canvas_id", "context" },
    [CARRIER_MESSAGE] = { "/messages/send", NULL, NULL },
};

const char *send_path(enum send_carrier carrier)
{
    return CARRIERS[carrier].path;
}

/* Text on its way out */

void send_clean(const char *text, bool is_template, struct buf *out)
{
    defuse_text(text, is_template, out);
}

static void write_clean(struct jsonw *w, const char *key, const char *text, bool is_template)
{
    struct buf out = { 0 };
    send_clean(text, is_template, &out);
    jsonw_bytes(w, key, buf_text(&out), out.len);
    buf_release(&out);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n")] == '\0';
}

/* Properties */

static const char *const BUTTON_PROPERTIES[SEND_BUTTONS_MAX] = { "button_1", "button_2", "button_3" };

/* Is the name one that we write ourselves? */
static bool is_ours(const char *name, const char *text_property)
{
    for (size_t i = 0; i < SEND_BUTTONS_MAX; i++)
        if (strcmp(name, BUTTON_PROPERTIES[i]) == 0)
            return true;
    return strcmp(name, text_property) == 0;
}

static void write_value(struct jsonw *w, const char *key, const struct json *value, bool is_template);

static void write_members(struct jsonw *w, const struct json *container, const char *left_out,
                          bool is_template)
{
    for (const struct json *item = json_first(container); item != NULL; item = json_next(item)) {
        struct buf name = { 0 };
        if (json_key(item) != NULL)
            send_clean(json_key(item), true, &name);
        if (json_key(item) == NULL || left_out == NULL || !is_ours(buf_text(&name), left_out))
            write_value(w, json_key(item) != NULL ? buf_text(&name) : NULL, item, is_template);
        buf_release(&name);
    }
}

/* Recursion is bounded: json_parse takes no more than 32 levels. */
static void write_value(struct jsonw *w, const char *key, const struct json *value, bool is_template)
{
    struct buf text = { 0 };
    switch (json_kind(value)) {
    case JSON_TEXT:
        write_clean(w, key, json_text(value), is_template);
        break;
    case JSON_ARRAY:
        jsonw_array(w, key);
        write_members(w, value, NULL, is_template);
        jsonw_end_array(w);
        break;
    case JSON_OBJECT:
        jsonw_object(w, key);
        write_members(w, value, NULL, is_template);
        jsonw_end_object(w);
        break;
    default:
        json_format(value, &text);
        jsonw_raw(w, key, buf_text(&text));
    }
    buf_release(&text);
}

/* The object that fills the template: our text, and all else that the caller gave under other names. */
static int write_properties(struct jsonw *w, const struct send_target *target,
                            const struct send_recipient *recipient, struct error *error)
{
    const char *property = target->text_property != NULL ? target->text_property : DEFAULT_PROPERTY;
    const char *further = recipient->properties != NULL ? recipient->properties : "{}";
    struct json *root;
    size_t start = w->out->len;
    if (json_parse(further, strlen(further), JSON_STRICT, &root, error) != 0)
        return error_prefix(error, "The further properties of a message are no JSON");
    if (json_kind(root) != JSON_OBJECT) {
        json_free(root);
        return error_set(error, "The further properties of a message must be a JSON object.");
    }
    jsonw_object(w, CARRIERS[target->carrier].properties_key);
    if (recipient->text != NULL)
        write_clean(w, property, recipient->text, target->is_template);
    for (size_t i = 0; i < recipient->button_count; i++)
        write_clean(w, BUTTON_PROPERTIES[i], recipient->buttons[i], true);
    write_members(w, root, property, target->is_template);
    jsonw_end_object(w);
    json_free(root);
    if (w->out->len - start >= SEND_PROPERTIES_MAX)
        return error_set(error, "The properties for one recipient are %zu bytes; Braze takes less than %d.",
                         w->out->len - start, SEND_PROPERTIES_MAX);
    return 0;
}

/* Bodies */

static void write_alias(struct jsonw *w, const char *key, const char *phone)
{
    jsonw_object(w, key);
    jsonw_text(w, "alias_name", phone);
    jsonw_text(w, "alias_label", "phone");
    jsonw_end_object(w);
}

static int write_attributes(struct jsonw *w, const struct send_recipient *recipient, struct error *error)
{
    const char *text = recipient->attributes;
    struct json *attributes;

    if (text == NULL)
        return 0;
    if (json_parse(text, strlen(text), JSON_STRICT, &attributes, error) != 0)
        return error_prefix(error, "The attributes of a recipient are no JSON");
    jsonw_object(w, "attributes");
    for (const struct json *item = json_first(attributes); item != NULL; item = json_next(item)) {
        struct buf value = { 0 };
        json_format(item, &value);
        jsonw_raw(w, json_key(item), buf_text(&value));
        buf_release(&value);
    }
    jsonw_end_object(w);
    json_free(attributes);
    return 0;
}

static int write_recipient(struct jsonw *w, const struct send_target *target,
                           const struct send_recipient *recipient, struct error *error)
{
    jsonw_object(w, NULL);
    if (recipient->address == ADDRESS_EXTERNAL)
        jsonw_text(w, "external_user_id", recipient->id);
    else
        write_alias(w, "user_alias", recipient->id);
    if (write_properties(w, target, recipient, error) != 0 || write_attributes(w, recipient, error) != 0)
        return -1;
    jsonw_end_object(w);
    return 0;
}

static int write_triggered(struct jsonw *w, const struct send_target *target,
                           const struct send_recipient *recipients, size_t count, struct error *error)
{
    jsonw_object(w, NULL);
    jsonw_text(w, CARRIERS[target->carrier].id_key, target->campaign_id);
    jsonw_array(w, "recipients");
    for (size_t i = 0; i < count; i++)
        if (write_recipient(w, target, &recipients[i], error) != 0)
            return -1;
    jsonw_end_array(w);
    jsonw_end_object(w);
    return 0;
}

static size_t count_address(const struct send_recipient *recipients, size_t count, enum send_address address)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += recipients[i].address == address;
    return found;
}

/* One list per kind of address; an empty list is left out. */
static void write_users(struct jsonw *w, const struct send_recipient *recipients, size_t count,
                        enum send_address address)
{
    if (count_address(recipients, count, address) == 0)
        return;
    jsonw_array(w, address == ADDRESS_EXTERNAL ? "external_user_ids" : "user_aliases");
    for (size_t i = 0; i < count; i++) {
        if (recipients[i].address != address)
            continue;
        if (address == ADDRESS_EXTERNAL)
            jsonw_text(w, NULL, recipients[i].id);
        else
            write_alias(w, NULL, recipients[i].id);
    }
    jsonw_end_array(w);
}

static bool is_same_list(const struct send_list *a, const struct send_list *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a->button, b->button) == 0 && strcmp(a->title, b->title) == 0;
}

static bool is_same_content(const struct send_recipient *a, const struct send_recipient *b)
{
    if (strcmp(a->text, b->text) != 0 || a->button_count != b->button_count || !is_same_list(a->list, b->list))
        return false;
    for (size_t i = 0; i < a->button_count; i++)
        if (strcmp(a->buttons[i], b->buttons[i]) != 0)
            return false;
    return true;
}

/* [{"text":"Yes"},…] */
static void write_texts(struct jsonw *w, const char *array, const char *key, const struct send_recipient *recipient)
{
    jsonw_array(w, array);
    for (size_t i = 0; i < recipient->button_count; i++) {
        jsonw_object(w, NULL);
        write_clean(w, key, recipient->buttons[i], true);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
}

/* One section. Rows without a description come back as their title alone, like a button's text. */
static void write_list(struct jsonw *w, const struct send_recipient *recipient)
{
    jsonw_object(w, "list");
    write_clean(w, "list_button_text", recipient->list->button, true);
    jsonw_array(w, "list_sections");
    jsonw_object(w, NULL);
    write_clean(w, "section_title", recipient->list->title, true);
    write_texts(w, "list_rows", "row_title", recipient);
    jsonw_end_object(w);
    jsonw_end_array(w);
    jsonw_end_object(w);
}

static void write_content(struct jsonw *w, const struct send_recipient *recipient, bool is_template)
{
    bool has_buttons = recipient->list == NULL && recipient->button_count > 0;
    jsonw_text(w, "message_type",
               recipient->list != NULL ? "list_response_message"
               : has_buttons           ? "quick_reply_response_message"
                                       : "text_response_message");
    jsonw_object(w, "message");
    write_clean(w, "body", recipient->text, is_template);
    if (has_buttons)
        write_texts(w, "buttons", "text", recipient);
    if (recipient->list != NULL)
        write_list(w, recipient);
    jsonw_end_object(w);
}

static int write_message(struct jsonw *w, const struct send_target *target,
                         const struct send_recipient *recipients, size_t count, struct error *error)
{
    for (size_t i = 1; i < count; i++)
        if (!is_same_content(&recipients[i], &recipients[0]))
            return error_set(error, "/messages/send carries one text for all its users; these differ.");
    jsonw_object(w, NULL);
    jsonw_object(w, "messages");
    jsonw_object(w, "whats_app");
    jsonw_text(w, "app_id", target->app_id);
    jsonw_text(w, "subscription_group_id", target->subscription_group_id);
    write_content(w, &recipients[0], target->is_template);
    jsonw_end_object(w);
    jsonw_end_object(w);
    write_users(w, recipients, count, ADDRESS_EXTERNAL);
    write_users(w, recipients, count, ADDRESS_PHONE_ALIAS);
    jsonw_end_object(w);
    return 0;
}

/* Checks */

static bool is_missing(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static int check_target(const struct send_target *target, struct error *error)
{
    if (target->carrier == CARRIER_MESSAGE) {
        if (is_missing(target->app_id) || is_missing(target->subscription_group_id))
            return error_set(error, "A campaign by /messages/send needs app_id and subscription_group_id.");
        return 0;
    }
    if (is_missing(target->campaign_id))
        return error_set(error, "The campaign row needs a %s.", CARRIERS[target->carrier].id_key);
    return 0;
}

/* Braze takes a message whose buttons WhatsApp refuses, and sends nothing. Cleaning never lengthens beyond
 * what is checked here: it is the cleaned text that counts. */
static int check_text(const char *text, const char *what, size_t max, struct error *error)
{
    struct buf clean = { 0 };
    send_clean(text, true, &clean);
    bool is_good = !is_blank(buf_text(&clean)) && utf8_count(buf_text(&clean), clean.len) <= max;
    buf_release(&clean);
    return is_good ? 0 : error_set(error, "The text of %s is 1 to %zu characters long, not '%s'.", what, max, text);
}

static int check_list(const struct send_target *target, const struct send_recipient *recipient, struct error *error)
{
    if (target->carrier != CARRIER_MESSAGE)
        return error_set(error, "A list goes by /messages/send only.");
    if (recipient->button_count < 1 || recipient->button_count > SEND_ROWS_MAX)
        return error_set(error, "A WhatsApp list has 1 to %d rows, not %zu.", SEND_ROWS_MAX, recipient->button_count);
    if (check_text(recipient->list->button, "the button of a list", SEND_LIST_BUTTON_MAX, error) != 0)
        return -1;
    return check_text(recipient->list->title, "the title of a list", SEND_LIST_TITLE_MAX, error);
}

static int check_buttons(const struct send_target *target, const struct send_recipient *recipient, struct error *error)
{
    bool is_list = recipient->list != NULL;
    if (is_list && check_list(target, recipient, error) != 0)
        return -1;
    if (!is_list && recipient->button_count > SEND_BUTTONS_MAX)
        return error_set(error, "WhatsApp shows at most %d buttons, not %zu.", SEND_BUTTONS_MAX,
                         recipient->button_count);
    for (size_t i = 0; i < recipient->button_count; i++)
        if (check_text(recipient->buttons[i], is_list ? "a row of a list" : "a button",
                       is_list ? SEND_ROW_TEXT_MAX : SEND_BUTTON_TEXT_MAX, error) != 0)
            return -1;
    return 0;
}

static int check_recipient(const struct send_target *target, const struct send_recipient *recipient,
                           struct error *error)
{
    struct buf text = { 0 };
    bool is_empty;
    if (is_missing(recipient->id) || strlen(recipient->id) > ID_MAX)
        return error_set(error, "A recipient needs an id of 1 to %d bytes.", ID_MAX);
    if (recipient->text == NULL && target->carrier == CARRIER_MESSAGE)
        return error_set(error, "/messages/send has no text of its own: a notice by this campaign needs one in its say.");
    if (recipient->text != NULL) {
        send_clean(recipient->text, target->is_template, &text);
        is_empty = is_blank(buf_text(&text));
        buf_release(&text);
        if (is_empty)
            return error_set(error, "The text is empty; Braze would send an empty message.");
    }
    return check_buttons(target, recipient, error);
}

static bool is_same_user(const struct send_recipient *a, const struct send_recipient *b)
{
    return a->address == b->address && strcmp(a->id, b->id) == 0;
}

static int check(const struct send_target *target, const struct send_recipient *recipients, size_t count,
                 struct error *error)
{
    if (check_target(target, error) != 0)
        return -1;
    if (count < 1 || count > SEND_RECIPIENTS_MAX)
        return error_set(error, "A request takes 1 to %d recipients, not %zu.", SEND_RECIPIENTS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        if (check_recipient(target, &recipients[i], error) != 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (is_same_user(&recipients[i], &recipients[j]))
                return error_set(error, "The user %s stands twice in one request; Braze would send one text.",
                                 recipients[i].id);
    }
    return 0;
}

int send_format(const struct send_target *target, const struct send_recipient *recipients, size_t count,
                struct buf *body, struct error *error)
{
    struct buf out = { 0 };
    struct jsonw w = { .out = &out };
    int result = check(target, recipients, count, error);
    if (result == 0 && target->carrier == CARRIER_MESSAGE)
        result = write_message(&w, target, recipients, count, error);
    else if (result == 0)
        result = write_triggered(&w, target, recipients, count, error);
    if (result == 0)
        buf_add(body, out.data, out.len);
    buf_release(&out);
    return result;
}
