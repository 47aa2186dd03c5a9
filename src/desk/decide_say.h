/*
 * decide_say: the effects of a rule that says, sets, tags and cools down. Part of desk/decide.
 *
 * Each of these appends to the decision's effects, in the order in which they are called. Values are rendered
 * from the groups that `variables` knows at that moment.
 */
#ifndef DESK_DECIDE_SAY_H
#define DESK_DECIDE_SAY_H

#include "desk/decide.h"
#include "desk/decide_variable.h"

struct run_variables; /* flow/step.h */

/* A new effect of a rule; the pointer is good until the next. */
struct effect *decide_add(struct decision *decision, enum effect_kind kind, const struct rule *rule);

/* Appends at most `max` bytes of what it says at this moment. NULL says nothing. */
void decide_render(const struct template *template, struct variables *variables, size_t max, struct buf *out);

/* Nothing, when another rule has noted the same tag. */
void decide_tag(struct decision *decision, const struct rule *rule);

/* What rule_set rows say, each value known to those behind it. */
void decide_set(struct decision *decision, struct variables *variables, const struct rule *rule);

/* The sentence and its buttons; nothing when it renders to nothing visible. */
void decide_say(struct decision *decision, struct variables *variables, const struct rule *rule);

void decide_cool(struct decision *decision, const struct variables *variables, const struct rule *rule);

/* The newest EFFECT_SET of a variable, or NULL. */
const struct effect *decide_value(const struct decision *decision, const char *name);

/* Appends a JSON object of what a dialogue that is over leaves to its conversation, the newest last; nothing where that is
 * nothing. Names that rules set are theirs. */
void decide_collect(const struct ruleset *ruleset, const struct run_variables *left, struct buf *out);

/* The same of a dialogue that ends without a decision: appends the conversation's variables from now on; nothing where they
 * stay. `variables` and `run` as in struct decide_state. */
void decide_leave(const struct ruleset *ruleset, const char *variables, const char *run, struct buf *remembered);

/* Writes decision->remembered when anything was set, or left by a dialogue. */
void decide_keep(struct decision *decision, struct variables *variables);

#endif
