/*
 * service_call: the rows of the outbox that ask a service of the business for something (kind 'call', tables outbox and
 * service_call).
 *
 * They stand in no line: neither do texts wait for them, nor they for texts. Such a row is claimed at most twice:
 * `failures` counts the attempts whose end was none. All inside the caller's transaction.
 */
#ifndef STORE_SERVICE_CALL_H
#define STORE_SERVICE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct service_call_new { /* borrowed */
    int64_t contact, conversation, epoch;
    int64_t call; /* its number in the dialogue */
    const char *step, *service;
    bool is_post;
    const char *url;
    const char *body;    /* NULL: none */
    const char *key_env; /* NULL: no key */
    int64_t now, expires_at;
};

int service_call_put(struct db *db, const struct service_call_new *row, struct error *error);

struct service_call_row { /* owned */
    int64_t id, contact, conversation, call;
    int64_t epoch, conversation_epoch;
    char *service, *url;
    char *body;    /* NULL: none */
    char *key_env; /* "": no key */
    bool is_post, is_ambiguous;
    int failures;
    int64_t created_at, expires_at;
};
void service_call_row_release(struct service_call_row *row);

/* What may be under way at once: of all services, and of one, so that one that hangs does not stop the others. */
enum { SERVICE_CALLS_MAX = 8, SERVICE_CALLS_EACH = 4 };

/* How many are claimed. */
int service_call_under_way(struct db *db, int *count, struct error *error);

/* Up to `max` rows that may leave, those first that have waited longest, without those of services that are busy. */
int service_call_due(struct db *db, int64_t now, size_t max, struct service_call_row *rows, size_t *count,
                     struct error *error);

/* When the next of those may leave; and when the next row that has not left expires. INT64_MAX: none. */
int service_call_next(struct db *db, int64_t *due_at, int64_t *expires_at, struct error *error);

/* A row that has not left, and whose deadline is at `latest` or before: 1, 0, -1. */
int service_call_overdue(struct db *db, int64_t latest, struct service_call_row *row, struct error *error);

/* A row that has not ended and is not under way: 1, 0, -1. */
int service_call_waiting(struct db *db, int64_t id, struct service_call_row *row, struct error *error);

/*
 * At start: rows that were claimed when the last owner of the book died go once more, marked as ambiguous. For those that
 * had gone twice it is over: they are overdue.
 */
int service_call_recover(struct db *db, int64_t now, struct error *error);

/* What it answered, JSON; nothing is kept of one longer than SERVICE_ANSWER_KEPT. */
enum { SERVICE_ANSWER_KEPT = 4000 };
int service_call_answered(struct db *db, int64_t id, const char *answer, struct error *error);

/* How a call ended: `state` of the outbox, `status` of HTTP (0: none), `answer` "" where none was kept. Borrowed. */
struct service_call_end {
    const char *service, *state, *answer;
    int status;
};

/* The ended calls of a conversation, in their order. How many, or -1. */
typedef void service_call_end_row(void *context, const struct service_call_end *end);
int service_call_ends(struct db *db, int64_t conversation, service_call_end_row *row, void *context, struct error *error);

/* At start: nothing that is open waits longer than until `latest`, whatever the clock said when it was written. */
int service_call_clamp(struct db *db, int64_t latest, struct error *error);

/* The wall clock jumped: what is open keeps its time. */
int service_call_shift(struct db *db, int64_t drift_ms, struct error *error);

#endif
