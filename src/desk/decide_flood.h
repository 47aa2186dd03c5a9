/*
 * decide_flood: what happens to a message that meets a limit. Part of desk/decide.
 *
 * A person's conversation, and a contact who has opted out, meet none: no machine speaks there. Whoever wants a person, or
 * wants to hear no more, or again, is heard whatever the limits, and what is to be ignored is ignored; no other rule acts, a
 * dialogue stays where it is, and tags are not noted. The first message over a limit gets the notice, the others nothing. What
 * no rule would have taken is unanswered, as ever.
 *
 * The same text again: REPEATS_SHORT is the number of characters up to which a text may come twice as often, since "yes" and
 * "1" are what people say again and again.
 */
#ifndef DESK_DECIDE_FLOOD_H
#define DESK_DECIDE_FLOOD_H

#include <stdbool.h>

#include "desk/decide_search.h"
#include "desk/decide_variable.h"

enum { REPEATS_SHORT = 4 };

/* Which limit the message meets before any rule is asked. */
enum flood_limit flood_met(const struct search *search);

/* May the rule (NULL: none) act all the same? */
bool flood_may_act(const struct rule *rule);

/* Nobody takes the message, for the limit; and the notice is given, unless it has been. */
void flood_silence(struct search *search, struct variables *variables, enum flood_limit limit);

/* May the rule, or a step (NULL), not ask the backend, since too many questions were asked already? */
bool flood_bars_consult(const struct ruleset *ruleset, const struct decide_state *state, const struct rule *rule);

#endif
