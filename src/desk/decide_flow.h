/*
 * decide_flow: the dialogue that is under way, as a decision sees it. Part of desk/decide.
 *
 * Between dialogue_begin and dialogue_end the run is stepped (flow/step.h) in memory; each step appends its effects to
 * the decision's, and dialogue_end writes what became of the run. A verb without a run that it could act on does nothing.
 */
#ifndef DESK_DECIDE_FLOW_H
#define DESK_DECIDE_FLOW_H

#include <stdbool.h>

#include "desk/decide.h"
#include "desk/decide_search.h"
#include "desk/decide_variable.h"
#include "flow/step.h"

struct dialogue {
    struct search *search; /* these three are set by the caller */
    struct variables *variables;
    const struct decide_input *input;

    struct buf chosen; /* what a typed number stands for */
    struct run_variables left; /* what passages knew that have ended */

    bool is_there; /* a run is under way */
    bool has_env;
    struct run run;
    struct flow_env env;
};

void dialogue_begin(struct dialogue *dialogue);
void dialogue_end(struct dialogue *dialogue);

bool dialogue_awaits_call(const struct dialogue *dialogue);
bool dialogue_offers_choices(const struct dialogue *dialogue); /* the step that waits */

/*
 * Is the message a plain yes or no, in any language? To a question it is an answer, whatever an opt-out rule makes of it:
 * who says "no" to "are you allergic?" does not mean us.
 */
bool dialogue_hears_yes_or_no(struct dialogue *dialogue);

/* A flow begins, on top of what waits; `values` is a JSON object of texts that may be its answers. */
void dialogue_enter(struct dialogue *dialogue, const struct flow *flow, const char *values);

/* Did the message come before the question that waits was put? Then it can be no answer to it, nor a wrong one. */
bool dialogue_was_not_asked_yet(const struct dialogue *dialogue);

/* The message as an answer: false, and nothing has happened, when it is none. */
bool dialogue_answer(struct dialogue *dialogue);
void dialogue_wrong(struct dialogue *dialogue);
void dialogue_cancel(struct dialogue *dialogue);

/* A rule has answered in between: back to the question. */
void dialogue_resume(struct dialogue *dialogue);

/* INPUT_RESULT, INPUT_CLOCK. */
void dialogue_event(struct dialogue *dialogue, const struct decide_input *input);

/* Something else has ended it; nothing is said. `outcome` must last. */
void dialogue_drop(struct dialogue *dialogue, const char *outcome);

#endif
