/*
 * house_phrase: words that the program says of its own, in English, Korean and Spanish.
 *
 * A phrase row of the same name goes before them. The contact's own language counts first, whoever wrote it, then
 * the owner's row in the default language, then what is built in for that, then English. Pure; any thread.
 */
#ifndef RULES_HOUSE_PHRASE_H
#define RULES_HOUSE_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/nearest.h"
#include "rules/ruleset.h"

enum { HOUSE_ENGLISH, HOUSE_KOREAN, HOUSE_SPANISH, HOUSE_LANGUAGES };

/* The owner's row; or NULL, and *built_in is the language of the program's own words that count. `language` as the
 * contact's, "" when unknown. */
const struct phrase *house_phrase_find(const struct ruleset *ruleset, const char *name, const char *language,
                                       size_t *built_in);

/* Is it the name of one of them? Offers all of them for what is nearest to a mistyped one. */
bool house_phrase_is_name(const char *name);
void house_phrase_offer(struct nearest *nearest);

#endif
