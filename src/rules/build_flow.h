/*
 * build_flow: the private side of flows and services, for the files that put them together (build_flow*.c,
 * build_service.c), and for those of this room that quote what was typed (check_flow*, draw, tell_flow).
 *
 * The rows of a table that belongs to another (the steps of a flow, the choices of a step) lie together by
 * owner, in file order among themselves; what is made of the row `owned.rows[i]` is the i-th of its list.
 */
#ifndef RULES_BUILD_FLOW_H
#define RULES_BUILD_FLOW_H

#include "flow/step.h"
#include "rules/build.h"
#include "rules/fact.h"
#include "rules/house_phrase.h"
#include "rules/scope.h"
#include "rules/variable.h"

enum {
    FLOWS_MAX = 500,
    FLOW_STEPS_LISTED_MAX = 200, /* of one flow */
    BRANCHES_MAX = 50,           /* of one step */
    SETS_MAX = 50,               /* sets, properties of a step; values of a service */
    SERVICES_MAX = 200
};

struct owned { /* the zero value holds no row */
    const struct row **rows;
    size_t *owners; /* index of each row's owner in its own list */
    size_t count;
};

struct flow_private {
    struct flow *flows;
    const struct row **flow_rows;
    struct scope *scopes; /* of each flow */
    struct scope collected; /* what any flow leaves to its conversation when it ends, beside what rules set */
    bool *waits;          /* of each flow: does it, or one that it runs, ask, call or consult anywhere? */
    struct owned step_rows, choice_rows, branch_rows, set_rows, property_rows, value_rows;
    struct step *steps;            /* of all flows */
    const struct step **by_name;   /* the same, by full name */
    struct choice *choices;
    struct branch *branches;
    struct step_set *sets;
    struct step_property *properties;
    struct service *services;
    const struct row **service_rows;
    struct service_value *values;
    struct pattern *cancel_words, *back_words;
    struct template *phrases[FLOW_PHRASE_COUNT][HOUSE_LANGUAGES]; /* rules/flow_phrase.c */
};

/* The index of a row's owner: 0, or -1 with a sentence. */
typedef int owner_find(const struct ruleset *ruleset, const struct row *row, size_t *owner, struct error *error);

/* All rows of a table by owner; `most` of one owner are taken. */
int owned_gather(const struct ruleset *ruleset, const char *table, owner_find *find, size_t most,
                 struct owned *owned, struct error *error);
void owned_release(struct owned *owned);

/* The row of a step, choice, branch or set of the ruleset. */
const struct row *flow_step_row(const struct ruleset *ruleset, const struct step *step);
const struct row *flow_choice_row(const struct ruleset *ruleset, const struct choice *choice);
const struct row *flow_branch_row(const struct ruleset *ruleset, const struct branch *branch);
const struct row *flow_set_row(const struct ruleset *ruleset, const struct step_set *set);
/* The flow of a step of the ruleset. */
const struct flow *flow_of_step(const struct ruleset *ruleset, const struct step *step);

/* build_flow.c: a text or an expression of a flow that knows `scope`; nothing where the column is not given. */
int flow_take_template(const struct ruleset *ruleset, const struct scope *scope, const struct row *row,
                       const char *column, struct template **template, struct error *error);
int flow_take_expression(const struct ruleset *ruleset, const struct scope *scope, const struct row *row,
                         const char *column, const struct step *step, const struct expression **expression,
                         struct error *error); /* step: of which it may ask how it went; NULL: of none */

/* build_flow_step.c: names, questions and acts of all steps; then, once the scopes are known, their texts. */
int build_steps(struct ruleset *ruleset, struct error *error);
int build_step_texts(struct ruleset *ruleset, struct error *error);
int flow_find_step(const struct ruleset *ruleset, const struct row *row, size_t *index, struct error *error);
/* The step of a full name that stands in the row, or -1 and what it should have been. */
int flow_look_up_step(const struct ruleset *ruleset, const struct row *row, const char *name, size_t *index,
                      struct error *error);

/* build_flow_way.c: choices, branches, and where everything leads. */
int build_choices(struct ruleset *ruleset, struct error *error);
int build_branches(struct ruleset *ruleset, struct error *error);
int build_ways(struct ruleset *ruleset, struct error *error);
int flow_take_next(const struct flow *flow, const struct row *row, const char *column, struct way *way,
                   struct error *error); /* leaves the way alone where the column is not given */

/* build_flow_set.c */
int build_step_sets(struct ruleset *ruleset, struct error *error);       /* names */
int build_step_set_values(struct ruleset *ruleset, struct error *error); /* once the scopes are known */
int build_step_properties(struct ruleset *ruleset, struct error *error);

/* build_flow_scope.c: which flow runs which, never in a circle; what each knows. */
int build_scopes(struct ruleset *ruleset, struct error *error);

/* build_flow_loop.c */
int check_flow_loops(const struct ruleset *ruleset, struct error *error);

/* build_service.c: what the templates of the services ask for, once it is known who calls them. */
int build_service_texts(struct ruleset *ruleset, struct error *error);
void services_release(struct ruleset *ruleset);

/* Where a step may lead, once it is reached. */
struct outs {
    struct {
        size_t step;
        bool is_redo;
    } list[FLOW_CHOICES_MAX + BRANCHES_MAX + 1];
    size_t count;
};
void flow_outs(const struct step *step, struct outs *outs);

/* Does the step ask, call or consult, or run a flow that does so anywhere? */
bool flow_step_waits(const struct ruleset *ruleset, const struct step *step);

/* Does a branch count only when the step met with trouble? */
bool branch_is_for_trouble(const struct branch *branch);

#endif
