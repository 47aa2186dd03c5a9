/*
 * flow_turn: see the header.
 *
 * What is said here answers the turn that made the call. What a dialogue says of its own accord (a reminder, a
 * farewell) belongs to no turn: no message of the customer waits for it.
 */
#include <string.h>

#include "backend/backend.h"
#include "backend/vendor.h"
#include "base/log.h"
#include "desk/apart.h"
#include "desk/carry.h"
#include "desk/consult.h"
#include "desk/flood.h"
#include "desk/flow_turn.h"
#include "desk/handover.h"
#include "desk/idle.h"
#include "desk/past.h"
#include "flow/step.h"
#include "store/event.h"
#include "store/message.h"
#include "store/run_row.h"
#include "store/turn.h"

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

/* What is said between messages counts as well. */
static int count(const struct carry *carry, struct error *error)
{
    if (!decision_has(carry->decision, EFFECT_SAY) && !decision_has(carry->decision, EFFECT_CONSULT))
        return 0;
    flood_count(&carry->conversation->tally, carry->decision, false, carry->now);
    return conversation_count(carry->desk->db, carry->conversation, error);
}

static int carry_event(struct desk *desk, struct conversation *conversation, struct past *past, int64_t turn,
                       bool is_deed, int64_t now, struct error *error)
{
    struct carry carry = { .desk = desk, .conversation = conversation, .decision = &past->decision, .turn = turn,
                           .message = past->heard.id, .now = now, .is_deed = is_deed };

    if (count(&carry, error) != 0 || carry_out(&carry, error) != 0 || settle_turn(&carry, error) != 0)
        return -1;
    return flow_turn_release(desk, conversation, now, error);
}

/* Did the backend itself close the conversation? */
static bool closes(const struct decide_reply *reply)
{
    for (size_t i = 0; reply != NULL && i < reply->deed_count; i++)
        if (reply->deeds[i].act->kind == ACT_CLOSE)
            return true;
    return false;
}

/* About the customer's newest message. */
static int decide_event(struct desk *desk, struct conversation *conversation, int64_t turn, struct decide_input *input,
                        int64_t now, struct error *error)
{
    struct past past = { 0 };
    int result = -1;

    if (heard_newest(desk->db, conversation->id, &past.heard, error) >= 0 &&
        past_load(&past, desk, conversation, now, error) == 0) {
        input->text = past_text(&past);
        decide(desk->rules, desk->matcher, &past.state, input, now, &past.decision);
        result = carry_event(desk, conversation, &past, turn, closes(input->reply), now, error);
    }
    past_release(&past);
    return result;
}

/* Nothing happens where no dialogue is under way any more. */
static int decide_run(struct desk *desk, int64_t id, struct decide_input *input, int64_t now, struct error *error)
{
    struct conversation conversation;
    struct buf state = { 0 };
    int64_t turn = 0;
    int found = conversation_require(desk->db, id, &conversation, error);

    if (found == 0)
        found = run_row_get(desk->db, id, &state, &turn, error);
    buf_release(&state);
    return found == 1 ? decide_event(desk, &conversation, turn, input, now, error) : found;
}

int flow_turn_answer(struct desk *desk, int64_t id, int64_t turn, struct decide_input *answer, int64_t now,
                     struct error *error)
{
    struct conversation conversation;

    return conversation_require(desk->db, id, &conversation, error) == 0
               ? decide_event(desk, &conversation, turn, answer, now, error)
               : -1;
}

int flow_turn_result(struct desk *desk, int64_t conversation, const struct decide_input *result, int64_t now,
                     struct error *error)
{
    struct decide_input input = *result;

    input.kind = INPUT_RESULT;
    return decide_run(desk, conversation, &input, now, error);
}

static bool awaits(const char *state, int64_t call)
{
    struct run run;

    if (run_parse(state, &run, NULL) != 0)
        return false;
    bool does = run.waits == RUN_WAITS_CALL && run.frames[run.depth - 1].call == call;
    run_release(&run);
    return does;
}

int flow_turn_lapse(struct desk *desk, int64_t conversation, int64_t call, int64_t now, struct error *error)
{
    struct buf state = { 0 };
    int64_t turn = 0;
    int found = run_row_get(desk->db, conversation, &state, &turn, error);

    if (found == 1 && !awaits(buf_text(&state), call))
        found = 0;
    buf_release(&state);
    if (found != 1)
        return found;
    if (run_row_drop(desk->db, conversation, error) != 0 ||
        (turn != 0 && turn_end(desk->db, turn, "expired", now, error) != 0) ||
        event_put(desk->db, conversation, "flow_end", "daemon", "expired", now, error) != 0)
        return -1;
    return 1;
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
        if (apart_begin(desk, error) != 0)
            return -1;
        found = apart_end(desk, decide_run(desk, conversation, &input, now, error), "going on with the dialogue of conversation",
                          conversation, now, error);
        if (found < 0 || (found == 1 && run_row_put_off(desk->db, conversation, now + APART_AGAIN_MS, error) != 0))
            return -1;
        found = 1;
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

/* It is heard however late it is, for it may ask for a person or for silence; what answers it has no more time than its turn. */
static int carry_late(struct desk *desk, struct conversation *conversation, struct past *past, int64_t now,
                      struct error *error)
{
    struct carry carry = { .desk = desk, .conversation = conversation, .decision = &past->decision,
                           .turn = past->heard.turn, .message = past->heard.id, .now = now };

    if (turn_deadline(desk->db, carry.turn, &carry.until, error) != 0)
        return -1;
    if (past->decision.is_silenced)
        flood_settle(&conversation->tally, &past->decision);
    if (behind_drop(desk->db, past->heard.id, error) != 0 || count(&carry, error) != 0 ||
        carry_put_decision(&carry, &past->state, error) != 0 || keep_late(&carry, error) != 0 ||
        carry_out(&carry, error) != 0)
        return -1;
    if (past->decision.outcome != OUTCOME_AGENT || decision_has(&past->decision, EFFECT_HANDOFF))
        return 0;
    return handover_hear(desk, conversation, past->heard.text, past->heard.media, now, error);
}

/* 1: decided; 0: it has to go on waiting. */
static int decide_late(struct desk *desk, struct conversation *conversation, int64_t message, int64_t now,
                       struct error *error)
{
    struct past past = { 0 };
    int result = heard_get(desk->db, message, &past.heard, error);

    if (result == 0) {
        result = error_set(error, "message %lld waits behind a call, and has vanished", (long long)message);
    } else if (result == 1 && past_load(&past, desk, conversation, now, error) == 0) {
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

/*
 * In a savepoint of its own: one that cannot be decided strands neither what has led here nor those behind it. Its turn is
 * dead then, visibly.
 */
static int decide_late_apart(struct desk *desk, struct conversation *conversation, int64_t message, int64_t now,
                             struct error *error)
{
    struct decision_row lost = { .message = message, .at = now, .ruleset = desk->rules->number, .action = "lost",
                                 .state = "{}", .trace = "{}" };
    struct heard heard = { 0 };
    struct error why = { 0 };
    int decided, result;

    if (db_mark(desk->db, error) != 0)
        return -1;
    decided = decide_late(desk, conversation, message, now, &why);
    if (decided >= 0)
        return db_unmark(desk->db, error) == 0 ? decided : -1;
    if (db_fault(desk->db) > DB_STATEMENT)
        return error_set(error, "%s", why.text);
    desk_undo(desk);
    log_error("message_lost", log_int("message", message), log_text("reason", why.text));
    result = heard_get(desk->db, message, &heard, error) < 0 || behind_drop(desk->db, message, error) != 0 ||
                     decision_put(desk->db, &lost, error) != 0 ||
                     (heard.turn != 0 && turn_end(desk->db, heard.turn, "dead", now, error) != 0)
                 ? -1
                 : 1;
    heard_release(&heard);
    return result;
}

/*
 * What waits in a conversation that was closed meanwhile opens the next one, as it would have done had it come now. The
 * conversation becomes that one.
 */
static int reopen(struct desk *desk, struct conversation *conversation, int64_t now, struct error *error)
{
    const struct conversation closed = *conversation;

    if (idle_enter(desk, &closed, closed.contact, closed.channel, now, conversation, error) != 0)
        return -1;
    if (conversation->id == closed.id)
        return 0;
    if (behind_move(desk->db, closed.id, conversation->id, error) != 0)
        return -1;
    return conversation_require(desk->db, conversation->id, conversation, error);
}

int flow_turn_release(struct desk *desk, struct conversation *conversation, int64_t now, struct error *error)
{
    struct conversation fresh;
    int64_t message;
    int found;

    while ((found = behind_next(desk->db, conversation->id, &message, error)) == 1) {
        if (strcmp(conversation->owner, "closed") == 0) {
            fresh = *conversation; /* the caller's stays closed; and each of those that wait may close one */
            if (reopen(desk, &fresh, now, error) != 0)
                return -1;
            conversation = &fresh;
        }
        int decided = decide_late_apart(desk, conversation, message, now, error);

        if (decided != 1)
            return decided;
    }
    return found;
}

int flow_turn_abandon(struct desk *desk, struct conversation *conversation, const char *actor, const char *why,
                      int64_t now, struct error *error)
{
    bool is_taken = strcmp(conversation->owner, "agent") == 0;

    if (carry_drop_run(desk, conversation->id, conversation->contact, actor, why, now, error) != 0 ||
        consult_drop(desk, conversation, is_taken ? "agent" : "silenced", now, error) != 0)
        return -1;
    return flow_turn_release(desk, conversation, now, error);
}
