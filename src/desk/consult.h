/*
 * consult: questions to backends, from a decision to the outbox, from there to a request, and back into a decision. All
 * inside the caller's transaction.
 *
 * A turn that a rule gives to a backend has one row in the outbox until it ends. A burst is waited for first: each message
 * that joins puts the row off again, up to a moment that stands in it. One that joins while a backend is thinking raises
 * the row's round: what was asked is asked again with it, at most CONSULT_ROUNDS_MAX times, and the answer to the former
 * question is kept as a note that was not sent. A conversation that changes hands ends its turn, and nobody is asked any more.
 *
 * A backend that fails is asked once more where that may help, then its fallback, and at the end of the chain, or of the
 * turn's time, the decision is told that nobody could answer (INPUT_GAVE_UP), which always speaks. A backend that fails
 * often is left alone for a while (a lane 'backend NAME' in the table lane), and its turns go on to its fallback at once.
 *
 * Money is charged before a call, for the longest answer that may come, and corrected behind it; a call of which nobody
 * knows what became of it stays charged.
 *
 * Nobody may start what consult_claim gives before the transaction is committed. The backend kinds that need no network
 * answer within it.
 *
 * Without a question that is open all of this costs nothing: desk->may_consult says whether one may be, and is only a hint
 * (true too often, never false wrongly).
 */
#ifndef DESK_CONSULT_H
#define DESK_CONSULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/vendor.h"
#include "base/buf.h"
#include "base/error.h"
#include "braze/answer.h"
#include "desk/desk.h"
#include "store/conversation.h"

enum {
    CONSULT_ROUNDS_MAX = 4, /* questions of one turn, each with more messages than the one before */
    CONSULT_WORDS_MAX = 60  /* messages of one turn: those that would be more wait behind it */
};

struct consult_request { /* borrowed */
    const struct backend *backend;
    const char *wanted_by; /* the rule, or the step */
    int64_t turn;          /* 0: of none */
    int64_t call;          /* of a step: its number in the dialogue; 0: a rule asks */
    bool is_barred;        /* nobody is to be asked: it has failed already */
};

int consult_queue(struct desk *desk, const struct conversation *conversation, const struct consult_request *request,
                  int64_t now, struct error *error);

/* The turn of a conversation that a rule gave to a backend, and that is being answered. */
struct consult_standing { /* the zero value: there is none; owned */
    int64_t outbox, turn;
    char *backend; /* that was wanted */
    bool may_join;
};
int consult_stands(struct desk *desk, const struct conversation *conversation, int64_t now,
                   struct consult_standing *standing, struct error *error);
void consult_standing_release(struct consult_standing *standing);

/* At start: what the last life of the program has charged, and never settled, counts as spent. */
int consult_start(struct desk *desk, struct error *error);

/* A message has become part of that turn. */
int consult_join(struct desk *desk, int64_t outbox, int64_t now, struct error *error);

/* The conversation has changed hands: its turn ends as `state`, and nobody is asked any more. */
int consult_drop(struct desk *desk, const struct conversation *conversation, const char *state, int64_t now,
                 struct error *error);

struct consult_call { /* owned, complete: no pointer into a ruleset, which may change while it is under way */
    struct consult_call *next;
    int64_t outbox, conversation, contact, round;
    bool is_summary;
    char *backend, *wanted_by;
    enum backend_kind kind;      /* in whose language it was asked */
    int64_t price_in, price_out; /* of that time */
    int64_t charged; /* in advance, and on which day */
    char charged_on[16];
    char *key_env; /* NULL: no key */
    char *region;  /* NULL, or what the request's signature is for */
    struct vendor_request request;
    bool may_be_local;
    bool has_session; /* of the vendor, who may have forgotten it */
    int64_t claimed_at;
    int timeout_ms;
};
void consult_call_free(struct consult_call *calls); /* the list */

/* How a call ended. */
struct consult_end { /* owned; the zero value is releasable */
    enum wire_end end;
    int status;
    char *body;
    size_t body_len;
    char *retry_after; /* NULL: absent */
    bool is_whole;     /* answered to the end */
    bool is_cut;       /* answered at greater length than BACKEND_ANSWER_MAX */
    bool is_hopeless;  /* never left, and never will: the address may not be called, the key is missing */
    char reason[300];  /* where it is not whole */
    int64_t took_ms;
};
void consult_end_read(const struct wire *wire, int64_t took_ms, struct consult_end *end);
void consult_end_refuse(const char *reason, struct consult_end *end);
void consult_end_release(struct consult_end *end);

/* The list of calls that may start now goes to *calls (NULL: none). */
int consult_claim(struct desk *desk, int64_t now, struct consult_call **calls, struct error *error);

int consult_settle(struct desk *desk, const struct consult_call *call, const struct consult_end *end, int64_t now,
                   struct error *error);

/* Ends turns whose time is over, and those whose backend has left the rules. */
int consult_expire(struct desk *desk, int64_t now, struct error *error);

/* A person drops a row that waits: 1, 0 when it is none of these, -1. */
int consult_cancel(struct desk *desk, int64_t outbox, int64_t now, struct error *error);

/* When consult_claim or consult_expire may have something to do again; INT64_MAX: not before something happens. */
int consult_next(struct desk *desk, int64_t *at, struct error *error);

/*
 * Has a message joined the turn since, so that it is asked again anyway? Then whoever makes the call may break it off. What
 * comes for a turn that is over is waited for: it is kept for people to read. 1, 0, -1.
 */
int consult_is_superseded(struct desk *desk, const struct consult_call *call, struct error *error);

#endif
