/*
 * backends: how those are that the rules in force know, for `frontdesk status`: JSON "backends", and the record "spent" of
 * all of them together where any are. Nothing where the rules have none.
 */
#ifndef CTL_BACKENDS_H
#define CTL_BACKENDS_H

#include "ctl/call.h"

/* Returns an exit code. */
int backends_show(struct call *call, struct db *db);

#endif
