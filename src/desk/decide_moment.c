/*
 * decide_moment: see the header.
 *
 * A hand-over, an opt-out and an answer are known by the effects that the decision has so far, so it does not matter who
 * brought them about: a rule, a step or a backend. What a limit says instead of an answer is none, and neither is what the
 * clock alone brings about (a reminder, or that nobody comes).
 *
 * A condition that takes too many steps is not true; which is counted against nobody, for whoever it was has acted already.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "desk/decide_attribute.h"
#include "desk/decide_moment.h"
#include "desk/decide_notice.h"
#include "desk/decide_say.h"
#include "flow/step.h"
#include "rules/occasion.h"

enum { UNSET_SHOWN_MAX = 100, UNSET_MAX = 20 };

struct effect *decide_add_at(const struct moment_at *at, enum effect_kind kind)
{
    struct effect *effect = decide_add(at->decision, kind, at->rule);

    effect->step = at->step;
    effect->moment = at->moment;
    return effect;
}

void decide_note_unset(struct decision *decision, const struct unset *unset, const char *text)
{
    size_t len = strlen(text);

    if (decision->unset_count == UNSET_MAX)
        return;
    if (decision->unset == NULL)
        decision->unset = alloc_array(UNSET_MAX, sizeof *decision->unset);
    len = len <= UNSET_SHOWN_MAX ? len : utf8_floor(text, len, UNSET_SHOWN_MAX);
    decision->unset[decision->unset_count] = *unset;
    decision->unset[decision->unset_count++].text = alloc_bytes(text, len);
}

/* Rows */

struct wanted {
    enum moment moment;
    const struct rule *rule;
    const struct step *step;
    bool is_parting;
};

static bool is_due(const struct moment_at *at, const struct wanted *wanted, const struct occasion *when)
{
    return when->at == wanted->moment && when->rule == wanted->rule && when->step == wanted->step &&
           when->awaits_parting == wanted->is_parting &&
           (when->only_if == NULL ||
            facts_test_matched(at->facts, when->only_if, at->variables->pattern) == EXPRESSION_YES);
}

/* Those of a rule lie with it, the others together. */
static void take_attributes(struct moment_at *at, const struct wanted *wanted)
{
    const struct ruleset *ruleset = at->variables->ruleset;
    const struct attribute *list = wanted->rule != NULL ? wanted->rule->attributes : ruleset->attributes;
    size_t count = wanted->rule != NULL ? wanted->rule->attribute_count : ruleset->general_count;

    for (size_t i = 0; i < count; i++)
        if (decide_may_set(at, &list[i]) && is_due(at, wanted, &list[i].when))
            decide_attribute(at, &list[i]);
}

static void take_rows(struct moment_at *at, const struct wanted *wanted)
{
    const struct ruleset *ruleset = at->variables->ruleset;

    at->first = at->decision->effect_count;
    take_attributes(at, wanted);
    for (size_t i = 0; i < ruleset->custom_event_count; i++)
        if (is_due(at, wanted, &ruleset->custom_events[i].when))
            decide_custom_event(at, &ruleset->custom_events[i]);
    for (size_t i = 0; i < ruleset->notice_count; i++)
        if (is_due(at, wanted, &ruleset->notices[i].when))
            decide_notice(at, &ruleset->notices[i]);
}

void decide_moment_of_rule(struct decision *decision, struct variables *variables, struct facts *facts,
                           const struct rule *rule)
{
    struct moment_at at = { .decision = decision, .variables = variables, .facts = facts, .rule = rule };

    take_rows(&at, &(struct wanted){ .moment = MOMENT_RULE, .rule = rule });
}

void decide_moment_of_step(struct search *search, struct variables *variables, const struct flow *flow,
                           const struct step *step, const struct run_variables *answers)
{
    struct moment_at at = { .decision = search->decision, .variables = variables, .facts = &search->facts,
                            .step = step->full_name, .is_of_step = true };
    const struct pattern *pattern = variables->pattern;

    variables->pattern = NULL; /* the groups of a match are the run's by now */
    variables->answers = search->facts.answers = answers;
    variables->title = flow->title;
    take_rows(&at, &(struct wanted){ .moment = MOMENT_STEP, .step = step });
    variables->pattern = pattern;
    variables->answers = search->facts.answers = NULL;
    variables->title = NULL;
}

/* What was brought about */

static const struct effect *find_effect(const struct decision *decision, enum effect_kind kind)
{
    for (size_t i = 0; i < decision->effect_count; i++)
        if (decision->effects[i].kind == kind)
            return &decision->effects[i];
    return NULL;
}

static void take_brought(struct search *search, struct variables *variables, enum moment moment, enum effect_kind kind)
{
    const struct effect *brought = find_effect(search->decision, kind);
    struct moment_at at = { .decision = search->decision, .variables = variables, .facts = &search->facts };

    if (brought == NULL)
        return;
    at.rule = brought->rule;
    at.step = brought->step;
    take_rows(&at, &(struct wanted){ .moment = moment });
}

static bool is_answer(const struct search *search, const struct variables *variables)
{
    enum input_kind kind = variables->input->kind;

    return kind != INPUT_CLOCK && kind != INPUT_NOBODY && !search->decision->is_silenced;
}

/* Does any row wait for what many bring about? */
static bool has_rows(const struct ruleset *ruleset)
{
    return ruleset->general_count > 0 || ruleset->custom_event_count > 0 || ruleset->notice_count > 0;
}

void decide_moments(struct search *search, struct variables *variables)
{
    const struct rule *winner = search->decision->rule;
    struct span span;

    if (!has_rows(search->ruleset) || variables->input->kind == INPUT_PARTING)
        return;
    variables->pattern = winner != NULL ? search_match_again(search, winner, &span) : NULL;
    take_brought(search, variables, MOMENT_HANDOFF, EFFECT_HANDOFF);
    take_brought(search, variables, MOMENT_OPT_OUT, EFFECT_OPT_OUT);
    if (is_answer(search, variables))
        take_brought(search, variables, MOMENT_REPLY, EFFECT_SAY);
    variables->pattern = NULL;
}

void decide_parting(struct search *search, struct variables *variables)
{
    enum moment moment = variables->input->parting->is_close ? MOMENT_CLOSE : MOMENT_HANDOFF;
    struct moment_at at = { .decision = search->decision, .variables = variables, .facts = &search->facts,
                            .moment = moment_names[moment] };

    search->facts.decision = search->decision;
    take_rows(&at, &(struct wanted){ .moment = moment, .is_parting = true });
}
