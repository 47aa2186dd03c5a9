/*
 * retention: when what is kept leaves the book by itself, as the settings keep_webhooks, keep_traces and keep_messages say
 * (store/retention.h).
 *
 * All of it is behind the road: webhooks and traces are emptied a hundred rows at a time, some milliseconds apart, in rounds
 * that bring no messages (desk/chores.h). Conversations are deleted, and free pages given back to the file system, between
 * rounds and only while nothing else is to do. It looks once an hour, and some minutes after a start or a jump of the clock.
 */
#ifndef DESK_RETENTION_H
#define DESK_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "store/retention.h"

enum { RETENTION_AFTER_MS = 10 * 60 * 1000 };

/* Before when rows of a class are too old; 0: it is kept for ever. */
int64_t retention_before(const struct ruleset *rules, enum retention_class class, int64_t now);

/* Inside the caller's transaction: one piece of each class. When there is more to do. */
int retention_run(struct desk *desk, int64_t now, struct error *error);
int64_t retention_next_at(const struct desk *desk);

/* Between transactions, while nothing else is to do. */
int retention_tidy(struct desk *desk, int64_t now, struct error *error);

/* Look now. */
void retention_hurry(struct desk *desk);

/* Between transactions, where nobody else drives the desk: all that is due. */
int retention_finish(struct desk *desk, int64_t now, struct error *error);

#endif
