/*
 * decide_answer: see the header.
 *
 * A flow that the model starts speaks behind the answer; one that was under way is taken up again behind it, unless the
 * conversation has changed hands.
 */
#include <string.h>

#include "backend/vendor.h"
#include "base/alloc.h"
#include "desk/decide_answer.h"
#include "desk/decide_handoff.h"
#include "desk/decide_say.h"
#include "rules/build.h"
#include "text/fold.h"
#include "text/markdown.h"

enum { PHRASE_MAX = 4096 };

/* Effects */

static struct effect *add(struct search *search, enum effect_kind kind, const struct decide_reply *reply)
{
    const struct rule *rule = ruleset_rule(search->ruleset, reply->wanted_by);
    struct effect *effect = decide_add(search->decision, kind, rule);

    effect->step = rule == NULL ? reply->wanted_by : NULL;
    return effect;
}

static void say(struct search *search, const struct decide_reply *reply, struct buf *text)
{
    add(search, EFFECT_SAY, reply)->text = buf_detach(text);
    search->decision->outcome = OUTCOME_ANSWER;
}

/* A row of the rules whose names all stand for nothing must not leave the customer without a word. */
bool decide_phrase(const struct search *search, struct variables *variables, enum ai_phrase phrase, struct buf *out)
{
    const struct template *const texts[] = {
        rules_ai_phrase(search->ruleset, phrase, search->state->language),
        rules_ai_phrase_built_in(search->ruleset, phrase, search->state->language),
    };

    for (size_t i = 0; i < 2 && fold_is_empty(buf_text(out), out->len); i++) {
        buf_clear(out);
        if (texts[i] != NULL)
            decide_render(texts[i], variables, PHRASE_MAX, out);
    }
    return !fold_is_empty(buf_text(out), out->len);
}

static void say_phrase(struct search *search, struct variables *variables, const struct decide_reply *reply,
                       enum ai_phrase phrase)
{
    struct buf text = { 0 };

    if (decide_phrase(search, variables, phrase, &text))
        say(search, reply, &text);
    buf_release(&text);
}

/* The text */

static enum markdown_dialect dialect_of(const struct search *search)
{
    const struct channel *channel = ruleset_channel(search->ruleset, search->state->channel);

    return channel != NULL && channel->kind == CHANNEL_WHATSAPP ? MARKDOWN_WHATSAPP : MARKDOWN_PLAIN;
}

bool decide_answer_text(const struct search *search, struct variables *variables, const struct decide_reply *reply,
                        struct buf *out)
{
    struct buf answer = { 0 };

    if (reply->text != NULL && reply->is_plain)
        buf_add_text(&answer, reply->text);
    else if (reply->text != NULL)
        markdown_format(reply->text, strlen(reply->text), dialect_of(search), &answer);
    if (fold_is_empty(buf_text(&answer), answer.len)) {
        buf_release(&answer);
        return false;
    }
    if (reply->is_first && decide_phrase(search, variables, AI_SAYS_NOTICE, out))
        buf_add_text(out, "\n\n");
    buf_add(out, buf_text(&answer), answer.len);
    buf_release(&answer);
    return true;
}

/* Deeds */

static const struct vendor_deed *find_deed(const struct decide_reply *reply, enum backend_act_kind kind)
{
    for (size_t i = 0; i < reply->deed_count; i++)
        if (reply->deeds[i].act->kind == kind)
            return &reply->deeds[i];
    return NULL;
}

void decide_take_sets(struct decision *decision, const struct vendor_deed *deeds, size_t count,
                      const struct rule *rule, const char *step)
{
    for (size_t i = 0; i < count; i++) {
        struct effect *effect;

        if (deeds[i].act->kind != ACT_SET || deeds[i].value == NULL || strlen(deeds[i].value) > VARIABLE_BYTES_MAX)
            continue;
        effect = decide_add(decision, EFFECT_SET, rule);
        effect->step = step;
        effect->name = deeds[i].act->target;
        effect->text = alloc_text(deeds[i].value);
    }
}

static void hand_over(struct search *search, struct dialogue *dialogue, const struct decide_reply *reply, const char *team)
{
    const struct team *to = ruleset_team(search->ruleset, team);
    bool has_spoken = search->decision->outcome == OUTCOME_ANSWER;
    struct buf closed = { 0 };

    if (to == NULL)
        return;
    add(search, EFFECT_HANDOFF, reply)->team = to;
    if (decide_closed(search, dialogue->variables, to, &closed))
        say(search, reply, &closed);
    else if (!has_spoken)
        say_phrase(search, dialogue->variables, reply, AI_SAYS_HANDOFF);
    dialogue_drop(dialogue, "handoff");
}

/* One change of hands is enough, and what follows it is nobody's: so a hand-over goes before a close, and both before a
 * flow. */
void decide_answer_deeds(struct search *search, struct dialogue *dialogue, const struct decide_reply *reply)
{
    const struct vendor_deed *handoff = find_deed(reply, ACT_HANDOFF), *flow = find_deed(reply, ACT_FLOW);
    const struct flow *begins = flow != NULL ? ruleset_flow(search->ruleset, flow->act->target) : NULL;
    const struct rule *rule = ruleset_rule(search->ruleset, reply->wanted_by);

    decide_take_sets(search->decision, reply->deeds, reply->deed_count, rule, rule == NULL ? reply->wanted_by : NULL);
    if (handoff != NULL && ruleset_team(search->ruleset, handoff->act->target) != NULL) {
        hand_over(search, dialogue, reply, handoff->act->target);
    } else if (find_deed(reply, ACT_CLOSE) != NULL) {
        add(search, EFFECT_CLOSE, reply);
        dialogue_drop(dialogue, "close");
    } else if (begins != NULL) {
        add(search, EFFECT_FLOW, reply)->flow = begins;
        dialogue_enter(dialogue, begins, "{}");
    }
}

bool decide_answer_ends(const struct search *search, const struct decide_reply *reply)
{
    const struct vendor_deed *handoff = find_deed(reply, ACT_HANDOFF);

    return (handoff != NULL && ruleset_team(search->ruleset, handoff->act->target) != NULL) ||
           find_deed(reply, ACT_CLOSE) != NULL;
}

void decide_answer_say(struct search *search, const struct decide_reply *reply, struct buf *text)
{
    if (text->len == 0)
        return;
    say(search, reply, text);
    search->decision->effects[search->decision->effect_count - 1].has_marks = !reply->is_plain;
}

void decide_answer(struct search *search, struct variables *variables, struct dialogue *dialogue)
{
    const struct decide_reply *reply = dialogue->input->reply;
    struct buf text = { 0 };

    if (decide_answer_text(search, variables, reply, &text))
        decide_answer_say(search, reply, &text);
    buf_release(&text);
    decide_answer_deeds(search, dialogue, reply);
    if (search->decision->outcome != OUTCOME_ANSWER && !decision_has(search->decision, EFFECT_CLOSE))
        say_phrase(search, variables, reply, AI_SAYS_SORRY);
    if (!decision_has(search->decision, EFFECT_FLOW))
        dialogue_resume(dialogue);
}

void decide_gave_up(struct search *search, struct dialogue *dialogue)
{
    const struct decide_reply *reply = dialogue->input->reply;
    const struct backend *last = reply->backend;

    if (last != NULL && last->team != NULL)
        hand_over(search, dialogue, reply, last->team);
    if (decision_has(search->decision, EFFECT_HANDOFF))
        return;
    say_phrase(search, dialogue->variables, reply, AI_SAYS_SORRY);
    dialogue_resume(dialogue);
}
