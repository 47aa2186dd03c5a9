/*
 * road: see the header.
 *
 * Who is told apart from whom: a duplicate is known by (channel, identity as received, dispatch_id); a twin
 * is the same text that reached the contact through another Braze campaign within ten seconds. Neither counts
 * as a message: both are receipts for the first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/country.h"
#include "base/log.h"
#include "braze/inbound.h"
#include "desk/carry.h"
#include "desk/colleague.h"
#include "desk/consult.h"
#include "desk/flood.h"
#include "desk/flow_turn.h"
#include "desk/handover.h"
#include "desk/handover_follow.h"
#include "desk/idle.h"
#include "desk/notify.h"
#include "desk/recall.h"
#include "desk/road.h"
#include "desk/subscription.h"
#include "store/contact.h"
#include "store/conversation.h"
#include "store/erasure.h"
#include "store/message.h"
#include "store/outbox.h"
#include "store/run_row.h"
#include "store/turn.h"

enum { TWIN_MS = 10 * 1000 };

/* One webhook under way. */
struct passage {
    struct desk *desk;
    struct webhook *webhook;
    const struct inbound *in;
    struct contact contact;
    struct conversation conversation;
    struct decision decision;
    struct consult_standing standing; /* of the conversation's turn that a backend is answering */
    struct turn turn;
    int64_t message;
    int at_work;        /* 1: it is a colleague's, for her cases */
    int64_t last_in_at; /* of the customer on this channel, before this message; 0: none */
    int64_t now;
};

/* Rows of the decision */

/* Does the message become part of the turn that is being answered? A step that asks something has a turn of its own. */
static bool joins(const struct passage *p)
{
    const struct rule *rule = p->decision.rule;

    return p->standing.may_join && rule != NULL && rule->action == ACTION_CONSULT &&
           decision_has(&p->decision, EFFECT_CONSULT);
}

static int put_turn(struct passage *p, struct error *error)
{
    if (joins(p)) {
        p->turn.id = p->standing.turn;
        return 0;
    }
    p->turn = (struct turn){
        .conversation = p->conversation.id,
        .ruleset = p->desk->rules->number,
        .epoch = p->conversation.epoch,
        .state = carry_turn_state(&p->decision),
        .opened_at = p->now,
        .deadline_at = p->now + ruleset_setting_number(p->desk->rules, "reply_expires"),
    };
    return turn_put(p->desk->db, &p->turn, error);
}

static int put_message(struct passage *p, struct error *error)
{
    struct message message = {
        .id = p->message,
        .conversation = p->conversation.id,
        .turn = p->turn.id,
        .at = p->now,
        .webhook = p->webhook->id,
        .sent_at = p->in->sent_at,
        .kind = "in",
        .text = p->in->message,
        .campaign = p->in->campaign,
        .media = p->in->media_urls,
        .fields = p->in->fields,
        .flags = p->in->flags,
    };
    struct buf tags = { 0 };
    int result;

    if (decision_has(&p->decision, EFFECT_TAG)) {
        decide_format_tags(&p->decision, &tags);
        message.tags = buf_text(&tags);
    }
    result = message_put(p->desk->db, &message, error);
    buf_release(&tags);
    return result;
}

/* What was kept and could not be read at once was said when it came, and opened the 24-hour window then. */
static int64_t heard_at(const struct passage *p)
{
    int64_t at = p->webhook->received_at > p->last_in_at ? p->webhook->received_at : p->last_in_at;

    return at < p->now ? at : p->now;
}

/* With the tally, which so costs no statement of its own. */
static int store_message(struct passage *p, const char *rule, struct error *error)
{
    if (conversation_heard(p->desk->db, &p->conversation, rule, heard_at(p), error) != 0 || put_turn(p, error) != 0)
        return -1;
    if (put_message(p, error) != 0)
        return -1;
    /* Whoever has the conversation reads it elsewhere. */
    return strcmp(p->conversation.owner, "agent") == 0 ? notify_hear(p->desk, &p->conversation, p->message, p->now, error) : 0;
}

/* A service is being asked: the message is kept, and decided when that has ended. What would have been noted is not. */
static int store_waiting(struct passage *p, struct error *error)
{
    return store_message(p, "", error) == 0 ? behind_put(p->desk->db, p->message, p->conversation.id, error) : -1;
}

/* While a person has the customer she hears all that he says, an opt-out too; but no flood of it. */
static bool is_for_person(const struct passage *p)
{
    const struct decision *decision = &p->decision;

    if (decision->limit == LIMIT_MESSAGES || decision->limit == LIMIT_REPEATS)
        return false;
    return strcmp(p->conversation.owner, "agent") == 0 && !decision_has(decision, EFFECT_HANDOFF);
}

/* What no rule has taken is for a person, or from one. */
static int pass_on(struct passage *p, struct error *error)
{
    struct colleague_message hers = {
        .contact = &p->contact,
        .message = p->message,
        .text = p->in->message,
        .has_media = strcmp(p->in->media_urls, "[]") != 0,
        .sent_at = p->in->sent_at,
    };

    if (p->at_work == 1)
        return p->decision.rule == NULL ? colleague_hear(p->desk, &p->conversation, &hers, p->now, error) : 0;
    if (!is_for_person(p))
        return 0;
    return handover_hear(p->desk, &p->conversation, p->in->message, p->in->media_urls, p->now, error);
}

static int store_decision(struct passage *p, const struct decide_state *state, struct error *error)
{
    const char *rule = p->decision.rule != NULL ? p->decision.rule->name : "";
    struct carry carry = { .desk = p->desk, .conversation = &p->conversation, .decision = &p->decision,
                           .message = p->message, .now = p->now };

    flood_count(&p->conversation.tally, &p->decision, joins(p), p->now);
    flood_settle(&p->conversation.tally, &p->decision);
    if (store_message(p, rule, error) != 0)
        return -1;
    carry.turn = p->turn.id;
    carry.joins = joins(p) ? p->standing.outbox : 0;
    if (carry_put_decision(&carry, state, error) != 0 ||
        subscription_welcome(&carry, p->contact.is_new, error) != 0 || carry_out(&carry, error) != 0)
        return -1;
    if (pass_on(p, error) != 0)
        return -1;
    /* An interruption may have ended what others waited for. */
    return state->run != NULL || state->consulted != NULL ? flow_turn_release(p->desk, &p->conversation, p->now, error) : 0;
}

/* Looked at only for who has said the same so often that a limit is near. */
static int count_heard(struct passage *p, struct decide_state *state, struct error *error)
{
    const struct ruleset *rules = p->desk->rules;
    struct tally *tally = &p->conversation.tally;
    int offered = 0;

    flood_hear(tally, rules, p->in->message, p->last_in_at, p->now);
    if (tally->same > ruleset_setting_number(rules, "repeats_in_a_row") && rules->has_buttons)
        offered = recall_was_offered(p->desk->db, p->conversation.id, p->in->message, error);
    if (offered == 1)
        flood_spare(tally);
    flood_tell(tally, p->now, state);
    return offered < 0 ? -1 : 0;
}

/* No rule, dialogue or backend answers her, but for opting out and in: as if a person had the conversation. */
static void be_silent_for_colleague(struct passage *p, struct decide_state *state)
{
    state->owner = "agent";
    state->run = state->consulted = NULL;
    state->may_join = p->standing.may_join = false;
}

static int decide_and_store(struct passage *p, struct error *error)
{
    struct desk *desk = p->desk;
    struct recall recall = { 0 };
    struct decide_state state = {
        .channel = p->webhook->channel,
        .owner = p->conversation.owner,
        .is_opted_out = p->contact.is_opted_out,
        .first_name = p->contact.first_name,
        .language = p->contact.language,
        .time_zone = p->contact.time_zone,
        .message_count = p->conversation.message_count + 1,
        .fields = p->in->fields,
        .campaign = p->in->campaign,
        .country = country_of_phone(p->in->phone_number),
        .sent_at = p->in->sent_at,
        .is_first_contact = p->contact.is_new,
        .last_in_at = p->last_in_at,
        .last_rule = p->conversation.last_rule,
        .disabled_rules = desk->disabled_rules,
    };
    struct decide_input input = {
        .text = p->in->message, .has_media = strcmp(p->in->media_urls, "[]") != 0, .media = p->in->media_urls,
    };

    int result = consult_stands(desk, &p->conversation, p->now, &p->standing, error);

    p->at_work = colleague_is_at_work(desk, &p->contact, input.text, p->now, error);
    result = p->at_work < 0 ? -1 : result;
    state.consulted = p->standing.backend;
    state.may_join = p->standing.may_join;
    if (result == 0)
        result = count_heard(p, &state, error);
    if (result == 0)
        result = recall_load(&recall, desk->db, desk->rules, &p->conversation, input.text, p->now, &state, error);
    if (p->at_work == 1)
        be_silent_for_colleague(p, &state);
    if (result == 0) {
        decide(desk->rules, desk->matcher, &state, &input, p->now, &p->decision);
        result = p->decision.outcome == OUTCOME_WAITS ? store_waiting(p, error) : store_decision(p, &state, error);
    }
    recall_release(&recall);
    return result;
}

/* Whose it is, and whether it came before */

static void format_identity(const struct inbound *in, struct buf *out)
{
    bool is_external = *in->user_id != '\0', is_phone = !is_external && *in->phone_number != '\0';

    buf_add_text(out, is_external ? "external:" : is_phone ? "phone:" : "braze:");
    buf_add_text(out, is_external ? in->user_id : is_phone ? in->phone_number : in->braze_id);
}

static int settle_webhook(struct passage *p, const char *state, int64_t message, struct error *error)
{
    struct buf how = { 0 };
    int result;

    inbound_format_flags(p->in->flags, &how);
    result = webhook_settle(p->desk->db, p->webhook, state, message, buf_text(&how), error);
    buf_release(&how);
    return result;
}

/* Its key, kept for the first message that brings it; 1: it came before, and *message says as what. */
static int claim_key(struct passage *p, const char *identity, int64_t *message, struct error *error)
{
    struct seen seen = { p->webhook->channel, identity, p->in->dispatch_id, p->message, desk_key_at(p->desk, p->now) };
    int found, is_new;

    if (*p->in->dispatch_id == '\0')
        return 0;
    found = late_find(&p->desk->late, p->desk->db, &seen, error);
    if (found == 0) {
        is_new = seen_claim(p->desk->db, &seen, error);
        found = is_new < 0 ? -1 : !is_new;
    }
    if (found == 1)
        *message = seen.message;
    return found;
}

/* What came before from somebody who was erased meanwhile is counted, and leaves nothing else. */
static int settle_repeated(struct passage *p, int64_t message, struct error *error)
{
    int is_erased = erasure_has_message(p->desk->db, message, error);

    if (is_erased < 0)
        return -1;
    p->desk->wants_cut |= is_erased == 1 && p->webhook->is_stored;
    return is_erased == 1 ? webhook_settle_bare(p->desk->db, p->webhook, "duplicate", message, "", error)
                          : settle_webhook(p, "duplicate", message, error);
}

/* The conversation that the message belongs to; 1: it is the twin of *first. */
static int find_conversation(struct passage *p, int64_t *first, struct error *error)
{
    struct db *db = p->desk->db;
    int found = conversation_newest(db, p->contact.id, p->webhook->channel, &p->conversation, error);

    if (found == 1 && *p->in->campaign != '\0') {
        int twin = message_twin(db, p->conversation.id, p->in->message, p->in->campaign, p->now - TWIN_MS,
                                first, error);

        if (twin != 0)
            return twin;
    }
    if (found < 0)
        return -1;
    if (found == 1)
        p->last_in_at = p->conversation.last_in_at;
    return idle_enter(p->desk, found == 1 ? &p->conversation : NULL, p->contact.id, p->webhook->channel, p->now,
                      &p->conversation, error);
}

static int enter(struct passage *p, struct error *error)
{
    /* The window is open again: what was held for want of it may go, before the new answer. */
    if (outbox_release_held(p->desk->db, p->contact.id, p->now, error) != 0 ||
        settle_webhook(p, "read", p->message, error) != 0)
        return -1;
    return decide_and_store(p, error);
}

/* The same words by another campaign: a receipt for the first. Its key counts as well, since its campaign may repeat
 * the call when the ten seconds are over. */
static int join_twin(struct passage *p, const char *identity, int64_t first, struct error *error)
{
    struct seen seen = { p->webhook->channel, identity, p->in->dispatch_id, first, p->now };

    if (*p->in->dispatch_id != '\0' && seen_point(p->desk->db, &seen, error) != 0)
        return -1;
    return settle_webhook(p, "duplicate", first, error);
}

static int accept_message(struct passage *p, const char *identity, struct receipt *receipt,
                          struct error *error)
{
    struct contact_claim claim = {
        .external_id = p->in->user_id,
        .braze_id = p->in->braze_id,
        .phone = p->in->phone_number,
        .first_name = p->in->first_name,
        .language = p->in->language,
        .time_zone = p->in->time_zone,
        .profile_name = p->in->profile_name,
    };
    int twin;

    if (contact_resolve(p->desk->db, &claim, p->now, &p->contact, error) != 0)
        return -1;
    for (size_t i = 0; i < p->contact.absorbed_count; i++)
        if (handover_follow(p->desk, p->contact.absorbed[i], p->contact.id, p->now, error) != 0)
            return -1;
    twin = find_conversation(p, &receipt->message, error);
    if (twin == 1) {
        receipt->kind = RECEIPT_DUPLICATE;
        return join_twin(p, identity, receipt->message, error);
    }
    receipt->kind = RECEIPT_ACCEPTED;
    receipt->message = p->message;
    return twin < 0 ? -1 : enter(p, error);
}

static int pass(struct passage *p, struct receipt *receipt, struct error *error)
{
    struct buf identity = { 0 };
    int seen, result;

    format_identity(p->in, &identity);
    seen = message_number(p->desk->db, &p->message, error);
    if (seen == 0)
        seen = claim_key(p, buf_text(&identity), &receipt->message, error);
    if (seen == 0) {
        result = accept_message(p, buf_text(&identity), receipt, error);
    } else {
        receipt->kind = RECEIPT_DUPLICATE;
        result = seen < 0 ? -1 : settle_repeated(p, receipt->message, error);
    }
    buf_release(&identity);
    contact_release(&p->contact);
    decision_release(&p->decision);
    consult_standing_release(&p->standing);
    return result;
}

/* The verbs */

int road_store(struct desk *desk, struct webhook *webhook, struct error *error)
{
    return webhook_put(desk->db, webhook, error);
}

static int decide_read(struct desk *desk, struct webhook *webhook, const struct inbound_result *read, int64_t now,
                       struct receipt *receipt, struct error *error)
{
    struct passage passage = { .desk = desk, .webhook = webhook, .in = &read->in, .now = now };

    *receipt = (struct receipt){ .kind = RECEIPT_UNREADABLE, .webhook = webhook->id };
    if (read->result == 1)
        return pass(&passage, receipt, error);
    log_warn("webhook_unreadable", log_int("webhook", webhook->id), log_text("reason", read->why.text));
    return webhook_settle(desk->db, webhook, "unreadable", 0, read->why.text, error);
}

int road_decide(struct desk *desk, struct webhook *webhook, int64_t now, struct receipt *receipt,
                struct error *error)
{
    struct inbound_result *read =
        inbound_result_new(webhook->body, webhook->body_len, webhook->content_type, webhook->claimed_user);
    int result = decide_read(desk, webhook, read, now, receipt, error);

    inbound_result_free(read);
    return result;
}

int road_receive(struct desk *desk, struct webhook *webhook, const struct inbound_result *read, int64_t now,
                 struct receipt *receipt, struct error *error)
{
    if (webhook_number(desk->db, webhook, error) != 0)
        return -1;
    return read != NULL ? decide_read(desk, webhook, read, now, receipt, error)
                        : road_decide(desk, webhook, now, receipt, error);
}

static const char POISON[] =
    "deciding it ended the program three times; see the log, then: frontdesk webhooks replay";

int road_count(struct desk *desk, struct webhook *webhook, struct receipt *receipt, struct error *error)
{
    int64_t tries;

    if (webhook_tries_of(desk->db, webhook, &tries, error) != 0)
        return -1;
    if (tries < WEBHOOK_TRIES_MAX)
        return webhook_count_try(desk->db, webhook->id, error) == 0 ? 1 : -1;
    *receipt = (struct receipt){ .kind = RECEIPT_UNREADABLE, .webhook = webhook->id };
    log_error("webhook_set_aside", log_int("webhook", webhook->id), log_text("reason", POISON));
    return webhook_settle(desk->db, webhook, "aside", 0, POISON, error) == 0 ? 0 : -1;
}

int road_set_aside(struct desk *desk, struct webhook *webhook, const char *reason, struct receipt *receipt,
                   struct error *error)
{
    if (webhook->id == 0 && webhook_number(desk->db, webhook, error) != 0)
        return -1;
    *receipt = (struct receipt){ .kind = RECEIPT_UNREADABLE, .webhook = webhook->id };
    log_error("webhook_set_aside", log_int("webhook", webhook->id), log_text("reason", reason));
    return webhook_settle(desk->db, webhook, "aside", 0, reason, error);
}
