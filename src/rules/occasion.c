/*
 * occasion: see the header.
 *
 * What a row at handoff asks for is first held against what is known in any decision; only when that does not do, against
 * what is known at a parting. A sentence is about the latter then, which knows more.
 */
#include <string.h>

#include "base/nearest.h"
#include "rules/build_flow.h"
#include "rules/fact.h"
#include "rules/occasion.h"
#include "rules/variable.h"

const char *const moment_names[] = { [MOMENT_RULE] = "rule:",     [MOMENT_STEP] = "step:",   [MOMENT_HANDOFF] = "handoff",
                                     [MOMENT_OPT_OUT] = "opt_out", [MOMENT_REPLY] = "reply", [MOMENT_CLOSE] = "close",
                                     [MOMENT_COUNT] = NULL };

void occasion_format(const struct occasion *when, struct buf *out)
{
    buf_add_text(out, moment_names[when->at]);
    if (when->rule != NULL)
        buf_add_text(out, when->rule->name);
    if (when->step != NULL)
        buf_add_text(out, when->step->full_name);
}

bool occasion_is_same(const struct occasion *a, const struct occasion *b)
{
    return a->at == b->at && a->rule == b->rule && a->step == b->step && a->awaits_parting == b->awaits_parting;
}

/* The moment */

static int refuse_moment(const struct row *row, const char *at, struct error *error)
{
    static const char *const WORDS[] = { "rule:NAME", "step:FLOW.STEP", "handoff", "opt_out", "reply", "close", NULL };
    struct nearest nearest = { .word = at != NULL ? at : "" };
    struct buf advice = { 0 };

    nearest_offer_list(&nearest, WORDS);
    nearest_advise(&nearest, WORDS, &advice);
    if (at == NULL)
        row_refuse(row, error, "this %s row lacks its at%s", row->table, buf_text(&advice));
    else
        row_refuse(row, error, "there is no at '%s'%s", at, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int find_rule(const struct ruleset *ruleset, const struct row *row, const char *name,
                     const struct rule **rule, struct error *error)
{
    struct nearest nearest = { .word = name };

    *rule = ruleset_rule(ruleset, name);
    for (size_t i = 0; *rule == NULL && i < ruleset->rule_count; i++)
        nearest_offer(&nearest, ruleset->rules[i].name);
    return *rule != NULL ? 0 : build_refuse_unknown(row, "rule", &nearest, error);
}

static int find_step(struct ruleset *ruleset, const struct row *row, const char *name, const struct step **found,
                     struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    size_t index;

    if (flow_look_up_step(ruleset, row, name, &index, error) != 0)
        return -1;
    private->steps[index].is_watched = true;
    *found = &private->steps[index];
    return 0;
}

/* What stands behind the prefix of a moment, or NULL. */
static const char *behind(const char *at, enum moment moment)
{
    size_t len = strlen(moment_names[moment]);

    return strncmp(at, moment_names[moment], len) == 0 ? at + len : NULL;
}

static int take_moment(struct ruleset *ruleset, const struct row *row, struct occasion *when, struct error *error)
{
    const char *at = row_value(row, "at"), *name;

    if (at == NULL)
        return refuse_moment(row, at, error);
    if ((name = behind(at, MOMENT_RULE)) != NULL) {
        when->at = MOMENT_RULE;
        return find_rule(ruleset, row, name, &when->rule, error);
    }
    if ((name = behind(at, MOMENT_STEP)) != NULL) {
        when->at = MOMENT_STEP;
        return find_step(ruleset, row, name, &when->step, error);
    }
    for (enum moment i = MOMENT_HANDOFF; i < MOMENT_COUNT; i++)
        if (strcmp(moment_names[i], at) == 0) {
            when->at = i;
            when->awaits_parting = i == MOMENT_CLOSE;
            return 0;
        }
    return refuse_moment(row, at, error);
}

/* What is known then */

static const struct pattern *pattern_at(const struct occasion *when)
{
    return when->rule != NULL ? when->rule->pattern : NULL;
}

static const struct scope *scope_at(const struct ruleset *ruleset, const struct occasion *when)
{
    const struct flow *flow = flow_of_step(ruleset, when->step);

    return &ruleset->private->flow->scopes[flow - ruleset->flows];
}

int occasion_check_template(const struct ruleset *ruleset, const struct template *template, struct occasion *when,
                            struct error *error)
{
    if (when->at == MOMENT_STEP)
        return variable_check_in_flow(ruleset, template, scope_at(ruleset, when), error);
    if (!when->awaits_parting && variable_check_template(ruleset, template, pattern_at(when), NULL) == 0)
        return 0;
    if (when->at != MOMENT_HANDOFF && when->at != MOMENT_CLOSE)
        return variable_check_template(ruleset, template, pattern_at(when), error);
    when->awaits_parting = true;
    return variable_check_at_parting(ruleset, template, when->at == MOMENT_CLOSE, error);
}

int occasion_take_template(const struct ruleset *ruleset, const struct row *row, const char *column,
                           struct occasion *when, struct template **template, struct error *error)
{
    const char *source = row_value(row, column);

    if (source == NULL)
        return 0;
    *template = template_new(source, error);
    if (*template == NULL || occasion_check_template(ruleset, *template, when, error) != 0)
        return row_blame(row, column, error);
    return 0;
}

/* Conditions */

static bool is_rule_variable(const void *context, const char *name)
{
    return ruleset_has_variable(context, name);
}

static int check_in_decision(const struct ruleset *ruleset, const struct expression *only_if, const char *source)
{
    if (fact_check(only_if, NULL, is_rule_variable, ruleset, NULL) != 0)
        return -1;
    return ruleset->private->is_stored ? 0 : fact_check_values(source, is_rule_variable, ruleset, NULL);
}

static int take_at_parting(struct ruleset *ruleset, const struct row *row, struct occasion *when, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    struct fact_place place = { &private->flow->collected, is_rule_variable, ruleset, .is_parting = true,
                                .is_close = when->at == MOMENT_CLOSE, .is_stored = private->is_stored };
    const char *source = when->source_only_if;

    if (private->expressions == NULL)
        private->expressions = expressions_new();
    when->only_if = expressions_add(private->expressions, source, error);
    if (when->only_if == NULL)
        return row_blame(row, "only_if", error);
    if (!when->awaits_parting && check_in_decision(ruleset, when->only_if, source) == 0)
        return 0;
    when->awaits_parting = true;
    return fact_check_in_flow(when->only_if, source, &place, error) == 0 ? 0 : row_blame(row, "only_if", error);
}

static int take_condition(struct ruleset *ruleset, const struct row *row, struct occasion *when, struct error *error)
{
    when->source_only_if = row_value(row, "only_if");
    if (when->source_only_if == NULL)
        return 0;
    if (when->at == MOMENT_STEP)
        return flow_take_expression(ruleset, scope_at(ruleset, when), row, "only_if", NULL, &when->only_if, error);
    if ((when->at != MOMENT_CLOSE && when->at != MOMENT_HANDOFF) || row_is_null_word(when->source_only_if))
        return build_only_if(ruleset, row, pattern_at(when), &when->only_if, &when->source_only_if, error);
    return take_at_parting(ruleset, row, when, error);
}

int occasion_take(struct ruleset *ruleset, const struct row *row, struct occasion *when, struct error *error)
{
    if (take_moment(ruleset, row, when, error) != 0 || take_condition(ruleset, row, when, error) != 0)
        return -1;
    if (when->only_if != NULL && build_check_known(ruleset, when->source_only_if, error) != 0)
        return row_blame(row, "only_if", error);
    return 0;
}
