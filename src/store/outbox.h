/*
 * outbox: the durable list of calls to the outside, and the attempts at them (tables outbox, attempt).
 *
 * A contact's rows form a line, by (seq, part). Its head is `due` or `claimed`, those behind it are
 * `waiting`; a row that leaves the line (accepted, held, dead …) lets the next one step forward in the same
 * transaction. So the rows that may be claimed are exactly those that are due, whatever lies behind them, and
 * a contact never has two calls out.
 *
 * A notice is a by-product, and no answer waits behind one that may not leave yet: it goes to the end of the line; but for those
 * about a case (notice.handover), which keep their order.
 *
 * Rows of the kinds 'track' and 'call' stand in no line (store/outbox_track.h, store/service_call.h); what is said here is
 * about texts, except where a row is named by its number, and that outbox_recover notes an attempt for each row that was
 * claimed.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct outbox_new { /* a text to send; borrowed */
    int64_t contact, conversation, turn, message, epoch;
    int64_t seq;          /* from outbox_next_seq; the parts of one reply share it */
    int part;             /* 1 … */
    const char *campaign; /* "" for the channel's default */
    bool is_consent;
    const char *withheld; /* why it will never leave; NULL: it is to */
    int64_t now, expires_at;
};

/* The contact's next number. */
int outbox_next_seq(struct db *db, int64_t contact, int64_t *seq, struct error *error);

/* The id of the next row, of any kind. */
int outbox_next_id(struct db *db, int64_t *id, struct error *error);

/* Puts it at the end of the contact's line; what is withheld stands in none. */
int outbox_put(struct db *db, const struct outbox_new *row, struct error *error);

struct outbox_row { /* a due row with all that the gate wants to know; owned */
    int64_t id, contact, conversation, turn;
    char *text, *campaign, *channel, *address_kind, *address;
    char *buttons;    /* JSON array of the texts offered below the text */
    char *properties; /* JSON object of further trigger properties, for the campaign that it names */
    char *language;   /* the contact's; "" when unknown */
    char kind[8]; /* of the message: out, agent */
    int64_t epoch, conversation_epoch;
    bool is_consent, is_single, is_ambiguous, is_opted_out;
    bool is_notice;      /* its text may be empty: the campaign has its own */
    bool is_to_business; /* a notice about somebody else's conversation, or a word of the desk to a colleague */
    bool is_with_person; /* a notice, or of a closed conversation, and a person has the contact's on the channel */
    int failures;
    int64_t expires_at;
    int64_t last_in_at;  /* opens the window: of the conversation, or of a newer one on the channel if that is closed */
};

/*
 * Appends up to `max` rows that are due to rows[0 … *count-1]: one half from the oldest end, the other from
 * the newest, so that a backlog drains while new replies do not starve behind it. Nothing is changed.
 */
int outbox_due(struct db *db, int64_t now, size_t max, struct outbox_row *rows, size_t *count,
               struct error *error);
void outbox_row_release(struct outbox_row *row);

/* When the next due row may leave; INT64_MAX: there is none. */
int outbox_next_due(struct db *db, int64_t *due_at, struct error *error);

int outbox_claim(struct db *db, int64_t id, const char *sent_by, struct error *error);

/* Back to due, to leave from due_at on. */
struct outbox_again {
    int64_t id, due_at;
    int failures;
    bool is_single, is_ambiguous;
    const char *reason;
};
int outbox_retry(struct db *db, const struct outbox_again *again, struct error *error);

/* Notices that may not leave before a moment after now give way to what may; after outbox_retry with such a due_at. */
int outbox_give_way(struct db *db, int64_t contact, int64_t now, struct error *error);

/* What was put off for that reason may leave at `now` (a lane that reopened), whenever it was to look again. */
int outbox_pull(struct db *db, const char *reason, int64_t now, struct error *error);

/*
 * Rows that are due later than `latest`, or will be when they step forward, become due now: a clock was set back. Not
 * questions to backends, which have their own.
 */
int outbox_clamp(struct db *db, int64_t latest, int64_t now, struct error *error);

/* Ends as accepted, held, withheld, expired, dead or unknown; the contact's next row steps forward; the turn
 * is looked at. */
int outbox_settle(struct db *db, int64_t id, int64_t contact, int64_t turn, const char *state,
                  const char *reason, int64_t now, struct error *error);

/*
 * An ended row comes back into the line, with its old deadline and epoch (what held it is gone); when a
 * person asked for it, outbox_renew first: it may then live until `until`, and counts as decided under the
 * conversation's present epoch.
 */
int outbox_revive(struct db *db, int64_t id, int64_t now, struct error *error);
int outbox_renew(struct db *db, int64_t id, int64_t until, struct error *error);

/* Held rows of a contact (0: of all) come back into the line. */
int outbox_release_held(struct db *db, int64_t contact, int64_t now, struct error *error);

/* A due question or call whose own row, or conversation, is missing: nobody would ever find it. 1, 0, -1. */
int outbox_orphan(struct db *db, int64_t *id, struct error *error);

/* Before the reason why a text that was sent, with no answer, does not go once more: it is unknown then. */
#define OUTBOX_NOT_AGAIN "sent, and nobody can tell whether it arrived; it does not go again: "

/*
 * At start: rows that were claimed when the last owner of the book died. Nobody can tell whether they left:
 * ambiguous, to be sent once more; unknown when that was the second time.
 */
int outbox_recover(struct db *db, int64_t now, int64_t *recovered, struct error *error);

/* The next one behind `after` (0: the first) that became unknown at that moment: 1, 0, -1. */
int outbox_next_unknown(struct db *db, int64_t at, int64_t after, int64_t *id, struct error *error);

struct outbox_brief { /* owned by the caller */
    int64_t id, contact, conversation, turn;
    char state[12], kind[8];
    bool is_ambiguous; /* of an overdue one */
};
int outbox_get(struct db *db, int64_t id, struct outbox_brief *brief, struct error *error);

/* What has become of the row so far; where `id` is 0, of the first one of the message. 1, 0, -1. */
struct outbox_fate {
    int64_t id;
    char state[12], reason[300];
};
int outbox_fate(struct db *db, int64_t id, int64_t message, struct outbox_fate *fate, struct error *error);

/* Up to `max` texts whose deadline has passed, held ones included: of each its id, contact, turn and
 * whether it is ambiguous. */
int outbox_overdue(struct db *db, int64_t now, int max, struct outbox_brief *rows, int *count, struct error *error);

/* Texts that still have to leave. */
int outbox_count_pending(struct db *db, int64_t *pending, struct error *error);

struct attempt { /* borrowed */
    int64_t outbox, at, took_ms;
    const char *class, *dispatch_id, *request_id, *reason;
    int status;
    size_t batch;
};
int attempt_put(struct db *db, const struct attempt *attempt, struct error *error);

#endif
