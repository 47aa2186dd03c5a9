/*
 * flow_turn: see the header.
 *
 * What is said here answers the turn that made the call. What a dialogue says of its own accord (a reminder, a
 * farewell) belongs to no turn: no message of the customer waits for it.
 */
#include <string.h>

#include "base/country.h"
#include "base/log.h"
#include "desk/carry.h"
#include "desk/flow_turn.h"
#include "desk/recall.h"
#include "flow/step.h"
#include "store/contact.h"
#include "store/event.h"
#include "store/message.h"
#include "store/run_row.h"
#include "store/turn.h"

/* What a decision without a webhook reads of the book. */
struct past {
    struct contact contact;
    struct buf phone;
    struct heard heard; /* the message that is decided, or the customer's newest */
    struct recall recall;
    struct decide_state state;
    struct decision decision;
};

static void past_release(struct past *past)
{
    contact_release(&past->contact);
    buf_release(&past->phone);
    heard_release(&past->heard);
    recall_release(&past->recall);
    decision_release(&past->decision);
}

static const char *known(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

/* With past->heard there, or not. */
static int load(struct desk *desk, const struct conversation *conversation, int64_t now, struct past *past,
                struct error *error)
{
    int found = contact_get(desk->db, conversation->contact, &past->contact, &past->phone, error);

    if (found != 1)
        return found < 0 ? -1 : error_set(error, "contact %lld has vanished", (long long)conversation->contact);
    past->state = (struct decide_state){
        .channel = conversation->channel,
        .owner = conversation->owner,
        .is_opted_out = past->contact.is_opted_out,
        .first_name = past->contact.first_name,
        .language = past->contact.language,
        .time_zone = past->contact.time_zone,
        .message_count = conversation->message_count,
        .fields = known(past->heard.fields, "{}"),
        .campaign = known(past->heard.campaign, ""),
        .country = country_of_phone(buf_text(&past->phone)),
        .sent_at = past->heard.sent_at,
        .last_in_at = conversation->last_in_at,
        .last_rule = conversation->last_rule,
        .disabled_rules = desk->disabled_rules,
    };
    return recall_load(&past->recall, desk->db, desk->rules, conversation, known(past->heard.text, ""), now,
                       &past->state, error);
}

/* Events */

/* The texts are on their way, or there are none: the turn has the state that follows from that. */
static int settle_turn(const struct carry *carry, struct error *error)
{
    const char *state = carry_turn_state(carry->decision);

    if (carry->turn == 0 || carry->decision->run_awaits_call)
        return 0;
    if (strcmp(state, "agent") == 0)
        return turn_end(carry->desk->db, carry->turn, state, carry->now, error);
    return turn_conclude(carry->desk->db, carry->turn, carry->conversation->contact, state, carry->now, error);
}

static int carry_event(struct desk *desk, struct conversation *conversation, struct past *past, int64_t turn,
                       int64_t now, struct error *error)
{
    struct carry carry = { desk, conversation, &past->decision, turn, past->heard.id, now };

    if (carry_out(&carry, error) != 0 || settle_turn(&carry, error) != 0)
        return -1;
    return flow_turn_release(desk, conversation, now, error);
}

static int decide_event(struct desk *desk, int64_t id, struct decide_input *input, int64_t now, struct error *error)
{
    struct conversation conversation;
    struct past past = { 0 };
    struct buf state = { 0 };
    int64_t turn = 0;
    int found = conversation_get(desk->db, id, &conversation, error);
    int result = found < 0 ? -1 : 0;

    if (found == 1)
        found = run_row_get(desk->db, id, &state, &turn, error);
    buf_release(&state);
    if (found == 1 && heard_newest(desk->db, id, &past.heard, error) >= 0 &&
        load(desk, &conversation, now, &past, error) == 0) {
        input->text = known(past.heard.text, "");
        decide(desk->rules, desk->matcher, &past.state, input, now, &past.decision);
        result = carry_event(desk, &conversation, &past, turn, now, error);
    } else if (found != 0) {
        result = -1;
    }
    past_release(&past);
    return result;
}

int flow_turn_result(struct desk *desk, int64_t conversation, const struct decide_input *result, int64_t now,
                     struct error *error)
{
    struct decide_input input = *result;

    input.kind = INPUT_RESULT;
    return decide_event(desk, conversation, &input, now, error);
}

int flow_turn_clock(struct desk *desk, int64_t now, struct error *error)
{
    int64_t conversation;
    int found = 1;

    for (int i = 0; i < FLOW_TURN_MAX; i++) {
        struct decide_input input = { .kind = INPUT_CLOCK };

        found = run_row_due(desk->db, now, &conversation, error);
        if (found != 1)
            break;
        if (decide_event(desk, conversation, &input, now, error) != 0)
            return -1;
    }
    return found < 0 ? -1 : 0;
}

/* By how much the moments of a run are to be moved. */
typedef int64_t drift_of(const struct run *run, int64_t drift_ms, int64_t now);

static int64_t by_the_jump(const struct run *run, int64_t drift_ms, int64_t now)
{
    (void)run;
    (void)now;
    return drift_ms;
}

static int64_t to_now_at_most(const struct run *run, int64_t drift_ms, int64_t now)
{
    int64_t newest = run->asked_at > run->heard_at ? run->asked_at : run->heard_at;

    (void)drift_ms;
    return newest > now ? now - newest : 0;
}

static int move_run(struct desk *desk, int64_t conversation, const char *state, drift_of *drift, int64_t drift_ms,
                    int64_t now, struct error *error)
{
    struct buf moved = { 0 };
    struct run run;
    int64_t ms;
    int result;

    if (run_parse(state, &run, NULL) != 0)
        return 0; /* it ends when it is looked at */
    ms = drift(&run, drift_ms, now);
    run_shift(&run, ms);
    run_format(&run, &moved);
    run_release(&run);
    result = ms == 0 ? 0 : run_row_shift(desk->db, conversation, buf_text(&moved), ms, error);
    buf_release(&moved);
    return result;
}

static int move_all(struct desk *desk, drift_of *drift, int64_t drift_ms, int64_t now, struct error *error)
{
    struct buf state = { 0 };
    int64_t conversation = 0;
    int found;

    while ((found = run_row_next(desk->db, &conversation, &state, error)) == 1) {
        found = move_run(desk, conversation, buf_text(&state), drift, drift_ms, now, error);
        buf_clear(&state);
        if (found != 0)
            break;
    }
    buf_release(&state);
    return found;
}

int flow_turn_shift(struct desk *desk, int64_t drift_ms, struct error *error)
{
    return move_all(desk, by_the_jump, drift_ms, 0, error);
}

int flow_turn_clamp(struct desk *desk, int64_t now, struct error *error)
{
    return move_all(desk, to_now_at_most, 0, now, error);
}

/* Messages that waited */

static int keep_late(const struct carry *carry, struct error *error)
{
    const char *state = carry_turn_state(carry->decision);
    struct buf tags = { 0 };
    int result = 0;

    if (decision_has(carry->decision, EFFECT_TAG)) {
        decide_format_tags(carry->decision, &tags);
        result = message_set_tags(carry->desk->db, carry->message, buf_text(&tags), error);
        buf_release(&tags);
    }
    if (result == 0 && carry->decision->rule != NULL)
        result = conversation_took(carry->desk->db, carry->conversation->id, carry->decision->rule->name, error);
    if (result == 0 && strcmp(state, "open") != 0)
        result = turn_end(carry->desk->db, carry->turn, state, carry->now, error);
    return result;
}

static int carry_late(struct desk *desk, struct conversation *conversation, struct past *past, int64_t now,
                      struct error *error)
{
    struct carry carry = { desk, conversation, &past->decision, past->heard.turn, past->heard.id, now };

    if (behind_drop(desk->db, past->heard.id, error) != 0 || carry_put_decision(&carry, &past->state, error) != 0 ||
        keep_late(&carry, error) != 0)
        return -1;
    return carry_out(&carry, error);
}

/* 1: decided; 0: it has to go on waiting. */
static int decide_late(struct desk *desk, struct conversation *conversation, int64_t message, int64_t now,
                       struct error *error)
{
    struct past past = { 0 };
    int result = heard_get(desk->db, message, &past.heard, error);

    if (result == 0) {
        result = error_set(error, "message %lld waits behind a call, and has vanished", (long long)message);
    } else if (result == 1 && load(desk, conversation, now, &past, error) == 0) {
        struct decide_input input = {
            .text = past.heard.text,
            .has_media = strcmp(past.heard.media, "[]") != 0,
            .media = past.heard.media,
            .said_at = past.heard.at,
        };

        decide(desk->rules, desk->matcher, &past.state, &input, now, &past.decision);
        if (past.decision.outcome == OUTCOME_WAITS)
            result = 0;
        else
            result = carry_late(desk, conversation, &past, now, error) == 0 ? 1 : -1;
    } else {
        result = -1;
    }
    past_release(&past);
    return result;
}

int flow_turn_release(struct desk *desk, struct conversation *conversation, int64_t now, struct error *error)
{
    int64_t message;
    int found;

    while ((found = behind_next(desk->db, conversation->id, &message, error)) == 1) {
        int decided = decide_late(desk, conversation, message, now, error);

        if (decided != 1)
            return decided;
    }
    return found;
}

int flow_turn_abandon(struct desk *desk, struct conversation *conversation, const char *actor, const char *why,
                      int64_t now, struct error *error)
{
    if (carry_drop_run(desk, conversation->id, conversation->contact, actor, why, now, error) != 0)
        return -1;
    return flow_turn_release(desk, conversation, now, error);
}
