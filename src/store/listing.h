/*
 * listing: outbox rows and webhooks as people want to see them, one by one; and finding a conversation by what a person types.
 * Which of them a list shows is found by store/pick; a conversation itself is told by store/transcript.
 *
 * A row is handed to a callback, and borrowed until that returns; the functions return how many there were: 0, 1, or -1. They
 * only read, and serve readers and the writer alike.
 */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

/* Conversations */

/*
 * A conversation by what was typed: digits are its number first; else (or when no conversation has that
 * number) an external id or a phone of a contact, whose open conversation it is (of several one that a person has or shall
 * have, then the one where the customer wrote last), or the newest when all are closed. "#12" is the
 * conversation of that case; what "external:12", "phone:…" and so on mean, store/who.h says.
 * 1, 0, -1.
 */
int listing_find(struct db *db, const char *typed, int64_t *id, struct error *error);

/* Is a conversation's number, as typed ("7", "007"), the external id of another contact than hers? 1, 0, -1. */
int listing_is_ambiguous(struct db *db, int64_t id, const char *typed, struct error *error);

/* Likewise a message's number. */
int listing_is_ambiguous_message(struct db *db, int64_t id, const char *typed, struct error *error);

/* Appends how it is typed so that nobody else is meant: its number, or conversation:N where that is ambiguous. */
void listing_format_typed(struct db *db, int64_t id, struct buf *out);

/* A phone as it is stored: without what people put between digits. Appended. */
void listing_clean_phone(const char *typed, struct buf *phone);

/* Who else has the phone that was typed, if the contact has it: as "eva, 12", appended, by what finds each. */
int listing_sharers(struct db *db, const char *typed, int64_t contact, struct buf *names, struct error *error);

/* Outbox */

struct listing_outbox {
    int64_t id, contact, seq, conversation, turn, message, part, epoch;
    int64_t created_at, due_at, expires_at, settled_at, failures, attempts;
    const char *kind, *user, *state, *campaign, *sent_by, *reason;
    const char *text; /* to say, or the properties of what has no text; or, of the kind track, what it writes into the
                         profile: a JSON object; of the kind call, what it asks a service for; of the kind consult, who is
                         asked for whom, and the customer's words */
    bool is_consent, is_single, is_ambiguous;
};

typedef void listing_outbox_row(void *context, const struct listing_outbox *row);
int listing_outbox_one(struct db *db, int64_t id, listing_outbox_row *row, void *context,
                       struct error *error);

struct listing_attempt {
    int64_t id, at, took_ms, status, batch;
    const char *class, *dispatch_id, *request_id, *reason;
};
typedef void listing_attempt_row(void *context, const struct listing_attempt *row);
int listing_attempts(struct db *db, int64_t outbox, listing_attempt_row *row, void *context,
                     struct error *error);

/* Webhooks */

struct listing_webhook {
    int64_t id, received_at, tries, message;
    const char *channel, *claimed_user, *content_type, *state, *reason;
    const char *body;            /* one: whole, head: its first 200 bytes. Not NUL-terminated */
    size_t body_len, body_bytes; /* given here; stored */
};

typedef void listing_webhook_row(void *context, const struct listing_webhook *row);
int listing_webhook_one(struct db *db, int64_t id, listing_webhook_row *row, void *context,
                        struct error *error);
int listing_webhook_head(struct db *db, int64_t id, listing_webhook_row *row, void *context, struct error *error);

#endif
