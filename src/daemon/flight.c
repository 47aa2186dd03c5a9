/*
 * flight: see the header. Outcomes stay in memory until the transaction that enters them is committed,
 * however often that takes (a full disk): only then may the next call for the contact leave.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "braze/answer.h"
#include "daemon/flight.h"
#include "store/contact.h"

enum { ANSWER_MAX = 64 * 1024 };

struct flight {
    struct flight *next;
    struct flights *flights;
    struct call *call;
    uint64_t serial;
    struct answer answer;
    int status;
    int64_t took_ms;
};

void flights_init(struct flights *flights, struct fetcher *fetcher, const char *braze_url, const char *braze_key,
                  int timeout_ms)
{
    *flights = (struct flights){ fetcher, braze_url, braze_key, timeout_ms, NULL, NULL, 0, 1 };
}

static void free_list(struct flight *flight)
{
    while (flight != NULL) {
        struct flight *next = flight->next;

        call_free(flight->call);
        free(flight);
        flight = next;
    }
}

void flights_release(struct flights *flights)
{
    free_list(flights->under_way);
    free_list(flights->ended);
    *flights = (struct flights){ 0 };
}

static void unlink_flight(struct flights *flights, struct flight *flight)
{
    struct flight **at = &flights->under_way;

    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
    flights->count--;
}

static void log_end(const struct flight *flight)
{
    if (flight->answer.class == ANSWER_ACCEPTED)
        log_debug("call_accepted", log_text("path", flight->call->path), log_text("campaign", flight->call->campaign),
                  log_int("rows", (int64_t)flight->call->count), log_int("ms", flight->took_ms));
    else
        log_warn("call_failed", log_text("path", flight->call->path), log_text("campaign", flight->call->campaign),
                 log_int("rows", (int64_t)flight->call->count), log_int("status", flight->status),
                 log_text("class", answer_class_name(flight->answer.class)),
                 log_text("reason", flight->answer.problem), log_text("request", flight->answer.request_id));
}

static void end(void *context, const struct wire *wire, int64_t took_ms)
{
    struct flight *flight = context;
    struct flights *flights = flight->flights;

    unlink_flight(flights, flight);
    answer_read(wire, clock_wall_ms(), &flight->answer);
    flight->status = wire->status;
    flight->took_ms = took_ms;
    flight->next = flights->ended;
    flights->ended = flight;
    log_end(flight);
}

static void end_unstarted(struct flights *flights, struct flight *flight, const char *reason)
{
    struct wire wire = { .end = WIRE_NEVER_LEFT, .failure = reason };

    answer_read(&wire, clock_wall_ms(), &flight->answer);
    flight->next = flights->ended;
    flights->ended = flight;
    log_end(flight);
}

static void start(struct flights *flights, struct call *call)
{
    struct flight *flight = alloc_new(sizeof *flight);
    struct buf url = { 0 };
    struct error error = { 0 };
    struct fetch fetch = {
        .bearer = flights->braze_key,
        .content_type = "application/json",
        .body = buf_text(&call->body),
        .body_len = call->body.len,
        .timeout_ms = flights->timeout_ms,
        .answer_max = ANSWER_MAX,
        .ended = end,
        .context = flight,
    };

    buf_addf(&url, "%s%s", flights->braze_url, call->path);
    fetch.url = buf_text(&url);
    flight->flights = flights;
    flight->call = call;
    flight->serial = flights->serial++;
    if (fetch_start(flights->fetcher, &fetch, &error) == 0) {
        flight->next = flights->under_way;
        flights->under_way = flight;
        flights->count++;
    } else {
        end_unstarted(flights, flight, error.text);
    }
    buf_release(&url);
}

void flights_start(struct flights *flights, struct call *calls)
{
    while (calls != NULL) {
        struct call *next = calls->next;

        calls->next = NULL;
        start(flights, calls);
        calls = next;
    }
}

bool flights_has_ended(const struct flights *flights)
{
    return flights->ended != NULL;
}

int flights_settle(const struct flights *flights, struct desk *desk, int64_t now, struct error *error)
{
    for (const struct flight *flight = flights->ended; flight != NULL; flight = flight->next)
        if (dispatch_settle(desk, flight->call, &flight->answer, flight->status, flight->took_ms, now,
                            error) != 0)
            return -1;
    return 0;
}

struct flights_tally flights_drop(struct flights *flights)
{
    struct flights_tally tally = { 0 };

    for (const struct flight *flight = flights->ended; flight != NULL; flight = flight->next) {
        if (flight->call->is_track)
            continue;
        if (flight->answer.class == ANSWER_ACCEPTED)
            tally.accepted += (int64_t)flight->call->count;
        else if (flight->answer.class == ANSWER_REFUSED && flight->call->count == 1)
            tally.ended++;
    }
    free_list(flights->ended);
    flights->ended = NULL;
    return tally;
}

static bool goes_to(const struct call *call, struct db *db, int64_t contact)
{
    for (size_t i = 0; i < call->count; i++)
        if (contact_is_same(db, call->rows[i].contact, contact, NULL) != 0)
            return true;
    return false;
}

bool flights_has_older(const struct flights *flights, struct db *db, int64_t contact, uint64_t serial)
{
    for (const struct flight *flight = flights->under_way; flight != NULL; flight = flight->next)
        if (flight->serial < serial && !flight->call->is_track && goes_to(flight->call, db, contact))
            return true;
    return false;
}
