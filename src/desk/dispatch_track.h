/*
 * dispatch_track: what is to be written into Braze profiles, from the outbox to calls and back. Part of desk/dispatch.
 *
 * One call is under way at a time, with up to 75 objects, each person once; while it is out, the next batch grows by itself,
 * and for a second behind its start, unless it is full or a row that goes alone before that.
 * It never takes a slot of the replies, and while the workspace is not well the first try is theirs.
 *
 * A ruleset without attributes pays for none of this: desk->may_track says whether any row may be open, and is only a
 * hint (true too often, never false wrongly).
 */
#ifndef DESK_DISPATCH_TRACK_H
#define DESK_DISPATCH_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "desk/dispatch.h"

/* How many calls are out: 0 or 1; -1. */
int dispatch_track_under_way(struct desk *desk, struct error *error);

/* Puts the call that may start now, if any, to *tail. None must be under way. `is_busy`: replies are. */
int dispatch_track_claim(struct desk *desk, int64_t now, bool is_busy, struct call **tail, struct error *error);

/* When it may have something to do again, while none is under way; INT64_MAX: not before something happens. */
int dispatch_track_next(struct desk *desk, int64_t now, bool is_busy, int64_t *at, struct error *error);

#endif
