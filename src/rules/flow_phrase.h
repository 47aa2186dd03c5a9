/*
 * flow_phrase: the sentences that a flow says of its own (enum flow_phrase in flow/step.h), by language.
 *
 * They are built in, in English, Korean and Spanish; a phrase row of the same name ('flow_retry') goes before
 * them (rules/house_phrase.h). {{ title }} is the flow's title in both. Pure; any thread.
 */
#ifndef RULES_FLOW_PHRASE_H
#define RULES_FLOW_PHRASE_H

#include <stdbool.h>

#include "flow/step.h"
#include "rules/ruleset.h"

/* Never NULL, never blank; `language` as the contact's, "" when unknown. Owned by the ruleset. */
const struct template *rules_flow_phrase(const struct ruleset *ruleset, enum flow_phrase phrase, const char *language);

/* Is it the name of one of them? */
bool flow_phrase_is_name(const char *name);

/* For build_flow.c. */
void flow_phrases_init(struct ruleset *ruleset);
void flow_phrases_release(struct ruleset *ruleset);

#endif
