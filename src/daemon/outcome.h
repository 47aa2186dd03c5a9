/*
 * outcome: what a mail's sender will be told once it is durable, and not before. The engine's thread only, where
 * nothing else is said.
 *
 * A person's act is acknowledged late where it must be: while a call for its contact is under way that began
 * before the act, the acknowledgement waits in `acks`.
 */
#ifndef DAEMON_OUTCOME_H
#define DAEMON_OUTCOME_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "daemon/flight.h"
#include "daemon/mailbox.h"
#include "daemon/status.h"
#include "desk/road.h"

struct outcome {
    struct mail *mail;      /* owned */
    struct webhook webhook; /* MAIL_WEBHOOK: borrows from the mail */
    struct receipt receipt; /* MAIL_WEBHOOK */
    int status;             /* MAIL_COMMAND: HTTP, with `reply` */
    struct buf reply;
    int64_t contact; /* MAIL_COMMAND: whose older calls have to end first; 0: nobody's */
};

struct acks {
    struct ack *first;
};

struct outcome outcome_of(struct mail *mail, int64_t now);
void outcome_reset(struct outcome *outcome); /* as before it was worked on */

/* Counts what became of a webhook. Before its receipt is told: who asks for the status then finds it counted. */
void outcome_count(const struct outcome *outcome, struct status_facts *facts);

/* Tells the sender of a webhook; nothing for other mails. Any thread that the outcome was handed to. */
void outcome_tell_receipt(const struct outcome *outcome);

/*
 * These free the outcome; they tell the sender, but for a webhook's receipt, which was told before. `serial`: calls
 * before it count as older.
 */
void outcome_end(struct outcome *outcome, const struct flights *flights, struct db *db, uint64_t serial, struct acks *acks);
void outcome_refuse(struct outcome *outcome, const char *sentence, struct status_facts *facts);

/* Tells those whose wait is over. */
void acks_release(struct acks *acks, const struct flights *flights, struct db *db);
/* The daemon ends: nobody waits any longer. */
void acks_abandon(struct acks *acks);

/* {"error": sentence}, with Retry-After when the status is 503. `call` NULL: nobody is told. */
void outcome_tell_error(struct http_call *call, int status, const char *sentence);
void outcome_tell_json(struct http_call *call, int status, const struct buf *json);

#endif
