/*
 * drill: see the header.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/vendor.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "braze/answer.h"
#include "desk/consult_fate.h"
#include "desk/decide_say.h"
#include "desk/drill.h"
#include "flow/flow.h"
#include "rules/faq.h"

enum { TEXT_MAX = 64 * 1024 };

const char *const drill_fault_names[] = {
    [DRILL_TIMEOUT] = "timeout", [DRILL_500] = "500", [DRILL_429] = "429", [DRILL_GARBAGE] = "garbage", [DRILL_SLOW] = "slow",
    NULL,
};

const char *const drill_what_names[] = {
    [DRILL_SETTLES] = "settles",   [DRILL_SAYS] = "says",         [DRILL_SKIPPED] = "skipped", [DRILL_ASKED] = "asked",
    [DRILL_FAILED] = "failed",     [DRILL_AGAIN] = "again",       [DRILL_PERHAPS] = "perhaps", [DRILL_NO_ENTRY] = "no entry",
    [DRILL_ANSWERED] = "answered", [DRILL_TIME_OVER] = "time over", [DRILL_HANDS_OVER] = "hands over",
};

struct walk {
    const struct drill_question *question;
    struct drill *drill;
    struct decide_state state; /* behind the decision about the message */
    int64_t call;              /* of the step that asks; 0: a rule does */
    int64_t at, expires;       /* since the message came */
    bool is_behind;            /* the backend in question has had its turn */
};

static void add_step(struct walk *walk, enum drill_what what, const struct backend *backend, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add_step(struct walk *walk, enum drill_what what, const struct backend *backend, const char *format, ...)
{
    struct drill *drill = walk->drill;
    struct buf text = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    if (drill->count == drill->room) {
        drill->room = drill->room == 0 ? 16 : drill->room * 2;
        drill->steps = alloc_resize(drill->steps, drill->room, sizeof *drill->steps);
    }
    drill->steps[drill->count++] = (struct drill_step){ what, walk->at, backend, buf_detach(&text) };
}

void drill_release(struct drill *drill)
{
    for (size_t i = 0; i < drill->count; i++)
        free(drill->steps[i].text);
    free(drill->steps);
    buf_release(&drill->wanted_by);
    buf_release(&drill->why);
    *drill = (struct drill){ 0 };
}

/* What the customer reads */

static void tell_effects(struct walk *walk, const struct decision *decision, const struct backend *by)
{
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];

        if (effect->kind == EFFECT_HANDOFF)
            add_step(walk, DRILL_HANDS_OVER, NULL, "%s", effect->team->name);
        else if (effect->kind == EFFECT_SAY)
            add_step(walk, DRILL_SAYS, by, "%s", effect->text);
    }
}

/* The end goes through the same decision as in earnest. `text` NULL: nobody answered. */
static void end(struct walk *walk, const struct backend *last, const char *text, bool is_late)
{
    const struct drill_question *question = walk->question;
    bool is_step = walk->call != 0;
    struct decide_reply reply = {
        .backend = last,
        .wanted_by = buf_text(&walk->drill->wanted_by),
        .text = text,
        .is_plain = true,
        .is_first = question->is_first,
    };
    struct decide_input input = {
        .kind = is_step ? INPUT_RESULT : text != NULL ? INPUT_ANSWER : INPUT_GAVE_UP,
        .text = question->text,
        .call = walk->call,
        .has_failed = is_step && text == NULL,
        .has_timed_out = is_late,
        .reply = &reply,
    };
    struct decision decision = { 0 };

    walk->drill->end = walk->drill->count;
    walk->drill->answered = text != NULL ? last : NULL;
    walk->drill->end_ms = walk->at;
    decide(question->rules, question->matcher, &walk->state, &input, question->now, &decision);
    tell_effects(walk, &decision, walk->drill->answered);
    decision_release(&decision);
}

static void answer_by_faq(struct walk *walk, const struct backend *backend, const struct faq *faq)
{
    const struct drill_question *question = walk->question;
    struct decide_input input = { .text = question->text };
    struct decision decision = { 0 };
    struct variables variables = { .ruleset = question->rules, .state = &walk->state, .input = &input,
                                   .now = question->now, .decision = &decision };
    struct buf text = { 0 };

    decide_render(faq->answer, &variables, TEXT_MAX, &text);
    variables_release(&variables);
    end(walk, backend, buf_text(&text), false);
    buf_release(&text);
}

/* One backend */

static void tell_duration(int64_t ms, struct buf *out)
{
    if (ms >= 1000 && ms % 1000 == 0)
        clock_format_duration(ms, out);
    else
        buf_addf(out, "%" PRId64 ".%" PRId64 " seconds", ms / 1000, ms % 1000 / 100);
}

/* What the wire would bring: judged by those who judge it in earnest. */
static void read_fault(const struct walk *walk, const struct backend *backend, enum drill_fault fault,
                       struct vendor_answer *answer, int64_t *took_ms)
{
    static const struct vendor_wire WIRES[] = {
        [DRILL_500] = { 500, "", 0, NULL },
        [DRILL_429] = { 429, "", 0, NULL },
        [DRILL_GARBAGE] = { 200, "no answer", sizeof "no answer" - 1, NULL },
    };
    int64_t left = walk->expires - walk->at;
    struct buf wait = { 0 };

    *took_ms = 0;
    if (fault != DRILL_TIMEOUT) {
        vendor_read(backend, &WIRES[fault], answer);
        return;
    }
    *took_ms = left < backend->deadline_ms ? left : backend->deadline_ms;
    tell_duration(*took_ms, &wait);
    answer->class = VENDOR_FAILED;
    snprintf(answer->reason, sizeof answer->reason, "It does not answer within %s.", buf_text(&wait));
    buf_release(&wait);
}

static bool is_time_over(const struct walk *walk)
{
    return walk->expires - walk->at < CONSULT_LEAST_MS;
}

/* Of what is left to chance, the middle: half a second, or what the circuit of one that is too busy stays open for. */
static int64_t pause_behind(const struct vendor_answer *answer)
{
    int64_t ladder_ms = answer_target_delay_ms(1, 1u << 31);

    if (answer->class != VENDOR_BUSY)
        return CONSULT_PAUSE_MS;
    return answer->wait_ms > ladder_ms ? answer->wait_ms : ladder_ms;
}

/* Until it is given up. */
static enum consult_fate fail(struct walk *walk, const struct backend *backend, enum drill_fault fault)
{
    enum consult_fate fate = FATE_AGAIN;

    for (int failures = 0; fate == FATE_AGAIN && !is_time_over(walk); failures++) {
        struct vendor_answer answer = { 0 };
        struct consult_failure failure = { .failures = failures };

        add_step(walk, DRILL_ASKED, backend, failures == 0 ? "is asked" : "is asked once more");
        read_fault(walk, backend, fault, &answer, &failure.took_ms);
        walk->at += failure.took_ms;
        failure.class = answer.class;
        failure.left_ms = walk->expires - walk->at;
        fate = consult_fate(backend, &failure);
        add_step(walk, fate == FATE_AGAIN ? DRILL_AGAIN : DRILL_FAILED, backend, "%s", answer.reason);
        if (fate == FATE_AGAIN)
            walk->at += pause_behind(&answer);
        vendor_answer_release(&answer);
    }
    return fate == FATE_AGAIN ? FATE_END : fate;
}

static void answer_slowly(struct walk *walk, const struct backend *backend)
{
    int64_t left = walk->expires - walk->at;
    struct buf wait = { 0 };

    add_step(walk, DRILL_ASKED, backend, "is asked");
    walk->at += left < backend->deadline_ms ? left : backend->deadline_ms;
    tell_duration(left < backend->deadline_ms ? left : backend->deadline_ms, &wait);
    add_step(walk, DRILL_ANSWERED, backend, "answers after %s, which is the longest that it is waited for", buf_text(&wait));
    buf_release(&wait);
    walk->drill->end = walk->drill->count;
    walk->drill->answered = backend;
    walk->drill->is_unknown = true;
    walk->drill->end_ms = walk->at;
}

/* True: it has come to its end. */
static bool visit_faq(struct walk *walk, const struct backend *backend)
{
    const struct drill_question *question = walk->question;
    double score;
    const struct faq *faq = ruleset_faq(question->rules, question->text, walk->state.language, backend->score, &score);

    if (faq == NULL) {
        add_step(walk, DRILL_NO_ENTRY, backend, "has no entry that answers it");
        return false;
    }
    add_step(walk, DRILL_ANSWERED, backend, "answers from its entries");
    answer_by_faq(walk, backend, faq);
    return true;
}

static bool visit(struct walk *walk, const struct backend *backend)
{
    const struct drill_question *question = walk->question;

    if (backend == question->backend) {
        walk->is_behind = true;
        if (question->fault == DRILL_SLOW) {
            answer_slowly(walk, backend);
            return true;
        }
        fail(walk, backend, question->fault);
    } else if (backend->kind == BACKEND_FAQ) {
        return visit_faq(walk, backend);
    } else if (!walk->is_behind) {
        add_step(walk, DRILL_SKIPPED, backend, "would be asked before it, and is taken to have failed");
    } else {
        add_step(walk, DRILL_PERHAPS, backend, "would be asked, and may well answer; if it fails, too:");
        if (walk->drill->perhaps == NULL) {
            walk->drill->perhaps = backend;
            walk->drill->perhaps_ms = walk->at + backend->deadline_ms;
        }
        fail(walk, backend, DRILL_TIMEOUT);
    }
    return false;
}

static void walk_chain(struct walk *walk, const struct backend *wanted)
{
    const struct backend *last = wanted;

    walk->expires = wanted->turn_deadline_ms;
    if (walk->call == 0 && wanted->settle_ms > 0) {
        add_step(walk, DRILL_SETTLES, NULL, "the message is there; more of them are waited for");
        walk->at = wanted->settle_ms;
    }
    for (const struct backend *backend = wanted; backend != NULL; backend = backend->fallback) {
        last = backend;
        if (is_time_over(walk)) {
            add_step(walk, DRILL_TIME_OVER, backend, "is not asked any more: the time for this answer is over");
            break;
        }
        if (visit(walk, backend))
            return;
    }
    end(walk, last, NULL, is_time_over(walk));
}

/* The way there */

static const struct effect *find_consult(const struct decision *decision)
{
    for (size_t i = 0; i < decision->effect_count; i++)
        if (decision->effects[i].kind == EFFECT_CONSULT)
            return &decision->effects[i];
    return NULL;
}

static void tell_elsewhere(const struct drill_question *question, const struct decision *decision, struct buf *why)
{
    if (decision->rule != NULL)
        buf_addf(why, "the rule %s takes this message, and asks no backend", decision->rule->name);
    else if (decision->reading != NULL)
        buf_add_text(why, "the dialogue that is under way takes this message, and asks no backend");
    else if (strcmp(question->state->owner, "agent") == 0)
        buf_add_text(why, "a person has the conversation, and nobody else answers");
    else if (question->state->is_opted_out)
        buf_add_text(why, "the customer has opted out, and nobody answers");
    else
        buf_add_text(why, "no rule takes this message, so nobody is asked");
}

static bool is_in_chain(const struct backend *chain, const struct backend *backend)
{
    while (chain != NULL && chain != backend)
        chain = chain->fallback;
    return chain != NULL;
}

/* As the next decision finds it. */
static struct decide_state state_behind(const struct decide_state *state, const struct decision *decision)
{
    struct decide_state behind = *state;

    behind.is_first_contact = false;
    if (decision->remembered.len > 0)
        behind.variables = buf_text(&decision->remembered);
    if (decision->run_change == RUN_GOES_ON)
        behind.run = buf_text(&decision->run);
    else if (decision->run_change == RUN_IS_OVER)
        behind.run = NULL;
    if (decision->rule != NULL)
        behind.last_rule = decision->rule->name;
    return behind;
}

int drill_rehearse(const struct drill_question *question, struct drill *drill)
{
    struct walk walk = { .question = question, .drill = drill };
    struct decide_input input = { .text = question->text };
    struct decision decision = { 0 };
    const struct effect *consult;
    int comes = 0;

    decide(question->rules, question->matcher, question->state, &input, question->now, &decision);
    consult = find_consult(&decision);
    if (consult == NULL) {
        tell_elsewhere(question, &decision, &drill->why);
    } else if (!is_in_chain(consult->backend, question->backend)) {
        buf_addf(&drill->why, "this message goes to %s, and neither it nor its fallbacks ask %s", consult->backend->name,
                 question->backend->name);
    } else {
        buf_add_text(&drill->wanted_by, consult->rule != NULL ? consult->rule->name : consult->step);
        drill->wanted = consult->backend;
        walk.call = consult->call;
        walk.state = state_behind(question->state, &decision);
        tell_effects(&walk, &decision, NULL);
        walk_chain(&walk, consult->backend);
        comes = 1;
    }
    decision_release(&decision);
    return comes;
}
