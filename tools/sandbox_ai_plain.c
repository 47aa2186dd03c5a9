/*
 * sandbox_ai_plain: the two that are no language models: Rasa's REST channel, and an HTTP service that a business might
 * have made itself. Rasa asks for no key, the service only when the sandbox has one; a key that is brought anyway has to
 * be the right one. Neither calls tools: what a model would do by one, Rasa's bot says as a custom payload and the
 * service as "handoff", or as a JSON text.
 */
#include <stdio.h>
#include <string.h>

#include "backend/backend.h"
#include "base/buf.h"
#include "base/json.h"

#include "sandbox_ai_dialect.h"

static bool rasa_has_path(const char *path)
{
    return strcmp(path, "/webhooks/rest/webhook") == 0;
}

static bool http_has_path(const char *path)
{
    return strcmp(path, "/ai/http") == 0;
}

static const char *find_key(const struct http_request *request, struct ai_question *question)
{
    const char *bearer = ai_bearer(request), *own = http_header(request, "x-api-key");

    question->key_header = bearer != NULL ? "authorization" : own != NULL ? "x-api-key" : NULL;
    return bearer != NULL ? bearer : own;
}

static int rasa_enter(const char *key, const struct http_request *request, struct ai_question *question,
                      struct ai_trouble *trouble)
{
    const char *given = find_key(request, question);

    return given != NULL ? ai_key(given, key, trouble) : 0;
}

static int http_enter(const char *key, const struct http_request *request, struct ai_question *question,
                      struct ai_trouble *trouble)
{
    const char *given = find_key(request, question);

    return given != NULL || *key != '\0' ? ai_key(given, key, trouble) : 0;
}

static int rasa_judge(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    static const char *const NAMES[] = { "sender", "message", "metadata", "input_channel", NULL };
    struct ai_question uncounted = { 0 };

    if (ai_members(root, "The request", NAMES, trouble) != 0 ||
        ai_text(json_get(root, "sender"), "sender", &uncounted, trouble) != 0 ||
        ai_text(json_get(root, "message"), "message", question, trouble) != 0)
        return -1;
    question->messages = 1;
    buf_add_text(&question->session, json_get_text(root, "sender"));
    ai_heard(question, json_get_text(root, "message"));
    return 0;
}

/* "history" is an array of whatever the business likes, "facts" an object. */
static int http_judge(const struct json *root, struct ai_question *question, struct ai_trouble *trouble)
{
    const struct json *history = json_get(root, "history"), *facts = json_get(root, "facts");
    const char *session = json_get_text(root, "session"), *model = json_get_text(root, "model");
    struct buf text = { 0 };

    if (json_kind(root) != JSON_OBJECT)
        return trouble_set(trouble, AI_INVALID, NULL, "Ask with a JSON object: {\"question\":\"…\"}.");
    if (ai_text(json_get(root, "question"), "question", question, trouble) != 0)
        return -1;
    json_format(history, &text);
    question->tokens_in += history != NULL ? backend_tokens(buf_text(&text), text.len) : 0;
    buf_release(&text);
    question->messages = 1 + json_count(history);
    ai_heard(question, json_get_text(root, "question"));
    buf_add_text(&question->session, session);
    snprintf(question->model, sizeof question->model, "%s", model != NULL ? model : "");
    for (const struct json *fact = json_first(facts); fact != NULL; fact = json_next(fact))
        buf_addf(&question->facts, "%s%s", question->facts.len > 0 ? ", " : "", json_key(fact));
    return 0;
}

static bool is_handoff(const struct ai_reply *reply)
{
    return reply->end == AI_END_TOOL && strcmp(reply->tool, "hand_off") == 0;
}

/* A tool's arguments as members of the object that is open. */
static void write_arguments(const struct ai_reply *reply, struct jsonw *w)
{
    struct json *arguments = NULL;

    if (json_parse(reply->arguments, strlen(reply->arguments), JSON_STRICT, &arguments, NULL) == 0)
        for (const struct json *item = json_first(arguments); item != NULL; item = json_next(item)) {
            struct buf value = { 0 };

            json_format(item, &value);
            jsonw_raw(w, json_key(item), buf_text(&value));
            buf_release(&value);
        }
    json_free(arguments);
}

static void rasa_write(const struct ai_question *question, const struct ai_reply *reply, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    jsonw_array(&w, NULL);
    if (*reply->text != '\0') {
        jsonw_object(&w, NULL);
        jsonw_text(&w, "recipient_id", buf_text(&question->session));
        jsonw_text(&w, "text", reply->text);
        jsonw_end_object(&w);
    }
    if (reply->end == AI_END_TOOL) {
        jsonw_object(&w, NULL);
        jsonw_text(&w, "recipient_id", buf_text(&question->session));
        jsonw_object(&w, "custom");
        if (is_handoff(reply))
            jsonw_bool(&w, "handoff", true);
        else
            jsonw_text(&w, "action", reply->tool);
        write_arguments(reply, &w);
        jsonw_end_object(&w);
        jsonw_end_object(&w);
    }
    jsonw_end_array(&w);
}

/* {"say":"","do":[{"act":"start_flow","flow":"order"}]} */
static void write_deed(const struct ai_reply *reply, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_text(&w, "say", reply->text);
    jsonw_array(&w, "do");
    jsonw_object(&w, NULL);
    jsonw_text(&w, "act", reply->tool);
    write_arguments(reply, &w);
    jsonw_end_object(&w);
    jsonw_end_array(&w);
    jsonw_end_object(&w);
}

static void http_write(const struct ai_question *question, const struct ai_reply *reply, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    bool is_deed = reply->end == AI_END_TOOL && !is_handoff(reply);
    struct buf deed = { 0 };

    if (is_deed)
        write_deed(reply, &deed);
    jsonw_object(&w, NULL);
    jsonw_object(&w, "reply");
    jsonw_text(&w, "text", is_deed ? buf_text(&deed) : reply->text);
    jsonw_end_object(&w);
    jsonw_text(&w, "session", question->session.len > 0 ? buf_text(&question->session) : reply->id);
    jsonw_object(&w, "usage");
    jsonw_int(&w, "in", question->tokens_in);
    jsonw_int(&w, "out", reply->tokens_out);
    jsonw_end_object(&w);
    jsonw_bool(&w, "handoff", is_handoff(reply));
    jsonw_end_object(&w);
    buf_release(&deed);
}

static const struct ai_error PLAIN_ERRORS[] = {
    { AI_INVALID, 400, "BadRequest", NULL, NULL },
    { AI_TOO_LONG, 400, "BadRequest", "context_length_exceeded", NULL },
    { AI_NO_KEY, 401, "NotAuthenticated", NULL, NULL },
    { AI_WRONG_KEY, 401, "NotAuthenticated", NULL, NULL },
    { AI_NO_MONEY, 402, "NoMoney", NULL, NULL },
    { AI_NO_MODEL, 404, "NotFound", NULL, NULL },
    { AI_NO_PATH, 404, "NotFound", NULL, NULL },
    { AI_LIMITED, 429, "TooManyRequests", NULL, NULL },
    { AI_STATUS, 500, "UnhandledException", NULL, NULL },
    { AI_OVERLOADED, 503, "Unavailable", NULL, NULL },
    { 0 },
};

static void rasa_write_error(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                             struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    (void)id;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "version", "3.6.21");
    jsonw_text(&w, "status", "failure");
    jsonw_text(&w, "reason", error->type != NULL ? error->type : "UnhandledException");
    jsonw_text(&w, "message", trouble->message);
    jsonw_object(&w, "details");
    jsonw_end_object(&w);
    jsonw_null(&w, "help");
    jsonw_int(&w, "code", error->status);
    jsonw_end_object(&w);
}

static void http_write_error(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                             struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    (void)id;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "error", trouble->message);
    if (error->code != NULL)
        jsonw_text(&w, "code", error->code);
    jsonw_end_object(&w);
}

const struct ai_dialect ai_rasa = {
    .name = "rasa",
    .errors = PLAIN_ERRORS,
    .has_path = rasa_has_path,
    .enter = rasa_enter,
    .judge = rasa_judge,
    .write = rasa_write,
    .write_error = rasa_write_error,
};

const struct ai_dialect ai_http = {
    .name = "http",
    .errors = PLAIN_ERRORS,
    .has_path = http_has_path,
    .enter = http_enter,
    .judge = http_judge,
    .write = http_write,
    .write_error = http_write_error,
};
