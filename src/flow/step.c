/*
 * step: see the header. Here each kind of input begins its walk; walk.c goes the ways, walk_answer.c reads,
 * walk_call.c deals with services, walk_clock.c with time, walk_say.c and walk_value.c with words and values.
 */
#include <string.h>

#include "flow/walk.h"

static void hear(struct walk *walk)
{
    walk->run->heard_at = walk->env->now;
    walk->run->is_reminded = false;
    walk->run->calls = walk->run->timeouts = 0;
}

/* When the station is gone, whatever was said to it; false: it is still there. */
static bool is_gone(struct walk *walk)
{
    struct way way;
    if (walk_stands(walk))
        return false;
    hear(walk);
    if (walk_give_up(walk, FLOW_SAYS_CHANGED, &way))
        walk_on(walk, way);
    return true;
}

static void put_values(struct run *run, const struct json *values)
{
    for (const struct json *item = json_first(values); item != NULL; item = json_next(item)) {
        const char *name = json_key(item), *text = json_text(item);
        if (text != NULL && *text != '\0' && *name != '\0' && strlen(name) <= RUN_NAME_MAX)
            run_put(&run->variables, name, &(struct run_variable){ .value = (char *)text, .is_raw = true });
    }
}

/* What an ended run has left behind is done with, but for the count: a late answer to its call finds nothing.
 */
static void begin_anew(struct run *run)
{
    int64_t call = run->call;
    run_release(run);
    run->call = call;
}

static enum flow_verdict on_enter(struct walk *walk)
{
    const struct flow *flow = flow_find(walk->env->flows, walk->env->flow_count, walk->input->flow);
    if (walk->run->depth == 0)
        begin_anew(walk->run);
    hear(walk);
    if (flow == NULL) {
        walk_say_phrase(walk, FLOW_SAYS_CHANGED);
        if (walk->run->depth == 0)
            walk_end(walk, "changed");
        return FLOW_STEPPED;
    }
    walk_enter(walk, flow);
    if (walk->run->depth > 0) {
        put_values(walk->run, walk->input->values);
        walk_on(walk, (struct way){ .kind = WAY_STEP });
    }
    return FLOW_STEPPED;
}

static bool answer(struct walk *walk)
{
    struct way way;
    if (!walk_read(walk, &way))
        return false;
    hear(walk);
    run_asked(walk->run, walk->step->name);
    walk_pass(walk);
    walk_on(walk, way);
    return true;
}

static bool go_back(struct walk *walk)
{
    if (!walk_is_back(walk))
        return false;
    hear(walk);
    walk_back(walk);
    return true;
}

static enum flow_verdict on_text(struct walk *walk)
{
    if (is_gone(walk))
        return FLOW_STEPPED;
    if (walk->run->waits == RUN_WAITS_CALL)
        return FLOW_UNREAD;
    bool is_choice = walk->step->ask == ASK_CHOICE;
    bool is_done = is_choice ? answer(walk) || go_back(walk) : go_back(walk) || answer(walk);
    return is_done ? FLOW_STEPPED : FLOW_UNREAD;
}

static void try_again(struct walk *walk)
{
    walk->run->asked_at = walk->env->now;
    if (walk_say_offer(walk, walk->step->retry))
        return;
    walk_say_phrase(walk, FLOW_SAYS_RETRY);
    walk_ask(walk);
}

static enum flow_verdict on_wrong(struct walk *walk)
{
    struct way way;
    if (is_gone(walk))
        return FLOW_STEPPED;
    if (walk->run->waits == RUN_WAITS_CALL)
        return FLOW_IDLE;
    hear(walk);
    if (++run_top(walk->run)->tries <= walk->flow->retries)
        try_again(walk);
    else if (walk_trouble(walk, (struct walk_trouble){ .has_given_up = true }, &way) ||
             walk_give_up(walk, FLOW_SAYS_GAVE_UP, &way))
        walk_on(walk, way);
    return FLOW_STEPPED;
}

static enum flow_verdict on_resume(struct walk *walk)
{
    if (is_gone(walk))
        return FLOW_STEPPED;
    if (walk->run->waits == RUN_WAITS_CALL)
        return FLOW_IDLE;
    hear(walk);
    walk_say_phrase(walk, FLOW_SAYS_RESUME);
    walk_ask(walk);
    return FLOW_STEPPED;
}

static enum flow_verdict on_cancel(struct walk *walk)
{
    walk_say_phrase(walk, FLOW_SAYS_CANCELLED);
    walk_end(walk, "cancelled");
    return FLOW_STEPPED;
}

static enum flow_verdict (*const INPUTS[])(struct walk *) = {
    [FLOW_ENTER] = on_enter,     [FLOW_TEXT] = on_text,     [FLOW_WRONG] = on_wrong,
    [FLOW_RESULT] = walk_result, [FLOW_CLOCK] = walk_clock, [FLOW_RESUME] = on_resume,
    [FLOW_CANCEL] = on_cancel,
};

enum flow_verdict flow_step_run(const struct flow_env *env, const struct flow_input *input, struct run *run,
                                struct flow_effects *effects)
{
    struct walk walk = { .env = env, .input = input, .run = run, .effects = effects };
    enum flow_verdict verdict = FLOW_IDLE;
    walk_locate(&walk);
    if (run->depth > 0 || input->kind == FLOW_ENTER)
        verdict = INPUTS[input->kind](&walk);
    effects->steps += walk.steps;
    run->due_at = walk_due(&walk);
    return verdict;
}
