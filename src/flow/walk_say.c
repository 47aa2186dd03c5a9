/*
 * walk_say: the effects of a walk. A sentence that renders to nothing that could be seen is none.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "flow/walk.h"
#include "text/fold.h"

enum { SAY_MAX = 64 * 1024 };

const char *const flow_phrase_names[FLOW_PHRASE_COUNT] = {
    [FLOW_SAYS_RETRY] = "flow_retry",     [FLOW_SAYS_GAVE_UP] = "flow_gave_up",
    [FLOW_SAYS_EXPIRED] = "flow_expired", [FLOW_SAYS_REMINDER] = "flow_reminder",
    [FLOW_SAYS_RESUME] = "flow_resume",   [FLOW_SAYS_CANCELLED] = "flow_cancelled",
    [FLOW_SAYS_CHANGED] = "flow_changed", [FLOW_SAYS_DONE] = "flow_done",
    [FLOW_SAYS_HANDOFF] = "flow_handoff", [FLOW_SAYS_ASK] = "flow_ask",
};

struct flow_effect *walk_effect(struct walk *walk, enum flow_effect_kind kind)
{
    struct flow_effects *effects = walk->effects;
    if (effects->count == effects->room) {
        effects->room = effects->room == 0 ? 4 : effects->room * 2;
        effects->list = alloc_resize(effects->list, effects->room, sizeof effects->list[0]);
    }
    struct flow_effect *effect = &effects->list[effects->count++];
    *effect = (struct flow_effect){ .kind = kind, .flow = walk->flow, .step = walk->step };
    return effect;
}

void walk_pass(struct walk *walk)
{
    if (walk->step != NULL && walk->step->is_watched)
        run_variables_merge(&walk->run->variables, &walk_effect(walk, FLOW_PASSED)->variables);
}

void flow_effects_release(struct flow_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++) {
        struct flow_effect *effect = &effects->list[i];
        free(effect->text);
        free(effect->buttons);
        free(effect->properties);
        free(effect->url);
        free(effect->body);
        run_variables_release(&effect->variables);
    }
    run_variables_release(&effects->left);
    free(effects->list);
    *effects = (struct flow_effects){ 0 };
}

static bool may_speak(const struct walk *walk)
{
    return walk->input->kind != FLOW_CLOCK || walk->env->now < walk->env->window_until;
}

/* NULL when there was nothing to say, or nothing may be said. */
static struct flow_effect *say(struct walk *walk, const struct template *text)
{
    struct buf rendered = { 0 };
    if (!may_speak(walk))
        return NULL;
    walk_render(walk, text, NULL, SAY_MAX, &rendered);
    if (fold_is_empty(buf_text(&rendered), rendered.len)) {
        buf_release(&rendered);
        return NULL;
    }
    struct flow_effect *effect = walk_effect(walk, FLOW_SAY);
    effect->text = buf_detach(&rendered);
    walk->has_spoken = true;
    return effect;
}

void walk_say_text(struct walk *walk, const char *text)
{
    if (!may_speak(walk))
        return;
    walk_effect(walk, FLOW_SAY)->text = alloc_text(text);
    walk->has_spoken = true;
}

static char *format_buttons(struct walk *walk)
{
    struct buf json = { 0 };
    struct jsonw writer = { .out = &json };
    size_t count = 0;
    jsonw_array(&writer, NULL);
    for (size_t i = 0; i < walk->step->choice_count; i++) {
        struct buf label = { 0 };
        walk_render(walk, walk->step->choices[i].label, NULL, WALK_LABEL_MAX, &label);
        if (!fold_is_empty(buf_text(&label), label.len)) {
            jsonw_text(&writer, NULL, buf_text(&label));
            count++;
        }
        buf_release(&label);
    }
    jsonw_end_array(&writer);
    if (count > 0)
        return buf_detach(&json);
    buf_release(&json);
    return NULL;
}

static char *format_properties(struct walk *walk)
{
    struct buf json = { 0 };
    struct jsonw writer = { .out = &json };
    if (walk->step->property_count == 0)
        return NULL;
    jsonw_object(&writer, NULL);
    for (size_t i = 0; i < walk->step->property_count; i++) {
        struct buf value = { 0 };
        walk_render(walk, walk->step->properties[i].value, NULL, SAY_MAX, &value);
        jsonw_text(&writer, walk->step->properties[i].name, buf_text(&value));
        buf_release(&value);
    }
    jsonw_end_object(&writer);
    return buf_detach(&json);
}

bool walk_say(struct walk *walk, const struct template *text)
{
    return say(walk, text) != NULL;
}

bool walk_say_offer(struct walk *walk, const struct template *text)
{
    struct flow_effect *effect = say(walk, text);
    if (effect != NULL && walk->step != NULL)
        effect->buttons = format_buttons(walk);
    return effect != NULL;
}

void walk_say_phrase(struct walk *walk, enum flow_phrase phrase)
{
    say(walk, walk->env->phrase(walk->env->context, phrase));
}

bool walk_say_step(struct walk *walk)
{
    if (!walk_say_offer(walk, walk->step->say))
        return false;
    struct flow_effect *effect = &walk->effects->list[walk->effects->count - 1];
    effect->campaign = walk->step->campaign;
    effect->properties = format_properties(walk);
    return true;
}

/*
 * A question that nobody has heard must not be answered by the next "yes". A list of choices is nothing without words
 * above it, even where a sentence went before.
 */
void walk_ask(struct walk *walk)
{
    if (!may_speak(walk)) {
        walk_end(walk, "expired");
        return;
    }
    bool has_asked = walk_say_step(walk);
    if (!has_asked && (!walk->has_spoken || walk->step->choice_count > 0))
        walk_say_offer(walk, walk->env->phrase(walk->env->context, FLOW_SAYS_ASK));
    walk->run->waits = RUN_WAITS_ANSWER;
    walk->run->asked_at = walk->env->now;
}
