/*
 * colleague: see the header.
 *
 * One function for each wish. What she is told goes into her own conversation behind all that she was told before, so that
 * she reads it in the order in which it became true.
 */
#include <string.h>

#include "base/utf8.h"
#include "desk/clearance.h"
#include "desk/colleague.h"
#include "desk/colleague_phrase.h"
#include "desk/colleague_read.h"
#include "desk/flow_turn.h"
#include "desk/handover.h"
#include "desk/handover_tell.h"
#include "desk/idle.h"
#include "desk/notify.h"
#include "desk/parting.h"
#include "desk/reply.h"
#include "store/event.h"
#include "store/handover.h"
#include "store/message.h"

enum { LISTED_MAX = 20, LISTED_TEXT_BYTES = 120, SENT_SHOWN_BYTES = 300 };

struct work { /* what she wrote, and how things stand */
    struct desk *desk;
    const struct colleague_message *message;
    struct colleague_said said;
    struct colleague colleague;
    struct told_list cases;
    struct conversation own; /* her conversation */
    struct buf actor;        /* by which she has cases: her address, as far as conversation.agent is read */
    struct buf kept;         /* her texts that wait, each with its NUL */
    size_t kept_count;
    int64_t now;
};

/* Telling her */

static int tell(struct work *work, enum colleague_phrase phrase, const struct told_case *about, const char *text,
                struct error *error)
{
    struct handover handover = { 0 };
    struct conversation conversation = work->own;
    struct telling telling = { work->desk, NULL, &conversation, work->now };
    struct colleague_values values = { .number = about != NULL ? about->number : work->said.number, .text = text };
    struct buf name = { 0 }, whole = { 0 };
    int found = about != NULL ? handover_get(work->desk->db, about->number, &handover, error) : 0, result;

    if (about != NULL)
        colleague_name(about->name, &name);
    values.who = buf_text(&name);
    colleague_say(work->desk->rules, work->message->contact->language, phrase, &values, &whole);
    if (found == 1 && conversation_get(work->desk->db, about->conversation, &conversation, error) == 1)
        telling.handover = &handover;
    result = found < 0 ? -1 : handover_tell_text(&telling, work->message->contact->id, buf_text(&whole), error);
    buf_release(&name);
    buf_release(&whole);
    return result;
}

/* "#12 Ana: when will it be ready?", a line each; behind the last how many there are more. */
static void list_cases(const struct work *work, struct buf *out)
{
    for (size_t i = 0; i < work->cases.count && i < LISTED_MAX; i++) {
        const struct told_case *one = &work->cases.list[i];
        struct buf quoted = { 0 };

        colleague_quote(one->text, LISTED_TEXT_BYTES, &quoted);
        for (size_t at = 0; at < quoted.len; at++)
            if (quoted.data[at] == '\n')
                quoted.data[at] = ' ';
        buf_addf(out, "%s#%lld ", i > 0 ? "\n" : "", (long long)one->number);
        colleague_name(one->name, out);
        buf_addf(out, ": %s", buf_text(&quoted));
        buf_release(&quoted);
    }
    if (work->cases.count > LISTED_MAX)
        buf_addf(out, "\n… +%zu", work->cases.count - LISTED_MAX);
}

static int tell_list(struct work *work, enum colleague_phrase phrase, struct error *error)
{
    struct buf list = { 0 };
    int result;

    list_cases(work, &list);
    if (list.len == 0 && (phrase == COLLEAGUE_SAYS_LIST || phrase == COLLEAGUE_SAYS_WHICH_WORD))
        phrase = COLLEAGUE_SAYS_LIST_NONE;
    result = tell(work, phrase, NULL, buf_text(&list), error);
    buf_release(&list);
    return result;
}

/* What was kept, a line each. */
static void quote_kept(const struct work *work, struct buf *out)
{
    const char *at = work->kept.data;

    for (size_t i = 0; i < work->kept_count; i++, at += strlen(at) + 1) {
        buf_add_text(out, i > 0 ? "\n> " : "> ");
        colleague_quote(at, SENT_SHOWN_BYTES, out);
    }
}

/* To the customer */

static int find_customer(struct work *work, const struct told_case *chosen, struct conversation *conversation,
                         struct error *error)
{
    if (conversation_require(work->desk->db, chosen->conversation, conversation, error) != 0)
        return -1;
    if (strcmp(conversation->owner, "agent") != 0 || strcmp(conversation->agent, chosen->agent) != 0)
        return error_set(error, "case %lld changed hands while it was chosen", (long long)chosen->number);
    return 0;
}

/* 1: it is hers now; 0: the customer hears nothing, and she knows. Her first answer takes it. */
static int take(struct work *work, const struct told_case *chosen, struct conversation *conversation, struct error *error)
{
    struct desk *desk = work->desk;
    const char *actor = buf_text(&work->actor);
    bool is_opted_out;

    if (find_customer(work, chosen, conversation, error) != 0 ||
        contact_is_opted_out(desk->db, conversation->contact, &is_opted_out, error) != 0)
        return -1;
    if (is_opted_out)
        return tell(work, COLLEAGUE_SAYS_OPTED_OUT, chosen, NULL, error);
    if (conversation->agent[0] != '\0')
        return 1;
    if (conversation_give(desk->db, conversation, "agent", "", actor, 0, error) != 0 ||
        notify_change(desk, conversation, "taken", work->now, error) != 0 ||
        handover_take(desk, conversation, actor, work->message->contact->id, work->now, error) != 0 ||
        event_put(desk->db, conversation->id, "take", actor, "", work->now, error) != 0 ||
        flow_turn_abandon(desk, conversation, actor, "take", work->now, error) != 0)
        return -1;
    return 1;
}

static int say(struct work *work, const struct conversation *conversation, const char *text, struct error *error)
{
    struct desk *desk = work->desk;
    const char *actor = buf_text(&work->actor);
    struct reply reply = { .kind = "agent", .actor = actor, .text = text, .campaign = "" };
    int64_t message;

    if (reply_queue(desk, conversation, &reply, work->now, &message, error) != 0 ||
        handover_answer(desk, conversation, work->now, error) != 0)
        return -1;
    return event_put(desk->db, conversation->id, "say", actor, "phone", work->now, error);
}

static int make_present(struct work *work, const struct told_case *chosen, struct error *error)
{
    work->colleague.handover = chosen->number;
    /* By the clock that stamps her texts, so that none from before it can be taken for one from after it. */
    work->colleague.since = work->message->sent_at != 0 ? work->message->sent_at : work->now;
    return colleague_put(work->desk->db, &work->colleague, error);
}

/* Outside the customer's window only a template leaves. */
static bool must_wait(const struct work *work, const struct conversation *conversation)
{
    const struct ruleset *rules = work->desk->rules;

    return !clearance_window_is_open(rules, conversation->channel, conversation->last_in_at, work->now) &&
           ruleset_default_campaign(rules, conversation->channel, LAYOUT_TEMPLATE) == NULL;
}

/* Wishes */

static int send_text(struct work *work, const struct told_case *chosen, struct error *error)
{
    struct conversation conversation;
    struct buf dropped = { 0 };
    int taken = take(work, chosen, &conversation, error), result = 0;

    if (taken != 1)
        return taken;
    if (say(work, &conversation, work->said.text, error) != 0 ||
        (work->said.has_number && make_present(work, chosen, error) != 0) ||
        kept_drop(work->desk->db, work->message->contact->id, error) != 0)
        return -1;
    if (must_wait(work, &conversation) && tell(work, COLLEAGUE_SAYS_HELD, chosen, NULL, error) != 0)
        return -1;
    if (work->kept_count > 0) {
        quote_kept(work, &dropped);
        result = tell(work, COLLEAGUE_SAYS_DROPPED, chosen, buf_text(&dropped), error);
    }
    buf_release(&dropped);
    return result;
}

static int pick(struct work *work, const struct told_case *chosen, struct error *error)
{
    struct conversation conversation;
    struct buf sent = { 0 };
    const char *at = work->kept.data;
    int taken = work->kept_count > 0 ? take(work, chosen, &conversation, error) : 1, result;

    if (taken != 1)
        return taken;
    for (size_t i = 0; i < work->kept_count; i++, at += strlen(at) + 1)
        if (say(work, &conversation, at, error) != 0)
            return -1;
    quote_kept(work, &sent);
    result = make_present(work, chosen, error);
    if (result == 0)
        result = kept_drop(work->desk->db, work->message->contact->id, error);
    if (result == 0)
        result = tell(work, work->kept_count > 0 ? COLLEAGUE_SAYS_PICKED_SENT : COLLEAGUE_SAYS_PICKED, chosen, buf_text(&sent),
                      error);
    if (result == 0 && work->kept_count > 0 && must_wait(work, &conversation))
        result = tell(work, COLLEAGUE_SAYS_HELD, chosen, NULL, error);
    buf_release(&sent);
    return result;
}

static int end_case(struct work *work, const struct told_case *chosen, struct error *error)
{
    struct desk *desk = work->desk;
    bool is_close = work->said.wish == WISH_CLOSE;
    const char *why = is_close ? "close" : "release", *actor = buf_text(&work->actor);
    struct conversation conversation;

    /* Her confirmation first: behind the end nobody is told of the case any more. */
    if (find_customer(work, chosen, &conversation, error) != 0 ||
        tell(work, is_close ? COLLEAGUE_SAYS_CLOSED : COLLEAGUE_SAYS_RELEASED, chosen, NULL, error) != 0 ||
        handover_end(desk, &conversation, why, work->message->contact->id, work->now, error) != 0 ||
        (!is_close && notify_change(desk, &conversation, "released", work->now, error) != 0))
        return -1;
    if (is_close ? parting_close(desk, &conversation, "person", work->now, error) != 0
                 : conversation_give(desk->db, &conversation, "bot", "", "", idle_first_at(desk, work->now), error) != 0)
        return -1;
    if (event_put(desk->db, conversation.id, why, actor, "phone", work->now, error) != 0)
        return -1;
    return flow_turn_abandon(desk, &conversation, actor, why, work->now, error);
}

/* Nothing is sent before she has said for whom. */
static int keep(struct work *work, struct error *error)
{
    int64_t contact = work->message->contact->id;

    if (work->kept_count >= COLLEAGUE_KEPT_MAX)
        return tell_list(work, COLLEAGUE_SAYS_KEPT_MANY, error);
    if (kept_put(work->desk->db, work->message->message, contact, work->now + COLLEAGUE_KEPT_MS, error) != 0)
        return -1;
    return tell_list(work, COLLEAGUE_SAYS_WHICH, error);
}

static int ask(struct work *work, struct error *error)
{
    if (work->cases.count == 0)
        return tell(work, work->said.wish == WISH_TEXT ? COLLEAGUE_SAYS_LATE : COLLEAGUE_SAYS_LIST_NONE, NULL, NULL, error);
    return work->said.wish == WISH_TEXT ? keep(work, error) : tell_list(work, COLLEAGUE_SAYS_WHICH_WORD, error);
}

static int do_in_case(struct work *work, const struct told_case *chosen, struct error *error)
{
    switch (work->said.wish) {
    case WISH_PICK: return pick(work, chosen, error);
    case WISH_RELEASE:
    case WISH_CLOSE: return end_case(work, chosen, error);
    default: return send_text(work, chosen, error);
    }
}

static int tell_unknown(struct work *work, struct error *error)
{
    struct buf word = { 0 };
    int result;

    colleague_name(work->said.text, &word);
    result = tell(work, COLLEAGUE_SAYS_UNKNOWN, NULL, buf_text(&word), error);
    buf_release(&word);
    return result;
}

static int tell_others(struct work *work, const struct told_case *chosen, struct error *error)
{
    struct buf agent = { 0 };
    int result;

    colleague_name(chosen->agent, &agent);
    result = tell(work, COLLEAGUE_SAYS_OTHERS, chosen, buf_text(&agent), error);
    buf_release(&agent);
    return result;
}

static int do_wish(struct work *work, struct error *error)
{
    struct colleague_view view = { &work->colleague, &work->cases, work->message->sent_at, work->now };
    const struct told_case *chosen;

    switch (work->said.wish) {
    case WISH_LIST: return tell_list(work, COLLEAGUE_SAYS_LIST, error);
    case WISH_TWO_NUMBERS: return tell(work, COLLEAGUE_SAYS_ONE_NUMBER, NULL, NULL, error);
    case WISH_UNKNOWN: return tell_unknown(work, error);
    default: break;
    }
    switch (colleague_choose(&view, &work->said, &chosen)) {
    case WAY_TO_CASE: return do_in_case(work, chosen, error);
    case WAY_NOT_YOURS: return tell_list(work, COLLEAGUE_SAYS_NOT_YOURS, error);
    case WAY_OTHERS: return tell_others(work, chosen, error);
    case WAY_ASK: break;
    }
    return ask(work, error);
}

/* Hearing */

static int load(struct work *work, const struct conversation *own, struct error *error)
{
    struct db *db = work->desk->db;
    int64_t contact = work->message->contact->id;
    struct buf name = { 0 };
    int result = handover_customer(db, own->id, &name, &work->actor, error);

    buf_release(&name);
    if (work->actor.len >= sizeof own->agent)
        buf_truncate(&work->actor, utf8_floor(work->actor.data, work->actor.len, sizeof own->agent - 1));
    work->own = *own;
    if (result != 0 || colleague_get(db, contact, &work->colleague, error) < 0 ||
        told_cases(db, contact, &work->cases, error) != 0)
        return -1;
    return kept_texts(db, contact, work->now, COLLEAGUE_KEPT_MS, &work->kept, &work->kept_count, error);
}

int colleague_hear(struct desk *desk, const struct conversation *own, const struct colleague_message *message, int64_t now,
                   struct error *error)
{
    struct work work = { .desk = desk, .message = message, .now = now };
    int result = load(&work, own, error);
    bool is_empty; /* of a sticker, a place, a voice note nothing may come but that there was something */

    colleague_read(desk->rules, desk->matcher, message->text, &work.said);
    is_empty = !work.said.has_number && *work.said.text == '\0';
    if (result == 0 && (message->has_media || is_empty))
        result = tell(&work, COLLEAGUE_SAYS_NO_MEDIA, NULL, NULL, error);
    if (result == 0 && !is_empty)
        result = do_wish(&work, error);
    told_list_release(&work.cases);
    buf_release(&work.actor);
    buf_release(&work.kept);
    return result;
}

/* A number or a word with its sign is for the desk, whoever has work. */
static bool is_for_desk(const struct desk *desk, const char *text)
{
    struct colleague_said said;

    colleague_read(desk->rules, desk->matcher, text, &said);
    return said.has_number || said.wish == WISH_LIST;
}

int colleague_is_at_work(struct desk *desk, const struct contact *contact, const char *text, int64_t now,
                         struct error *error)
{
    struct colleague colleague;
    struct told_list cases = { 0 };
    int found, result;

    if (!desk->has_colleagues || contact->is_opted_out)
        return 0;
    found = colleague_get(desk->db, contact->id, &colleague, error);
    if (found != 1)
        return found;
    result = told_cases(desk->db, contact->id, &cases, error);
    if (result == 0)
        result = cases.count > 0 || (now < colleague.late_until && now >= colleague.late_until - COLLEAGUE_LATE_MS) ||
                 is_for_desk(desk, text);
    told_list_release(&cases);
    return result;
}
