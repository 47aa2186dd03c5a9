/*
 * flood_phrase: what a customer is told once when his messages meet a limit: the phrase flood_notice.
 *
 * It is built in, in English, Korean and Spanish, and a phrase row of that name goes before it (rules/house_phrase.h). The
 * row knows what any phrase knows; one that is blank says nothing. Pure; any thread.
 */
#ifndef RULES_FLOOD_PHRASE_H
#define RULES_FLOOD_PHRASE_H

#include "base/error.h"
#include "rules/ruleset.h"
#include "text/template.h"

/* The owner's words; or NULL, and *built_in are ours. `language` as the contact's, "" when unknown. */
const struct template *flood_phrase(const struct ruleset *ruleset, const char *language, const char **built_in);

/* 0 when the row has another name, or a text that will do. */
int flood_phrase_check(const struct ruleset *ruleset, const struct phrase *phrase, struct error *error);

#endif
