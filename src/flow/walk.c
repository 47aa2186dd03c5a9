/*
 * walk: from station to station until the run waits or has ended.
 *
 * Every station counts, whatever led to it, so that a loop that no customer interrupts ends at
 * FLOW_STEPS_MAX. Between two stations there are only branches, ends of flows and resumptions, and of those
 * each either enters a station or makes the run shallower: the walk is finite.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "flow/walk.h"

void walk_locate(struct walk *walk)
{
    const struct frame *frame = run_top(walk->run);
    walk->flow = NULL;
    walk->step = NULL;
    if (frame != NULL)
        walk->flow = flow_find(walk->env->flows, walk->env->flow_count, frame->flow);
    if (walk->flow != NULL)
        walk->step = flow_step(walk->flow, frame->step);
}

bool walk_stands(const struct walk *walk)
{
    if (walk->step == NULL)
        return false;
    if (run_top(walk->run)->call == 0)
        return walk->step->ask != ASK_NOTHING;
    return walk->step->action == STEP_CALL || walk->step->action == STEP_CONSULT;
}

static void push(struct walk *walk, const struct flow *flow)
{
    run_push(walk->run, flow->name);
    walk->flow = flow;
    walk->step = NULL;
}

static void pop(struct walk *walk)
{
    run_pop(walk->run);
    walk_locate(walk);
}

void walk_end(struct walk *walk, const char *outcome)
{
    run_leave(walk->run, &walk->effects->left);
    while (walk->run->depth > 0)
        pop(walk);
    walk->run->waits = RUN_ENDED;
    walk->run->outcome = outcome;
}

void walk_break_off(struct walk *walk)
{
    walk_say_phrase(walk, FLOW_SAYS_GAVE_UP);
    walk_end(walk, "gave_up");
}

/* Stations */

/* A decision to redo that were remembered would be taken again as soon as the walk comes by. */
static void redo(struct walk *walk, size_t step)
{
    if (step >= walk->flow->step_count)
        return;
    walk_forget(walk, step);
    if (walk->step != NULL && walk->step->ask != ASK_NOTHING)
        run_forget(walk->run, walk->step->name);
}

static bool act(struct walk *walk, struct way *way)
{
    struct flow_effect *effect;
    switch (walk->step->action) {
    case STEP_CALL: return walk_call(walk, way);
    case STEP_FLOW:
        if (walk->run->depth == FLOW_DEPTH_MAX) {
            walk_break_off(walk);
            return false;
        }
        push(walk, walk->step->sub);
        *way = (struct way){ .kind = WAY_STEP };
        return true;
    case STEP_HANDOFF:
        if (!walk->has_spoken)
            walk_say_phrase(walk, FLOW_SAYS_HANDOFF);
        effect = walk_effect(walk, FLOW_HANDOFF);
        effect->team = walk->step->team;
        walk_pass(walk);
        walk_end(walk, "handoff");
        return false;
    case STEP_CLOSE:
        if (!walk->has_spoken)
            walk_say_phrase(walk, FLOW_SAYS_DONE);
        walk_effect(walk, FLOW_CLOSE);
        walk_pass(walk);
        walk_end(walk, "closed");
        return false;
    case STEP_CONSULT: walk_consult(walk); return false;
    case STEP_NONE: walk_pass(walk); break;
    }
    *way = (struct way){ .kind = WAY_ON };
    return true;
}

static void stand_at(struct walk *walk, const struct step *step)
{
    struct frame *frame = run_top(walk->run);
    free(frame->step);
    frame->step = alloc_text(step->name);
    frame->tries = 0;
    walk->step = step;
}

static bool enter(struct walk *walk, size_t index, struct way *way)
{
    if (index >= walk->flow->step_count) {
        *way = (struct way){ .kind = WAY_END };
        return true;
    }
    stand_at(walk, &walk->flow->steps[index]);
    if (++walk->steps > FLOW_STEPS_MAX) {
        walk_break_off(walk);
        return false;
    }
    walk_set(walk);
    if (walk->step->ask == ASK_NOTHING) {
        walk_say_step(walk);
        return act(walk, way);
    }
    if (walk_knows(walk, way))
        return true;
    walk_ask(walk);
    return false;
}

/* Behind a station */

static struct way take(struct walk *walk, const struct branch *branch)
{
    struct way way = branch != NULL ? branch->way : walk->step->next;
    if (branch != NULL)
        walk_say(walk, branch->say);
    if (way.kind == WAY_ON)
        way = walk->step->next;
    return way.kind == WAY_ON ? (struct way){ .kind = WAY_END } : way;
}

static const struct branch *pick_branch(struct walk *walk, bool is_trouble)
{
    for (size_t i = 0; i < walk->step->branch_count; i++) {
        const struct branch *branch = &walk->step->branches[i];
        bool counts = !is_trouble || walk_asks_for_trouble(walk, branch->only_if);
        if (counts && walk_holds(walk, branch->only_if))
            return branch;
    }
    return NULL;
}

bool walk_trouble(struct walk *walk, struct walk_trouble trouble, struct way *way)
{
    walk->trouble = trouble;
    const struct branch *branch = pick_branch(walk, true);
    walk->trouble = (struct walk_trouble){ 0 };
    if (branch != NULL)
        *way = take(walk, branch);
    return branch != NULL;
}

/* Ends */

static bool resume(struct walk *walk, struct way *way)
{
    struct frame *frame = run_top(walk->run);
    struct walk_trouble trouble = { .has_failed = frame->has_failed,
                                    .has_timed_out = frame->has_timed_out,
                                    .status = frame->status };
    bool has_result = frame->has_result;
    run_variables_merge(&walk->run->variables, &walk->effects->left);
    run_resume(walk->run);
    frame->has_result = frame->has_failed = frame->has_timed_out = false;
    frame->status = 0;
    if (!walk_stands(walk))
        return walk_give_up(walk, FLOW_SAYS_CHANGED, way);
    walk_say_phrase(walk, FLOW_SAYS_RESUME);
    if (has_result)
        return walk_call_ended(walk, trouble, way);
    if (frame->call == 0) {
        walk_ask(walk);
        return false;
    }
    walk->run->waits = RUN_WAITS_CALL;
    walk->run->asked_at = walk->env->now;
    return false;
}

/* The innermost flow is over. */
static bool leave(struct walk *walk, const char *outcome, struct way *way)
{
    struct run *run = walk->run;
    if (run->depth == 1) {
        if (!walk->has_spoken)
            walk_say_phrase(walk, FLOW_SAYS_DONE);
        walk_end(walk, outcome);
        return false;
    }
    pop(walk);
    if (run_top(run)->is_interrupted)
        return resume(walk, way);
    if (walk->step == NULL)
        return walk_give_up(walk, FLOW_SAYS_CHANGED, way);
    walk_pass(walk);
    *way = (struct way){ .kind = WAY_ON };
    return true;
}

bool walk_give_up(struct walk *walk, enum flow_phrase sentence, struct way *way)
{
    struct run *run = walk->run;
    for (;;) {
        run_top(run)->call = 0;
        if (walk->flow != NULL) {
            struct way out = walk->flow->give_up;
            if (out.kind == WAY_STEP &&
                (walk->step == NULL || out.step != (size_t)(walk->step - walk->flow->steps))) {
                *way = out;
                return true;
            }
        }
        if (run->depth == 1 || run->frames[run->depth - 2].is_interrupted)
            break;
        pop(walk);
        if (walk->step != NULL && walk_trouble(walk, (struct walk_trouble){ .has_given_up = true }, way))
            return true;
    }
    walk_say_phrase(walk, sentence);
    return leave(walk, sentence == FLOW_SAYS_CHANGED ? "changed" : "gave_up", way);
}

/* Moving */

void walk_on(struct walk *walk, struct way way)
{
    for (bool goes_on = true; goes_on;) {
        switch (way.kind) {
        case WAY_REDO: redo(walk, way.step); /* fall through */
        case WAY_STEP: goes_on = enter(walk, way.step, &way); break;
        case WAY_ON: way = take(walk, pick_branch(walk, false)); break;
        case WAY_END: goes_on = leave(walk, "done", &way); break;
        }
    }
}

/* Where the last question stands that was put in a frame; a name that the rules have lost is passed over. */
static const struct step *last_asked(const struct walk *walk, const struct frame *frame)
{
    const struct flow *flow = flow_find(walk->env->flows, walk->env->flow_count, frame->flow);
    for (size_t i = frame->asked_count; flow != NULL && i > 0; i--) {
        const struct step *step = flow_step(flow, frame->asked[i - 1]);
        if (step != NULL && step->ask != ASK_NOTHING && step != walk->step)
            return step;
    }
    return NULL;
}

/* The question before may have been put by the flow that ran this one. */
void walk_back(struct walk *walk)
{
    struct run *run = walk->run;
    size_t depth = run->depth;
    const struct step *step = last_asked(walk, &run->frames[depth - 1]);
    while (step == NULL && depth > 1 && !run->frames[depth - 2].is_interrupted)
        step = last_asked(walk, &run->frames[--depth - 1]);
    if (step == NULL) {
        walk_ask(walk);
        return;
    }
    while (run->depth > depth)
        pop(walk);
    size_t index = (size_t)(step - walk->flow->steps);
    walk_forget(walk, index);
    walk_on(walk, (struct way){ .kind = WAY_STEP, .step = index });
}

void walk_enter(struct walk *walk, const struct flow *flow)
{
    struct run *run = walk->run;
    if (run->depth > 0) {
        run_interrupt(run);
        run_drop(run, flow->name);
    }
    if (run->depth == FLOW_DEPTH_MAX) {
        walk_locate(walk);
        walk_break_off(walk);
        return;
    }
    push(walk, flow);
}
