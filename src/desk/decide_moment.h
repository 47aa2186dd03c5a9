/*
 * decide_moment: what the customer's file learns, and who is told of it, when the moment comes. Part of desk/decide.
 *
 * Each of these appends EFFECT_ATTRIBUTE, EFFECT_ENTRY and EFFECT_NOTICE effects, in the order of attributes, custom events
 * and notices, each in file order. Of a name that is set there is at most one in a decision, the first, save that a later
 * step goes before what stood; increments add up over the moments of a decision, and at one of them the first counts; what
 * is added to arrays or taken out of them, events and notices all count.
 */
#ifndef DESK_DECIDE_MOMENT_H
#define DESK_DECIDE_MOMENT_H

#include "desk/decide.h"
#include "desk/decide_fact.h"
#include "desk/decide_search.h"
#include "desk/decide_variable.h"

/* A moment that has come; all borrowed. */
struct moment_at {
    struct decision *decision;
    struct variables *variables;
    struct facts *facts;
    const struct rule *rule; /* whose doing it is, as in the effects that come of it */
    const char *step, *moment;
    bool is_of_step;         /* what stood before gives way */
    size_t first;            /* effects from here on are of this moment */
};

/* A rule has taken the message; `variables` knows the groups of its match, which the matcher still holds. */
void decide_moment_of_rule(struct decision *decision, struct variables *variables, struct facts *facts,
                           const struct rule *rule);

/* A step has been answered, or is done, with these variables in the run. */
void decide_moment_of_step(struct search *search, struct variables *variables, const struct flow *flow,
                           const struct step *step, const struct run_variables *answers);

/* What the decision has brought about: a hand-over, an opt-out, an answer. To be called once all else stands. */
void decide_moments(struct search *search, struct variables *variables);

/* INPUT_PARTING. */
void decide_parting(struct search *search, struct variables *variables);

/* Notes that nothing came of an attribute, of a property (`of`: its event; else NULL) or of a notice. */
void decide_note_unset(struct decision *decision, const struct unset *unset, const char *text);

/* A new effect of the moment; the pointer is good until the next. */
struct effect *decide_add_at(const struct moment_at *at, enum effect_kind kind);

#endif
