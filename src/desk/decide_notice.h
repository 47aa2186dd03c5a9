/*
 * decide_notice: a custom event or a notice whose moment has come. Part of desk/decide.
 *
 * A property of an event that is no value of its type is left out, and noted. A notice that would say nothing although it
 * has a text, or that belongs to another channel and has no text of its own, is none; it is noted as well. On another
 * channel than its campaign's a notice to the customer leaves by the channel's default, without its properties.
 */
#ifndef DESK_DECIDE_NOTICE_H
#define DESK_DECIDE_NOTICE_H

#include "desk/decide_moment.h"

void decide_custom_event(struct moment_at *at, const struct custom_event *event);
void decide_notice(struct moment_at *at, const struct notice *notice);

#endif
