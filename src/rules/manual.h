/*
 * manual: what every table and column of a rule file is for, in one line each. `frontdesk rules explain` and the page
 * frontdesk-rules(5) are made of it; a test holds it against store/rulefile_table, so that neither can know more than the
 * other. What settings and facts are for stands with them (setting.c, fact.c). Pure constants; any thread.
 */
#ifndef RULES_MANUAL_H
#define RULES_MANUAL_H

#include <stddef.h>

struct manual_column {
    const char *name, *help;
};

struct manual_table {
    const char *name, *help;
    const char *example;                 /* a whole statement */
    const struct manual_column *columns; /* ends with a NULL name; in the order in which a reader wants them */
};

extern const struct manual_table manual_tables[]; /* ends with a NULL name */

/* What every template knows, and what filters make of it; both end with a NULL name. Of a filter: the name with an example. */
extern const struct manual_column manual_names[], manual_filters[];

/* NULL: there is none of that name. */
const struct manual_table *manual_find(const char *name);

#endif
