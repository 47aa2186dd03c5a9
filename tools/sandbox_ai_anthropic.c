/*
 * sandbox_ai_anthropic: Messages, as Anthropic has it. Stricter than it in one thing: roles have to alternate, which
 * older models insist on, and the last word is the user's.
 */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/json.h"

#include "sandbox_ai_dialect.h"

static bool anthropic_has_path(const char *path)
{
    size_t len = strlen(path), end_len = strlen("/v1/messages");

    return len >= end_len && strcmp(path + len - end_len, "/v1/messages") == 0;
}

/* "2023-06-01" */
static bool is_version(const char *text)
{
    static const char SHAPE[] = "0000-00-00";

    for (size_t i = 0; i < sizeof SHAPE; i++)
        if (SHAPE[i] == '0' ? !ascii_is_digit((unsigned char)text[i]) : text[i] != SHAPE[i])
            return false;
    return true;
}

static int anthropic_enter(const char *key, const struct http_request *request, struct ai_question *question,
                           struct ai_trouble *trouble)
{
    const char *given = http_header(request, "x-api-key"), *version = http_header(request, "anthropic-version");

    question->key_header = given != NULL ? "x-api-key" : NULL;
    if (ai_key(given, key, trouble) != 0)
        return -1;
    if (version == NULL || !is_version(version))
        return trouble_set(trouble, AI_INVALID, "anthropic-version",
                           "The header anthropic-version is needed, as in 2023-06-01.");
    return 0;
}

static int read_block(const struct json *block, const char *where, bool is_last, struct ai_question *question,
                      struct ai_trouble *trouble)
{
    static const char *const TEXT[] = { "type", "text", "cache_control", NULL };
    static const char *const USE[] = { "type", "id", "name", "input", "cache_control", NULL };
    static const char *const RESULT[] = { "type", "tool_use_id", "content", "is_error", "cache_control", NULL };
    const char *type = json_get_text(block, "type");

    if (type != NULL && strcmp(type, "tool_use") == 0)
        return ai_members(block, where, USE, trouble);
    if (type != NULL && strcmp(type, "tool_result") == 0)
        return ai_members(block, where, RESULT, trouble);
    if (type == NULL || strcmp(type, "text") != 0)
        return trouble_set(trouble, AI_INVALID, "messages",
                           "%s.content: the sandbox reads blocks of the types text, tool_use and tool_result.", where);
    if (ai_members(block, where, TEXT, trouble) != 0 || ai_text(json_get(block, "text"), where, question, trouble) != 0)
        return -1;
    if (is_last)
        ai_heard(question, json_get_text(block, "text"));
    return 0;
}

static int read_content(const struct json *content, const char *where, bool is_last, struct ai_question *question,
                        struct ai_trouble *trouble)
{
    if (json_kind(content) == JSON_ARRAY && json_count(content) > 0) {
        for (const struct json *block = json_first(content); block != NULL; block = json_next(block))
            if (read_block(block, where, is_last, question, trouble) != 0)
                return -1;
        return 0;
    }
    if (ai_text(content, where, question, trouble) != 0)
        return -1;
    if (is_last)
        ai_heard(question, json_text(content));
    return 0;
}

static int read_messages(const struct json *messages, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "role", "content", NULL };
    bool is_user = false, was_user = false;
    char where[48];

    if (json_kind(messages) != JSON_ARRAY || json_count(messages) == 0)
        return trouble_set(trouble, AI_INVALID, "messages", "messages: at least one message is needed.");
    for (const struct json *message = json_first(messages); message != NULL; message = json_next(message)) {
        const char *role = json_get_text(message, "role");

        snprintf(where, sizeof where, "messages.%zu", question->messages);
        if (ai_members(message, where, NAMES, trouble) != 0)
            return -1;
        is_user = role != NULL && strcmp(role, "user") == 0;
        if (role == NULL || (!is_user && strcmp(role, "assistant") != 0))
            return trouble_set(trouble, AI_INVALID, "messages", "%s.role must be \"user\" or \"assistant\".", where);
        if (ai_take_turn(is_user, &was_user, question->messages++, trouble) != 0 ||
            read_content(json_get(message, "content"), where, json_next(message) == NULL, question, trouble) != 0)
            return -1;
    }
    if (!is_user)
        return trouble_set(trouble, AI_INVALID, "messages", "The conversation must end with a message of the user.");
    return 0;
}

static int read_system(const struct json *system, struct ai_question *question, struct ai_trouble *trouble)
{
    if (system == NULL)
        return 0;
    if (json_kind(system) == JSON_ARRAY) {
        for (const struct json *block = json_first(system); block != NULL; block = json_next(block)) {
            if (read_block(block, "system", false, question, trouble) != 0)
                return -1;
            ai_told(question, json_get_text(block, "text"));
        }
        return 0;
    }
    if (ai_text(system, "system", question, trouble) != 0)
        return -1;
    ai_told(question, json_text(system));
    return 0;
}

static int read_tools(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "name", "description", "input_schema", "type", "cache_control", NULL };
    const struct json *tools = json_get(root, "tools"), *choice = json_get(root, "tool_choice");
    char where[32];
    size_t index = 0;

    if (choice != NULL && (tools == NULL || json_get_text(choice, "type") == NULL))
        return trouble_set(trouble, AI_INVALID, "tool_choice", "tool_choice has a type, and needs tools.");
    if (tools != NULL && json_kind(tools) != JSON_ARRAY)
        return trouble_set(trouble, AI_INVALID, "tools", "tools must be an array.");
    for (const struct json *item = json_first(tools); item != NULL; item = json_next(item)) {
        snprintf(where, sizeof where, "tools.%zu", index++);
        if (ai_members(item, where, NAMES, trouble) != 0)
            return -1;
        struct ai_tool tool = { .name = json_get_text(item, "name"), .where = where,
                                .description = json_get_text(item, "description"),
                                .schema = json_get(item, "input_schema"), .needs_schema = true };
        if (ai_offer_tool(&tool, question, trouble) != 0)
            return -1;
    }
    return 0;
}

static int anthropic_judge(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = {
        "model", "messages", "max_tokens", "system", "temperature", "top_p", "top_k", "tools", "tool_choice",
        "stop_sequences", "stream", "metadata", "service_tier", "thinking", "output_config", NULL,
    };
    const char *model = json_get_text(root, "model");

    if (ai_members(root, "The request", NAMES, trouble) != 0)
        return -1;
    if (model == NULL || *model == '\0')
        return trouble_set(trouble, AI_INVALID, "model", "model: this member is needed.");
    snprintf(question->model, sizeof question->model, "%s", model);
    if (json_get(root, "max_tokens") == NULL)
        return trouble_set(trouble, AI_INVALID, "max_tokens", "max_tokens: this member is needed.");
    if (json_get_bool(root, "stream", false))
        return trouble_set(trouble, AI_INVALID, "stream", "The sandbox does not stream.");
    if (ai_number(root, "max_tokens", 1, 1000000, true, trouble) != 0 ||
        ai_number(root, "temperature", 0, 1, false, trouble) != 0 || ai_number(root, "top_p", 0, 1, false, trouble) != 0)
        return -1;
    question->max_tokens = json_get_int(root, "max_tokens", 0);
    if (read_system(json_get(root, "system"), question, trouble) != 0 ||
        read_messages(json_get(root, "messages"), question, trouble) != 0)
        return -1;
    return read_tools(root, question, trouble);
}

/* Answers */

static const char *stop_reason(const struct ai_reply *reply)
{
    switch (reply->end) {
    case AI_END_CUT: return "max_tokens";
    case AI_END_DECLINED:
    case AI_END_FILTERED: return "refusal";
    case AI_END_TOOL: return "tool_use";
    case AI_END_STOP: break;
    }
    return "end_turn";
}

/* A refusal leaves nothing of what was begun. */
static void write_content(const struct ai_reply *reply, struct jsonw *w)
{
    char id[AI_ID_SIZE + 8];

    jsonw_array(w, "content");
    if (*reply->text != '\0' && reply->end != AI_END_DECLINED) {
        jsonw_object(w, NULL);
        jsonw_text(w, "type", "text");
        jsonw_text(w, "text", reply->text);
        jsonw_end_object(w);
    }
    if (reply->end == AI_END_TOOL) {
        snprintf(id, sizeof id, "toolu_%s", reply->id);
        jsonw_object(w, NULL);
        jsonw_text(w, "type", "tool_use");
        jsonw_text(w, "id", id);
        jsonw_text(w, "name", reply->tool);
        jsonw_raw(w, "input", reply->arguments);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
}

static void anthropic_write(const struct ai_question *question, const struct ai_reply *reply, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    char id[AI_ID_SIZE + 8];

    snprintf(id, sizeof id, "msg_%s", reply->id);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "id", id);
    jsonw_text(&w, "type", "message");
    jsonw_text(&w, "role", "assistant");
    jsonw_text(&w, "model", question->model);
    write_content(reply, &w);
    jsonw_text(&w, "stop_reason", stop_reason(reply));
    jsonw_null(&w, "stop_sequence");
    jsonw_object(&w, "usage");
    jsonw_int(&w, "input_tokens", question->tokens_in);
    jsonw_int(&w, "cache_creation_input_tokens", 0);
    jsonw_int(&w, "cache_read_input_tokens", 0);
    jsonw_int(&w, "output_tokens", reply->tokens_out);
    jsonw_text(&w, "service_tier", "standard");
    jsonw_end_object(&w);
    jsonw_end_object(&w);
    buf_addf(&answer->headers, "request-id: req_%s\r\n", reply->id);
}

static const struct ai_error ANTHROPIC_ERRORS[] = {
    { AI_INVALID, 400, "invalid_request_error", NULL, NULL },
    { AI_UNSUPPORTED, 400, "invalid_request_error", NULL, NULL },
    { AI_TOO_LONG, 400, "invalid_request_error", NULL, NULL },
    { AI_FILTERED, 400, "invalid_request_error", NULL, "Output blocked by content filtering policy" },
    { AI_NO_MONEY, 400, "invalid_request_error", NULL, "Your credit balance is too low." },
    { AI_NO_KEY, 401, "authentication_error", NULL, NULL },
    { AI_WRONG_KEY, 401, "authentication_error", NULL, NULL },
    { AI_STATUS, 402, "billing_error", NULL, NULL },
    { AI_STATUS, 403, "permission_error", NULL, NULL },
    { AI_NO_MODEL, 404, "not_found_error", NULL, NULL },
    { AI_NO_PATH, 404, "not_found_error", NULL, NULL },
    { AI_STATUS, 413, "request_too_large", NULL, NULL },
    { AI_LIMITED, 429, "rate_limit_error", NULL, NULL },
    { AI_STATUS, 500, "api_error", NULL, NULL },
    { AI_STATUS, 504, "timeout_error", NULL, NULL },
    { AI_OVERLOADED, 529, "overloaded_error", NULL, NULL },
    { 0 },
};

static void anthropic_write_error(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                                  struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    char request_id[AI_ID_SIZE + 8];

    snprintf(request_id, sizeof request_id, "req_%s", id);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "type", "error");
    jsonw_object(&w, "error");
    jsonw_text(&w, "type", error->type != NULL ? error->type : "api_error");
    jsonw_text(&w, "message", trouble->message);
    jsonw_end_object(&w);
    jsonw_text(&w, "request_id", request_id);
    jsonw_end_object(&w);
    buf_addf(&answer->headers, "request-id: %s\r\n", request_id);
}

const struct ai_dialect ai_anthropic = {
    .name = "anthropic",
    .errors = ANTHROPIC_ERRORS,
    .has_path = anthropic_has_path,
    .enter = anthropic_enter,
    .judge = anthropic_judge,
    .write = anthropic_write,
    .write_error = anthropic_write_error,
    .is_filter_error = true,
};
