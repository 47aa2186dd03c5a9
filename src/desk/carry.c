/*
 * carry: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "desk/carry.h"
#include "desk/consult.h"
#include "desk/decide_say.h"
#include "desk/flow_turn.h"
#include "desk/idle.h"
#include "desk/notice.h"
#include "desk/parting.h"
#include "desk/reply.h"
#include "desk/service.h"
#include "desk/subscription.h"
#include "flow/flow.h"
#include "store/consult_row.h"
#include "store/contact.h"
#include "store/cooldown.h"
#include "store/entry.h"
#include "store/event.h"
#include "store/idle.h"
#include "store/outbox_track.h"
#include "store/profile.h"
#include "store/run_row.h"
#include "store/turn.h"

const char *carry_turn_state(const struct decision *decision)
{
    if (decision_has(decision, EFFECT_HANDOFF))
        return "agent";
    if (decision_has(decision, EFFECT_SAY) || decision_has(decision, EFFECT_CALL) || decision_has(decision, EFFECT_CONSULT))
        return "open";
    switch (decision->outcome) {
    case OUTCOME_AGENT: return "agent";
    case OUTCOME_NOBODY: return "unanswered";
    case OUTCOME_WAITS: return "open";
    case OUTCOME_ANSWER:
    case OUTCOME_SILENCE: break;
    }
    return "silenced";
}

void carry_format_actor(const struct effect *effect, struct buf *actor)
{
    if (effect->rule != NULL)
        buf_addf(actor, "rule %s", effect->rule->name);
    else if (effect->step != NULL)
        buf_addf(actor, "step %s", effect->step);
    else
        buf_add_text(actor, effect->moment != NULL ? effect->moment : "daemon");
}

static int note_event(const struct carry *carry, const struct effect *effect, const char *kind, const char *detail,
                      struct error *error)
{
    struct buf actor = { 0 };
    int result;

    carry_format_actor(effect, &actor);
    result = event_put(carry->desk->db, carry->conversation->id, kind, buf_text(&actor), detail, carry->now, error);
    buf_release(&actor);
    return result;
}

/* A message whose answer awaited the end of a call gets no more than it has. */
static int end_run(struct desk *desk, int64_t conversation, int64_t contact, int64_t turn, const char *actor, const char *why,
                   int64_t now, struct error *error)
{
    bool is_taken = strcmp(why, "take") == 0 || strcmp(why, "handoff") == 0;

    if (run_row_drop(desk->db, conversation, error) != 0 ||
        idle_pull_one(desk->db, conversation, idle_first_at(desk, now), error) != 0 ||
        (turn != 0 && turn_conclude(desk->db, turn, contact, is_taken ? "agent" : "silenced", now, error) != 0))
        return -1;
    return event_put(desk->db, conversation, "flow_end", actor, why, now, error);
}

/* What the dialogue has collected stays with the conversation. */
static int leave_run(struct desk *desk, int64_t conversation, const struct buf *run, struct error *error)
{
    struct buf variables = { 0 }, remembered = { 0 };
    int result = conversation_variables(desk->db, conversation, &variables, error) < 0 ? -1 : 0;

    if (result == 0)
        decide_leave(desk->rules, buf_text(&variables), buf_text(run), &remembered);
    if (result == 0 && remembered.len > 0)
        result = conversation_remember(desk->db, conversation, buf_text(&remembered), error);
    buf_release(&variables);
    buf_release(&remembered);
    return result;
}

int carry_drop_run(struct desk *desk, int64_t conversation, int64_t contact, const char *actor, const char *why,
                   int64_t now, struct error *error)
{
    struct buf run = { 0 };
    int64_t turn = 0;
    int found = run_row_get(desk->db, conversation, &run, &turn, error);

    if (found == 1 && (leave_run(desk, conversation, &run, error) != 0 ||
                       end_run(desk, conversation, contact, turn, actor, why, now, error) != 0))
        found = -1;
    buf_release(&run);
    return found == 1 ? 0 : found;
}

/* The messages that waited in another conversation wait no longer; those of this one are its caller's. */
static int release(const struct carry *carry, int64_t id, struct error *error)
{
    struct conversation other;

    if (id == carry->conversation->id)
        return 0;
    return conversation_require(carry->desk->db, id, &other, error) == 0
               ? flow_turn_release(carry->desk, &other, carry->now, error)
               : -1;
}

static int drop_elsewhere(const struct carry *carry, int64_t id, struct error *error)
{
    if (carry_drop_run(carry->desk, id, carry->conversation->contact, "daemon", "opt_out", carry->now, error) != 0)
        return -1;
    return release(carry, id, error);
}

/* Of none of the contact's conversations. */
static int silence_backends(const struct carry *carry, struct error *error)
{
    struct conversation other = { .contact = carry->conversation->contact };
    int found = 0;

    while (carry->desk->may_consult &&
           (found = consult_row_of_contact(carry->desk->db, other.contact, &other.id, error)) == 1)
        if (consult_drop(carry->desk, &other, "silenced", carry->now, error) != 0 || release(carry, other.id, error) != 0)
            return -1;
    return found;
}

/* Who wants to hear nothing hears nothing on any channel, and no dialogue waits for him there. */
static int silence(const struct carry *carry, struct error *error)
{
    struct db *db = carry->desk->db;
    int64_t contact = carry->conversation->contact, other;
    int found;

    if (conversation_raise_all(db, contact, error) != 0 || silence_backends(carry, error) != 0)
        return -1;
    carry->conversation->epoch++;
    while ((found = run_row_of_contact(db, contact, &other, error)) == 1)
        if (drop_elsewhere(carry, other, error) != 0)
            return -1;
    return found;
}

static int set_opt_out(const struct carry *carry, const struct effect *effect, struct error *error)
{
    bool is_opted_out = effect->kind == EFFECT_OPT_OUT;
    const char *by = effect->rule != NULL ? effect->rule->name : effect->step;

    if (contact_set_opt_out(carry->desk->db, carry->conversation->contact, is_opted_out, carry->now, error) != 0 ||
        (is_opted_out && silence(carry, error) != 0) || subscription_follow(carry, is_opted_out, by, error) != 0)
        return -1;
    return note_event(carry, effect, is_opted_out ? "opt_out" : "opt_in", "", error);
}

static int hand_over(const struct carry *carry, const struct effect *effect, struct error *error)
{
    const char *team = effect->team->name;

    if (parting_hand_over(carry->desk, carry->conversation, team, carry->now, error) != 0 ||
        consult_drop(carry->desk, carry->conversation, "agent", carry->now, error) != 0)
        return -1;
    return note_event(carry, effect, "handoff", team, error);
}

static int close_conversation(const struct carry *carry, const struct effect *effect, struct error *error)
{
    const char *closed_by = carry->is_deed ? "backend" : effect->rule != NULL ? "rule" : "flow";

    if (parting_close(carry->desk, carry->conversation, closed_by, carry->now, error) != 0 ||
        consult_drop(carry->desk, carry->conversation, "silenced", carry->now, error) != 0)
        return -1;
    return note_event(carry, effect, "close", "", error);
}

static int say(const struct carry *carry, const struct effect *effect, struct error *error)
{
    struct reply reply = {
        .turn = carry->turn,
        .until = carry->until,
        .kind = "out",
        .actor = effect->rule != NULL ? effect->rule->name : effect->step,
        .text = effect->text,
        .campaign = effect->campaign != NULL ? effect->campaign->name : "",
        .buttons = effect->buttons,
        .properties = effect->properties,
        .is_consent = effect->is_consent,
        .has_marks = effect->has_marks,
    };
    int64_t message;

    return reply_queue(carry->desk, carry->conversation, &reply, carry->now, &message, error);
}

static int call(const struct carry *carry, const struct effect *effect, struct error *error)
{
    struct service_request request = {
        .service = effect->service,
        .step = effect->step,
        .url = effect->url,
        .body = effect->body,
        .call = effect->call,
    };

    return service_queue(carry->desk, carry->conversation, &request, carry->now, error);
}

/* The backend is asked for this message; or for one more, where a turn stands that it joins. */
static int consult(const struct carry *carry, const struct effect *effect, struct error *error)
{
    struct consult_request request = {
        .backend = effect->backend,
        .wanted_by = effect->rule != NULL ? effect->rule->name : effect->step,
        .turn = carry->turn,
        .call = effect->call,
        .is_barred = effect->is_barred,
    };

    if (carry->joins != 0 && effect->call == 0)
        return consult_join(carry->desk, carry->joins, carry->now, error);
    return consult_queue(carry->desk, carry->conversation, &request, carry->now, error);
}

static int want_attribute(const struct carry *carry, const struct effect *effect, struct error *error)
{
    struct profile_want want = {
        .contact = carry->conversation->contact,
        .name = effect->name,
        .value = effect->text,
        .rule = effect->rule != NULL ? effect->rule->name : effect->step != NULL ? effect->step : effect->moment,
        .with_reply = effect->with_reply,
        .message = carry->message,
        .now = carry->now,
    };

    return profile_want(carry->desk->db, &want, error);
}

static int put_entry(const struct carry *carry, const struct effect *effect, struct error *error)
{
    static const char *const KINDS[] = {
        [ENTRY_INCREMENT] = "increment",
        [ENTRY_ARRAY_ADD] = "array_add",
        [ENTRY_ARRAY_REMOVE] = "array_remove",
        [ENTRY_EVENT] = "event",
    };
    struct buf doer = { 0 };
    int result;

    carry_format_actor(effect, &doer);
    result = entry_put(carry->desk->db,
                       &(struct entry_new){
                           .contact = carry->conversation->contact,
                           .conversation = carry->conversation->id,
                           .kind = KINDS[effect->entry],
                           .name = effect->name,
                           .value = effect->text,
                           .wanted_by = buf_text(&doer),
                           .message = carry->message,
                           .now = carry->now,
                       },
                       error);
    buf_release(&doer);
    return result;
}

/* Asked about every message, for who writes may have become known by a better id, and then all has to be written again. */
static int queue_attributes(const struct carry *carry, struct error *error)
{
    const struct conversation *conversation = carry->conversation;
    const struct ruleset *rules = carry->desk->rules;
    bool is_put = false;

    if (rules->attribute_count == 0 && !decision_has(carry->decision, EFFECT_ENTRY) &&
        *ruleset_setting(rules, "subscription_group") == '\0')
        return 0;
    if (outbox_track_queue(carry->desk->db, conversation->contact, conversation->id, carry->now, &is_put, error) != 0)
        return -1;
    carry->desk->may_track |= is_put;
    return 0;
}

static int carry_effect(const struct carry *carry, const struct effect *effect, struct error *error)
{
    switch (effect->kind) {
    case EFFECT_SAY: return say(carry, effect, error);
    case EFFECT_OPT_OUT:
    case EFFECT_OPT_IN: return set_opt_out(carry, effect, error);
    case EFFECT_HANDOFF: return hand_over(carry, effect, error);
    case EFFECT_CLOSE: return close_conversation(carry, effect, error);
    case EFFECT_TAG: return note_event(carry, effect, "tag", effect->name, error);
    case EFFECT_SET: return 0; /* all at once: decision.remembered */
    case EFFECT_FLOW: return note_event(carry, effect, "flow", effect->flow->name, error);
    case EFFECT_CALL: return call(carry, effect, error);
    case EFFECT_CONSULT: return consult(carry, effect, error);
    case EFFECT_ATTRIBUTE: return want_attribute(carry, effect, error);
    case EFFECT_ENTRY: return put_entry(carry, effect, error);
    case EFFECT_NOTICE: return notice_queue(carry, effect, error);
    case EFFECT_COOLDOWN:
        return cooldown_put(carry->desk->db, carry->conversation->contact, effect->rule->name, effect->until_at, error);
    }
    abort();
}

/*
 * A dialogue that was interrupted while it awaited a call speaks for another turn, when it is resumed: the one that made the
 * call gets no more than it has.
 */
static int put_run(const struct carry *carry, const struct run_row *row, struct error *error)
{
    struct desk *desk = carry->desk;
    struct buf state = { 0 };
    int64_t awaited = 0;
    int found = desk->may_call || desk->may_consult ? run_row_get(desk->db, row->conversation, &state, &awaited, error) : 0;

    buf_release(&state);
    if (found < 0 || run_row_put(desk->db, row, carry->now, error) != 0)
        return -1;
    if (awaited == 0 || awaited == row->turn || awaited == carry->turn)
        return 0;
    return turn_conclude(desk->db, awaited, carry->conversation->contact, "silenced", carry->now, error);
}

/* What it leaves is among what the decision remembers. */
static int close_run(const struct carry *carry, struct error *error)
{
    const struct conversation *conversation = carry->conversation;
    struct buf run = { 0 };
    int64_t turn = 0;
    int found = run_row_get(carry->desk->db, conversation->id, &run, &turn, error);

    buf_release(&run);
    if (found != 1)
        return found;
    return end_run(carry->desk, conversation->id, conversation->contact, turn, "daemon", carry->decision->run_outcome,
                   carry->now, error);
}

static int keep_run(const struct carry *carry, struct error *error)
{
    const struct decision *decision = carry->decision;
    struct run_row row = {
        .conversation = carry->conversation->id,
        .state = buf_text(&decision->run),
        .station = buf_text(&decision->station_after),
        .turn = decision->run_awaits_call ? carry->turn : 0,
        /* Never now again: a dialogue that wants to be looked at for ever must not stop all others. */
        .due_at = decision->run_due_at > carry->now ? decision->run_due_at : carry->now + 1,
    };

    switch (decision->run_change) {
    case RUN_AS_BEFORE: break;
    case RUN_GOES_ON: return put_run(carry, &row, error);
    case RUN_IS_OVER: return close_run(carry, error);
    }
    return 0;
}

/* Once for all the messages that meet a limit in a row. */
static int note_flood(const struct carry *carry, struct error *error)
{
    const struct decision *decision = carry->decision;
    struct buf why = { 0 };
    int result;

    carry->desk->floods += decision->is_silenced;
    if (!decision->is_flood_new)
        return 0;
    decide_format_limit(carry->desk->rules, decision->limit, &why);
    result = event_put(carry->desk->db, carry->conversation->id, "flood", "daemon", buf_text(&why), carry->now, error);
    buf_release(&why);
    return result;
}

static int note_limits(const struct carry *carry, struct error *error)
{
    for (size_t i = 0; i < carry->decision->limit_hit_count; i++)
        if (desk_note_limit(carry->desk, carry->decision->limit_hits[i]->name, carry->now, error) != 0)
            return -1;
    return 0;
}

int carry_put_decision(const struct carry *carry, const struct decide_state *state, struct error *error)
{
    const struct decision *decision = carry->decision;
    struct buf *state_json = &carry->desk->state, *trace_json = &carry->desk->trace;
    struct decision_row row = {
        .message = carry->message,
        .at = carry->now,
        .ruleset = carry->desk->rules->number,
        .rule = decision->rule != NULL ? decision->rule->name : NULL,
        .action = decision_action(decision),
    };

    buf_clear(state_json);
    buf_clear(trace_json);
    decide_format_state(state, state_json);
    decide_format_trace(carry->desk->rules, decision, trace_json);
    row.state = buf_text(state_json);
    row.trace = buf_text(trace_json);
    return decision_put(carry->desk->db, &row, error);
}

int carry_out(const struct carry *carry, struct error *error)
{
    const struct decision *decision = carry->decision;

    if (decision->remembered.len > 0 &&
        conversation_remember(carry->desk->db, carry->conversation->id, buf_text(&decision->remembered), error) != 0)
        return -1;
    for (size_t i = 0; i < decision->effect_count; i++)
        if (carry_effect(carry, &decision->effects[i], error) != 0)
            return -1;
    if (keep_run(carry, error) != 0 || queue_attributes(carry, error) != 0 || note_flood(carry, error) != 0)
        return -1;
    return note_limits(carry, error);
}
