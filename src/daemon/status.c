/*
 * status: see the header. One table names every number for both forms.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/status.h"

struct status {
    pthread_mutex_t mutex;
    struct status_facts facts;
    const struct status_door *door; /* NULL: none yet */
    struct http_server *server;     /* NULL: none yet, or none any more */
    const char *listen;             /* of it */
};

struct status *status_new(void)
{
    struct status *status = alloc_new(sizeof *status);

    pthread_mutex_init(&status->mutex, NULL);
    return status;
}

void status_free(struct status *status)
{
    pthread_mutex_destroy(&status->mutex);
    free(status);
}

void status_put(struct status *status, const struct status_facts *facts)
{
    pthread_mutex_lock(&status->mutex);
    status->facts = *facts;
    pthread_mutex_unlock(&status->mutex);
}

void status_watch(struct status *status, const struct status_door *door)
{
    pthread_mutex_lock(&status->mutex);
    status->door = door;
    pthread_mutex_unlock(&status->mutex);
}

void status_watch_server(struct status *status, struct http_server *server, const char *listen)
{
    pthread_mutex_lock(&status->mutex);
    status->server = server;
    status->listen = listen;
    pthread_mutex_unlock(&status->mutex);
}

static void add_server(struct http_server *server, const char *listen, struct status_facts *facts)
{
    const char *colon = strrchr(listen, ':');
    bool has_port = colon != NULL && strchr(colon, ']') == NULL; /* else a colon of an IPv6 address */
    int host_len = (int)(has_port ? (size_t)(colon - listen) : strlen(listen));
    struct http_stats stats;

    snprintf(facts->listen, sizeof facts->listen, "%.*s:%d", host_len, listen, http_port(server));
    http_stats(server, &stats);
    facts->http_requests = (int64_t)stats.requests;
    facts->http_connections = (int64_t)stats.connections;
    facts->http_open = stats.open_connections;
    facts->http_parked = stats.parked;
    facts->http_buffered = (int64_t)stats.buffered;
    facts->http_malformed = (int64_t)stats.refused_by_gate;
    facts->http_slow = (int64_t)stats.refused_slow;
    facts->http_large = (int64_t)stats.refused_size;
    facts->http_full = (int64_t)stats.refused_full;
    facts->http_unsettled = (int64_t)stats.unsettled;
}

void status_get(struct status *status, struct status_facts *facts)
{
    const struct status_door *door;

    pthread_mutex_lock(&status->mutex);
    *facts = status->facts;
    door = status->door;
    if (status->server != NULL) /* inside, so that it is not stopped meanwhile */
        add_server(status->server, status->listen, facts);
    pthread_mutex_unlock(&status->mutex);
    if (door == NULL)
        return;
    facts->refused += atomic_load(&door->full);
    facts->turned_away_bare = atomic_load(&door->bare);
    facts->turned_away_strange = atomic_load(&door->strange);
    facts->turned_away_astray = atomic_load(&door->astray);
    facts->turned_away_at = atomic_load(&door->turned_away_at);
    facts->agents_turned_away = atomic_load(&door->agents);
}

static const struct number {
    const char *name;   /* in JSON */
    const char *metric; /* in Prometheus text */
    const char *type, *help;
    size_t offset;
} numbers[] = {
/* clang-format off */
#define NUMBER(field, metric, type, help) { #field, metric, type, help, offsetof(struct status_facts, field) }
    /* clang-format on */
    NUMBER(accepted, "frontdesk_webhooks_accepted_total", "counter", "Webhooks that became a message."),
    NUMBER(duplicates, "frontdesk_webhooks_duplicate_total", "counter", "Webhooks that had come before."),
    NUMBER(unreadable, "frontdesk_webhooks_unreadable_total", "counter",
           "Webhooks that nothing could be read out of."),
    NUMBER(aside, "frontdesk_webhooks_aside_total", "counter", "Webhooks that were set aside."),
    NUMBER(refused, "frontdesk_webhooks_refused_total", "counter", "Webhooks answered 503."),
    NUMBER(turned_away_bare, "frontdesk_webhooks_without_token_total", "counter", "Webhooks answered 401: they showed no token."),
    NUMBER(turned_away_strange, "frontdesk_webhooks_unknown_token_total", "counter",
           "Webhooks answered 401: they showed a token that is not known."),
    NUMBER(turned_away_astray, "frontdesk_webhooks_astray_total", "counter",
           "Calls with a known token at a path or by a method that takes no webhook, answered 404 or 405."),
    NUMBER(agents_turned_away, "frontdesk_agents_refused_total", "counter", "Calls of other desks answered 401."),
    NUMBER(http_requests, "frontdesk_http_requests_total", "counter", "Requests to the public address."),
    NUMBER(http_connections, "frontdesk_http_connections_total", "counter", "Connections to the public address."),
    NUMBER(http_open, "frontdesk_http_connections_open", "gauge", "Connections to the public address that are open."),
    NUMBER(http_parked, "frontdesk_http_parked", "gauge", "Requests that wait for the engine's answer."),
    NUMBER(http_buffered, "frontdesk_http_buffered_bytes", "gauge", "Bytes of bodies that are kept in memory."),
    NUMBER(http_malformed, "frontdesk_http_malformed_total", "counter", "Requests refused for their form."),
    NUMBER(http_slow, "frontdesk_http_slow_total", "counter", "Connections that took too long over a request."),
    NUMBER(http_large, "frontdesk_http_large_total", "counter", "Requests refused for the size of their body."),
    NUMBER(http_full, "frontdesk_http_full_total", "counter", "Requests answered 503: too many bodies were kept at once."),
    NUMBER(http_unsettled, "frontdesk_http_unsettled_total", "counter",
           "Requests answered 503: the engine had no answer in time."),
    NUMBER(calls, "frontdesk_braze_calls_total", "counter", "Calls to Braze begun."),
    NUMBER(calls_under_way, "frontdesk_braze_calls_under_way", "gauge",
           "Calls to Braze without an answer yet."),
    NUMBER(service_calls, "frontdesk_service_calls_total", "counter", "Calls to services of the business begun."),
    NUMBER(service_calls_under_way, "frontdesk_service_calls_under_way", "gauge",
           "Calls to services of the business without an answer yet."),
    NUMBER(consults, "frontdesk_consults_total", "counter", "Questions to backends that went out."),
    NUMBER(consults_under_way, "frontdesk_consults_under_way", "gauge", "Questions to backends without an answer yet."),
    NUMBER(tellings, "frontdesk_tellings_total", "counter", "Webhooks to other desks that went out."),
    NUMBER(tellings_under_way, "frontdesk_tellings_under_way", "gauge", "Webhooks to other desks without an answer yet."),
    NUMBER(replies_accepted, "frontdesk_replies_accepted_total", "counter", "Replies that Braze accepted."),
    NUMBER(replies_ended, "frontdesk_replies_ended_total", "counter", "Replies that ended otherwise."),
    NUMBER(floods, "frontdesk_messages_flooded_total", "counter", "Messages that a limit kept from an answer."),
    NUMBER(pending, "frontdesk_outbox_pending", "gauge", "Outbox rows that still have to leave."),
    NUMBER(commits, "frontdesk_commits_total", "counter", "Transactions committed."),
    NUMBER(commit_failures, "frontdesk_commit_failures_total", "counter", "Transactions that failed."),
    NUMBER(round_ms_max, "frontdesk_round_milliseconds_max", "gauge", "Longest round of the engine."),
    NUMBER(wal_pages, "frontdesk_wal_pages", "gauge", "Pages in the write-ahead log."),
    NUMBER(ruleset, "frontdesk_ruleset", "gauge", "Number of the ruleset in force."),
    NUMBER(rules, "frontdesk_rules", "gauge", "Rules in force."),
#undef NUMBER
};

static int64_t value_of(const struct status_facts *facts, const struct number *number)
{
    return *(const int64_t *)((const char *)facts + number->offset);
}

static void add_metric(struct buf *out, const char *name, const char *type, const char *help, int64_t value)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name, type, name, (long long)value);
}

void status_format_metrics(const struct status_facts *facts, int64_t now, struct buf *out)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        add_metric(out, numbers[i].metric, numbers[i].type, numbers[i].help, value_of(facts, &numbers[i]));
    add_metric(out, "frontdesk_ready", "gauge", "1 while webhooks can be stored.", facts->is_ready);
    add_metric(out, "frontdesk_uptime_seconds", "gauge", "Seconds since the start.",
               (now - facts->started_at) / 1000);
    add_metric(out, "frontdesk_log_lines_dropped_total", "counter", "Log lines nobody could take.",
               (int64_t)log_dropped());
}

void status_format_json(const struct status_facts *facts, int64_t now, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_bool(&w, "ready", facts->is_ready);
    jsonw_text(&w, "why", facts->why);
    jsonw_text(&w, "listen", facts->listen);
    jsonw_bool(&w, "careful", facts->is_careful);
    jsonw_int(&w, "started_at", facts->started_at);
    jsonw_int(&w, "uptime_ms", now - facts->started_at);
    jsonw_int(&w, "turned_away_at", facts->turned_away_at);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        jsonw_int(&w, numbers[i].name, value_of(facts, &numbers[i]));
    jsonw_end_object(&w);
}
