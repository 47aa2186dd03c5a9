/*
 * sandbox_service: one request to Braze, from judgement to record.
 *
 *     judge     what Braze would say, and who would get what           (sandbox_braze, pure)
 *     limit     the rate limit of the window; over it: 429
 *     script    the fault that was ordered for this request, if any    (sandbox_script)
 *     write     into the profiles, before anything is sent             (sandbox_profile, sandbox_event)
 *     deliver   messages to the people, unless refused, limited, or kept back by the fault
 *     record    one line into --requests, by one write with O_APPEND, before a byte of the answer leaves
 *     dress     the answer, or what the fault makes of it              (sandbox_fault, sandbox_reject)
 *
 * What goes to the shop (sandbox_shop), to the AI vendors (sandbox_ai) and to another desk (sandbox_desk) takes the same way,
 * without the limits and the people; what the vendors were asked, and the desk was told, is remembered as the messages are.
 *
 * Windows of the rate limits end on the clock (the hour for sends, three seconds for /users/track); they
 * do not roll. Refused requests count too, limited ones do not.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#include "sandbox_ai_models.h"
#include "sandbox_fault.h"
#include "sandbox_hash.h"
#include "sandbox_judge.h"
#include "sandbox_record.h"
#include "sandbox_reject.h"
#include "sandbox_service.h"

enum { HOUR_MS = 3600 * 1000, HOUR_LIMIT = 250000, TRACK_WINDOW_MS = 3000, TRACK_LIMIT = 3000 };

void service_init(struct service *service, int64_t now_ms)
{
    *service = (struct service){ .journal = -1 };
    service->sends = (struct rate){ .limit = HOUR_LIMIT, .window_ms = HOUR_MS };
    service->track = (struct rate){ .limit = TRACK_LIMIT, .window_ms = TRACK_WINDOW_MS };
    service->profiles.blocked = &service->workspace.blocked;
    shop_init(&service->shop);
    ai_init(&service->ai);
    other_desk_init(&service->desk);
    if (getrandom(&service->seed, sizeof service->seed, 0) != (ssize_t)sizeof service->seed)
        service->seed = (uint64_t)now_ms;
}

void service_release(struct service *service)
{
    people_release(&service->people);
    profiles_release(&service->profiles);
    events_release(&service->events);
    later_forget(&service->later);
    calls_release(&service->calls);
    script_clear(&service->script);
    shop_release(&service->shop);
    ai_release(&service->ai);
    other_desk_release(&service->desk);
    verdict_release(&service->verdict);
    buf_release(&service->scratch);
}

void service_reset(struct service *service)
{
    people_forget(&service->people);
    profiles_forget(&service->profiles);
    events_forget(&service->events);
    later_forget(&service->later);
    calls_forget(&service->calls);
    script_clear(&service->script);
    shop_forget(&service->shop);
    ai_forget(&service->ai);
    other_desk_forget(&service->desk);
    service->counters = (struct counters){ 0 };
    service->sends.used = service->track.used = 0;
}

static uint64_t next_id(struct service *service)
{
    return hash_next(&service->seed);
}

static struct rate *rate_of(struct service *service, const struct verdict *verdict)
{
    return verdict->budget == BUDGET_TRACK ? &service->track : &service->sends;
}

/* True when there is room in the window; then one is used up. */
static bool rate_take(struct rate *rate, int64_t now_ms)
{
    int64_t window_at_ms = now_ms - now_ms % rate->window_ms;

    if (window_at_ms != rate->window_at_ms)
        rate->used = 0;
    rate->window_at_ms = window_at_ms;
    if (rate->limit > 0 && rate->used >= rate->limit)
        return false;
    rate->used++;
    return true;
}

static void add_rate_headers(const struct rate *rate, bool is_empty, bool is_limited, int64_t now_ms, struct buf *headers)
{
    int64_t limit = rate->limit > 0 ? rate->limit : HOUR_LIMIT;
    int64_t remaining = rate->limit > 0 ? limit - rate->used : limit;
    int64_t reset_ms = now_ms - now_ms % rate->window_ms + rate->window_ms;
    int64_t seconds = (reset_ms - now_ms + 999) / 1000;

    if (is_empty)
        buf_add_text(headers, "x-ratelimit-limit: \r\nx-ratelimit-remaining: \r\nx-ratelimit-reset: \r\n");
    else if (rate->has_seconds && is_limited)
        buf_addf(headers, "x-ratelimit-retry-after: %" PRId64 "\r\n", seconds);
    else
        buf_addf(headers,
                 "x-ratelimit-limit: %" PRId64 "\r\nx-ratelimit-remaining: %" PRId64
                 "\r\nx-ratelimit-reset: %" PRId64 "\r\n",
                 limit, remaining, rate->has_seconds ? seconds : reset_ms / 1000);
}

static void add_request_id(struct service *service, struct buf *headers)
{
    uint64_t high = next_id(service), low = next_id(service);

    buf_addf(headers, "x-request-id: %08x-%04x-4%03x-8%03x-%012" PRIx64 "\r\n", (unsigned)(high >> 32),
             (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff), (unsigned)(low >> 48 & 0xfff),
             low & 0xffffffffffff);
}

/* Why Braze takes the message and sends nothing to this person, or NULL. */
static const char *person_trouble(const struct service *service, const struct delivery *delivery)
{
    const struct workspace *workspace = &service->workspace;
    bool is_alias = delivery->address == ADDRESS_PHONE || delivery->address == ADDRESS_ALIAS;

    if (delivery->is_existing_only && judge_stranger(workspace, delivery->address, delivery->user) &&
        !profiles_have(&service->profiles, delivery->address, delivery->user))
        return "there is no such profile";
    switch (profiles_subscription(&service->profiles, delivery->address, delivery->user, delivery->group)) {
    case SUBSCRIBED_NO: return "this person has unsubscribed from the group";
    case SUBSCRIBED_YES: return NULL;
    case SUBSCRIBED_UNKNOWN: break;
    }
    return is_alias && workspace->has_unsubscribed_newcomers ? "this newcomer is not subscribed to the group" : NULL;
}

static void check_people(struct service *service)
{
    struct verdict *verdict = &service->verdict;

    for (size_t i = 0; i < verdict->delivery_count; i++)
        if (verdict->deliveries[i].dropped == NULL)
            verdict->deliveries[i].dropped = person_trouble(service, &verdict->deliveries[i]);
}

static void write_update(struct service *service, const struct track_update *update, int64_t at_ms)
{
    bool is_written = profiles_apply(&service->profiles, update, at_ms);

    if (is_written && update->kind != TRACK_ATTRIBUTES && !events_put(&service->events, update, at_ms))
        calls_note_violation(&service->calls, update, "repeated event",
                             "this user has had an event that is equal in name, time and properties", at_ms);
}

static void write_updates(struct service *service, const struct track_update *updates, size_t count, int64_t at_ms)
{
    for (size_t i = 0; i < count && !service->people.is_count_only; i++)
        if (!updates[i].is_dropped)
            write_update(service, &updates[i], at_ms);
}

/* What was held back, and is due by `due_ms`. */
static void write_held(struct service *service, int64_t due_ms, int64_t at_ms)
{
    for (struct held *held; (held = later_take(&service->later, due_ms)) != NULL;) {
        write_updates(service, held->updates, held->count, at_ms);
        held_free(held);
    }
}

static void write_profiles(struct service *service, const struct exchange *exchange)
{
    struct verdict *verdict = &service->verdict;
    bool is_track = verdict->budget == BUDGET_TRACK;

    if (is_track && exchange->fault != NULL && exchange->fault->kind == FAULT_OVERTAKEN) {
        later_put(&service->later, verdict, exchange->at_ms + exchange->fault->argument);
        return;
    }
    write_updates(service, verdict->updates, verdict->update_count, exchange->at_ms);
    if (is_track)
        write_held(service, INT64_MAX, exchange->at_ms);
}

static void deliver(struct service *service, const struct exchange *exchange)
{
    const struct verdict *verdict = &service->verdict;
    const char *campaign = verdict->campaign != NULL ? verdict->campaign : "";

    for (size_t i = 0; i < verdict->delivery_count; i++) {
        const struct delivery *delivery = &verdict->deliveries[i];
        if (delivery->dropped != NULL) {
            service->counters.dropped++;
            log_warn("not_sent", log_text("user", delivery->user), log_text("why", delivery->dropped));
            continue;
        }
        people_put(&service->people, delivery, campaign, exchange->at_ms);
        service->counters.messages++;
        if (delivery->has_liquid)
            log_error("liquid", log_text("user", delivery->user), log_text("text", delivery->text),
                      log_text("why", "Braze would evaluate the {{ or {% in this request"));
        log_info("message", log_text("user", delivery->user), log_text("text", delivery->text));
    }
}

static void count(struct service *service, const struct exchange *exchange, const struct http_answer *answer)
{
    const struct verdict *verdict = &service->verdict;
    struct counters *counters = &service->counters;

    counters->requests++;
    counters->limited += exchange->is_limited;
    counters->faults += exchange->fault != NULL && exchange->fault->kind != FAULT_PASS;
    counters->by_status[record_status(answer)]++;
    if (exchange->is_limited || exchange->fault != NULL)
        counters->accepted += exchange->is_taken;
    else
        *(verdict_is_accepted(verdict) ? &counters->accepted : &counters->refused) += 1;
    if (!exchange->is_taken)
        return;
    counters->collapsed += (int64_t)verdict->collapsed;
    counters->liquid += (int64_t)verdict->liquid;
    counters->tracked += (int64_t)verdict->tracked;
    counters->untracked += (int64_t)verdict->untracked;
}

/* The answer without its faults. */
static void format_answer(struct service *service, const struct exchange *exchange,
                          struct http_answer *answer)
{
    const struct verdict *verdict = &service->verdict;

    add_rate_headers(rate_of(service, verdict), verdict->is_unknown_key, exchange->is_limited, exchange->at_ms,
                     &answer->headers);
    add_request_id(service, &answer->headers);
    answer->delay_ms = service->latency_ms;
    answer->status = exchange->is_limited ? 429 : verdict->status;
    if (exchange->is_limited)
        buf_add_text(&answer->body, "{\"message\":\"Rate limit exceeded\"}");
    else
        buf_add(&answer->body, buf_text(&verdict->body), verdict->body.len);
}

static void tell(const struct verdict *verdict, const struct exchange *exchange,
                 const struct http_request *request)
{
    if (!verdict_is_accepted(verdict))
        log_warn("refused", log_int("status", verdict->status), log_text("path", request->path),
                 log_text("why", verdict->is_unknown_key ? "Invalid API key" : buf_text(&verdict->body)));
    if (exchange->is_taken && verdict->liquid > 0 && verdict->delivery_count == 0)
        log_error("liquid", log_text("path", request->path), log_int("objects", (int64_t)verdict->liquid));
    if (exchange->fault != NULL)
        log_info("fault", log_text("do", fault_type(exchange->fault->kind)->name),
                 log_text("path", request->path));
}

static void serve_braze(struct service *service, const struct http_request *request,
                        struct http_answer *answer)
{
    struct verdict *verdict = &service->verdict;
    struct exchange exchange = { .at_ms = clock_wall_ms() };

    snprintf(exchange.dispatch_id, sizeof exchange.dispatch_id, "%016" PRIx64 "%016" PRIx64, next_id(service),
             next_id(service));
    braze_judge(&service->workspace, request, exchange.dispatch_id, verdict);
    bool is_counted = verdict->budget != BUDGET_NONE && !verdict->is_unknown_key;
    exchange.is_limited = is_counted && !rate_take(rate_of(service, verdict), exchange.at_ms);
    if (!exchange.is_limited)
        exchange.fault = script_next(&service->script, request->path, verdict);
    exchange.is_taken = verdict_is_accepted(verdict) && !exchange.is_limited &&
                        (exchange.fault == NULL || exchange.fault->is_taken);
    format_answer(service, &exchange, answer);
    reject_mark(verdict, exchange.fault);
    if (exchange.fault != NULL)
        fault_dress(exchange.fault, exchange.at_ms, answer);
    reject_tell(verdict, exchange.fault, answer);
    count(service, &exchange, answer);
    if (exchange.is_taken) {
        write_profiles(service, &exchange);
        check_people(service);
        deliver(service, &exchange);
        if (service->wake != NULL)
            service->wake(service->waker);
    }
    if (verdict->budget == BUDGET_TRACK || verdict->update_count > 0)
        answer->ticket = calls_begin(&service->calls, verdict,
                                     &(struct call_report){ request->path, record_outcome(verdict, &exchange),
                                                            record_status(answer), exchange.is_taken },
                                     exchange.at_ms);
    tell(verdict, &exchange, request);
    record_exchange(service, request, &exchange, answer);
}

void service_ended(void *context, int64_t ticket)
{
    struct service *service = context;

    calls_end(&service->calls, ticket);
}

/* A request to the shop. Braze's counters know nothing of it. */
static void serve_shop(struct service *service, const struct http_request *request, struct http_answer *answer)
{
    int64_t now = clock_wall_ms();
    const struct fault *fault = script_next(&service->script, request->path, NULL);

    shop_answer(&service->shop, request, fault == NULL || fault->is_taken, now, answer);
    bool is_refused = answer->status >= 400;
    answer->delay_ms = service->latency_ms;
    if (fault != NULL)
        fault_dress(fault, now, answer);
    service->shop.requests++;
    service->shop.refused += is_refused;
    service->shop.faults += fault != NULL && fault->kind != FAULT_PASS;
    log_info("shop", log_text("method", request->method), log_text("path", request->path),
             log_int("status", record_status(answer)));
    record_aside(service, request, service->shop.requests,
                 fault != NULL ? fault_type(fault->kind)->name : is_refused ? "refused" : "accepted",
                 !is_refused && (fault == NULL || fault->is_taken), now, answer, "idempotency_key",
                 http_header(request, "Idempotency-Key"));
}

/* A webhook to another desk. */
static void serve_desk(struct service *service, const struct http_request *request, struct http_answer *answer)
{
    struct other_desk *desk = &service->desk;
    int64_t now = clock_wall_ms();
    const struct fault *fault = script_next(&service->script, request->path, NULL);
    struct desk_visit visit;

    other_desk_judge(desk, request, now, &visit, answer);
    bool is_taken = visit.why == NULL && (fault == NULL || fault->is_taken);
    const char *outcome = fault != NULL ? fault_type(fault->kind)->name : visit.why != NULL ? "refused" : "accepted";
    answer->delay_ms = service->latency_ms;
    if (fault != NULL)
        fault_dress(fault, now, answer);
    desk->faults += fault != NULL && fault->kind != FAULT_PASS;
    other_desk_note(desk, request, &visit, outcome, record_status(answer), is_taken, now);
    if (visit.why != NULL)
        log_warn("desk_refused", log_text("path", request->path), log_text("why", visit.why));
    log_info("desk", log_text("path", request->path), log_text("outcome", outcome), log_int("status", record_status(answer)));
    record_aside(service, request, desk->requests, outcome, is_taken, now, answer, "webhook_id", visit.id);
    if (service->wake != NULL)
        service->wake(service->waker);
}

/* A request to an AI vendor. What its model said, it said to nobody else. */
static void serve_ai(struct service *service, const struct http_request *request, struct http_answer *answer)
{
    struct ai *ai = &service->ai;
    int64_t now = clock_wall_ms();
    char id[AI_ID_SIZE];

    snprintf(id, sizeof id, "%012" PRIx64 "%012" PRIx64, next_id(service) >> 16, next_id(service) >> 16);
    ai_judge(ai, request);
    bool is_refused = ai->trouble.kind != AI_FINE;
    const struct fault *fault = script_next_ai(&service->script, request->path, ai->dialect->name, ai->question.model,
                                               is_refused);
    const char *outcome = fault != NULL ? fault_type(fault->kind)->name : is_refused ? "refused" : "answered";
    answer->delay_ms = service->latency_ms;
    ai_answer(ai, fault, id, now, answer);
    ai->requests++;
    ai->refused += is_refused;
    ai->faults += fault != NULL && fault->kind != FAULT_PASS;
    if (is_refused)
        log_warn("ai_refused", log_text("vendor", ai->dialect->name), log_text("why", ai->trouble.message));
    log_info("ai", log_text("vendor", ai->dialect->name), log_text("path", request->path), log_text("outcome", outcome),
             log_int("status", record_status(answer)));
    if (!service->people.is_count_only)
        ai_remember(ai, request, outcome, record_status(answer), now);
    record_aside(service, request, ai->requests, outcome, !is_refused && (fault == NULL || fault->is_taken), now, answer,
                 "vendor", ai->dialect->name);
    if (service->wake != NULL)
        service->wake(service->waker);
}

static void serve_models(struct service *service, const struct http_request *request, struct http_answer *answer)
{
    models_answer(service->ai.key, request, answer);
    answer->delay_ms = service->latency_ms;
    log_info("models", log_text("path", request->path), log_int("status", answer->status));
}

/* As HTTP has it; Braze's answers bring one. */
static void add_date(const struct service *service, struct http_answer *answer)
{
    time_t now = (time_t)(clock_wall_ms() / 1000 + service->ahead_s);
    struct tm utc;
    char line[60];

    gmtime_r(&now, &utc);
    strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    buf_add_text(&answer->headers, line);
}

void service_handle(void *context, struct http_request *request, struct http_answer *answer)
{
    static const char CONTROL[] = "/_sandbox/";
    struct service *service = context;
    int64_t now = clock_wall_ms();

    write_held(service, now, now);
    if (strncmp(request->path, CONTROL, sizeof CONTROL - 1) == 0)
        control_handle(service, request, answer);
    else if (shop_has_path(request->path))
        serve_shop(service, request, answer);
    else if (models_has_path(request))
        serve_models(service, request, answer);
    else if (other_desk_has_path(request->path))
        serve_desk(service, request, answer);
    else if (ai_has_path(request->path))
        serve_ai(service, request, answer);
    else
        serve_braze(service, request, answer);
    add_date(service, answer);
}

static void report_statuses(const struct counters *counters, struct jsonw *w)
{
    char name[12];

    jsonw_object(w, "by_status");
    for (int status = 0; status < STATUS_MAX; status++) {
        if (counters->by_status[status] == 0)
            continue;
        snprintf(name, sizeof name, "%d", status);
        jsonw_int(w, status == 0 ? "none" : name, counters->by_status[status]);
    }
    jsonw_end_object(w);
}

void service_report(const struct service *service, struct buf *out)
{
    const struct counters *counters = &service->counters;
    struct jsonw w = { .out = out };
    struct buf shop = { 0 }, ai = { 0 }, desk = { 0 };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "requests", counters->requests);
    jsonw_int(&w, "accepted", counters->accepted);
    jsonw_int(&w, "refused", counters->refused);
    jsonw_int(&w, "limited", counters->limited);
    jsonw_int(&w, "faults", counters->faults);
    jsonw_int(&w, "messages", counters->messages);
    jsonw_int(&w, "dropped", counters->dropped);
    jsonw_int(&w, "collapsed", counters->collapsed);
    jsonw_int(&w, "liquid", counters->liquid);
    jsonw_int(&w, "tracked", counters->tracked);
    jsonw_int(&w, "untracked", counters->untracked);
    jsonw_int(&w, "events", service->events.count);
    jsonw_int(&w, "repeated", service->events.repeated);
    jsonw_int(&w, "left_out", service->profiles.left_out_count);
    jsonw_int(&w, "violations", service->calls.violation_count);
    jsonw_int(&w, "most_at_once", service->calls.most_at_once);
    jsonw_int(&w, "kept",
              service->people.ring != NULL ? service->people.last - service->people.first + 1 : 0);
    report_statuses(counters, &w);
    shop_report(&service->shop, &shop);
    jsonw_raw(&w, "shop", buf_text(&shop));
    ai_report(&service->ai, &ai);
    jsonw_raw(&w, "ai", buf_text(&ai));
    other_desk_report(&service->desk, &desk);
    jsonw_raw(&w, "desk", buf_text(&desk));
    buf_release(&shop);
    buf_release(&ai);
    buf_release(&desk);
    jsonw_end_object(&w);
}
