/*
 * dispatch: from the outbox to calls, and from their answers back.
 *
 * dispatch_claim makes as many calls as may start now, each with up to 50 contacts of one campaign, and marks
 * their rows claimed; nobody may start them before the transaction is committed. Batches are not waited for:
 * with a slot free a single row leaves at once, and while all slots are taken the next batch grows by itself.
 * Writes into profiles have one slot of their own, and take theirs after the replies (dispatch_track.c).
 * dispatch_settle enters an answer. Both run inside the caller's transaction.
 */
#ifndef DESK_DISPATCH_H
#define DESK_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "braze/answer.h"
#include "braze/send.h"
#include "desk/desk.h"
#include "store/outbox.h"

enum { CALL_ROWS_MAX = 75 };

struct call_row {
    int64_t outbox, contact, conversation, turn;
    int failures;
    bool is_ambiguous;
    bool has_riders;             /* of a text: values of the profile ride with it (desk/rider.h) */
    int attributes_at;           /* of a write into a profile: its place among the attributes; -1: it has none */
    int events_at, event_count;  /* and its places among the events */
};

struct call { /* a request to Braze, complete; no pointer into a ruleset, which may change while it is under
                 way */
    struct call *next;
    const char *path;   /* a literal */
    char campaign[128]; /* the campaign row's name; "" of a write into profiles */
    bool is_track;      /* writes into profiles (desk/dispatch_track.h) */
    struct buf body;
    struct call_row rows[CALL_ROWS_MAX];
    size_t count;
    int attribute_count, event_count; /* of a write into profiles: the objects in it */
    int64_t started_at;
};

/* `under_way` calls are out. The list of new ones goes to *calls (NULL: none). */
int dispatch_claim(struct desk *desk, int64_t now, int under_way, struct call **calls, struct error *error);

int dispatch_settle(struct desk *desk, const struct call *call, const struct answer *answer, int status,
                    int64_t took_ms, int64_t now, struct error *error);

/* When dispatch_claim may have something to do again; INT64_MAX: not before something happens. */
int dispatch_next(struct desk *desk, int64_t now, int under_way, int64_t *at, struct error *error);

/*
 * An answered 5xx, or none, backs off the lane, not the row. But a row that was there each time may be the reason: from its
 * second time on it goes alone and by a ladder of its own, so that one customer whom Braze chokes on does not stop the others;
 * not before the answer wants it back, which its lane may not have been told.
 */
void dispatch_suspect(const struct call *call, const struct call_row *row, const struct answer *answer, int64_t now,
                      uint32_t random, struct outbox_again *again);

/*
 * What stopped a lane may have been mended, by other rules, or by a restart with another key or host (is_start): one row looks
 * at once.
 */
int dispatch_retry_mended(struct desk *desk, bool is_start, int64_t now, struct error *error);

void call_free(struct call *call);

#endif
