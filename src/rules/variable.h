/*
 * variable: the names that a template may ask for, beside the settings, the named groups of its rule's
 * pattern, what rules set (rule_set), phrase.NAME and field.NAME, and inside a flow its variables and its
 * title. desk/decide gives their values. Pure; any thread.
 */
#ifndef RULES_VARIABLE_H
#define RULES_VARIABLE_H

#include <stdbool.h>

#include "base/error.h"
#include "flow/ask.h"
#include "rules/ruleset.h"
#include "rules/scope.h"
#include "text/pattern.h"
#include "text/template.h"

enum variable {
    VARIABLE_MESSAGE,       /* as the customer typed it */
    VARIABLE_MESSAGE_COUNT, /* his in this conversation, this one included */
    VARIABLE_FIRST_NAME,
    VARIABLE_LANGUAGE, /* the contact's; unknown: default_language */
    VARIABLE_LOCALE,
    VARIABLE_CHANNEL,
    VARIABLE_HOURS_TODAY,  /* both by rules/opening.h, in the contact's language */
    VARIABLE_NEXT_OPENING,
    VARIABLE_NOW,  /* unix milliseconds, for `date` */
    VARIABLE_RULE, /* that took the message; at a parting, that took one last */
    VARIABLE_SUMMARY, /* these are known at a parting only */
    VARIABLE_SUMMARY_BY,
    VARIABLE_OUTCOME,
    VARIABLE_CLOSED_BY,
    VARIABLE_FLOW, /* that began last */
    VARIABLE_COUNT
};

extern const char *const variable_names[VARIABLE_COUNT + 1]; /* NULL-terminated */

/* The variable of a name, or VARIABLE_COUNT. */
enum variable variable_find(const char *name);

/* Do templates know the name without a rule's doing: as a variable or a setting? */
bool variable_is_taken(const char *name);

/*
 * Is every name known that the template asks for? `pattern` may be NULL. The texts of a phrase are looked at
 * in place of its name. -1: a sentence without place.
 */
int variable_check_template(const struct ruleset *ruleset, const struct template *template,
                            const struct pattern *pattern, struct error *error);

/* The same for a text that is said inside a flow, where its title is known as well. */
extern const char VARIABLE_TITLE[]; /* "title" */
int variable_check_in_flow(const struct ruleset *ruleset, const struct template *template,
                           const struct scope *scope, struct error *error);

/* The same for the instructions of a backend: they know neither what the customer writes nor what was kept of it. */
int variable_check_in_prompt(const struct ruleset *ruleset, const struct template *template, struct error *error);

/* The same once a conversation has been summed up: how it ended, what its flows have collected and, at close, who ended it. */
int variable_check_at_parting(const struct ruleset *ruleset, const struct template *template, bool is_close,
                              struct error *error);

/* Is it a name that a template and a condition can write? */
bool variable_is_name(const char *name);
enum { VARIABLE_NAME_MAX = 64 }; /* bytes */

/* A named group must not hide a variable or a setting. */
int variable_check_groups(const struct pattern *pattern, struct error *error);

/* What a step of that name asks the customer for; ASK_NOTHING where none asks. */
enum ask_kind variable_asked(const struct ruleset *ruleset, const char *name);

#endif
