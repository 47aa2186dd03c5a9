/*
 * sandbox_ai_gemini: generateContent, as the Gemini API has it. A wrong key is a 400 there and no key a 403; a function
 * without parameters has none, for an OBJECT without properties is refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_ai_dialect.h"

static const char METHOD[] = ":generateContent";

/* Where the model begins in /v1beta/models/MODEL:generateContent; NULL: another path. */
static const char *model_in(const char *path)
{
    static const char MODELS[] = "/models/";
    const char *models = strstr(path, MODELS);
    size_t len = strlen(path);

    if ((strncmp(path, "/v1beta/", 8) != 0 && strncmp(path, "/v1/", 4) != 0) || models == NULL ||
        len < sizeof METHOD || strcmp(path + len - (sizeof METHOD - 1), METHOD) != 0)
        return NULL;
    return models + sizeof MODELS - 1;
}

static bool gemini_has_path(const char *path)
{
    return model_in(path) != NULL;
}

static int gemini_enter(const char *key, const struct http_request *request, struct ai_question *question,
                        struct ai_trouble *trouble)
{
    const char *given = http_header(request, "x-goog-api-key"), *model = model_in(request->path);

    snprintf(question->model, sizeof question->model, "%.*s", (int)strcspn(model, ":"), model);
    question->key_header = given != NULL ? "x-goog-api-key" : NULL;
    return ai_key(given, key, trouble);
}

static int read_part(const struct json *part, const char *where, bool is_last, struct ai_question *question,
                     struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "text", "functionCall", "functionResponse", "thought", "thoughtSignature", NULL };

    if (ai_members(part, where, NAMES, trouble) != 0)
        return -1;
    if (json_get(part, "functionCall") != NULL || json_get(part, "functionResponse") != NULL)
        return 0;
    if (ai_text(json_get(part, "text"), where, question, trouble) != 0)
        return -1;
    if (is_last)
        ai_heard(question, json_get_text(part, "text"));
    return 0;
}

static int read_parts(const struct json *parts, const char *where, bool is_last, struct ai_question *question,
                      struct ai_trouble *trouble)
{
    if (json_kind(parts) != JSON_ARRAY || json_count(parts) == 0)
        return trouble_set(trouble, AI_INVALID, "contents", "%s.parts must not be empty.", where);
    for (const struct json *part = json_first(parts); part != NULL; part = json_next(part))
        if (read_part(part, where, is_last, question, trouble) != 0)
            return -1;
    return 0;
}

static int read_contents(const struct json *contents, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "role", "parts", NULL };
    bool is_user = false;
    char where[40];

    if (json_kind(contents) != JSON_ARRAY || json_count(contents) == 0)
        return trouble_set(trouble, AI_INVALID, "contents", "contents is not specified.");
    for (const struct json *content = json_first(contents); content != NULL; content = json_next(content)) {
        const char *role = json_get_text(content, "role");

        snprintf(where, sizeof where, "contents[%zu]", question->messages);
        if (ai_members(content, where, NAMES, trouble) != 0)
            return -1;
        is_user = role != NULL && strcmp(role, "user") == 0;
        if (!is_user && (role == NULL || strcmp(role, "model") != 0))
            return trouble_set(trouble, AI_INVALID, "contents", "%s: a valid role is user or model.", where);
        if (question->messages++ == 0 && !is_user)
            return trouble_set(trouble, AI_INVALID, "contents", "The first turn has to be the user's.");
        if (read_parts(json_get(content, "parts"), where, json_next(content) == NULL, question, trouble) != 0)
            return -1;
    }
    if (!is_user)
        return trouble_set(trouble, AI_INVALID, "contents", "The last turn has to be the user's.");
    return 0;
}

static int read_system(const struct json *system, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "role", "parts", NULL };

    if (system == NULL)
        return 0;
    if (ai_members(system, "systemInstruction", NAMES, trouble) != 0 ||
        read_parts(json_get(system, "parts"), "systemInstruction", false, question, trouble) != 0)
        return -1;
    for (const struct json *part = json_first(json_get(system, "parts")); part != NULL; part = json_next(part))
        if (json_get_text(part, "text") != NULL)
            ai_told(question, json_get_text(part, "text"));
    return 0;
}

static int read_functions(const struct json *group, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const GROUP[] = { "functionDeclarations", NULL };
    static const char *const NAMES[] = { "name", "description", "parameters", "parametersJsonSchema", NULL };
    const struct json *functions = json_get(group, "functionDeclarations");
    char where[64];
    size_t index = 0;

    if (ai_members(group, "tools", GROUP, trouble) != 0)
        return -1;
    if (json_kind(functions) != JSON_ARRAY || json_count(functions) == 0)
        return trouble_set(trouble, AI_INVALID, "tools", "functionDeclarations must be an array with something in it.");
    for (const struct json *item = json_first(functions); item != NULL; item = json_next(item)) {
        const struct json *own = json_get(item, "parameters"), *common = json_get(item, "parametersJsonSchema");

        snprintf(where, sizeof where, "functionDeclarations[%zu]", index++);
        if (ai_members(item, where, NAMES, trouble) != 0)
            return -1;
        if ((own != NULL && common != NULL) || json_get_text(item, "description") == NULL)
            return trouble_set(trouble, AI_INVALID, "tools", "%s: one schema at most, and a description.", where);
        struct ai_tool tool = { .name = json_get_text(item, "name"), .where = where,
                                .description = json_get_text(item, "description"),
                                .schema = own != NULL ? own : common, .is_bare_schema = own != NULL };
        if (ai_offer_tool(&tool, question, trouble) != 0)
            return -1;
    }
    return 0;
}

static int read_config(const struct json *config, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = {
        "temperature", "topP", "topK", "candidateCount", "maxOutputTokens", "stopSequences", "responseMimeType",
        "responseSchema", "responseJsonSchema", "seed", "presencePenalty", "frequencyPenalty", "thinkingConfig", NULL,
    };
    const char *type = json_get_text(config, "responseMimeType");

    if (config == NULL)
        return 0;
    if (ai_members(config, "generationConfig", NAMES, trouble) != 0 ||
        ai_number(config, "temperature", 0, 2, false, trouble) != 0 ||
        ai_number(config, "topP", 0, 1, false, trouble) != 0 ||
        ai_number(config, "candidateCount", 1, 1, true, trouble) != 0 ||
        ai_number(config, "maxOutputTokens", 1, 1000000, true, trouble) != 0)
        return -1;
    question->max_tokens = json_get_int(config, "maxOutputTokens", 0);
    question->wants_json = type != NULL && strcmp(type, "application/json") == 0;
    return 0;
}

static int gemini_judge(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "contents", "systemInstruction", "tools", "toolConfig", "generationConfig",
                                         "safetySettings", "cachedContent", NULL };
    const struct json *tools = json_get(root, "tools");

    if (ai_members(root, "The request", NAMES, trouble) != 0 ||
        read_contents(json_get(root, "contents"), question, trouble) != 0 ||
        read_system(json_get(root, "systemInstruction"), question, trouble) != 0 ||
        read_config(json_get(root, "generationConfig"), question, trouble) != 0)
        return -1;
    if (json_get(root, "toolConfig") != NULL && tools == NULL)
        return trouble_set(trouble, AI_INVALID, "toolConfig", "toolConfig makes no sense without tools.");
    if (tools != NULL && json_kind(tools) != JSON_ARRAY)
        return trouble_set(trouble, AI_INVALID, "tools", "tools must be an array.");
    for (const struct json *group = json_first(tools); group != NULL; group = json_next(group))
        if (read_functions(group, question, trouble) != 0)
            return -1;
    return 0;
}

/* Answers */

static void write_content(const struct ai_reply *reply, struct jsonw *w)
{
    jsonw_object(w, "content");
    jsonw_array(w, "parts");
    if (*reply->text != '\0') {
        jsonw_object(w, NULL);
        jsonw_text(w, "text", reply->text);
        jsonw_end_object(w);
    }
    if (reply->end == AI_END_TOOL) {
        jsonw_object(w, NULL);
        jsonw_object(w, "functionCall");
        jsonw_text(w, "name", reply->tool);
        jsonw_raw(w, "args", reply->arguments);
        jsonw_end_object(w);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
    jsonw_text(w, "role", "model");
    jsonw_end_object(w);
}

static void write_candidate(const struct ai_reply *reply, struct jsonw *w)
{
    const char *reason = reply->end == AI_END_CUT ? "MAX_TOKENS" : reply->end == AI_END_DECLINED ? "SAFETY" : "STOP";

    jsonw_array(w, "candidates");
    jsonw_object(w, NULL);
    if (reply->end != AI_END_DECLINED)
        write_content(reply, w);
    jsonw_text(w, "finishReason", reason);
    if (reply->end == AI_END_DECLINED) {
        jsonw_array(w, "safetyRatings");
        jsonw_object(w, NULL);
        jsonw_text(w, "category", "HARM_CATEGORY_DANGEROUS_CONTENT");
        jsonw_text(w, "probability", "HIGH");
        jsonw_bool(w, "blocked", true);
        jsonw_end_object(w);
        jsonw_end_array(w);
    }
    jsonw_int(w, "index", 0);
    jsonw_end_object(w);
    jsonw_end_array(w);
}

/* A prompt that was blocked has no candidates at all. */
static void gemini_write(const struct ai_question *question, const struct ai_reply *reply, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    bool is_blocked = reply->end == AI_END_FILTERED;

    jsonw_object(&w, NULL);
    if (is_blocked) {
        jsonw_object(&w, "promptFeedback");
        jsonw_text(&w, "blockReason", "PROHIBITED_CONTENT");
        jsonw_end_object(&w);
    } else {
        write_candidate(reply, &w);
    }
    jsonw_object(&w, "usageMetadata");
    jsonw_int(&w, "promptTokenCount", question->tokens_in);
    if (!is_blocked)
        jsonw_int(&w, "candidatesTokenCount", reply->tokens_out);
    jsonw_int(&w, "totalTokenCount", question->tokens_in + (is_blocked ? 0 : reply->tokens_out));
    jsonw_array(&w, "promptTokensDetails");
    jsonw_object(&w, NULL);
    jsonw_text(&w, "modality", "TEXT");
    jsonw_int(&w, "tokenCount", question->tokens_in);
    jsonw_end_object(&w);
    jsonw_end_array(&w);
    jsonw_end_object(&w);
    jsonw_text(&w, "modelVersion", question->model);
    jsonw_text(&w, "responseId", reply->id);
    jsonw_end_object(&w);
}

static const struct ai_error GEMINI_ERRORS[] = {
    { AI_INVALID, 400, "INVALID_ARGUMENT", NULL, NULL },
    { AI_UNSUPPORTED, 400, "INVALID_ARGUMENT", NULL, NULL },
    { AI_TOO_LONG, 400, "INVALID_ARGUMENT", NULL, NULL },
    { AI_WRONG_KEY, 400, "INVALID_ARGUMENT", "API_KEY_INVALID", NULL },
    { AI_STATUS, 401, "UNAUTHENTICATED", NULL, NULL },
    { AI_NO_KEY, 403, "PERMISSION_DENIED", NULL, NULL },
    { AI_NO_MODEL, 404, "NOT_FOUND", NULL, NULL },
    { AI_NO_PATH, 404, "NOT_FOUND", NULL, NULL },
    { AI_LIMITED, 429, "RESOURCE_EXHAUSTED", NULL, NULL },
    { AI_NO_MONEY, 429, "RESOURCE_EXHAUSTED", NULL, NULL },
    { AI_STATUS, 500, "INTERNAL", NULL, NULL },
    { AI_OVERLOADED, 503, "UNAVAILABLE", NULL, NULL },
    { AI_STATUS, 504, "DEADLINE_EXCEEDED", NULL, NULL },
    { 0 },
};

/* Google says when to come again in the body, as a duration: "30s". */
static void write_details(const struct ai_error *error, const struct ai_trouble *trouble, struct jsonw *w)
{
    char delay[24];

    jsonw_array(w, "details");
    jsonw_object(w, NULL);
    if (error->code != NULL) {
        jsonw_text(w, "@type", "type.googleapis.com/google.rpc.ErrorInfo");
        jsonw_text(w, "reason", error->code);
        jsonw_text(w, "domain", "googleapis.com");
    } else {
        snprintf(delay, sizeof delay, "%" PRId64 "s", trouble->seconds);
        jsonw_text(w, "@type", "type.googleapis.com/google.rpc.RetryInfo");
        jsonw_text(w, "retryDelay", delay);
    }
    jsonw_end_object(w);
    jsonw_end_array(w);
}

static void gemini_write_error(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                               struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    (void)id;
    jsonw_object(&w, NULL);
    jsonw_object(&w, "error");
    jsonw_int(&w, "code", error->status);
    jsonw_text(&w, "message", trouble->message);
    jsonw_text(&w, "status", error->type != NULL ? error->type : "UNKNOWN");
    if (error->code != NULL || error->kind == AI_LIMITED)
        write_details(error, trouble, &w);
    jsonw_end_object(&w);
    jsonw_end_object(&w);
}

const struct ai_dialect ai_gemini = {
    .name = "gemini",
    .errors = GEMINI_ERRORS,
    .has_path = gemini_has_path,
    .enter = gemini_enter,
    .judge = gemini_judge,
    .write = gemini_write,
    .write_error = gemini_write_error,
};
