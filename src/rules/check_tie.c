/*
 * check_tie: rules that the order of the files tells apart.
 *
 * Two rules of one priority tie when the second would take every example of the first. The example holds, as
 * long as nobody moves a row. One example may well touch two subjects, so that a rule needs EXAMPLES_LEAST
 * before it counts as one. The number of tries is bounded for the whole set; what is left is not judged.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "rules/checks.h"

enum { EXAMPLES_LEAST = 2, EXAMPLES_TRIED = 8 };

struct tie {
    struct check *check;
    const struct rule *rule;
    struct buf examples[EXAMPLES_TRIED]; /* folded */
    size_t count;
};

static int compare_examples(const void *a, const void *b)
{
    const struct rule_example *left = *(const struct rule_example *const *)a;
    const struct rule_example *right = *(const struct rule_example *const *)b;
    if (left->rule != right->rule)
        return left->rule < right->rule ? -1 : 1;
    return (left > right) - (left < right);
}

static bool takes_all_examples(struct tie *tie, const struct rule *rule)
{
    for (size_t i = 0; i < tie->count; i++)
        if (tie->check->tries_left-- <= 0 || !check_takes(tie->check, rule, &tie->examples[i]))
            return false;
    return true;
}

/* Which rule behind it, of the same priority, takes all its examples? */
static void judge(struct tie *tie)
{
    const struct rule *rule = tie->rule, *other = rule + 1;
    const struct rule *end = tie->check->ruleset->rules + tie->check->ruleset->rule_count;
    for (; other < end && other->priority == rule->priority; other++)
        if (!rule_is_conditional(other) && !rule_takes_all(other) && takes_all_examples(tie, other)) {
            check_warn_rule(
                tie->check, rule,
                "the rules %s and %s (%s:%d) tie: both have the priority %d and take all examples "
                "of %s, so the order of the files decides; give one of them a higher priority",
                rule->name, other->name, other->file, other->line, rule->priority, rule->name);
            return;
        }
}

static void take_examples(struct tie *tie, const struct rule_example **list, size_t count)
{
    tie->rule = list[0]->rule;
    tie->count = count < EXAMPLES_TRIED ? count : EXAMPLES_TRIED;
    for (size_t i = 0; i < tie->count; i++) {
        buf_clear(&tie->examples[i]);
        check_fold(list[i]->text, &tie->examples[i]);
    }
}

void check_ties(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    const struct rule_example **sorted = alloc_array(ruleset->example_count + 1, sizeof *sorted);
    struct tie tie = { .check = check };
    size_t count = 0, end;
    for (size_t i = 0; i < ruleset->example_count; i++)
        if (ruleset->examples[i].must_win)
            sorted[count++] = &ruleset->examples[i];
    qsort(sorted, count, sizeof *sorted, compare_examples);
    for (size_t i = 0; i < count && check->tries_left > 0; i = end) {
        for (end = i; end < count && sorted[end]->rule == sorted[i]->rule; end++)
            ;
        if (end - i < EXAMPLES_LEAST || rule_is_conditional(sorted[i]->rule))
            continue;
        take_examples(&tie, sorted + i, end - i);
        judge(&tie);
    }
    for (size_t i = 0; i < EXAMPLES_TRIED; i++)
        buf_release(&tie.examples[i]);
    free(sorted);
}
