/*
 * sandbox_braze: from a request to Braze's answer.
 *
 * The steps, each of which may end the matter: the path (404; with a slash too many 403, as Braze does),
 * the key (401, which repeats it), its permission (403), the Content-Type (415), the JSON (400), and then
 * the endpoint's own judge. The order between them is not documented; a request with two faults may get
 * another refusal from the true Braze, but it gets one.
 *
 * Refused beyond what Braze is known to refuse, because a mistake of ours is likelier than a need: fields
 * that no page documents, a key twice in one object, broadcast, and what the sandbox cannot evaluate
 * (audience, segment_id, attachments).
 *
 * Accepting is not sending. What Braze takes with a 201 and then silently keeps (a text too long, a line
 * break in a template, a trigger property that the campaign does not read) becomes a delivery with
 * `dropped` set.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"

#include "sandbox_braze.h"
#include "sandbox_judge.h"

typedef int judge_function(const struct workspace *workspace, const struct json *root,
                           struct verdict *verdict);

struct endpoint {
    const char *path, *method, *permission;
    enum budget budget;
    judge_function *judge; /* NULL: read from the query */
};

static const struct endpoint ENDPOINTS[] = {
    { "/campaigns/trigger/send", "POST", "campaigns.trigger.send", BUDGET_SENDS, judge_campaign },
    { "/canvas/trigger/send", "POST", "canvas.trigger.send", BUDGET_SENDS, judge_canvas },
    { "/messages/send", "POST", "messages.send", BUDGET_SENDS, judge_message },
    { "/users/track", "POST", "users.track", BUDGET_TRACK, judge_track },
    { "/campaigns/details", "GET", "campaigns.details", BUDGET_SENDS, NULL },
    { "/canvas/details", "GET", "canvas.details", BUDGET_SENDS, NULL },
};

static const struct endpoint *find_endpoint(const char *path, size_t len)
{
    for (size_t i = 0; i < sizeof ENDPOINTS / sizeof ENDPOINTS[0]; i++)
        if (strlen(ENDPOINTS[i].path) == len && memcmp(ENDPOINTS[i].path, path, len) == 0)
            return &ENDPOINTS[i];
    return NULL;
}

int judge_refuse(struct verdict *verdict, int status, const char *format, ...)
{
    char text[500];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_clear(&verdict->body);
    struct jsonw w = { .out = &verdict->body };
    jsonw_object(&w, NULL);
    jsonw_text(&w, "message", text);
    jsonw_end_object(&w);
    verdict->status = status;
    verdict->delivery_count = verdict->update_count = 0;
    verdict->collapsed = verdict->liquid = verdict->tracked = verdict->untracked = 0;
    return -1;
}

static const struct field *find_field(const struct field *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static const char *kind_words(enum json_kind kind)
{
    switch (kind) {
    case JSON_TEXT: return "a string";
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_BOOL: return "true or false";
    case JSON_NUMBER: return "a number";
    case JSON_NONE:
    case JSON_NULL: break;
    }
    return "something";
}

int judge_fields(const struct json *object, const char *where, const struct field *fields,
                 struct verdict *verdict)
{
    const char *gap = where[0] != '\0' ? "." : "";

    if (json_kind(object) != JSON_OBJECT)
        return judge_refuse(verdict, 400, "%s must be an object",
                            where[0] != '\0' ? where : "The request body");
    for (const struct json *member = json_first(object); member != NULL; member = json_next(member)) {
        const struct field *field = find_field(fields, json_key(member));
        if (field == NULL)
            return judge_refuse(verdict, 400, "%s%s%.80s is not a known field", where, gap, json_key(member));
        if (field->advice != NULL)
            return judge_refuse(verdict, 400, "%s%s%s %s", where, gap, field->name, field->advice);
        if (field->kind != JSON_NONE && json_kind(member) != field->kind)
            return judge_refuse(verdict, 400, "%s%s%s must be %s", where, gap, field->name,
                                kind_words(field->kind));
        if (field->is_required && field->kind == JSON_TEXT && json_text(member)[0] == '\0')
            return judge_refuse(verdict, 400, "%s%s%s must not be empty", where, gap, field->name);
    }
    for (const struct field *field = fields; field->name != NULL; field++)
        if (field->is_required && json_get(object, field->name) == NULL)
            return judge_refuse(verdict, 400, "%s%s%s is required", where, gap, field->name);
    return 0;
}

/* The identifiers of Braze's API are UUIDs. */
static bool looks_like_id(const char *id)
{
    static const char SHAPE[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    for (size_t i = 0; i < sizeof SHAPE; i++) {
        bool is_hex = id[i] != '\0' && strchr("0123456789abcdefABCDEF", id[i]) != NULL;
        if (SHAPE[i] == 'x' ? !is_hex : id[i] != SHAPE[i])
            return false;
    }
    return true;
}

bool id_list_has(const struct id_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->ids[i], id) == 0)
            return true;
    return list->count == 0 && looks_like_id(id);
}

const struct campaign *campaign_list_find(const struct campaign_list *list, const char *id)
{
    static const struct campaign ANY = { .property = "external_system_msg_body", .layout = LAYOUT_RESPONSE, .buttons = -1 };

    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].id, id) == 0)
            return &list->items[i];
    return list->count == 0 && looks_like_id(id) ? &ANY : NULL;
}

const char *judge_group(const struct workspace *workspace, const char *group)
{
    if (group[0] != '\0')
        return group;
    return workspace->groups.count == 1 ? workspace->groups.ids[0] : NULL;
}

static int copy_id(const char *text, size_t len, char id[ID_SIZE], struct error *error)
{
    static const char MARKS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    if (len == 0 || len >= ID_SIZE || strspn(text, MARKS) < len)
        return error_set(error, "\"%.*s\" is no id: 1 to 100 letters, digits, \"-\", \"_\" or \".\".",
                         (int)(len < 120 ? len : 120), text);
    memcpy(id, text, len);
    id[len] = '\0';
    return 0;
}

int id_list_add(struct id_list *list, const char *id, struct error *error)
{
    if (list->count == IDS_MAX)
        return error_set(error, "At most %d ids of one kind can be given.", IDS_MAX);
    if (copy_id(id, strlen(id), list->ids[list->count], error) != 0)
        return -1;
    list->count++;
    return 0;
}

int campaign_list_add(struct campaign_list *list, const char *text, struct error *error)
{
    struct campaign campaign = { .property = "external_system_msg_body", .layout = LAYOUT_RESPONSE, .buttons = -1 };
    size_t len = strcspn(text, ":");
    int outcome = 0;

    if (list->count == IDS_MAX)
        return error_set(error, "At most %d ids of one kind can be given.", IDS_MAX);
    if (copy_id(text, len, campaign.id, error) != 0)
        return -1;
    while (text[len] == ':') {
        text += len + 1;
        len = strcspn(text, ":");
        if (len == 8 && (memcmp(text, "template", 8) == 0 || memcmp(text, "response", 8) == 0))
            campaign.layout = text[0] == 't' ? LAYOUT_TEMPLATE : LAYOUT_RESPONSE;
        else if (len == 9 && memcmp(text, "buttons=", 8) == 0 && text[8] >= '0' && text[8] <= '3')
            campaign.buttons = text[8] - '0';
        else if (len > 6 && memcmp(text, "group=", 6) == 0)
            outcome = copy_id(text + 6, len - 6, campaign.group, error);
        else
            outcome = copy_id(text, len, campaign.property, error);
        if (outcome != 0)
            return -1;
    }
    list->items[list->count++] = campaign;
    return 0;
}

static bool text_has_liquid(const char *text)
{
    return text != NULL && (strstr(text, "{{") != NULL || strstr(text, "{%") != NULL);
}

bool judge_liquid(const struct json *value, const char *except)
{
    if (text_has_liquid(json_text(value)))
        return true;
    if (json_kind(value) != JSON_OBJECT && json_kind(value) != JSON_ARRAY)
        return false;
    for (const struct json *item = json_first(value); item != NULL; item = json_next(item)) {
        const char *key = json_key(item);
        if (key != NULL && except != NULL && strcmp(key, except) == 0)
            continue;
        if (text_has_liquid(key) || judge_liquid(item, NULL))
            return true;
    }
    return false;
}

struct delivery *judge_add(struct verdict *verdict, enum address address, const char *user)
{
    for (size_t i = 0; i < verdict->delivery_count; i++) {
        const struct delivery *former = &verdict->deliveries[i];
        if (former->address == address && strcmp(former->user, user) == 0) {
            verdict->collapsed++;
            return NULL;
        }
    }
    struct delivery *delivery = &verdict->deliveries[verdict->delivery_count++];
    *delivery = (struct delivery){ .address = address, .user = user, .text = "" };
    return delivery;
}

int judge_alias(const struct json *alias, const char *where, enum address *address, const char **user,
                struct verdict *verdict)
{
    static const struct field FIELDS[] = {
        { "alias_name", JSON_TEXT, true, NULL },
        { "alias_label", JSON_TEXT, true, NULL },
        { 0 },
    };

    if (judge_fields(alias, where, FIELDS, verdict) != 0)
        return -1;
    *address = strcmp(json_get_text(alias, "alias_label"), "phone") == 0 ? ADDRESS_PHONE : ADDRESS_ALIAS;
    *user = json_get_text(alias, "alias_name");
    return 0;
}

static bool has_run_of_blanks(const char *text)
{
    return strstr(text, "     ") != NULL;
}

const char *whatsapp_trouble(const char *text, enum layout layout)
{
    size_t count = utf8_count(text, strlen(text));

    if (strspn(text, " \t\r\n") == strlen(text))
        return "the text is empty";
    if (layout == LAYOUT_RESPONSE)
        return count > TEXT_MAX ? "the text is over 4096 characters" : NULL;
    if (count > TEMPLATE_TEXT_MAX)
        return "the text is over a template's 1024 characters";
    if (strpbrk(text, "\r\n") != NULL)
        return "a template parameter must hold no line break";
    if (strchr(text, '\t') != NULL)
        return "a template parameter must hold no tab";
    return has_run_of_blanks(text) ? "a template parameter must hold no more than 4 blanks in a row" : NULL;
}

const char *whatsapp_button_trouble(const char *text)
{
    if (text[strspn(text, " \t\r\n")] == '\0')
        return "a button has no text";
    if (strpbrk(text, "\r\n\t") != NULL)
        return "a button holds a line break or a tab";
    return utf8_count(text, strlen(text)) > QUICK_REPLY_MAX ? "a button is over 20 characters" : NULL;
}

const char *whatsapp_body_trouble(const char *text)
{
    return utf8_count(text, strlen(text)) > BUTTONED_TEXT_MAX ? "the text above buttons is over 1024 characters"
                                                              : NULL;
}

static int check_key(const struct workspace *workspace, const struct http_request *request,
                     struct verdict *verdict)
{
    const char *given = http_header(request, "Authorization");

    if (given != NULL && strncmp(given, "Bearer ", 7) == 0)
        given += 7;
    else
        given = "";
    if (strcmp(given, workspace->api_key) == 0)
        return 0;
    verdict->is_unknown_key = true;
    return judge_refuse(verdict, 401, "Invalid API key: %.200s", given);
}

static int check_content_type(const struct http_request *request, struct verdict *verdict)
{
    static const char JSON_TYPE[] = "application/json";
    const char *type = http_header(request, "Content-Type");
    size_t len = sizeof JSON_TYPE - 1;

    if (type != NULL && strncasecmp(type, JSON_TYPE, len) == 0 && strchr("; \t", type[len]) != NULL)
        return 0;
    return judge_refuse(verdict, 415, "Content-Type must be application/json");
}

static int check_access(const struct workspace *workspace, const struct endpoint *endpoint,
                        const struct http_request *request, struct verdict *verdict)
{
    if (check_key(workspace, request, verdict) != 0)
        return -1;
    for (size_t i = 0; i < workspace->denied.count; i++)
        if (strcmp(workspace->denied.ids[i], endpoint->permission) == 0)
            return judge_refuse(verdict, 403, "Access Denied");
    return 0;
}

/* A Canvas is told of without its texts, which stand in its steps. */
static void write_message(const struct campaign *campaign, struct jsonw *w)
{
    struct buf body = { 0 };

    jsonw_object(w, "messages");
    jsonw_object(w, "00000000-0000-4000-8000-000000000001");
    jsonw_text(w, "channel", "whats_app");
    jsonw_text(w, "layout", campaign->layout == LAYOUT_TEMPLATE ? "template" : "text");
    buf_addf(&body, "{{api_trigger_properties.${%s}}}", campaign->property);
    jsonw_text(w, "body_text", buf_text(&body));
    jsonw_end_object(w);
    jsonw_end_object(w);
    buf_release(&body);
}

/* What is told of a campaign or Canvas of ours; the fields that a check before going live needs. */
static int judge_details(const struct workspace *workspace, const struct http_request *request, struct verdict *verdict)
{
    bool is_canvas = strncmp(request->path, "/canvas", 7) == 0;
    const struct campaign_list *list = is_canvas ? &workspace->canvases : &workspace->campaigns;
    struct buf id = { 0 };
    int found = http_query(request->query, is_canvas ? "canvas_id" : "campaign_id", &id);
    const struct campaign *campaign = found == 1 ? campaign_list_find(list, buf_text(&id)) : NULL;
    struct jsonw w = { .out = &verdict->body };

    buf_release(&id);
    if (campaign == NULL && found == 0)
        return judge_refuse(verdict, 400, "%s is required", is_canvas ? "canvas_id" : "campaign_id");
    if (campaign == NULL)
        return judge_refuse(verdict, 400, "Invalid %s ID", is_canvas ? "Canvas" : "Campaign");
    jsonw_object(&w, NULL);
    jsonw_text(&w, "message", "success");
    jsonw_text(&w, "name", "Sandbox campaign");
    jsonw_text(&w, "schedule_type", "api_triggered");
    jsonw_bool(&w, "archived", false);
    jsonw_bool(&w, "draft", false);
    jsonw_bool(&w, "enabled", true);
    jsonw_array(&w, "channels");
    jsonw_text(&w, NULL, "whats_app");
    jsonw_end_array(&w);
    if (!is_canvas)
        write_message(campaign, &w);
    jsonw_end_object(&w);
    verdict->status = 200;
    return 0;
}

static int judge_body(const struct workspace *workspace, const struct endpoint *endpoint,
                      const struct http_request *request, struct verdict *verdict)
{
    if (check_content_type(request, verdict) != 0)
        return -1;
    if (json_parse(request->body, request->body_len, JSON_LARGE, &verdict->root, NULL) != 0)
        return judge_refuse(verdict, 400, "Error while parsing request body. Please check your syntax");
    verdict->budget = endpoint->budget;
    return endpoint->judge(workspace, verdict->root, verdict);
}

static void format_success(const char *dispatch_id, struct verdict *verdict)
{
    if (verdict->body.len > 0)
        return;
    struct jsonw w = { .out = &verdict->body };
    jsonw_object(&w, NULL);
    jsonw_text(&w, "dispatch_id", dispatch_id);
    jsonw_text(&w, "message", "success");
    jsonw_end_object(&w);
}

void braze_judge(const struct workspace *workspace, const struct http_request *request,
                 const char *dispatch_id, struct verdict *verdict)
{
    size_t len = strlen(request->path);
    const struct endpoint *endpoint = find_endpoint(request->path, len);
    struct buf body = verdict->body;

    json_free(verdict->root);
    buf_clear(&body);
    *verdict = (struct verdict){ .status = 201, .body = body };
    if (request->bad_status > 0) {
        judge_refuse(verdict, request->bad_status, "%s", request->bad_why);
        return;
    }
    if (endpoint == NULL || strcmp(endpoint->method, request->method) != 0) {
        bool has_slash = endpoint == NULL && len > 1 && find_endpoint(request->path, len - 1) != NULL &&
                         request->path[len - 1] == '/';
        judge_refuse(verdict, has_slash ? 403 : 404, has_slash ? "Access Denied" : "Invalid URL");
        return;
    }
    verdict->budget = endpoint->budget;
    if (check_access(workspace, endpoint, request, verdict) != 0)
        return;
    int outcome = endpoint->judge == NULL ? judge_details(workspace, request, verdict)
                                          : judge_body(workspace, endpoint, request, verdict);
    if (outcome == 0)
        format_success(dispatch_id, verdict);
}

void verdict_release(struct verdict *verdict)
{
    json_free(verdict->root);
    buf_release(&verdict->body);
    *verdict = (struct verdict){ 0 };
}
