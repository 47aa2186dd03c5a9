/*
 * flow_turn: what happens to a dialogue between the customer's messages, inside the caller's transaction: a service has
 * answered, its time has come, a person steps in. And the messages that wait behind a call: they are decided, in their
 * order, as soon as nothing is awaited any more.
 */
#ifndef DESK_FLOW_TURN_H
#define DESK_FLOW_TURN_H

#include <stdint.h>

#include "base/error.h"
#include "desk/decide.h"
#include "desk/desk.h"
#include "store/conversation.h"

/* The end of a call (INPUT_RESULT). Nothing happens when the dialogue is gone, or awaits another one. */
int flow_turn_result(struct desk *desk, int64_t conversation, const struct decide_input *result, int64_t now,
                     struct error *error);

/* What came of a question that a rule gave to a backend (INPUT_ANSWER, INPUT_GAVE_UP), for the turn. */
int flow_turn_answer(struct desk *desk, int64_t conversation, int64_t turn, struct decide_input *answer, int64_t now,
                     struct error *error);

/* A call ended too late for a word: the dialogue that awaits it ends without one. 1, 0 where none does, -1. */
int flow_turn_lapse(struct desk *desk, int64_t conversation, int64_t call, int64_t now, struct error *error);

/* Looks at up to FLOW_TURN_MAX dialogues whose time has come. */
enum { FLOW_TURN_MAX = 100 };
int flow_turn_clock(struct desk *desk, int64_t now, struct error *error);

/* The wall clock has jumped: what is left of a dialogue's time is left of it still. */
int flow_turn_shift(struct desk *desk, int64_t drift_ms, struct error *error);

/* At start: what a clock that was ahead has written happened now, so that nobody waits until it is true. */
int flow_turn_clamp(struct desk *desk, int64_t now, struct error *error);

/* A person has taken the conversation, or closed it: the dialogue ends without a word. */
int flow_turn_abandon(struct desk *desk, struct conversation *conversation, const char *actor, const char *why,
                      int64_t now, struct error *error);

/* Decides the messages that wait behind a call, as far as none is awaited. */
int flow_turn_release(struct desk *desk, struct conversation *conversation, int64_t now, struct error *error);

#endif
