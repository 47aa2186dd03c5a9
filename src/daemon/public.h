/*
 * public: what the outside may call: webhooks, health, metrics. A route table for daemon/http.h.
 *
 *     POST /v1/inbound, /v1/inbound/{channel}   Authorization: Bearer …; parked, settled by the engine
 *     POST /v1/agent/{say,note,take,release,close}   another desk's agents, by a token of their own (daemon/public_agent.h)
 *     GET  /healthz                             200 while the process lives
 *     GET  /readyz                              200 while webhooks can be stored, else 503
 *     GET  /metrics                             only where the context has a `metrics`
 *
 * A webhook becomes a MAIL_WEBHOOK: the body without a copy, the channel (whatsapp when the path names none;
 * ASCII letters in lower case, at most 64 bytes), the identity from ?user= or X-Frontdesk-User (the query
 * first; NULL: neither was there, "": an answer), the Content-Type. All texts are repaired to UTF-8. The
 * engine answers it by http_settle. Past the token a webhook is answered 413 or 503 from here, never another
 * 4xx or 5xx.
 */
#ifndef DAEMON_PUBLIC_H
#define DAEMON_PUBLIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "daemon/http.h"
#include "daemon/mailbox.h"
#include "daemon/status.h"

enum {
    PUBLIC_BODY_MAX = 256 * 1024,
    PUBLIC_AGENT_BODY_MAX = 64 * 1024,
    PUBLIC_CHANNEL_MAX = 64,
    PUBLIC_RETRY_S = 5,
};

struct public_context {        /* the `context` of the listener; outlives it */
    const char *const *tokens; /* none: nobody gets in */
    size_t token_count;
    const char *const *agent_tokens; /* none: /v1/agent/ is not there */
    size_t agent_token_count;
    struct mailbox *mailbox;
    /*
     * From then on (wall clock, ms) bodies are read here, by the threads that received them. Before, the program goes
     * carefully after a crash: the engine reads each, once its bytes are kept and counted (desk/road.h).
     */
    int64_t reads_from;
    /* Can webhooks be stored now? If not, why: one sentence. NULL: always. Any thread. */
    bool (*ready)(void *context, struct buf *why);
    void *ready_context;
    /* Prometheus text. NULL: no /metrics here. Any thread. */
    void (*metrics)(void *context, struct buf *out);
    void *metrics_context;
    struct status_door door; /* counted here, told by status */
};

/* What stands behind "Bearer ", or NULL; is it one of those? In constant time for each, and all are looked at. */
const char *public_bearer(const struct http_call *call);
bool public_is_token(const char *token, const char *const *tokens, size_t count);

/* {"error" or "status": text}, and a reason where there is one. */
void public_answer(struct http_call *call, int status, const char *key, const char *text, const char *reason,
                   int retry_after_s);

/* For the public listener. */
const struct http_route *public_routes(void);
void public_note_lost(struct http_call *call, void *context); /* its `lost` */
/* For an address of its own (FRONTDESK_METRICS): /metrics and /healthz. */
const struct http_route *public_metrics_routes(void);

#endif
