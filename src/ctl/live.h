/*
 * live: the ruleset in force, made anew of the files that the book keeps.
 */
#ifndef CTL_LIVE_H
#define CTL_LIVE_H

#include "ctl/call.h"
#include "rules/ruleset.h"

/* Returns an exit code. EXIT_DONE with NULL: no rules are in force. The caller frees it. */
int live_read(struct call *call, struct db *db, struct ruleset **rules);

/* The day at the business, '2026-05-13', by which money is counted. */
enum { LIVE_DAY_LEN = 16 };
void live_day(const struct ruleset *rules, int64_t at, char day[LIVE_DAY_LEN]);

#endif
