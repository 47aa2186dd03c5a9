/*
 * sandbox_whatsapp: the judge of /messages/send, which carries the message itself.
 *
 * Only the whats_app object is taken; every other channel is refused, since nothing here could tell
 * whether it was right. One body goes to all users named, at most 50 of them, ids and aliases together.
 *
 * Each message type is a row: its fields, and a check for what tables cannot say. Wrong fields are a 400.
 * A length over the channel's limit is not: Braze takes such a message and does not send it, so every
 * delivery is marked as dropped, with the reason.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

#include "sandbox_braze.h"
#include "sandbox_judge.h"

enum {
    FOOTER_MAX = 60,
    CAPTION_MAX = 1024,
    LIST_BUTTON_MAX = 20,
    TITLE_MAX = 24,
    DESCRIPTION_MAX = 72,
    ROWS_MAX = 10,
};

/* *dropped: taken but not sent. */
typedef int check_function(const struct json *message, const char **dropped, struct verdict *verdict);

struct message_type {
    const char *name;
    const char *text_field; /* what the customer reads; NULL: a template, known by its name */
    const struct field *fields;
    check_function *check;
};

static const struct field SEND_FIELDS[] = {
    { "broadcast", JSON_BOOL, false, NULL },
    { "external_user_ids", JSON_ARRAY, false, NULL },
    { "user_aliases", JSON_ARRAY, false, NULL },
    { "segment_id", JSON_NONE, false, "is not evaluated by the sandbox" },
    { "audience", JSON_NONE, false, "is not evaluated by the sandbox" },
    { "campaign_id", JSON_TEXT, false, NULL },
    { "send_id", JSON_TEXT, false, NULL },
    { "override_frequency_capping", JSON_BOOL, false, NULL },
    { "recipient_subscription_state", JSON_TEXT, false, NULL },
    { "messages", JSON_OBJECT, false, NULL },
    { 0 },
};

static const struct field WHATSAPP_FIELDS[] = {
    { "app_id", JSON_TEXT, true, NULL },
    { "subscription_group_id", JSON_TEXT, true, NULL },
    { "message_type", JSON_TEXT, true, NULL },
    { "message", JSON_OBJECT, true, NULL },
    { "message_variation_id", JSON_TEXT, false, NULL },
    { 0 },
};

static const struct field TEMPLATE_FIELDS[] = {
    { "template_name", JSON_TEXT, true, NULL },
    { "template_language_code", JSON_TEXT, true, NULL },
    { "header_variables", JSON_OBJECT, false, NULL },
    { "body_variables", JSON_OBJECT, false, NULL },
    { "button_variables", JSON_OBJECT, false, NULL },
    { "header_image_uri", JSON_TEXT, false, NULL },
    { 0 },
};

static const struct field TEXT_FIELDS[] = {
    { "body", JSON_TEXT, true, NULL },
    { "preview_url", JSON_BOOL, false, NULL },
    { 0 },
};

static const struct field IMAGE_FIELDS[] = {
    { "image_uri", JSON_TEXT, true, NULL },
    { "caption", JSON_TEXT, false, NULL },
    { 0 },
};

static const struct field QUICK_REPLY_FIELDS[] = {
    { "body", JSON_TEXT, true, NULL },         { "buttons", JSON_ARRAY, true, NULL },
    { "header_text", JSON_TEXT, false, NULL }, { "header_image_uri", JSON_TEXT, false, NULL },
    { "footer", JSON_TEXT, false, NULL },      { 0 },
};

static const struct field BUTTON_FIELDS[] = { { "text", JSON_TEXT, true, NULL }, { 0 } };

static const struct field LIST_MESSAGE_FIELDS[] = {
    { "body", JSON_TEXT, true, NULL },
    { "list", JSON_OBJECT, true, NULL },
    { "header", JSON_TEXT, false, NULL },
    { "footer", JSON_TEXT, false, NULL },
    { 0 },
};

static const struct field LIST_FIELDS[] = {
    { "list_button_text", JSON_TEXT, true, NULL },
    { "list_sections", JSON_ARRAY, true, NULL },
    { 0 },
};

static const struct field SECTION_FIELDS[] = {
    { "section_title", JSON_TEXT, true, NULL },
    { "list_rows", JSON_ARRAY, true, NULL },
    { 0 },
};

static const struct field ROW_FIELDS[] = {
    { "row_title", JSON_TEXT, true, NULL },
    { "row_description", JSON_TEXT, false, NULL },
    { 0 },
};

/* The first reason stays: it is what a person should mend first. */
static void drop_if(bool is_wrong, const char *reason, const char **dropped)
{
    if (is_wrong && *dropped == NULL)
        *dropped = reason;
}

static size_t length_of(const struct json *object, const char *name)
{
    const char *text = json_get_text(object, name);

    return text != NULL ? utf8_count(text, strlen(text)) : 0;
}

static int check_variables(const struct json *message, const char *name, size_t most, const char **dropped,
                           struct verdict *verdict)
{
    const struct json *variables = json_get(message, name);
    char index[8];
    size_t count = 0;

    if (json_count(variables) > most)
        return judge_refuse(verdict, 400, "%s takes at most %zu", name, most);
    for (const struct json *item = json_first(variables); item != NULL; item = json_next(item), count++) {
        snprintf(index, sizeof index, "%zu", count);
        if (json_get(variables, index) == NULL)
            return judge_refuse(verdict, 400, "%s must be keyed by \"0\", \"1\" and so on, without a gap",
                                name);
        if (json_text(item) == NULL)
            return judge_refuse(verdict, 400, "%s must hold strings", name);
        const char *trouble = whatsapp_trouble(json_text(item), LAYOUT_TEMPLATE);
        drop_if(trouble != NULL, trouble, dropped);
    }
    return 0;
}

static int check_template(const struct json *message, const char **dropped, struct verdict *verdict)
{
    if (json_get(message, "header_variables") != NULL && json_get(message, "header_image_uri") != NULL)
        return judge_refuse(verdict, 400, "header_variables and header_image_uri exclude each other");
    if (check_variables(message, "header_variables", 1, dropped, verdict) != 0 ||
        check_variables(message, "body_variables", 100, dropped, verdict) != 0)
        return -1;
    return check_variables(message, "button_variables", 1, dropped, verdict);
}

static int check_text(const struct json *message, const char **dropped, struct verdict *verdict)
{
    const char *trouble = whatsapp_trouble(json_get_text(message, "body"), LAYOUT_RESPONSE);

    (void)verdict;
    drop_if(trouble != NULL, trouble, dropped);
    return 0;
}

static int check_image(const struct json *message, const char **dropped, struct verdict *verdict)
{
    (void)verdict;
    drop_if(length_of(message, "caption") > CAPTION_MAX, "the caption is over 1024 characters", dropped);
    return 0;
}

static bool is_repeated(const struct json *buttons, const struct json *button)
{
    for (const struct json *other = json_first(buttons); other != button; other = json_next(other))
        if (strcmp(json_get_text(other, "text"), json_get_text(button, "text")) == 0)
            return true;
    return false;
}

static int check_quick_reply(const struct json *message, const char **dropped, struct verdict *verdict)
{
    const struct json *buttons = json_get(message, "buttons");

    if (json_get(message, "header_text") != NULL && json_get(message, "header_image_uri") != NULL)
        return judge_refuse(verdict, 400, "header_text and header_image_uri exclude each other");
    if (json_count(buttons) == 0)
        return judge_refuse(verdict, 400, "buttons must hold 1 to 3 buttons");
    for (const struct json *button = json_first(buttons); button != NULL; button = json_next(button)) {
        if (judge_fields(button, "button", BUTTON_FIELDS, verdict) != 0)
            return -1;
        const char *trouble = whatsapp_button_trouble(json_get_text(button, "text"));
        drop_if(trouble != NULL, trouble, dropped);
        drop_if(is_repeated(buttons, button), "two buttons have the same text", dropped);
    }
    const char *trouble = whatsapp_body_trouble(json_get_text(message, "body"));
    drop_if(trouble != NULL, trouble, dropped);
    drop_if(json_count(buttons) > QUICK_REPLIES_MAX, "there are more than 3 buttons", dropped);
    drop_if(length_of(message, "footer") > FOOTER_MAX, "the footer is over 60 characters", dropped);
    return check_text(message, dropped, verdict);
}

/* A title that a customer taps or reads: one line, and something in it. */
static void check_title(const char *text, const char *blank, const char *broken, const char **dropped)
{
    drop_if(text[strspn(text, " \t\r\n")] == '\0', blank, dropped);
    drop_if(strpbrk(text, "\r\n\t") != NULL, broken, dropped);
}

/* A tap comes back as the title alone, so two equal ones could not be told apart; over all sections. */
static bool is_repeated_row(const struct json *sections, const struct json *row)
{
    const char *title = json_get_text(row, "row_title");

    for (const struct json *section = json_first(sections); section != NULL; section = json_next(section))
        for (const struct json *other = json_first(json_get(section, "list_rows")); other != NULL;
             other = json_next(other)) {
            const char *known = json_get_text(other, "row_title");
            if (other == row)
                return false;
            if (known != NULL && strcmp(known, title) == 0)
                return true;
        }
    return false;
}

static int check_row(const struct json *sections, const struct json *row, const char **dropped, struct verdict *verdict)
{
    if (judge_fields(row, "row", ROW_FIELDS, verdict) != 0)
        return -1;
    check_title(json_get_text(row, "row_title"), "a row has no title", "a row title holds a line break or a tab", dropped);
    drop_if(length_of(row, "row_title") > TITLE_MAX, "a row title is over 24 characters", dropped);
    drop_if(length_of(row, "row_description") > DESCRIPTION_MAX, "a row description is over 72 characters", dropped);
    drop_if(is_repeated_row(sections, row), "two rows have the same title", dropped);
    return 0;
}

static int check_section(const struct json *sections, const struct json *section, size_t *rows, const char **dropped,
                         struct verdict *verdict)
{
    if (judge_fields(section, "section", SECTION_FIELDS, verdict) != 0)
        return -1;
    check_title(json_get_text(section, "section_title"), "a section has no title",
                "a section title holds a line break or a tab", dropped);
    drop_if(length_of(section, "section_title") > TITLE_MAX, "a section title is over 24 characters",
            dropped);
    const struct json *list = json_get(section, "list_rows");
    if (json_count(list) == 0)
        return judge_refuse(verdict, 400, "a section has no rows");
    for (const struct json *row = json_first(list); row != NULL; row = json_next(row), ++*rows)
        if (check_row(sections, row, dropped, verdict) != 0)
            return -1;
    return 0;
}

static int check_list(const struct json *message, const char **dropped, struct verdict *verdict)
{
    const struct json *list = json_get(message, "list");
    const struct json *sections = json_get(list, "list_sections");
    size_t rows = 0;

    if (judge_fields(list, "list", LIST_FIELDS, verdict) != 0)
        return -1;
    if (json_count(sections) == 0)
        return judge_refuse(verdict, 400, "list_sections must not be empty");
    for (const struct json *section = json_first(sections); section != NULL; section = json_next(section))
        if (check_section(sections, section, &rows, dropped, verdict) != 0)
            return -1;
    drop_if(rows > ROWS_MAX, "the list has more than 10 rows", dropped);
    check_title(json_get_text(list, "list_button_text"), "the list button has no text",
                "the list button holds a line break or a tab", dropped);
    drop_if(length_of(list, "list_button_text") > LIST_BUTTON_MAX, "the list button is over 20 characters",
            dropped);
    drop_if(length_of(message, "footer") > FOOTER_MAX, "the footer is over 60 characters", dropped);
    return check_text(message, dropped, verdict);
}

static const struct message_type TYPES[] = {
    { "template_message", "template_name", TEMPLATE_FIELDS, check_template },
    { "text_response_message", "body", TEXT_FIELDS, check_text },
    { "text_image_response_message", "caption", IMAGE_FIELDS, check_image },
    { "quick_reply_response_message", "body", QUICK_REPLY_FIELDS, check_quick_reply },
    { "list_response_message", "body", LIST_MESSAGE_FIELDS, check_list },
};

static const struct message_type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++)
        if (strcmp(TYPES[i].name, name) == 0)
            return &TYPES[i];
    return NULL;
}

static int judge_whatsapp(const struct workspace *workspace, const struct json *whatsapp, const char **text,
                          const char **dropped, struct verdict *verdict)
{
    if (judge_fields(whatsapp, "messages.whats_app", WHATSAPP_FIELDS, verdict) != 0)
        return -1;
    if (!id_list_has(&workspace->apps, json_get_text(whatsapp, "app_id")))
        return judge_refuse(verdict, 400, "messages.whats_app.app_id is not an app of this workspace");
    if (!id_list_has(&workspace->groups, json_get_text(whatsapp, "subscription_group_id")))
        return judge_refuse(verdict, 400,
                            "messages.whats_app.subscription_group_id is not a group of this workspace");
    const struct message_type *type = find_type(json_get_text(whatsapp, "message_type"));
    if (type == NULL)
        return judge_refuse(verdict, 400, "Mismatched Message Type");
    const struct json *message = json_get(whatsapp, "message");
    if (judge_fields(message, "messages.whats_app.message", type->fields, verdict) != 0)
        return -1;
    *text = json_get_text(message, type->text_field);
    verdict->campaign = json_get_text(whatsapp, "app_id");
    return type->check(message, dropped, verdict);
}

static int check_options(const struct json *root, struct verdict *verdict)
{
    static const char *const STATES[] = { "opted_in", "subscribed", "all" };
    const char *state = json_get_text(root, "recipient_subscription_state");
    bool is_known = state == NULL;

    for (size_t i = 0; i < sizeof STATES / sizeof STATES[0]; i++)
        is_known |= state != NULL && strcmp(state, STATES[i]) == 0;
    if (!is_known)
        return judge_refuse(verdict, 400, "recipient_subscription_state must be opted_in, subscribed or all");
    if (json_get_bool(root, "broadcast", false))
        return judge_refuse(verdict, 400, "broadcast is refused by the sandbox: it addresses everybody");
    if (json_count(json_get(root, "messages")) == 0)
        return judge_refuse(verdict, 400, "No message to send");
    return 0;
}

static int add_users(const struct json *root, struct verdict *verdict)
{
    const struct json *ids = json_get(root, "external_user_ids");
    const struct json *aliases = json_get(root, "user_aliases");

    if (json_count(ids) + json_count(aliases) == 0)
        return judge_refuse(verdict, 400, "No Recipients");
    if (json_count(ids) + json_count(aliases) > RECIPIENTS_MAX)
        return judge_refuse(verdict, 400,
                            "The max number of external_ids and aliases per request was exceeded");
    for (const struct json *id = json_first(ids); id != NULL; id = json_next(id)) {
        if (json_text(id) == NULL || json_text(id)[0] == '\0')
            return judge_refuse(verdict, 400, "external_user_ids must hold strings");
        judge_add(verdict, ADDRESS_EXTERNAL_ID, json_text(id));
    }
    for (const struct json *alias = json_first(aliases); alias != NULL; alias = json_next(alias)) {
        enum address address = ADDRESS_ALIAS;
        const char *user = NULL;
        if (judge_alias(alias, "user_aliases[]", &address, &user, verdict) != 0)
            return -1;
        judge_add(verdict, address, user);
    }
    return 0;
}

static void take_buttons(const struct json *message, struct delivery *delivery)
{
    const struct json *button = json_first(json_get(message, "buttons"));

    for (; button != NULL && delivery->button_count < QUICK_REPLIES_MAX; button = json_next(button))
        delivery->buttons[delivery->button_count++] = json_get_text(button, "text");
}

int judge_message(const struct workspace *workspace, const struct json *root, struct verdict *verdict)
{
    static const struct field MESSAGES[] = { { "whats_app", JSON_OBJECT, true, NULL }, { 0 } };
    const struct json *messages = json_get(root, "messages");
    const char *text = NULL, *dropped = NULL;

    if (judge_fields(root, "", SEND_FIELDS, verdict) != 0 || check_options(root, verdict) != 0 ||
        judge_fields(messages, "messages", MESSAGES, verdict) != 0)
        return -1;
    const struct json *whatsapp = json_get(messages, "whats_app");
    if (json_get(root, "campaign_id") != NULL && json_get(whatsapp, "message_variation_id") == NULL)
        return judge_refuse(verdict, 400, "Message Variant Unspecified");
    if (judge_whatsapp(workspace, whatsapp, &text, &dropped, verdict) != 0 || add_users(root, verdict) != 0)
        return -1;
    bool is_liquid = judge_liquid(root, NULL);
    for (size_t i = 0; i < verdict->delivery_count; i++) {
        struct delivery *delivery = &verdict->deliveries[i];
        delivery->text = text != NULL ? text : "";
        delivery->properties = json_get(whatsapp, "message");
        delivery->dropped = dropped;
        delivery->is_existing_only = true;
        delivery->group = json_get_text(whatsapp, "subscription_group_id");
        take_buttons(delivery->properties, delivery);
        delivery->list = json_get(delivery->properties, "list");
        delivery->has_liquid = is_liquid;
        verdict->liquid += is_liquid;
    }
    return 0;
}
