/*
 * walk_call: services of the business and backends that are asked, and what comes of them. To a run they are the same:
 * calls, each with a number, that end once.
 */
#include <stdlib.h>

#include "flow/walk.h"
#include "text/escape.h"

/* One byte more than is allowed is rendered, so that what was cut is told from what just fits. */
static bool render(struct walk *walk, const struct template *text, template_escape *escape, size_t max,
                   struct buf *out)
{
    walk_render(walk, text, escape, max + 1, out);
    return out->len <= max;
}

static bool render_url(struct walk *walk, const struct template *source, struct buf *url)
{
    struct buf outline = { 0 };
    if (!render(walk, source, escape_url, CALL_URL_MAX, url))
        return false;
    walk_render(walk, source, escape_outline, SIZE_MAX, &outline);
    bool is_whole = escape_url_is_whole(buf_text(url), buf_text(&outline));
    buf_release(&outline);
    return is_whole;
}

/* The run waits for what the effect asks for. */
static void await(struct walk *walk, struct flow_effect *effect)
{
    effect->call = run_top(walk->run)->call = ++walk->run->call;
    walk->run->calls++;
    walk->run->waits = RUN_WAITS_CALL;
    walk->run->asked_at = walk->env->now;
}

bool walk_call(struct walk *walk, struct way *way)
{
    const struct service *service = walk->step->service;
    struct buf url = { 0 }, body = { 0 };
    if (walk->run->calls == FLOW_CALLS_MAX) {
        walk_break_off(walk);
        return false;
    }
    bool fits = render_url(walk, service->url, &url) &&
                render(walk, service->body, escape_json, CALL_BODY_MAX, &body);
    if (!fits) {
        buf_release(&url);
        buf_release(&body);
        return walk_call_ended(walk, (struct walk_trouble){ .has_failed = true }, way);
    }
    struct flow_effect *effect = walk_effect(walk, FLOW_CALL);
    effect->service = service;
    effect->url = buf_detach(&url);
    effect->body = service->body != NULL ? buf_detach(&body) : NULL;
    buf_release(&body);
    await(walk, effect);
    return false;
}

void walk_consult(struct walk *walk)
{
    if (walk->run->calls == FLOW_CALLS_MAX)
        walk_break_off(walk);
    else
        await(walk, walk_effect(walk, FLOW_CONSULT));
}

int64_t walk_call_ms(const struct step *step)
{
    return step->action == STEP_CONSULT ? step->consult_ms : step->service->deadline_ms;
}

bool walk_call_ended(struct walk *walk, struct walk_trouble trouble, struct way *way)
{
    run_top(walk->run)->call = 0;
    if (!trouble.has_failed) {
        walk_pass(walk);
        *way = (struct way){ .kind = WAY_ON };
        return true;
    }
    return walk_trouble(walk, trouble, way) || walk_give_up(walk, FLOW_SAYS_GAVE_UP, way);
}

/* Variables */

static void pick(struct run_variables *variables, struct frame *frame, const struct service_value *value,
                 const struct json *answer)
{
    const struct json *found = json_point(answer, value->pointer);
    struct buf text = { 0 };
    struct run_variable variable = { .is_number = true };
    bool is_true;
    if (json_kind(found) == JSON_BOOL && json_bool(found, &is_true)) {
        buf_add_char(&text, is_true ? '1' : '0');
    } else {
        variable.is_number = json_kind(found) == JSON_NUMBER;
        json_scalar(found, &text);
    }
    variable.is_raw = !variable.is_number;
    variable.value = (char *)buf_text(&text);
    if (json_kind(found) == JSON_BOOL || json_kind(found) == JSON_NUMBER || json_kind(found) == JSON_TEXT)
        run_put(variables, value->name, &variable);
    else
        run_forget_in(variables, frame, value->name);
    buf_release(&text);
}

/* What the input says of the call that the step has made. */
static struct walk_trouble judge(const struct flow_input *input, const struct step *step)
{
    bool is_unreadable = step->action == STEP_CALL && input->answer == NULL && step->service->value_count > 0;
    if (!input->has_failed && !input->has_timed_out && !is_unreadable)
        return (struct walk_trouble){ 0 };
    return (struct walk_trouble){ .has_failed = true,
                                  .has_timed_out = input->has_timed_out,
                                  .status = input->status > 0 ? input->status : 0 };
}

static void take(struct walk *walk, const struct step *step, struct run_variables *variables, struct frame *frame)
{
    for (size_t i = 0; step->action == STEP_CALL && i < step->service->value_count; i++)
        pick(variables, frame, &step->service->values[i], walk->input->answer);
    if (step->action == STEP_CONSULT && walk->input->said != NULL)
        walk_say_text(walk, walk->input->said);
}

/* For a flow that lies below: what was got comes now, the rest when it is resumed. */
static void keep(struct walk *walk, struct frame *frame)
{
    const struct flow *flow = flow_find(walk->env->flows, walk->env->flow_count, frame->flow);
    const struct step *step = flow != NULL ? flow_step(flow, frame->step) : NULL;
    struct walk_trouble trouble = { 0 };
    if (step != NULL && (step->action == STEP_CALL || step->action == STEP_CONSULT)) {
        take(walk, step, &frame->variables, frame);
        trouble = judge(walk->input, step);
    }
    frame->has_result = true;
    frame->has_failed = trouble.has_failed;
    frame->has_timed_out = trouble.has_timed_out;
    frame->status = trouble.status;
}

enum flow_verdict walk_result(struct walk *walk)
{
    struct run *run = walk->run;
    struct way way = { 0 };
    size_t i = 0;
    while (i < run->depth && (run->frames[i].call != walk->input->call || run->frames[i].has_result))
        i++;
    if (i == run->depth || walk->input->call == 0)
        return FLOW_IDLE;
    if (run->frames[i].is_interrupted) {
        keep(walk, &run->frames[i]);
        return FLOW_STEPPED;
    }
    bool goes_on = false;
    if (!walk_stands(walk)) {
        goes_on = walk_give_up(walk, FLOW_SAYS_CHANGED, &way);
    } else {
        take(walk, walk->step, &run->variables, run_top(run));
        goes_on = walk_call_ended(walk, judge(walk->input, walk->step), &way);
    }
    if (goes_on)
        walk_on(walk, way);
    return FLOW_STEPPED;
}
