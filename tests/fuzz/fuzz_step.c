/*
 * fuzz_step: flows made at random, and a customer, services, a clock and an owner who do what they like.
 *
 * After each input: the run waits or has ended; what was unread or idle changed nothing; nobody was left in
 * silence; effects and stations are within their bounds; the run comes back from its row as it was; the same
 * input gives the same once more; and after the clock nothing is due at once. At the end nobody says anything
 * any more, and the clock alone must bring the run to its end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tests/lib/dialogue.h"
#include "tests/lib/grammar.h"
#include "text/fold.h"

enum { FLOWS = 3, STEPS = 6, INPUTS = 25, TICKS_MAX = 500 };

static const char *const FLOW_NAMES[FLOWS] = { "f", "g", "h" };
static const char *const STEP_NAMES[STEPS] = { "a", "b", "c", "d", "e", "x" };

static const char *const SENTENCES[] = {
    NULL,      NULL,          "Hello.",         "{{ a }}?",        "{{ b }}{{ c }}",
    "{{ d }}", "{{ title }}", " {{ nothing }}", "{{ e }} {{ a }}", "{{ x | upcase }}!"
};
static const char *const CONDITIONS[] = { NULL,         "1",        "@a > 2",   ":failed",
                                          ":timed_out", ":gave_up", "@b = 'x'", ":status > 400",
                                          "@c IS NULL", "@x < 3",   "0",        "@n > 10" };
static const char *const VALUES[] = { "NULL",    "4",     "'x'", "@a + 1",   "@n + 1",
                                      "abs(@a)", "'red'", "0.5", "'a' || @a" };
static const char *const TEXTS[] = { "4",   "12", "x", "yes",    "no",          "back",
                                     "red", "1",  "",  "blue",   "👍",           "tomorrow",
                                     "9pm", "a",  "2", "\u200b", "a@b.example", "r7" };
static const char *const ANSWERS[] = { "{}", "null", "{\"a\":4,\"b\":\"x\"}",
                                       "{\"a\":[1],\"x\":true,\"n\":null}",
                                       "{\"a\":\"12\",\"b\":1e5,\"x\":0}" };

static const struct draft_service SERVICES[] = {
    { .name = "s", .url = "https://s.test/{{ a }}", .values = { { "a", "/a" }, { "b", "/b" } } },
    { .name = "t",
      .url = "https://t.test/",
      .body = "{\"a\":{{ a }}}",
      .values = { { "x", "/x" }, { "n", "/n" } } },
    { .name = "u", .url = "https://u.test/" },
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Drafts */

static const char *pick_step(struct choices *choices)
{
    return PICK(choices, STEP_NAMES);
}

static void pick_way(struct choices *choices, const char **next, const char **redo)
{
    switch (choose(choices, 6)) {
    case 0: *next = "end"; break;
    case 1:
    case 2: *next = pick_step(choices); break;
    case 3: *redo = pick_step(choices); break;
    default: break;
    }
}

static void make_rows(struct choices *choices, struct draft_step *step)
{
    static const char *const LABELS[] = { "Red", "Blue", "{{ a }}", "{{ nothing }}", "Back" };
    static const char *const NAMES[] = { "a", "b", "x", "n" };
    for (size_t i = 0, count = choose(choices, 3); i < count; i++) {
        step->branches[i].only_if = PICK(choices, CONDITIONS);
        step->branches[i].say = PICK(choices, SENTENCES);
        pick_way(choices, &step->branches[i].next, &step->branches[i].redo);
        if (step->branches[i].only_if == NULL && step->branches[i].say == NULL)
            step->branches[i].only_if = "1";
    }
    for (size_t i = 0, count = choose(choices, 4); i < count && i < 2; i++) {
        step->sets[i].name = PICK(choices, NAMES);
        step->sets[i].value = PICK(choices, VALUES);
    }
    for (size_t i = 0; step->ask != NULL && strcmp(step->ask, "choice") == 0 && i < 1 + choose(choices, 3);
         i++) {
        step->choices[i].label = PICK(choices, LABELS);
        pick_way(choices, &step->choices[i].next, &step->choices[i].redo);
    }
}

static void make_step(struct choices *choices, struct draft_step *step)
{
    static const char *const ASKS[] = { "text",   "number", "number", "choice", "choice",
                                        "yes_no", "date",   "media",  "email" };
    static const char *const TARGETS[] = { "s", "t", "u" };
    step->say = PICK(choices, SENTENCES);
    switch (choose(choices, 8)) {
    case 0:
        step->action = "call";
        step->target = PICK(choices, TARGETS);
        break;
    case 1:
        step->action = "flow";
        step->target = PICK(choices, FLOW_NAMES);
        break;
    case 2:
        if (choose(choices, 3) == 0) {
            step->action = choose(choices, 2) == 0 ? "handoff" : "close";
            step->target = "team";
        }
        break;
    default:
        step->ask = PICK(choices, ASKS);
        step->accept_if = PICK(choices, CONDITIONS);
        step->retry = PICK(choices, SENTENCES);
        step->timeout_ms = choose(choices, 3) == 0 ? (int64_t)(1 + choose(choices, 50)) * MINUTE : 0;
    }
    make_rows(choices, step);
    if (choose(choices, 3) == 0)
        step->next = choose(choices, 4) == 0 ? "end" : pick_step(choices);
}

static void make_flow(struct choices *choices, struct draft_flow *flow)
{
    flow->title = choose(choices, 2) == 0 ? "The title" : NULL;
    flow->retries = (int)choose(choices, 3);
    flow->expires_ms = (int64_t)(1 + choose(choices, 90)) * MINUTE;
    flow->remind_ms = choose(choices, 2) == 0 ? (int64_t)(1 + choose(choices, 60)) * MINUTE : 0;
    flow->reminder = PICK(choices, SENTENCES);
    flow->expired = PICK(choices, SENTENCES);
    for (size_t i = 0; i < STEPS; i++) {
        flow->steps[i].name = STEP_NAMES[i];
        make_step(choices, &flow->steps[i]);
    }
    flow->give_up = choose(choices, 2) == 0 ? pick_step(choices) : NULL;
}

/* The rules anew. A run that stands at a question may find another thing there, or its flow gone. */
static void draft(struct choices *choices, struct dialogue *dialogue)
{
    struct draft_flow flows[FLOWS] = { 0 };
    for (size_t i = 0; i < FLOWS; i++) {
        flows[i].name = FLOW_NAMES[i];
        make_flow(choices, &flows[i]);
    }
    dialogue_draft(dialogue, flows, FLOWS);
    if (choose(choices, 4) == 0)
        dialogue->env.flow_count = choose(choices, FLOWS); /* the last ones are not found any more */
}

/* Laws */

static bool has_spoken(const struct flow_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++)
        if (effects->list[i].kind == FLOW_SAY)
            return true;
    return false;
}

static void check_effects(const struct dialogue *dialogue)
{
    const struct flow_effects *effects = &dialogue->effects;
    require(effects->steps <= FLOW_STEPS_MAX + 1);
    require(effects->count <= 3 * effects->steps + 5 * FLOW_DEPTH_MAX);
    for (size_t i = 0; i < effects->count; i++) {
        const struct flow_effect *effect = &effects->list[i];
        if (effect->kind == FLOW_SAY)
            require(!fold_is_empty(effect->text, strlen(effect->text)) &&
                    utf8_is_valid(effect->text, strlen(effect->text)));
        if (effect->kind == FLOW_CALL)
            require(effect->service != NULL && effect->url != NULL && effect->call == dialogue->run.call);
    }
}

static void check_run(const struct run *run)
{
    if (run->waits == RUN_ENDED)
        require(run->depth == 0 && run->outcome != NULL && run->due_at == INT64_MAX);
    else
        require(run->depth > 0 && run->depth <= FLOW_DEPTH_MAX && run->outcome == NULL &&
                run->due_at < INT64_MAX);
    require(run->variables.count <= FLOW_VARIABLES_MAX);
    for (size_t i = 0; i < run->depth; i++)
        require(run->frames[i].variables.count <= (run->frames[i].is_interrupted ? FLOW_VARIABLES_MAX : 0));
}

/* May this have passed without a word? */
static bool may_be_silent(const struct dialogue *dialogue, const struct flow_input *input,
                          bool waited_for_answer)
{
    if (input->kind == FLOW_CLOCK && dialogue->env.now >= dialogue->env.window_until)
        return true;
    if (input->kind == FLOW_RESULT && waited_for_answer)
        return true; /* kept for a flow below */
    return dialogue->run.waits == RUN_WAITS_CALL;
}

static void format(const struct run *run, struct buf *out)
{
    buf_clear(out);
    run_format(run, out);
}

static void step(struct dialogue *dialogue, const struct flow_input *input)
{
    struct run copy;
    struct flow_effects again = { 0 };
    struct buf before = { 0 }, after = { 0 }, second = { 0 };
    bool is_run = dialogue->run.depth > 0 || dialogue->run.waits == RUN_ENDED;
    bool waited_for_answer = dialogue->run.depth > 0 && dialogue->run.waits == RUN_WAITS_ANSWER;
    format(&dialogue->run, &before);
    run_copy(&dialogue->run, &copy);
    enum flow_verdict verdict = dialogue_run(dialogue, input); /* and through its row */
    format(&dialogue->run, &after);
    require(flow_step_run(&dialogue->env, input, &copy, &again) == verdict);
    format(&copy, &second);
    require(strcmp(buf_text(&after), buf_text(&second)) == 0 && again.count == dialogue->effects.count);
    for (size_t i = 0; i < again.count; i++)
        require(again.list[i].kind != FLOW_SAY ||
                strcmp(again.list[i].text, dialogue->effects.list[i].text) == 0);
    require(copy.due_at == dialogue->run.due_at);
    if (verdict != FLOW_STEPPED)
        require(strcmp(buf_text(&before), buf_text(&after)) == 0 && again.count == 0 && again.steps == 0);
    else
        require(has_spoken(&dialogue->effects) || may_be_silent(dialogue, input, waited_for_answer));
    if (is_run || verdict == FLOW_STEPPED)
        check_run(&dialogue->run);
    if (input->kind == FLOW_CLOCK && dialogue->run.depth > 0)
        require(dialogue->run.due_at > dialogue->env.now);
    check_effects(dialogue);
    run_release(&copy);
    flow_effects_release(&again);
    buf_release(&before);
    buf_release(&after);
    buf_release(&second);
}

/* Inputs */

static void say(struct choices *choices, struct dialogue *dialogue)
{
    struct buf text = { 0 };
    if (choose(choices, 8) == 0)
        make_text(choices, &text);
    else
        buf_add_text(&text, PICK(choices, TEXTS));
    struct flow_input input = { .kind = FLOW_TEXT, .text = buf_text(&text) };
    input.media = choose(choices, 6) == 0 ? "[\"https://x.test/1.jpg\"]" : NULL;
    if (choose(choices, 8) == 0)
        input.text = NULL;
    matcher_begin(dialogue->env.matcher);
    step(dialogue, &input);
    input.kind = FLOW_WRONG;
    if (dialogue->effects.count == 0 && dialogue->run.waits == RUN_WAITS_ANSWER)
        step(dialogue, &input);
    buf_release(&text);
}

static void enter_flow(struct choices *choices, struct dialogue *dialogue)
{
    struct json *values = NULL;
    struct buf text = { 0 };
    struct jsonw json = { .out = &text };
    jsonw_object(&json, NULL);
    for (size_t i = 0; i < STEPS; i++)
        if (choose(choices, 4) == 0)
            jsonw_text(&json, STEP_NAMES[i], PICK(choices, TEXTS));
    jsonw_end_object(&json);
    require(json_parse(buf_text(&text), text.len, JSON_STRICT, &values, NULL) == 0);
    struct flow_input input = { .kind = FLOW_ENTER, .flow = PICK(choices, FLOW_NAMES), .values = values };
    step(dialogue, &input);
    json_free(values);
    buf_release(&text);
}

static void give_result(struct choices *choices, struct dialogue *dialogue)
{
    struct json *answer = NULL;
    struct flow_input input = { .kind = FLOW_RESULT,
                                .call = dialogue->run.call - (int64_t)choose(choices, 3) };
    input.has_failed = choose(choices, 3) == 0;
    input.has_timed_out = choose(choices, 5) == 0;
    input.status = (int)choose(choices, 3) * 250;
    if (choose(choices, 4) != 0) {
        const char *text = PICK(choices, ANSWERS);
        require(json_parse(text, strlen(text), JSON_STRICT, &answer, NULL) == 0);
    }
    input.answer = answer;
    step(dialogue, &input);
    json_free(answer);
}

static void take_input(struct choices *choices, struct dialogue *dialogue)
{
    dialogue->env.now += (int64_t)choose(choices, 4) * (int64_t)choose(choices, 20) * MINUTE;
    switch (choose(choices, 16)) {
    case 0: enter_flow(choices, dialogue); break;
    case 1:
    case 2: step(dialogue, &(struct flow_input){ .kind = FLOW_CLOCK }); break;
    case 3: step(dialogue, &(struct flow_input){ .kind = FLOW_RESUME }); break;
    case 4:
        if (choose(choices, 4) == 0)
            step(dialogue, &(struct flow_input){ .kind = FLOW_CANCEL });
        else if (choose(choices, 4) == 0)
            draft(choices, dialogue);
        break;
    case 5:
    case 6:
    case 7:
    case 8: give_result(choices, dialogue); break;
    default: say(choices, dialogue);
    }
}

static void fall_silent(struct dialogue *dialogue)
{
    int ticks = 0;
    step(dialogue, &(struct flow_input){ .kind = FLOW_CLOCK }); /* the rules may have changed since */
    for (; dialogue->run.depth > 0 && ticks < TICKS_MAX; ticks++) {
        require(dialogue->run.due_at > dialogue->env.now);
        dialogue->env.now = dialogue->run.due_at;
        step(dialogue, &(struct flow_input){ .kind = FLOW_CLOCK });
    }
    require(dialogue->run.depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dialogue dialogue; /* what does not depend on the input is compiled once */
    static size_t kept;
    struct choices choices = { .data = data, .len = size };
    for (size_t i = 0; i < size; i++)
        choices.seed = choices.seed * 131 + data[i] + 1;
    if (kept == 0) {
        dialogue_open(&dialogue, NULL, 0, SERVICES, 3);
        kept = dialogue.kept_count;
    }
    dialogue.env.now = DIALOGUE_NOW_DAY * 24 * HOUR;
    dialogue.env.window_until = dialogue.env.now + (int64_t)choose(&choices, 4) * HOUR;
    draft(&choices, &dialogue);
    enter_flow(&choices, &dialogue);
    for (int i = 0; i < INPUTS; i++)
        take_input(&choices, &dialogue);
    fall_silent(&dialogue);
    dialogue_reset(&dialogue, kept);
    return 0;
}
