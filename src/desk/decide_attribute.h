/*
 * decide_attribute: what the customer's Braze profile learns from a message. Part of desk/decide.
 *
 * Each of these appends EFFECT_ATTRIBUTE effects, at most one for a name in a decision: what stands already stays.
 * `variables` knows the groups of the rule's match, which the matcher still holds.
 */
#ifndef DESK_DECIDE_ATTRIBUTE_H
#define DESK_DECIDE_ATTRIBUTE_H

#include "desk/decide.h"
#include "desk/decide_fact.h"
#include "desk/decide_variable.h"

/* The rows of a rule that took the message. */
void decide_attributes_of(struct decision *decision, struct variables *variables, struct facts *facts,
                          const struct rule *rule);

/* The rows of the winner, then those of what it has brought about. To be called once its other effects stand. */
void decide_attributes(struct decision *decision, struct variables *variables, struct facts *facts,
                       const struct rule *winner);

#endif
