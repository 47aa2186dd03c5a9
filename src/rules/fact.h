/*
 * fact: what a condition may ask about the message, the contact and the hour. One table holds each name with
 * its type and a line of help; desk/decide_fact gives the values. Pure; any thread.
 *
 * In a condition a fact is written :name. A yes or no is 1 or 0. A text that is not known is '', a number
 * that is not known NULL. :field_NAME is a field of the webhook, whatever NAME is: a text as it came, a
 * number where the webhook wrote one, NULL where it is absent. @name is a variable: a named group of the
 * rule's own pattern, or what earlier matches have set (rule_set); a text either way. Inside a flow it may also
 * be one of the flow's (rules/scope.h).
 *
 * How a step of a flow went, its branches and its accept_if ask by four facts of their own (flow/step gives their
 * values); how a conversation ended, what stands at close or handoff by two (desk/decide_fact).
 */
#ifndef RULES_FACT_H
#define RULES_FACT_H

#include <stdbool.h>

#include "base/error.h"
#include "rules/scope.h"
#include "store/expression.h"
#include "text/pattern.h"

enum fact {
    FACT_CAMPAIGN,
    FACT_CHANNEL,
    FACT_CONTACT_HOUR,
    FACT_COUNTRY,
    FACT_DATE,
    FACT_FIRST_CONTACT,
    FACT_HAS_MEDIA,
    FACT_HOUR,
    FACT_LANGUAGE,
    FACT_LAST_RULE,
    FACT_LATE,
    FACT_LOCALE,
    FACT_MESSAGE_COUNT,
    FACT_MINUTES_SINCE_LAST,
    FACT_NEW_CONVERSATION,
    FACT_NOW,
    FACT_OPEN,
    FACT_OPTED_OUT,
    FACT_OWNER,
    FACT_TIME,
    FACT_WEEKDAY,
    FACT_COUNT
};

enum fact_type { FACT_IS_TEXT, FACT_IS_NUMBER, FACT_IS_YES_NO };

struct fact_info {
    const char *name; /* without its colon */
    enum fact_type type;
    const char *help;          /* one line */
    const char *const *values; /* NULL-terminated; NULL: any */
};
extern const struct fact_info fact_table[FACT_COUNT]; /* sorted by name */

/* The row of a fact of any table; NULL: there is none of that name. */
const struct fact_info *fact_info_find(const char *name);

extern const char FACT_FIELD[]; /* "field_": what a field's name begins with */

/* The fact of a name without its colon, or FACT_COUNT (also for a field). */
enum fact fact_find(const char *name);

/* Is there a variable of that name (without its @)? */
typedef bool fact_is_variable(const void *context, const char *name);

/*
 * Does the expression use known names only? Variables are asked for: `is_variable`; `pattern` (may be NULL)
 * is where the nearest good name is looked for. -1: a sentence without place.
 */
int fact_check(const struct expression *expression, const struct pattern *pattern,
               fact_is_variable *is_variable, const void *context, struct error *error);

/*
 * Does every comparison of a name with a value, as in ":weekday = 'sat'" or "@size > 2", have a chance? SQL
 * takes a text for greater than any number, without a word, and never equal to one; a weekday by another name
 * never comes, nor a :time like '9:00', a :date like '05-12', a :country like 'USA' or an :open of 2. Looked at
 * are names beside a comparison (=, <, IS, BETWEEN, IN and the like) and plain values; all else passes.
 * Variables, of which `is_variable` (may be NULL) tells, are texts. -1: a sentence without place.
 */
int fact_check_values(const char *source, fact_is_variable *is_variable, const void *context,
                      struct error *error);

/* Where a condition or a value of a flow stands. */
struct fact_place {
    const struct scope *scope;
    fact_is_variable *is_variable; /* beside those of the scope; texts */
    const void *context;
    bool has_outcome; /* may it ask how the step went? */
    bool is_parting;  /* the conversation has been summed up: may it ask how that ended? */
    bool is_close;    /* and is over: by whom? */
    bool is_stored;   /* in force already: what it compares is not judged again */
};

/* Both checks for an expression inside a flow: known names only, and comparisons that have a chance. */
int fact_check_in_flow(const struct expression *expression, const char *source, const struct fact_place *place,
                       struct error *error);

/* The second half of it, for fact_check_values' own file. */
int fact_check_flow_values(const char *source, const struct fact_place *place, struct error *error);

/* Does the expression ask for trouble: :failed, :timed_out or :gave_up? */
bool fact_asks_for_trouble(const struct expression *expression);

/* Is :last_rule, or :channel, ever that name? -1: a sentence without place that says why not. */
typedef int fact_is_known(const void *context, enum fact fact, const char *name, struct error *error);

/*
 * Asks about each name that :last_rule and :channel are compared with, '' aside: for when the names of all rules are
 * known.
 */
int fact_check_known(const char *source, fact_is_known *is_known, const void *context, struct error *error);

#endif
