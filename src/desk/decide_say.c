/*
 * decide_say: see the header.
 *
 * A sentence that renders to nothing visible is no effect, since Braze would take a blank text and send it.
 *
 * A conversation remembers VARIABLES_MAX values: what rules set, of which a ruleset knows no more names than that, and what
 * dialogues have left, or rules of a ruleset that is gone: those make room, the oldest first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "desk/button.h"
#include "desk/decide_say.h"
#include "flow/step.h"
#include "text/fold.h"
#include "text/template.h"

enum { SAY_MAX = 64 * 1024 };

struct effect *decide_add(struct decision *decision, enum effect_kind kind, const struct rule *rule)
{
    if (decision->effect_count == decision->effect_room) {
        decision->effect_room = decision->effect_room == 0 ? 4 : decision->effect_room * 2;
        decision->effects = alloc_resize(decision->effects, decision->effect_room, sizeof *decision->effects);
    }
    struct effect *effect = &decision->effects[decision->effect_count++];
    *effect = (struct effect){ .kind = kind, .rule = rule };
    return effect;
}

void decide_tag(struct decision *decision, const struct rule *rule)
{
    for (size_t i = 0; i < decision->effect_count; i++)
        if (decision->effects[i].kind == EFFECT_TAG && strcmp(decision->effects[i].name, rule->tag) == 0)
            return;
    decide_add(decision, EFFECT_TAG, rule)->name = rule->tag;
}

void decide_cool(struct decision *decision, const struct variables *variables, const struct rule *rule)
{
    if (rule->cooldown_ms > 0)
        decide_add(decision, EFFECT_COOLDOWN, rule)->until_at = variables->now + rule->cooldown_ms;
}

void decide_render(const struct template *template, struct variables *variables, size_t max, struct buf *out)
{
    struct template_env env = { variables_lookup, variables, variables->ruleset->zone };
    if (template != NULL)
        template_render(template, &env, max, out);
}

/* Saying */

/* The rule's own campaign counts on its own channel only. */
static const struct campaign *pick_campaign(const struct rule *rule, const struct decide_state *state)
{
    bool fits = rule->campaign != NULL && strcmp(rule->campaign->channel, state->channel) == 0;
    return fits ? rule->campaign : NULL;
}

/* Characters of the button behind `before` others: what becomes a quick reply, or a row of a list, is as short as
 * WhatsApp wants it. */
static size_t button_max(const struct rule *rule, const struct variables *variables, size_t before)
{
    const struct channel *channel = ruleset_channel(variables->ruleset, variables->state->channel);
    const struct campaign *campaign = pick_campaign(rule, variables->state);
    if (channel == NULL || channel->kind != CHANNEL_WHATSAPP)
        return BUTTON_TEXT_MAX;
    if (campaign == NULL)
        campaign = ruleset_default_campaign(variables->ruleset, channel->name, LAYOUT_RESPONSE);
    if (campaign != NULL && campaign->has_lists && rule->button_count > QUICK_REPLIES_MAX)
        return LIST_ROW_TEXT_MAX;
    return before < QUICK_REPLIES_MAX ? QUICK_REPLY_TEXT_MAX : BUTTON_TEXT_MAX;
}

/* As a JSON array; NULL when none has a text. */
static char *render_buttons(const struct rule *rule, struct variables *variables)
{
    struct button_list list = { 0 };
    struct buf json = { 0 };
    for (size_t i = 0; i < rule->button_count; i++) {
        struct buf text = { 0 };
        decide_render(rule->buttons[i], variables, SAY_MAX, &text);
        button_add(&list, buf_text(&text), button_max(rule, variables, list.count));
        buf_release(&text);
    }
    button_format(&list, 0, &json);
    bool is_empty = list.count == 0;
    button_release(&list);
    if (!is_empty)
        return buf_detach(&json);
    buf_release(&json);
    return NULL;
}

void decide_say(struct decision *decision, struct variables *variables, const struct rule *rule)
{
    struct buf text = { 0 };
    decide_render(rule->say, variables, SAY_MAX, &text);
    if (fold_is_empty(buf_text(&text), text.len)) {
        buf_release(&text);
        return;
    }
    struct effect *effect = decide_add(decision, EFFECT_SAY, rule);
    effect->text = buf_detach(&text);
    effect->buttons = rule->button_count > 0 ? render_buttons(rule, variables) : NULL;
    effect->campaign = pick_campaign(rule, variables->state);
    effect->is_consent = rule->action == ACTION_OPT_OUT;
    decision->outcome = OUTCOME_ANSWER;
}

/* Setting */

void decide_set(struct decision *decision, struct variables *variables, const struct rule *rule)
{
    for (size_t i = 0; i < rule->set_count; i++) {
        struct buf value = { 0 };
        decide_render(rule->sets[i].value, variables, VARIABLE_BYTES_MAX, &value);
        if (fold_is_empty(buf_text(&value), value.len))
            buf_clear(&value);
        struct effect *effect = decide_add(decision, EFFECT_SET, rule);
        effect->name = rule->sets[i].name;
        effect->text = buf_detach(&value);
    }
}

const struct effect *decide_value(const struct decision *decision, const char *name)
{
    for (size_t i = decision->effect_count; i > 0; i--) {
        const struct effect *effect = &decision->effects[i - 1];
        if (effect->kind == EFFECT_SET && strcmp(effect->name, name) == 0)
            return effect;
    }
    return NULL;
}

/* Does this effect bring a variable that will be there afterwards? */
static bool is_kept(const struct decision *decision, const struct effect *effect)
{
    return effect->kind == EFFECT_SET && *effect->text != '\0' &&
           decide_value(decision, effect->name) == effect;
}

/* What stays of the old ones, in their old order: what rules set, and of the rest the newest for which there is room. */
static void write_old(struct jsonw *json, struct variables *variables, const struct json *collected, size_t room)
{
    const struct json *old = variables_remembered(variables);
    size_t known = 0, strangers = 0;
    for (const struct json *item = json_first(old); item != NULL; item = json_next(item)) {
        bool is_new = decide_value(variables->decision, json_key(item)) != NULL || json_get(collected, json_key(item)) != NULL;
        known += !is_new && ruleset_has_variable(variables->ruleset, json_key(item));
        strangers += !is_new && !ruleset_has_variable(variables->ruleset, json_key(item));
    }
    room = room > known ? room - known : 0;
    for (const struct json *item = json_first(old); item != NULL; item = json_next(item)) {
        bool is_stranger = !ruleset_has_variable(variables->ruleset, json_key(item));
        if (decide_value(variables->decision, json_key(item)) != NULL || json_get(collected, json_key(item)) != NULL ||
            (is_stranger && strangers-- > room))
            continue;
        struct buf value = { 0 };
        json_format(item, &value);
        jsonw_raw(json, json_key(item), buf_text(&value));
        buf_release(&value);
    }
}

/* Of what dialogues have left the newest for which there is room. */
static void write_collected(struct jsonw *json, const struct json *collected, size_t room)
{
    size_t count = json_count(collected);
    for (const struct json *item = json_first(collected); item != NULL; item = json_next(item)) {
        struct buf value = { 0 };
        if (count-- > room)
            continue;
        json_format(item, &value);
        jsonw_raw(json, json_key(item), buf_text(&value));
        buf_release(&value);
    }
}

void decide_keep(struct decision *decision, struct variables *variables)
{
    size_t sets = 0, kept = 0, left;
    struct json *collected = NULL;
    for (size_t i = 0; i < decision->effect_count; i++) {
        sets += decision->effects[i].kind == EFFECT_SET;
        kept += is_kept(decision, &decision->effects[i]);
    }
    if (sets == 0 && decision->collected.len == 0)
        return;
    if (decision->collected.len > 0)
        json_parse(buf_text(&decision->collected), decision->collected.len, JSON_STRICT, &collected, NULL);
    left = json_count(collected) < VARIABLES_MAX - kept ? json_count(collected) : VARIABLES_MAX - kept;
    struct jsonw json = { .out = &decision->remembered };
    jsonw_object(&json, NULL);
    write_old(&json, variables, collected, VARIABLES_MAX - kept - left);
    write_collected(&json, collected, left);
    for (size_t i = 0; i < decision->effect_count; i++)
        if (is_kept(decision, &decision->effects[i]))
            jsonw_text(&json, decision->effects[i].name, decision->effects[i].text);
    jsonw_end_object(&json);
    json_free(collected);
}

/* As conditions see them: a number is one. */
static void write_left(struct jsonw *json, const struct run_variable *variable)
{
    struct expression_value value = { 0 };
    run_variable_value(variable, &value);
    switch (value.kind) {
    case EXPRESSION_INT: jsonw_int(json, variable->name, value.number); break;
    case EXPRESSION_REAL: jsonw_real(json, variable->name, value.real); break;
    default: jsonw_text(json, variable->name, variable->value);
    }
}

void decide_collect(const struct ruleset *ruleset, const struct run_variables *left, struct buf *out)
{
    struct jsonw json = { .out = out };
    size_t count = 0;
    for (size_t i = 0; i < left->count; i++) {
        if (!ruleset_collects(ruleset, left->list[i].name))
            continue;
        if (count++ == 0)
            jsonw_object(&json, NULL);
        write_left(&json, &left->list[i]);
    }
    if (count > 0)
        jsonw_end_object(&json);
}

void decide_leave(const struct ruleset *ruleset, const char *variables, const char *run_json, struct buf *remembered)
{
    struct decide_state state = { .variables = variables };
    struct decision decision = { 0 };
    struct variables known = { .ruleset = ruleset, .state = &state, .decision = &decision };
    struct run_variables left = { 0 };
    struct run run = { 0 };
    if (run_parse(run_json, &run, NULL) == 0)
        run_leave(&run, &left);
    decide_collect(ruleset, &left, &decision.collected);
    decide_keep(&decision, &known);
    buf_add(remembered, decision.remembered.data, decision.remembered.len);
    decision_release(&decision);
    variables_release(&known);
    run_variables_release(&left);
    run_release(&run);
}
