/*
 * as_rules: questions that nobody answered, as rows for a rule file: a rule that finds each by its words, with the question as
 * its example, and an entry for the FAQ. All of it is commented out, since the answers are the owner's to write; with the
 * dashes taken away the rows load, whatever the questions hold.
 */
#ifndef CTL_AS_RULES_H
#define CTL_AS_RULES_H

#include <stddef.h>

#include "base/buf.h"
#include "rules/ruleset.h"
#include "text/gather.h"

/* Appends the file. The names of the rules are new among those in force (`rules` NULL: none are). */
void as_rules(const struct ruleset *rules, const struct gathered *questions, size_t count, struct buf *sql);

#endif
