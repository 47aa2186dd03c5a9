/*
 * command_backup: the book into one file (ctl/backup.h). While a daemon runs it copies, in steps between its other work, and
 * this asks how far it is; while none does, the same is done here under the writer's lock.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "ctl/act.h"
#include "ctl/backup.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/copy.h"
#include "store/lock.h"
#include "store/schema.h"

enum { ASK_EVERY_MS = 200, MB = 1024 * 1024, PAGE_BYTES = 4096 };

struct backup {
    struct call *call;
    struct buf path; /* absolute: the daemon's folder is another */
    bool may_replace, is_noted;
    struct copy_facts facts;
    sigset_t signals, former; /* held back: Ctrl-C between two looks breaks off what was begun, and does not leave it behind */
};

/* The daemon does not know our folder. The file itself is not there yet. */
static int find_path(struct backup *backup, const char *typed)
{
    char *first = alloc_text(typed), *second = alloc_text(typed), *folder;
    const char *named = dirname(first);
    int code = EXIT_DONE;

    folder = realpath(named, NULL);
    if (folder == NULL)
        code = call_fail(backup->call, EXIT_FAILED, "the folder %s cannot be had: %s; make it first, or name another", named,
                         strerror(errno));
    else
        buf_addf(&backup->path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, basename(second));
    free(folder);
    free(first);
    free(second);
    return code;
}

static void hold_signals(struct backup *backup)
{
    sigemptyset(&backup->signals);
    sigaddset(&backup->signals, SIGINT);
    sigaddset(&backup->signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &backup->signals, &backup->former);
}

static void let_signals(const struct backup *backup)
{
    sigprocmask(SIG_SETMASK, &backup->former, NULL);
}

static bool is_asked_to_end(const struct backup *backup, int wait_ms)
{
    struct timespec wait = { .tv_nsec = wait_ms * 1000000L };

    return sigtimedwait(&backup->signals, NULL, &wait) > 0;
}

static void show_progress(struct backup *backup, const char *state, int64_t pages, int64_t left)
{
    if (strcmp(state, "copying") == 0 && pages > 0)
        output_progress(backup->call->output, "%3lld %% of %lld MB copied", (long long)((pages - left) * 100 / pages),
                        (long long)(pages * PAGE_BYTES / MB));
    else if (strcmp(state, "checking") == 0)
        output_progress(backup->call->output, "copied; checking it, and writing it to the disk");
}

/* By the daemon */

static void read_facts(const struct json *reply, struct copy_facts *facts)
{
    *facts = (struct copy_facts){
        .bytes = json_get_int(reply, "bytes", 0),
        .webhooks = json_get_int(reply, "webhooks", 0),
        .messages = json_get_int(reply, "messages", 0),
        .newest_at = json_get_int(reply, "newest_at", 0),
    };
}

/* EXIT_DONE with *is_over, or a code after the sentence was said. */
static int look(struct backup *backup, const char *command, int64_t number, bool *is_over)
{
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    struct json *reply = NULL;
    const char *state;
    int code;

    jsonw_object(&w, NULL);
    jsonw_int(&w, "backup", number);
    jsonw_end_object(&w);
    code = act_ask(backup->call, command, buf_text(&arguments), &reply);
    state = json_get_text(reply, "state");
    if (code == EXIT_DONE && state != NULL) {
        show_progress(backup, state, json_get_int(reply, "pages", 0), json_get_int(reply, "pages_left", 0));
        *is_over = strcmp(state, "done") == 0;
        if (*is_over)
            read_facts(reply, &backup->facts);
        else if (strcmp(state, "failed") == 0)
            code = call_fail(backup->call, EXIT_FAILED, "%s", json_get_text(reply, "error"));
    }
    json_free(reply);
    buf_release(&arguments);
    return code;
}

static int follow(struct backup *backup, int64_t number)
{
    bool is_over = false, is_cancelled = false;
    int code = EXIT_DONE;

    while (code == EXIT_DONE && !is_over) {
        code = look(backup, is_cancelled ? "backup-cancel" : "backup-progress", number, &is_over);
        if (code == EXIT_DONE && !is_over)
            is_cancelled |= is_asked_to_end(backup, ASK_EVERY_MS);
    }
    output_progress(backup->call->output, "%s", "");
    if (code == EXIT_NOBODY)
        return call_fail(backup->call, EXIT_FAILED, "the daemon ended in the middle of it, and there is no backup: try again");
    return code;
}

/* A daemon under systemd has a /tmp of its own. */
static int see_for_oneself(const struct backup *backup)
{
    if (access(buf_text(&backup->path), F_OK) == 0 || errno != ENOENT)
        return EXIT_DONE;
    return call_fail(backup->call, EXIT_FAILED,
                     "the daemon wrote %s, but there it has a folder of its own that nobody else sees: name a file "
                     "beside the book instead",
                     buf_text(&backup->path));
}

/* EXIT_NOBODY (ctl/act.h) when there is no daemon. */
static int by_daemon(struct backup *backup)
{
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    struct json *reply = NULL;
    int code;

    jsonw_object(&w, NULL);
    jsonw_text(&w, "path", buf_text(&backup->path));
    jsonw_bool(&w, "replace", backup->may_replace);
    jsonw_bool(&w, "note", backup->is_noted);
    jsonw_text(&w, "actor", buf_text(&backup->call->actor));
    jsonw_end_object(&w);
    hold_signals(backup);
    code = act_ask(backup->call, "backup", buf_text(&arguments), &reply);
    if (code == EXIT_DONE)
        code = follow(backup, json_get_int(reply, "backup", 0));
    let_signals(backup);
    if (code == EXIT_DONE)
        code = see_for_oneself(backup);
    json_free(reply);
    buf_release(&arguments);
    return code;
}

/* Here */

static int copy_all(struct backup *backup, struct copy *copy, struct error *error)
{
    int more;

    hold_signals(backup);
    while ((more = copy_step(copy, error)) == 1) {
        show_progress(backup, "copying", copy_pages(copy), copy_pages_left(copy));
        if (is_asked_to_end(backup, 0)) {
            more = error_set(error, "broken off; what there was of the backup is removed");
            break;
        }
    }
    let_signals(backup);
    if (more == 0) {
        show_progress(backup, "checking", 0, 0);
        more = copy_seal(copy, &backup->facts, error);
    }
    output_progress(backup->call->output, "%s", "");
    return more;
}

static int copy_here(struct backup *backup, struct db *db)
{
    struct error error = { 0 };
    struct copy *copy;
    int result = -1;

    if (schema_check(db, &error) == 0) {
        copy = copy_begin(db, buf_text(&backup->path), backup->may_replace, &error);
        if (copy != NULL)
            result = copy_all(backup, copy, &error);
        copy_free(copy);
    }
    if (result != 0)
        return call_fail(backup->call, EXIT_FAILED, "%s", error.text);
    if (copy_note(db, buf_text(&backup->path), buf_text(&backup->call->actor), clock_wall_ms(), &error) != 0)
        output_note(backup->call->output, NOTE_WARN, "The backup is made, but the book could not take a note of it: %s",
                    error.text);
    return EXIT_DONE;
}

static int by_hand(struct backup *backup)
{
    const char *book = buf_text(&backup->call->db_path);
    struct error error = { 0 };
    struct buf held = { 0 };
    struct db *db;
    int lock, taken, code;

    if (access(book, F_OK) != 0) {
        db_tell_missing(book, &error);
        return call_fail(backup->call, EXIT_FAILED, "%s", error.text);
    }
    taken = lock_take(book, &lock, &error);
    if (taken < 0)
        return call_fail(backup->call, EXIT_FAILED, "%s", error.text);
    if (taken == 0) {
        act_tell_held(backup->call, &held);
        code = call_fail(backup->call, EXIT_BUSY, "%s", buf_text(&held));
        buf_release(&held);
        return code;
    }
    db = db_open(book, DB_WRITER, &error);
    code = db != NULL ? copy_here(backup, db) : call_fail(backup->call, EXIT_FAILED, "%s", error.text);
    db_close(db);
    lock_release(lock);
    return code;
}

static void tell(struct backup *backup)
{
    static const struct column columns[] = {
        { "act", NULL, LOOK_PLAIN },
        { "path", "backup", LOOK_PLAIN },
        { "bytes", "bytes", LOOK_NUMBER },
        { "webhooks", "webhooks", LOOK_NUMBER },
        { "messages", "messages", LOOK_NUMBER },
        { "newest_at", "the newest of", LOOK_PLAIN },
    };
    const struct copy_facts *facts = &backup->facts;
    const struct cell cells[] = {
        cell_text("backup"),           cell_text(buf_text(&backup->path)), cell_number(facts->bytes),
        cell_number(facts->webhooks), cell_number(facts->messages),       cell_time(facts->newest_at),
    };

    call_zone(backup->call); /* by whose clock it is told */
    output_record(backup->call->output, NULL, columns, cells, sizeof cells / sizeof *cells);
    output_note(backup->call->output, NOTE_GOOD,
                "The backup is whole and on the disk. It holds what your customers wrote: keep it as safe as the book.");
}

int backup_beside(struct call *call, const char *path)
{
    struct backup backup = { .call = call, .may_replace = true };
    int code = find_path(&backup, path);

    if (code == EXIT_DONE)
        code = by_daemon(&backup);
    buf_release(&backup.path);
    return code;
}

int command_backup(struct call *call)
{
    struct backup backup = { .call = call, .may_replace = call->parsed->options[OPTION_FORCE] != NULL, .is_noted = true };
    int code = find_path(&backup, call->parsed->holes[0]);

    if (code == EXIT_DONE)
        code = by_daemon(&backup);
    if (code == EXIT_NOBODY)
        code = by_hand(&backup);
    if (code == EXIT_DONE)
        tell(&backup);
    buf_release(&backup.path);
    return code;
}
