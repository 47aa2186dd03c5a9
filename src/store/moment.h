/*
 * moment: where a time is in a table. Rows have no index by time, but their ids rise with it, so that a time is found by
 * halving. A clock that was set back leaves rows out of order: who looks for all rows of a time begins MOMENT_SLACK_MS earlier
 * and ends as much later, and looks at the time of each row.
 */
#ifndef STORE_MOMENT_H
#define STORE_MOMENT_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum { MOMENT_SLACK_MS = 60 * 60 * 1000 };

enum moment_table { MOMENT_MESSAGE, MOMENT_CONVERSATION, MOMENT_WEBHOOK, MOMENT_OUTBOX };

/* The id of the first row that is not older than `at`; behind the newest when all are. 0 or -1. */
int moment_find(struct db *db, enum moment_table table, int64_t at, int64_t *id, struct error *error);

#endif
