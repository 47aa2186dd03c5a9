/*
 * agent: see the header.
 */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/sha256.h"
#include "desk/agent.h"
#include "desk/notify.h"
#include "store/agent_call.h"
#include "store/conversation.h"
#include "store/notify_row.h"
#include "text/fold.h"

enum { DONE = 200, BAD_ARGUMENT = 400, NOT_FOUND = 404, CONFLICT = 409, FAILED = 503 };

static const char PREFIX[] = "agent ", SUFFIX[] = " via relay";

struct call { /* borrowed */
    struct desk *desk;
    const char *verb, *agent, *id, *text, *team;
    int64_t number, now; /* of the conversation */
    struct conversation conversation;
    char actor[sizeof PREFIX + AGENT_NAME_MAX + sizeof SUFFIX];
};

static bool is_via_relay(const char *actor)
{
    size_t len = strlen(actor), end = sizeof SUFFIX - 1;

    return len > end && strncmp(actor, PREFIX, sizeof PREFIX - 1) == 0 && strcmp(actor + len - end, SUFFIX) == 0;
}

bool agent_are_colleagues(const char *actor, const char *other)
{
    return is_via_relay(actor) && is_via_relay(other);
}

static int conflict(struct error *error, const struct call *call, const char *what)
{
    error_set(error, "conversation %lld %s", (long long)call->number, what);
    return CONFLICT;
}

/* What it asks for */

static bool has_controls(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

static int check_agent(const struct call *call, struct error *error)
{
    if (!fold_says_nothing(call->agent) && strlen(call->agent) <= AGENT_NAME_MAX && !has_controls(call->agent))
        return DONE;
    error_set(error, "\"agent\" is the name of who does it, at most %d bytes, without line breaks", AGENT_NAME_MAX);
    return BAD_ARGUMENT;
}

static int check_id(const struct call *call, bool is_needed, struct error *error)
{
    if (call->id == NULL && !is_needed)
        return DONE;
    if (call->id != NULL && *call->id != '\0' && strlen(call->id) <= AGENT_ID_MAX && !has_controls(call->id) &&
        strchr(call->id, ' ') == NULL)
        return DONE;
    error_set(error, "\"id\" (or the header Idempotency-Key) is what you call this act, at most %d visible characters, so that "
                     "asking once more does nothing twice",
              AGENT_ID_MAX);
    return BAD_ARGUMENT;
}

static bool is_verb(const char *verb)
{
    static const char *const VERBS[] = { "say", "note", "take", "release", "close" };

    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
        if (strcmp(VERBS[i], verb) == 0)
            return true;
    return false;
}

static int check(const struct call *call, struct error *error)
{
    bool speaks = strcmp(call->verb, "say") == 0 || strcmp(call->verb, "note") == 0;
    int status;

    if (!is_verb(call->verb)) {
        error_set(error, "there is no act of that name; there are say, note, take, release and close");
        return NOT_FOUND;
    }
    if (call->number <= 0) {
        error_set(error, "\"conversation\" is the number of one, as in {\"conversation\": 12}");
        return BAD_ARGUMENT;
    }
    status = check_agent(call, error);
    if (status == DONE)
        status = check_id(call, speaks, error);
    if (status == DONE && speaks && fold_says_nothing(call->text)) {
        error_set(error, "\"text\" is empty: there is nothing to say");
        status = BAD_ARGUMENT;
    }
    return status;
}

/* Twice */

static void digest_of(const struct call *call, char digest[AGENT_DIGEST_LEN])
{
    struct buf all = { 0 };
    uint8_t bytes[SHA256_SIZE];

    buf_addf(&all, "%s\n%lld\n%s\n%s\n%s", call->verb, (long long)call->number, call->agent,
             call->team != NULL ? call->team : "", call->text != NULL ? call->text : "");
    sha256(buf_text(&all), all.len, bytes);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        snprintf(digest + i * 2, 3, "%02x", bytes[i]);
    buf_release(&all);
}

/* 1: it was done before, and answered so; 0: it is new; or the status of a refusal. */
static int look_up(const struct call *call, const char *digest, struct buf *reply, int64_t *contact, struct error *error)
{
    struct conversation conversation;
    char known[AGENT_DIGEST_LEN];
    int64_t number;
    int found = call->id == NULL ? 0 : agent_call_get(call->desk->db, call->id, known, &number, reply, error);

    if (found < 0)
        return FAILED;
    if (found == 1 && strcmp(known, digest) != 0) {
        buf_clear(reply);
        error_set(error, "this id was used before, for something else; take a new one for a new act");
        return CONFLICT;
    }
    if (found == 1 && conversation_get(call->desk->db, number, &conversation, error) == 1)
        *contact = conversation.contact;
    return found;
}

static int keep(const struct call *call, const char *digest, const struct buf *reply, struct error *error)
{
    struct agent_call kept = { call->id, digest, buf_text(reply), call->number, call->now };

    return call->id == NULL ? 0 : agent_call_put(call->desk->db, &kept, error);
}

/* Whose it is */

static int check_holder(const struct call *call, struct error *error)
{
    const struct conversation *conversation = &call->conversation;

    if (strcmp(conversation->owner, "closed") == 0)
        return conflict(error, call, "is closed; the customer's next message opens a new one");
    if (strcmp(conversation->owner, "bot") == 0)
        return conflict(error, call, "is the bot's; take it first");
    if (conversation->agent[0] == '\0' || strcmp(conversation->agent, call->actor) == 0)
        return DONE;
    error_set(error, "conversation %lld is with %s%s", (long long)call->number, conversation->agent,
              is_via_relay(conversation->agent) ? "; take it first" : "");
    return CONFLICT;
}

static int check_owner(const struct call *call, struct error *error)
{
    bool is_ours = is_via_relay(call->conversation.agent) || call->conversation.agent[0] == '\0';

    if (strcmp(call->verb, "say") == 0)
        return check_holder(call, error);
    /* A colleague may end what another began; what the house has taken it keeps. */
    if (strcmp(call->verb, "note") == 0 || strcmp(call->verb, "take") == 0 || strcmp(call->conversation.owner, "agent") != 0)
        return strcmp(call->verb, "close") == 0 ? check_holder(call, error) : DONE;
    if (is_ours)
        return DONE;
    error_set(error, "conversation %lld is with %s", (long long)call->number, call->conversation.agent);
    return CONFLICT;
}

/* Teams */

static const char *only_relay(const struct ruleset *rules)
{
    const char *name = NULL;

    for (size_t i = 0; i < rules->team_count; i++) {
        if (rules->teams[i].relay_url == NULL)
            continue;
        if (name != NULL)
            return NULL;
        name = rules->teams[i].name;
    }
    return name;
}

static bool has_team(const struct ruleset *rules, const char *name)
{
    for (size_t i = 0; i < rules->team_count; i++)
        if (strcmp(rules->teams[i].name, name) == 0)
            return true;
    return false;
}

/* Before it is taken, so that both teams hear of that, whose it was and whose it is. */
static int move(const struct call *call, const char *from, const char *to, struct error *error)
{
    if (strcmp(from, to) == 0)
        return DONE;
    return notify_change(call->desk, &call->conversation, "taken", call->now, error) == 0 &&
                   notify_row_set_team(call->desk->db, call->number, to, error) == 0
               ? DONE
               : FAILED;
}

static int set_team(const struct call *call, struct error *error)
{
    struct buf present = { 0 };
    const char *team = call->team;
    int result = DONE;

    if (strcmp(call->verb, "take") != 0 || strcmp(call->conversation.owner, "closed") == 0)
        return DONE;
    if (team != NULL && !has_team(call->desk->rules, team)) {
        error_set(error, "\"team\" is the name of one in the rules; there is no team %.100s", team);
        return BAD_ARGUMENT;
    }
    if (notify_row_team(call->desk->db, call->number, &present, error) < 0)
        result = FAILED;
    if (team == NULL && present.len == 0)
        team = only_relay(call->desk->rules);
    if (result == DONE && team != NULL)
        result = move(call, buf_text(&present), team, error);
    buf_release(&present);
    return result;
}

/* Doing it */

static int act(const struct call *call, struct buf *reply, int64_t *contact, struct error *error)
{
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    struct json *parsed = NULL;
    int status = FAILED;

    jsonw_object(&w, NULL);
    jsonw_int(&w, "conversation", call->number);
    jsonw_text(&w, "actor", call->actor);
    if (call->text != NULL)
        jsonw_text(&w, "text", call->text);
    jsonw_end_object(&w);
    if (json_parse(buf_text(&arguments), arguments.len, JSON_STRICT, &parsed, error) == 0)
        status = desk_command(call->desk, call->verb, parsed, call->now, reply, contact, error);
    json_free(parsed);
    buf_release(&arguments);
    return status;
}

static int find(struct call *call, struct error *error)
{
    int found = conversation_get(call->desk->db, call->number, &call->conversation, error);

    if (found == 0)
        error_set(error, "there is no conversation %lld", (long long)call->number);
    return found < 0 ? FAILED : found == 0 ? NOT_FOUND : DONE;
}

/* What changed before a refusal is taken back with it: the team. */
static int act_apart(struct call *call, struct buf *reply, int64_t *contact, struct error *error)
{
    struct error why = { 0 };
    int status;

    if (db_mark(call->desk->db, error) != 0)
        return FAILED;
    status = set_team(call, &why);
    if (status == DONE)
        status = act(call, reply, contact, &why);
    if (status == DONE)
        return db_unmark(call->desk->db, error) == 0 ? DONE : FAILED;
    error_set(error, "%s", why.text);
    if (db_fault(call->desk->db) <= DB_STATEMENT)
        desk_undo(call->desk);
    return status;
}

int agent_command(struct desk *desk, const char *verb, const struct json *arguments, int64_t now, struct buf *reply,
                  int64_t *contact, struct error *error)
{
    struct call call = {
        .desk = desk,
        .verb = verb,
        .agent = json_get_text(arguments, "agent"),
        .id = json_get_text(arguments, "id"),
        .text = json_get_text(arguments, "text"),
        .team = json_get_text(arguments, "team"),
        .number = json_get_int(arguments, "conversation", 0),
        .now = now,
    };
    char digest[AGENT_DIGEST_LEN];
    int status = check(&call, error);

    if (status != DONE)
        return status;
    snprintf(call.actor, sizeof call.actor, "%s%.*s%s", PREFIX, AGENT_NAME_MAX, call.agent, SUFFIX);
    digest_of(&call, digest);
    status = look_up(&call, digest, reply, contact, error);
    if (status == 1)
        return DONE;
    if (status == 0)
        status = find(&call, error);
    if (status == DONE)
        status = check_owner(&call, error);
    if (status == DONE)
        status = act_apart(&call, reply, contact, error);
    if (status == DONE && keep(&call, digest, reply, error) != 0)
        status = FAILED;
    return status;
}
