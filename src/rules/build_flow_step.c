/*
 * build_flow_step: steps.
 *
 * A step's name is 'flow.step'; what stands behind the dot is the name of its answer, and so must be one that
 * templates and conditions can write. NEEDS and the sentences below it say which columns go together: a step
 * asks or acts, and what is for a question is refused where none is put.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "rules/build_flow.h"

static const int64_t SECOND = 1000, TIMEOUT_MOST = (int64_t)30 * 24 * 3600 * 1000;

static const char *const ACTIONS[] = { "call", "flow", "handoff", "close", "consult", NULL }; /* enum step_action, less one */

/* What is for a question only. */
static const char *const OF_QUESTIONS[] = { "accept_if", "retry", "timeout", NULL };

static const char END[] = "end";

/* Names */

static int find_flow(const struct ruleset *ruleset, const struct row *row, size_t *index, struct error *error)
{
    const char *name, *dot;
    if (row_require(row, "name", &name, error) != 0)
        return -1;
    dot = strchr(name, '.');
    if (dot == NULL)
        return row_refuse(row, error, "the name of a step is that of its flow, a dot and its own, as in 'table.people'; "
                                      "'%s' has no dot",
                          name);
    char *flow_name = alloc_bytes(name, (size_t)(dot - name));
    const struct flow *flow = ruleset_flow(ruleset, flow_name);
    int result = 0;
    if (flow == NULL) {
        struct nearest nearest = { .word = flow_name };
        for (size_t i = 0; i < ruleset->flow_count; i++)
            nearest_offer(&nearest, ruleset->flows[i].name);
        result = build_refuse_unknown(row, "flow", &nearest, error);
    } else {
        *index = (size_t)(flow - ruleset->flows);
    }
    free(flow_name);
    return result;
}

static int check_name(const struct row *row, const struct step *step, struct error *error)
{
    if (!variable_is_name(step->name))
        return row_refuse(row, error,
                          "behind the dot the name of a step is made of letters from a to z, digits and _, at most %d, and "
                          "does not begin with a digit; '%s' is none",
                          VARIABLE_NAME_MAX, step->name);
    if (strcmp(step->name, END) == 0)
        return row_refuse(row, error, "'end' is how a flow ends; choose another name for the step");
    return 0;
}

static int compare_full_names(const void *a, const void *b)
{
    const struct step *left = *(const struct step *const *)a, *right = *(const struct step *const *)b;
    int order = strcmp(left->full_name, right->full_name);
    return order != 0 ? order : (left > right) - (left < right);
}

static int index_names(struct flow_private *private, struct error *error)
{
    size_t count = private->step_rows.count;
    private->by_name = alloc_array(count, sizeof *private->by_name);
    for (size_t i = 0; i < count; i++)
        private->by_name[i] = &private->steps[i];
    if (count > 0)
        qsort(private->by_name, count, sizeof *private->by_name, compare_full_names);
    for (size_t i = 1; i < count; i++) {
        const struct step *first = private->by_name[i - 1], *second = private->by_name[i];
        if (strcmp(first->full_name, second->full_name) == 0)
            return error_set(error, "%s:%d: there is already a step '%s' in %s:%d", second->file, second->line,
                             second->full_name, first->file, first->line);
    }
    return 0;
}

static int compare_full_name(const void *name, const void *member)
{
    return strcmp(name, (*(const struct step *const *)member)->full_name);
}

/* Who writes the bare name where the full one is wanted, and has one step of it in mind. */
static const struct step *find_bare(const struct flow_private *private, const char *name)
{
    const struct step *found = NULL;
    for (size_t i = 0; i < private->step_rows.count; i++)
        if (strcmp(private->steps[i].name, name) == 0)
            found = found == NULL ? &private->steps[i] : found;
    return found;
}

static int refuse_step(const struct ruleset *ruleset, const struct row *row, const char *name, struct error *error)
{
    const struct flow_private *private = ruleset->private->flow;
    const struct step *bare = find_bare(private, name);
    const struct flow *flow = ruleset_flow(ruleset, name);
    struct nearest nearest = { .word = name };
    if (bare != NULL)
        return row_refuse(row, error, "step is the full name of a step, with its flow; write '%s'", bare->full_name);
    if (flow != NULL && flow->step_count > 0)
        return row_refuse(row, error, "there is no step '%s'; that is a flow, and a step is written FLOW.STEP, as in '%s'",
                          name, flow->steps[0].full_name);
    for (size_t i = 0; i < private->step_rows.count; i++)
        nearest_offer(&nearest, private->steps[i].full_name);
    return build_refuse_unknown(row, "step", &nearest, error);
}

int flow_look_up_step(const struct ruleset *ruleset, const struct row *row, const char *name, size_t *index,
                      struct error *error)
{
    const struct flow_private *private = ruleset->private->flow;
    size_t count = private->step_rows.count;
    const struct step *const *found =
        count == 0 ? NULL : bsearch(name, private->by_name, count, sizeof *private->by_name, compare_full_name);
    if (found == NULL)
        return refuse_step(ruleset, row, name, error);
    *index = (size_t)(*found - private->steps);
    return 0;
}

int flow_find_step(const struct ruleset *ruleset, const struct row *row, size_t *index, struct error *error)
{
    const char *name;
    if (row_require(row, "step", &name, error) != 0)
        return -1;
    return flow_look_up_step(ruleset, row, name, index, error);
}

/* What it asks */

static int take_ask(const struct row *row, struct step *step, struct error *error)
{
    int ask;
    if (row_choose(row, "ask", ask_names + 1, -1, &ask, error) != 0)
        return -1;
    step->ask = (enum ask_kind)(ask + 1);
    for (size_t i = 0; step->ask == ASK_NOTHING && OF_QUESTIONS[i] != NULL; i++)
        if (row_value(row, OF_QUESTIONS[i]) != NULL)
            return row_refuse(row, error, "%s is for a step that asks; say in ask what the answer is, as in 'text'",
                              OF_QUESTIONS[i]);
    if (step->ask != ASK_NOTHING && (variable_is_taken(step->name) || strcmp(step->name, VARIABLE_TITLE) == 0))
        return row_refuse(row, error, "templates know {{ %s }} already; choose another name for the step", step->name);
    if (step->ask == ASK_PATTERN && row_value(row, "pattern") == NULL)
        return row_refuse(row, error, "a step that asks for a pattern needs one in the column pattern");
    if (step->ask != ASK_PATTERN && row_value(row, "pattern") != NULL)
        return row_refuse(row, error, "pattern is for a step that asks for a pattern; write 'pattern' in ask");
    return 0;
}

/* What it does */

static int take_service(const struct ruleset *ruleset, const struct row *row, struct step *step, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "target") };
    for (size_t i = 0; i < ruleset->service_count; i++) {
        if (strcmp(ruleset->services[i].name, nearest.word) == 0)
            step->service = &ruleset->services[i];
        nearest_offer(&nearest, ruleset->services[i].name);
    }
    return step->service != NULL ? 0 : build_refuse_unknown(row, "service", &nearest, error);
}

static int take_sub(const struct ruleset *ruleset, const struct row *row, struct step *step, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "target") };
    step->sub = ruleset_flow(ruleset, nearest.word);
    for (size_t i = 0; step->sub == NULL && i < ruleset->flow_count; i++)
        nearest_offer(&nearest, ruleset->flows[i].name);
    return step->sub != NULL ? 0 : build_refuse_unknown(row, "flow", &nearest, error);
}

static int take_team(const struct ruleset *ruleset, const struct row *row, struct step *step, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "target") };
    const struct team *team = ruleset_team(ruleset, nearest.word);
    step->team = team != NULL ? team->name : NULL;
    for (size_t i = 0; team == NULL && i < ruleset->team_count; i++)
        nearest_offer(&nearest, ruleset->teams[i].name);
    return team != NULL ? 0 : build_refuse_unknown(row, "team", &nearest, error);
}

static int take_backend(const struct ruleset *ruleset, const struct row *row, struct step *step, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "target") };
    const struct backend *backend = backend_find(ruleset->backends, ruleset->backend_count, nearest.word);
    step->backend = backend != NULL ? backend->name : NULL;
    step->consult_ms = backend != NULL ? backend->turn_deadline_ms : 0;
    for (size_t i = 0; backend == NULL && i < ruleset->backend_count; i++)
        nearest_offer(&nearest, ruleset->backends[i].name);
    return backend != NULL ? 0 : build_refuse_unknown(row, "backend", &nearest, error);
}

static const struct {
    const char *target; /* NULL: takes none */
    int (*take)(const struct ruleset *ruleset, const struct row *row, struct step *step, struct error *error);
} NEEDS[] = {
    [STEP_CALL] = { "a service", take_service },
    [STEP_FLOW] = { "a flow", take_sub },
    [STEP_HANDOFF] = { "a team", take_team },
    [STEP_CLOSE] = { NULL, NULL },
    [STEP_CONSULT] = { "a backend", take_backend },
};

static int take_action(const struct ruleset *ruleset, const struct row *row, struct step *step, struct error *error)
{
    int action;
    bool has_target = row_value(row, "target") != NULL;
    if (row_choose(row, "action", ACTIONS, -1, &action, error) != 0)
        return -1;
    step->action = (enum step_action)(action + 1);
    if (step->action == STEP_NONE)
        return has_target ? row_refuse(row, error, "target is for a step with an action: call, flow, handoff or consult") : 0;
    if (step->ask != ASK_NOTHING)
        return row_refuse(row, error, "a step asks or acts, never both; make two steps of it");
    if (NEEDS[step->action].target == NULL && has_target)
        return row_refuse(row, error, "a step with the action %s has no use for target; write NULL", ACTIONS[action]);
    if (NEEDS[step->action].target != NULL && !has_target)
        return row_refuse(row, error, "a step with the action %s needs target, the name of %s", ACTIONS[action],
                          NEEDS[step->action].target);
    if ((step->action == STEP_HANDOFF || step->action == STEP_CLOSE) && row_value(row, "next") != NULL)
        return row_refuse(row, error, "a step with the action %s ends the flow, and so has no next; write NULL",
                          ACTIONS[action]);
    return NEEDS[step->action].take != NULL ? NEEDS[step->action].take(ruleset, row, step, error) : 0;
}

static int take_campaign(const struct ruleset *ruleset, const struct row *row, struct step *step, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "campaign") };
    if (nearest.word == NULL)
        return 0;
    if (row_value(row, "say") == NULL)
        return row_refuse(row, error, "this step says nothing, so it has no use for a campaign; its text goes into say");
    const struct campaign *campaign = ruleset_campaign(ruleset, nearest.word);
    step->campaign = campaign != NULL ? campaign->name : NULL;
    for (size_t i = 0; campaign == NULL && i < ruleset->campaign_count; i++)
        nearest_offer(&nearest, ruleset->campaigns[i].name);
    return campaign != NULL ? 0 : build_refuse_unknown(row, "campaign", &nearest, error);
}

static int take_timeout(const struct row *row, const struct flow *flow, struct step *step, struct error *error)
{
    if (row_duration(row, "timeout", SECOND, TIMEOUT_MOST, 0, &step->timeout_ms, error) != 0)
        return -1;
    if (step->timeout_ms < flow->expires_ms)
        return 0;
    struct buf expires = { 0 };
    clock_format_duration(flow->expires_ms, &expires);
    row_refuse(row, error, "the timeout comes too late: the flow %s expires after %s; write a shorter one", flow->name,
               buf_text(&expires));
    buf_release(&expires);
    return -1;
}

static int take_step(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct row *row = private->step_rows.rows[index];
    struct flow *flow = &private->flows[private->step_rows.owners[index]];
    struct step *step = &private->steps[index];
    const char *name = row_value(row, "name");
    if (flow->step_count++ == 0)
        flow->steps = step;
    *step = (struct step){ .full_name = name, .name = strchr(name, '.') + 1, .file = row->file, .line = row->line };
    if (check_name(row, step, error) != 0 || take_ask(row, step, error) != 0 ||
        take_action(ruleset, row, step, error) != 0 || take_campaign(ruleset, row, step, error) != 0)
        return -1;
    return take_timeout(row, flow, step, error);
}

int build_steps(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    if (owned_gather(ruleset, "step", find_flow, FLOW_STEPS_LISTED_MAX, &private->step_rows, error) != 0)
        return -1;
    private->steps = alloc_array(private->step_rows.count, sizeof *private->steps);
    for (size_t i = 0; i < private->step_rows.count; i++)
        if (take_step(ruleset, i, error) != 0)
            return -1;
    return index_names(private, error);
}

/* Texts */

static int take_pattern(const struct row *row, struct step *step, struct error *error)
{
    const char *source = row_value(row, "pattern");
    if (source == NULL)
        return 0;
    step->pattern = pattern_new(source, error);
    if (step->pattern == NULL)
        return row_blame(row, "pattern", error);
    for (size_t i = 0; i < pattern_group_count(step->pattern); i++)
        if (strcmp(pattern_group_name(step->pattern, i), "value") != 0)
            return row_refuse(row, error,
                              "pattern: the answer is the group (?<value>…), or all that matches; nothing takes (?<%s>…)",
                              pattern_group_name(step->pattern, i));
    return 0;
}

static bool does_nothing(const struct step *step)
{
    return step->say == NULL && step->ask == ASK_NOTHING && step->action == STEP_NONE && step->set_count == 0 &&
           step->branch_count == 0;
}

static int take_step_texts(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct row *row = private->step_rows.rows[index];
    const struct scope *scope = &private->scopes[private->step_rows.owners[index]];
    struct step *step = &private->steps[index];
    if (flow_take_template(ruleset, scope, row, "say", &step->say, error) != 0 ||
        flow_take_template(ruleset, scope, row, "retry", &step->retry, error) != 0 ||
        flow_take_expression(ruleset, scope, row, "accept_if", step, &step->accept_if, error) != 0 ||
        take_pattern(row, step, error) != 0)
        return -1;
    if (does_nothing(step))
        return row_refuse(row, error, "the step %s does nothing: give it say, ask or an action, or take it out",
                          step->full_name);
    if (step->ask == ASK_CHOICE && step->choice_count == 0)
        return row_refuse(row, error,
                          "a step that asks for a choice needs choices, as in INSERT INTO choice (step, label) VALUES "
                          "('%s', 'Yes');",
                          step->full_name);
    return 0;
}

int build_step_texts(struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 0; i < ruleset->private->flow->step_rows.count; i++)
        if (take_step_texts(ruleset, i, error) != 0)
            return -1;
    return 0;
}
