/*
 * retention_part: a conversation leaves the book in parts, so that no transaction has more of it than a few hundred rows of a
 * kind, however long it was. Part of store/retention; references are not looked at meanwhile (see retention_delete.c).
 *
 * First go the rows beside its messages, then the messages from the first one on, with what hangs on them: in each transaction
 * as much as leaves nothing behind that points to what is gone.
 */
#ifndef STORE_RETENTION_PART_H
#define STORE_RETENTION_PART_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum { RETENTION_PART_MAX = 500 };

/* 1: a part is gone, and there is more. 0: what is left of it is small, and untouched. -1. */
int retention_part(struct db *db, int64_t conversation, int64_t contact, struct error *error);

/* All of its messages, and what hangs on them. */
int retention_part_rest(struct db *db, int64_t conversation, int64_t contact, struct error *error);

#endif
