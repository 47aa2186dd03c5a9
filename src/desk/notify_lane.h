/*
 * notify_lane: is an endpoint of another desk to be called now? A circuit breaker for each, as desk/breaker.h is one for
 * backends, kept as the lane that has its target's name ('notify TEAM', 'relay TEAM').
 *
 * One failure or two change nothing; after NOTIFY_FAILURES in a row, and at once after what no second try mends (a wrong
 * signature, a moved address, no secret), nothing goes there before a moment, up to a minute away or when it asked to be called;
 * then one row is a trial, and the others wait for its end.
 */
#ifndef DESK_NOTIFY_LANE_H
#define DESK_NOTIFY_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "desk/notify.h"

/* How many may leave for it now, while so many are under way. */
int notify_lane_free(const struct desk *desk, const char *target, int under_way, int64_t now);

/* One leaves, and is the trial where one is due. */
int notify_lane_leave(struct desk *desk, const char *target, int64_t now, struct error *error);

/* What the end of a try says about it. */
int notify_lane_note(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                     struct error *error);

/* 0: it is open; else the moment from which on one may try. */
int64_t notify_lane_opens_at(const struct desk *desk, const char *target);

bool notify_lane_is_one(const char *name);

#endif
