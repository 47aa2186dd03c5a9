/*
 * public_agent: see the header.
 *
 * A body is read here, so that what cannot be read costs the engine nothing, and written anew with what an act knows: nothing
 * else of it goes further, least of all an "actor".
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/json.h"
#include "daemon/public.h"
#include "daemon/public_agent.h"

static void refuse(struct http_call *call, int status, const char *sentence)
{
    public_answer(call, status, "error", sentence, NULL, status == 503 ? PUBLIC_RETRY_S : 0);
}

bool public_agent_admit(struct http_call *call, void *context)
{
    struct public_context *public = context;
    const char *token = public_bearer(call);

    if (public->agent_token_count == 0) {
        refuse(call, 404, "No other desk may act here: FRONTDESK_AGENT_TOKENS is not set.");
        return false;
    }
    if (token != NULL && public_is_token(token, public->agent_tokens, public->agent_token_count))
        return true;
    atomic_fetch_add(&public->door.agents, 1);
    http_add_header(call, "WWW-Authenticate", token != NULL ? "Bearer error=\"invalid_token\"" : "Bearer");
    refuse(call, 401,
           token != NULL ? "This token is not known here: send one of those in FRONTDESK_AGENT_TOKENS."
                         : "Send the header \"Authorization: Bearer TOKEN\" with one of the tokens in FRONTDESK_AGENT_TOKENS.");
    return false;
}

/* Reading */

static bool is_json_type(const char *type)
{
    static const char JSON[] = "application/json";

    return type != NULL && strncasecmp(type, JSON, sizeof JSON - 1) == 0 &&
           strchr("; \t", type[sizeof JSON - 1]) != NULL; /* also its end */
}

static int copy_text(const struct json *given, const char *key, struct jsonw *w, struct error *error)
{
    const struct json *value = json_get(given, key);

    if (value == NULL || json_kind(value) == JSON_NULL)
        return 0;
    if (json_text(value) == NULL)
        return error_set(error, "\"%s\" is a text", key);
    jsonw_text(w, key, json_text(value));
    return 0;
}

static int copy_id(const struct http_call *call, const struct json *given, struct jsonw *w, struct error *error)
{
    const char *header = http_header(call, "Idempotency-Key"), *id = json_get_text(given, "id");

    if (header == NULL || id == NULL || strcmp(header, id) == 0) {
        if (header == NULL)
            return copy_text(given, "id", w, error);
        jsonw_text(w, "id", header);
        return 0;
    }
    return error_set(error, "\"id\" and the header Idempotency-Key name the act differently; one of them is enough");
}

static int copy_act(const struct http_call *call, const struct json *given, struct buf *out, struct error *error)
{
    struct jsonw w = { .out = out };
    int64_t conversation = 0;

    if (json_kind(given) != JSON_OBJECT)
        return error_set(error, "the body is one JSON object, as in {\"conversation\": 12, \"agent\": \"Ann\"}");
    if (!json_int(json_get(given, "conversation"), &conversation))
        return error_set(error, "\"conversation\" is the number of one, as in {\"conversation\": 12}");
    jsonw_object(&w, NULL);
    jsonw_int(&w, "conversation", conversation);
    if (copy_text(given, "agent", &w, error) != 0 || copy_text(given, "text", &w, error) != 0 ||
        copy_text(given, "team", &w, error) != 0 || copy_id(call, given, &w, error) != 0)
        return -1;
    jsonw_end_object(&w);
    return 0;
}

static int read_act(const struct http_call *call, struct buf *out, struct error *error)
{
    struct json *given = NULL;
    size_t len;
    const char *body = http_body(call, &len);
    int result = json_parse(body, len, JSON_STRICT, &given, error);

    if (result != 0)
        error_prefix(error, "the body is no JSON");
    else
        result = copy_act(call, given, out, error);
    json_free(given);
    return result;
}

/* Handing on */

static void hand_on(struct http_call *call, struct public_context *public, struct buf *arguments)
{
    size_t cost = arguments->len + sizeof(struct mail);
    struct buf name = { 0 };
    struct mail *mail;

    if (!mailbox_reserve(public->mailbox, cost)) {
        refuse(call, 503, "Too much at once, nothing was done. Try again in a moment.");
        return;
    }
    buf_addf(&name, "agent-%s", http_path_rest(call));
    mail = mail_new(MAIL_COMMAND);
    mail->name = buf_detach(&name);
    mail->body_len = arguments->len;
    mail->body = buf_detach(arguments);
    mail->call = call;
    http_park(call);
    mailbox_put(public->mailbox, mail, cost);
}

void public_agent_act(struct http_call *call, void *context)
{
    struct buf arguments = { 0 };
    struct error error = { 0 };

    if (!is_json_type(http_header(call, "Content-Type")))
        refuse(call, 415, "Send the act as JSON, with the header \"Content-Type: application/json\".");
    else if (read_act(call, &arguments, &error) != 0)
        refuse(call, 400, error.text);
    else
        hand_on(call, context, &arguments);
    buf_release(&arguments);
}
