/*
 * command_chat: the dialogue around ctl/chat: a prompt on a terminal, or the lines of a script.
 *
 * After each line the answer is waited for until its turn has settled in the book, so a script needs no
 * pauses: it goes on as soon as the bot is done, and it fails when a text that was queued did not arrive. At
 * a prompt the customer may go on after a while, and what arrives between two lines (a colleague writes) is
 * shown as it comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/chat.h"
#include "ctl/chat_save.h"
#include "ctl/commands.h"
#include "ctl/remedy.h"
#include "store/transcript.h"
#include "text/escape.h"

enum {
    ROUND_MS = 250,
    IDLE_MS = 500,
    PATIENCE_MS = 20 * 1000,
    SCRIPT_PATIENCE_MS = 300 * 1000,
    LINE_MAX_BYTES = 64 * 1024
};

/* Lines */

struct lines {
    int descriptor;
    struct buf pending;
    bool is_ended;
};

/* The pending bytes' first line into *line; false when there is no whole one yet. */
static bool take_line(struct lines *lines, struct buf *line)
{
    const char *feed = lines->pending.len > 0 ? memchr(lines->pending.data, '\n', lines->pending.len) : NULL;
    size_t len = feed != NULL ? (size_t)(feed - lines->pending.data) : lines->pending.len;

    if (feed == NULL && (!lines->is_ended || len == 0) && len < LINE_MAX_BYTES)
        return false;
    buf_clear(line);
    utf8_repair(buf_text(&lines->pending), len, line);
    if (feed != NULL)
        len++;
    memmove(lines->pending.data, lines->pending.data + len, lines->pending.len - len);
    buf_truncate(&lines->pending, lines->pending.len - len);
    return true;
}

/* 1: a line; 0: none within wait_ms (-1: for ever); -1: the end. */
static int next_line(struct lines *lines, int wait_ms, struct buf *line)
{
    struct pollfd poller = { .fd = lines->descriptor, .events = POLLIN };
    char bytes[4096];
    ssize_t got;

    while (!take_line(lines, line)) {
        if (lines->is_ended)
            return -1;
        if (poll(&poller, 1, wait_ms) == 0)
            return 0;
        got = read(lines->descriptor, bytes, sizeof bytes);
        if (got > 0)
            buf_add(&lines->pending, bytes, (size_t)got);
        else if (got == 0 || errno != EINTR)
            lines->is_ended = true;
    }
    return 1;
}

/* Dialogue */

struct dialogue {
    struct call *call;
    struct chat chat;
    struct lines lines;
    bool is_interactive;
    int heard;  /* texts since the last line was said */
    int failed; /* lines whose answer did not come */
    struct chat_save save;
};

static void show_reply(void *context, const char *text, const char *buttons, const char *list)
{
    struct dialogue *d = context;

    d->heard++;
    output_line(
        d->call->output,
        &(struct exchange_line){
            .at = clock_wall_ms(), .kind = "out", .text = text, .actor = "", .state = "", .reason = "",
            .buttons = buttons, .list = list });
}

static void show_own(struct dialogue *d, const char *text)
{
    output_line(d->call->output, &(struct exchange_line){ .at = clock_wall_ms(),
                                                          .kind = "in",
                                                          .text = text,
                                                          .actor = "",
                                                          .state = "",
                                                          .reason = "",
                                                          .is_typed = d->is_interactive });
}

struct silence {
    char *rule, *action; /* owned */
};

static void note_decision(void *context, const struct transcript_decision *decision)
{
    struct silence *silence = context;

    silence->rule = alloc_text(decision->rule);
    silence->action = alloc_text(decision->action);
}

/* And so it would stay, for somebody who only tries the bot. */
static void tell_of_person(struct dialogue *d)
{
    struct buf release = { 0 }, typed = { 0 };

    buf_add_text(&release, "frontdesk release ");
    escape_shell(d->chat.user, &release);
    remedy_add(d->call, buf_text(&release), &typed);
    output_note(d->call->output, NOTE_DIM, "  (the bot is silent: a person has this conversation; %s gives it back)",
                buf_text(&typed));
    buf_release(&release);
    buf_release(&typed);
}

/* Why the bot says nothing, in one line. */
static void explain_silence(struct dialogue *d, int64_t message, const struct chat_fate *fate)
{
    struct output *output = d->call->output;
    struct silence silence = { 0 };

    transcript_why(d->chat.db, message, note_decision, &silence, NULL);
    if (strcmp(fate->state, "agent") == 0)
        tell_of_person(d);
    else if (strcmp(fate->state, "unanswered") == 0)
        output_note(output, NOTE_DIM, "  (no rule has an answer: frontdesk why %lld)", (long long)message);
    else if (silence.rule != NULL)
        output_note(output, NOTE_DIM, "  (the bot is silent: rule %s, %s)", silence.rule, silence.action);
    else
        output_note(output, NOTE_DIM, "  (the bot is silent: this customer has opted out)");
    free(silence.rule);
    free(silence.action);
}

static void judge(struct dialogue *d, int64_t message, const struct chat_fate *fate)
{
    struct output *output = d->call->output;

    if (!fate->is_settled) {
        output_note(output, NOTE_DIM,
                    "  (an answer is still on its way: frontdesk outbox list --state pending)");
        d->failed++;
    } else if (fate->texts == 0) {
        explain_silence(d, message, fate);
    } else if (fate->accepted < fate->texts) {
        output_note(output, NOTE_WARN, "  (an answer did not go out: %s)", fate->reason);
        d->failed++;
    } else if (d->heard < fate->accepted) {
        output_note(output, NOTE_WARN,
                    "  (the book says that Braze took the answer, but the sandbox has none for %s)",
                    d->chat.user);
        d->failed++;
    }
}

/* Shows what comes until nothing more can come. */
static int await(struct dialogue *d, int64_t message, struct error *error)
{
    int64_t until = clock_monotonic_ms() + (d->is_interactive ? PATIENCE_MS : SCRIPT_PATIENCE_MS);
    struct chat_fate fate;

    do {
        if (chat_fate(&d->chat, message, &fate, error) != 0)
            return -1;
        /* Settled first, fetched afterwards: what was accepted is in the sandbox by then. */
        if (chat_fetch(&d->chat, fate.is_settled ? 0 : ROUND_MS, show_reply, d, error) < 0)
            return -1;
    } while (!fate.is_settled && clock_monotonic_ms() < until);
    judge(d, message, &fate);
    return 0;
}

static bool is_worth_saying(const struct dialogue *d, const char *line)
{
    size_t blanks = strspn(line, " \t\r");

    return line[blanks] != '\0' && (d->is_interactive || line[blanks] != '#');
}

/* At a prompt what arrives meanwhile is shown. 1: a line, -1: the end, -2: failed. */
static int ask(struct dialogue *d, struct buf *line, struct error *error)
{
    int got, came;

    if (!d->is_interactive)
        return next_line(&d->lines, -1, line);
    output_prompt(d->call->output);
    while ((got = next_line(&d->lines, IDLE_MS, line)) == 0) {
        came = chat_fetch(&d->chat, 0, show_reply, d, error);
        if (came < 0)
            return -2;
        if (came > 0)
            output_prompt(d->call->output);
    }
    return got;
}

static int talk(struct dialogue *d, struct error *error)
{
    struct buf line = { 0 };
    int64_t message;
    int got, result = 0;

    while (result == 0 && (got = ask(d, &line, error)) != -1) {
        if (got == -2) {
            result = -1;
        } else if (is_worth_saying(d, buf_text(&line))) {
            show_own(d, buf_text(&line));
            d->heard = 0;
            result = chat_say(&d->chat, buf_text(&line), &message, error);
            if (result == 0)
                result = await(d, message, error);
            if (result == 0)
                chat_save_note(&d->save, d->chat.db, message);
        }
    }
    buf_release(&line);
    return result;
}

/* The command */

/* A folder may be opened, and only then turns out to hold no lines. */
static int open_file(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;

    if (descriptor < 0 || fstat(descriptor, &info) != 0 || !S_ISDIR(info.st_mode))
        return descriptor;
    close(descriptor);
    errno = EISDIR;
    return -1;
}

static int open_lines(struct dialogue *d)
{
    const char *script = d->call->parsed->options[OPTION_SCRIPT];

    if (script != NULL && strcmp(script, "-") != 0) {
        d->lines.descriptor = open_file(script);
        if (d->lines.descriptor < 0)
            return call_fail(d->call, EXIT_FAILED, "the script %s cannot be read: %s", script, strerror(errno));
    }
    d->is_interactive = script == NULL && isatty(STDIN_FILENO);
    return EXIT_DONE;
}

/* Also after a failure: what was said was said. */
static int save(struct dialogue *d, int code)
{
    const char *path = d->call->parsed->options[OPTION_SAVE];
    int saved = path != NULL ? chat_save_write(&d->save, d->call, d->chat.db, path) : EXIT_DONE;

    return code != EXIT_DONE ? code : saved;
}

static void tell_more(const struct dialogue *d)
{
    struct buf user = { 0 };

    escape_shell(d->chat.user, &user);
    output_note(d->call->output, NOTE_DIM, "\nThe whole of it: frontdesk transcript %s", buf_text(&user));
    buf_release(&user);
}

static int run(struct dialogue *d)
{
    struct error error = { 0 };
    int code = EXIT_DONE;

    if (d->is_interactive)
        output_note(d->call->output, NOTE_DIM, "You are %s. Write something; Ctrl-D ends the chat.",
                    d->chat.user);
    output_exchange(d->call->output, "messages", EXCHANGE_CHAT);
    if (talk(d, &error) != 0)
        code = call_fail(d->call, EXIT_FAILED, "%s", error.text);
    output_exchange_end(d->call->output);
    if (code == EXIT_DONE && d->is_interactive)
        tell_more(d);
    else if (code == EXIT_DONE && d->failed > 0)
        code = call_fail(d->call, EXIT_FAILED, "%d %s did not get the answer that was due", d->failed,
                         d->failed == 1 ? "message" : "messages");
    return save(d, code);
}

/* Where the daemon listens it tells itself. One that takes calls and answers none is not looked for elsewhere. */
static int find_daemon(struct call *call, struct json **facts)
{
    struct buf remedy = { 0 };
    int code = EXIT_DONE;

    *facts = act_facts(call);
    if (*facts == NULL && act_daemon_state(call) == DAEMON_FROZEN) {
        remedy_add(call, "systemctl restart frontdeskd", &remedy);
        code = call_fail(call, EXIT_FAILED, "the daemon at %s is frozen: it takes calls and answers none; %s",
                         buf_text(&call->admin_path), buf_text(&remedy));
    }
    buf_release(&remedy);
    return code;
}

int command_chat(struct call *call)
{
    const char *name = strchr(buf_text(&call->actor), ' ');
    struct dialogue d = { .call = call, .lines = { .descriptor = STDIN_FILENO } };
    struct error error = { 0 };
    struct buf user = { 0 };
    struct db *db = NULL;
    const char *path = call->parsed->options[OPTION_SAVE];
    struct json *facts = NULL;
    int code = call_check_language(call);

    if (code == EXIT_DONE && path != NULL)
        code = chat_save_check(call, path);
    if (code == EXIT_DONE)
        code = open_lines(&d);
    buf_addf(&user, "chat-%s", name != NULL ? name + 1 : "you");
    if (code == EXIT_DONE)
        code = find_daemon(call, &facts);
    if (code == EXIT_DONE)
        code = call_open(call, &db);
    if (code == EXIT_DONE) {
        const char *as = call->parsed->options[OPTION_AS];

        if (chat_open(&d.chat, db, as != NULL ? as : buf_text(&user), json_get_text(facts, "listen"), &error) != 0) {
            code = call_fail(call, EXIT_FAILED, "%s", error.text);
        } else {
            d.chat.language = call->parsed->options[OPTION_LANGUAGE];
            code = run(&d);
        }
        chat_close(&d.chat);
    }
    if (d.lines.descriptor > STDERR_FILENO)
        close(d.lines.descriptor);
    buf_release(&d.lines.pending);
    chat_save_release(&d.save);
    buf_release(&user);
    json_free(facts);
    db_close(db);
    return code;
}
