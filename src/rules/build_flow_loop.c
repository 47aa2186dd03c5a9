/*
 * build_flow_loop: where a step may lead, and circles of steps that put no question.
 *
 * A customer's word, or a service's, lets a flow go on; a circle of steps that wait for neither would run to
 * the bound of steps for one message and then give up. It is refused whatever its conditions say. Whoever
 * counts up to five in a circle can do it in one expression.
 */
#include "base/buf.h"
#include "rules/build_flow.h"

bool branch_is_for_trouble(const struct branch *branch)
{
    return branch->only_if != NULL && fact_asks_for_trouble(branch->only_if);
}

static void add_way(const struct way *way, struct outs *outs)
{
    if (way->kind == WAY_STEP || way->kind == WAY_REDO) {
        outs->list[outs->count].step = way->step;
        outs->list[outs->count++].is_redo = way->kind == WAY_REDO;
    }
}

/* Does the step come to its branches without trouble? A choice with a way of its own goes before them. */
static bool comes_to_branches(const struct step *step)
{
    if (step->ask != ASK_CHOICE)
        return true;
    for (size_t i = 0; i < step->choice_count; i++)
        if (step->choices[i].way.kind == WAY_ON)
            return true;
    return false;
}

void flow_outs(const struct step *step, struct outs *outs)
{
    bool goes_on = comes_to_branches(step), takes_next = false;
    outs->count = 0;
    if (step->action == STEP_HANDOFF || step->action == STEP_CLOSE)
        return;
    for (size_t i = 0; i < step->choice_count; i++)
        add_way(&step->choices[i].way, outs);
    for (size_t i = 0; i < step->branch_count; i++) {
        const struct branch *branch = &step->branches[i];
        bool is_reached = goes_on || branch_is_for_trouble(branch);
        if (is_reached)
            add_way(&branch->way, outs);
        takes_next |= is_reached && branch->way.kind == WAY_ON;
        goes_on = goes_on && branch->only_if != NULL;
    }
    if (goes_on || takes_next)
        add_way(&step->next, outs);
}

/* Circles */

bool flow_step_waits(const struct ruleset *ruleset, const struct step *step)
{
    return step->ask != ASK_NOTHING || step->action == STEP_CALL || step->action == STEP_CONSULT ||
           (step->sub != NULL && ruleset->private->flow->waits[step->sub - ruleset->flows]);
}

enum mark { UNSEEN, ON_PATH, SOUND };

struct circle {
    const struct ruleset *ruleset;
    const struct flow *flow;
    enum mark marks[FLOW_STEPS_LISTED_MAX];
    size_t path[FLOW_STEPS_LISTED_MAX], depth;
};

static int refuse_circle(const struct circle *circle, size_t back, struct error *error)
{
    const struct step *steps = circle->flow->steps;
    struct buf path = { 0 };
    size_t from = 0;
    while (circle->path[from] != back)
        from++;
    for (size_t i = from; i < circle->depth; i++)
        buf_addf(&path, "%s → ", steps[circle->path[i]].name);
    buf_add_text(&path, steps[back].name);
    error_set(error,
              "%s:%d: the flow %s goes round without waiting for anybody: %s; let a step among them ask, or lead out of "
              "the circle",
              steps[back].file, steps[back].line, circle->flow->name, buf_text(&path));
    buf_release(&path);
    return -1;
}

static int walk(struct circle *circle, size_t index, struct error *error)
{
    struct outs outs;
    if (circle->marks[index] == ON_PATH)
        return refuse_circle(circle, index, error);
    if (circle->marks[index] == SOUND || flow_step_waits(circle->ruleset, &circle->flow->steps[index]))
        return 0;
    circle->marks[index] = ON_PATH;
    circle->path[circle->depth++] = index;
    flow_outs(&circle->flow->steps[index], &outs);
    for (size_t i = 0; i < outs.count; i++)
        if (walk(circle, outs.list[i].step, error) != 0)
            return -1;
    circle->depth--;
    circle->marks[index] = SOUND;
    return 0;
}

int check_flow_loops(const struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 0; i < ruleset->flow_count; i++) {
        struct circle circle = { .ruleset = ruleset, .flow = &ruleset->flows[i] };
        for (size_t j = 0; j < circle.flow->step_count; j++)
            if (walk(&circle, j, error) != 0)
                return -1;
    }
    return 0;
}
