/*
 * moment: where a time is in a table. Rows have no index by time, but their ids rise with it, so that a time is found by
 * halving. A clock that was set back leaves rows out of order; the writer notes by how much at most (moment_note), and who
 * looks for all rows of a time begins as much earlier and ends as much later. The time of each row has to be looked at.
 */
#ifndef STORE_MOMENT_H
#define STORE_MOMENT_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum moment_table { MOMENT_MESSAGE, MOMENT_CONVERSATION, MOMENT_WEBHOOK, MOMENT_OUTBOX };

/* The id of the first row that is not older than `at`; behind the newest when all are. 0 or -1. */
int moment_find(struct db *db, enum moment_table table, int64_t at, int64_t *id, struct error *error);

/* How much older a row may be than one in front of it; never less than an hour. 0 or -1. */
int moment_slack(struct db *db, int64_t *ms, struct error *error);

/*
 * All rows with since <= time < until (0: of any time) have ids with *begin <= id < *end; few others have where the clock was
 * never set back. 0 or -1.
 */
int moment_range(struct db *db, enum moment_table table, int64_t since, int64_t until, int64_t *begin, int64_t *end,
                 struct error *error);

/*
 * The writer, before it puts a message of that time: is the clock behind the latest that this connection knows of? Then it notes
 * by how much.
 */
int moment_note(struct db *db, int64_t at, struct error *error);

#endif
