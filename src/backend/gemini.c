/*
 * gemini: generateContent of the Gemini API.
 *
 * A question that the filter takes has no candidates, but a promptFeedback; an answer that it takes has a candidate
 * whose finishReason says so. Parts marked `thought` are not for the customer, and are paid for like the rest.
 */
#include <string.h>

#include "backend/vendor_act.h"
#include "backend/vendor_kind.h"
#include "backend/vendor_request.h"
#include "backend/vendor_turn.h"
#include "backend/vendor_words.h"
#include "text/escape.h"

static const char OWN_URL[] = "https://generativelanguage.googleapis.com";

/* Asking */

/* models/NAME, or what the row says with a slash: tunedModels/NAME. */
static void put_model(const char *model, struct buf *path)
{
    const char *slash = strchr(model, '/');
    struct buf name = { 0 };

    if (slash != NULL)
        buf_add(path, model, (size_t)(slash - model));
    else
        buf_add_text(path, "models");
    buf_add_text(&name, slash != NULL ? slash + 1 : model);
    buf_add_char(path, '/');
    escape_url(NULL, 0, &name, path);
    buf_release(&name);
}

static void put_url(const struct backend *backend, struct vendor_request *request)
{
    const char *base = backend->url != NULL ? backend->url : OWN_URL;
    const char *last = strrchr(base, '/');
    bool has_version = strcmp(last, "/v1") == 0 || strcmp(last, "/v1beta") == 0;
    struct buf path = { 0 };

    buf_add_text(&path, has_version ? "/" : "/v1beta/");
    put_model(backend->model, &path);
    buf_add_text(&path, ":generateContent");
    vendor_request_url(request, base, path.data);
    buf_release(&path);
}

static void write_tool(struct jsonw *w, const char *name, const char *description, const char *schema)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "name", name);
    jsonw_text(w, "description", description);
    if (schema != NULL)
        jsonw_raw(w, "parameters", schema);
    jsonw_end_object(w);
}

static void write_tools(const struct backend *backend, struct jsonw *w)
{
    if (!vendor_act_goes_as_tool(backend))
        return;
    jsonw_array(w, "tools");
    jsonw_object(w, NULL);
    jsonw_array(w, "functionDeclarations");
    vendor_act_write_tools(backend, w, write_tool);
    jsonw_end_array(w);
    jsonw_end_object(w);
    jsonw_end_array(w);
}

static void write_parts(struct jsonw *w, const struct buf *text)
{
    jsonw_array(w, "parts");
    jsonw_object(w, NULL);
    jsonw_bytes(w, "text", buf_text(text), text->len);
    jsonw_end_object(w);
    jsonw_end_array(w);
}

static void write_contents(const struct consult *consult, struct jsonw *w)
{
    struct vendor_turns turns = { 0 };

    vendor_turns_put(consult, &turns);
    jsonw_array(w, "contents");
    for (size_t i = 0; i < turns.count; i++) {
        jsonw_object(w, NULL);
        jsonw_text(w, "role", turns.list[i].is_customer ? "user" : "model");
        write_parts(w, &turns.list[i].text);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
    vendor_turns_release(&turns);
}

static void write_system(const struct consult *consult, struct jsonw *w)
{
    struct buf system = { 0 };

    vendor_act_put_system(consult, &system);
    if (system.len > 0) {
        jsonw_object(w, "systemInstruction");
        write_parts(w, &system);
        jsonw_end_object(w);
    }
    buf_release(&system);
}

static int ask(const struct consult *consult, struct vendor_request *request, struct error *error)
{
    const struct backend *backend = consult->backend;
    struct jsonw w = { .out = &request->body };

    (void)error;
    put_url(backend, request);
    vendor_request_key(request, backend, AUTH_HEADER, "x-goog-api-key");
    jsonw_object(&w, NULL);
    write_system(consult, &w);
    write_contents(consult, &w);
    write_tools(backend, &w);
    jsonw_object(&w, "generationConfig");
    vendor_request_limits(backend, &w, "maxOutputTokens");
    jsonw_end_object(&w);
    jsonw_end_object(&w);
    return 0;
}

/* Reading */

static bool is_filtered(const char *reason)
{
    static const char *const REASONS[] = { "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE",
                                           "IMAGE_SAFETY" };

    for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++)
        if (strcmp(reason, REASONS[i]) == 0)
            return true;
    return false;
}

static void read_usage(const struct json *usage, struct vendor_answer *answer)
{
    vendor_count(json_get(usage, "promptTokenCount"), &answer->tokens_in);
    vendor_count(json_get(usage, "toolUsePromptTokenCount"), &answer->tokens_in);
    vendor_count(json_get(usage, "candidatesTokenCount"), &answer->tokens_out);
    vendor_count(json_get(usage, "thoughtsTokenCount"), &answer->tokens_out);
}

static void read_part(const struct backend *backend, const struct json *part, struct vendor_answer *answer,
                      struct buf *text)
{
    const struct json *call = json_get(part, "functionCall");

    if (json_get_bool(part, "thought", false))
        return;
    buf_add_text(text, json_get_text(part, "text"));
    if (call != NULL) {
        vendor_act_call(backend, json_get_text(call, "name"), json_get(call, "args"), answer);
        buf_add_text(text, text->len > 0 ? "\n\n" : "");
    }
}

static enum vendor_class decline(const char *what, const char *reason, struct vendor_answer *answer)
{
    struct buf words = { 0 };

    vendor_words(reason, strlen(reason), 60, &words);
    vendor_reason(answer, "The vendor's content filter took the %s (%s).", what, buf_text(&words));
    buf_release(&words);
    return VENDOR_DECLINED;
}

static enum vendor_class read_candidate(const struct backend *backend, const struct json *candidate,
                                        struct vendor_answer *answer, struct buf *text)
{
    const char *reason = json_get_text(candidate, "finishReason");
    const struct json *content = json_get(candidate, "content"), *parts = json_get(content, "parts");

    if (reason == NULL)
        reason = "";
    if (is_filtered(reason))
        return decline("answer", reason, answer);
    if (json_kind(parts) == JSON_ARRAY)
        for (const struct json *part = json_first(parts); part != NULL; part = json_next(part))
            read_part(backend, part, answer, text);
    answer->is_cut = strcmp(reason, "MAX_TOKENS") == 0;
    if (content == NULL && *reason == '\0') {
        vendor_reason(answer, "The answer has a candidate without content.");
        return VENDOR_GARBAGE;
    }
    if (strcmp(reason, "MALFORMED_FUNCTION_CALL") == 0 && text->len == 0 && answer->deed_count == 0) {
        vendor_reason(answer, "The model called a tool in a way that the vendor could not read.");
        return VENDOR_GARBAGE;
    }
    return VENDOR_ANSWERED;
}

static enum vendor_class read_answer(const struct backend *backend, const struct json *root,
                                     struct vendor_answer *answer, struct buf *text)
{
    const struct json *candidates = json_get(root, "candidates");
    const struct json *candidate = json_kind(candidates) == JSON_ARRAY ? json_first(candidates) : NULL;
    const char *blocked = json_get_text(json_get(root, "promptFeedback"), "blockReason");

    read_usage(json_get(root, "usageMetadata"), answer);
    if (candidate == NULL && blocked != NULL)
        return decline("question", blocked, answer);
    if (candidate == NULL) {
        vendor_reason(answer, "The answer is JSON, but has no candidates.");
        return VENDOR_GARBAGE;
    }
    return read_candidate(backend, candidate, answer, text);
}

const struct vendor_kind vendor_gemini = { ask, read_answer };
