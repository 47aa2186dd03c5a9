/*
 * stats_show: a period in numbers, drawn for people, whole for programs.
 */
#ifndef CTL_STATS_SHOW_H
#define CTL_STATS_SHOW_H

#include "ctl/call.h"
#include "rules/ruleset.h"
#include "store/figures.h"

enum stats_part { STATS_DAY, STATS_WHO, STATS_RULE, STATS_QUESTION, STATS_BACKEND, STATS_PARTS };
extern const char *const stats_parts[STATS_PARTS + 1]; /* as typed behind --by, NULL-terminated */

enum { STATS_DAY_MS = 24 * 60 * 60 * 1000 };

struct stats { /* of one call of the command, which owns it all */
    struct call *call;
    struct db *db;
    struct output *output;
    struct ruleset *rules; /* NULL: none are in force */
    const struct zone *zone;
    struct filter filter;
    int64_t *days;         /* as in figures_ask */
    size_t day_count;
    struct figures figures;
    bool is_for_people;
};

/* All parts, or the one that --by names. Both return an exit code. */
int stats_show(struct stats *stats);

/* What nobody answered, as rows for a rule file. */
int stats_print_rules(struct stats *stats);

#endif
