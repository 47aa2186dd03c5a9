/*
 * decide_flow: see the header.
 *
 * What a step hands over or closes goes before all sentences of the decision, those of a rule included: they belong to
 * the time after it, and would be withheld otherwise (put_changes_first).
 *
 * A run that cannot be read (a book of a later version) is over, in silence: there is nothing to go on with.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "desk/button.h"
#include "desk/clearance.h"
#include "desk/decide_handoff.h"
#include "desk/decide_answer.h"
#include "desk/decide_flood.h"
#include "desk/decide_flow.h"
#include "desk/decide_moment.h"
#include "desk/decide_say.h"
#include "rules/build.h"
#include "rules/flow_phrase.h"
#include "rules/opening.h"

/* What a step may ask of the decision around it */

static bool look_up_name(void *context, const char *name, struct buf *value)
{
    struct dialogue *dialogue = context;

    return variables_lookup(dialogue->variables, name, value);
}

static void look_up_fact(void *context, const char *name, struct expression_value *value)
{
    struct dialogue *dialogue = context;

    facts_look_up(&dialogue->search->facts, name, value);
}

static const struct template *phrase(void *context, enum flow_phrase phrase)
{
    struct dialogue *dialogue = context;

    return rules_flow_phrase(dialogue->search->ruleset, phrase, dialogue->search->state->language);
}

static const struct template *phrase_of_name(void *context, const char *name)
{
    struct dialogue *dialogue = context;

    return variables_phrase(dialogue->variables, name);
}

static bool is_open(void *context, int64_t at)
{
    const struct ruleset *ruleset = context;

    return opening_is_open(ruleset->opening, ruleset->zone, at);
}

static bool is_open_on(void *context, int64_t day)
{
    const struct ruleset *ruleset = context;

    return opening_is_open_on(ruleset->opening, day);
}

static int64_t window_until(const struct dialogue *dialogue)
{
    const struct search *search = dialogue->search;
    int64_t heard_at = dialogue->input->kind == INPUT_MESSAGE ? search->now : search->state->last_in_at;

    return clearance_window_until(search->ruleset, search->state->channel, heard_at);
}

static const char *known(const char *text)
{
    return text != NULL ? text : "";
}

/* The customer's own, else the business's. */
static const char *country_of(const struct search *search)
{
    const char *country = known(search->state->country);

    return *country != '\0' ? country : ruleset_setting(search->ruleset, "country");
}

static void set_env(struct dialogue *dialogue)
{
    const struct search *search = dialogue->search;
    const struct ruleset *ruleset = search->ruleset;

    dialogue->has_env = true;
    dialogue->env = (struct flow_env){
        .flows = ruleset->flows,
        .flow_count = ruleset->flow_count,
        .matcher = search->matcher,
        .now = search->now,
        .window_until = window_until(dialogue),
        .ask = { .now = search->now,
                 .zone = ruleset->zone,
                 .language = known(search->state->language),
                 .country = country_of(search),
                 .month_first = ruleset_setting_number(ruleset, "month_first") != 0,
                 .is_open = is_open,
                 .is_open_on = is_open_on,
                 .context = (void *)ruleset,
                 .matcher = search->matcher },
        .back_words = ruleset->back_words,
        .lookup = look_up_name,
        .fact = look_up_fact,
        .inner = phrase_of_name,
        .phrase = phrase,
        .context = dialogue,
    };
}

/* Effects */

static struct effect *add(struct dialogue *dialogue, enum effect_kind kind, const struct flow_effect *from)
{
    struct effect *effect = decide_add(dialogue->search->decision, kind, NULL);

    effect->step = from->step != NULL ? from->step->full_name : from->flow != NULL ? from->flow->name : "flow";
    return effect;
}

static char *take(char **text)
{
    char *taken = *text;

    *text = NULL;
    return taken;
}

static void add_say(struct dialogue *dialogue, struct flow_effect *from)
{
    const struct search *search = dialogue->search;
    const struct campaign *campaign = from->campaign != NULL ? ruleset_campaign(search->ruleset, from->campaign) : NULL;
    struct effect *effect = add(dialogue, EFFECT_SAY, from);

    effect->text = take(&from->text);
    effect->buttons = take(&from->buttons);
    if (campaign != NULL && strcmp(campaign->channel, search->state->channel) == 0) {
        effect->campaign = campaign;
        effect->properties = take(&from->properties);
    }
    search->decision->outcome = OUTCOME_ANSWER;
}

static void add_call(struct dialogue *dialogue, struct flow_effect *from)
{
    struct effect *effect = add(dialogue, EFFECT_CALL, from);

    effect->service = from->service;
    effect->url = take(&from->url);
    effect->body = take(&from->body);
    effect->call = from->call;
}

static void add_consult(struct dialogue *dialogue, const struct flow_effect *from)
{
    const struct ruleset *ruleset = dialogue->search->ruleset;
    struct effect *effect = add(dialogue, EFFECT_CONSULT, from);

    effect->backend = backend_find(ruleset->backends, ruleset->backend_count, from->step->backend);
    effect->call = from->call;
    effect->is_barred = flood_bars_consult(ruleset, dialogue->search->state, NULL);
    dialogue->search->decision->outcome = OUTCOME_ANSWER;
}

/* What the step has just said; NULL: nothing. */
static struct effect *said_by(const struct decision *decision, const char *step)
{
    struct effect *last = decision->effect_count > 0 ? &decision->effects[decision->effect_count - 1] : NULL;

    return last != NULL && last->kind == EFFECT_SAY && last->step != NULL && strcmp(last->step, step) == 0 ? last : NULL;
}

static void add_handoff(struct dialogue *dialogue, struct flow_effect *from)
{
    struct search *search = dialogue->search;
    const struct team *team = ruleset_team(search->ruleset, from->team);
    struct effect *said;
    struct buf closed = { 0 };

    if (decide_closed(search, dialogue->variables, team, &closed)) {
        said = said_by(search->decision, from->step != NULL ? from->step->full_name : "");
        if (said == NULL)
            said = add(dialogue, EFFECT_SAY, from);
        free(said->text);
        said->text = buf_detach(&closed);
        search->decision->outcome = OUTCOME_ANSWER;
    }
    add(dialogue, EFFECT_HANDOFF, from)->team = team;
}

static void add_effects(struct dialogue *dialogue, struct flow_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++) {
        struct flow_effect *from = &effects->list[i];

        switch (from->kind) {
        case FLOW_SAY: add_say(dialogue, from); break;
        case FLOW_CALL: add_call(dialogue, from); break;
        case FLOW_CONSULT: add_consult(dialogue, from); break;
        case FLOW_HANDOFF: add_handoff(dialogue, from); break;
        case FLOW_CLOSE: add(dialogue, EFFECT_CLOSE, from); break;
        case FLOW_PASSED:
            decide_moment_of_step(dialogue->search, dialogue->variables, from->flow, from->step, &from->variables);
            break;
        }
    }
}

static bool is_change(const struct effect *effect)
{
    return effect->kind == EFFECT_HANDOFF || effect->kind == EFFECT_CLOSE || effect->kind == EFFECT_OPT_OUT ||
           effect->kind == EFFECT_OPT_IN;
}

static void put_changes_first(struct decision *decision)
{
    size_t at = 0;

    for (size_t i = 0; i < decision->effect_count; i++) {
        struct effect effect = decision->effects[i];

        if (!is_change(&effect))
            continue;
        memmove(&decision->effects[at + 1], &decision->effects[at], (i - at) * sizeof effect);
        decision->effects[at++] = effect;
    }
}

/* Stepping */

static enum flow_verdict step(struct dialogue *dialogue, const struct flow_input *input, const char *reading)
{
    struct decision *decision = dialogue->search->decision;
    struct flow_effects effects = { 0 };
    enum flow_verdict verdict;

    if (!dialogue->has_env)
        set_env(dialogue);
    verdict = flow_step_run(&dialogue->env, input, &dialogue->run, &effects);
    if (verdict == FLOW_STEPPED) {
        decision->run_change = RUN_GOES_ON;
        if (decision->reading == NULL)
            decision->reading = reading;
        add_effects(dialogue, &effects);
        run_variables_merge(&effects.left, &dialogue->left);
        dialogue->is_there = dialogue->run.waits != RUN_ENDED;
    }
    flow_effects_release(&effects);
    return verdict;
}

static void tell_station(const struct run *run, struct buf *station)
{
    const struct frame *frame = run->depth > 0 ? &run->frames[run->depth - 1] : NULL;

    if (frame != NULL)
        buf_addf(station, "%s.%s", frame->flow, frame->step);
}

void dialogue_begin(struct dialogue *dialogue)
{
    struct decision *decision = dialogue->search->decision;
    const char *json = dialogue->search->state->run;

    if (json == NULL)
        return;
    if (run_parse(json, &dialogue->run, NULL) != 0) {
        dialogue_drop(dialogue, "unreadable");
        return;
    }
    dialogue->is_there = true;
    tell_station(&dialogue->run, &decision->station);
}

static void write_run(struct dialogue *dialogue)
{
    struct decision *decision = dialogue->search->decision;

    if (dialogue->run.waits == RUN_ENDED) {
        decision->run_change = RUN_IS_OVER;
        decision->run_outcome = dialogue->run.outcome;
        return;
    }
    run_format(&dialogue->run, &decision->run);
    tell_station(&dialogue->run, &decision->station_after);
    decision->run_due_at = dialogue->run.due_at;
    decision->run_awaits_call = dialogue->run.waits == RUN_WAITS_CALL;
}

void dialogue_end(struct dialogue *dialogue)
{
    if (dialogue->search->decision->run_change == RUN_GOES_ON)
        write_run(dialogue);
    put_changes_first(dialogue->search->decision);
    decide_collect(dialogue->search->ruleset, &dialogue->left, &dialogue->search->decision->collected);
    run_variables_release(&dialogue->left);
    run_release(&dialogue->run);
    buf_release(&dialogue->chosen);
}

bool dialogue_awaits_call(const struct dialogue *dialogue)
{
    return dialogue->is_there && dialogue->run.waits == RUN_WAITS_CALL;
}

bool dialogue_offers_choices(const struct dialogue *dialogue)
{
    const struct run *run = &dialogue->run;
    const struct frame *frame = run->depth > 0 ? &run->frames[run->depth - 1] : NULL;
    const struct flow *flow = frame != NULL ? ruleset_flow(dialogue->search->ruleset, frame->flow) : NULL;
    const struct step *at = flow != NULL ? flow_step(flow, frame->step) : NULL;

    return at != NULL && at->ask == ASK_CHOICE;
}

bool dialogue_hears_yes_or_no(struct dialogue *dialogue)
{
    struct ask_answer answer = { 0 };
    struct ask ask;
    bool is_read;

    if (!dialogue->has_env)
        set_env(dialogue);
    ask = dialogue->env.ask;
    ask.kind = ASK_YES_NO;
    is_read = ask_read(&ask, dialogue->input->text, NULL, &answer) == ASK_READ;
    ask_answer_release(&answer);
    return is_read;
}

void dialogue_enter(struct dialogue *dialogue, const struct flow *flow, const char *values)
{
    struct flow_input input = { .kind = FLOW_ENTER, .flow = flow->name };
    struct json *json = NULL;

    json_parse(values, strlen(values), JSON_FIRST_KEY_WINS, &json, NULL);
    input.values = json;
    step(dialogue, &input, dialogue->is_there ? "interrupted" : "begun");
    json_free(json);
}

bool dialogue_was_not_asked_yet(const struct dialogue *dialogue)
{
    return dialogue->input->said_at != 0 && dialogue->input->said_at < dialogue->run.asked_at;
}

/* A number that stood before a line of the last text is that line, whatever the rules offer by now. */
static struct flow_input text_input(struct dialogue *dialogue, enum flow_input_kind kind)
{
    struct flow_input input = { .kind = kind, .text = dialogue->input->text, .media = dialogue->input->media };

    buf_clear(&dialogue->chosen);
    if (button_choose(dialogue->search->state->choices, input.text, &dialogue->chosen))
        input.text = buf_text(&dialogue->chosen);
    return input;
}

bool dialogue_answer(struct dialogue *dialogue)
{
    struct flow_input input = text_input(dialogue, FLOW_TEXT);

    return step(dialogue, &input, "answer") == FLOW_STEPPED;
}

void dialogue_wrong(struct dialogue *dialogue)
{
    struct flow_input input = text_input(dialogue, FLOW_WRONG);

    step(dialogue, &input, "no answer");
}

void dialogue_cancel(struct dialogue *dialogue)
{
    struct flow_input input = { .kind = FLOW_CANCEL };

    step(dialogue, &input, "cancelled");
}

void dialogue_resume(struct dialogue *dialogue)
{
    struct flow_input input = { .kind = FLOW_RESUME };

    if (dialogue->is_there && !dialogue_awaits_call(dialogue))
        step(dialogue, &input, "interrupted");
}

void dialogue_event(struct dialogue *dialogue, const struct decide_input *input)
{
    struct flow_input event = {
        .kind = input->kind == INPUT_RESULT ? FLOW_RESULT : FLOW_CLOCK,
        .call = input->call,
        .has_failed = input->has_failed,
        .has_timed_out = input->has_timed_out,
        .status = input->status,
        .answer = input->answer,
    };
    struct buf said = { 0 };

    if (!dialogue->is_there)
        return;
    if (input->reply != NULL && decide_answer_text(dialogue->search, dialogue->variables, input->reply, &said))
        event.said = buf_text(&said);
    /* Whoever hands over or closes does not go on with the flow. */
    if (input->reply != NULL && decide_answer_ends(dialogue->search, input->reply)) {
        decide_answer_say(dialogue->search, input->reply, &said);
        decide_answer_deeds(dialogue->search, dialogue, input->reply);
        buf_release(&said);
        return;
    }
    /* Also what changed nothing is kept: the time at which to look again has been worked out anew. */
    step(dialogue, &event, input->kind == INPUT_RESULT ? "result" : "time");
    dialogue->search->decision->run_change = RUN_GOES_ON;
    buf_release(&said);
    if (input->reply != NULL)
        decide_answer_deeds(dialogue->search, dialogue, input->reply);
}

void dialogue_drop(struct dialogue *dialogue, const char *outcome)
{
    struct decision *decision = dialogue->search->decision;

    if (!dialogue->is_there && decision->run_change == RUN_AS_BEFORE && dialogue->search->state->run == NULL)
        return;
    decision->run_change = RUN_IS_OVER;
    decision->run_outcome = outcome;
    if (dialogue->is_there)
        run_leave(&dialogue->run, &dialogue->left);
    dialogue->is_there = false;
}
