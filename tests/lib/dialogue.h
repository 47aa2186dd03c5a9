/*
 * dialogue: flows written as tables in C, compiled into what flow/step walks through, and a conversation with
 * them. For tests of the engine; the real way from SQL is rules/build_flow.
 *
 * What happened is told in one line, effects in their order, parted by " / ":
 *
 *     Which one? [Red, Blue] / call diary#1 https://… {"n":4} / handoff support / close / (done)
 *
 * A word in round brackets is the outcome of a run that has ended.
 */
#ifndef TESTS_DIALOGUE_H
#define TESTS_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "flow/step.h"
#include "text/words.h"

#define MINUTE (60 * 1000LL)
#define HOUR   (60 * MINUTE)

enum { DRAFT_ROWS_MAX = 4, DRAFT_STEPS_MAX = 12, DIALOGUE_NOW_DAY = 20585 /* 2026-05-12 */ };

struct draft_choice {
    const char *label, *words, *next, *redo;
};

struct draft_branch {
    const char *only_if, *say, *next, *redo;
};

struct draft_pair {
    const char *name, *value;
};

struct draft_step { /* the columns of the table, as in issue 4; next: a step's name or "end" */
    const char *name, *say, *ask, *accept_if, *retry, *next;
    const char *action, *target; /* call, flow, handoff, close */
    const char *pattern, *campaign;
    int64_t timeout_ms;
    struct draft_pair sets[DRAFT_ROWS_MAX], properties[DRAFT_ROWS_MAX];
    struct draft_choice choices[DRAFT_ROWS_MAX];
    struct draft_branch branches[DRAFT_ROWS_MAX];
};

struct draft_flow {
    const char *name, *title, *expired, *reminder, *give_up;
    int64_t expires_ms, remind_ms;
    int retries;
    struct draft_step steps[DRAFT_STEPS_MAX];
};

struct draft_service {
    const char *name, *url, *body;
    struct service_value values[DRAFT_ROWS_MAX];
};

struct dialogue {
    struct flow *flows;
    struct service *services;
    size_t flow_count, service_count;
    struct expressions *expressions;
    const struct template *phrases[FLOW_PHRASE_COUNT];
    struct flow_env env;
    struct run run;
    struct flow_effects effects;
    struct buf told;
    struct { /* everything that was allocated */
        void *memory;
        void (*release)(void *);
    } * kept;
    size_t kept_count;
};

static inline void *dialogue_keep(struct dialogue *dialogue, void *memory, void (*release)(void *))
{
    size_t i = dialogue->kept_count++;
    if (memory == NULL)
        abort();
    dialogue->kept = alloc_resize(dialogue->kept, dialogue->kept_count, sizeof *dialogue->kept);
    dialogue->kept[i].memory = memory;
    dialogue->kept[i].release = release;
    return memory;
}

/* Compiling: a draft with a mistake is a mistake of the test, and ends it. */

static inline void dialogue_free_template(void *template)
{
    template_free(template);
}

static inline void dialogue_free_pattern(void *pattern)
{
    pattern_free(pattern);
}

static inline struct template *draft_template(struct dialogue *dialogue, const char *source)
{
    if (source == NULL)
        return NULL;
    return dialogue_keep(dialogue, template_new(source, NULL), dialogue_free_template);
}

static inline struct pattern *draft_words(struct dialogue *dialogue, const char *words)
{
    struct buf source = { 0 };
    if (words == NULL)
        return NULL;
    if (words_compile(words, &source, NULL) != 0)
        abort();
    struct pattern *pattern = pattern_new_generated(buf_text(&source), NULL);
    buf_release(&source);
    return dialogue_keep(dialogue, pattern, dialogue_free_pattern);
}

static inline const struct expression *draft_expression(struct dialogue *dialogue, const char *source)
{
    if (source == NULL)
        return NULL;
    const struct expression *expression = expressions_add(dialogue->expressions, source, NULL);
    if (expression == NULL)
        abort();
    return expression;
}

static inline size_t draft_step_index(const struct draft_flow *draft, const char *name)
{
    for (size_t i = 0; i < DRAFT_STEPS_MAX && draft->steps[i].name != NULL; i++)
        if (strcmp(draft->steps[i].name, name) == 0)
            return i;
    abort();
}

static inline struct way draft_way(const struct draft_flow *draft, const char *next, const char *redo)
{
    if (redo != NULL)
        return (struct way){ .kind = WAY_REDO, .step = draft_step_index(draft, redo) };
    if (next == NULL)
        return (struct way){ .kind = WAY_ON };
    if (strcmp(next, "end") == 0)
        return (struct way){ .kind = WAY_END };
    return (struct way){ .kind = WAY_STEP, .step = draft_step_index(draft, next) };
}

static inline void *draft_array(struct dialogue *dialogue, size_t size)
{
    return dialogue_keep(dialogue, alloc_array(DRAFT_ROWS_MAX, size), free);
}

static inline void draft_choices(struct dialogue *dialogue, const struct draft_flow *flow,
                                 const struct draft_choice *drafts, struct step *step)
{
    struct choice *choices = draft_array(dialogue, sizeof *choices);
    size_t count = 0;
    for (; count < DRAFT_ROWS_MAX && drafts[count].label != NULL; count++)
        choices[count] = (struct choice){ .label = draft_template(dialogue, drafts[count].label),
                                          .words = draft_words(dialogue, drafts[count].words),
                                          .way = draft_way(flow, drafts[count].next, drafts[count].redo) };
    step->choices = choices;
    step->choice_count = count;
}

static inline void draft_branches(struct dialogue *dialogue, const struct draft_flow *flow,
                                  const struct draft_branch *drafts, struct step *step)
{
    struct branch *branches = draft_array(dialogue, sizeof *branches);
    size_t count = 0;
    for (; count < DRAFT_ROWS_MAX && (drafts[count].only_if != NULL || drafts[count].say != NULL ||
                                      drafts[count].next != NULL || drafts[count].redo != NULL);
         count++)
        branches[count] = (struct branch){ .only_if = draft_expression(dialogue, drafts[count].only_if),
                                           .say = draft_template(dialogue, drafts[count].say),
                                           .way = draft_way(flow, drafts[count].next, drafts[count].redo) };
    step->branches = branches;
    step->branch_count = count;
}

static inline void draft_sets(struct dialogue *dialogue, const struct draft_pair *drafts, struct step *step)
{
    struct step_set *sets = draft_array(dialogue, sizeof *sets);
    size_t count = 0;
    for (; count < DRAFT_ROWS_MAX && drafts[count].name != NULL; count++)
        sets[count] = (struct step_set){ .name = drafts[count].name,
                                         .value = draft_expression(dialogue, drafts[count].value) };
    step->sets = sets;
    step->set_count = count;
}

static inline void draft_properties(struct dialogue *dialogue, const struct draft_pair *drafts,
                                    struct step *step)
{
    struct step_property *properties = draft_array(dialogue, sizeof *properties);
    size_t count = 0;
    for (; count < DRAFT_ROWS_MAX && drafts[count].name != NULL; count++)
        properties[count] = (struct step_property){ .name = drafts[count].name,
                                                    .value = draft_template(dialogue, drafts[count].value) };
    step->properties = properties;
    step->property_count = count;
}

static inline enum ask_kind draft_ask(const char *name)
{
    int kind = ASK_NOTHING;
    while (name != NULL && strcmp(ask_names[kind], name) != 0)
        kind++;
    return (enum ask_kind)kind;
}

static inline void draft_action(struct dialogue *dialogue, const struct draft_step *draft, struct step *step)
{
    if (draft->action == NULL)
        return;
    if (strcmp(draft->action, "call") == 0) {
        step->action = STEP_CALL;
        for (size_t i = 0; i < dialogue->service_count; i++)
            if (strcmp(dialogue->services[i].name, draft->target) == 0)
                step->service = &dialogue->services[i];
    } else if (strcmp(draft->action, "flow") == 0) {
        step->action = STEP_FLOW;
        step->sub = flow_find(dialogue->flows, dialogue->flow_count, draft->target);
    } else if (strcmp(draft->action, "handoff") == 0) {
        step->action = STEP_HANDOFF;
        step->team = draft->target;
    } else {
        step->action = STEP_CLOSE;
    }
    if ((step->action == STEP_CALL && step->service == NULL) ||
        (step->action == STEP_FLOW && step->sub == NULL))
        abort();
}

static inline void draft_fill_step(struct dialogue *dialogue, const struct draft_flow *flow, size_t index,
                                   struct step *step)
{
    const struct draft_step *draft = &flow->steps[index];
    bool is_last = index + 1 == DRAFT_STEPS_MAX || draft[1].name == NULL;
    *step = (struct step){ .name = draft->name,
                           .full_name = draft->name,
                           .say = draft_template(dialogue, draft->say),
                           .campaign = draft->campaign,
                           .ask = draft_ask(draft->ask),
                           .accept_if = draft_expression(dialogue, draft->accept_if),
                           .retry = draft_template(dialogue, draft->retry),
                           .timeout_ms = draft->timeout_ms,
                           .next = draft_way(flow, draft->next, NULL) };
    if (draft->next == NULL)
        step->next = is_last ? (struct way){ .kind = WAY_END }
                             : (struct way){ .kind = WAY_STEP, .step = index + 1 };
    if (draft->pattern != NULL)
        step->pattern = dialogue_keep(dialogue, pattern_new(draft->pattern, NULL), dialogue_free_pattern);
    draft_choices(dialogue, flow, draft->choices, step);
    draft_branches(dialogue, flow, draft->branches, step);
    draft_sets(dialogue, draft->sets, step);
    draft_properties(dialogue, draft->properties, step);
    draft_action(dialogue, draft, step);
}

static inline void draft_fill_flow(struct dialogue *dialogue, const struct draft_flow *draft,
                                   struct flow *flow)
{
    struct step *steps = dialogue_keep(dialogue, alloc_array(DRAFT_STEPS_MAX, sizeof *steps), free);
    while (flow->step_count < DRAFT_STEPS_MAX && draft->steps[flow->step_count].name != NULL) {
        draft_fill_step(dialogue, draft, flow->step_count, &steps[flow->step_count]);
        flow->step_count++;
    }
    flow->steps = steps;
    flow->title = draft->title != NULL ? draft->title : draft->name;
    flow->expires_ms = draft->expires_ms > 0 ? draft->expires_ms : 24 * HOUR;
    flow->expired = draft_template(dialogue, draft->expired);
    flow->remind_ms = draft->remind_ms;
    flow->reminder = draft_template(dialogue, draft->reminder);
    flow->retries = draft->retries;
    flow->give_up = draft_way(draft, draft->give_up != NULL ? draft->give_up : "end", NULL);
}

/* The surroundings: the word `shop`, the facts :now and @vip, everybody speaks of phrases as <name title>. */

static inline bool dialogue_lookup(void *context, const char *name, struct buf *value)
{
    (void)context;
    if (strcmp(name, "shop") != 0)
        return false;
    buf_add_text(value, "Sunny");
    return true;
}

static inline void dialogue_fact(void *context, const char *name, struct expression_value *value)
{
    const struct dialogue *dialogue = context;
    if (strcmp(name, ":now") == 0)
        *value = (struct expression_value){ .kind = EXPRESSION_INT, .number = dialogue->env.now };
    else if (strcmp(name, "@vip") == 0)
        *value = (struct expression_value){ .kind = EXPRESSION_INT, .number = 1 };
}

/* No phrases of the owner's here. */
static inline const struct template *dialogue_inner(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static inline const struct template *dialogue_phrase(void *context, enum flow_phrase phrase)
{
    return ((const struct dialogue *)context)->phrases[phrase];
}

static inline void dialogue_draft(struct dialogue *dialogue, const struct draft_flow *flows,
                                  size_t flow_count)
{
    dialogue->flow_count = flow_count;
    dialogue->flows = dialogue_keep(dialogue, alloc_array(flow_count + 1, sizeof *dialogue->flows), free);
    for (size_t i = 0; i < flow_count; i++)
        dialogue->flows[i].name = flows[i].name;
    for (size_t i = 0; i < flow_count; i++)
        draft_fill_flow(dialogue, &flows[i], &dialogue->flows[i]);
    dialogue->env.flows = dialogue->flows;
    dialogue->env.flow_count = flow_count;
}

static inline void dialogue_open(struct dialogue *dialogue, const struct draft_flow *flows, size_t flow_count,
                                 const struct draft_service *services, size_t service_count)
{
    *dialogue = (struct dialogue){ .expressions = expressions_new(), .service_count = service_count };
    dialogue->services = dialogue_keep(dialogue, alloc_array(service_count + 1, sizeof *dialogue->services),
                                       free);
    for (size_t i = 0; i < service_count; i++) {
        struct service *service = &dialogue->services[i];
        *service = (struct service){ .name = services[i].name,
                                     .url = draft_template(dialogue, services[i].url),
                                     .body = draft_template(dialogue, services[i].body),
                                     .deadline_ms = 5000,
                                     .values = services[i].values };
        while (service->value_count < DRAFT_ROWS_MAX && services[i].values[service->value_count].name != NULL)
            service->value_count++;
    }
    for (size_t i = 0; i < FLOW_PHRASE_COUNT; i++) {
        struct buf source = { 0 };
        buf_addf(&source, "<%s {{ title }}>", flow_phrase_names[i] + strlen("flow_"));
        dialogue->phrases[i] = draft_template(dialogue, buf_text(&source));
        buf_release(&source);
    }
    dialogue->env = (struct flow_env){ .matcher = matcher_new(true),
                                       .now = DIALOGUE_NOW_DAY * 24 * HOUR,
                                       .ask = { .language = "", .country = "" },
                                       .back_words = draft_words(dialogue, "=back"),
                                       .lookup = dialogue_lookup,
                                       .fact = dialogue_fact,
                                       .inner = dialogue_inner,
                                       .phrase = dialogue_phrase,
                                       .context = dialogue };
    dialogue->env.window_until = dialogue->env.now + 24 * HOUR;
    dialogue_draft(dialogue, flows, flow_count);
}

/* No run any more, and nothing that was compiled since `kept` things were. */
static inline void dialogue_reset(struct dialogue *dialogue, size_t kept)
{
    run_release(&dialogue->run);
    flow_effects_release(&dialogue->effects);
    while (dialogue->kept_count > kept) {
        dialogue->kept_count--;
        dialogue->kept[dialogue->kept_count].release(dialogue->kept[dialogue->kept_count].memory);
    }
}

static inline void dialogue_close(struct dialogue *dialogue)
{
    dialogue_reset(dialogue, 0);
    matcher_free(dialogue->env.matcher);
    expressions_free(dialogue->expressions);
    buf_release(&dialogue->told);
    free(dialogue->kept);
}

/* Telling */

static inline void dialogue_tell_buttons(const char *buttons, struct buf *out)
{
    struct json *json = NULL;
    if (buttons == NULL)
        return;
    if (json_parse(buttons, strlen(buttons), JSON_STRICT, &json, NULL) != 0)
        abort();
    buf_add_text(out, " [");
    for (const struct json *label = json_first(json); label != NULL; label = json_next(label))
        buf_addf(out, "%s%s", label == json_first(json) ? "" : ", ", json_text(label));
    buf_add_char(out, ']');
    json_free(json);
}

static inline void dialogue_tell_effect(const struct flow_effect *effect, struct buf *out)
{
    switch (effect->kind) {
    case FLOW_SAY:
        buf_add_text(out, effect->text);
        dialogue_tell_buttons(effect->buttons, out);
        if (effect->campaign != NULL)
            buf_addf(out, " by %s", effect->campaign);
        if (effect->properties != NULL)
            buf_addf(out, " %s", effect->properties);
        break;
    case FLOW_CALL:
        buf_addf(out, "call %s#%lld %s", effect->service->name, (long long)effect->call, effect->url);
        if (effect->body != NULL)
            buf_addf(out, " %s", effect->body);
        break;
    case FLOW_CONSULT: buf_addf(out, "consult %s#%lld", effect->step->backend, (long long)effect->call); break;
    case FLOW_HANDOFF: buf_addf(out, "handoff %s", effect->team); break;
    case FLOW_CLOSE: buf_add_text(out, "close"); break;
    case FLOW_PASSED: buf_addf(out, "passed %s", effect->step->full_name); break;
    }
}

static inline const char *dialogue_tell(struct dialogue *dialogue)
{
    struct buf *told = &dialogue->told;
    buf_clear(told);
    for (size_t i = 0; i < dialogue->effects.count; i++) {
        buf_add_text(told, i > 0 ? " / " : "");
        dialogue_tell_effect(&dialogue->effects.list[i], told);
    }
    if (dialogue->run.waits == RUN_ENDED)
        buf_addf(told, "%s(%s)", told->len > 0 ? " / " : "", dialogue->run.outcome);
    return buf_text(told);
}

/* One input. Afterwards the run is as it would come back from its row. */
static inline enum flow_verdict dialogue_run(struct dialogue *dialogue, const struct flow_input *input)
{
    struct buf row = { 0 };
    flow_effects_release(&dialogue->effects);
    enum flow_verdict verdict = flow_step_run(&dialogue->env, input, &dialogue->run, &dialogue->effects);
    int64_t due_at = dialogue->run.due_at;
    if (dialogue->run.depth > 0 || dialogue->run.waits == RUN_ENDED) {
        run_format(&dialogue->run, &row);
        run_release(&dialogue->run);
        if (run_parse(buf_text(&row), &dialogue->run, NULL) != 0)
            abort();
    }
    dialogue->run.due_at = due_at;
    buf_release(&row);
    return verdict;
}

#endif
