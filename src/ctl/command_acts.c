/*
 * command_acts: a person steps in. Each act is named, asked of act_run, and told in one sentence; for
 * programs the answer of the daemon is passed on member by member.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/outbox.h"
#include "store/transcript.h"

enum { MEMBERS_MAX = 12, LOOKS = 10, LOOK_MS = 20 };

/*
 * The answer's members as a record without a noun: {"format":1,"act":"take","conversation":3,…}. People get
 * the sentence.
 */
static void pass_on(struct call *call, const char *act, const struct json *reply)
{
    struct column columns[MEMBERS_MAX] = { { "act", NULL, LOOK_PLAIN } };
    struct cell cells[MEMBERS_MAX] = { cell_text(act) };
    size_t count = 1;
    int64_t number;

    for (const struct json *member = json_first(reply); member != NULL && count < MEMBERS_MAX;
         member = json_next(member)) {
        if (strcmp(json_key(member), "format") == 0 || strcmp(json_key(member), "act") == 0)
            continue;
        columns[count] = (struct column){ json_key(member), NULL, LOOK_PLAIN };
        if (json_int(member, &number) && json_kind(member) == JSON_NUMBER)
            cells[count] = cell_number(number);
        else
            cells[count] = cell_text(json_text(member));
        count++;
    }
    output_record(call->output, NULL, columns, cells, count);
}

static void begin(const struct call *call, struct jsonw *w)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "actor", buf_text(&call->actor));
}

/* Conversations */

static int find(struct call *call, int64_t *id)
{
    const char *typed = call->parsed->holes[0];
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = call_find_to_act(call, db, typed, id);
    db_close(db);
    return code;
}

static int act_on_conversation(struct call *call, const char *act, const char *text, struct json **reply,
                               int64_t *id)
{
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    int code = find(call, id);

    *reply = NULL;
    if (code == EXIT_DONE && text != NULL && !utf8_is_valid(text, strlen(text)))
        code = call_fail(call, EXIT_USAGE, "these words are no UTF-8, so the customer would see other signs: let the terminal, "
                                           "or the file they come from, write UTF-8");
    if (code != EXIT_DONE)
        return code;
    begin(call, &w);
    jsonw_int(&w, "conversation", *id);
    if (text != NULL)
        jsonw_text(&w, "text", text);
    jsonw_end_object(&w);
    code = act_run(call, act, buf_text(&arguments), reply);
    if (code == EXIT_DONE)
        pass_on(call, act, *reply);
    buf_release(&arguments);
    return code;
}

int command_take(struct call *call)
{
    struct json *reply;
    int64_t id;
    int code = act_on_conversation(call, "take", NULL, &reply, &id);

    if (code == EXIT_DONE)
        output_note(call->output, NOTE_GOOD,
                    "Conversation %lld is yours; the bot is silent. Write with: "
                    "frontdesk say %s%lld 'your words'",
                    (long long)id, strchr(call->parsed->holes[0], ':') != NULL ? "conversation:" : "", (long long)id);
    json_free(reply);
    return code;
}

int command_release(struct call *call)
{
    struct json *reply;
    int64_t id;
    int code = act_on_conversation(call, "release", NULL, &reply, &id);

    if (code == EXIT_DONE)
        output_note(call->output, NOTE_GOOD, "The bot answers conversation %lld again.", (long long)id);
    json_free(reply);
    return code;
}

int command_close(struct call *call)
{
    struct json *reply;
    int64_t id;
    int code = act_on_conversation(call, "close", NULL, &reply, &id);

    if (code == EXIT_DONE)
        output_note(call->output, NOTE_GOOD, "Conversation %lld is closed.", (long long)id);
    json_free(reply);
    return code;
}

/* A text that no channel takes in one piece is several messages on the customer's phone. */
static int64_t count_parts(struct call *call, int64_t message)
{
    int64_t parts = 1;
    struct db *db = db_open(buf_text(&call->db_path), DB_READER, NULL);

    if (db != NULL)
        transcript_parts(db, message, &parts, NULL);
    db_close(db);
    return parts;
}

/* Whether it can leave is known as soon as the daemon has looked at it; how it ended, not for a while. */
static bool is_looked_at(struct db *db, int64_t outbox, int64_t message, struct outbox_fate *fate)
{
    return outbox_fate(db, outbox, message, fate, NULL) != 1 || strcmp(fate->state, "due") != 0;
}

/* Of an outbox row, or (0) of the first of a message: what keeps it from leaving, if anything does. */
static void tell_what_keeps(struct call *call, int64_t outbox, int64_t message)
{
    struct outbox_fate fate = { 0 };
    bool is_up = act_daemon_state(call) != DAEMON_DOWN;
    struct db *db = db_open(buf_text(&call->db_path), DB_READER, NULL);

    for (int look = 0; is_up && db != NULL && look < LOOKS && !is_looked_at(db, outbox, message, &fate); look++)
        poll(NULL, 0, LOOK_MS);
    db_close(db);
    if (strcmp(fate.state, "held") == 0)
        output_note(call->output, NOTE_WARN, "It is held back: %s. See frontdesk outbox show %lld", fate.reason,
                    (long long)fate.id);
    else if (!is_up)
        output_note(call->output, NOTE_WARN,
                    "frontdeskd does not run: it leaves once that does, unless its time is over by then.");
}

int command_say(struct call *call)
{
    struct json *reply;
    int64_t id;
    int code = act_on_conversation(call, "say", call->parsed->holes[1], &reply, &id);

    if (code == EXIT_DONE) {
        int64_t message = json_get_int(reply, "message", 0), parts = count_parts(call, message);

        output_note(call->output, NOTE_GOOD, "Said in conversation %lld, as message %lld.", (long long)id, (long long)message);
        if (parts > 1)
            output_note(call->output, NOTE_WARN,
                        "It is too long for one message: the customer gets it in %lld, one after the other.", (long long)parts);
        tell_what_keeps(call, 0, message);
    }
    json_free(reply);
    return code;
}

int command_note(struct call *call)
{
    struct json *reply;
    int64_t id;
    int code = act_on_conversation(call, "note", call->parsed->holes[1], &reply, &id);

    if (code == EXIT_DONE)
        output_note(call->output, NOTE_GOOD, "Noted in conversation %lld; the customer does not see it.", (long long)id);
    json_free(reply);
    return code;
}

/* Outbox and webhooks */

static int act_on_id(struct call *call, const char *act, struct json **reply)
{
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    int code;

    begin(call, &w);
    jsonw_int(&w, "id", call->parsed->numbers[0]);
    jsonw_end_object(&w);
    code = act_run(call, act, buf_text(&arguments), reply);
    if (code == EXIT_DONE)
        pass_on(call, act, *reply);
    buf_release(&arguments);
    return code;
}

int command_outbox_retry(struct call *call)
{
    struct json *reply;
    int code = act_on_id(call, "outbox-retry", &reply);

    if (code == EXIT_DONE) {
        output_note(call->output, NOTE_GOOD, "It leaves as soon as it can: frontdesk outbox show %lld",
                    (long long)call->parsed->numbers[0]);
        tell_what_keeps(call, call->parsed->numbers[0], 0);
    }
    json_free(reply);
    return code;
}

int command_outbox_drop(struct call *call)
{
    struct json *reply;
    int code = act_on_id(call, "outbox-drop", &reply);

    if (code == EXIT_DONE)
        output_note(call->output, NOTE_GOOD, "It will not be sent any more.");
    json_free(reply);
    return code;
}

int command_webhooks_replay(struct call *call)
{
    struct json *reply;
    int code = act_on_id(call, "webhook-replay", &reply);
    const char *state = json_get_text(reply, "state");
    int64_t message = json_get_int(reply, "message", 0);

    if (code == EXIT_DONE && state != NULL && strcmp(state, "unreadable") == 0)
        code = call_fail(call, EXIT_FAILED, "it is still unreadable: frontdesk webhooks show %lld says why",
                         (long long)call->parsed->numbers[0]);
    else if (code == EXIT_DONE && message != 0)
        output_note(call->output, NOTE_GOOD, "It became message %lld: frontdesk why %lld", (long long)message,
                    (long long)message);
    else if (code == EXIT_DONE)
        output_note(call->output, NOTE_GOOD, "It was read again.");
    json_free(reply);
    return code;
}
