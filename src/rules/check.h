/*
 * check: what is allowed in a ruleset, and probably not meant. For `rules check` and `rules load`; nothing
 * here refuses to load.
 *
 * Each warning is a sentence that names the slip and what to do about it. Only what is right nearly always is
 * said, and the same on every machine: nothing is timed, and what takes long is bounded by counts, so that a
 * folder of 10,000 rules is checked in a few seconds. Of one kind at most CHECK_SHOWN_MAX are told, the last
 * of them with how many more there are. Pure; any thread.
 */
#ifndef RULES_CHECK_H
#define RULES_CHECK_H

#include <stddef.h>

#include "base/buf.h"
#include "rules/ruleset.h"

enum { CHECK_SHOWN_MAX = 50 };

/* All borrowed until the callback returns. */
struct warning {
    const char *kind; /* a constant: "never-wins", "tie", "slow-pattern" … */
    const char *rule; /* its name; NULL: it is not about a rule */
    const char *file; /* NULL: it has no place */
    int line;
    const char *sentence; /* without the place */
};

typedef void rules_warning(void *context, const struct warning *warning);

/* Returns how many warnings there were, those not told included. */
size_t rules_check(const struct ruleset *ruleset, rules_warning *warning, void *context);

/* Appends "file:line: sentence". */
void warning_format(const struct warning *warning, struct buf *out);

#endif
