/*
 * tell: a ruleset in plain sentences, so that its owner can check what she has said.
 *
 * What comes out is a list of items in the order in which it is read: a few about the business (settings, how
 * answers go out, teams), then every rule in the order in which rules are tried, then flows, services, backends, the faq
 * and talks. Items that open a part of the whole ("The usual questions") have a heading and mostly nothing else.
 *
 * Texts of the ruleset stand in “quotes”, with the settings filled in and ‹names› where something is filled
 * in for each customer. Sentences may hold line feeds of the owner's own, and her control characters: show
 * them as any text from outside. Pure; any thread.
 */
#ifndef RULES_TELL_H
#define RULES_TELL_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/ruleset.h"

enum tell_language { TELL_ENGLISH, TELL_KOREAN };

struct tell_item {           /* owned texts */
    char *heading;           /* of a rule: its name */
    const struct rule *rule; /* borrowed; NULL: of no rule */
    const char *file;        /* where it stands, borrowed; NULL: nowhere in particular */
    int line;
    bool is_part;
    char **sentences;
    size_t count, flowing; /* sentences; examples, and the steps of a flow, stand behind the first `flowing` */
};

struct tell {
    struct tell_item *items;
    size_t count;
};

extern const char *const tell_languages[]; /* "en", "ko", by enum tell_language; NULL-terminated */

void tell_ruleset(const struct ruleset *ruleset, enum tell_language language, struct tell *tell);
void tell_release(struct tell *tell);

/*
 * An only_if or branch condition in words, appended: "while we are closed, and if the customer's language is
 * Korean". What is more than simple comparisons joined by AND, or by OR, is appended as it was typed, quoted.
 */
void tell_condition(const char *sql, enum tell_language language, struct buf *out);

#endif
