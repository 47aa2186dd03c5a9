/*
 * decide: one message against the rules and the dialogue that may be under way.
 *
 * 1. Fold the text and cut it to what rules may see.
 * 2. Find who takes it (desk/decide_search): without a dialogue the first rule that does. With one, in this order: the
 *    rules that interrupt (opting out among them, but never by a plain "no"), the words that cancel, the step that waits
 *    for an answer, the rules that need words, and the step once more, for a wrong answer. The choices of a step are read
 *    before the words that cancel. While a service is being asked, only what interrupts is decided; everything else waits
 *    for its end.
 * 3. Turn the winner's action into effects. ACTS has a row per action: which change it makes to the conversation, and
 *    what the message counts as when nothing is said. Changes of ownership come before all sentences, which so belong
 *    to the time after them: a hand-over's sentence carries the new epoch.
 * 4. A rule that interrupted is followed by the way back into the dialogue, or ends it.
 *
 * A message that meets a limit is none of that: of the rules only a few may take it then (desk/decide_flood).
 *
 * Tag rules come before all that, each with its own groups: its tag, and what it sets.
 *
 * A repeated opt-out wins, for the record, and has no effect: whoever said stop gets one confirmation, not
 * one for each stop.
 *
 * Pure: neither clock nor state beyond the arguments; the matcher is scratch space.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "backend/backend.h"
#include "desk/button.h"
#include "desk/decide.h"
#include "desk/decide_answer.h"
#include "desk/decide_flood.h"
#include "desk/decide_flow.h"
#include "desk/decide_handoff.h"
#include "desk/decide_moment.h"
#include "desk/decide_say.h"
#include "desk/decide_search.h"
#include "desk/decide_variable.h"
#include "text/fold.h"

static const struct span NO_SPAN = { (size_t)-1, (size_t)-1 };

static const struct act {
    bool has_change;
    enum effect_kind change;
    enum decide_outcome silent; /* the outcome when the rule says nothing */
} ACTS[] = {
    [ACTION_SAY] = { false, EFFECT_SAY, OUTCOME_SILENCE },
    [ACTION_IGNORE] = { false, EFFECT_SAY, OUTCOME_SILENCE },
    [ACTION_OPT_OUT] = { true, EFFECT_OPT_OUT, OUTCOME_SILENCE },
    [ACTION_OPT_IN] = { true, EFFECT_OPT_IN, OUTCOME_SILENCE },
    [ACTION_HANDOFF] = { true, EFFECT_HANDOFF, OUTCOME_AGENT },
    [ACTION_CLOSE] = { true, EFFECT_CLOSE, OUTCOME_SILENCE },
    [ACTION_TAG] = { false, EFFECT_TAG, OUTCOME_NOBODY }, /* never wins */
    [ACTION_FLOW] = { true, EFFECT_FLOW, OUTCOME_SILENCE },
    [ACTION_CONSULT] = { true, EFFECT_CONSULT, OUTCOME_ANSWER },
};

/* The groups that took part, as a JSON object. */
static void write_groups(const struct variables *variables, struct buf *out)
{
    struct jsonw json = { .out = out };
    jsonw_object(&json, NULL);
    for (size_t i = 0; variables->pattern != NULL && i < pattern_group_count(variables->pattern); i++) {
        struct span group = matcher_group(variables->matcher, variables->pattern, i);
        if (group.start != (size_t)-1)
            jsonw_bytes(&json, pattern_group_name(variables->pattern, i), variables->matched + group.start,
                        group.end - group.start);
    }
    jsonw_end_object(&json);
}

static void say_closed(struct decision *decision, const struct rule *rule, struct buf *text)
{
    decide_add(decision, EFFECT_SAY, rule)->text = buf_detach(text);
    decision->outcome = OUTCOME_ANSWER;
}

static void act(struct search *search, struct variables *variables)
{
    struct buf closed = { 0 };
    struct decision *decision = search->decision;
    const struct rule *rule = decision->rule;
    const struct act *act = &ACTS[rule->action];
    decision->outcome = act->silent;
    if (rule->action == ACTION_OPT_OUT && variables->state->is_opted_out)
        return;
    if (act->has_change) {
        struct effect *effect = decide_add(decision, act->change, rule);
        effect->team = rule->team;
        effect->flow = rule->flow;
        effect->backend = rule->backend;
    }
    decide_set(decision, variables, rule);
    if (rule->action == ACTION_HANDOFF && decide_closed(search, variables, rule->team, &closed))
        say_closed(decision, rule, &closed);
    /* Who joins a turn has heard its "one moment" already. */
    else if (rule->action != ACTION_CONSULT || variables->state->consulted == NULL)
        decide_say(decision, variables, rule);
    decide_cool(decision, variables, rule);
    decide_moment_of_rule(decision, variables, &search->facts, rule);
}

/* Each tag rule's own groups count for what it sets. */
static void act_tags(struct search *search, struct variables *variables, size_t first)
{
    struct decision *decision = search->decision;
    for (size_t i = first; i < decision->tagged_count; i++) {
        const struct rule *rule = decision->tagged[i];
        struct span span;
        decide_tag(decision, rule);
        if (rule->set_count > 0 || rule->attribute_count > 0 || search->ruleset->custom_event_count > 0 ||
            search->ruleset->notice_count > 0)
            variables->pattern = search_match_again(search, rule, &span);
        decide_set(decision, variables, rule);
        decide_cool(decision, variables, rule);
        decide_moment_of_rule(decision, variables, &search->facts, rule);
    }
    variables->pattern = NULL;
}

static void fold(const struct decide_state *state, const struct decide_input *input, struct buf *folded)
{
    struct buf chosen = { 0 };
    bool is_chosen = button_choose(state->choices, input->text, &chosen);
    const char *text = is_chosen ? buf_text(&chosen) : input->text;
    fold_text(text, strlen(text), folded);
    if (folded->len > MATCH_MAX)
        buf_truncate(folded, utf8_floor(folded->data, folded->len, MATCH_MAX));
    buf_release(&chosen);
}

/* The winner's effects, then what it means for the dialogue. */
static void act_and_follow(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    const struct rule *rule = search->decision->rule;

    variables->pattern = search_match_again(search, rule, &search->decision->match);
    write_groups(variables, &search->decision->variables);
    act(search, variables);
    switch (rule->action) {
    case ACTION_FLOW: dialogue_enter(dialogue, rule->flow, buf_text(&search->decision->variables)); break;
    case ACTION_HANDOFF:
    case ACTION_CLOSE:
    case ACTION_OPT_OUT: dialogue_drop(dialogue, ruleset_action_name(rule->action)); break;
    case ACTION_IGNORE:
    case ACTION_CONSULT: break; /* the question is put again behind the answer */
    default: dialogue_resume(dialogue);
    }
}

static bool take_by_rule(struct search *search, struct variables *variables, struct dialogue *dialogue,
                         enum search_among among)
{
    size_t tagged = search->decision->tagged_count;

    search->decision->rule = search_winner(search, among);
    act_tags(search, variables, tagged);
    if (search->decision->rule != NULL)
        act_and_follow(search, variables, dialogue);
    return search->decision->rule != NULL;
}

/* Nothing but an interruption is decided, and none that would ask a second question. */
static void decide_beside_call(struct search *search, struct variables *variables, struct dialogue *dialogue,
                               const struct rule *rule)
{
    if (rule == NULL || rule->action == ACTION_CONSULT) {
        search->decision->tagged_count = 0; /* all of it is decided again */
        search->decision->outcome = OUTCOME_WAITS;
        return;
    }
    search->decision->rule = rule;
    act_tags(search, variables, 0);
    act_and_follow(search, variables, dialogue);
}

/* What was said before the question was put is no answer to it; a backend, that takes whatever nobody else does, may have one. */
static bool take_by_consult(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    size_t tagged = search->decision->tagged_count;
    const struct rule *rule = search_winner(search, AMONG_ALL);

    search->decision->tagged_count = tagged; /* they have been noted */
    if (rule == NULL || rule->action != ACTION_CONSULT)
        return false;
    search->decision->rule = rule;
    act_and_follow(search, variables, dialogue);
    return true;
}

static void decide_in_dialogue(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    bool is_cancel = search_says(search, search->ruleset->cancel_words);
    bool is_choice = dialogue_offers_choices(dialogue);
    enum search_among first = dialogue_hears_yes_or_no(dialogue) ? AMONG_MARKED : AMONG_INTERRUPTS;

    if (dialogue_awaits_call(dialogue)) {
        decide_beside_call(search, variables, dialogue, is_cancel ? NULL : search_winner(search, first));
        return;
    }
    if (!is_cancel && take_by_rule(search, variables, dialogue, first))
        return;
    if (dialogue_was_not_asked_yet(dialogue)) {
        if (is_cancel) /* whatever she was asked meanwhile */
            dialogue_cancel(dialogue);
        else if (!take_by_rule(search, variables, dialogue, AMONG_WORDED) && !take_by_consult(search, variables, dialogue))
            search->decision->outcome = OUTCOME_NOBODY; /* the question stands */
        return;
    }
    if (is_cancel && !is_choice) {
        dialogue_cancel(dialogue);
        return;
    }
    if (dialogue_answer(dialogue))
        return;
    if (is_cancel)
        dialogue_cancel(dialogue);
    else if (!take_by_rule(search, variables, dialogue, AMONG_WORDED))
        dialogue_wrong(dialogue);
}

/* Must what the rule does wait until the turn that is being answered has ended? */
static bool must_wait(const struct search *search, const struct dialogue *dialogue, const struct rule *rule)
{
    const struct decide_state *state = search->state;

    if (rule == NULL)
        return dialogue->is_there;
    switch (rule->action) {
    case ACTION_HANDOFF:
    case ACTION_OPT_OUT:
    case ACTION_OPT_IN:
    case ACTION_CLOSE:
    case ACTION_IGNORE: return false;
    case ACTION_CONSULT: return !state->may_join || strcmp(rule->backend->name, state->consulted) != 0;
    case ACTION_FLOW: return true; /* its steps may ask a backend themselves */
    default: return !rule->interrupts;
    }
}

/* Whom a message may reach before a dialogue does. */
static enum search_among among_at_once(struct dialogue *dialogue)
{
    if (!dialogue->is_there)
        return AMONG_ALL;
    return dialogue_hears_yes_or_no(dialogue) ? AMONG_MARKED : AMONG_INTERRUPTS;
}

static void decide_beside_turn(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    struct decision *decision = search->decision;
    const struct rule *rule = search_winner(search, among_at_once(dialogue));

    if (must_wait(search, dialogue, rule)) {
        decision->tagged_count = 0; /* all of it is decided again */
        decision->outcome = OUTCOME_WAITS;
        return;
    }
    decision->rule = rule;
    act_tags(search, variables, 0);
    if (rule != NULL)
        act_and_follow(search, variables, dialogue);
}

/* Whom nobody would have answered is no trouble: the message stays unanswered. */
static void decide_in_flood(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    struct decision *decision = search->decision;
    const struct rule *rule = search_winner(search, among_at_once(dialogue));

    if (dialogue->is_there && !dialogue_awaits_call(dialogue) && !flood_may_act(rule)) {
        decision->tagged_count = 0;
        rule = search_winner(search, AMONG_WORDED);
    }
    if (rule == NULL ? dialogue->is_there : !flood_may_act(rule)) {
        flood_silence(search, variables, decision->limit);
        return;
    }
    decision->rule = rule;
    act_tags(search, variables, 0);
    if (rule != NULL)
        act_and_follow(search, variables, dialogue);
}

static void decide_message(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    struct decision *decision = search->decision;

    decision->limit = flood_met(search);
    if (decision->limit != LIMIT_NONE && !search_is_gated(search))
        decide_in_flood(search, variables, dialogue);
    else if (search->state->consulted != NULL && !search_is_gated(search))
        decide_beside_turn(search, variables, dialogue);
    else if (dialogue->is_there && !search_is_gated(search))
        decide_in_dialogue(search, variables, dialogue);
    else
        take_by_rule(search, variables, dialogue, AMONG_ALL);
    if (search->has_barred && decision->rule == NULL && decision->outcome == OUTCOME_NOBODY)
        flood_silence(search, variables, LIMIT_CONSULTS);
}

/* What happens without the customer's doing. It is nobody's turn in a conversation that is not the bot's. */
static void decide_event(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    const struct decide_input *input = dialogue->input;

    search->decision->outcome = OUTCOME_SILENCE;
    if (input->kind == INPUT_PARTING)
        decide_parting(search, variables);
    else if (input->kind == INPUT_NOBODY)
        decide_nobody(search, variables);
    else if (search->state->is_opted_out || strcmp(search->state->owner, "bot") != 0)
        dialogue_drop(dialogue, search->state->owner);
    else if (input->kind == INPUT_ANSWER)
        decide_answer(search, variables, dialogue);
    else if (input->kind == INPUT_GAVE_UP)
        decide_gave_up(search, dialogue);
    else
        dialogue_event(dialogue, input);
}

void decide(const struct ruleset *ruleset, struct matcher *matcher, const struct decide_state *state,
            const struct decide_input *input, int64_t now, struct decision *decision)
{
    struct search search = {
        .ruleset = ruleset, .matcher = matcher, .state = state, .decision = decision, .now = now,
    };
    fold(state, input, &decision->folded);
    matcher_begin(matcher);
    decision->match = NO_SPAN;
    decision->outcome = state->is_opted_out ? OUTCOME_SILENCE : OUTCOME_NOBODY;
    search.facts = (struct facts){ .ruleset = ruleset, .state = state, .input = input, .now = now,
                                   .matcher = matcher, .folded = &decision->folded };

    struct variables variables = {
        .ruleset = ruleset, .state = state, .input = input, .now = now, .matcher = matcher,
        .matched = buf_text(&decision->folded), .decision = decision,
    };
    struct dialogue dialogue = { .search = &search, .variables = &variables, .input = input };
    dialogue_begin(&dialogue);
    if (input->kind == INPUT_MESSAGE)
        decide_message(&search, &variables, &dialogue);
    else
        decide_event(&search, &variables, &dialogue);
    decide_moments(&search, &variables);
    dialogue_end(&dialogue);
    if (decision->variables.len == 0)
        buf_add_text(&decision->variables, "{}");
    decide_keep(decision, &variables);
    facts_release(&search.facts);
    if (strcmp(state->owner, "agent") == 0 && decision->outcome != OUTCOME_ANSWER)
        decision->outcome = OUTCOME_AGENT;
    variables_release(&variables);
}

const char *decision_action(const struct decision *decision)
{
    if (decision->rule != NULL)
        return ruleset_action_name(decision->rule->action);
    if (decision->is_silenced)
        return "flood";
    return decision->reading != NULL ? "step" : "none";
}

bool decision_has(const struct decision *decision, enum effect_kind kind)
{
    for (size_t i = 0; i < decision->effect_count; i++)
        if (decision->effects[i].kind == kind)
            return true;
    return false;
}

void decision_release(struct decision *decision)
{
    for (size_t i = 0; i < decision->effect_count; i++) {
        free(decision->effects[i].text);
        free(decision->effects[i].buttons);
        free(decision->effects[i].properties);
        free(decision->effects[i].url);
        free(decision->effects[i].body);
    }
    free(decision->effects);
    buf_release(&decision->run);
    buf_release(&decision->station);
    buf_release(&decision->station_after);
    buf_release(&decision->remembered);
    buf_release(&decision->collected);
    for (size_t i = 0; i < decision->passed_over_count; i++)
        free(decision->passed_over[i].facts);
    free(decision->passed_over);
    for (size_t i = 0; i < decision->unset_count; i++)
        free(decision->unset[i].text);
    free(decision->unset);
    buf_release(&decision->folded);
    buf_release(&decision->variables);
    *decision = (struct decision){ 0 };
}
