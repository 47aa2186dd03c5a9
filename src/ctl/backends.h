/*
 * backends: how those are that the rules in force know, for `frontdesk status`: JSON "backends", and the record "spent" of
 * all of them together where any are. Nothing where the rules have none.
 */
#ifndef CTL_BACKENDS_H
#define CTL_BACKENDS_H

#include "ctl/call.h"
#include "rules/ruleset.h"

/* Both return an exit code. *rules: those in force, to be freed; NULL where they have no backend, or there are none. */
int backends_read_rules(struct call *call, struct db *db, struct ruleset **rules);
int backends_show(struct call *call, struct db *db, const struct ruleset *rules);

#endif
