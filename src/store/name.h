/*
 * name: the rules, flows, backends and channels that the book tells of, whatever the ruleset in force knows. Found by the
 * indexes alone, so that they are there at once. Only reads.
 */
#ifndef STORE_NAME_H
#define STORE_NAME_H

#include "base/error.h"
#include "store/db.h"

enum name_kind { NAME_RULE, NAME_FLOW, NAME_BACKEND, NAME_CHANNEL };

/* Is the name in the book? 1, 0, -1. */
int name_is_known(struct db *db, enum name_kind kind, const char *name, struct error *error);

/* All of them, in their order, borrowed until the callback returns. How many, or -1. */
typedef void name_row(void *context, const char *name);
int name_list(struct db *db, enum name_kind kind, name_row *row, void *context, struct error *error);

#endif
