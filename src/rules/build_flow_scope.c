/*
 * build_flow_scope: which flow runs which, and which variables each knows.
 *
 * A flow that runs others keeps what they set, and those know what it has gathered so far. So all flows that
 * can be on the way together share their names: those a flow runs, those that run it, and what these run.
 * They are found by walking from each flow; with FLOWS_MAX flows that is a matter of milliseconds.
 *
 * A flow that runs itself, directly or in a circle, would go deeper for ever: refused, as is a chain of flows
 * longer than a run can hold.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "rules/build_flow.h"

/* Chains */

struct walk {
    struct ruleset *ruleset;
    const struct step *path[FLOW_DEPTH_MAX]; /* the steps that run the flow at the end */
    size_t depth;
    size_t *heights; /* by flow: how many stand inside one another from it on, itself included; 0: not yet known */
};

static size_t index_of(const struct ruleset *ruleset, const struct flow *flow)
{
    return (size_t)(flow - ruleset->flows);
}

static int refuse_chain(const struct walk *walk, const struct step *step, bool is_circle, struct error *error)
{
    struct buf chain = { 0 };
    size_t from = 0;
    while (is_circle && from < walk->depth && flow_of_step(walk->ruleset, walk->path[from]) != step->sub)
        from++;
    for (size_t i = from; i < walk->depth; i++)
        buf_addf(&chain, "%s → ", flow_of_step(walk->ruleset, walk->path[i])->name);
    buf_addf(&chain, "%s → %s", flow_of_step(walk->ruleset, step)->name, step->sub->name);
    if (is_circle)
        error_set(error, "%s:%d: a flow cannot run itself, and this step leads round in a circle: %s", step->file,
                  step->line, buf_text(&chain));
    else
        error_set(error, "%s:%d: at most %d flows stand inside one another; here are more: %s …", step->file, step->line,
                  FLOW_DEPTH_MAX, buf_text(&chain));
    buf_release(&chain);
    return -1;
}

static bool is_on_path(const struct walk *walk, const struct flow *flow)
{
    for (size_t i = 0; i < walk->depth; i++)
        if (flow_of_step(walk->ruleset, walk->path[i]) == flow)
            return true;
    return false;
}

static int check_chain(struct walk *walk, const struct flow *flow, struct error *error);

/* The flow that a step runs, from the place at which it does. */
static int check_sub(struct walk *walk, const struct flow *flow, const struct step *step, struct error *error)
{
    if (step->sub == flow || is_on_path(walk, step->sub))
        return refuse_chain(walk, step, true, error);
    if (walk->depth + 1 == FLOW_DEPTH_MAX)
        return refuse_chain(walk, step, false, error);
    walk->path[walk->depth++] = step;
    int result = check_chain(walk, step->sub, error);
    walk->depth--;
    if (result == 0 && walk->depth + 1 + walk->heights[index_of(walk->ruleset, step->sub)] > FLOW_DEPTH_MAX)
        return refuse_chain(walk, step, false, error);
    return result;
}

/* Each flow is looked into once; what is known of it then is how deep it goes, and whether it waits anywhere. */
static int check_chain(struct walk *walk, const struct flow *flow, struct error *error)
{
    size_t *height = &walk->heights[index_of(walk->ruleset, flow)], most = 0;
    bool *waits = walk->ruleset->private->flow->waits;
    if (*height > 0)
        return 0;
    for (size_t i = 0; i < flow->step_count; i++) {
        const struct step *step = &flow->steps[i];
        size_t sub = step->sub != NULL ? index_of(walk->ruleset, step->sub) : 0;
        if (step->sub != NULL && check_sub(walk, flow, step, error) != 0)
            return -1;
        if (step->sub != NULL && walk->heights[sub] > most)
            most = walk->heights[sub];
        waits[index_of(walk->ruleset, flow)] |= step->ask != ASK_NOTHING || step->action == STEP_CALL ||
                                                step->action == STEP_CONSULT || (step->sub != NULL && waits[sub]);
    }
    *height = most + 1;
    return 0;
}

static int check_chains(struct ruleset *ruleset, struct error *error)
{
    struct walk walk = { .ruleset = ruleset, .heights = alloc_array(ruleset->flow_count, sizeof *walk.heights) };
    int result = 0;
    ruleset->private->flow->waits = alloc_array(ruleset->flow_count, sizeof *ruleset->private->flow->waits);
    for (size_t i = 0; result == 0 && i < ruleset->flow_count; i++)
        result = check_chain(&walk, &ruleset->flows[i], error);
    free(walk.heights);
    return result;
}

/* Names */

static enum scope_type type_of(enum ask_kind ask)
{
    switch (ask) {
    case ASK_NUMBER: return SCOPE_NUMBER;
    case ASK_YES_NO: return SCOPE_YES_NO;
    case ASK_DATETIME: return SCOPE_MOMENT;
    case ASK_DATE: return SCOPE_DATE;
    case ASK_TIME: return SCOPE_TIME;
    default: return SCOPE_TEXT;
    }
}

static void add_groups(const struct rule *rule, struct scope *scope)
{
    for (size_t i = 0; rule->pattern != NULL && i < pattern_group_count(rule->pattern); i++)
        scope_add(scope, pattern_group_name(rule->pattern, i), SCOPE_TEXT);
}

/* A group of a starting rule that is a step's name is read as its answer, and so is what that is. */
static void add_step(const struct step *step, struct scope *scope)
{
    if (step->ask == ASK_CHOICE)
        scope_add_choice(scope, step->name, step);
    else if (step->ask != ASK_NOTHING)
        scope_add(scope, step->name, type_of(step->ask));
    for (size_t i = 0; i < step->set_count; i++)
        scope_add(scope, step->sets[i].name, SCOPE_ANY);
    for (size_t i = 0; step->service != NULL && i < step->service->value_count; i++)
        scope_add(scope, step->service->values[i].name, SCOPE_ANY);
}

/* The flow's own, without those around it. */
static void own_names(const struct ruleset *ruleset, const struct flow *flow, struct scope *own)
{
    struct scope groups = { 0 };
    for (size_t i = 0; i < flow->step_count; i++)
        add_step(&flow->steps[i], own);
    scope_sort(own);
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].flow == flow)
            add_groups(&ruleset->rules[i], &groups);
    for (size_t i = 0; i < groups.count; i++)
        if (scope_find(own, groups.names[i].name) == NULL)
            scope_add(own, groups.names[i].name, SCOPE_TEXT), scope_sort(own);
    scope_release(&groups);
}

static void mark_below(const struct ruleset *ruleset, const struct flow *flow, bool *is_marked)
{
    size_t index = index_of(ruleset, flow);
    if (is_marked[index])
        return;
    is_marked[index] = true;
    for (size_t i = 0; i < flow->step_count; i++)
        if (flow->steps[i].sub != NULL)
            mark_below(ruleset, flow->steps[i].sub, is_marked);
}

static int check_room(const struct flow *flow, const struct scope *scope, struct error *error)
{
    if (scope->count <= FLOW_VARIABLES_MAX)
        return 0;
    return error_set(error,
                     "%s:%d: the flow %s, with those it runs or is run by, has %zu variables; a run remembers at most %d",
                     flow->file, flow->line, flow->name, scope->count, FLOW_VARIABLES_MAX);
}

/* What is below a flow's ancestors, itself among them, shares one scope with it. */
static void share(const struct ruleset *ruleset, const struct scope *own)
{
    struct scope *scopes = ruleset->private->flow->scopes;
    size_t count = ruleset->flow_count;
    bool *is_below = alloc_array(count, sizeof *is_below);
    for (size_t i = 0; i < count; i++) {
        struct scope all = { 0 };
        memset(is_below, 0, count * sizeof *is_below);
        mark_below(ruleset, &ruleset->flows[i], is_below);
        for (size_t j = 0; j < count; j++)
            if (is_below[j])
                scope_add_all(&all, &own[j]);
        scope_sort(&all);
        for (size_t j = 0; j < count; j++)
            if (is_below[j]) {
                scope_add_all(&scopes[j], &all);
                scope_sort(&scopes[j]);
            }
        scope_release(&all);
    }
    free(is_below);
}

/* A name that rules set as well stays theirs. */
static void gather_collected(struct ruleset *ruleset)
{
    struct flow_private *private = ruleset->private->flow;
    struct scope all = { 0 };
    for (size_t i = 0; i < private->step_rows.count; i++)
        add_step(&private->steps[i], &all);
    scope_sort(&all);
    for (size_t i = 0; i < all.count; i++)
        if (!ruleset_has_variable(ruleset, all.names[i].name))
            scope_add_name(&private->collected, all.names[i]);
    scope_release(&all);
}

bool ruleset_collects(const struct ruleset *ruleset, const char *name)
{
    return scope_find(&ruleset->private->flow->collected, name) != NULL;
}

enum ask_kind variable_asked(const struct ruleset *ruleset, const char *name)
{
    const struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++)
        if (private->steps[i].ask != ASK_NOTHING && strcmp(private->steps[i].name, name) == 0)
            return private->steps[i].ask;
    return ASK_NOTHING;
}

int build_scopes(struct ruleset *ruleset, struct error *error)
{
    size_t count = ruleset->flow_count;
    int result = check_chains(ruleset, error);
    if (result != 0)
        return result;
    gather_collected(ruleset);
    struct scope *own = alloc_array(count, sizeof *own);
    for (size_t i = 0; i < count; i++)
        own_names(ruleset, &ruleset->flows[i], &own[i]);
    share(ruleset, own);
    for (size_t i = 0; i < count; i++) {
        scope_release(&own[i]);
        if (result == 0)
            result = check_room(&ruleset->flows[i], &ruleset->private->flow->scopes[i], error);
    }
    free(own);
    return result;
}
