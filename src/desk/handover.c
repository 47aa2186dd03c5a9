/*
 * handover: see the header.
 *
 * Each case that is due is looked at in a savepoint of its own: one that cannot be carried out must not keep the others, nor
 * the round, from the book. It is looked at again later.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "desk/carry.h"
#include "desk/flow_turn.h"
#include "desk/handover.h"
#include "desk/handover_tell.h"
#include "desk/idle.h"
#include "desk/notify.h"
#include "desk/past.h"
#include "rules/build.h"
#include "rules/opening.h"
#include "store/event.h"
#include "store/handover.h"

enum { PER_ROUND = 4, AGAIN_MS = 60 * 1000 };

/* Times */

static int64_t timeout(const struct desk *desk, const char *setting)
{
    return ruleset_setting_number(desk->rules, setting);
}

/* Nobody can come while the business is closed. 0: never. */
static int64_t take_due_at(const struct desk *desk, int64_t now)
{
    const struct ruleset *rules = desk->rules;
    int64_t from = now, ms = timeout(desk, "take_timeout");

    if (!opening_is_open(rules->opening, rules->zone, now))
        from = opening_next(rules->opening, rules->zone, now);
    return ms == 0 || from == OPENING_NEVER ? 0 : from + ms;
}

static int64_t answer_due_at(const struct desk *desk, int64_t now)
{
    int64_t ms = timeout(desk, "agent_timeout");

    return ms == 0 ? 0 : now + ms;
}

/* Life */

static bool has_people(const struct desk *desk, const char *name)
{
    const struct team *team = ruleset_team(desk->rules, name);

    return team != NULL && team->people_count > 0;
}

int handover_begin(struct desk *desk, const struct conversation *conversation, const char *team, const char *agent,
                   int64_t now, struct error *error)
{
    struct handover handover = { .conversation = conversation->id, .at = now, .moved_at = now };

    /* Whoever forgot to end the one before must not stop this one. */
    if (handover_end(desk, conversation, "release", 0, now, error) != 0)
        return -1;
    snprintf(handover.team, sizeof handover.team, "%s", team);
    if (*agent != '\0') {
        handover.state = HANDOVER_TAKEN;
    } else if (has_people(desk, team)) {
        handover.state = HANDOVER_UNTOLD;
        handover.due_at = now + HANDOVER_SUMMARY_MS;
    } else {
        handover.state = HANDOVER_WAITING;
        handover.due_at = take_due_at(desk, now);
    }
    return handover_put(desk->db, &handover, error);
}

/* Who was told, but for one, has it no more. */
static int dismiss(const struct telling *telling, int64_t except, int64_t by, struct error *error)
{
    struct desk *desk = telling->desk;
    int64_t number = telling->handover->number, contacts[HANDOVER_TOLD_MAX];
    size_t count;

    if (told_contacts(desk->db, number, contacts, &count, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (contacts[i] != except && handover_leave(desk, contacts[i], number, contacts[i] == by, telling->now, error) != 0)
            return -1;
    if (told_drop(desk->db, number, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (contacts[i] == except)
            return told_put(desk->db, except, number, telling->now, error);
    return 0;
}

int handover_take(struct desk *desk, const struct conversation *conversation, const char *agent, int64_t taker, int64_t now,
                  struct error *error)
{
    struct handover handover;
    struct telling telling = { desk, &handover, conversation, now };
    struct buf name = { 0 };
    int found = handover_open(desk->db, conversation->id, &handover, error), result;

    if (found != 1)
        return found < 0 ? -1 : handover_begin(desk, conversation, "", agent, now, error);
    handover.state = HANDOVER_TAKEN;
    handover.due_at = answer_due_at(desk, now); /* the customer waits */
    colleague_name(agent, &name);
    result = handover_keep(desk->db, &handover, error);
    if (result == 0)
        result = handover_tell_phrase(&telling, COLLEAGUE_SAYS_TAKEN, buf_text(&name), taker, error);
    if (result == 0)
        result = dismiss(&telling, taker, 0, error);
    buf_release(&name);
    return result;
}

static int tell_end(const struct telling *telling, const char *why, int64_t doer, struct error *error)
{
    struct buf ms = { 0 };
    bool has_lapsed = strcmp(why, "timeout") == 0;
    int result;

    clock_format_duration(timeout(telling->desk, "agent_timeout"), &ms);
    result = handover_tell_phrase(telling, has_lapsed ? COLLEAGUE_SAYS_LAPSED : COLLEAGUE_SAYS_ENDED, buf_text(&ms), doer, error);
    buf_release(&ms);
    return result;
}

int handover_end(struct desk *desk, const struct conversation *conversation, const char *why, int64_t doer, int64_t now,
                 struct error *error)
{
    struct handover handover;
    struct telling telling = { desk, &handover, conversation, now };
    int found = handover_open(desk->db, conversation->id, &handover, error);

    if (found != 1)
        return found;
    if (tell_end(&telling, why, doer, error) != 0 || dismiss(&telling, 0, doer, error) != 0)
        return -1;
    handover.state = HANDOVER_OVER;
    handover.due_at = 0;
    handover.ended_at = now;
    snprintf(handover.ended_by, sizeof handover.ended_by, "%s", why);
    return handover_keep(desk->db, &handover, error);
}

/* What goes on in it */

static int tell(struct telling *telling, struct handover *handover, const char *summary, const char *lead, struct error *error)
{
    size_t count;

    handover->state = HANDOVER_WAITING;
    handover->told_at = telling->now;
    handover->due_at = lead == NULL ? take_due_at(telling->desk, telling->now) : 0;
    if (handover_tell_case(telling, summary, lead, &count, error) != 0)
        return -1;
    return handover_keep(telling->desk->db, handover, error);
}

int handover_summed_up(struct desk *desk, const struct conversation *conversation, const char *summary, int64_t now,
                       struct error *error)
{
    struct handover handover;
    struct telling telling = { desk, &handover, conversation, now };
    int found = handover_open(desk->db, conversation->id, &handover, error);

    if (found != 1 || handover.state != HANDOVER_UNTOLD)
        return found < 0 ? -1 : 0;
    return tell(&telling, &handover, summary, NULL, error);
}

int handover_hear(struct desk *desk, const struct conversation *conversation, const char *text, const char *media,
                  int64_t now, struct error *error)
{
    struct handover handover;
    struct telling telling = { desk, &handover, conversation, now };
    int found = handover_open(desk->db, conversation->id, &handover, error);

    if (found != 1)
        return found;
    handover.moved_at = now;
    if (handover.state == HANDOVER_TAKEN && handover.due_at == 0)
        handover.due_at = answer_due_at(desk, now);
    if (handover_keep(desk->db, &handover, error) != 0)
        return -1;
    /* Before it is told, the words are among those that the case brings. */
    return handover.state != HANDOVER_UNTOLD ? handover_tell_words(&telling, text, media, error) : 0;
}

int handover_answer(struct desk *desk, const struct conversation *conversation, int64_t now, struct error *error)
{
    struct handover handover;
    int found = handover_open(desk->db, conversation->id, &handover, error);

    if (found != 1)
        return found;
    handover.moved_at = now;
    if (handover.state == HANDOVER_TAKEN)
        handover.due_at = 0;
    return handover_keep(desk->db, &handover, error);
}

/* The customer waits for the next try from now on, if nothing else has answered him. */
static int run_on(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    struct handover handover;
    int64_t conversation;
    int found = handover_unanswered(desk->db, outbox, &conversation, error);

    if (found == 1)
        found = handover_open(desk->db, conversation, &handover, error);
    if (found != 1 || handover.state != HANDOVER_TAKEN || handover.due_at != 0)
        return found < 0 ? -1 : 0;
    handover.due_at = answer_due_at(desk, now);
    return handover_keep(desk->db, &handover, error);
}

static int tell_author(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    struct handover handover;
    struct conversation conversation;
    struct telling telling = { desk, &handover, &conversation, now };
    struct buf text = { 0 };
    int64_t contact, number;
    int found = desk->has_colleagues ? handover_author(desk->db, outbox, &contact, &number, &text, error) : 0, result = found;

    if (found == 1)
        result = handover_require(desk->db, number, &handover, error) == 0 &&
                         conversation_require(desk->db, handover.conversation, &conversation, error) == 0
                     ? handover_tell_one(&telling, COLLEAGUE_SAYS_LOST, buf_text(&text), contact, error)
                     : -1;
    buf_release(&text);
    return result < 0 ? -1 : 0;
}

int handover_lost(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    return run_on(desk, outbox, now, error) == 0 ? tell_author(desk, outbox, now, error) : -1;
}

/* Nobody */

/* What the team has for that; nothing where its row has nothing. Of no team of the rules: the phrase `sorry`. */
static int say_nobody(struct telling *telling, struct handover *handover, struct error *error)
{
    struct desk *desk = telling->desk;
    struct conversation conversation = *telling->conversation;
    struct past past = { 0 };
    struct decide_input input = { .kind = INPUT_NOBODY, .team = ruleset_team(desk->rules, handover->team) };
    struct carry carry = { .desk = desk, .conversation = &conversation, .decision = &past.decision, .now = telling->now };
    int result = -1;

    if (handover->is_spoken || (input.team != NULL && input.team->nobody == NULL))
        return 0;
    if (heard_newest(desk->db, conversation.id, &past.heard, error) >= 0 &&
        past_load(&past, desk, &conversation, telling->now, error) == 0) {
        past.state.run = past.state.consulted = NULL;
        input.text = past_text(&past);
        decide(desk->rules, desk->matcher, &past.state, &input, telling->now, &past.decision);
        result = carry_out(&carry, error);
        handover->is_spoken = decision_has(&past.decision, EFFECT_SAY);
    }
    past_release(&past);
    return result;
}

static int move_on(struct telling *telling, struct handover *handover, const struct team *next, struct error *error)
{
    struct db *db = telling->desk->db;

    if (handover_tell_phrase(telling, COLLEAGUE_SAYS_MOVED, next->name, 0, error) != 0 ||
        dismiss(telling, 0, 0, error) != 0 ||
        notify_change(telling->desk, telling->conversation, "released", telling->now, error) != 0 ||
        conversation_ask_team(db, telling->conversation->id, next->name, error) != 0)
        return -1;
    /* Its summary was made long ago. */
    if (notify_hand_over(telling->desk, telling->conversation, next->name, telling->now, error) != 0 ||
        notify_summed_up(telling->desk, telling->conversation->id, telling->now, error) != 0)
        return -1;
    snprintf(handover->team, sizeof handover->team, "%s", next->name);
    return tell(telling, handover, NULL, NULL, error);
}

static int remind(struct telling *telling, struct handover *handover, struct error *error)
{
    struct buf ms = { 0 };
    int result;

    clock_format_duration(timeout(telling->desk, "take_timeout"), &ms);
    result = tell(telling, handover, NULL, buf_text(&ms), error);
    buf_release(&ms);
    return result;
}

static int nobody_came(struct telling *telling, struct handover *handover, struct error *error)
{
    struct desk *desk = telling->desk;
    const struct ruleset *rules = desk->rules;
    const struct team *team = ruleset_team(rules, handover->team);

    if (timeout(desk, "take_timeout") == 0 || !opening_is_open(rules->opening, rules->zone, telling->now)) {
        handover->due_at = take_due_at(desk, telling->now);
        return handover_keep(desk->db, handover, error);
    }
    if (say_nobody(telling, handover, error) != 0 ||
        event_put(desk->db, telling->conversation->id, "nobody", "daemon", handover->team, telling->now, error) != 0)
        return -1;
    return team != NULL && team->next != NULL ? move_on(telling, handover, team->next, error)
                                              : remind(telling, handover, error);
}

static int nobody_answered(struct telling *telling, struct handover *handover, struct error *error)
{
    struct desk *desk = telling->desk;
    struct conversation conversation = *telling->conversation;
    struct telling behind = *telling; /* what is said when it is over is said by the bot */

    if (timeout(desk, "agent_timeout") == 0) {
        handover->due_at = 0;
        return handover_keep(desk->db, handover, error);
    }
    if (notify_change(desk, &conversation, "released", telling->now, error) != 0 ||
        conversation_give(desk->db, &conversation, "bot", "", "", idle_first_at(desk, telling->now), error) != 0 ||
        event_put(desk->db, conversation.id, "timeout", "daemon", telling->conversation->agent, telling->now, error) != 0 ||
        handover_end(desk, &conversation, "timeout", 0, telling->now, error) != 0)
        return -1;
    behind.conversation = &conversation;
    return say_nobody(&behind, handover, error);
}

/* People who leave */

/* 1, 0, -1. */
static int is_in_a_team(struct desk *desk, int64_t contact, struct error *error)
{
    const struct ruleset *rules = desk->rules;
    int found = 0;

    for (size_t i = 0; i < rules->team_count && found == 0; i++)
        for (size_t k = 0; k < rules->teams[i].people_count && found == 0; k++)
            found = told_is_called(desk->db, contact, rules->teams[i].people[k], error);
    return found;
}

/* What nobody has any more is the team's again; `is_later`: it is told in the next round. */
static int ask_again(struct telling *telling, struct handover *handover, struct conversation *conversation, bool is_later,
                     struct error *error)
{
    struct desk *desk = telling->desk;

    if (conversation_give(desk->db, conversation, "agent", handover->team, "", 0, error) != 0 ||
        event_put(desk->db, conversation->id, "handoff", "daemon", handover->team, telling->now, error) != 0 ||
        notify_hand_over(desk, conversation, handover->team, telling->now, error) != 0)
        return -1;
    if (!is_later)
        return tell(telling, handover, NULL, NULL, error);
    handover->state = HANDOVER_UNTOLD;
    handover->due_at = telling->now;
    return handover_keep(desk->db, handover, error);
}

static int take_away(struct desk *desk, int64_t contact, const struct told_case *one, bool is_erased, int64_t now,
                     struct error *error)
{
    struct handover handover;
    struct conversation conversation;
    struct telling telling = { desk, &handover, &conversation, now };
    int64_t left[HANDOVER_TOLD_MAX];
    size_t count;

    if (handover_require(desk->db, one->number, &handover, error) != 0 ||
        conversation_require(desk->db, one->conversation, &conversation, error) != 0 ||
        (!is_erased && handover_tell_one(&telling, COLLEAGUE_SAYS_ENDED, NULL, contact, error) != 0) ||
        told_remove(desk->db, contact, one->number, error) != 0 ||
        handover_leave(desk, contact, one->number, false, now, error) != 0 ||
        told_contacts(desk->db, one->number, left, &count, error) != 0)
        return -1;
    if (one->is_hers || (count == 0 && handover.state == HANDOVER_WAITING))
        return ask_again(&telling, &handover, &conversation, is_erased, error);
    return 0;
}

static int take_all_away(struct desk *desk, int64_t contact, bool is_erased, int64_t now, struct error *error)
{
    struct told_list cases = { 0 };
    int result = told_cases(desk->db, contact, &cases, error);

    for (size_t i = 0; result == 0 && i < cases.count; i++)
        result = take_away(desk, contact, &cases.list[i], is_erased, now, error);
    told_list_release(&cases);
    return result;
}

static bool may_have_left(const struct desk *desk)
{
    return desk->has_colleagues && desk->people_of != desk->rules->number;
}

static int look_for_leavers(struct desk *desk, int64_t now, struct error *error)
{
    int64_t contact = 0;
    int found, stays = 0;

    while ((found = told_next(desk->db, contact, &contact, error)) == 1) {
        stays = is_in_a_team(desk, contact, error);
        if (stays < 0 || (stays == 0 && take_all_away(desk, contact, false, now, error) != 0))
            return -1;
    }
    desk->people_of = desk->rules->number;
    return found;
}

/* In the next round she is nobody any more: one who is called like her is somebody new. */
int handover_erase(struct desk *desk, int64_t contact, int64_t now, struct error *error)
{
    return take_all_away(desk, contact, true, now, error);
}

/* Running */

static int look_at(struct telling *telling, struct handover *handover, struct error *error)
{
    switch (handover->state) {
    case HANDOVER_UNTOLD: return tell(telling, handover, NULL, NULL, error);
    case HANDOVER_WAITING: return nobody_came(telling, handover, error);
    case HANDOVER_TAKEN: return nobody_answered(telling, handover, error);
    case HANDOVER_OVER: break;
    }
    return error_set(error, "case %lld is over, and due", (long long)handover->number);
}

static int run_one(struct desk *desk, struct handover *handover, int64_t now, struct error *error)
{
    struct conversation conversation;
    struct telling telling = { desk, handover, &conversation, now };
    struct handover before = *handover;
    struct error why = { 0 };

    if (db_mark(desk->db, error) != 0)
        return -1;
    if (conversation_require(desk->db, handover->conversation, &conversation, &why) == 0 &&
        look_at(&telling, handover, &why) == 0)
        return db_unmark(desk->db, error);
    if (db_fault(desk->db) > DB_STATEMENT)
        return error_set(error, "%s", why.text);
    desk_undo(desk);
    log_error("case_failed", log_int("case", before.number), log_text("reason", why.text));
    before.due_at = now + AGAIN_MS;
    return handover_keep(desk->db, &before, error);
}

int handover_run(struct desk *desk, int64_t now, struct error *error)
{
    struct handover handover;
    int found = 1;

    if (may_have_left(desk) && look_for_leavers(desk, now, error) != 0)
        return -1;
    for (int i = 0; i < PER_ROUND; i++) {
        found = handover_due(desk->db, now, &handover, error);
        if (found != 1)
            break;
        if (run_one(desk, &handover, now, error) != 0)
            return -1;
    }
    return found < 0 ? -1 : 0;
}

int handover_next_at(struct desk *desk, int64_t *at, struct error *error)
{
    *at = 0;
    return may_have_left(desk) ? 0 : handover_next_due(desk->db, at, error);
}

int handover_clock_jumped(struct desk *desk, int64_t drift_ms, struct error *error)
{
    return handover_shift(desk->db, drift_ms, error);
}

/* One that waits for the opening may wait for longer than the setting. */
int handover_clamp(struct desk *desk, int64_t now, struct error *error)
{
    int64_t take = take_due_at(desk, now), answer = answer_due_at(desk, now);
    int64_t latest = take > answer ? take : answer;

    return handover_pull(desk->db, latest > now + HANDOVER_SUMMARY_MS ? latest : now + HANDOVER_SUMMARY_MS, error);
}
