/*
 * live: see the header.
 */
#include <stdio.h>

#include "ctl/live.h"
#include "store/rulebook.h"

int live_read(struct call *call, struct db *db, struct ruleset **rules)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    int64_t number;
    int found = rulebook_live(db, &files, &number, &error), code = EXIT_DONE;

    *rules = NULL;
    if (found < 0)
        code = call_read_failed(call, db, &error);
    else if (found == 1 && (*rules = ruleset_new_stored(&files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (*rules != NULL)
        (*rules)->number = number;
    rulefiles_release(&files);
    return code;
}

void live_day(const struct ruleset *rules, int64_t at, char day[LIVE_DAY_LEN])
{
    struct zone_time local;

    zone_local(rules->zone, at, &local);
    snprintf(day, LIVE_DAY_LEN, "%04d-%02d-%02d", local.year % 10000, local.month, local.day);
}
