/*
 * call: see the header.
 *
 * A call has at most two owners, each with one share: its connection, and once parked whoever settles it.
 * The body stays until the last share is gone, for the settler may still read it; but it counts among the
 * server's kept bytes only as long as the connection lives, since a settler who comes after the server's end
 * must not touch its counters.
 *
 * Bodies are bounded twice: each by its route's body_max, all together by buffered_max. Both are counted in
 * bytes that came, not in bytes announced. A call beyond one of them has its answer from then on and keeps
 * nothing more; the rest of its body is read past, so that its sender gets to read the refusal, up to a few
 * times what would have been allowed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "daemon/call.h"

enum {
    READ_PAST_FACTOR = 4,
    READ_PAST_MORE = 64 * 1024,
    BUSY_RETRY_S = 5,
};

struct http_call *call_new(struct call_totals *totals)
{
    struct http_call *call = alloc_new(sizeof *call);
    atomic_init(&call->shares, 1);
    call->totals = totals;
    call->rest = "";
    return call;
}

void call_drop_share(struct http_call *call)
{
    if (atomic_fetch_sub(&call->shares, 1) > 1)
        return;
    buf_release(&call->body);
    free(call->answer.body);
    free(call);
}

void call_forget_body(struct http_call *call)
{
    atomic_fetch_sub(&call->totals->buffered, call->buffered);
    call->buffered = 0;
}

size_t call_body_max(const struct http_call *call)
{
    return call->route != NULL ? call->route->body_max : 0;
}

size_t call_read_past_max(const struct http_call *call)
{
    return call_body_max(call) * READ_PAST_FACTOR + READ_PAST_MORE;
}

/* Counts `len` further bytes as kept, while all bodies together stay within their bound. */
static bool may_keep(struct http_call *call, size_t len)
{
    struct call_totals *totals = call->totals;
    if (atomic_fetch_add(&totals->buffered, len) + len > totals->buffered_max) {
        atomic_fetch_sub(&totals->buffered, len);
        return false;
    }
    call->buffered += len;
    return true;
}

static void set_too_many(struct http_call *call)
{
    atomic_fetch_add(&call->totals->refused_full, 1);
    call_set_error(call, 503, "Too much at once. Try again in a moment.", BUSY_RETRY_S);
}

bool call_receive(struct http_call *call, const char *bytes, size_t len)
{
    call->received += len;
    if (call->received > call_read_past_max(call))
        return false;
    if (call->answer.status != 0)
        return true;
    if (call->received <= call_body_max(call) && may_keep(call, len)) {
        buf_add(&call->body, bytes, len);
        return true;
    }

    if (call->received > call_body_max(call))
        call_set_too_large(call);
    else
        set_too_many(call);
    call_forget_body(call);
    buf_release(&call->body);
    return true;
}

void call_set_answer(struct http_call *call, int status, const char *type, const char *body, size_t len,
                     int retry_after_s)
{
    struct call_answer *answer = &call->answer;
    answer->status = status;
    answer->retry_after_s = retry_after_s;
    snprintf(answer->type, sizeof answer->type, "%s", type);
    answer->body = alloc_bytes(len > 0 ? body : "", len);
    answer->len = len;
}

void call_set_error(struct http_call *call, int status, const char *sentence, int retry_after_s)
{
    char text[400];
    int len = snprintf(text, sizeof text, "{\"error\":\"%s\"}", sentence);
    if (len < 0 || (size_t)len >= sizeof text || strpbrk(sentence, "\"\\") != NULL)
        abort(); /* not a sentence of ours */
    call_set_answer(call, status, "application/json", text, (size_t)len, retry_after_s);
}

void call_set_too_large(struct http_call *call)
{
    atomic_fetch_add(&call->totals->refused_size, 1);
    call_set_error(call, 413, "The body is larger than this path takes.", 0);
}

void call_set_unsettled(struct http_call *call)
{
    atomic_fetch_add(&call->totals->unsettled, 1);
    call_set_error(call, 503, "Not done in time; nothing is promised. Try again in a moment.", BUSY_RETRY_S);
}

const char *http_method(const struct http_call *call)
{
    return call->method;
}

const char *http_path(const struct http_call *call)
{
    return call->path;
}

const char *http_path_rest(const struct http_call *call)
{
    return call->rest;
}

const char *http_body(const struct http_call *call, size_t *len)
{
    *len = call->body.len;
    return buf_text(&call->body);
}

char *http_take_body(struct http_call *call, size_t *len)
{
    *len = call->body.len;
    call_forget_body(call);
    return buf_detach(&call->body);
}

void http_add_header(struct http_call *call, const char *name, const char *value)
{
    struct call_answer *answer = &call->answer;
    struct call_header *header = &answer->headers[answer->header_count];
    if (answer->header_count == sizeof answer->headers / sizeof *header ||
        strlen(name) >= sizeof header->name || strlen(value) >= sizeof header->value)
        abort(); /* these are our own words: they fit */
    memcpy(header->name, name, strlen(name) + 1);
    memcpy(header->value, value, strlen(value) + 1);
    answer->header_count++;
}

void http_answer(struct http_call *call, int status, const char *type, const char *body, size_t len,
                 int retry_after_s)
{
    if (call->stage != CALL_READING || call->answer.status != 0)
        abort(); /* answered twice, or parked */
    call_set_answer(call, status, type, body, len, retry_after_s);
}
