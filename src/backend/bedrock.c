/*
 * bedrock: Converse of Amazon Bedrock. Its address follows from the region; the daemon signs the request.
 */
#include <string.h>

#include "backend/vendor_act.h"
#include "backend/vendor_kind.h"
#include "backend/vendor_request.h"
#include "backend/vendor_turn.h"
#include "backend/vendor_words.h"
#include "text/escape.h"

/* Asking */

/* A model's id holds a colon, and the ARN of a profile slashes: all of it is one segment. */
static int put_url(const struct backend *backend, struct vendor_request *request, struct error *error)
{
    struct buf base = { 0 }, path = { 0 }, model = { 0 };

    if (backend->url == NULL && backend->region == NULL)
        return error_set(error, "The backend '%s' has neither a region nor a url.", backend->name);
    if (backend->url != NULL)
        buf_add_text(&base, backend->url);
    else
        buf_addf(&base, "https://bedrock-runtime.%s.amazonaws.com", backend->region);
    buf_add_text(&model, backend->model);
    buf_add_text(&path, "/model/");
    escape_url(NULL, 0, &model, &path);
    buf_add_text(&path, "/converse");
    vendor_request_url(request, base.data, path.data);
    buf_release(&base);
    buf_release(&path);
    buf_release(&model);
    return 0;
}

static void write_tool(struct jsonw *w, const char *name, const char *description, const char *schema)
{
    jsonw_object(w, NULL);
    jsonw_object(w, "toolSpec");
    jsonw_text(w, "name", name);
    jsonw_text(w, "description", description);
    jsonw_object(w, "inputSchema");
    jsonw_raw(w, "json", schema != NULL ? schema : vendor_act_no_parameters);
    jsonw_end_object(w);
    jsonw_end_object(w);
    jsonw_end_object(w);
}

static void write_tools(const struct backend *backend, struct jsonw *w)
{
    if (!vendor_act_goes_as_tool(backend))
        return;
    jsonw_object(w, "toolConfig");
    jsonw_array(w, "tools");
    vendor_act_write_tools(backend, w, write_tool);
    jsonw_end_array(w);
    jsonw_end_object(w);
}

/* [{"text": …}] */
static void write_blocks(struct jsonw *w, const char *key, const struct buf *text)
{
    jsonw_array(w, key);
    jsonw_object(w, NULL);
    jsonw_bytes(w, "text", buf_text(text), text->len);
    jsonw_end_object(w);
    jsonw_end_array(w);
}

static void write_messages(const struct consult *consult, struct jsonw *w)
{
    struct vendor_turns turns = { 0 };

    vendor_turns_put(consult, &turns);
    jsonw_array(w, "messages");
    for (size_t i = 0; i < turns.count; i++) {
        jsonw_object(w, NULL);
        jsonw_text(w, "role", turns.list[i].is_customer ? "user" : "assistant");
        write_blocks(w, "content", &turns.list[i].text);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
    vendor_turns_release(&turns);
}

static void write_system(const struct consult *consult, struct jsonw *w)
{
    struct buf system = { 0 };

    vendor_act_put_system(consult, &system);
    if (system.len > 0)
        write_blocks(w, "system", &system);
    buf_release(&system);
}

static int ask(const struct consult *consult, struct vendor_request *request, struct error *error)
{
    const struct backend *backend = consult->backend;
    struct jsonw w = { .out = &request->body };

    if (put_url(backend, request, error) != 0)
        return -1;
    vendor_request_key(request, backend, AUTH_SIGV4, "bedrock");
    jsonw_object(&w, NULL);
    write_system(consult, &w);
    write_messages(consult, &w);
    jsonw_object(&w, "inferenceConfig");
    vendor_request_limits(backend, &w, "maxTokens");
    jsonw_end_object(&w);
    write_tools(backend, &w);
    jsonw_end_object(&w);
    return 0;
}

/* Reading */

static enum vendor_class decline(const char *reason, struct vendor_answer *answer)
{
    vendor_reason(answer, strcmp(reason, "guardrail_intervened") == 0 ? "A guardrail of the account took the answer."
                                                                      : "The vendor's content filter took the answer.");
    return VENDOR_DECLINED;
}

static void read_block(const struct backend *backend, const struct json *block, struct vendor_answer *answer,
                       struct buf *text)
{
    const struct json *use = json_get(block, "toolUse");

    buf_add_text(text, json_get_text(block, "text"));
    if (use != NULL) {
        vendor_act_call(backend, json_get_text(use, "name"), json_get(use, "input"), answer);
        buf_add_text(text, text->len > 0 ? "\n\n" : "");
    }
}

static enum vendor_class read_answer(const struct backend *backend, const struct json *root,
                                     struct vendor_answer *answer, struct buf *text)
{
    const struct json *usage = json_get(root, "usage");
    const struct json *content = json_get(json_get(json_get(root, "output"), "message"), "content");
    const char *reason = json_get_text(root, "stopReason");

    if (reason == NULL)
        reason = "";
    vendor_count(json_get(usage, "inputTokens"), &answer->tokens_in);
    vendor_count(json_get(usage, "cacheReadInputTokens"), &answer->tokens_in);
    vendor_count(json_get(usage, "cacheWriteInputTokens"), &answer->tokens_in);
    vendor_count(json_get(usage, "outputTokens"), &answer->tokens_out);
    if (strcmp(reason, "guardrail_intervened") == 0 || strcmp(reason, "content_filtered") == 0)
        return decline(reason, answer);
    if (json_kind(content) != JSON_ARRAY) {
        vendor_reason(answer, "The answer is JSON, but has no message.");
        return VENDOR_GARBAGE;
    }
    for (const struct json *block = json_first(content); block != NULL; block = json_next(block))
        read_block(backend, block, answer, text);
    answer->is_cut = strcmp(reason, "max_tokens") == 0 || strcmp(reason, "model_context_window_exceeded") == 0;
    return VENDOR_ANSWERED;
}

const struct vendor_kind vendor_bedrock = { ask, read_answer };
