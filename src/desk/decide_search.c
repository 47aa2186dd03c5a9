/*
 * decide_search: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "desk/decide_flood.h"
#include "desk/decide_search.h"
#include "rules/index.h"

static const struct span NO_SPAN = { (size_t)-1, (size_t)-1 };

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
    if (rule->action == ACTION_CONSULT && flood_bars_consult(search->ruleset, search->state, rule)) {
        note_passed(search, rule, PASS_CONSULTS);
        search->has_barred = true;
        return false;
    }
    if (rule->action != ACTION_TAG)
        return true;
    note_passed(search, rule, PASS_TAGGED);
    if (decision->tagged_count < TAGS_MAX)
        decision->tagged[decision->tagged_count++] = rule;
    return false;
}

static bool interrupts(const struct rule *rule)
{
    return rule->interrupts || rule->action == ACTION_OPT_OUT || rule->action == ACTION_OPT_IN;
}

static bool is_among(enum search_among among, const struct rule *rule)
{
    switch (among) {
    case AMONG_ALL: return true;
    case AMONG_INTERRUPTS: return interrupts(rule);
    case AMONG_MARKED: return rule->interrupts;
    case AMONG_WORDED:
        return !interrupts(rule) && (rule->words != NULL || rule->pattern != NULL) && rule->action != ACTION_IGNORE;
    }
    abort();
}

/*
 * "please cancel my order", said to a dialogue, wants to break it off or answers it. Whoever is opted out by mistake is lost for
 * good: so words of flow_cancel_words are no opt-out there, wherever in the message they stand.
 */
static bool only_breaks_off(struct search *search, const struct rule *rule)
{
    const char *folded = buf_text(&search->decision->folded);
    struct span of_piece;

    return search->among == AMONG_INTERRUPTS && rule->action == ACTION_OPT_OUT && search->words.start != (size_t)-1 &&
           pattern_match(search->ruleset->cancel_words, search->matcher, folded + search->words.start,
                         search->words.end - search->words.start, &of_piece) == PATTERN_YES;
}

static bool wins(struct search *search, const struct rule *rule)
{
    if (!may_act(search->state, rule) || !is_among(search->among, rule))
        return false;
    search->words = search->unless = NO_SPAN;
    if (is_disabled(search->state, rule)) {
        note_passed(search, rule, PASS_DISABLED);
        return false;
    }
    if (!takes(search, rule))
        return false;
    if (only_breaks_off(search, rule)) {
        note_passed(search, rule, PASS_BREAKS_OFF);
        return false;
    }
    return ends_search(search, rule);
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

bool search_is_gated(const struct search *search)
{
    return search->state->is_opted_out || is_with_agent(search->state);
}

const struct rule *search_winner(struct search *search, enum search_among among)
{
    const struct ruleset *ruleset = search->ruleset;
    struct decision *decision = search->decision;
    search->among = among;
    search->facts.decision = NULL;
    size_t position = decision->is_thorough ? find_winner_thoroughly(search) : find_winner(search);
    bool has_winner = position < ruleset->rule_count;

    decision->tried = position + has_winner;
    if (search_is_gated(search))
        decision->tried = rule_index_consents(ruleset->index, decision->tried, search->state->is_opted_out);
    search->facts.decision = decision; /* what follows may ask for what the message sets */
    return has_winner ? &ruleset->rules[position] : NULL;
}

const struct pattern *search_match_again(struct search *search, const struct rule *rule, struct span *span)
{
    matcher_begin(search->matcher); /* what matched a moment ago must match again */
    if (match(search, rule, rule->pattern, span) == PATTERN_YES)
        return rule->pattern;
    if (match(search, rule, rule->words, span) == PATTERN_YES)
        return rule->words;
    *span = NO_SPAN;
    return NULL;
}

bool search_says(struct search *search, const struct pattern *words)
{
    const struct buf *folded = &search->decision->folded;
    return pattern_match(words, search->matcher, buf_text(folded), folded->len, NULL) == PATTERN_YES;
}
