/*
 * generate_talk: one thing that happens in a talk; and what of that the other files of the generator need.
 */
#ifndef TOOLS_GENERATE_TALK_H
#define TOOLS_GENERATE_TALK_H

#include "generate_town.h"

/* Does it, and plans what comes next. */
void talk_act(struct town *town, int32_t talk, enum town_act act, int64_t at);

void talk_keep(struct town *town, int32_t talk); /* writes the conversation as it stands, open */
void talk_pay(struct town *town);                /* writes the money of the day that is over */

/* Of generate_town.c: what happens next in the talk; what was planned before does not. */
void town_plan(struct town *town, int32_t talk, enum town_act act, int64_t at);

#endif
