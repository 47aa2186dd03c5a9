/*
 * build_rule: rules.
 *
 * A rule is compiled whole or refused: its words and patterns, its template with every name that this asks
 * for, the team and campaign it names, and what its action needs and cannot use. NEEDS has a row per action;
 * an action of a later version gets its row there, its word in ruleset_action_names, and its effect in
 * desk/decide.
 *
 * Rules are made in file order, then sorted by priority; a counting sort, because it keeps equal priorities
 * in file order, which is the tie-break the owner relies on. Names are looked up in a sorted index, which
 * also finds the duplicates, so that 10,000 rules load in a fraction of a second.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "flow/flow.h"
#include "rules/build.h"
#include "rules/fact.h"
#include "rules/variable.h"
#include "store/rulefile_table.h"
#include "text/words.h"

enum {
    RULES_MAX = 50 * 1000,
    PRIORITY_LEAST = 0,
    PRIORITY_MOST = 1000,
    PRIORITY_USUAL = 500,
    PATTERN_SHOWN_MAX = 60
};

const char RULE_ONLY_TAGS[] = "that rule only tags, and the next one takes the message";

const char *const ruleset_action_names[] = { [ACTION_SAY] = "say",
                                             [ACTION_IGNORE] = "ignore",
                                             [ACTION_OPT_OUT] = "opt_out",
                                             [ACTION_OPT_IN] = "opt_in",
                                             [ACTION_HANDOFF] = "handoff",
                                             [ACTION_CLOSE] = "close",
                                             [ACTION_TAG] = "tag",
                                             [ACTION_FLOW] = "flow",
                                             [ACTION_CONSULT] = "consult",
                                             NULL };

enum need { NEED_NO, NEED_MAY, NEED_MUST };

/* What an action needs of the columns say and target. */
static const struct {
    enum need say, target;
} NEEDS[] = {
    [ACTION_SAY] = { NEED_MUST, NEED_NO },      [ACTION_IGNORE] = { NEED_NO, NEED_NO },
    [ACTION_OPT_OUT] = { NEED_MAY, NEED_NO },   [ACTION_OPT_IN] = { NEED_MAY, NEED_NO },
    [ACTION_HANDOFF] = { NEED_MAY, NEED_MUST }, [ACTION_CLOSE] = { NEED_MAY, NEED_NO },
    [ACTION_TAG] = { NEED_NO, NEED_MAY },       [ACTION_FLOW] = { NEED_NO, NEED_MUST },
    [ACTION_CONSULT] = { NEED_MAY, NEED_MUST },
};

static const int64_t COOLDOWN_MOST_MS = (int64_t)365 * 24 * 3600 * 1000;

static int check_need(const struct row *row, const char *column, enum need need, const char *action,
                      struct error *error)
{
    bool is_given = row_value(row, column) != NULL;
    if (need == NEED_MUST && !is_given)
        return row_refuse(row, error, "a rule with the action %s needs %s, %s", action, column,
                          strcmp(column, "say") == 0       ? "the text of the answer"
                          : strcmp(action, "flow") == 0    ? "the name of a flow"
                          : strcmp(action, "consult") == 0 ? "the name of a backend"
                                                           : "the name of a team");
    if (need == NEED_NO && is_given)
        return row_refuse(row, error, "a rule with the action %s has no use for %s; write NULL", action,
                          column);
    return 0;
}

static int take_action(const struct row *row, struct rule *rule, struct error *error)
{
    int action;
    if (row_choose(row, "action", ruleset_action_names, ACTION_SAY, &action, error) != 0)
        return -1;
    rule->action = (enum rule_action)action;
    const char *name = ruleset_action_names[action];
    if (check_need(row, "say", NEEDS[action].say, name, error) != 0 ||
        check_need(row, "target", NEEDS[action].target, name, error) != 0)
        return -1;
    if (row_value(row, "say") != NULL)
        return 0;
    if (row_value(row, "campaign") != NULL)
        return row_refuse(row, error, "this rule says nothing, so it has no use for a campaign");
    if (row_value(row, "buttons") != NULL)
        return row_refuse(row, error, "this rule says nothing, so there is no text to put buttons under");
    return 0;
}

static int take_pattern(const struct row *row, struct rule *rule, struct error *error)
{
    rule->source_pattern = row_value(row, "pattern");
    if (rule->source_pattern == NULL)
        return 0;
    rule->pattern = pattern_new(rule->source_pattern, error);
    if (rule->pattern != NULL && variable_check_groups(rule->pattern, error) == 0)
        return 0;
    size_t shown = utf8_floor(rule->source_pattern, strlen(rule->source_pattern), PATTERN_SHOWN_MAX);
    error_prefix(error, "'%.*s'", (int)shown, rule->source_pattern);
    return row_blame(row, "pattern", error);
}

static int take_words(const struct row *row, const char *column, const char **source,
                      struct pattern **pattern, struct error *error)
{
    *source = row_value(row, column);
    if (*source == NULL)
        return 0;
    struct buf compiled = { 0 };
    if (words_compile(*source, &compiled, error) == 0)
        *pattern = pattern_new_generated(buf_text(&compiled), error);
    buf_release(&compiled);
    return *pattern != NULL ? 0 : row_blame(row, column, error);
}

struct naming {
    const struct ruleset *ruleset;
    const struct pattern *pattern;
};

/* What a condition may call @name: a group of its rule's pattern, or what matches set. */
static bool is_known_variable(const void *context, const char *name)
{
    const struct naming *naming = context;
    const struct pattern *pattern = naming->pattern;
    for (size_t i = 0; pattern != NULL && i < pattern_group_count(pattern); i++)
        if (strcmp(pattern_group_name(pattern, i), name) == 0)
            return true;
    return ruleset_has_variable(naming->ruleset, name);
}

int build_only_if(struct ruleset *ruleset, const struct row *row, const struct pattern *pattern,
                  const struct expression **only_if, const char **source, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    struct naming naming = { ruleset, pattern };
    *source = row_value(row, "only_if");
    if (*source == NULL)
        return 0;
    if (row_is_null_word(*source))
        return row_refuse(row, error,
                          "only_if is the word NULL between quotes; write NULL without them where there is no "
                          "condition");
    if (private->expressions == NULL)
        private->expressions = expressions_new();
    *only_if = expressions_add(private->expressions, *source, error);
    if (*only_if != NULL && fact_check(*only_if, pattern, is_known_variable, &naming, error) == 0 &&
        (private->is_stored || fact_check_values(*source, is_known_variable, &naming, error) == 0))
        return 0;
    return row_blame(row, "only_if", error);
}

static int take_say(const struct ruleset *ruleset, const struct row *row, struct rule *rule,
                    struct error *error)
{
    const char *source = row_value(row, "say");
    if (source == NULL)
        return 0;
    if (source[strspn(source, " \t\r\n")] == '\0')
        return row_refuse(row, error,
                          "say holds nothing but blanks; write NULL where there is nothing to say");
    rule->say = template_new(source, error);
    if (rule->say == NULL || variable_check_template(ruleset, rule->say, rule->pattern, error) != 0)
        return row_blame(row, "say", error);
    return 0;
}

static void list_known(const char *noun, const struct nearest *nearest, struct buf *advice)
{
    if (nearest->offers == 0)
        buf_add_text(advice, ", and no other either");
    if (nearest->offers == 0 && rule_table_find(noun, strlen(noun), NULL) >= 0)
        buf_addf(advice, "; write its row: INSERT INTO %s (name, …) VALUES ('%s', …);", noun, nearest->word);
    for (size_t i = 0; i < nearest->offers && i < NEAREST_SHOWN_MAX; i++)
        buf_addf(advice, "%s%s", i > 0 ? ", " : nearest->offers == 1 ? "; known is " : "; known are ", nearest->first[i]);
    buf_add_text(advice, nearest->offers > NEAREST_SHOWN_MAX ? " …" : "");
}

int build_refuse_unknown(const struct row *row, const char *noun, const struct nearest *nearest,
                         struct error *error)
{
    struct buf advice = { 0 };
    nearest_advise(nearest, NULL, &advice);
    if (nearest->best == NULL)
        list_known(noun, nearest, &advice);
    row_refuse(row, error, "there is no %s '%s'%s", noun, nearest->word, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int take_flow(const struct ruleset *ruleset, const struct row *row, struct rule *rule, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "target") };
    rule->flow = ruleset_flow(ruleset, nearest.word);
    for (size_t i = 0; rule->flow == NULL && i < ruleset->flow_count; i++)
        nearest_offer(&nearest, ruleset->flows[i].name);
    if (rule->flow == NULL)
        return build_refuse_unknown(row, "flow", &nearest, error);
    for (size_t i = 0; rule->pattern != NULL && i < pattern_group_count(rule->pattern); i++)
        if (strcmp(pattern_group_name(rule->pattern, i), VARIABLE_TITLE) == 0)
            return row_refuse(row, error, "in a flow {{ title }} is its title; choose another name for the group "
                                          "(?<title>…)");
    return 0;
}

static int take_interrupts(const struct row *row, struct rule *rule, struct error *error)
{
    if (row_yes_no(row, "interrupts", &rule->interrupts, error) != 0)
        return -1;
    if (rule->interrupts && rule->action == ACTION_TAG)
        return row_refuse(row, error, "a rule with the action tag lets every message pass on, and so interrupts nothing");
    return 0;
}

static int take_backend(const struct ruleset *ruleset, const struct row *row, struct rule *rule, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "target") };
    rule->backend = backend_find(ruleset->backends, ruleset->backend_count, nearest.word);
    for (size_t i = 0; rule->backend == NULL && i < ruleset->backend_count; i++)
        nearest_offer(&nearest, ruleset->backends[i].name);
    return rule->backend != NULL ? 0 : build_refuse_unknown(row, "backend", &nearest, error);
}

/* A team, a flow, a backend, or the name of a tag. */
static int take_target(const struct ruleset *ruleset, const struct row *row, struct rule *rule,
                       struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "target") };
    if (rule->action == ACTION_TAG)
        rule->tag = nearest.word != NULL ? nearest.word : rule->name;
    if (rule->action == ACTION_TAG || nearest.word == NULL)
        return 0;
    if (rule->action == ACTION_FLOW)
        return take_flow(ruleset, row, rule, error);
    if (rule->action == ACTION_CONSULT)
        return take_backend(ruleset, row, rule, error);
    rule->team = ruleset_team(ruleset, nearest.word);
    for (size_t i = 0; rule->team == NULL && i < ruleset->team_count; i++)
        nearest_offer(&nearest, ruleset->teams[i].name);
    return rule->team != NULL ? 0 : build_refuse_unknown(row, "team", &nearest, error);
}

static int take_campaign(const struct ruleset *ruleset, const struct row *row, struct rule *rule,
                         struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "campaign") };
    if (nearest.word == NULL)
        return 0;
    rule->campaign = ruleset_campaign(ruleset, nearest.word);
    for (size_t i = 0; rule->campaign == NULL && i < ruleset->campaign_count; i++)
        nearest_offer(&nearest, ruleset->campaigns[i].name);
    return rule->campaign != NULL ? 0 : build_refuse_unknown(row, "campaign", &nearest, error);
}

static int take_cooldown(const struct row *row, struct rule *rule, struct error *error)
{
    if (row_value(row, "cooldown") != NULL && (rule->action == ACTION_OPT_OUT || rule->action == ACTION_OPT_IN))
        return row_refuse(row, error, "a rule with the action %s counts each time it is said, and so has no cooldown",
                          ruleset_action_names[rule->action]);
    return row_duration(row, "cooldown", 1000, COOLDOWN_MOST_MS, 0, &rule->cooldown_ms, error);
}

static int take_rule(struct ruleset *ruleset, const struct row *row, struct rule *rule,
                     struct error *error)
{
    rule->file = row->file;
    rule->line = row->line;
    if (row_require(row, "name", &rule->name, error) != 0 ||
        row_number(row, "priority", PRIORITY_LEAST, PRIORITY_MOST, PRIORITY_USUAL, &rule->priority, error) !=
            0 ||
        take_action(row, rule, error) != 0 || take_pattern(row, rule, error) != 0 ||
        take_words(row, "words", &rule->source_words, &rule->words, error) != 0 ||
        take_words(row, "unless", &rule->source_unless, &rule->unless, error) != 0 ||
        build_only_if(ruleset, row, rule->pattern, &rule->only_if, &rule->source_only_if, error) != 0 ||
        take_say(ruleset, row, rule, error) != 0 ||
        take_target(ruleset, row, rule, error) != 0 || take_cooldown(row, rule, error) != 0 ||
        take_interrupts(row, rule, error) != 0 || take_campaign(ruleset, row, rule, error) != 0)
        return -1;
    return build_buttons(ruleset, row, rule, error);
}

/* Highest priority first; equal priorities stay in file order. */
static void sort_rules(struct ruleset *ruleset)
{
    struct ruleset_private *private = ruleset->private;
    size_t first[PRIORITY_MOST + 2] = { 0 };
    for (size_t i = 0; i < ruleset->rule_count; i++)
        first[PRIORITY_MOST - private->rules[i].priority + 1]++;
    for (size_t i = 1; i < PRIORITY_MOST + 2; i++)
        first[i] += first[i - 1];

    struct rule *sorted = alloc_array(ruleset->rule_count, sizeof *sorted);
    for (size_t i = 0; i < ruleset->rule_count; i++)
        sorted[first[PRIORITY_MOST - private->rules[i].priority]++] = private->rules[i];
    free(private->rules);
    ruleset->rules = private->rules = sorted;
}

/* By name; of equal names in the order in which the rules are kept, which is that of the files at first. */
static int compare_names(const void *a, const void *b)
{
    const struct rule *left = *(const struct rule *const *)a, *right = *(const struct rule *const *)b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : (left > right) - (left < right);
}

static void index_names(struct ruleset *ruleset)
{
    struct ruleset_private *private = ruleset->private;
    for (size_t i = 0; i < ruleset->rule_count; i++)
    private->by_name[i] = &private->rules[i];
    qsort(private->by_name, ruleset->rule_count, sizeof *private->by_name, compare_names);
}

static int refuse_duplicates(const struct ruleset *ruleset, struct error *error)
{
    const struct rule *const *by_name = ruleset->private->by_name;
    for (size_t i = 1; i < ruleset->rule_count; i++)
        if (strcmp(by_name[i]->name, by_name[i - 1]->name) == 0)
            return error_set(error, "%s:%d: there is already a rule '%s' in %s:%d", by_name[i]->file,
                             by_name[i]->line, by_name[i]->name, by_name[i - 1]->file, by_name[i - 1]->line);
    return 0;
}

/* A name that no message is taken under makes the condition false for ever, or true. */
static int check_last_rule(const struct ruleset *ruleset, const char *name, struct error *error)
{
    const struct rule *rule = ruleset_rule(ruleset, name);
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    if (rule != NULL && rule->action == ACTION_TAG)
        return error_set(error, ":last_rule is never '%s': %s", name, RULE_ONLY_TAGS);
    if (rule != NULL)
        return 0;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        nearest_offer(&nearest, ruleset->rules[i].name);
    nearest_advise(&nearest, NULL, &advice);
    error_set(error, ":last_rule is never '%s': there is no rule of that name%s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int check_channel(const struct ruleset *ruleset, const char *name, struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    if (ruleset_channel(ruleset, name) != NULL)
        return 0;
    for (size_t i = 0; i < ruleset->channel_count; i++)
        nearest_offer(&nearest, ruleset->channels[i].name);
    nearest_advise(&nearest, NULL, &advice);
    error_set(error, ":channel is never '%s': there is no channel of that name%s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int check_known(const void *context, enum fact fact, const char *name, struct error *error)
{
    return fact == FACT_CHANNEL ? check_channel(context, name, error) : check_last_rule(context, name, error);
}

int build_check_known(const struct ruleset *ruleset, const char *source, struct error *error)
{
    return ruleset->private->is_stored ? 0 : fact_check_known(source, check_known, ruleset, error);
}

static int check_conditions(const struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = &ruleset->rules[i];
        if (rule->only_if != NULL && build_check_known(ruleset, rule->source_only_if, error) != 0)
            return error_prefix(error, "%s:%d: only_if", rule->file, rule->line);
    }
    return 0;
}

int build_rules(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count = rows_count(&private->rows, "rule"), at = 0;
    if (count > RULES_MAX)
        return error_set(error, "the rule files hold %zu rules; at most %d are taken", count, RULES_MAX);
    ruleset->rules = private->rules = alloc_array(count, sizeof *private->rules);
    private->by_name = alloc_array(count, sizeof *private->by_name);

    const struct row *row;
    while ((row = rows_next(&private->rows, "rule", &at)) != NULL) {
        struct rule *rule = &private->rules[ruleset->rule_count++];
        if (take_rule(ruleset, row, rule, error) != 0)
            return -1;
        ruleset->has_cooldowns |= rule->cooldown_ms > 0;
        ruleset->has_buttons |= rule->button_count > 0;
    }
    index_names(ruleset);
    if (refuse_duplicates(ruleset, error) != 0)
        return -1;
    sort_rules(ruleset);
    index_names(ruleset);
    return check_conditions(ruleset, error);
}
