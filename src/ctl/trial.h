/*
 * trial: a message that is only tried, for `rules try` and `drill`: by which rules, and as whom.
 *
 * The rules: those of --rules DIR; else the ones in force; and where there is no book yet, those of FRONTDESK_RULES. The
 * customer: --as one of the book's, as he stands there, with the fields of his newest webhook, what his conversation
 * remembers, and the rules that cool down for him; else somebody who writes for the first time. Nothing is written.
 *
 * The functions return exit codes.
 */
#ifndef CTL_TRIAL_H
#define CTL_TRIAL_H

#include "ctl/call.h"
#include "desk/decide.h"
#include "desk/recall.h"
#include "store/rulefile.h"
#include "store/standing.h"

struct trial { /* owned; the zero value is releasable */
    struct rulefiles files;
    int64_t number; /* of the ruleset; 0: of a folder */
    struct ruleset *rules;
    const char **disabled; /* rules of it that are out of play */
    struct buf text;
    int64_t at;
    struct standing standing;
    struct recall recall;
    struct decide_state state; /* borrows from all of these */
    bool takes_newest;         /* the text is the customer's newest message; set by the caller */
    bool has_met_machine;      /* a backend has answered this customer before */
};
void trial_release(struct trial *trial);

int trial_read_rules(struct call *call, struct trial *trial);

/* --at, in the zone of the business; else now. */
int trial_read_time(const struct call *call, struct trial *trial);

/* With `text` and `at` there. */
int trial_read_customer(struct call *call, struct trial *trial);

#endif
