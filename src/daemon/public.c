/*
 * public: see the header for the calls.
 *
 * The token comes first, before a byte of the body is kept. It is compared with every token that is known,
 * each in constant time, without stopping at the one that fits: how long it takes tells nothing about which
 * token, or how much of it, was right. Tokens are never logged and never repeated in an answer.
 *
 * A webhook that has passed gets its place in the mailbox before it is parked; a full box is told at once
 * with 503 and Retry-After, which Braze honours, and nothing was promised. From the put on the mail and the
 * call are the engine's.
 *
 * The path decides the channel by what follows /v1/inbound/. A channel that nobody knows is no error here:
 * the message is kept and held, visibly, for a typing mistake in a webhook's address must not cost a
 * customer's words.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "braze/inbound.h"
#include "daemon/public.h"
#include "daemon/public_agent.h"

enum { QUIET_MS = 60 * 1000 };

static const char JSON_TYPE[] = "application/json";
static const char METRICS_TYPE[] = "text/plain; version=0.0.4; charset=utf-8";
static const char DEFAULT_CHANNEL[] = "whatsapp";

void public_answer(struct http_call *call, int status, const char *key, const char *text, const char *reason,
                   int retry_after_s)
{
    struct buf body = { 0 };
    struct jsonw json = { .out = &body };
    jsonw_object(&json, NULL);
    jsonw_text(&json, key, text);
    if (reason != NULL)
        jsonw_text(&json, "reason", reason);
    jsonw_end_object(&json);
    http_answer(call, status, JSON_TYPE, buf_text(&body), body.len, retry_after_s);
    buf_release(&body);
}

const char *public_bearer(const struct http_call *call)
{
    static const char scheme[] = "Bearer ";
    const char *header = http_header(call, "Authorization");
    if (header == NULL || strncasecmp(header, scheme, sizeof scheme - 1) != 0)
        return NULL;
    const char *token = header + sizeof scheme - 1;
    return token + strspn(token, " ");
}

bool public_is_token(const char *token, const char *const *tokens, size_t count)
{
    size_t len = strlen(token);
    unsigned known = 0;
    while (len > 0 && (token[len - 1] == ' ' || token[len - 1] == '\t'))
        len--; /* libmicrohttpd leaves the blanks at a header's end */
    for (size_t i = 0; i < count; i++)
        known |= env_secret_equal(token, len, tokens[i], strlen(tokens[i]));
    return known != 0 && len > 0;
}

/* Braze does not repeat what it was answered a 4xx to: each may be a customer's words. A line a minute, for anybody may knock. */
static void note_turned_away(struct status_door *door, _Atomic int64_t *kind, const char *reason)
{
    int64_t now = clock_wall_ms(), said = atomic_load(&door->logged_at);
    bool is_time = now - said > QUIET_MS || now < said;

    atomic_store(&door->turned_away_at, now);
    atomic_fetch_add(kind, 1);
    if (is_time && atomic_compare_exchange_strong(&door->logged_at, &said, now))
        log_warn("webhook_turned_away", log_text("reason", reason), log_int("without_token", atomic_load(&door->bare)),
                 log_int("unknown_token", atomic_load(&door->strange)), log_int("wrong_address", atomic_load(&door->astray)));
}

/* Whoever shows a token of ours is no stranger who tries doors: it is Braze with an address that was mistyped. */
void public_note_lost(struct http_call *call, void *context)
{
    struct public_context *public = context;
    const char *token = public_bearer(call);

    if (token != NULL && public_is_token(token, public->tokens, public->token_count))
        note_turned_away(&public->door, &public->door.astray, "no webhook is taken at its path, or by its method");
}

static bool admit_by_token(struct http_call *call, void *context)
{
    struct public_context *public = context;
    const char *token = public_bearer(call);
    if (token != NULL && public_is_token(token, public->tokens, public->token_count))
        return true;

    if (token != NULL)
        note_turned_away(&public->door, &public->door.strange, "its token is not known");
    else
        note_turned_away(&public->door, &public->door.bare, "it shows no token");
    http_add_header(call, "WWW-Authenticate", token != NULL ? "Bearer error=\"invalid_token\"" : "Bearer");
    public_answer(call, 401, "error",
                token != NULL ? "This token is not known here: send one of those in FRONTDESK_WEBHOOK_TOKENS."
                              : "Send the header \"Authorization: Bearer TOKEN\" with one of the tokens in "
                                "FRONTDESK_WEBHOOK_TOKENS.",
                NULL, 0);
    return false;
}

/* An owned copy that is UTF-8; NULL stays NULL. */
static char *repaired_text(const char *text)
{
    if (text == NULL)
        return NULL;
    struct buf copy = { 0 };
    utf8_repair(text, strlen(text), &copy);
    return buf_detach(&copy);
}

static char *channel_of(const char *rest)
{
    char *channel = repaired_text(*rest != '\0' ? rest : DEFAULT_CHANNEL);
    size_t len = utf8_floor(channel, strlen(channel), PUBLIC_CHANNEL_MAX);
    while (len > 0 && channel[len - 1] == '/')
        len--;
    channel[len] = '\0';
    for (char *at = channel; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    if (len > 0)
        return channel;
    free(channel);
    return alloc_text(DEFAULT_CHANNEL);
}

/* The query outranks the header; an empty one is there too. */
static const char *claimed_user(const struct http_call *call)
{
    const char *user = http_query(call, "user");
    return user != NULL ? user : http_header(call, "X-Frontdesk-User");
}

static size_t text_size(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static struct mail *make_mail(const struct public_context *public, struct http_call *call)
{
    struct mail *mail = mail_new(MAIL_WEBHOOK);
    const char *content_type = http_header(call, "Content-Type");
    mail->channel = channel_of(http_path_rest(call));
    mail->claimed_user = repaired_text(claimed_user(call));
    mail->content_type = repaired_text(content_type != NULL ? content_type : "");
    mail->body = http_take_body(call, &mail->body_len);
    mail->call = call;
    if (clock_wall_ms() >= public->reads_from)
        mail->read = inbound_result_new(mail->body, mail->body_len, mail->content_type, mail->claimed_user);
    return mail;
}

static void receive_webhook(struct http_call *call, void *context)
{
    struct public_context *public = context;
    size_t len;
    http_body(call, &len);
    size_t cost = len + sizeof(struct mail) + text_size(claimed_user(call));
    if (!mailbox_reserve(public->mailbox, cost)) {
        atomic_fetch_add(&public->door.full, 1);
        public_answer(call, 503, "error", "Too much at once, nothing was stored. Try again in a moment.", NULL,
                    PUBLIC_RETRY_S);
        return;
    }
    struct mail *mail = make_mail(public, call);
    http_park(call);
    mailbox_put(public->mailbox, mail, cost);
}

static void tell_health(struct http_call *call, void *context)
{
    (void)context;
    public_answer(call, 200, "status", "ok", NULL, 0);
}

static void tell_readiness(struct http_call *call, void *context)
{
    struct public_context *public = context;
    struct buf why = { 0 };
    if (public->ready == NULL || public->ready(public->ready_context, &why))
        public_answer(call, 200, "status", "ready", NULL, 0);
    else
        public_answer(call, 503, "status", "not ready", buf_text(&why), PUBLIC_RETRY_S);
    buf_release(&why);
}

static void tell_metrics(struct http_call *call, void *context)
{
    struct public_context *public = context;
    if (public->metrics == NULL) {
        public_answer(call, 404, "error",
                    "Metrics are not told here; set FRONTDESK_METRICS, or ask the admin socket.", NULL, 0);
        return;
    }
    struct buf text = { 0 };
    public->metrics(public->metrics_context, &text);
    http_answer(call, 200, METRICS_TYPE, buf_text(&text), text.len, 0);
    buf_release(&text);
}

static const struct http_route PUBLIC_ROUTES[] = {
    { "POST", "/v1/inbound", PUBLIC_BODY_MAX, admit_by_token, receive_webhook },
    { "POST", "/v1/inbound/*", PUBLIC_BODY_MAX, admit_by_token, receive_webhook },
    { "POST", "/v1/agent/*", PUBLIC_AGENT_BODY_MAX, public_agent_admit, public_agent_act },
    { "GET", "/healthz", 0, NULL, tell_health },
    { "GET", "/readyz", 0, NULL, tell_readiness },
    { "GET", "/metrics", 0, NULL, tell_metrics },
    { NULL, NULL, 0, NULL, NULL },
};

static const struct http_route METRICS_ROUTES[] = {
    { "GET", "/metrics", 0, NULL, tell_metrics },
    { "GET", "/healthz", 0, NULL, tell_health },
    { NULL, NULL, 0, NULL, NULL },
};

const struct http_route *public_routes(void)
{
    return PUBLIC_ROUTES;
}

const struct http_route *public_metrics_routes(void)
{
    return METRICS_ROUTES;
}
