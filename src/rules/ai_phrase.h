/*
 * ai_phrase: the sentences around a backend's answers, by language.
 *
 * Those that must be said are built in, in English, Korean and Spanish; a phrase row of the same name goes before
 * them (rules/house_phrase.h). The rows know what any phrase knows, and nothing of a single rule or flow. Pure; any
 * thread.
 */
#ifndef RULES_AI_PHRASE_H
#define RULES_AI_PHRASE_H

#include <stdbool.h>

#include "rules/ruleset.h"
#include "text/template.h"

enum ai_phrase {
    AI_SAYS_SORRY,   /* `sorry`: the chain is at its end, and no person takes over */
    AI_SAYS_HANDOFF, /* `ai_handoff`: it is, and one does */
    AI_SAYS_NOTICE,  /* `ai_notice`, before a machine's first answer to a contact; not built in */
    AI_PHRASE_COUNT
};

/* What it says where no row of the rules does. NULL: AI_SAYS_NOTICE. */
const struct template *rules_ai_phrase_built_in(const struct ruleset *ruleset, enum ai_phrase phrase, const char *language);

/* `language` as the contact's, "" when unknown. NULL: AI_SAYS_NOTICE, and no row has it. Owned by the ruleset. */
const struct template *rules_ai_phrase(const struct ruleset *ruleset, enum ai_phrase phrase, const char *language);

/* 0 when the row has another name, or a text that will do. */
int ai_phrase_check(const struct ruleset *ruleset, const struct phrase *phrase, struct error *error);

/* For build_backend.c. */
void ai_phrases_init(struct ruleset *ruleset);
void ai_phrases_release(struct ruleset *ruleset);

#endif
