/*
 * decide: one message against the rules, in the order in which they stand in the ruleset.
 *
 * 1. Fold the text and cut it to what rules may see.
 * 2. Walk the rules that the index takes for possible (rules/index.h), or all of them when the caller wants
 *    to know about each. The gate (a person's conversation, an opted-out contact) leaves only the consent
 *    rules; a disabled rule is passed by; the first that takes the message wins. Both walks come to the same
 *    winner: tests/fuzz/fuzz_index.c looks for a text where they do not.
 * 3. Match the winner once more. The search left the matcher with the groups of whatever ran last (its
 *    `unless`), and a match is repeatable, so asking again is simpler than keeping every candidate's groups.
 * 4. Turn its action into effects. ACTS has a row per action: which change it makes to the conversation, and
 *    what the message counts as when nothing is said. The change comes first, then the sentence, which so
 *    belongs to the time after it: a hand-over's sentence carries the new epoch.
 *
 * Tag rules come before all that, each with its own groups: its tag, and what it sets.
 *
 * What the Braze profile learns of it comes last (decide_attribute.c).
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
#include "desk/button.h"
#include "desk/decide.h"
#include "desk/decide_attribute.h"
#include "desk/decide_fact.h"
#include "desk/decide_say.h"
#include "desk/decide_variable.h"
#include "rules/index.h"
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
};

/* One decision in the making. */
struct search {
    const struct ruleset *ruleset;
    struct matcher *matcher;
    const struct decide_state *state;
    struct decision *decision;
    int64_t now;
    struct facts facts;
    struct span words, unless; /* of the rule that is being judged */
};

static bool is_with_agent(const struct decide_state *state)
{
    return strcmp(state->owner, "agent") == 0;
}

static bool may_act(const struct decide_state *state, const struct rule *rule)
{
    if (!state->is_opted_out && !is_with_agent(state))
        return true;
    return rule->action == ACTION_OPT_OUT || (rule->action == ACTION_OPT_IN && state->is_opted_out);
}

static bool is_disabled(const struct decide_state *state, const struct rule *rule)
{
    const char *const *name = state->disabled_rules;
    for (; name != NULL && *name != NULL; name++)
        if (strcmp(*name, rule->name) == 0)
            return true;
    return false;
}

/* Who had not even the words is of interest to the thorough only; tags are kept in a list of their own. */
static void note_passed(struct search *search, const struct rule *rule, enum pass_reason why)
{
    struct decision *decision = search->decision;
    if ((why == PASS_NO_MATCH || why == PASS_TAGGED) && !decision->is_thorough)
        return;
    if (decision->passed_over_count == decision->passed_over_room) {
        decision->passed_over_room = 2 * decision->passed_over_room + 8;
        decision->passed_over = alloc_resize(decision->passed_over, decision->passed_over_room,
                                             sizeof *decision->passed_over);
    }
    decision->passed_over[decision->passed_over_count++] = (struct passed_over){
        .rule = rule, .why = why, .match = search->words, .unless = search->unless,
    };
}

static void note_limit(struct decision *decision, const struct rule *rule)
{
    size_t count = decision->limit_hit_count;
    bool is_noted = count > 0 && decision->limit_hits[count - 1] == rule;
    if (!is_noted && count < LIMIT_HITS_MAX)
        decision->limit_hits[decision->limit_hit_count++] = rule;
}

/* PATTERN_NO for a pattern that is not given. */
static enum pattern_result match(struct search *search, const struct rule *rule,
                                 const struct pattern *pattern, struct span *span)
{
    const struct buf *folded = &search->decision->folded;
    if (pattern == NULL)
        return PATTERN_NO;
    enum pattern_result result = pattern_match(pattern, search->matcher, buf_text(folded), folded->len, span);
    if (result == PATTERN_LIMIT)
        note_limit(search->decision, rule);
    return result;
}

/* The pattern before the words, since only the pattern has groups to fill. */
static enum pattern_result match_either(struct search *search, const struct rule *rule, struct span *span)
{
    enum pattern_result by_pattern = match(search, rule, rule->pattern, span);
    if (by_pattern == PATTERN_YES)
        return PATTERN_YES;
    enum pattern_result by_words = match(search, rule, rule->words, span);
    return by_words != PATTERN_NO ? by_words : by_pattern;
}

static enum pass_reason pass_reason(enum pattern_result result, enum pass_reason otherwise)
{
    return result == PATTERN_LIMIT ? PASS_LIMIT : result == PATTERN_SPENT ? PASS_SPENT : otherwise;
}

/* What the rule that was just passed over had read. */
static void note_facts(struct search *search, const struct rule *rule)
{
    struct decision *decision = search->decision;
    struct buf facts = { 0 };
    if (!decision->is_thorough)
        return;
    facts_format(&search->facts, rule->only_if, rule->pattern, &facts);
    decision->passed_over[decision->passed_over_count - 1].facts = buf_detach(&facts);
}

/* Is its only_if true? If not, the reason is noted. */
static bool meets_condition(struct search *search, const struct rule *rule)
{
    if (rule->only_if == NULL)
        return true;
    enum expression_result result = facts_test(&search->facts, rule->only_if, rule->pattern);
    if (result == EXPRESSION_LIMIT)
        note_limit(search->decision, rule);
    if (result != EXPRESSION_YES) {
        note_passed(search, rule, result == EXPRESSION_LIMIT ? PASS_LIMIT : PASS_CONDITION);
        note_facts(search, rule);
    }
    return result == EXPRESSION_YES;
}

/* Until when the rule cools down for this contact; 0: it does not. */
static int64_t cooling_until(const struct search *search, const struct rule *rule)
{
    for (size_t i = 0; i < search->state->cooling_count; i++) {
        const struct cooling *cooling = &search->state->cooling[i];
        if (cooling->until_at > search->now && strcmp(cooling->rule, rule->name) == 0)
            return cooling->until_at;
    }
    return 0;
}

/* Does the rule take the message? If not, the reason is noted. */
static bool takes(struct search *search, const struct rule *rule)
{
    enum pattern_result result = PATTERN_YES;
    if (rule->pattern != NULL || rule->words != NULL)
        result = match_either(search, rule, &search->words);
    if (result != PATTERN_YES) {
        note_passed(search, rule, pass_reason(result, PASS_NO_MATCH));
        return false;
    }
    result = match(search, rule, rule->unless, &search->unless);
    if (result != PATTERN_NO)
        note_passed(search, rule, pass_reason(result, PASS_UNLESS));
    return result == PATTERN_NO && meets_condition(search, rule);
}

/* The rule takes the message: is it the end of the search? A tag is noted, and whoever cools down waits. */
static bool ends_search(struct search *search, const struct rule *rule)
{
    struct decision *decision = search->decision;
    int64_t until_at = rule->cooldown_ms > 0 ? cooling_until(search, rule) : 0;
    if (until_at != 0) {
        note_passed(search, rule, PASS_COOLING);
        decision->passed_over[decision->passed_over_count - 1].until_at = until_at;
        return false;
    }
    if (rule->action != ACTION_TAG)
        return true;
    note_passed(search, rule, PASS_TAGGED);
    if (decision->tagged_count < TAGS_MAX)
        decision->tagged[decision->tagged_count++] = rule;
    return false;
}

static bool wins(struct search *search, const struct rule *rule)
{
    if (!may_act(search->state, rule))
        return false;
    search->words = search->unless = NO_SPAN;
    if (is_disabled(search->state, rule)) {
        note_passed(search, rule, PASS_DISABLED);
        return false;
    }
    return takes(search, rule) && ends_search(search, rule);
}

/* The first of the candidates that wins; its position, or the number of rules. */
static size_t find_winner(struct search *search)
{
    const struct ruleset *ruleset = search->ruleset;
    const struct buf *folded = &search->decision->folded;
    struct candidates candidates;
    size_t position;

    candidates_find(&candidates, ruleset->index, buf_text(folded), folded->len,
                    matcher_scratch(search->matcher));
    while (candidates_next(&candidates, &position))
        if (wins(search, &ruleset->rules[position]))
            return position;
    return ruleset->rule_count;
}

/*
 * The same, trying every rule. The index is asked only for whose steps count: what the usual way would not
 * have run must not take the effort from what it would.
 */
static size_t find_winner_thoroughly(struct search *search)
{
    const struct ruleset *ruleset = search->ruleset;
    const struct buf *folded = &search->decision->folded;
    struct candidates candidates;
    size_t position = 0, candidate = 0;

    candidates_find(&candidates, ruleset->index, buf_text(folded), folded->len,
                    matcher_scratch(search->matcher));
    if (!candidates_next(&candidates, &candidate))
        candidate = ruleset->rule_count;
    for (; position < ruleset->rule_count; position++) {
        size_t effort = matcher_effort(search->matcher);

        if (wins(search, &ruleset->rules[position]))
            break;
        if (position != candidate)
            matcher_set_effort(search->matcher, effort);
        else if (!candidates_next(&candidates, &candidate))
            candidate = ruleset->rule_count;
    }
    return position;
}

static const struct rule *choose(struct search *search)
{
    const struct ruleset *ruleset = search->ruleset;
    struct decision *decision = search->decision;
    size_t position = decision->is_thorough ? find_winner_thoroughly(search) : find_winner(search);
    bool has_winner = position < ruleset->rule_count;
    bool is_gated = search->state->is_opted_out || is_with_agent(search->state);

    decision->tried = position + has_winner;
    if (is_gated)
        decision->tried = rule_index_consents(ruleset->index, decision->tried, search->state->is_opted_out);
    return has_winner ? &ruleset->rules[position] : NULL;
}

/* The pattern of a rule that matches, with its span; NULL when it needs neither words nor pattern. */
static const struct pattern *match_again(struct search *search, const struct rule *rule, struct span *span)
{
    matcher_begin(search->matcher); /* what matched a moment ago must match again */
    if (match(search, rule, rule->pattern, span) == PATTERN_YES)
        return rule->pattern;
    if (match(search, rule, rule->words, span) == PATTERN_YES)
        return rule->words;
    *span = NO_SPAN;
    return NULL;
}

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

static void act(struct search *search, struct variables *variables)
{
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
    }
    decide_set(decision, variables, rule);
    decide_say(decision, variables, rule);
    decide_cool(decision, variables, rule);
    if (search->ruleset->attribute_count > 0)
        decide_attributes(decision, variables, &search->facts, rule);
}

/* Each tag rule's own groups count for what it sets. */
static void act_tags(struct search *search, struct variables *variables)
{
    struct decision *decision = search->decision;
    for (size_t i = 0; i < decision->tagged_count; i++) {
        const struct rule *rule = decision->tagged[i];
        struct span span;
        decide_tag(decision, rule);
        if (rule->set_count > 0 || rule->attribute_count > 0)
            variables->pattern = match_again(search, rule, &span);
        decide_set(decision, variables, rule);
        decide_cool(decision, variables, rule);
        decide_attributes_of(decision, variables, &search->facts, rule);
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
    decision->rule = choose(&search);
    search.facts.decision = decision; /* what follows may ask for what the message sets */

    struct variables variables = {
        .ruleset = ruleset, .state = state, .input = input, .now = now, .matcher = matcher,
        .matched = buf_text(&decision->folded), .decision = decision,
    };
    act_tags(&search, &variables);
    if (decision->rule != NULL)
        variables.pattern = match_again(&search, decision->rule, &decision->match);
    write_groups(&variables, &decision->variables);
    if (decision->rule != NULL)
        act(&search, &variables);
    decide_keep(decision, &variables);
    facts_release(&search.facts);
    if (is_with_agent(state) && decision->outcome != OUTCOME_ANSWER)
        decision->outcome = OUTCOME_AGENT;
    variables_release(&variables);
}

void decision_release(struct decision *decision)
{
    for (size_t i = 0; i < decision->effect_count; i++) {
        free(decision->effects[i].text);
        free(decision->effects[i].buttons);
    }
    free(decision->effects);
    buf_release(&decision->remembered);
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
