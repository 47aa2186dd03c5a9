/*
 * act: see the header.
 *
 * The CLI's own acts leave the queue to the next daemon: a text that `say` puts into the outbox while no
 * daemon runs leaves when one is started. The book is never created by an act on what it holds, only by the
 * first loading of rules.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/disk.h"
#include "base/env.h"
#include "ctl/act.h"
#include "ctl/client.h"
#include "ctl/remedy.h"
#include "desk/desk.h"
#include "desk/erasure.h"
#include "desk/proof.h"
#include "desk/retention.h"
#include "desk/rollback.h"
#include "rules/ruleset.h"
#include "store/lock.h"

enum {
    ACT_TIMEOUT_MS = 100 * 1000, /* the daemon answers each within 90 s, be it that nothing is promised (daemon/main.c) */
    PROBE_TIMEOUT_MS = 3000,
    TELL_AFTER_MS = 1500, /* that it is waited for */
    LOOK_EVERY_MS = 5000,
    DESK_NUMBER_MAX = (1 << 22) - 1,
    ANOTHER_BOOK = 421,
};

/* What is to be done, and how it came out. */
struct deed {
    struct call *call;
    const char *name;      /* of the command */
    const char *arguments; /* JSON, for the daemon and for desk_command */
    const struct rulefiles *files; /* rules-load */
    int64_t rollback;              /* rules-rollback: to this ruleset */
    struct buf reply;
    int status; /* HTTP's, also of what was done here */
    struct error error;
};

static int code_of(int status)
{
    switch (status) {
    case 200:
    case 202: return EXIT_DONE;
    case 404: return EXIT_NOTHING;
    case 503: return EXIT_BUSY;
    default: return EXIT_FAILED;
    }
}

/* Over the socket */

static void take_answer(struct deed *deed, const struct client_answer *answer)
{
    struct json *json = NULL;
    const char *sentence;

    deed->status = answer->status;
    if (answer->status == 200) {
        buf_add(&deed->reply, buf_text(&answer->body), answer->body.len);
        return;
    }
    if (json_parse(buf_text(&answer->body), answer->body.len, JSON_STRICT, &json, NULL) < 0)
        json = NULL;
    sentence = json_get_text(json, "error");
    if (sentence != NULL)
        error_set(&deed->error, "%s", sentence);
    else
        error_set(&deed->error, "the daemon answered with status %d and no explanation; its log has one",
                  answer->status);
    json_free(json);
}

static void ask_at(struct client *client, const char *socket, struct client_call asked, struct client_answer *answer)
{
    asked.socket = socket;
    client_run(client, &asked, answer);
    if (answer->end == CLIENT_ANSWERED && answer->status == ANOTHER_BOOK)
        answer->end = CLIENT_NOBODY;
}

/*
 * One call to the daemon of the book that this command reads. At the socket that was named, or left in the shell, may listen
 * another desk's, where the same numbers are other people's conversations: then ours is where it is when nothing is named.
 */
static void ask(struct client *client, const struct call *call, struct client_call asked, struct client_answer *answer)
{
    struct buf book = { 0 }, beside = { 0 };

    disk_format_identity(buf_text(&call->db_path), &book);
    if (book.len == 0 && strcmp(buf_text(&call->db_path), CALL_DB_OTHERWISE) != 0)
        buf_add_text(&book, "none"); /* one that is named, and not there yet, is nobody's */
    asked.book = buf_text(&book);
    ask_at(client, buf_text(&call->admin_path), asked, answer);
    if (answer->end == CLIENT_NOBODY && answer->status == ANOTHER_BOOK) {
        client_answer_release(answer);
        buf_addf(&beside, "%s.sock", buf_text(&call->db_path));
        ask_at(client, buf_text(&beside), asked, answer);
    }
    buf_release(&book);
    buf_release(&beside);
}

static enum client_end probe(struct call *call)
{
    struct client *client = client_new();
    struct client_answer answer;
    enum client_end end;

    ask(client, call, (struct client_call){ .url = "http://localhost/healthz", .timeout_ms = PROBE_TIMEOUT_MS }, &answer);
    end = answer.end;
    client_answer_release(&answer);
    client_free(client);
    return end;
}

/* Some acts take long. A daemon that lives says so meanwhile, by a thread of its own; one that does not is not waited for. */
struct patience {
    struct call *call;
    int64_t looked_at; /* ms waited */
    bool is_told, is_frozen;
};

static bool go_on(void *context, int64_t waited_ms)
{
    struct patience *patience = context;

    if (!patience->is_told && waited_ms >= TELL_AFTER_MS) {
        output_progress(patience->call->output, "waiting for the daemon to answer (Ctrl-C ends the waiting, not the act)");
        patience->is_told = true;
    }
    if (waited_ms - patience->looked_at >= LOOK_EVERY_MS) {
        patience->is_frozen = probe(patience->call) == CLIENT_LOST;
        patience->looked_at = waited_ms;
    }
    return !patience->is_frozen;
}

static void tell_lost(struct deed *deed, const struct patience *patience, const char *problem)
{
    const char *socket = buf_text(&deed->call->admin_path);
    struct buf remedy = { 0 };

    deed->status = 500;
    remedy_add(deed->call, "systemctl restart frontdeskd", &remedy);
    if (patience->is_frozen)
        error_set(&deed->error,
                  "the daemon at %s is frozen: it takes calls and answers none, not even whether it lives. When it goes on, what "
                  "was asked may still be done. To end it: %s; then look before you try again",
                  socket, buf_text(&remedy));
    else
        error_set(&deed->error, "the daemon at %s took the call, but no answer came (%s): look before you try again", socket,
                  problem);
    buf_release(&remedy);
}

/* 1: the daemon did it or refused it; 0: there is none. */
static int ask_daemon(struct deed *deed)
{
    struct client *client = client_new();
    struct patience patience = { .call = deed->call };
    struct client_call asked = { .body = deed->arguments, .timeout_ms = ACT_TIMEOUT_MS, .goes_on = go_on, .context = &patience };
    struct client_answer answer;
    struct buf url = { 0 };
    int result = 1;

    buf_addf(&url, "http://localhost/v1/commands/%s", deed->name);
    asked.url = buf_text(&url);
    ask(client, deed->call, asked, &answer);
    if (patience.is_told)
        output_progress(deed->call->output, "%s", "");
    if (answer.end == CLIENT_ANSWERED) {
        take_answer(deed, &answer);
    } else if (answer.end == CLIENT_NOBODY) {
        result = 0;
    } else {
        tell_lost(deed, &patience, answer.problem);
    }
    client_answer_release(&answer);
    client_free(client);
    buf_release(&url);
    return result;
}

/* Here */

static int fail(struct deed *deed, int status)
{
    deed->status = status;
    return -1;
}

static int run_command(struct deed *deed, struct desk *desk)
{
    struct json *arguments = NULL;
    int64_t contact; /* nobody's calls can be under way: desk_open has returned them to the queue */

    if (json_parse(deed->arguments, strlen(deed->arguments), JSON_LARGE, &arguments, &deed->error) < 0)
        return fail(deed, 400);
    deed->status = desk_command(desk, deed->name, arguments, deed->call->now, &deed->reply, &contact,
                                &deed->error);
    json_free(arguments);
    return deed->status == 200 ? 0 : -1;
}

static int commit(struct deed *deed, struct desk *desk)
{
    return desk_commit(desk, &deed->error) == 0 ? 0 : fail(deed, 503);
}

/* A new set, and how it comes into force. */
struct loading {
    struct ruleset *rules;
    const struct rulefiles *files;
    bool is_folder; /* the files are those of the folder that a start looks at */
};

static int store(struct deed *deed, struct desk *desk, const struct loading *loading)
{
    const char *actor = buf_text(&deed->call->actor);
    int64_t now = deed->call->now;

    if (desk_install(desk, loading->rules, loading->files, actor, now, &deed->error) != 0 ||
        (loading->is_folder && desk_note_folder(desk, loading->files, &deed->error) != 0))
        return -1;
    return deed->rollback != 0 ? desk_note_rollback(desk, deed->rollback, actor, now, &deed->error) : 0;
}

static int install(struct deed *deed, struct desk *desk, const struct loading *loading)
{
    if (desk_begin(desk, &deed->error) != 0)
        return fail(deed, 503);
    if (store(deed, desk, loading) != 0) {
        desk_rollback(desk);
        return fail(deed, 503);
    }
    return commit(deed, desk);
}

/* As the daemon answers (daemon/install.c). */
static void format_loaded(const struct deed *deed, const struct loading *loading, struct buf *reply)
{
    const struct buf *folder = &deed->call->rules_dir;
    struct jsonw w = { .out = reply };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "ruleset", loading->rules->number);
    jsonw_int(&w, "rules", (int64_t)loading->rules->rule_count);
    jsonw_text(&w, "folder", folder->len > 0 ? buf_text(folder) : NULL);
    jsonw_bool(&w, "is_folder", loading->is_folder);
    jsonw_end_object(&w);
}

static int load_files(struct deed *deed, struct desk *desk, const struct rulefiles *files)
{
    const struct buf *folder = &deed->call->rules_dir;
    struct loading loading = { .rules = proof_build(files, desk->zones, &deed->error), .files = files };

    if (loading.rules == NULL)
        return fail(deed, 400);
    loading.is_folder = folder->len > 0 && rulefiles_are_in(files, buf_text(folder)) == 1;
    if (install(deed, desk, &loading) != 0) {
        ruleset_free(loading.rules);
        return deed->status == 0 ? fail(deed, 400) : -1;
    }
    format_loaded(deed, &loading, &deed->reply);
    deed->status = 200;
    return desk_adopt(desk, loading.rules, &deed->error) == 0 ? 0 : fail(deed, 503);
}

static int load_here(struct deed *deed, struct desk *desk)
{
    return load_files(deed, desk, deed->files);
}

static int rollback_here(struct deed *deed, struct desk *desk)
{
    struct rulefiles files = { 0 };
    int status = rollback_read(desk->db, deed->rollback, &files, &deed->error), result;

    if (status != 200)
        return fail(deed, status);
    result = load_files(deed, desk, &files);
    if (result != 0 && deed->status == 400)
        error_prefix(&deed->error, "ruleset %lld cannot come back", (long long)deed->rollback);
    rulefiles_release(&files);
    return result;
}

static int command_here(struct deed *deed, struct desk *desk)
{
    if (desk_begin(desk, &deed->error) != 0)
        return fail(deed, 503);
    if (run_command(deed, desk) != 0) {
        desk_rollback(desk);
        return -1;
    }
    if (commit(deed, desk) != 0)
        return -1;
    if (erasure_finish(desk, deed->call->now, &deed->error) != 0 ||
        (strcmp(deed->name, "retention") == 0 && retention_finish(desk, deed->call->now, &deed->error) != 0))
        return fail(deed, 503);
    return 0;
}

/* FRONTDESK_DESK, as the daemon reads it: where the ids of a new book start. */
static int desk_number(int64_t *number, struct error *error)
{
    struct buf text = { 0 };
    int found = env_get("FRONTDESK_DESK", &text, error);
    char *end = NULL;

    *number = found == 1 ? strtoll(buf_text(&text), &end, 10) : 0;
    if (found == 1 && (*end != '\0' || *number < 0 || *number > DESK_NUMBER_MAX))
        found = error_set(error, "FRONTDESK_DESK is a number from 0 to %d, not \"%s\"", DESK_NUMBER_MAX,
                          buf_text(&text));
    buf_release(&text);
    return found < 0 ? -1 : 0;
}

/* Did somebody else hold the writer's lock? Asked only after desk_open has closed everything again. */
static bool is_held(const char *path)
{
    int descriptor = -1;
    int taken = lock_take(path, &descriptor, NULL);

    if (taken == 1)
        lock_release(descriptor);
    return taken == 0;
}

void act_tell_held(const struct call *call, struct buf *out)
{
    int holder = lock_holder(buf_text(&call->db_path));

    buf_addf(out, "%s is held by ", buf_text(&call->db_path));
    if (holder > 0)
        buf_addf(out, "process %d, which", holder);
    else
        buf_add_text(out, "a process that");
    buf_addf(out, " does not answer at %s: try again in a moment. If that is the daemon, name its socket with --admin SOCKET, "
                  "or, where that file was deleted, ", buf_text(&call->admin_path));
    remedy_add(call, "systemctl restart frontdeskd", out);
}

/* The book that a set of rules is put into; also where the stored one keeps all others out. */
static int open_for_rules(const struct deed *deed, struct desk *desk, int64_t number)
{
    return desk->is_refused && (deed->files != NULL || deed->rollback != 0) &&
           desk_open_refused(desk, buf_text(&deed->call->db_path), number, call_zones(deed->call), deed->call->now);
}

/* 0: somebody else holds the book. */
static int do_here(struct deed *deed)
{
    const char *path = buf_text(&deed->call->db_path);
    struct buf held = { 0 };
    struct desk desk;
    int64_t number;
    bool is_refused = false;

    deed->status = 0;
    if (deed->files == NULL && access(path, F_OK) != 0) {
        db_tell_missing(path, &deed->error);
        deed->status = 500;
        return 1;
    }
    if (desk_number(&number, &deed->error) != 0) {
        deed->status = 500;
        return 1;
    }
    if (desk_open(&desk, path, number, call_zones(deed->call), deed->call->now, &deed->error) != 0 &&
        !(is_refused = open_for_rules(deed, &desk, number))) {
        deed->status = desk.is_held ? 503 : 500; /* who had it may have ended since */
        if (deed->status == 503) {
            act_tell_held(deed->call, &held);
            error_set(&deed->error, "%s", buf_text(&held));
        }
        buf_release(&held);
        return deed->status == 503 ? 0 : 1;
    }
    if (deed->files != NULL)
        load_here(deed, &desk);
    else if (deed->rollback != 0)
        rollback_here(deed, &desk);
    else
        command_here(deed, &desk);
    if (is_refused)
        desk_release(&desk);
    else
        desk_close(&desk);
    return 1;
}

static int finish(struct deed *deed, struct json **reply)
{
    int code = code_of(deed->status);

    *reply = NULL;
    if (code != EXIT_DONE)
        call_fail(deed->call, code, "%s", deed->error.text);
    else if (json_parse(buf_text(&deed->reply), deed->reply.len, JSON_LARGE, reply, &deed->error) < 0)
        code = call_fail(deed->call, EXIT_FAILED, "it is done, but the answer cannot be read: %s",
                         deed->error.text);
    buf_release(&deed->reply);
    return code;
}

/* Another command has the book for a moment only; and when it is a daemon that starts, that one is asked next. */
static int run(struct deed *deed, struct json **reply)
{
    int64_t until = clock_monotonic_ms() + LOCK_WAIT_MS;

    while (ask_daemon(deed) == 0 && do_here(deed) == 0 && clock_monotonic_ms() < until)
        poll(NULL, 0, LOCK_LOOK_MS);
    return finish(deed, reply);
}

int act_run(struct call *call, const char *name, const char *arguments, struct json **reply)
{
    struct deed deed = { .call = call, .name = name, .arguments = arguments };

    return run(&deed, reply);
}

int act_ask(struct call *call, const char *name, const char *arguments, struct json **reply)
{
    struct deed deed = { .call = call, .name = name, .arguments = arguments };

    *reply = NULL;
    return ask_daemon(&deed) == 0 ? EXIT_NOBODY : finish(&deed, reply);
}

int act_load_rules(struct call *call, const struct rulefiles *files, struct json **reply)
{
    struct deed deed = { .call = call, .name = "rules-load", .files = files };
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    int code;

    jsonw_object(&w, NULL);
    jsonw_text(&w, "actor", buf_text(&call->actor));
    jsonw_array(&w, "files");
    for (size_t i = 0; i < files->count; i++) {
        jsonw_object(&w, NULL);
        jsonw_text(&w, "name", files->list[i].name);
        jsonw_text(&w, "text", files->list[i].text);
        jsonw_end_object(&w);
    }
    jsonw_end_array(&w);
    jsonw_end_object(&w);
    deed.arguments = buf_text(&arguments);
    code = run(&deed, reply);
    buf_release(&arguments);
    return code;
}

int act_rollback_rules(struct call *call, int64_t number, struct json **reply)
{
    struct deed deed = { .call = call, .name = "rules-rollback", .rollback = number };
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    int code;

    jsonw_object(&w, NULL);
    jsonw_text(&w, "actor", buf_text(&call->actor));
    jsonw_int(&w, "ruleset", number);
    jsonw_end_object(&w);
    deed.arguments = buf_text(&arguments);
    code = run(&deed, reply);
    buf_release(&arguments);
    return code;
}

enum daemon_state act_daemon_state(struct call *call)
{
    const char *path = buf_text(&call->db_path);

    switch (probe(call)) {
    case CLIENT_ANSWERED: return DAEMON_UP;
    case CLIENT_LOST: return DAEMON_FROZEN;
    case CLIENT_NOBODY: break;
    }
    return access(path, F_OK) == 0 && is_held(path) ? DAEMON_MUTE : DAEMON_DOWN;
}

struct json *act_facts(const struct call *call)
{
    struct client *client = client_new();
    struct client_answer answer;
    struct json *facts = NULL;

    ask(client, call, (struct client_call){ .url = "http://localhost/v1/status", .timeout_ms = PROBE_TIMEOUT_MS }, &answer);
    if (answer.end != CLIENT_ANSWERED || answer.status != 200 ||
        json_parse(buf_text(&answer.body), answer.body.len, JSON_STRICT, &facts, NULL) < 0)
        facts = NULL;
    client_answer_release(&answer);
    client_free(client);
    return facts;
}
