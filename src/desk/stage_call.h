/*
 * stage_call: the answers of services and backends on a stage. Part of desk/stage.
 */
#ifndef DESK_STAGE_CALL_H
#define DESK_STAGE_CALL_H

#include <stdbool.h>

#include "desk/stage.h"

/* Answers whoever is being asked, until nobody is any more, or the talk has no answer. */
void stage_answer_calls(struct stage *stage);

bool stage_is_broken_off(const struct stage *stage);

/* Counts one more of STAGE_EVENTS_MAX. False: nothing happens any more. */
bool stage_may_go_on(struct stage *stage);

/* For stage_call.c: how things stand, with `text` about to be judged; and something that happens between messages. */
struct decide_state stage_look(const struct stage *stage, const char *text);
void stage_decide(struct stage *stage, struct decide_input *input);

#endif
