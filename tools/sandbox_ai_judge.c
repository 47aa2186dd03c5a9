/*
 * sandbox_ai_judge: what the judges of the dialects have in common.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backend/backend.h"
#include "base/ascii.h"
#include "base/env.h"
#include "base/utf8.h"

#include "sandbox_ai_dialect.h"

enum { TOOL_NAME_MAX = 64, TOOLS_MAX_BYTES = 16 * 1024, FACT_NAME_MAX = 40 };

int trouble_set(struct ai_trouble *trouble, enum ai_trouble_kind kind, const char *param, const char *format, ...)
{
    va_list args;

    *trouble = (struct ai_trouble){ .kind = kind };
    snprintf(trouble->param, sizeof trouble->param, "%s", param != NULL ? param : "");
    va_start(args, format);
    vsnprintf(trouble->message, sizeof trouble->message, format, args);
    va_end(args);
    trouble->message[utf8_floor(trouble->message, strlen(trouble->message), sizeof trouble->message - 4)] = '\0';
    return -1;
}

struct ai_error ai_error_find(const struct ai_dialect *dialect, const struct ai_trouble *trouble)
{
    int status = trouble->kind == AI_STATUS ? trouble->status : 0;

    for (const struct ai_error *error = dialect->errors; error->status != 0; error++)
        if (status == 0 ? error->kind == trouble->kind : error->status == status && error->words == NULL)
            return *error;
    return (struct ai_error){ .kind = AI_STATUS, .status = status != 0 ? status : 400 };
}

int ai_key(const char *given, const char *key, struct ai_trouble *trouble)
{
    if (given == NULL || *given == '\0')
        return trouble_set(trouble, AI_NO_KEY, NULL, "The request brings no key.");
    if (*key != '\0' && !env_secret_equal(given, strlen(given), key, strlen(key)))
        return trouble_set(trouble, AI_WRONG_KEY, NULL, "The key is not the right one.");
    return 0;
}

const char *ai_bearer(const struct http_request *request)
{
    static const char BEARER[] = "Bearer ";
    const char *given = http_header(request, "Authorization");

    return given != NULL && strncmp(given, BEARER, sizeof BEARER - 1) == 0 ? given + sizeof BEARER - 1 : NULL;
}

/* Bodies */

int ai_members(const struct json *object, const char *where, const char *const *names, struct ai_trouble *trouble)
{
    if (json_kind(object) != JSON_OBJECT)
        return trouble_set(trouble, AI_INVALID, NULL, "%s must be an object.", where);
    for (const struct json *member = json_first(object); member != NULL; member = json_next(member)) {
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], json_key(member)) != 0)
            i++;
        if (names[i] == NULL)
            return trouble_set(trouble, AI_INVALID, json_key(member), "%s has no member named \"%.60s\".", where,
                               json_key(member));
    }
    return 0;
}

int ai_number(const struct json *object, const char *name, double least, double most, bool is_whole,
              struct ai_trouble *trouble)
{
    const struct json *value = json_get(object, name);
    struct buf text = { 0 };
    int64_t whole = 0;

    if (value == NULL)
        return 0;
    bool is_number = json_kind(value) == JSON_NUMBER && json_scalar(value, &text);
    double number = is_number ? strtod(buf_text(&text), NULL) : 0;
    buf_release(&text);
    if (!is_number || number < least || number > most || (is_whole && !json_int(value, &whole)))
        return trouble_set(trouble, AI_INVALID, name, "%s must be a %snumber from %.10g to %.10g.", name,
                           is_whole ? "whole " : "", least, most);
    return 0;
}

int ai_text(const struct json *value, const char *where, struct ai_question *question, struct ai_trouble *trouble)
{
    const char *text = json_text(value);

    if (text == NULL)
        return trouble_set(trouble, AI_INVALID, where, "%s must be a string.", where);
    if (text[strspn(text, " \t\r\n")] == '\0')
        return trouble_set(trouble, AI_INVALID, where, "%s is blank: a text needs something to read in it.", where);
    question->tokens_in += backend_tokens(text, strlen(text));
    return 0;
}

void ai_heard(struct ai_question *question, const char *text)
{
    if (question->last.len > 0)
        buf_add_char(&question->last, '\n');
    buf_add_text(&question->last, text);
}

/* "- first_name: Ana" or "Language: en" */
static void note_fact(const char *line, size_t len, struct buf *facts)
{
    size_t begin = 0;

    while (begin < len && strchr("-* \t", line[begin]) != NULL)
        begin++;
    size_t end = begin;
    while (end < len && (ascii_is_letter((unsigned char)line[end]) || ascii_is_digit((unsigned char)line[end]) ||
                         line[end] == '_' || line[end] == ' '))
        end++;
    if (end == begin || end - begin > FACT_NAME_MAX || end + 2 >= len || line[end] != ':' || line[end + 1] != ' ')
        return;
    if (facts->len > 0)
        buf_add_text(facts, ", ");
    buf_add(facts, line + begin, end - begin);
}

void ai_told(struct ai_question *question, const char *text)
{
    if (question->system.len > 0)
        buf_add_char(&question->system, '\n');
    buf_add_text(&question->system, text);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        note_fact(text, len, &question->facts);
        text += len + (text[len] == '\n');
    }
}

int ai_take_turn(bool is_customer, bool *was_customer, size_t index, struct ai_trouble *trouble)
{
    if (index == 0 && !is_customer)
        return trouble_set(trouble, AI_INVALID, "messages", "A conversation begins with a message of the user.");
    if (index > 0 && is_customer == *was_customer)
        return trouble_set(trouble, AI_INVALID, "messages",
                           "messages[%zu]: the roles must alternate, and the one before has the same.", index);
    *was_customer = is_customer;
    return 0;
}

/* Tools */

static bool is_tool_name(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (!ascii_is_letter((unsigned char)name[i]) && !ascii_is_digit((unsigned char)name[i]) && name[i] != '_' &&
            name[i] != '-')
            return false;
    return len > 0 && len <= TOOL_NAME_MAX;
}

static bool is_type(const char *type)
{
    static const char *const TYPES[] = { "string", "number", "integer", "boolean", "array", "object", "null" };

    for (size_t i = 0; type != NULL && i < sizeof TYPES / sizeof TYPES[0]; i++)
        if (strcasecmp(TYPES[i], type) == 0)
            return true;
    return false;
}

static int check_property(const struct json *property, const char *where, struct ai_trouble *trouble)
{
    const struct json *choices = json_get(property, "enum");

    if (json_kind(property) != JSON_OBJECT)
        return trouble_set(trouble, AI_INVALID, "tools", "%s: the property %s must be an object.", where,
                           json_key(property));
    if (json_get(property, "anyOf") == NULL && !is_type(json_get_text(property, "type")))
        return trouble_set(trouble, AI_INVALID, "tools", "%s: the property %s has no type that JSON Schema knows.",
                           where, json_key(property));
    if (choices == NULL)
        return 0;
    if (json_kind(choices) != JSON_ARRAY || json_count(choices) == 0)
        return trouble_set(trouble, AI_INVALID, "tools", "%s: the enum of %s must be an array with something in it.",
                           where, json_key(property));
    for (const struct json *choice = json_first(choices); choice != NULL; choice = json_next(choice))
        if (json_text(choice) != NULL && *json_text(choice) == '\0')
            return trouble_set(trouble, AI_INVALID, "tools", "%s: the enum of %s holds an empty text.", where,
                               json_key(property));
    return 0;
}

static int check_required(const struct json *schema, const char *where, struct ai_trouble *trouble)
{
    const struct json *required = json_get(schema, "required"), *properties = json_get(schema, "properties");

    if (required != NULL && json_kind(required) != JSON_ARRAY)
        return trouble_set(trouble, AI_INVALID, "tools", "%s: \"required\" must be an array.", where);
    for (const struct json *name = json_first(required); name != NULL; name = json_next(name))
        if (json_text(name) == NULL || json_get(properties, json_text(name)) == NULL)
            return trouble_set(trouble, AI_INVALID, "tools", "%s: \"required\" names what is no property.", where);
    return 0;
}

static int check_schema(const struct ai_tool *tool, struct ai_trouble *trouble)
{
    const struct json *properties = json_get(tool->schema, "properties");
    const char *type = json_get_text(tool->schema, "type");

    if (json_kind(tool->schema) != JSON_OBJECT || type == NULL || strcasecmp(type, "object") != 0)
        return trouble_set(trouble, AI_INVALID, "tools", "%s: the schema must be an object of the type \"object\".",
                           tool->where);
    if (properties != NULL && json_kind(properties) != JSON_OBJECT)
        return trouble_set(trouble, AI_INVALID, "tools", "%s: \"properties\" must be an object.", tool->where);
    if (tool->is_bare_schema && json_count(properties) == 0)
        return trouble_set(trouble, AI_INVALID, "tools", "%s: an OBJECT needs properties; leave the schema out.",
                           tool->where);
    if (tool->is_bare_schema &&
        (json_get(tool->schema, "additionalProperties") != NULL || json_get(tool->schema, "$schema") != NULL))
        return trouble_set(trouble, AI_INVALID, "tools", "%s: additionalProperties and $schema are unknown here.",
                           tool->where);
    for (const struct json *property = json_first(properties); property != NULL; property = json_next(property))
        if (check_property(property, tool->where, trouble) != 0)
            return -1;
    return check_required(tool->schema, tool->where, trouble);
}

int ai_offer_tool(const struct ai_tool *tool, struct ai_question *question, struct ai_trouble *trouble)
{
    struct buf mark = { 0 }, schema = { 0 };

    if (tool->name == NULL || !is_tool_name(tool->name))
        return trouble_set(trouble, AI_INVALID, "tools",
                           "%s: a tool's name has 1 to 64 letters, digits, underscores and hyphens.", tool->where);
    if (tool->description != NULL && *tool->description == '\0')
        return trouble_set(trouble, AI_INVALID, "tools", "%s: a description is not empty.", tool->where);
    if ((tool->schema != NULL || tool->needs_schema) && check_schema(tool, trouble) != 0)
        return -1;
    if (question->tools.len == 0)
        buf_add_char(&question->tools, ' ');
    buf_addf(&mark, " %s ", tool->name);
    bool is_twice = strstr(buf_text(&question->tools), buf_text(&mark)) != NULL;
    bool is_full = question->tools.len > TOOLS_MAX_BYTES;
    buf_addf(&question->tools, "%s ", tool->name);
    json_format(tool->schema, &schema);
    question->tokens_in += backend_tokens(buf_text(&schema), schema.len) + backend_tokens(tool->name, strlen(tool->name));
    if (tool->description != NULL)
        question->tokens_in += backend_tokens(tool->description, strlen(tool->description));
    buf_release(&mark);
    buf_release(&schema);
    if (is_twice || is_full)
        return trouble_set(trouble, AI_INVALID, "tools", is_twice ? "%s: a tool of this name was there before." :
                           "%s: these are too many tools.", tool->where);
    return 0;
}
