/*
 * pick: which rows of a list fit a filter: their ids, newest first. The rows themselves are read by store/listing, piece by
 * piece, so that nobody who shows them slowly holds up the book.
 *
 * Of all that a filter says, what fits fewest rows leads the way (an index, a customer, a time), and each row that it leads to
 * is looked at whole; where nothing in it is rare, rows are walked through from the newest on. What costs more than the bound
 * of a reader is cut off: -1, and db_was_cut; what was found until then is in `picked`. Only reads.
 */
#ifndef STORE_PICK_H
#define STORE_PICK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/filter.h"

struct picked { /* owned */
    int64_t *ids;
    size_t count, room;
};
void picked_release(struct picked *picked);

/* All of the filter but `state`. */
int pick_conversations(struct db *db, const struct filter *filter, struct picked *picked, struct error *error);

/*
 * since, until (received), channel, limit; state: one of the schema's, or "trouble" (raw, unreadable, aside); user, phone: what
 * became a message of the customer, and what names him and became none; no duplicates.
 */
int pick_webhooks(struct db *db, const struct filter *filter, struct picked *picked, struct error *error);

/*
 * since, until (queued), channel, limit; state: one of the schema's, or "pending" (waiting, due, claimed) or "trouble" (held,
 * expired, dead, unknown); rule: of turns in which it took a message; backend: what it was asked; user, phone: texts to the
 * customer, questions to backends, and whatever has not been accepted.
 */
int pick_outbox(struct db *db, const struct filter *filter, struct picked *picked, struct error *error);

/* Is there a contact of that filter's user and phone (either may be NULL)? 1, 0, -1. */
int pick_knows(struct db *db, const struct filter *filter, struct error *error);

#endif
