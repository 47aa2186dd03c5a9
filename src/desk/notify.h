/*
 * notify: another desk is told. A team may have two endpoints, each with a secret of its own:
 *
 *     notify_url   hears that a case came, was taken, released, closed: a pager, a ticket system
 *     relay_url    hears the same, and every message of the customer meanwhile: a desk that takes over; its agents answer by
 *                  POST /v1/agent/… (desk/agent.h)
 *
 * Each telling is a webhook, signed as Standard Webhooks has it (base/seal.h), POSTed as JSON:
 *
 *     {"type": "handoff", "timestamp": "2026-05-12T09:30:00.000Z", "data": {
 *        "conversation": 12, "channel": "whatsapp", "team": "support", "by": "rule person",
 *        "user": "mia", "user_kind": "external", "first_name": "Mia", "language": "en",
 *        "summary": "…", "messages": [{"message": 7, "at": "…", "from": "customer", "text": "…", "media": ["…"]}], "earlier": 0}}
 *
 *     handoff   a case: with its summary (null: none could be written in NOTIFY_SUMMARY_MS) and its last NOTIFY_TEXTS messages,
 *               each cut after NOTIFY_TEXT_MAX bytes; `earlier`: how many there are before them. from: customer, bot, agent
 *     taken, released, closed   `by` says who did it. These and `message` have no summary and no messages. A team that a
 *               case leaves hears it as well: `released` by the daemon, since nobody came and the next one has it; `taken` by
 *               another team's agent
 *     message   to relay_url alone: data.message is one, whole, with the same fields
 *
 * What is told is a row of the outbox, put in the transaction in which it happens, so that neither a kill nor a full disk
 * loses it; a message of the customer is one row, by its id. Of one conversation one at a time goes to an endpoint, in the
 * order in which things happened, so that `handoff` is there before the words that follow it. A try that is not answered
 * with a 2xx is made again with the same webhook-id and the same body: whoever listens gets each at least once, and knows by
 * the id what it has already. After NOTIFY_EXPIRES_MS it ends, visibly (desk/notify_end.h says what else ends one).
 *
 * An endpoint that fails has a lane ('notify TEAM', 'relay TEAM'; desk/health.h): after NOTIFY_FAILURES failures in a row
 * nothing goes there before a moment, at most a minute away, and then one as a trial. The customer is told nothing of it: the
 * hand-over's own sentence has gone out, the case stands in `frontdesk conversations --owner agent` and in `status`, and
 * somebody may take it there.
 *
 * All inside the caller's transaction. Nobody may start what notify_claim gives before that is committed. Without an open row
 * all of this costs nothing (desk->may_notify, a hint as in desk/service.h).
 */
#ifndef DESK_NOTIFY_H
#define DESK_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "desk/notify_end.h"
#include "store/conversation.h"
#include "store/notify_row.h"

enum {
    NOTIFY_SUMMARY_MS = 10 * 1000,
    NOTIFY_TEXTS = 20,
    NOTIFY_TEXT_MAX = 4096,
    NOTIFY_CALLS_MAX = 16, /* under way at once: to all, and to one endpoint, so that one that hangs does not stop the others */
    NOTIFY_CALLS_EACH = 4
};

/* The conversation has just been handed over to the team. It is told once summed up, or after a while. */
int notify_hand_over(struct desk *desk, const struct conversation *conversation, const char *team, int64_t now,
                     struct error *error);
int notify_summed_up(struct desk *desk, int64_t conversation, int64_t now, struct error *error);

/*
 * It is taken, released or closed: the team is told that it is with at this moment, so before it is given to somebody else.
 * Who did it is read from the ledger, where that has to stand by the end of the transaction.
 */
int notify_change(struct desk *desk, const struct conversation *conversation, const char *type, int64_t now,
                  struct error *error);

/* The customer has written while a person has the conversation. */
int notify_hear(struct desk *desk, const struct conversation *conversation, int64_t message, int64_t now, struct error *error);

struct notify_call { /* owned, complete: no pointer into a ruleset, which may change while it is under way */
    struct notify_call *next;
    struct notify_row row; /* with its body */
    char *url, *secret_env;
    char id[64];       /* webhook-id */
    bool may_be_local; /* the setting allow_local_backends */
    int64_t claimed_at;
};
void notify_call_free(struct notify_call *calls); /* the list */

int notify_claim(struct desk *desk, int64_t now, struct notify_call **calls, struct error *error);
int notify_settle(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                  struct error *error);

/* Ends what could not be told in time, and what no team of the rules in force wants to hear any more. */
int notify_expire(struct desk *desk, int64_t now, struct error *error);

/* A person's acts: 1; 0 it is under way, or told (retry), or has ended (drop); -1. */
int notify_retry(struct desk *desk, int64_t outbox, int64_t now, struct error *error);
int notify_drop(struct desk *desk, int64_t outbox, const char *reason, int64_t now, struct error *error);

/* New rules, and secrets read with them, may have mended what was wrong. */
int notify_retry_all(struct desk *desk, const struct ruleset *rules, int64_t now, struct error *error);

/* When notify_claim may have something to do again; INT64_MAX: not before something happens. */
int notify_next(struct desk *desk, int64_t now, int64_t *at, struct error *error);

#endif
