/*
 * consult_row: the rows of the outbox that ask a backend for an answer (kind 'consult', tables outbox and consult).
 *
 * They stand in no line: texts do not wait for them, nor they for texts. A conversation has one at most that is open and that
 * a rule wanted; steps of dialogues that lie one on top of the other may have one each. One that sums a conversation up
 * (desk/parting.h) is nothing that the conversation awaits: where one is looked for by conversation or contact it does not
 * count. All inside the caller's transaction.
 */
#ifndef STORE_CONSULT_ROW_H
#define STORE_CONSULT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct consult_new { /* borrowed */
    int64_t contact, conversation, epoch;
    int64_t turn; /* 0: of none */
    int64_t call; /* 0: a rule asks */
    int64_t parting; /* that it sums up; 0: it is no summary */
    const char *wanted_by, *backend;
    int64_t now, due_at, settle_by, expires_at;
};

/* Its id goes to *id. */
int consult_row_put(struct db *db, const struct consult_new *row, int64_t *id, struct error *error);

/*
 * Why a question ended to which the FAQ had no entry. Where the FAQ was what was wanted, and nobody stood in for a model, that is
 * no trouble: customers ask all kinds of things, and `stats` gathers them. As a condition on a row `o` of the outbox.
 */
#define CONSULT_NO_ENTRY "no entry of the FAQ answers it"
#define CONSULT_IS_NO_MERE_MISS                                                                                                  \
    "NOT (o.reason = '" CONSULT_NO_ENTRY "' AND EXISTS (SELECT 1 FROM consult k WHERE k.outbox = o.id AND k.wanted = o.sent_by)) "

struct consult_row { /* owned; the zero value is releasable */
    int64_t id, contact, conversation, turn, call, parting;
    int64_t epoch, conversation_epoch;
    int64_t round, settle_by, created_at, due_at, expires_at;
    int64_t wanted_until; /* when the turn's answer is no longer wanted; 0: there is no turn */
    int64_t charged;
    int failures; /* attempts at this backend that came to nothing */
    bool is_open, is_claimed;
    char *wanted_by, *wanted, *backend, *charged_on;
    char *did; /* what the backend has done without a word */
};
void consult_row_release(struct consult_row *row);

/*
 * By its number; one that is open in a conversation; the open one that a rule wanted; one of a backend that is due, that which
 * has waited longest first.
 */
int consult_row_get(struct db *db, int64_t id, struct consult_row *row, struct error *error);
int consult_row_standing(struct db *db, int64_t contact, int64_t conversation, struct consult_row *row,
                         struct error *error);
int consult_row_open(struct db *db, int64_t contact, int64_t conversation, struct consult_row *row, struct error *error);
int consult_row_due(struct db *db, const char *backend, int64_t now, struct consult_row *row, struct error *error);

/* One that has not left, and whose time is over at `now`; or the first behind the row `after`, due at `due_at`, whose backend is
 * none of a JSON array of names. 1, 0, -1. */
int consult_row_overdue(struct db *db, int64_t now, struct consult_row *row, struct error *error);
int consult_row_stray(struct db *db, const char *known, int64_t due_at, int64_t after, struct consult_row *row,
                      struct error *error);

/* Another open conversation of a contact that awaits one: 1, 0, -1. */
int consult_row_of_contact(struct db *db, int64_t contact, int64_t *conversation, struct error *error);

/* One that is over, and whose charge nobody has settled: the process died first. 1, 0, -1. */
int consult_row_unsettled(struct db *db, struct consult_row *row, struct error *error);

/* How many of a backend's are under way; of all. When the next of a backend is due, and when the next expires. */
int consult_row_under_way(struct db *db, const char *backend, int *count, struct error *error);
int consult_row_waiting(struct db *db, const char *backend, int64_t *count, struct error *error); /* that have not left */
int consult_row_next_due(struct db *db, const char *backend, int64_t *at, struct error *error);
int consult_row_next_expires(struct db *db, int64_t *at, struct error *error);

/* Is any open? 1, 0, -1. */
int consult_row_any(struct db *db, struct error *error);

/* Back to due, with `backend`, from due_at on. The round is raised where a message has joined. */
struct consult_again { /* borrowed */
    int64_t id, due_at;
    const char *backend;
    int failures;
    bool has_joined;
    int64_t settle_by; /* has_joined */
    const char *reason;
};
int consult_row_again(struct db *db, const struct consult_again *again, struct error *error);

/* What was charged in advance for the attempt to come; 0 and "": nothing any more. */
int consult_row_charge(struct db *db, int64_t id, int64_t charged, const char *day, struct error *error);

int consult_row_did(struct db *db, int64_t id, const char *did, struct error *error);

/* Those of a backend that were put off until due_at may leave now. */
int consult_row_pull(struct db *db, const char *backend, int64_t due_at, int64_t now, struct error *error);

/* At start: what was claimed goes once more. */
int consult_row_recover(struct db *db, int64_t now, struct error *error);
int consult_row_clamp(struct db *db, int64_t latest, struct error *error); /* no deadline lies further ahead */
int consult_row_shift(struct db *db, int64_t drift_ms, struct error *error);

/* Sessions of vendors: 1 with it appended, 0, -1. */
int consult_session_get(struct db *db, int64_t conversation, const char *backend, struct buf *session, struct error *error);
int consult_session_put(struct db *db, int64_t conversation, const char *backend, const char *session, struct error *error);
int consult_session_drop(struct db *db, int64_t conversation, const char *backend, struct error *error);

/* How many messages of the customer a turn has, among the conversation's newest CONSULT_LOOK_BACK; or -1. */
enum { CONSULT_LOOK_BACK = 200 };
int consult_row_heard(struct db *db, int64_t conversation, int64_t turn, struct error *error);

/*
 * The texts that belong to a question, the newest first: those of the turn, and all that has been said in the conversation,
 * without what never reached the customer, and what waits to be decided. The callback returns false to stop.
 */
typedef bool consult_line(void *context, const char *kind, bool is_of_turn, const char *text);
int consult_lines(struct db *db, int64_t conversation, int64_t turn, consult_line *line, void *context,
                  struct error *error);

/* How a question ended: borrowed texts, "" where there is none. */
struct consult_row_end {
    const char *wanted, *backend; /* that was wanted; that was asked last */
    const char *state;            /* of the outbox */
    const char *text;             /* that was said then, as it was sent */
    const char *deed, *target;    /* what was done then: handoff, close, flow; and the team or the flow */
    int status;                   /* HTTP, of the last attempt; 0: none */
};

/* The ended questions of a conversation, in their order. How many, or -1. */
typedef void consult_row_end_row(void *context, const struct consult_row_end *end);
int consult_row_ends(struct db *db, int64_t conversation, consult_row_end_row *row, void *context, struct error *error);

#endif
