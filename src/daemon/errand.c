/*
 * errand: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/errand.h"

enum { LONGEST_MS = 120 * 1000 }; /* of a service's deadline (rules/build_service.c) */

struct errand {
    struct errand *next;
    struct errands *errands;
    struct service_call *call;
    struct service_end end;
};

void errands_init(struct errands *errands, struct fetcher *fetcher)
{
    *errands = (struct errands){ .fetcher = fetcher, .rules = -1 };
}

static void free_list(struct errand *errand)
{
    while (errand != NULL) {
        struct errand *next = errand->next;

        service_call_free(errand->call);
        service_end_release(&errand->end);
        free(errand);
        errand = next;
    }
}

void errands_release(struct errands *errands)
{
    free_list(errands->under_way);
    free_list(errands->ended);
    keyring_release(&errands->keys);
    *errands = (struct errands){ 0 };
}

void errands_learn(struct errands *errands, const struct ruleset *rules)
{
    if (rules->number == errands->rules)
        return;
    keyring_load(&errands->keys, rules);
    errands->rules = rules->number;
}

/* Ends */

static void unlink_errand(struct errands *errands, struct errand *errand)
{
    struct errand **at = &errands->under_way;

    while (*at != errand)
        at = &(*at)->next;
    *at = errand->next;
    errands->count--;
}

/* Neither address nor body: they hold what customers said. */
static void log_end(const struct errand *errand)
{
    const struct service_end *end = &errand->end;

    if (end->reason[0] == '\0')
        log_debug("service_answered", log_text("service", errand->call->service), log_int("outbox", errand->call->outbox),
                  log_int("status", end->status), log_int("ms", end->took_ms));
    else
        log_warn("service_failed", log_text("service", errand->call->service), log_int("outbox", errand->call->outbox),
                 log_int("status", end->status), log_int("ms", end->took_ms), log_text("class", service_end_class(end)),
                 log_text("reason", end->reason));
}

static void put_ended(struct errands *errands, struct errand *errand)
{
    errand->next = errands->ended;
    errands->ended = errand;
    log_end(errand);
}

static void end(void *context, const struct wire *wire, int64_t took_ms)
{
    struct errand *errand = context;

    unlink_errand(errand->errands, errand);
    service_end_read(wire, took_ms, &errand->end);
    put_ended(errand->errands, errand);
}

/* Starting */

static int fetch_for(struct errand *errand, const char *key, int64_t left_ms, struct error *error)
{
    const struct service_call *call = errand->call;
    struct fetch_header header = { "Idempotency-Key", call->idempotency_key };
    struct fetch fetch = {
        .url = call->url,
        .is_get = !call->is_post,
        .bearer = key,
        .headers = &header,
        .header_count = 1,
        .content_type = call->body != NULL ? "application/json" : NULL,
        .body = call->body,
        .body_len = call->body != NULL ? strlen(call->body) : 0,
        .reach = call->may_be_local ? FETCH_LOCAL_TOO : FETCH_PUBLIC,
        .timeout_ms = left_ms < LONGEST_MS ? (int)left_ms : LONGEST_MS,
        .answer_max = SERVICE_ANSWER_MAX,
        .ended = end,
        .context = errand,
    };

    return fetch_start(errand->errands->fetcher, &fetch, error);
}

/* 0; or -1: it is not worth a try, for the reason given. */
static int try_start(struct errand *errand, int64_t left_ms, struct error *error)
{
    struct errands *errands = errand->errands;
    const char *key = NULL;

    if (errand->call->key_env[0] != '\0') {
        key = keyring_get(&errands->keys, errand->call->key_env, error);
        if (key == NULL)
            return -1;
    }
    if (fetch_for(errand, key, left_ms, error) != 0)
        return -1;
    errand->next = errands->under_way;
    errands->under_way = errand;
    errands->count++;
    return 0;
}

static void start(struct errands *errands, struct service_call *call)
{
    static const struct wire TOO_LATE = { .end = WIRE_NEVER_LEFT, .failure = "its time was over before it could leave" };
    struct errand *errand = alloc_new(sizeof *errand);
    int64_t left_ms = call->expires_at - clock_wall_ms();
    struct error error = { 0 };

    errand->errands = errands;
    errand->call = call;
    if (left_ms <= 0) {
        service_end_read(&TOO_LATE, 0, &errand->end);
        put_ended(errands, errand);
    } else if (try_start(errand, left_ms, &error) != 0) {
        service_end_refuse(error.text, &errand->end);
        put_ended(errands, errand);
    }
}

void errands_start(struct errands *errands, struct service_call *calls)
{
    while (calls != NULL) {
        struct service_call *next = calls->next;

        calls->next = NULL;
        start(errands, calls);
        calls = next;
    }
}

bool errands_has_ended(const struct errands *errands)
{
    return errands->ended != NULL;
}

int errands_settle(const struct errands *errands, struct desk *desk, int64_t now, struct error *error)
{
    for (const struct errand *errand = errands->ended; errand != NULL; errand = errand->next)
        if (service_settle(desk, errand->call, &errand->end, now, error) != 0)
            return -1;
    return 0;
}

void errands_drop(struct errands *errands)
{
    free_list(errands->ended);
    errands->ended = NULL;
}
