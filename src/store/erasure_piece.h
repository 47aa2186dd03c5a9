/*
 * erasure_piece: a person's rows of a table that hangs on conversations, so many at a time: in the order of the index that
 * conversations are found by, so that a piece costs the same for whoever has had a hundred thousand of them. Inside the
 * caller's transaction.
 */
#ifndef STORE_ERASURE_PIECE_H
#define STORE_ERASURE_PIECE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct erasure_table; /* message, event */

extern const struct erasure_table ERASURE_MESSAGES, ERASURE_EVENTS;

/*
 * Up to `max` rows behind *upto, which is the number of a row of that table below zero (else: from the first on; above zero it
 * is of a program that went by another order). Their ids are appended to `ids` as a JSON array, and *upto is the last of them.
 * 1; 0: there are no more, *upto is 0; -1.
 */
int erasure_piece(struct db *db, const struct erasure_table *table, int64_t erasure, int64_t max, int64_t *upto, struct buf *ids,
                  struct error *error);

#endif
