/*
 * clearance: the one gate in front of a send. Asked at the claim, in the transaction that claims, so that
 * nothing that happened since the text was queued is missed. Pure.
 */
#ifndef DESK_CLEARANCE_H
#define DESK_CLEARANCE_H

#include <stdint.h>

#include "base/buf.h"
#include "rules/ruleset.h"
#include "store/outbox.h"

/* Unknown: it may not go any more, and may have arrived. */
enum clearance { CLEARANCE_SEND, CLEARANCE_WITHHELD, CLEARANCE_EXPIRED, CLEARANCE_HELD, CLEARANCE_UNKNOWN };

enum { TEMPLATE_TEXT_MAX = 1024, WINDOW_HOURS = 24 };

/* CLEARANCE_SEND sets *campaign; anything else appends the reason for people. */
enum clearance clearance_of(const struct ruleset *rules, const struct outbox_row *row, int64_t now,
                            const struct campaign **campaign, struct buf *reason);

/* When the 24-hour window closes, with the margin; INT64_MAX on channels that have none. */
int64_t clearance_window_until(const struct ruleset *rules, const char *channel, int64_t last_in_at);

/* Is the 24-hour window of a channel open? Always, on channels that have none. */
bool clearance_window_is_open(const struct ruleset *rules, const char *channel, int64_t last_in_at,
                              int64_t now);

const char *clearance_state(enum clearance clearance); /* the outbox state: withheld, expired, held, unknown */

#endif
