/*
 * build_flow_way: choices and branches, and where everything leads.
 *
 * Inside a flow steps are called by their own name, without the flow's: a way never leaves the flow, but by
 * its end. Going back is a word of its own, `redo`, which forgets an answer, and so must name a step that has
 * one, or that runs a flow with some.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "rules/build_flow.h"
#include "text/words.h"

static const char END[] = "end";

static int refuse_step(const struct flow *flow, const struct row *row, const char *column, const char *name,
                       struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    size_t len = strlen(flow->name);
    if (strncmp(name, flow->name, len) == 0 && name[len] == '.' && flow_step(flow, name + len + 1) != NULL)
        return row_refuse(row, error, "%s: inside their flow steps are called without it; write '%s'", column,
                          name + len + 1);
    for (size_t i = 0; i < flow->step_count; i++)
        nearest_offer(&nearest, flow->steps[i].name);
    if (strcmp(column, "redo") != 0)
        nearest_offer(&nearest, END);
    nearest_advise(&nearest, NULL, &advice);
    if (nearest.best == NULL && strchr(name, '.') != NULL)
        buf_add_text(&advice, "; a way stays inside its flow, another flow is run by a step with the action flow");
    row_refuse(row, error, "%s: the flow %s has no step '%s'%s", column, flow->name, name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

int flow_take_next(const struct flow *flow, const struct row *row, const char *column, struct way *way,
                   struct error *error)
{
    const char *name = row_value(row, column);
    if (name == NULL)
        return 0;
    const struct step *step = flow_step(flow, name);
    if (strcmp(name, END) == 0)
        *way = (struct way){ .kind = WAY_END };
    else if (step != NULL)
        *way = (struct way){ .kind = WAY_STEP, .step = (size_t)(step - flow->steps) };
    else
        return refuse_step(flow, row, column, name, error);
    return 0;
}

/* The columns next and redo. */
static int take_way(const struct flow *flow, const struct row *row, struct way *way, struct error *error)
{
    const char *name = row_value(row, "redo");
    if (name != NULL && row_value(row, "next") != NULL)
        return row_refuse(row, error, "next leads on and redo leads back; write one of the two, and NULL in the other");
    if (name == NULL)
        return flow_take_next(flow, row, "next", way, error);
    const struct step *step = flow_step(flow, name);
    if (step == NULL)
        return refuse_step(flow, row, "redo", name, error);
    if (step->ask == ASK_NOTHING && step->sub == NULL)
        return row_refuse(row, error, "redo asks a question once more, but the step %s asks none; write it in next",
                          step->full_name);
    *way = (struct way){ .kind = WAY_REDO, .step = (size_t)(step - flow->steps) };
    return 0;
}

/* Choices */

static int take_words(const struct row *row, struct choice *choice, struct error *error)
{
    const char *source = row_value(row, "words");
    struct buf compiled = { 0 };
    if (source == NULL)
        return 0;
    if (words_compile(source, &compiled, error) == 0)
        choice->words = pattern_new_generated(buf_text(&compiled), error);
    buf_release(&compiled);
    return choice->words != NULL ? 0 : row_blame(row, "words", error);
}

static int refuse_twin(const struct ruleset *ruleset, const struct step *step, const struct row *row,
                       struct error *error)
{
    const char *label = row_value(row, "label");
    for (size_t i = 0; i + 1 < step->choice_count; i++)
        if (strcmp(row_value(flow_choice_row(ruleset, &step->choices[i]), "label"), label) == 0)
            return row_refuse(row, error, "the step %s has a choice '%s' already, in %s:%d", step->full_name, label,
                              step->choices[i].file, step->choices[i].line);
    return 0;
}

static int take_choice(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct row *row = private->choice_rows.rows[index];
    struct step *step = &private->steps[private->choice_rows.owners[index]];
    const struct flow *flow = flow_of_step(ruleset, step);
    struct choice *choice = &private->choices[index];
    const char *label;
    *choice = (struct choice){ .file = row->file, .line = row->line };
    if (step->choice_count++ == 0)
        step->choices = choice;
    if (row_require(row, "label", &label, error) != 0)
        return -1;
    if (step->ask != ASK_CHOICE)
        return row_refuse(row, error, "the step %s does not ask for a choice; write 'choice' in its column ask (%s:%d)",
                          step->full_name, step->file, step->line);
    if (refuse_twin(ruleset, step, row, error) != 0 ||
        flow_take_template(ruleset, &private->scopes[flow - ruleset->flows], row, "label", &choice->label, error) != 0 ||
        take_words(row, choice, error) != 0)
        return -1;
    return take_way(flow, row, &choice->way, error);
}

int build_choices(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    if (owned_gather(ruleset, "choice", flow_find_step, FLOW_CHOICES_MAX, &private->choice_rows, error) != 0)
        return -1;
    private->choices = alloc_array(private->choice_rows.count, sizeof *private->choices);
    for (size_t i = 0; i < private->choice_rows.count; i++)
        if (take_choice(ruleset, i, error) != 0)
            return -1;
    return 0;
}

/* Branches */

static int take_branch(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct row *row = private->branch_rows.rows[index];
    struct step *step = &private->steps[private->branch_rows.owners[index]];
    const struct flow *flow = flow_of_step(ruleset, step);
    const struct scope *scope = &private->scopes[flow - ruleset->flows];
    struct branch *branch = &private->branches[index];
    *branch = (struct branch){ .file = row->file, .line = row->line };
    if (step->branch_count++ == 0)
        step->branches = branch;
    if (step->action == STEP_HANDOFF || step->action == STEP_CLOSE)
        return row_refuse(row, error, "the flow ends at the step %s, so no branch of it is ever reached", step->full_name);
    if (flow_take_expression(ruleset, scope, row, "only_if", step, &branch->only_if, error) != 0 ||
        flow_take_template(ruleset, scope, row, "say", &branch->say, error) != 0)
        return -1;
    return take_way(flow, row, &branch->way, error);
}

int build_branches(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    if (owned_gather(ruleset, "branch", flow_find_step, BRANCHES_MAX, &private->branch_rows, error) != 0)
        return -1;
    private->branches = alloc_array(private->branch_rows.count, sizeof *private->branches);
    for (size_t i = 0; i < private->branch_rows.count; i++)
        if (take_branch(ruleset, i, error) != 0)
            return -1;
    return 0;
}

/* The ways of the steps themselves */

int build_ways(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++) {
        struct step *step = &private->steps[i];
        const struct flow *flow = flow_of_step(ruleset, step);
        size_t next = (size_t)(step - flow->steps) + 1;
        step->next = next < flow->step_count && step->action != STEP_HANDOFF && step->action != STEP_CLOSE
                         ? (struct way){ .kind = WAY_STEP, .step = next }
                         : (struct way){ .kind = WAY_END };
        if (flow_take_next(flow, private->step_rows.rows[i], "next", &step->next, error) != 0)
            return -1;
    }
    return 0;
}
