/*
 * person: what people do to conversations, outbox rows and webhooks (desk_command of desk/desk.h).
 *
 * One function per act, one table. An act looks at the state first and refuses with a sentence (404, 409)
 * before it changes anything. Taking a conversation raises its epoch, so that every text of the bot that has
 * not left yet is withheld at its claim; what has left is waited for by whoever acknowledges the act
 * (*contact).
 */
#include <string.h>

#include "desk/agent.h"
#include "desk/consult.h"
#include "desk/desk.h"
#include "desk/erasure.h"
#include "desk/flow_turn.h"
#include "desk/handover.h"
#include "desk/idle.h"
#include "desk/notify.h"
#include "desk/parting.h"
#include "desk/reply.h"
#include "desk/retention.h"
#include "desk/road.h"
#include "desk/service.h"
#include "store/contact.h"
#include "store/conversation.h"
#include "store/entry.h"
#include "store/event.h"
#include "store/message.h"
#include "store/outbox.h"
#include "store/outbox_track.h"
#include "store/profile.h"
#include "text/fold.h"

enum { DONE = 200, BAD_ARGUMENT = 400, NOT_FOUND = 404, CONFLICT = 409, FAILED = 503 };

struct act {
    struct desk *desk;
    const struct json *arguments;
    const char *actor;
    int64_t now;
    struct buf *reply;
    int64_t *contact;
};

static int refuse(int status, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(int status, struct error *error, const char *format, ...)
{
    struct buf text = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    error_set(error, "%s", buf_text(&text));
    buf_release(&text);
    return status;
}

/* Conversations */

static int find_conversation(const struct act *act, struct conversation *conversation, struct error *error)
{
    int64_t id = json_get_int(act->arguments, "conversation", 0);
    int found = conversation_get(act->desk->db, id, conversation, error);

    if (found == 0)
        return refuse(NOT_FOUND, error, "there is no conversation %lld; frontdesk conversations lists them",
                      (long long)id);
    return found < 0 ? FAILED : DONE;
}

static int find_open(const struct act *act, struct conversation *conversation, struct error *error)
{
    int status = find_conversation(act, conversation, error);

    if (status == DONE && strcmp(conversation->owner, "closed") == 0)
        return refuse(CONFLICT, error,
                      "conversation %lld is closed; the customer's next message opens a new one",
                      (long long)conversation->id);
    return status;
}

static int format_conversation(const struct act *act, const struct conversation *conversation,
                               int64_t message)
{
    struct jsonw w = { .out = act->reply };

    *act->contact = conversation->contact;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "conversation", conversation->id);
    jsonw_text(&w, "owner", conversation->owner);
    jsonw_int(&w, "epoch", conversation->epoch);
    if (message != 0)
        jsonw_int(&w, "message", message);
    jsonw_end_object(&w);
    return DONE;
}

/* For the ledger; and what the bot was at there is over. */
static int follow(const struct act *act, struct conversation *conversation, const char *event, struct error *error)
{
    if (event_put(act->desk->db, conversation->id, event, act->actor, "", act->now, error) != 0 ||
        flow_turn_abandon(act->desk, conversation, act->actor, event, act->now, error) != 0)
        return FAILED;
    return DONE;
}

static int give(const struct act *act, struct conversation *conversation, const char *owner,
                const char *event, struct error *error)
{
    const char *agent = strcmp(owner, "agent") == 0 ? act->actor : "";
    int64_t idle_at = strcmp(owner, "bot") == 0 ? idle_first_at(act->desk, act->now) : 0;

    if (strcmp(owner, "bot") == 0 && notify_change(act->desk, conversation, "released", act->now, error) != 0)
        return FAILED;
    if (conversation_give(act->desk->db, conversation, owner, "", agent, idle_at, error) != 0)
        return FAILED;
    if (*agent != '\0' ? handover_take(act->desk, conversation, agent, 0, act->now, error) != 0
                       : handover_end(act->desk, conversation, "release", 0, act->now, error) != 0)
        return FAILED;
    if (strcmp(owner, "agent") == 0 && notify_change(act->desk, conversation, "taken", act->now, error) != 0)
        return FAILED;
    return follow(act, conversation, event, error);
}

/* Two people must not answer one customer without knowing of each other. */
static int check_free(const struct act *act, const struct conversation *conversation, struct error *error)
{
    if (conversation->agent[0] == '\0' || strcmp(conversation->agent, act->actor) == 0)
        return DONE;
    return refuse(CONFLICT, error, "conversation %lld is with %s; release it first", (long long)conversation->id,
                  conversation->agent);
}

static int take(const struct act *act, struct error *error)
{
    struct conversation conversation;
    int status = find_open(act, &conversation, error);

    if (status != DONE)
        return status;
    /* A second click of the same person changes nothing, and is acknowledged just as late. */
    if (conversation.agent[0] != '\0' && strcmp(conversation.agent, act->actor) == 0)
        return format_conversation(act, &conversation, 0);
    if (!agent_are_colleagues(conversation.agent, act->actor) && (status = check_free(act, &conversation, error)) != DONE)
        return status;
    status = give(act, &conversation, "agent", "take", error);
    return status == DONE ? format_conversation(act, &conversation, 0) : status;
}

static int release(const struct act *act, struct error *error)
{
    struct conversation conversation;
    int status = find_open(act, &conversation, error);

    if (status == DONE && strcmp(conversation.owner, "bot") == 0)
        return refuse(CONFLICT, error, "conversation %lld is the bot's already", (long long)conversation.id);
    if (status == DONE)
        status = give(act, &conversation, "bot", "release", error);
    return status == DONE ? format_conversation(act, &conversation, 0) : status;
}

static int close_conversation(const struct act *act, struct error *error)
{
    struct conversation conversation;
    int status = find_conversation(act, &conversation, error);

    if (status == DONE && strcmp(conversation.owner, "closed") == 0)
        return refuse(CONFLICT, error, "conversation %lld is closed already", (long long)conversation.id);
    if (status == DONE && parting_close(act->desk, &conversation, "person", act->now, error) != 0)
        status = FAILED;
    if (status == DONE)
        status = follow(act, &conversation, "close", error);
    return status == DONE ? format_conversation(act, &conversation, 0) : status;
}

static int check_listens(const struct act *act, const struct conversation *conversation, struct error *error)
{
    bool is_opted_out;

    if (contact_is_opted_out(act->desk->db, conversation->contact, &is_opted_out, error) != 0)
        return FAILED;
    if (is_opted_out)
        return refuse(
            CONFLICT, error,
            "the customer of conversation %lld has opted out and hears nothing until they opt in again",
            (long long)conversation->id);
    return DONE;
}

static int say(const struct act *act, struct error *error)
{
    const char *text = json_get_text(act->arguments, "text");
    struct reply reply = { .kind = "agent", .actor = act->actor, .text = text, .campaign = "" };
    struct conversation conversation;
    int64_t message;
    int status = find_open(act, &conversation, error);

    if (status == DONE && fold_says_nothing(text))
        return refuse(BAD_ARGUMENT, error, "there is nothing to say: give the text behind the conversation");
    if (status == DONE)
        status = check_free(act, &conversation, error);
    if (status == DONE)
        status = check_listens(act, &conversation, error);
    /* A person who speaks has the conversation: the bot must not answer over her. */
    if (status == DONE && conversation.agent[0] == '\0')
        status = give(act, &conversation, "agent", "take", error);
    if (status != DONE)
        return status;
    if (reply_queue(act->desk, &conversation, &reply, act->now, &message, error) != 0 ||
        handover_answer(act->desk, &conversation, act->now, error) != 0 ||
        event_put(act->desk->db, conversation.id, "say", act->actor, "", act->now, error) != 0)
        return FAILED;
    return format_conversation(act, &conversation, message);
}

/* What the customer never sees. It changes nothing, so that it may be added to what is over as well. */
static int note(const struct act *act, struct error *error)
{
    const char *text = json_get_text(act->arguments, "text");
    struct message message = { .at = act->now, .kind = "note", .text = text, .actor = act->actor };
    struct conversation conversation;
    int status = find_conversation(act, &conversation, error);

    if (status == DONE && fold_says_nothing(text))
        return refuse(BAD_ARGUMENT, error, "there is nothing to note: give the text behind the conversation");
    if (status != DONE)
        return status;
    message.conversation = conversation.id;
    if (message_put(act->desk->db, &message, error) != 0 ||
        event_put(act->desk->db, conversation.id, "note", act->actor, "", act->now, error) != 0)
        return FAILED;
    status = format_conversation(act, &conversation, message.id);
    *act->contact = 0; /* nobody's texts have to be waited for */
    return status;
}

/* Outbox */

/* A call whose end somebody waits for: of a dialogue, or a question to a backend. */
static bool is_awaited(const struct outbox_brief *row)
{
    return strcmp(row->kind, "call") == 0 || strcmp(row->kind, "consult") == 0;
}

static int find_row(const struct act *act, struct outbox_brief *row, struct error *error)
{
    int64_t id = json_get_int(act->arguments, "id", 0);
    int found = outbox_get(act->desk->db, id, row, error);

    if (found == 0)
        return refuse(NOT_FOUND, error, "there is no outbox row %lld; frontdesk outbox list shows them",
                      (long long)id);
    if (found < 0 || (found = erasure_is_of(act->desk, row->contact, error)) < 0)
        return FAILED;
    if (found == 1)
        return refuse(CONFLICT, error, "outbox row %lld is of somebody who was erased", (long long)id);
    if (strcmp(row->state, "accepted") == 0 && is_awaited(row))
        return refuse(CONFLICT, error, "outbox row %lld has been answered already", (long long)id);
    if (strcmp(row->state, "accepted") == 0 && strcmp(row->kind, "notify") == 0)
        return refuse(CONFLICT, error, "outbox row %lld has been told already", (long long)id);
    if (strcmp(row->state, "accepted") == 0)
        return refuse(CONFLICT, error, "outbox row %lld has been accepted by Braze already", (long long)id);
    if (strcmp(row->state, "claimed") == 0)
        return refuse(CONFLICT, error,
                      "outbox row %lld is on its way at this moment; look again in a few seconds",
                      (long long)id);
    return DONE;
}

static int format_row(const struct act *act, int64_t id, struct error *error)
{
    struct jsonw w = { .out = act->reply };
    struct outbox_brief row;

    if (outbox_get(act->desk->db, id, &row, error) != 1)
        return FAILED;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "outbox", id);
    jsonw_text(&w, "state", row.state);
    jsonw_end_object(&w);
    return DONE;
}

static int note_row(const struct act *act, const struct outbox_brief *row, const char *event,
                    struct error *error)
{
    struct buf detail = { 0 };
    int result;

    buf_addf(&detail, "outbox %lld, was %s", (long long)row->id, row->state);
    result = event_put(act->desk->db, row->conversation, event, act->actor, buf_text(&detail), act->now,
                       error);
    buf_release(&detail);
    return result;
}

/*
 * What a row carries is put together when it leaves: two of one customer would carry the same. What this one had refused, or
 * left unknown, goes with the other then.
 */
static int retry_track(const struct act *act, const struct outbox_brief *row, struct error *error)
{
    struct db *db = act->desk->db;
    bool is_ended = strcmp(row->state, "due") != 0;
    int is_open = is_ended ? outbox_track_is_open(db, row->contact, error) : 0;
    int64_t entries = 0, values = 0;

    if (is_open < 0 || (is_ended && entry_insist(db, row->id, &entries, error) != 0) ||
        profile_insist(db, row->contact, &values, error) != 0)
        return FAILED;
    if (is_open == 1 && entries + values == 0)
        return refuse(CONFLICT, error,
                      "another row of the same customer is about to go, and carries all that is to be written");
    if (health_clear(&act->desk->health, db, act->now, error) != 0 ||
        (is_open == 0 && outbox_track_revive(db, row->id, act->now, error) != 0) || note_row(act, row, "retry", error) != 0)
        return FAILED;
    act->desk->may_track = true;
    return format_row(act, row->id, error);
}

/* Whoever awaited its end has gone on; while it waits it goes by itself. */
static int refuse_retry(const struct outbox_brief *row, struct error *error)
{
    bool is_question = strcmp(row->kind, "consult") == 0;

    if (strcmp(row->state, "due") == 0)
        return refuse(CONFLICT, error, "outbox row %lld is a %s, and goes by itself as soon as it can", (long long)row->id,
                      is_question ? "question to a backend" : "call of a dialogue");
    if (is_question)
        return refuse(CONFLICT, error, "outbox row %lld is a question to a backend, and the customer has been answered "
                                       "without it; it is not asked again",
                      (long long)row->id);
    return refuse(CONFLICT, error, "outbox row %lld is a call that a dialogue made, and the dialogue has gone on without "
                                   "it; it is not made again",
                  (long long)row->id);
}

/* Whatever was the matter may be mended, for the others of its endpoint as well. */
static int retry_telling(const struct act *act, const struct outbox_brief *row, struct error *error)
{
    if (notify_retry(act->desk, row->id, act->now, error) != 1 || note_row(act, row, "retry", error) != 0)
        return FAILED;
    return format_row(act, row->id, error);
}

static int retry(const struct act *act, struct error *error)
{
    int64_t until = act->now + ruleset_setting_number(act->desk->rules, "reply_expires");
    struct outbox_brief row;
    int status = find_row(act, &row, error);

    if (status == DONE && strcmp(row.kind, "track") == 0)
        return retry_track(act, &row, error);
    if (status == DONE && is_awaited(&row))
        return refuse_retry(&row, error);
    if (status == DONE && strcmp(row.kind, "notify") == 0)
        return retry_telling(act, &row, error);
    if (status != DONE)
        return status;
    /* Asking for one row is asking whether its lane works again, too. */
    if (health_clear(&act->desk->health, act->desk->db, act->now, error) != 0 ||
        outbox_renew(act->desk->db, row.id, until, error) != 0 ||
        outbox_revive(act->desk->db, row.id, act->now, error) != 0 ||
        note_row(act, &row, "retry", error) != 0)
        return FAILED;
    return format_row(act, row.id, error);
}

static const char DROPPED[] = "dropped by a person";

/* A row that has ended carries nothing any more, and what is open belongs to another; but it may have left some unknown. */
static int give_up_profile(const struct act *act, const struct outbox_brief *row, struct error *error)
{
    struct db *db = act->desk->db;
    struct buf addressee = { 0 };
    int result = 0;

    if (strcmp(row->kind, "track") != 0)
        return 0;
    if (entry_forgo(db, row->id, DROPPED, act->now, error) != 0)
        return -1;
    if (strcmp(row->state, "due") != 0)
        return 0;
    result = profile_addressee(db, row->contact, &addressee, error);
    if (result == 0)
        result = profile_give_up(db, row->contact, buf_text(&addressee), row->id, error);
    if (result == 0)
        result = entry_give_up(db, row->contact, row->id, DROPPED, act->now, error);
    buf_release(&addressee);
    return result;
}

/* Who awaits its end hears of it. */
static int drop_call(const struct act *act, const struct outbox_brief *row, struct error *error)
{
    int dropped = strcmp(row->kind, "call") == 0 ? service_drop(act->desk, row->id, act->now, error)
                                                 : consult_cancel(act->desk, row->id, act->now, error);

    if (dropped == 0)
        return refuse(CONFLICT, error, "outbox row %lld has ended already (%s)", (long long)row->id, row->state);
    if (dropped < 0 || note_row(act, row, "drop", error) != 0)
        return FAILED;
    return format_row(act, row->id, error);
}

/* What rides with a text has still to be brought, should that fail. */
static int queue_rest(const struct act *act, const struct outbox_brief *row, struct error *error)
{
    bool is_put;

    if (strcmp(row->kind, "track") != 0)
        return 0;
    if (outbox_track_queue(act->desk->db, row->contact, row->conversation, act->now, &is_put, error) != 0)
        return -1;
    act->desk->may_track |= is_put;
    return 0;
}

static int drop(const struct act *act, struct error *error)
{
    struct outbox_brief row;
    int status = find_row(act, &row, error);

    if (status == DONE && is_awaited(&row))
        return drop_call(act, &row, error);
    if (status != DONE)
        return status;
    if (strcmp(row.kind, "notify") == 0) {
        if (notify_drop(act->desk, row.id, DROPPED, act->now, error) != 1 || note_row(act, &row, "drop", error) != 0)
            return FAILED;
        return format_row(act, row.id, error);
    }
    if (give_up_profile(act, &row, error) != 0 ||
        outbox_settle(act->desk->db, row.id, row.contact, row.turn, "dead", DROPPED, act->now, error) != 0 ||
        queue_rest(act, &row, error) != 0 || note_row(act, &row, "drop", error) != 0)
        return FAILED;
    return format_row(act, row.id, error);
}

/* Webhooks */

static void format_receipt(const struct act *act, const struct receipt *receipt)
{
    static const char *const states[] = { "read", "duplicate", "unreadable" };
    struct jsonw w = { .out = act->reply };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "webhook", receipt->webhook);
    jsonw_text(&w, "state", states[receipt->kind]);
    if (receipt->message != 0)
        jsonw_int(&w, "message", receipt->message);
    jsonw_end_object(&w);
}

static int replay_found(const struct act *act, struct webhook *webhook, struct error *error)
{
    struct receipt receipt;

    if (webhook->body_len == 0)
        return refuse(CONFLICT, error,
                      "webhook %lld has no bytes to read: it came without any, or they are not kept any more (the setting "
                      "keep_webhooks, or the person was erased)",
                      (long long)webhook->id);
    if (road_decide(act->desk, webhook, act->now, &receipt, error) != 0 ||
        event_put(act->desk->db, 0, "replay", act->actor, webhook->channel, act->now, error) != 0)
        return FAILED;
    format_receipt(act, &receipt);
    return DONE;
}

static int replay(const struct act *act, struct error *error)
{
    int64_t id = json_get_int(act->arguments, "id", 0);
    struct webhook webhook = { 0 };
    char state[16];
    int found = webhook_state(act->desk->db, id, state, error);
    int status;

    if (found == 0)
        return refuse(NOT_FOUND, error, "there is no webhook %lld; frontdesk webhooks list shows them",
                      (long long)id);
    if (found < 0)
        return FAILED;
    if (strcmp(state, "unreadable") != 0 && strcmp(state, "aside") != 0)
        return refuse(CONFLICT, error,
                      "webhook %lld is %s: only unreadable ones and those set aside can be read again",
                      (long long)id, state);
    status = webhook_get(act->desk->db, id, &webhook, error) == 1 ? replay_found(act, &webhook, error)
                                                                  : FAILED;
    webhook_release(&webhook);
    return status;
}

/* People */

static int erase(const struct act *act, struct error *error)
{
    const char *user = json_get_text(act->arguments, "user");
    struct erasure_request request = { user, act->actor, json_get_bool(act->arguments, "copies", false) };
    struct jsonw w = { .out = act->reply };
    int64_t id = 0;
    int status;

    if (fold_says_nothing(user))
        return refuse(BAD_ARGUMENT, error, "whom? Give an external id, a phone, or the number of a conversation");
    status = erasure_ask(act->desk, &request, act->now, &id, error);
    if (status != DONE)
        return status;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "erasure", id);
    jsonw_end_object(&w);
    return DONE;
}

/* It goes on by itself. */
static int hurry_retention(const struct act *act, struct error *error)
{
    struct jsonw w = { .out = act->reply };

    (void)error;
    retention_hurry(act->desk);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_end_object(&w);
    return DONE;
}

/* The table */

static const struct {
    const char *name;
    int (*run)(const struct act *act, struct error *error);
} acts[] = {
    { "take", take },          { "release", release },  { "close", close_conversation }, { "say", say },
    { "note", note },
    { "outbox-retry", retry }, { "outbox-drop", drop }, { "webhook-replay", replay },
    { "erase", erase },
    { "retention", hurry_retention },
};

static const char AGENT[] = "agent-";

int desk_command(struct desk *desk, const char *name, const struct json *arguments, int64_t now,
                 struct buf *reply, int64_t *contact, struct error *error)
{
    const char *actor = json_get_text(arguments, "actor");
    struct act act = { desk, arguments, actor != NULL ? actor : "unnamed", now, reply, contact };

    *contact = 0;
    if (strncmp(name, AGENT, sizeof AGENT - 1) == 0)
        return agent_command(desk, name + sizeof AGENT - 1, arguments, now, reply, contact, error);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(acts[i].name, name) == 0)
            return acts[i].run(&act, error);
    return refuse(NOT_FOUND, error, "there is no command %s", name);
}
