/*
 * check_example: rules that nothing proves, told in one sentence.
 *
 * A rule is proven by an example that it must win, or by what a customer writes in a talk: the rules that take such
 * a text are marked in their order, up to the first that nothing holds back. Whether a conversation stands in a
 * flow just then is not asked. A rule that takes everything needs no proof, and none is asked for where the only_if
 * speaks of what an example cannot bring along.
 */
#include <string.h>

#include "rules/checks.h"
#include "rules/talk.h"

/* Facts that are the same for all examples, or hang together with last_rule alone. */
static const char *const NOT_IN_EXAMPLES[] = {
    ":campaign", ":has_media", ":late", ":message_count", ":minutes_since_last", ":new_conversation",
    ":opted_out", ":owner", NULL,
};

static bool is_own_group(const struct rule *rule, const char *name)
{
    for (size_t i = 0; rule->pattern != NULL && i < pattern_group_count(rule->pattern); i++)
        if (strcmp(pattern_group_name(rule->pattern, i), name) == 0)
            return true;
    return false;
}

/* Does it ask for what an example cannot tell, as for what earlier messages have set? */
static bool is_beyond_examples(const struct rule *rule)
{
    for (size_t i = 0; rule->only_if != NULL && i < expression_name_count(rule->only_if); i++) {
        const char *name = expression_name(rule->only_if, i);
        if (*name == '@' && !is_own_group(rule, name + 1))
            return true;
        for (size_t j = 0; NOT_IN_EXAMPLES[j] != NULL; j++)
            if (strcmp(name, NOT_IN_EXAMPLES[j]) == 0)
                return true;
    }
    return false;
}

static void mark_examples(const struct ruleset *ruleset, char *is_proven)
{
    for (size_t i = 0; i < ruleset->example_count; i++)
        if (ruleset->examples[i].must_win)
            is_proven[ruleset->examples[i].rule - ruleset->rules] = 1;
}

static void mark_takers(struct check *check, const char *text, char *is_proven)
{
    const struct ruleset *ruleset = check->ruleset;
    struct buf folded = { 0 };
    bool is_taken = false;
    check_fold(text, &folded);
    for (size_t i = 0; i < ruleset->rule_count && !is_taken && check->tries_left-- > 0; i++) {
        const struct rule *rule = &ruleset->rules[i];
        if (!check_takes(check, rule, &folded))
            continue;
        is_proven[i] = 1;
        is_taken = !rule_is_conditional(rule);
    }
    buf_release(&folded);
}

static void mark_talks(struct check *check, char *is_proven)
{
    const struct ruleset *ruleset = check->ruleset;
    for (size_t i = 0; i < ruleset->talk_count; i++)
        for (size_t j = 0; j < ruleset->talks[i].line_count; j++)
            if (ruleset->talks[i].lines[j].customer != NULL)
                mark_takers(check, ruleset->talks[i].lines[j].customer, is_proven);
}

static void tell(struct check *check, const struct rule *first, size_t more)
{
    struct buf others = { 0 };
    if (more > 0)
        buf_addf(&others, more == 1 ? ", nor has %zu other rule" : ", nor have %zu other rules", more);
    check_warn_rule(check, first,
                    "the rule %s has no example%s; write what a customer would, as in INSERT INTO "
                    "rule_example (rule, text) VALUES ('%s', '…');",
                    first->name, buf_text(&others), first->name);
    buf_release(&others);
}

void check_examples(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    struct buf marks = { 0 };
    const struct rule *first = NULL;
    size_t count = 0;
    buf_reserve(&marks, ruleset->rule_count + 1);
    memset(marks.data, 0, ruleset->rule_count + 1);
    mark_examples(ruleset, marks.data);
    mark_talks(check, marks.data);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = &ruleset->rules[i];
        if (marks.data[i] || rule_takes_all(rule) || is_beyond_examples(rule))
            continue;
        first = count++ == 0 ? rule : first;
    }
    if (first != NULL)
        tell(check, first, count - 1);
    buf_release(&marks);
}
