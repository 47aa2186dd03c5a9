/*
 * anthropic: the Messages API.
 *
 * Its answer is a list of blocks: text, tool_use, and others (thinking …) that are left out. Text behind a tool_use is
 * a paragraph of its own.
 */
#include <string.h>

#include "backend/vendor_act.h"
#include "backend/vendor_kind.h"
#include "backend/vendor_request.h"
#include "backend/vendor_turn.h"
#include "backend/vendor_words.h"

static const char OWN_URL[] = "https://api.anthropic.com", VERSION[] = "2023-06-01";

/* Asking */

static void write_tool(struct jsonw *w, const char *name, const char *description, const char *schema)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "name", name);
    jsonw_text(w, "description", description);
    jsonw_raw(w, "input_schema", schema != NULL ? schema : vendor_act_no_parameters);
    jsonw_end_object(w);
}

static void write_messages(const struct consult *consult, struct jsonw *w)
{
    struct vendor_turns turns = { 0 };

    vendor_turns_put(consult, &turns);
    jsonw_array(w, "messages");
    for (size_t i = 0; i < turns.count; i++) {
        jsonw_object(w, NULL);
        jsonw_text(w, "role", turns.list[i].is_customer ? "user" : "assistant");
        jsonw_bytes(w, "content", buf_text(&turns.list[i].text), turns.list[i].text.len);
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
        jsonw_bytes(w, "system", system.data, system.len);
    buf_release(&system);
}

/* Rows give the base with the version or without. */
static void put_url(const struct backend *backend, struct vendor_request *request)
{
    const char *base = backend->url != NULL ? backend->url : OWN_URL;
    size_t len = strlen(base);
    bool has_version = len > 3 && strcmp(base + len - 3, "/v1") == 0;

    vendor_request_url(request, base, has_version ? "/messages" : "/v1/messages");
}

static int ask(const struct consult *consult, struct vendor_request *request, struct error *error)
{
    const struct backend *backend = consult->backend;
    struct jsonw w = { .out = &request->body };

    (void)error;
    put_url(backend, request);
    vendor_request_key(request, backend, AUTH_HEADER, "x-api-key");
    vendor_request_header(request, "anthropic-version", VERSION);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "model", backend->model);
    vendor_request_limits(backend, &w, "max_tokens");
    write_system(consult, &w);
    write_messages(consult, &w);
    if (vendor_act_goes_as_tool(backend)) {
        jsonw_array(&w, "tools");
        vendor_act_write_tools(backend, &w, write_tool);
        jsonw_end_array(&w);
    }
    jsonw_end_object(&w);
    return 0;
}

/* Reading */

static bool is(const struct json *object, const char *key, const char *text)
{
    const char *said = json_get_text(object, key);

    return said != NULL && strcmp(said, text) == 0;
}

/* What was read from the cache or written to it is asked too, and counted apart. */
static void read_usage(const struct json *usage, struct vendor_answer *answer)
{
    vendor_count(json_get(usage, "input_tokens"), &answer->tokens_in);
    vendor_count(json_get(usage, "cache_creation_input_tokens"), &answer->tokens_in);
    vendor_count(json_get(usage, "cache_read_input_tokens"), &answer->tokens_in);
    vendor_count(json_get(usage, "output_tokens"), &answer->tokens_out);
}

static void read_block(const struct backend *backend, const struct json *block, struct vendor_answer *answer,
                       struct buf *text)
{
    if (is(block, "type", "text")) {
        buf_add_text(text, json_get_text(block, "text"));
    } else if (is(block, "type", "tool_use")) {
        vendor_act_call(backend, json_get_text(block, "name"), json_get(block, "input"), answer);
        buf_add_text(text, text->len > 0 ? "\n\n" : "");
    }
}

static enum vendor_class read_answer(const struct backend *backend, const struct json *root,
                                     struct vendor_answer *answer, struct buf *text)
{
    const struct json *content = json_get(root, "content");

    read_usage(json_get(root, "usage"), answer);
    if (is(root, "stop_reason", "refusal")) {
        vendor_reason(answer, "The model refuses to answer this.");
        return VENDOR_DECLINED;
    }
    if (json_kind(content) != JSON_ARRAY) {
        vendor_reason(answer, "The answer is JSON, but no message: it has no content.");
        return VENDOR_GARBAGE;
    }
    for (const struct json *block = json_first(content); block != NULL; block = json_next(block))
        read_block(backend, block, answer, text);
    answer->is_cut = is(root, "stop_reason", "max_tokens") || is(root, "stop_reason", "model_context_window_exceeded");
    return VENDOR_ANSWERED;
}

const struct vendor_kind vendor_anthropic = { ask, read_answer };
