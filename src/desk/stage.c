/*
 * stage: see the header.
 *
 * What belongs to the contact (opt-out, rules that rest, the time of the newest message) outlives a conversation; all
 * else begins anew with the message after a close.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "desk/button.h"
#include "desk/decide_fact.h"
#include "desk/stage.h"
#include "desk/stage_call.h"
#include "flow/step.h"

enum { VALUE_SHOWN_MAX = 80 };

void stage_open(struct stage *stage, const struct ruleset *ruleset, struct matcher *matcher, const struct talk *talk)
{
    *stage = (struct stage){ .ruleset = ruleset,
                             .matcher = matcher,
                             .talk = talk,
                             .now = talk->starts_at,
                             .owner = "closed",
                             .has_met_machine = !talk->is_first_contact,
                             .due_at = INT64_MAX };
    stage->given = alloc_array(ruleset->service_count + ruleset->backend_count, sizeof *stage->given);
    stage->facts = (struct decide_state){
        .channel = talk->channel != NULL           ? talk->channel
                   : ruleset->campaign_count > 0 ? ruleset->campaigns[0].channel
                                                   : "whatsapp",
        .first_name = "",
        .language = talk->language != NULL ? talk->language : ruleset_setting(ruleset, "default_language"),
        .time_zone = "",
        .fields = "{}",
        .campaign = "",
        .country = talk->country,
        .open = talk->open,
    };
}

void stage_close(struct stage *stage)
{
    for (size_t i = 0; i < stage->said_room; i++)
        buf_release(&stage->said[i]);
    free(stage->said);
    free(stage->given);
    free(stage->cooling);
    buf_release(&stage->variables);
    buf_release(&stage->choices);
    buf_release(&stage->run);
    buf_release(&stage->heard);
    *stage = (struct stage){ 0 };
}

void stage_begin(struct stage *stage)
{
    stage->said_count = 0;
    stage->events = 0;
}

/* Deciding */

static const char *text_or_null(const struct buf *buf)
{
    return buf->len > 0 ? buf_text(buf) : NULL;
}

struct decide_state stage_look(const struct stage *stage, const char *text)
{
    struct decide_state state = stage->facts;

    state.owner = stage->owner;
    state.is_opted_out = stage->is_opted_out;
    state.message_count = stage->message_count;
    state.last_in_at = stage->last_in_at;
    state.last_rule = stage->last_rule;
    state.variables = text_or_null(&stage->variables);
    state.choices = stage->ruleset->has_buttons && button_is_number(text) ? text_or_null(&stage->choices) : NULL;
    state.run = text_or_null(&stage->run);
    state.cooling = stage->cooling;
    state.cooling_count = stage->cooling_count;
    return state;
}

static void forget_rested(struct stage *stage)
{
    size_t kept = 0;

    for (size_t i = 0; i < stage->cooling_count; i++)
        if (stage->cooling[i].until_at > stage->now)
            stage->cooling[kept++] = stage->cooling[i];
    stage->cooling_count = kept;
}

/* Carrying out */

/* As customers get it: without blanks at its ends. */
static void say(struct stage *stage, const struct effect *effect)
{
    const struct campaign *campaign = effect->campaign;
    struct button_list list = { 0 };
    struct buf *said;

    if (stage->said_count == stage->said_room) {
        stage->said = alloc_resize(stage->said, stage->said_room + 4, sizeof *stage->said);
        memset(&stage->said[stage->said_room], 0, 4 * sizeof *stage->said);
        stage->said_room += 4;
    }
    said = &stage->said[stage->said_count++];
    buf_clear(said);
    buf_add_text(said, effect->text);
    buf_clear(&stage->choices);
    if (effect->buttons == NULL)
        return;
    if (campaign == NULL)
        campaign = ruleset_default_campaign(stage->ruleset, stage->facts.channel, LAYOUT_RESPONSE);
    button_parse(effect->buttons, &list);
    button_format(&list, button_shown(&list, campaign), &stage->choices);
    button_release(&list);
}

static void cool(struct stage *stage, const struct effect *effect)
{
    for (size_t i = 0; i < stage->cooling_count; i++)
        if (strcmp(stage->cooling[i].rule, effect->rule->name) == 0) {
            stage->cooling[i].until_at = effect->until_at;
            return;
        }
    if (stage->cooling_count == stage->cooling_room) {
        stage->cooling_room = stage->cooling_room == 0 ? 4 : stage->cooling_room * 2;
        stage->cooling = alloc_resize(stage->cooling, stage->cooling_room, sizeof *stage->cooling);
    }
    stage->cooling[stage->cooling_count++] = (struct cooling){ effect->rule->name, effect->until_at };
}

static void carry_effect(struct stage *stage, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_SAY: say(stage, effect); break;
    case EFFECT_OPT_OUT: stage->is_opted_out = true; break;
    case EFFECT_OPT_IN: stage->is_opted_out = false; break;
    case EFFECT_HANDOFF: stage->owner = "agent"; break;
    case EFFECT_CLOSE: stage->owner = "closed"; break;
    case EFFECT_COOLDOWN: cool(stage, effect); break;
    case EFFECT_CALL:
        stage->called = effect->service;
        stage->call = effect->call;
        break;
    case EFFECT_CONSULT:
        stage->asked = effect->backend;
        stage->wanted_by = effect->rule != NULL ? effect->rule->name : effect->step;
        stage->call = effect->call;
        break;
    case EFFECT_TAG:
    case EFFECT_SET: /* all at once: decision.remembered */
    case EFFECT_FLOW:
    case EFFECT_ATTRIBUTE:
    case EFFECT_ENTRY:
    case EFFECT_NOTICE: break;
    }
}

static void keep_run(struct stage *stage, const struct decision *decision)
{
    if (decision->run_change == RUN_AS_BEFORE)
        return;
    buf_clear(&stage->run);
    stage->due_at = INT64_MAX;
    if (decision->run_change == RUN_IS_OVER)
        return;
    buf_add(&stage->run, decision->run.data, decision->run.len);
    stage->due_at = decision->run_due_at > stage->now ? decision->run_due_at : stage->now + 1;
}

static void carry_out(struct stage *stage, const struct decision *decision)
{
    if (decision->remembered.len > 0) {
        buf_clear(&stage->variables);
        buf_add(&stage->variables, decision->remembered.data, decision->remembered.len);
    }
    for (size_t i = 0; i < decision->effect_count; i++)
        carry_effect(stage, &decision->effects[i]);
    keep_run(stage, decision);
}

/* What happens between messages */

void stage_decide(struct stage *stage, struct decide_input *input)
{
    struct decide_state state;
    struct decision decision = { 0 };

    forget_rested(stage);
    input->text = buf_text(&stage->heard);
    state = stage_look(stage, input->text);
    decide(stage->ruleset, stage->matcher, &state, input, stage->now, &decision);
    carry_out(stage, &decision);
    decision_release(&decision);
}

/* The verbs */

void stage_pass(struct stage *stage, int64_t ms)
{
    int64_t until = stage->now + ms;

    while (stage->due_at <= until && stage_may_go_on(stage)) {
        struct decide_input input = { .kind = INPUT_CLOCK };

        stage->now = stage->due_at;
        stage_decide(stage, &input);
        stage_answer_calls(stage);
    }
    stage->now = until;
}

static void begin_conversation(struct stage *stage)
{
    stage->owner = "bot";
    stage->message_count = 0;
    stage->last_rule = "";
    stage->due_at = INT64_MAX;
    buf_clear(&stage->variables);
    buf_clear(&stage->choices);
    buf_clear(&stage->run);
}

static void note_heard(struct stage *stage, const char *text, const struct decision *decision)
{
    stage->has_written = true;
    stage->last_in_at = stage->now;
    stage->last_rule = decision->rule != NULL ? decision->rule->name : "";
    buf_clear(&stage->heard);
    buf_add_text(&stage->heard, text);
}

void stage_hear(struct stage *stage, const char *text)
{
    struct decide_input input = { .text = text };
    struct decide_state state;
    struct decision decision = { 0 };

    if (stage_is_broken_off(stage))
        return;
    if (strcmp(stage->owner, "closed") == 0)
        begin_conversation(stage);
    forget_rested(stage);
    stage->message_count++;
    state = stage_look(stage, text);
    state.is_first_contact = stage->talk->is_first_contact && !stage->has_written;
    decide(stage->ruleset, stage->matcher, &state, &input, stage->now, &decision);
    note_heard(stage, text, &decision);
    carry_out(stage, &decision);
    stage_answer_calls(stage);
    decision_release(&decision);
}

/* Conditions */

struct view { /* how things stand, for the names of a condition */
    struct decide_state state;
    struct decide_input input;
    struct buf folded;
    struct facts facts;
    struct run run;
};

static void view_open(struct stage *stage, struct view *view)
{
    *view = (struct view){ .input = { .text = buf_text(&stage->heard) } };
    view->state = stage_look(stage, view->input.text);
    view->facts = (struct facts){ .ruleset = stage->ruleset,
                                  .state = &view->state,
                                  .input = &view->input,
                                  .now = stage->now,
                                  .matcher = stage->matcher,
                                  .folded = &view->folded };
    if (stage->run.len > 0)
        run_parse(buf_text(&stage->run), &view->run, NULL);
}

static void view_close(struct view *view)
{
    facts_release(&view->facts);
    run_release(&view->run);
    buf_release(&view->folded);
}

static void look_up(void *context, const char *name, struct expression_value *value)
{
    struct view *view = context;
    const struct run_variable *variable = *name == '@' ? run_variable(&view->run, name + 1) : NULL;

    if (variable != NULL)
        run_variable_value(variable, value);
    else
        facts_look_up(&view->facts, name, value);
}

enum expression_result stage_test(struct stage *stage, const struct expression *expression)
{
    struct view view;
    enum expression_result result;

    view_open(stage, &view);
    result = expression_test(expression, look_up, &view);
    view_close(&view);
    return result;
}

static void add_value(const struct expression_value *value, struct buf *out)
{
    size_t len = value->len;

    switch (value->kind) {
    case EXPRESSION_NULL: buf_add_text(out, "not known"); break;
    case EXPRESSION_INT: buf_addf(out, "%lld", (long long)value->number); break;
    case EXPRESSION_REAL: buf_addf(out, "%.15g", value->real); break;
    case EXPRESSION_TEXT:
        if (len > VALUE_SHOWN_MAX)
            len = utf8_floor(value->text, len, VALUE_SHOWN_MAX);
        buf_addf(out, "'%.*s%s'", (int)len, value->text, len < value->len ? "…" : "");
        break;
    }
}

void stage_tell(struct stage *stage, const struct expression *expression, struct buf *out)
{
    struct view view;

    view_open(stage, &view);
    for (size_t i = 0; i < expression_name_count(expression); i++) {
        const char *name = expression_name(expression, i);
        struct expression_value value = { 0 };

        look_up(&view, name, &value);
        buf_addf(out, "%s%s is ", i > 0 ? ", " : "", name);
        add_value(&value, out);
    }
    view_close(&view);
}
