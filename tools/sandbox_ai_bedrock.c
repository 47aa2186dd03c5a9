/*
 * sandbox_ai_bedrock: Converse, as Amazon Bedrock has it. Errors are named by a header; whoever may not enter gets a 403.
 * With a key of the form ACCESS_KEY_ID:SECRET_ACCESS_KEY the signature is worked out anew, else only its form is looked at.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_ai_dialect.h"
#include "sandbox_ai_sign.h"

static const char MODEL[] = "/model/", CONVERSE[] = "/converse";

static bool bedrock_has_path(const char *path)
{
    size_t len = strlen(path);

    return strncmp(path, MODEL, sizeof MODEL - 1) == 0 && len > sizeof MODEL + sizeof CONVERSE - 2 &&
           strcmp(path + len - (sizeof CONVERSE - 1), CONVERSE) == 0;
}

/* The model's colon comes as %3A. */
static void read_model(const char *path, struct ai_question *question)
{
    struct buf query = { 0 }, model = { 0 };
    size_t len = strlen(path) - (sizeof MODEL - 1) - (sizeof CONVERSE - 1);

    buf_addf(&query, "model=%.*s", (int)len, path + sizeof MODEL - 1);
    if (http_query(buf_text(&query), "model", &model) == 1)
        snprintf(question->model, sizeof question->model, "%s", buf_text(&model));
    buf_release(&query);
    buf_release(&model);
}

static int bedrock_enter(const char *key, const struct http_request *request, struct ai_question *question,
                         struct ai_trouble *trouble)
{
    read_model(request->path, question);
    question->key_header = http_header(request, "Authorization") != NULL ? "authorization" : NULL;
    return sign_check(key, request, trouble);
}

static int read_block(const struct json *block, const char *where, bool is_last, struct ai_question *question,
                      struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "text", "toolUse", "toolResult", "cachePoint", NULL };

    if (ai_members(block, where, NAMES, trouble) != 0)
        return -1;
    if (json_count(block) != 1)
        return trouble_set(trouble, AI_INVALID, "messages", "%s: a content block holds exactly one thing.", where);
    if (json_get(block, "text") == NULL)
        return 0;
    if (ai_text(json_get(block, "text"), where, question, trouble) != 0)
        return -1;
    if (is_last)
        ai_heard(question, json_get_text(block, "text"));
    return 0;
}

static int read_messages(const struct json *messages, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "role", "content", NULL };
    bool is_user = false, was_user = false;
    char where[48];

    if (json_kind(messages) != JSON_ARRAY || json_count(messages) == 0)
        return trouble_set(trouble, AI_INVALID, "messages", "A conversation has at least one message.");
    for (const struct json *message = json_first(messages); message != NULL; message = json_next(message)) {
        const struct json *content = json_get(message, "content");
        const char *role = json_get_text(message, "role");

        snprintf(where, sizeof where, "messages.%zu.content", question->messages);
        if (ai_members(message, "a message", NAMES, trouble) != 0)
            return -1;
        is_user = role != NULL && strcmp(role, "user") == 0;
        if (role == NULL || (!is_user && strcmp(role, "assistant") != 0))
            return trouble_set(trouble, AI_INVALID, "messages", "%s: the role must be user or assistant.", where);
        if (json_kind(content) != JSON_ARRAY || json_count(content) == 0)
            return trouble_set(trouble, AI_INVALID, "messages", "%s must be an array with something in it.", where);
        if (ai_take_turn(is_user, &was_user, question->messages++, trouble) != 0)
            return -1;
        for (const struct json *block = json_first(content); block != NULL; block = json_next(block))
            if (read_block(block, where, json_next(message) == NULL, question, trouble) != 0)
                return -1;
    }
    if (!is_user)
        return trouble_set(trouble, AI_INVALID, "messages", "A conversation must end with a message of the user.");
    return 0;
}

static int read_system(const struct json *system, struct ai_question *question, struct ai_trouble *trouble)
{
    if (system != NULL && json_kind(system) != JSON_ARRAY)
        return trouble_set(trouble, AI_INVALID, "system", "system must be an array of blocks.");
    for (const struct json *block = json_first(system); block != NULL; block = json_next(block)) {
        if (read_block(block, "system", false, question, trouble) != 0)
            return -1;
        if (json_get_text(block, "text") != NULL)
            ai_told(question, json_get_text(block, "text"));
    }
    return 0;
}

static int read_tools(const struct json *config, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const CONFIG[] = { "tools", "toolChoice", NULL }, *const ITEM[] = { "toolSpec", NULL };
    static const char *const NAMES[] = { "name", "description", "inputSchema", "strict", NULL };
    const struct json *tools = json_get(config, "tools");
    char where[40];
    size_t index = 0;

    if (config == NULL)
        return 0;
    if (ai_members(config, "toolConfig", CONFIG, trouble) != 0)
        return -1;
    if (json_kind(tools) != JSON_ARRAY || json_count(tools) == 0)
        return trouble_set(trouble, AI_INVALID, "toolConfig", "toolConfig.tools has at least one tool.");
    for (const struct json *item = json_first(tools); item != NULL; item = json_next(item)) {
        const struct json *spec = json_get(item, "toolSpec");

        snprintf(where, sizeof where, "toolConfig.tools.%zu", index++);
        if (ai_members(item, where, ITEM, trouble) != 0 || ai_members(spec, where, NAMES, trouble) != 0)
            return -1;
        struct ai_tool tool = { .name = json_get_text(spec, "name"), .where = where,
                                .description = json_get_text(spec, "description"),
                                .schema = json_get(json_get(spec, "inputSchema"), "json"), .needs_schema = true };
        if (ai_offer_tool(&tool, question, trouble) != 0)
            return -1;
    }
    return 0;
}

static int read_config(const struct json *config, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "maxTokens", "temperature", "topP", "stopSequences", NULL };

    if (config == NULL)
        return 0;
    if (ai_members(config, "inferenceConfig", NAMES, trouble) != 0 ||
        ai_number(config, "maxTokens", 1, 1000000, true, trouble) != 0 ||
        ai_number(config, "temperature", 0, 1, false, trouble) != 0 ||
        ai_number(config, "topP", 0, 1, false, trouble) != 0)
        return -1;
    question->max_tokens = json_get_int(config, "maxTokens", 0);
    return 0;
}

static int bedrock_judge(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = {
        "messages", "system", "inferenceConfig", "toolConfig", "additionalModelRequestFields", "guardrailConfig",
        "additionalModelResponseFieldPaths", "performanceConfig", "requestMetadata", "serviceTier", NULL,
    };

    if (ai_members(root, "The request", NAMES, trouble) != 0 ||
        read_system(json_get(root, "system"), question, trouble) != 0 ||
        read_messages(json_get(root, "messages"), question, trouble) != 0 ||
        read_config(json_get(root, "inferenceConfig"), question, trouble) != 0)
        return -1;
    return read_tools(json_get(root, "toolConfig"), question, trouble);
}

/* Answers */

static const char *stop_reason(const struct ai_reply *reply)
{
    switch (reply->end) {
    case AI_END_CUT: return "max_tokens";
    case AI_END_DECLINED: return "content_filtered";
    case AI_END_FILTERED: return "guardrail_intervened";
    case AI_END_TOOL: return "tool_use";
    case AI_END_STOP: break;
    }
    return "end_turn";
}

static void write_message(const struct ai_reply *reply, struct jsonw *w)
{
    char id[AI_ID_SIZE + 12];

    jsonw_object(w, "message");
    jsonw_array(w, "content");
    if (*reply->text != '\0') {
        jsonw_object(w, NULL);
        jsonw_text(w, "text", reply->text);
        jsonw_end_object(w);
    }
    if (reply->end == AI_END_TOOL) {
        snprintf(id, sizeof id, "tooluse_%s", reply->id);
        jsonw_object(w, NULL);
        jsonw_object(w, "toolUse");
        jsonw_raw(w, "input", reply->arguments);
        jsonw_text(w, "name", reply->tool);
        jsonw_text(w, "toolUseId", id);
        jsonw_end_object(w);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
    jsonw_text(w, "role", "assistant");
    jsonw_end_object(w);
}

static void bedrock_write(const struct ai_question *question, const struct ai_reply *reply, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    jsonw_object(&w, NULL);
    jsonw_object(&w, "metrics");
    jsonw_int(&w, "latencyMs", answer->delay_ms);
    jsonw_end_object(&w);
    jsonw_object(&w, "output");
    write_message(reply, &w);
    jsonw_end_object(&w);
    jsonw_text(&w, "stopReason", stop_reason(reply));
    jsonw_object(&w, "usage");
    jsonw_int(&w, "inputTokens", question->tokens_in);
    jsonw_int(&w, "outputTokens", reply->tokens_out);
    jsonw_int(&w, "totalTokens", question->tokens_in + reply->tokens_out);
    jsonw_end_object(&w);
    jsonw_end_object(&w);
    buf_addf(&answer->headers, "x-amzn-requestid: %s\r\n", reply->id);
}

static const struct ai_error BEDROCK_ERRORS[] = {
    { AI_INVALID, 400, "ValidationException", NULL, NULL },
    { AI_UNSUPPORTED, 400, "ValidationException", NULL, NULL },
    { AI_TOO_LONG, 400, "ValidationException", NULL, NULL },
    { AI_NO_MODEL, 400, "ValidationException", NULL, "The model identifier is invalid." },
    { AI_NO_MONEY, 400, "ServiceQuotaExceededException", NULL, NULL },
    { AI_NO_KEY, 403, "MissingAuthenticationTokenException", NULL, NULL },
    { AI_WRONG_KEY, 403, "UnrecognizedClientException", NULL, NULL },
    { AI_WRONG_SIGN, 403, "InvalidSignatureException", NULL, NULL },
    { AI_NO_PATH, 404, "UnknownOperationException", NULL, NULL },
    { AI_STATUS, 404, "ResourceNotFoundException", NULL, NULL },
    { AI_STATUS, 408, "ModelTimeoutException", NULL, NULL },
    { AI_STATUS, 424, "ModelErrorException", NULL, NULL },
    { AI_LIMITED, 429, "ThrottlingException", NULL, NULL },
    { AI_STATUS, 500, "InternalServerException", NULL, NULL },
    { AI_OVERLOADED, 503, "ServiceUnavailableException", NULL, NULL },
    { 0 },
};

static void bedrock_write_error(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                                struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    jsonw_object(&w, NULL);
    jsonw_text(&w, "message", trouble->message);
    jsonw_end_object(&w);
    buf_addf(&answer->headers, "x-amzn-errortype: %s\r\nx-amzn-requestid: %s\r\n",
             error->type != NULL ? error->type : "InternalServerException", id);
}

const struct ai_dialect ai_bedrock = {
    .name = "bedrock",
    .errors = BEDROCK_ERRORS,
    .has_path = bedrock_has_path,
    .enter = bedrock_enter,
    .judge = bedrock_judge,
    .write = bedrock_write,
    .write_error = bedrock_write_error,
};
