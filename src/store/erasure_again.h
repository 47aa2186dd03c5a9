/*
 * erasure_again: a restored book does not bring back whom the book before it had erased. A backup knows neither of the
 * erasures that were asked for after it, nor of their receipts: the book that it takes the place of does.
 *
 * Receipts name nobody, but say which contacts the person was, and a contact keeps its number. So that a book of other origin
 * erases nobody by mistake, the moment in which it was first met has to be the same as well.
 */
#ifndef STORE_ERASURE_AGAIN_H
#define STORE_ERASURE_AGAIN_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/*
 * The writer, inside a transaction: each erasure that `present` knows and the book does not is taken over. Where a contact of
 * it stands in the book it begins anew, and goes on by itself (*people counts these); else its receipt is all there is to keep.
 */
int erasure_again(struct db *db, struct db *present, const char *actor, int64_t now, int64_t *people, struct error *error);

/* What a backup has under way at Braze may have ended otherwise since: it is asked once more. */
int erasure_clear_again(struct db *db, struct error *error);

#endif
