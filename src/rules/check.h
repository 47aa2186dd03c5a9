/*
 * check: what is allowed in a ruleset, and probably not meant. For `rules check`; nothing here refuses to
 * load.
 */
#ifndef RULES_CHECK_H
#define RULES_CHECK_H

#include <stddef.h>

#include "rules/ruleset.h"

/* One sentence per finding, "file:line: …" where it has a place. */
typedef void rules_warning(void *context, const char *sentence);

/* Returns how many warnings there were. */
size_t rules_check(const struct ruleset *ruleset, rules_warning *warning, void *context);

#endif
