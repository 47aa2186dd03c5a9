/*
 * status: what the engine lets others know about itself. The engine writes, any thread reads a copy; one
 * mutex, held for a copy.
 */
#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "daemon/http.h"

struct status_door { /* what was not let in, counted by the threads that answer; the zero value is none */
    _Atomic int64_t bare, strange; /* webhooks answered 401: without a token, with one that is not known */
    _Atomic int64_t astray;         /* with one that is known, at a path or by a method that takes none (404, 405) */
    _Atomic int64_t turned_away_at; /* the newest of these three, unix ms */
    _Atomic int64_t logged_at;      /* when the log spoke of them last, unix ms */
    _Atomic int64_t agents;         /* calls of other desks answered 401 */
    _Atomic int64_t full;           /* answered 503 before anybody looked at them */
};

struct status_facts {
    bool is_ready; /* webhooks can be stored */
    char why[200]; /* when not */
    char listen[100]; /* where webhooks arrive, with the port that was bound; "" while nowhere */
    bool is_careful;
    int64_t ruleset, rules;
    int64_t accepted, duplicates, unreadable, aside,
        refused; /* webhooks since the start; refused: answered 503 */
    int64_t turned_away_bare, turned_away_strange, turned_away_astray, turned_away_at, agents_turned_away; /* of the door */
    int64_t http_requests, http_connections, http_open, http_parked, http_buffered; /* of the public address; see http_stats */
    int64_t http_malformed, http_slow, http_large, http_full, http_unsettled;
    int64_t calls, calls_under_way, replies_accepted, replies_ended; /* ended: in any other final state */
    int64_t service_calls, service_calls_under_way;
    int64_t consults, consults_under_way; /* questions to backends that went out */
    int64_t tellings, tellings_under_way; /* webhooks to other desks that went out */
    int64_t floods; /* messages that a limit kept from an answer */
    int64_t commits, commit_failures, round_ms_max;
    int64_t pending; /* outbox rows that wait, are due or claimed; looked at now and then */
    int64_t wal_pages;
    int64_t started_at; /* unix ms */
};

struct status;

struct status *status_new(void);
void status_free(struct status *status);
void status_watch(struct status *status, const struct status_door *door); /* borrowed; before other threads ask */
/* Likewise, the server and what it was told to listen on, HOST:PORT; NULL before it is stopped. */
void status_watch_server(struct status *status, struct http_server *server, const char *listen);
void status_put(struct status *status, const struct status_facts *facts);
void status_get(struct status *status, struct status_facts *facts);

/* Appends the facts: as Prometheus text, as a JSON object. */
void status_format_metrics(const struct status_facts *facts, int64_t now, struct buf *out);
void status_format_json(const struct status_facts *facts, int64_t now, struct buf *out);

#endif
