/*
 * check_condition: conditions that are the same for every message, and the word NULL where none was meant.
 *
 * - An only_if that asks for no fact and no variable: '1 = 2', or '''open''' where :open was meant. It is
 *   evaluated here, once and for all.
 * - NULL between quotes, which is a word: said to customers, or waited for. (In only_if it is refused.)
 */
#include "rules/checks.h"
#include "rules/row.h"

enum { SAY_MAX = 64 }; /* more is not the word */

static void nothing_to_look_up(void *context, const char *name, struct expression_value *value)
{
    (void)context, (void)name, (void)value;
}

void check_constants(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->only_if == NULL || expression_name_count(rule->only_if) > 0)
            continue;
        if (expression_test(rule->only_if, nothing_to_look_up, NULL) == EXPRESSION_YES)
            check_warn_rule(check, rule,
                            "the only_if of the rule %s, %s, is always true; leave it out, or ask for a fact "
                            "in it, as in :open = 0",
                            rule->name, rule->source_only_if);
        else
            check_warn_rule(check, rule,
                            "the rule %s can never win: its only_if, %s, is never true, since it asks for no "
                            "fact; a fact is written with a colon, as in :open = 0",
                            rule->name, rule->source_only_if);
    }
}

static void judge(struct check *check, const struct rule *rule, const char *column, const char *text)
{
    if (text != NULL && row_is_null_word(text))
        check_warn_rule(check, rule,
                        "%s of the rule %s is the word NULL between quotes, and taken at its word; where nothing "
                        "is meant write NULL without quotes",
                        column, rule->name);
}

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

static void judge_say(struct check *check, const struct rule *rule)
{
    struct template_env env = { know_nothing, NULL, NULL };
    struct buf text = { 0 };
    if (rule->say == NULL || template_name_count(rule->say) > 0)
        return;
    template_render(rule->say, &env, SAY_MAX, &text);
    judge(check, rule, "say", buf_text(&text));
    buf_release(&text);
}

void check_nulls(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        judge(check, rule, "words", rule->source_words);
        judge(check, rule, "pattern", rule->source_pattern);
        judge(check, rule, "unless", rule->source_unless);
        judge_say(check, rule);
    }
}
