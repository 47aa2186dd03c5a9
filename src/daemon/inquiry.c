/*
 * inquiry: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/inquiry.h"

enum { HEADERS_MAX = BACKEND_HEADERS_MAX + 5 };

struct inquiry {
    struct inquiry *next;
    struct inquiries *inquiries;
    struct consult_call *call;
    struct consult_end end;
    int64_t started_at; /* monotonic */
};

void inquiries_init(struct inquiries *inquiries, struct fetcher *fetcher, struct keyring *keys)
{
    *inquiries = (struct inquiries){ .fetcher = fetcher, .keys = keys };
}

static void free_list(struct inquiry *inquiry)
{
    while (inquiry != NULL) {
        struct inquiry *next = inquiry->next;

        consult_call_free(inquiry->call);
        consult_end_release(&inquiry->end);
        free(inquiry);
        inquiry = next;
    }
}

void inquiries_release(struct inquiries *inquiries)
{
    free_list(inquiries->under_way);
    free_list(inquiries->ended);
    *inquiries = (struct inquiries){ 0 };
}

/* Ends */

static void unlink_inquiry(struct inquiries *inquiries, struct inquiry *inquiry)
{
    struct inquiry **at = &inquiries->under_way;

    while (*at != inquiry)
        at = &(*at)->next;
    *at = inquiry->next;
    inquiries->count--;
}

static void put_ended(struct inquiries *inquiries, struct inquiry *inquiry)
{
    inquiry->next = inquiries->ended;
    inquiries->ended = inquiry;
}

/* Neither question nor answer is logged: they hold what customers said. */
static void end(void *context, const struct wire *wire, int64_t took_ms)
{
    struct inquiry *inquiry = context;

    unlink_inquiry(inquiry->inquiries, inquiry);
    consult_end_read(wire, took_ms, &inquiry->end);
    log_debug("backend_answered", log_text("backend", inquiry->call->backend), log_int("outbox", inquiry->call->outbox),
              log_int("status", wire->status), log_int("ms", took_ms));
    put_ended(inquiry->inquiries, inquiry);
}

/* Starting */

static size_t list_headers(const struct consult_call *call, const char *key, struct fetch_header headers[HEADERS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < call->request.header_count; i++)
        headers[count++] = (struct fetch_header){ call->request.headers[i].name, call->request.headers[i].value };
    if (call->request.auth == AUTH_HEADER && key != NULL)
        headers[count++] = (struct fetch_header){ call->request.auth_name, key };
    return count;
}

static int fetch_for(struct inquiry *inquiry, const char *key, struct error *error)
{
    const struct consult_call *call = inquiry->call;
    const struct vendor_request *request = &call->request;
    bool is_signed = request->auth == AUTH_SIGV4;
    struct fetch_header headers[HEADERS_MAX];
    struct fetch fetch = {
        .url = buf_text(&request->url),
        .is_get = request->is_get,
        .bearer = request->auth == AUTH_BEARER ? key : NULL,
        .aws_region = is_signed ? call->region : NULL,
        .aws_service = is_signed ? request->auth_name : NULL,
        .aws_key = is_signed ? key : NULL,
        .headers = headers,
        .header_count = list_headers(call, key, headers),
        .content_type = request->body.len > 0 ? "application/json" : NULL,
        .body = request->body.len > 0 ? buf_text(&request->body) : NULL,
        .body_len = request->body.len,
        .reach = call->may_be_local ? FETCH_LOCAL_TOO : FETCH_PUBLIC,
        .timeout_ms = call->timeout_ms,
        .answer_max = BACKEND_ANSWER_MAX,
        .ended = end,
        .context = inquiry,
    };

    return fetch_start(inquiry->inquiries->fetcher, &fetch, error);
}

/* 0; or -1: it is not worth a try, for the reason given. */
static int try_start(struct inquiry *inquiry, struct error *error)
{
    struct inquiries *inquiries = inquiry->inquiries;
    const char *key = NULL;

    if (inquiry->call->key_env != NULL) {
        key = keyring_get(inquiries->keys, inquiry->call->key_env, error);
        if (key == NULL)
            return -1;
        if (inquiry->call->kind == BACKEND_BEDROCK && strchr(key, ':') == NULL)
            return error_set(error, "%s holds no AWS key pair, which is written ACCESS_KEY_ID:SECRET_ACCESS_KEY",
                             inquiry->call->key_env);
    }
    if (fetch_for(inquiry, key, error) != 0)
        return -1;
    inquiry->next = inquiries->under_way;
    inquiries->under_way = inquiry;
    inquiries->count++;
    return 0;
}

static void start(struct inquiries *inquiries, struct consult_call *call)
{
    struct inquiry *inquiry = alloc_new(sizeof *inquiry);
    struct error error = { 0 };

    inquiry->inquiries = inquiries;
    inquiry->call = call;
    inquiry->started_at = clock_monotonic_ms();
    if (try_start(inquiry, &error) != 0) {
        consult_end_refuse(error.text, &inquiry->end);
        put_ended(inquiries, inquiry);
    }
}

void inquiries_start(struct inquiries *inquiries, struct consult_call *calls)
{
    while (calls != NULL) {
        struct consult_call *next = calls->next;

        calls->next = NULL;
        start(inquiries, calls);
        calls = next;
    }
}

bool inquiries_has_ended(const struct inquiries *inquiries)
{
    return inquiries->ended != NULL;
}

int inquiries_settle(const struct inquiries *inquiries, struct desk *desk, int64_t now, struct error *error)
{
    for (const struct inquiry *inquiry = inquiries->ended; inquiry != NULL; inquiry = inquiry->next)
        if (consult_settle(desk, inquiry->call, &inquiry->end, now, error) != 0)
            return -1;
    return 0;
}

void inquiries_drop(struct inquiries *inquiries)
{
    free_list(inquiries->ended);
    inquiries->ended = NULL;
}

/* As if the line had broken: it has been asked, and may cost something. */
static void break_off(struct inquiries *inquiries, struct inquiry *inquiry)
{
    static const struct wire BROKEN_OFF = { .end = WIRE_LEFT_NO_ANSWER,
                                            .failure = "broken off: the customer wrote on, and it is asked again" };

    fetch_cancel(inquiries->fetcher, inquiry);
    unlink_inquiry(inquiries, inquiry);
    consult_end_read(&BROKEN_OFF, clock_monotonic_ms() - inquiry->started_at, &inquiry->end);
    put_ended(inquiries, inquiry);
}

void inquiries_break_off(struct inquiries *inquiries, struct desk *desk)
{
    struct inquiry *next;

    if (!desk->has_superseded)
        return;
    desk->has_superseded = false;
    for (struct inquiry *inquiry = inquiries->under_way; inquiry != NULL; inquiry = next) {
        struct error error = { 0 };

        next = inquiry->next;
        if (consult_is_superseded(desk, inquiry->call, &error) == 1)
            break_off(inquiries, inquiry);
    }
}
