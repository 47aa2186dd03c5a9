/*
 * sandbox_ai_openai: Chat Completions, as OpenAI has it and as Azure has it. The two differ at the door (Azure: the key
 * in api-key, the model in the path, an api-version in the query), in their errors, and in that Azure's filter refuses
 * the request where OpenAI's ends the answer.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_ai_dialect.h"

enum { TOOLS_MAX = 128 };

static const char DEPLOYMENTS[] = "/openai/deployments/", SUFFIX[] = "/chat/completions";

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool openai_has_path(const char *path)
{
    return ends_with(path, "/v1/chat/completions");
}

static bool azure_has_path(const char *path)
{
    return strncmp(path, DEPLOYMENTS, sizeof DEPLOYMENTS - 1) == 0 && ends_with(path, SUFFIX);
}

static int openai_enter(const char *key, const struct http_request *request, struct ai_question *question,
                        struct ai_trouble *trouble)
{
    const char *given = ai_bearer(request);

    question->key_header = given != NULL ? "authorization" : NULL;
    if (given == NULL && http_header(request, "api-key") != NULL) { /* Azure's v1 paths */
        question->key_header = "api-key";
        given = http_header(request, "api-key");
    }
    return ai_key(given, key, trouble);
}

static int azure_enter(const char *key, const struct http_request *request, struct ai_question *question,
                       struct ai_trouble *trouble)
{
    const char *given = http_header(request, "api-key"), *deployment = request->path + sizeof DEPLOYMENTS - 1;
    struct buf version = { 0 };
    bool has_version = http_query(request->query, "api-version", &version) == 1 && version.len > 0;

    buf_release(&version);
    snprintf(question->model, sizeof question->model, "%.*s", (int)strcspn(deployment, "/"), deployment);
    question->key_header = given != NULL ? "api-key" : ai_bearer(request) != NULL ? "authorization" : NULL;
    if (ai_key(given != NULL ? given : ai_bearer(request), key, trouble) != 0)
        return -1;
    if (!has_version || strcmp(deployment + strcspn(deployment, "/"), SUFFIX) != 0)
        return trouble_set(trouble, AI_NO_PATH, NULL,
                           "Ask like this: /openai/deployments/NAME/chat/completions?api-version=2024-10-21.");
    return 0;
}

/* Models that think before they speak: they count their thoughts, and take no temperature. */
static bool is_thinker(const char *model)
{
    const char *name = strrchr(model, '/') != NULL ? strrchr(model, '/') + 1 : model;

    return strncmp(name, "gpt-5", 5) == 0 || (name[0] == 'o' && name[1] >= '1' && name[1] <= '9');
}

static int check_limits(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    const struct json *old = json_get(root, "max_tokens"), *new = json_get(root, "max_completion_tokens");
    const struct json *temperature = json_get(root, "temperature");
    int64_t number = 0;

    if (old != NULL && new != NULL)
        return trouble_set(trouble, AI_INVALID, "max_tokens", "Give max_tokens or max_completion_tokens, not both.");
    if (old != NULL && is_thinker(question->model))
        return trouble_set(trouble, AI_UNSUPPORTED, "max_tokens",
                           "'max_tokens' is not taken by this model: use 'max_completion_tokens'.");
    if (temperature != NULL && is_thinker(question->model) && (!json_int(temperature, &number) || number != 1))
        return trouble_set(trouble, AI_UNSUPPORTED, "temperature", "This model takes no temperature but 1.");
    if (ai_number(root, "max_tokens", 1, 1000000, true, trouble) != 0 ||
        ai_number(root, "max_completion_tokens", 1, 1000000, true, trouble) != 0 ||
        ai_number(root, "temperature", 0, 2, false, trouble) != 0 || ai_number(root, "top_p", 0, 1, false, trouble) != 0)
        return -1;
    question->max_tokens = json_get_int(root, old != NULL ? "max_tokens" : "max_completion_tokens", 0);
    return 0;
}

/* A text that was read and counted is kept where it belongs: the prompt, and the last of all messages. */
static void keep(const char *text, bool is_system, bool is_last, struct ai_question *question)
{
    if (is_system)
        ai_told(question, text);
    if (is_last)
        ai_heard(question, text);
}

static int read_parts(const struct json *parts, const char *where, bool is_system, bool is_last,
                      struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "type", "text", NULL };

    if (json_count(parts) == 0)
        return trouble_set(trouble, AI_INVALID, "messages", "%s is empty.", where);
    for (const struct json *part = json_first(parts); part != NULL; part = json_next(part)) {
        const char *type = json_get_text(part, "type");

        if (ai_members(part, "a part of content", NAMES, trouble) != 0)
            return -1;
        if (type == NULL || strcmp(type, "text") != 0)
            return trouble_set(trouble, AI_INVALID, "messages", "%s: the sandbox reads parts of the type text.", where);
        if (ai_text(json_get(part, "text"), where, question, trouble) != 0)
            return -1;
        keep(json_get_text(part, "text"), is_system, is_last, question);
    }
    return 0;
}

static int read_message(const struct json *message, size_t index, bool is_last, struct ai_question *question,
                        struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "role", "content", "name", "refusal", "tool_calls", "tool_call_id", NULL };
    static const char ROLES[] = " system developer user assistant tool ";
    const struct json *content = json_get(message, "content");
    const char *role = json_get_text(message, "role");
    char where[48], word[20];

    snprintf(where, sizeof where, "messages[%zu]", index);
    if (ai_members(message, where, NAMES, trouble) != 0)
        return -1;
    snprintf(word, sizeof word, " %.16s ", role != NULL ? role : "?");
    if (role == NULL || strchr(role, ' ') != NULL || strstr(ROLES, word) == NULL)
        return trouble_set(trouble, AI_INVALID, "messages",
                           "%s.role must be system, developer, user, assistant or tool.", where);
    bool is_system = strcmp(role, "system") == 0 || strcmp(role, "developer") == 0;
    question->messages += !is_system;
    if (strcmp(role, "tool") == 0 && json_get_text(message, "tool_call_id") == NULL)
        return trouble_set(trouble, AI_INVALID, "messages", "%s: a message of a tool needs its tool_call_id.", where);
    if (strcmp(role, "assistant") == 0 && json_kind(content) <= JSON_NULL && json_count(json_get(message, "tool_calls")) > 0)
        return 0;
    snprintf(where, sizeof where, "messages[%zu].content", index);
    if (json_kind(content) == JSON_ARRAY)
        return read_parts(content, where, is_system, is_last, question, trouble);
    if (ai_text(content, where, question, trouble) != 0)
        return -1;
    keep(json_text(content), is_system, is_last, question);
    return 0;
}

static int read_messages(const struct json *messages, struct ai_question *question, struct ai_trouble *trouble)
{
    size_t index = 0;

    if (json_kind(messages) != JSON_ARRAY || json_count(messages) == 0)
        return trouble_set(trouble, AI_INVALID, "messages", "messages must be an array with something in it.");
    for (const struct json *message = json_first(messages); message != NULL; message = json_next(message))
        if (read_message(message, index++, json_next(message) == NULL, question, trouble) != 0)
            return -1;
    return 0;
}

static int read_tools(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "type", "function", NULL };
    static const char *const FUNCTION[] = { "name", "description", "parameters", "strict", NULL };
    const struct json *tools = json_get(root, "tools");
    char where[32];
    size_t index = 0;

    if (tools == NULL && json_get(root, "tool_choice") != NULL)
        return trouble_set(trouble, AI_INVALID, "tool_choice", "tool_choice makes no sense without tools.");
    if (tools != NULL && (json_kind(tools) != JSON_ARRAY || json_count(tools) == 0 || json_count(tools) > TOOLS_MAX))
        return trouble_set(trouble, AI_INVALID, "tools", "tools must be an array of 1 to %d.", TOOLS_MAX);
    for (const struct json *item = json_first(tools); item != NULL; item = json_next(item)) {
        const struct json *function = json_get(item, "function");
        const char *type = json_get_text(item, "type");

        snprintf(where, sizeof where, "tools[%zu]", index++);
        if (ai_members(item, where, NAMES, trouble) != 0 || ai_members(function, where, FUNCTION, trouble) != 0)
            return -1;
        if (type == NULL || strcmp(type, "function") != 0)
            return trouble_set(trouble, AI_INVALID, "tools", "%s.type must be \"function\".", where);
        struct ai_tool tool = { .name = json_get_text(function, "name"), .where = where,
                                .description = json_get_text(function, "description"),
                                .schema = json_get(function, "parameters") };
        if (ai_offer_tool(&tool, question, trouble) != 0)
            return -1;
    }
    return 0;
}

/* JSON on request is JSON only to a model that was told so. */
static int read_format(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    const char *type = json_get_text(json_get(root, "response_format"), "type");

    question->wants_json = type != NULL && strncmp(type, "json_", 5) == 0;
    if (type != NULL && strcmp(type, "json_object") == 0 && strcasestr(buf_text(&question->system), "json") == NULL &&
        strcasestr(buf_text(&question->last), "json") == NULL)
        return trouble_set(trouble, AI_INVALID, "messages",
                           "response_format json_object needs the word JSON in the messages.");
    return 0;
}

static int openai_judge(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = {
        "model", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "tools", "tool_choice",
        "parallel_tool_calls", "response_format", "stop", "stream", "n", "user", "seed", "store", "metadata",
        "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "reasoning_effort",
        "verbosity", "service_tier", "safety_identifier", "prompt_cache_key", NULL,
    };
    const char *model = json_get_text(root, "model");

    if (ai_members(root, "The request", NAMES, trouble) != 0)
        return -1;
    if (question->model[0] == '\0' && (model == NULL || *model == '\0'))
        return trouble_set(trouble, AI_INVALID, "model", "The request names no model.");
    if (question->model[0] == '\0')
        snprintf(question->model, sizeof question->model, "%s", model);
    if (json_get_bool(root, "stream", false) || json_get_int(root, "n", 1) != 1)
        return trouble_set(trouble, AI_INVALID, "stream", "The sandbox gives one answer, and does not stream.");
    if (read_messages(json_get(root, "messages"), question, trouble) != 0 || check_limits(root, question, trouble) != 0 ||
        read_tools(root, question, trouble) != 0)
        return -1;
    return read_format(root, question, trouble);
}

/* Answers */

static const char *finish_reason(const struct ai_reply *reply)
{
    switch (reply->end) {
    case AI_END_CUT: return "length";
    case AI_END_FILTERED: return "content_filter";
    case AI_END_TOOL: return "tool_calls";
    case AI_END_STOP:
    case AI_END_DECLINED: break;
    }
    return "stop";
}

static void write_message(const struct ai_reply *reply, struct jsonw *w)
{
    bool is_said = reply->end != AI_END_DECLINED && (reply->end != AI_END_TOOL || *reply->text != '\0');

    jsonw_object(w, "message");
    jsonw_text(w, "role", "assistant");
    jsonw_text(w, "content", is_said ? reply->text : NULL);
    jsonw_text(w, "refusal", reply->end == AI_END_DECLINED ? reply->text : NULL);
    if (reply->end == AI_END_TOOL) {
        char id[AI_ID_SIZE + 8];

        snprintf(id, sizeof id, "call_%s", reply->id);
        jsonw_array(w, "tool_calls");
        jsonw_object(w, NULL);
        jsonw_text(w, "id", id);
        jsonw_text(w, "type", "function");
        jsonw_object(w, "function");
        jsonw_text(w, "name", reply->tool);
        jsonw_text(w, "arguments", reply->arguments);
        jsonw_end_object(w);
        jsonw_end_object(w);
        jsonw_end_array(w);
    }
    jsonw_array(w, "annotations");
    jsonw_end_array(w);
    jsonw_end_object(w);
}

static void write_usage(const struct ai_question *question, const struct ai_reply *reply, struct jsonw *w)
{
    jsonw_object(w, "usage");
    jsonw_int(w, "prompt_tokens", question->tokens_in);
    jsonw_int(w, "completion_tokens", reply->tokens_out);
    jsonw_int(w, "total_tokens", question->tokens_in + reply->tokens_out);
    jsonw_object(w, "prompt_tokens_details");
    jsonw_int(w, "cached_tokens", 0);
    jsonw_end_object(w);
    jsonw_object(w, "completion_tokens_details");
    jsonw_int(w, "reasoning_tokens", 0);
    jsonw_end_object(w);
    jsonw_end_object(w);
}

static void openai_write(const struct ai_question *question, const struct ai_reply *reply, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    char id[AI_ID_SIZE + 12];

    snprintf(id, sizeof id, "chatcmpl-%s", reply->id);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "id", id);
    jsonw_text(&w, "object", "chat.completion");
    jsonw_int(&w, "created", reply->at_ms / 1000);
    jsonw_text(&w, "model", question->model);
    jsonw_array(&w, "choices");
    jsonw_object(&w, NULL);
    jsonw_int(&w, "index", 0);
    write_message(reply, &w);
    jsonw_null(&w, "logprobs");
    jsonw_text(&w, "finish_reason", finish_reason(reply));
    jsonw_end_object(&w);
    jsonw_end_array(&w);
    write_usage(question, reply, &w);
    jsonw_text(&w, "service_tier", "default");
    jsonw_null(&w, "system_fingerprint");
    jsonw_end_object(&w);
    buf_addf(&answer->headers, "x-request-id: req_%s\r\n", reply->id);
}

static const struct ai_error OPENAI_ERRORS[] = {
    { AI_INVALID, 400, "invalid_request_error", NULL, NULL },
    { AI_UNSUPPORTED, 400, "invalid_request_error", "unsupported_parameter", NULL },
    { AI_TOO_LONG, 400, "invalid_request_error", "context_length_exceeded", NULL },
    { AI_NO_KEY, 401, "invalid_request_error", NULL, NULL },
    { AI_WRONG_KEY, 401, "invalid_request_error", "invalid_api_key", NULL },
    { AI_NO_MODEL, 404, "invalid_request_error", "model_not_found", NULL },
    { AI_NO_PATH, 404, "invalid_request_error", "unknown_url", NULL },
    { AI_LIMITED, 429, "requests", "rate_limit_exceeded", NULL },
    { AI_NO_MONEY, 429, "insufficient_quota", "insufficient_quota", NULL },
    { AI_STATUS, 403, "invalid_request_error", "unsupported_country_region_territory", NULL },
    { AI_STATUS, 500, "server_error", NULL, NULL },
    { AI_OVERLOADED, 503, "server_error", "service_unavailable", NULL },
    { 0 },
};

static void openai_write_error(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                               struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    jsonw_object(&w, NULL);
    jsonw_object(&w, "error");
    jsonw_text(&w, "message", trouble->message);
    jsonw_text(&w, "type", error->type != NULL ? error->type : "invalid_request_error");
    jsonw_text(&w, "param", trouble->param[0] != '\0' ? trouble->param : NULL);
    jsonw_text(&w, "code", error->code);
    jsonw_end_object(&w);
    jsonw_end_object(&w);
    buf_addf(&answer->headers, "x-request-id: req_%s\r\n", id);
}

static const struct ai_error AZURE_ERRORS[] = {
    { AI_INVALID, 400, "invalid_request_error", NULL, NULL },
    { AI_UNSUPPORTED, 400, "invalid_request_error", "unsupported_parameter", NULL },
    { AI_TOO_LONG, 400, "invalid_request_error", "context_length_exceeded", NULL },
    { AI_FILTERED, 400, NULL, "content_filter", NULL },
    { AI_NO_KEY, 401, NULL, "401", NULL },
    { AI_WRONG_KEY, 401, NULL, "401", NULL },
    { AI_NO_MODEL, 404, NULL, "DeploymentNotFound", NULL },
    { AI_NO_PATH, 404, NULL, "404", NULL },
    { AI_LIMITED, 429, NULL, "429", NULL },
    { AI_NO_MONEY, 429, NULL, "insufficient_quota", NULL },
    { AI_STATUS, 500, "server_error", "InternalServerError", NULL },
    { AI_OVERLOADED, 503, NULL, "503", NULL },
    { 0 },
};

/* What was wrong with the prompt, category by category. */
static void write_filter_result(struct jsonw *w)
{
    static const char *const CATEGORIES[] = { "hate", "self_harm", "sexual", "violence" };

    jsonw_int(w, "status", 400);
    jsonw_object(w, "innererror");
    jsonw_text(w, "code", "ResponsibleAIPolicyViolation");
    jsonw_object(w, "content_filter_result");
    for (size_t i = 0; i < sizeof CATEGORIES / sizeof CATEGORIES[0]; i++) {
        bool is_hit = strcmp(CATEGORIES[i], "violence") == 0;

        jsonw_object(w, CATEGORIES[i]);
        jsonw_bool(w, "filtered", is_hit);
        jsonw_text(w, "severity", is_hit ? "medium" : "safe");
        jsonw_end_object(w);
    }
    jsonw_end_object(w);
    jsonw_end_object(w);
}

static void azure_write_error(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                              struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    char number[12];

    snprintf(number, sizeof number, "%d", error->status);
    jsonw_object(&w, NULL);
    jsonw_object(&w, "error");
    jsonw_text(&w, "code", error->code != NULL || error->type != NULL ? error->code : number);
    jsonw_text(&w, "message", trouble->message);
    if (error->type != NULL) {
        jsonw_text(&w, "type", error->type);
        jsonw_text(&w, "param", trouble->param[0] != '\0' ? trouble->param : NULL);
    }
    if (error->kind == AI_FILTERED) {
        jsonw_text(&w, "param", "prompt");
        jsonw_null(&w, "type");
        write_filter_result(&w);
    }
    jsonw_end_object(&w);
    jsonw_end_object(&w);
    buf_addf(&answer->headers, "apim-request-id: %s\r\n", id);
}

const struct ai_dialect ai_openai = {
    .name = "openai",
    .errors = OPENAI_ERRORS,
    .has_path = openai_has_path,
    .enter = openai_enter,
    .judge = openai_judge,
    .write = openai_write,
    .write_error = openai_write_error,
};

const struct ai_dialect ai_azure = {
    .name = "azure",
    .errors = AZURE_ERRORS,
    .has_path = azure_has_path,
    .enter = azure_enter,
    .judge = openai_judge,
    .write = openai_write,
    .write_error = azure_write_error,
    .is_filter_error = true,
};
