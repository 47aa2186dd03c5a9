/*
 * openai: Chat Completions, as OpenAI, Azure, Ollama, vLLM, llama.cpp, LiteLLM, OpenRouter and many others speak it.
 *
 * Where they differ in what they take: Azure wants the key in a header of its own and its api-version in the query
 * (the row's url holds it); OpenAI's reasoning models refuse max_tokens, and most of the others know nothing else.
 * Where they differ in what they give: content is a text, null, or a list of parts; a tool's arguments are a text or an
 * object; usage may be missing; a gateway sends an error with a 200. What a model thought (reasoning_content) is not read.
 */
#include <string.h>
#include <strings.h>

#include "backend/vendor_act.h"
#include "backend/vendor_failure.h"
#include "backend/vendor_kind.h"
#include "backend/vendor_request.h"
#include "backend/vendor_turn.h"
#include "backend/vendor_words.h"
#include "base/ascii.h"

static const char OWN_URL[] = "https://api.openai.com/v1";

/* Asking */

static bool host_is_under(const char *url, const char *domain)
{
    size_t len, domain_len = strlen(domain);
    const char *host = vendor_url_host(url, &len);

    if (len < domain_len || strncasecmp(host + len - domain_len, domain, domain_len) != 0)
        return false;
    return len == domain_len || host[len - domain_len - 1] == '.';
}

static bool is_azure(const char *url)
{
    return host_is_under(url, "openai.azure.com") || host_is_under(url, "cognitiveservices.azure.com") ||
           host_is_under(url, "services.ai.azure.com");
}

/* o1, o3-mini, gpt-5, gpt-5.1 … */
static bool is_reasoning_model(const char *model)
{
    if (model[0] == 'o' && ascii_is_digit((unsigned char)model[1]))
        return true;
    return strncmp(model, "gpt-", 4) == 0 && model[4] >= '5' && model[4] <= '9';
}

/* On Azure a model may have any name, and stand in the address alone; it says what it is if it is called so. */
static bool takes_completion_tokens(const struct backend *backend, const char *url)
{
    const char *deployment = strstr(url, "/deployments/");

    if (!is_azure(url))
        return host_is_under(url, "api.openai.com");
    if (backend->model != NULL)
        return is_reasoning_model(backend->model);
    return deployment != NULL && is_reasoning_model(deployment + strlen("/deployments/"));
}

static void write_tool(struct jsonw *w, const char *name, const char *description, const char *schema)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "type", "function");
    jsonw_object(w, "function");
    jsonw_text(w, "name", name);
    jsonw_text(w, "description", description);
    jsonw_raw(w, "parameters", schema != NULL ? schema : vendor_act_no_parameters);
    jsonw_end_object(w);
    jsonw_end_object(w);
}

static void write_message(struct jsonw *w, const char *role, const struct buf *content)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "role", role);
    jsonw_bytes(w, "content", buf_text(content), content->len);
    jsonw_end_object(w);
}

static void write_messages(const struct consult *consult, struct jsonw *w)
{
    struct vendor_turns turns = { 0 };
    struct buf system = { 0 };

    vendor_act_put_system(consult, &system);
    vendor_turns_put(consult, &turns);
    jsonw_array(w, "messages");
    if (system.len > 0)
        write_message(w, "system", &system);
    for (size_t i = 0; i < turns.count; i++)
        write_message(w, turns.list[i].is_customer ? "user" : "assistant", &turns.list[i].text);
    jsonw_end_array(w);
    vendor_turns_release(&turns);
    buf_release(&system);
}

static int ask(const struct consult *consult, struct vendor_request *request, struct error *error)
{
    const struct backend *backend = consult->backend;
    const char *url = backend->url != NULL ? backend->url : OWN_URL;
    struct jsonw w = { .out = &request->body };

    (void)error;
    vendor_request_url(request, url, "/chat/completions");
    vendor_request_key(request, backend, is_azure(url) ? AUTH_HEADER : AUTH_BEARER, is_azure(url) ? "api-key" : NULL);
    jsonw_object(&w, NULL);
    if (backend->model != NULL)
        jsonw_text(&w, "model", backend->model);
    write_messages(consult, &w);
    vendor_request_limits(backend, &w, takes_completion_tokens(backend, url) ? "max_completion_tokens" : "max_tokens");
    if (vendor_act_goes_as_tool(backend)) {
        jsonw_array(&w, "tools");
        vendor_act_write_tools(backend, &w, write_tool);
        jsonw_end_array(&w);
    }
    jsonw_end_object(&w);
    return 0;
}

/* Reading */

/* A text, or a list of parts; what a part holds beside text (thoughts, pictures) is left out. */
static void add_content(const struct json *content, struct buf *text)
{
    buf_add_text(text, json_text(content));
    if (json_kind(content) != JSON_ARRAY)
        return;
    for (const struct json *part = json_first(content); part != NULL; part = json_next(part)) {
        const char *type = json_get_text(part, "type");

        buf_add_text(text, json_text(part));
        if (type == NULL || strcmp(type, "text") == 0 || strcmp(type, "output_text") == 0)
            buf_add_text(text, json_get_text(part, "text"));
    }
}

static const char *refusal_of(const struct json *message)
{
    const char *refusal = json_get_text(message, "refusal");

    for (const struct json *part = json_first(json_get(message, "content")); part != NULL && refusal == NULL;
         part = json_next(part))
        refusal = json_get_text(part, "refusal");
    return refusal != NULL && *refusal != '\0' ? refusal : NULL;
}

static void read_calls(const struct backend *backend, const struct json *message, struct vendor_answer *answer)
{
    const struct json *calls = json_get(message, "tool_calls");

    if (json_kind(calls) != JSON_ARRAY)
        return;
    for (const struct json *call = json_first(calls); call != NULL; call = json_next(call)) {
        const struct json *function = json_get(call, "function");

        vendor_act_call(backend, json_get_text(function, "name"), json_get(function, "arguments"), answer);
    }
}

static bool has_finished(const struct json *choice, const char *reason)
{
    const char *said = json_get_text(choice, "finish_reason");

    return said != NULL && strcmp(said, reason) == 0;
}

static enum vendor_class read_choice(const struct backend *backend, const struct json *choice,
                                     struct vendor_answer *answer, struct buf *text)
{
    const struct json *message = json_get(choice, "message");
    const char *refusal = refusal_of(message);
    struct buf words = { 0 };

    if (has_finished(choice, "content_filter")) {
        vendor_reason(answer, "The vendor's content filter took the answer.");
        return VENDOR_DECLINED;
    }
    if (refusal != NULL) {
        vendor_words(refusal, strlen(refusal), 200, &words);
        vendor_reason(answer, "The model refuses: %s", buf_text(&words));
        buf_release(&words);
        return VENDOR_DECLINED;
    }
    if (json_kind(message) != JSON_OBJECT) {
        vendor_reason(answer, "The answer has a choice without a message.");
        return VENDOR_GARBAGE;
    }
    answer->is_cut = has_finished(choice, "length");
    add_content(json_get(message, "content"), text);
    read_calls(backend, message, answer);
    return VENDOR_ANSWERED;
}

static enum vendor_class read_answer(const struct backend *backend, const struct json *root,
                                     struct vendor_answer *answer, struct buf *text)
{
    const struct json *choices = json_get(root, "choices");
    const struct json *choice = json_kind(choices) == JSON_ARRAY ? json_first(choices) : NULL;
    const struct json *error = json_get(choice, "error");

    vendor_count(json_get(json_get(root, "usage"), "prompt_tokens"), &answer->tokens_in);
    vendor_count(json_get(json_get(root, "usage"), "completion_tokens"), &answer->tokens_out);
    if (json_kind(error) == JSON_OBJECT)
        return vendor_failure_inside(backend, choice, answer);
    error = json_get(root, "error");
    if (choice == NULL && error != NULL && json_kind(error) != JSON_NULL)
        return vendor_failure_inside(backend, root, answer);
    if (choice == NULL) {
        vendor_reason(answer, "The answer is JSON, but no chat completion: it has no choices.");
        return VENDOR_GARBAGE;
    }
    return read_choice(backend, choice, answer, text);
}

const struct vendor_kind vendor_openai = { ask, read_answer };
