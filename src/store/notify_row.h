/*
 * notify_row: the rows of the outbox that tell another desk something (kind 'notify', tables outbox and notification), and
 * what a case looks like to it.
 *
 * `target` is where a row goes: 'notify TEAM' or 'relay TEAM'. Of one conversation the oldest open row to a target is due or
 * claimed, those behind it are waiting; whoever ends a row lets the next one step forward (notify_row_settle). All inside the
 * caller's transaction.
 */
#ifndef STORE_NOTIFY_ROW_H
#define STORE_NOTIFY_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

enum { NOTIFY_TARGET_LEN = 128 };

struct notify_new { /* borrowed */
    int64_t contact, conversation, epoch;
    const char *target, *team, *way; /* way: notify, relay */
    const char *type;                /* handoff, taken, released, closed, message */
    int64_t message; /* 0: the newest of the conversation */
    int64_t now, due_at, expires_at;
};
int notify_row_put(struct db *db, const struct notify_new *row, struct error *error);

struct notify_row { /* owned; the zero value is releasable */
    int64_t id, contact, conversation, message, created_at, expires_at;
    char *target, *team, *way, *type;
    char *body; /* NULL: it is not written yet */
    int failures;
};
void notify_row_release(struct notify_row *row);

/* The row to that target that is due and has waited longest; any whose time is over; by its number: 1, 0, -1. */
int notify_row_due(struct db *db, const char *target, int64_t now, struct notify_row *row, struct error *error);
int notify_row_overdue(struct db *db, int64_t now, struct notify_row *row, struct error *error);
int notify_row_get(struct db *db, int64_t id, struct notify_row *row, struct error *error);

/* An open row that is not under way, behind `after`, with its target: 1, 0, -1. For who looks all over. */
int notify_row_open(struct db *db, int64_t after, struct notify_row *row, struct error *error);

int notify_row_under_way(struct db *db, const char *target, int *count, struct error *error); /* NULL: to all */
int notify_row_next_due(struct db *db, const char *target, int64_t *at, struct error *error);  /* INT64_MAX: none */
int notify_row_any(struct db *db, struct error *error); /* is any open? 1, 0, -1 */

/* What it sends is written; from then on it is the same at each try. */
int notify_row_write(struct db *db, int64_t id, const char *body, struct error *error);

/* Ends as accepted, dead or expired, and forgets what it sent. */
int notify_row_settle(struct db *db, const struct notify_row *row, const char *state, const char *reason, int64_t now,
                      struct error *error);

/* A person wants an ended one to go once more. */
int notify_row_revive(struct db *db, const struct notify_row *row, int64_t now, int64_t until, struct error *error);

/* Rows to a target that were put off go now; the hand-over of a conversation has been summed up, and need not wait. */
int notify_row_pull(struct db *db, const char *target, int64_t now, struct error *error);
int notify_row_hasten(struct db *db, int64_t conversation, int64_t now, struct error *error);

/* At start: what was claimed goes once more; nothing waits longer than its time. And when the clock jumped. */
int notify_row_recover(struct db *db, int64_t now, struct error *error);
int notify_row_clamp(struct db *db, int64_t latest_due, int64_t latest_end, int64_t now, struct error *error);
int notify_row_shift(struct db *db, int64_t drift_ms, struct error *error);

/* With which team is the conversation? Appended; "" with none. 1, 0: no such conversation, -1. */
int notify_row_team(struct db *db, int64_t conversation, struct buf *team, struct error *error);
int notify_row_set_team(struct db *db, int64_t conversation, const char *team, struct error *error);

struct notify_case { /* owned; the zero value is releasable */
    char *channel, *user, *address_kind, *first_name, *language;
    char *summary; /* "" while there is none */
    char *doer;    /* by the ledger: whose doing it was; "" the customer's */
};
int notify_case_get(struct db *db, const struct notify_row *row, struct notify_case *found, struct error *error); /* 1, 0, -1 */
void notify_case_release(struct notify_case *found);

struct notify_text { /* borrowed until the callback returns */
    int64_t id, at;
    const char *kind, *actor, *text, *media;
};
typedef void notify_text_row(void *context, const struct notify_text *text);

/*
 * The newest `most` texts that the customer wrote up to `latest`, or was sent, the oldest first; how many, or -1. What he wrote
 * later is told by itself.
 */
int notify_row_texts(struct db *db, int64_t conversation, int64_t latest, int most, notify_text_row *row, void *context,
                     struct error *error);
int notify_row_count_texts(struct db *db, int64_t conversation, int64_t latest, int64_t *count, struct error *error);
/* One: 1, 0, -1. */
int notify_row_text(struct db *db, int64_t message, notify_text_row *row, void *context, struct error *error);

#endif
