/*
 * decide_handoff: what the customer hears around a hand-over. Part of desk/decide.
 */
#ifndef DESK_DECIDE_HANDOFF_H
#define DESK_DECIDE_HANDOFF_H

#include <stdbool.h>

#include "desk/decide_search.h"
#include "desk/decide_variable.h"

/*
 * While the business is closed nobody can come, and the team's `closed` takes the place of what a hand-over to it would say:
 * appends that to *out. False where the business is open, or the team has nothing to say then.
 */
bool decide_closed(struct search *search, struct variables *variables, const struct team *team, struct buf *out);

/* INPUT_NOBODY. */
void decide_nobody(struct search *search, struct variables *variables);

#endif
