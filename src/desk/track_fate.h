/*
 * track_fate: what an answer means for one row of a call that writes into profiles, object by object. Part of desk/dispatch.
 *
 * What was surely not done goes again: the call never left, 4xx and 429, 5xx but for 500 and 504. Where nobody knows
 * (no sound answer, 500, 504) values that are set and changes of arrays go again, increments and events do not: they are
 * left unknown. Errors beside a success name objects by list and index, and only these are refused; errors that name none are
 * about the only object there is, else nobody knows about which.
 *
 * How the row ends: dead when anything was refused, else unknown when it leaves anything behind whose fate is unknown, else
 * accepted. What is still to be written, or has become news, gets a row of its own.
 */
#ifndef DESK_TRACK_FATE_H
#define DESK_TRACK_FATE_H

#include <stdint.h>

#include "braze/answer.h"
#include "desk/dispatch.h"

int track_fate_settle(struct desk *desk, const struct call *call, const struct call_row *row, const struct answer *answer,
                      int status, int64_t now, struct error *error);

#endif
