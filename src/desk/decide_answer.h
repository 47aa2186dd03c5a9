/*
 * decide_answer: what a backend said becomes effects. Part of desk/decide.
 *
 * Its Markdown becomes the channel's own text. Its deeds are those of its row's list, checked by backend/vendor; here they
 * are checked against the ruleset in force once more, which may be another one by now. At the end of a chain that could
 * not answer, a person of its team takes over, or the phrase `sorry` is said: nobody is left without a word.
 */
#ifndef DESK_DECIDE_ANSWER_H
#define DESK_DECIDE_ANSWER_H

#include <stdbool.h>

#include "base/buf.h"
#include "desk/decide_flow.h"
#include "desk/decide_search.h"
#include "desk/decide_variable.h"
#include "rules/ai_phrase.h"

/* INPUT_ANSWER, INPUT_GAVE_UP. */
void decide_answer(struct search *search, struct variables *variables, struct dialogue *dialogue);
void decide_gave_up(struct search *search, struct dialogue *dialogue);

/* The text as the customer is to read it, behind the notice that a machine answers, where the owner wants one. False: none. */
bool decide_answer_text(const struct search *search, struct variables *variables, const struct decide_reply *reply,
                        struct buf *out);

/* What a phrase says, appended; the built-in one where a row of the rules says nothing. False: there is nothing to say. */
bool decide_phrase(const struct search *search, struct variables *variables, enum ai_phrase phrase, struct buf *out);

/* Does it hand over or close? */
bool decide_answer_ends(const struct search *search, const struct decide_reply *reply);

/* Takes the text over, if there is any. */
void decide_answer_say(struct search *search, const struct decide_reply *reply, struct buf *text);

/* The variables that a model sets; an over-long value sets nothing. By a rule or for a step, as in
 * decision; the effects borrow the names. */
void decide_take_sets(struct decision *decision, const struct vendor_deed *deeds, size_t count,
                      const struct rule *rule, const char *step);

/* Hands over, closes, sets, and starts a flow: what comes of it goes behind what is in the decision. */
void decide_answer_deeds(struct search *search, struct dialogue *dialogue, const struct decide_reply *reply);

#endif
