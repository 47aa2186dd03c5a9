/*
 * event: the ledger of who did what (table event).
 */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/* `conversation` 0: of none. */
int event_put(struct db *db, int64_t conversation, const char *kind, const char *actor, const char *detail,
              int64_t now, struct error *error);

#endif
