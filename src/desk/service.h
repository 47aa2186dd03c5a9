/*
 * service: the calls that dialogues make to services of the business, from a step to the outbox, from there to a request,
 * and back into the dialogue (desk/flow_turn.h), which is told of every end exactly once. All inside the caller's
 * transaction.
 *
 * They have slots of their own and stand in no contact's line: neither replies nor other customers wait for a service.
 * Nobody may start what service_claim gives before the transaction is committed.
 *
 * A request is made at most twice (desk/service_end.h). Every one carries the header Idempotency-Key, the same for both
 * attempts: "frontdesk-", the number of the outbox row, and the time at which it was put, since another book gives
 * the same numbers.
 *
 * Without a call that is open all of this costs nothing: desk->may_call says whether one may be, and is only a hint (true
 * too often, never false wrongly).
 */
#ifndef DESK_SERVICE_H
#define DESK_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "desk/service_end.h"
#include "flow/flow.h"
#include "store/conversation.h"

struct service_request { /* of a step; borrowed */
    const struct service *service;
    const char *step; /* 'table.book' */
    const char *url;
    const char *body; /* NULL: none */
    int64_t call;     /* its number in the dialogue */
};

int service_queue(struct desk *desk, const struct conversation *conversation, const struct service_request *request,
                  int64_t now, struct error *error);

struct service_call { /* owned, complete: no pointer into a ruleset, which may change while it is under way */
    struct service_call *next;
    int64_t outbox, conversation, call;
    char *service, *url;
    char *body;    /* NULL: none */
    char *key_env; /* "": no key */
    char idempotency_key[64];
    bool is_post;
    bool is_ambiguous; /* nobody can tell what the attempt before did */
    bool may_be_local; /* the setting allow_local_backends */
    int failures;      /* attempts before this one */
    int64_t claimed_at, expires_at;
};
void service_call_free(struct service_call *calls); /* the list */

/* The list of the calls that may start now goes to *calls (NULL: none). */
int service_claim(struct desk *desk, int64_t now, struct service_call **calls, struct error *error);

int service_settle(struct desk *desk, const struct service_call *call, const struct service_end *end, int64_t now,
                   struct error *error);

/* Ends what cannot leave in time any more. */
int service_expire(struct desk *desk, int64_t now, struct error *error);

/* A person drops a row that waits: 1, 0 when it is none of these, -1. */
int service_drop(struct desk *desk, int64_t outbox, int64_t now, struct error *error);

/* When service_claim or service_expire may have something to do again; INT64_MAX: not before something happens. */
int service_next(struct desk *desk, int64_t *at, struct error *error);

#endif
