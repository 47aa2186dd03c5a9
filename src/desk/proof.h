/*
 * proof: a ruleset proves itself before it counts. Each example must be won by its rule, no counterexample
 * may be, under neutral facts: Wednesday noon, a known contact, the default language, the bot's conversation
 * on the first channel that has a campaign. And each talk must go as it says (desk/talk.h).
 */
#ifndef DESK_PROOF_H
#define DESK_PROOF_H

#include <stddef.h>

#include "base/error.h"
#include "rules/ruleset.h"
#include "text/pattern.h"

/*
 * 0 when all hold; else the number of failures, `error` naming the first with file:line, the rule that won or
 * the text that was said instead, and how many more.
 */
size_t proof_run(const struct ruleset *ruleset, struct matcher *matcher, struct error *error);

/* -1: there is no rule in it. */
int proof_any(const struct ruleset *ruleset, struct error *error);

/*
 * Files into a set that may come into force: built, not empty, proven. NULL and a sentence otherwise. Any
 * thread.
 */
struct ruleset *proof_build(const struct rulefiles *files, const struct zones *zones, struct error *error);

/* Called for each failure, for `rules check`: examples, then talks, of each kind in file order. */
typedef void proof_failure(void *context, const char *sentence);
size_t proof_each(const struct ruleset *ruleset, struct matcher *matcher, proof_failure *failure,
                  void *context);

#endif
