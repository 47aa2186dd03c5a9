/*
 * live: the ruleset in force, made anew of the files that the book keeps.
 */
#ifndef CTL_LIVE_H
#define CTL_LIVE_H

#include "ctl/call.h"
#include "rules/ruleset.h"

/* Returns an exit code. EXIT_DONE with NULL: no rules are in force. The caller frees it. */
int live_read(struct call *call, struct db *db, struct ruleset **rules);

#endif
