/*
 * sandbox_record: see the header.
 *
 * The record comes before the answer so that whoever saw an answer finds its line in the file: the checkers of the crash tests
 * compare that file with the outbox. It holds a hash of the body rather than the body, and never a key.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"

#include "sandbox_hash.h"
#include "sandbox_json.h"
#include "sandbox_record.h"

bool verdict_is_accepted(const struct verdict *verdict)
{
    return verdict->status < 300;
}

const char *record_outcome(const struct verdict *verdict, const struct exchange *exchange)
{
    if (exchange->is_limited)
        return "limited";
    if (exchange->fault != NULL && exchange->fault->kind != FAULT_PASS)
        return fault_type(exchange->fault->kind)->name;
    return verdict_is_accepted(verdict) ? "accepted" : "refused";
}

int record_status(const struct http_answer *answer)
{
    bool has_status = answer->manner == HTTP_PLAIN || answer->manner == HTTP_LYING ||
                      answer->manner == HTTP_HUGE;

    return has_status && answer->status < STATUS_MAX ? answer->status : 0;
}

static void begin_one(const char *user, enum address address, struct jsonw *w)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "user", user);
    jsonw_text(w, "kind", address_name(address));
}

static void write_recipients(const struct verdict *verdict, bool is_taken, struct jsonw *w)
{
    jsonw_array(w, "recipients");
    for (size_t i = 0; i < verdict->delivery_count; i++) {
        const struct delivery *delivery = &verdict->deliveries[i];

        begin_one(delivery->user, delivery->address, w);
        jsonw_text(w, "text", delivery->text);
        jsonw_bool(w, "sent", is_taken && delivery->dropped == NULL);
        if (delivery->dropped != NULL)
            jsonw_text(w, "why", delivery->dropped);
        if (delivery->has_liquid)
            jsonw_bool(w, "liquid", true);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
}

static void write_objects(const struct verdict *verdict, bool is_taken, struct jsonw *w)
{
    jsonw_array(w, "objects");
    for (size_t i = 0; i < verdict->update_count; i++) {
        const struct track_update *update = &verdict->updates[i];

        begin_one(update->user, update->address, w);
        json_copy(update->object, "object", w);
        jsonw_bool(w, "written", is_taken && !update->is_dropped);
        jsonw_end_object(w);
    }
    jsonw_end_array(w);
}

static void begin_line(struct service *service, int64_t n, int64_t at_ms, const char *path, struct jsonw *w)
{
    buf_clear(&service->scratch);
    jsonw_object(w, NULL);
    jsonw_int(w, "n", n);
    jsonw_int(w, "at", at_ms);
    jsonw_text(w, "path", path);
}

static void write_end(const struct http_request *request, const struct http_answer *answer, const char *outcome,
                      bool is_taken, struct jsonw *w)
{
    char hash[17];

    snprintf(hash, sizeof hash, "%016" PRIx64, hash_bytes(HASH_START, request->body, request->body_len));
    jsonw_text(w, "hash", hash);
    jsonw_int(w, "status", record_status(answer));
    jsonw_text(w, "outcome", outcome);
    jsonw_bool(w, "taken", is_taken);
}

static void write_line(struct service *service)
{
    buf_add_char(&service->scratch, '\n');
    if (write(service->journal, service->scratch.data, service->scratch.len) != (ssize_t)service->scratch.len)
        log_error("record_failed", log_int("request", service->counters.requests + service->shop.requests +
                                                          service->ai.requests + service->desk.requests));
    if (service->scratch.cap > HTTP_BODY_MAX)
        buf_release(&service->scratch);
}

void record_exchange(struct service *service, const struct http_request *request,
                     const struct exchange *exchange, const struct http_answer *answer)
{
    const struct verdict *verdict = &service->verdict;
    struct jsonw w = { .out = &service->scratch };

    if (service->journal < 0)
        return;
    begin_line(service, service->counters.requests, exchange->at_ms, request->path, &w);
    write_end(request, answer, record_outcome(verdict, exchange), exchange->is_taken, &w);
    if (exchange->is_taken)
        jsonw_text(&w, "dispatch_id", exchange->dispatch_id);
    if (verdict->campaign != NULL)
        jsonw_text(&w, "campaign", verdict->campaign);
    write_recipients(verdict, exchange->is_taken, &w);
    if (verdict->update_count > 0)
        write_objects(verdict, exchange->is_taken, &w);
    if (!verdict_is_accepted(verdict) && !verdict->is_unknown_key)
        jsonw_raw(&w, "answer", buf_text(&verdict->body));
    jsonw_end_object(&w);
    write_line(service);
}

void record_aside(struct service *service, const struct http_request *request, int64_t n, const char *outcome,
                  bool is_taken, int64_t now_ms, const struct http_answer *answer, const char *name, const char *value)
{
    struct jsonw w = { .out = &service->scratch };

    if (service->journal < 0)
        return;
    begin_line(service, n, now_ms, request->path, &w);
    jsonw_text(&w, "method", request->method);
    write_end(request, answer, outcome, is_taken, &w);
    if (value != NULL)
        jsonw_text(&w, name, value);
    jsonw_end_object(&w);
    write_line(service);
}
