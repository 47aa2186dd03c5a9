/*
 * entry: what is done to a contact's Braze profile once (table entry): increments, what is added to arrays or taken out of
 * them, custom events. Values are JSON literals: a whole number; an array of texts; an object of properties.
 *
 * What waits collapses: increments of one attribute add up; of an element that is added and removed the last word counts.
 * Events never merge. A call carries one entry of an attribute at most, the oldest by its id.
 *
 * Under one name entries and what is set (store/profile.h, which has the rules) take effect in the order in which they were
 * decided. What was decided before a set is past, and is taken away where it would wait again: after a call that failed, or
 * whose fate is unknown, after a restart, and when a person asks for it. Events stand in no such order.
 *
 * Nothing of it is repeated blindly: a call whose fate is unknown leaves increments and events in the state unknown, for a
 * person to decide. What an array has been told may be told again.
 *
 * All inside the caller's transaction, but for entry_list, which only reads.
 */
#ifndef STORE_ENTRY_H
#define STORE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

enum {
    ENTRY_ARRAY_MAX = 25,      /* elements that one entry adds or removes */
    ENTRY_ATTRIBUTES_MAX = 100, /* that one call changes in a profile */
    ENTRY_EVENTS_MAX = 75       /* that one call carries for a contact */
};

struct entry_new { /* borrowed */
    int64_t contact, conversation;
    const char *kind; /* increment, array_add, array_remove, event */
    const char *name, *value;
    const char *wanted_by;
    int64_t message; /* 0: no message's doing */
    int64_t now;
};

/* -1 and a sentence also for a value that is none of its kind. What comes to nothing with what waits is taken away. */
int entry_put(struct db *db, const struct entry_new *entry, struct error *error);

/* Does any wait, for the contact? 1, 0, -1. */
int entry_waits(struct db *db, int64_t contact, struct error *error);

/* Leaving ------------------------------------------------------------------------------------------------------- */

/*
 * Those that this row of the outbox carries from now on, in the contact's profile: of each attribute the oldest, while its turn
 * has come. Their members of the attributes object are appended, parted by commas: "visits":{"inc":1},"topics":{"add":["a"]}.
 */
int entry_claim_attributes(struct db *db, int64_t contact, const char *addressee, int64_t outbox, struct buf *members,
                           struct error *error);

/* The oldest events, `max` at most; each goes to `each` as it has to be sent. *count: how many. */
struct entry_event {
    const char *name, *properties; /* the latter: a JSON object */
    int64_t at;
};
typedef void entry_event_each(void *context, const struct entry_event *event);
int entry_claim_events(struct db *db, int64_t contact, int64_t outbox, size_t max, size_t *count, entry_event_each *each,
                       void *context, struct error *error);

/* Ending: of what that row of the outbox has claimed ---------------------------------------------------------------- */

/* Refused by Braze: the event number `event` of the row, from 0; or ENTRY_ATTRIBUTES: all that is in the attributes object. */
enum { ENTRY_ATTRIBUTES = -1 };
int entry_refuse(struct db *db, int64_t outbox, int event, const char *reason, int64_t now, struct error *error);

/* Braze took all the rest; or surely took nothing, and it waits again; or nobody knows: then *lost says how many will not
 * be repeated. */
int entry_accept(struct db *db, int64_t outbox, int64_t now, struct error *error);
int entry_return(struct db *db, int64_t outbox, struct error *error);
int entry_lose(struct db *db, int64_t outbox, const char *reason, int64_t now, int64_t *lost, struct error *error);

/* At start: what was claimed when the last owner of the book died. */
int entry_recover(struct db *db, int64_t now, struct error *error);

/* Has the row left any behind whose fate is unknown? 1, 0, -1. */
int entry_is_unknown(struct db *db, int64_t outbox, struct error *error);

/* By a person: what that row had refused or left unknown goes after all, *count of them, unless it is past; or is given up. */
int entry_insist(struct db *db, int64_t outbox, int64_t *count, struct error *error);
int entry_forgo(struct db *db, int64_t outbox, const char *reason, int64_t now, struct error *error);

/* Nothing of what waits for the contact can go, or is to: refused, by that row. */
int entry_give_up(struct db *db, int64_t contact, int64_t outbox, const char *reason, int64_t now, struct error *error);

/* Looking ------------------------------------------------------------------------------------------------------------ */

struct entry_row { /* borrowed until the callback returns */
    int64_t id, at, settled_at, message, outbox, conversation, due_at;
    const char *kind, *name, *value, *wanted_by;
    const char *state;  /* waiting, claimed, accepted, refused, unknown */
    const char *reason; /* its own; of what waits, that of the outbox row that will bring it */
    const char *addressee; /* whose profile it went to: 'external:…', 'phone:…'; "" it waits */
};
typedef void entry_each(void *context, const struct entry_row *row);

/* A contact's: what is not accepted first, then the newest first, `max` at most. The number of rows, or -1. */
int entry_list(struct db *db, int64_t contact, int64_t max, entry_each *each, void *context, struct error *error);

#endif
