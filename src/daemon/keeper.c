/*
 * keeper: see the header.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/keeper.h"
#include "daemon/outcome.h"
#include "store/copy.h"

enum {
    APART_MS = 10, /* a step takes one or two, where the book is in the page cache */
    LATE_MS = 100,
};

enum state { STATE_NONE, STATE_COPYING, STATE_CHECKING, STATE_DONE, STATE_FAILED };

struct keeper {
    void (*wake)(void *);
    void *context;
    int64_t number; /* of the backup; it rises */
    enum state state;
    struct copy *copy;
    char *path, *actor;
    bool is_noted;
    char *lent; /* the path of a copy for a while that is done; NULL: there is none */
    int64_t stepped_at, asked_at; /* monotonic */
    int64_t pages, pages_left;
    struct error error;
    /* By the thread, until has_ended. */
    pthread_t thread;
    atomic_bool has_ended;
    int result;
    struct copy_facts facts;
};

struct keeper *keeper_new(void (*wake)(void *), void *context)
{
    struct keeper *keeper = alloc_new(sizeof *keeper);

    keeper->wake = wake;
    keeper->context = context;
    return keeper;
}

static void forget(struct keeper *keeper)
{
    copy_free(keeper->copy);
    keeper->copy = NULL;
    free(keeper->path);
    free(keeper->actor);
    keeper->path = keeper->actor = NULL;
}

/* Whoever wanted it has opened it by now, and has taken its name away. */
static void take_back(struct keeper *keeper)
{
    if (keeper->lent != NULL && unlink(keeper->lent) == 0)
        log_info("backup_taken_back", log_text("path", keeper->lent));
    free(keeper->lent);
    keeper->lent = NULL;
}

static void fail(struct keeper *keeper)
{
    keeper->state = STATE_FAILED;
    log_warn("backup_failed", log_text("path", keeper->path), log_text("reason", keeper->error.text));
    forget(keeper);
}

static void break_off(struct keeper *keeper)
{
    if (keeper->state == STATE_CHECKING) {
        copy_cancel(keeper->copy);
    } else if (keeper->state == STATE_COPYING) {
        error_set(&keeper->error, "the backup was broken off, and what there was of it is removed");
        fail(keeper);
    }
}

void keeper_free(struct keeper *keeper)
{
    break_off(keeper);
    if (keeper->state == STATE_CHECKING)
        pthread_join(keeper->thread, NULL);
    if (keeper->state == STATE_CHECKING && keeper->result == 0 && !keeper->is_noted)
        keeper->lent = alloc_text(keeper->path);
    take_back(keeper);
    forget(keeper);
    free(keeper);
}

/* Steps */

static void *check(void *context)
{
    struct keeper *keeper = context;

    keeper->result = copy_seal(keeper->copy, &keeper->facts, &keeper->error);
    atomic_store(&keeper->has_ended, true);
    keeper->wake(keeper->context);
    return NULL;
}

static void begin_check(struct keeper *keeper)
{
    keeper->state = STATE_CHECKING;
    atomic_store(&keeper->has_ended, false);
    if (pthread_create(&keeper->thread, NULL, check, keeper) != 0) {
        error_set(&keeper->error, "no thread can be started to check the backup: the limit of processes is reached");
        fail(keeper);
    }
}

static void step(struct keeper *keeper)
{
    int more = copy_step(keeper->copy, &keeper->error);

    keeper->stepped_at = clock_monotonic_ms();
    keeper->pages = copy_pages(keeper->copy);
    keeper->pages_left = copy_pages_left(keeper->copy);
    if (more < 0)
        fail(keeper);
    else if (more == 0)
        begin_check(keeper);
}

/* Whether or not the book can take the note: the backup is there. */
static void note(struct keeper *keeper, struct desk *desk)
{
    struct error error = { 0 };

    if (copy_note(desk->db, keeper->path, keeper->actor, clock_wall_ms(), &error) != 0)
        log_warn("backup_not_noted", log_text("reason", error.text));
}

static void end_check(struct keeper *keeper, struct desk *desk)
{
    pthread_join(keeper->thread, NULL);
    if (keeper->result != 0) {
        fail(keeper);
        return;
    }
    keeper->state = STATE_DONE;
    log_info("backup_made", log_text("path", keeper->path), log_int("bytes", keeper->facts.bytes),
             log_int("messages", keeper->facts.messages));
    if (keeper->is_noted)
        note(keeper, desk);
    else
        keeper->lent = alloc_text(keeper->path);
    forget(keeper);
}

/* Is there a copy for a while that nobody has asked for lately? */
static bool is_forsaken(const struct keeper *keeper)
{
    return keeper->number != 0 && !keeper->is_noted && clock_monotonic_ms() - keeper->asked_at > KEEPER_LENT_MS;
}

void keeper_work(struct keeper *keeper, struct desk *desk, bool is_busy, bool is_short_of_disk)
{
    if (is_forsaken(keeper)) {
        break_off(keeper);
        take_back(keeper);
    }
    if (keeper->state == STATE_CHECKING && atomic_load(&keeper->has_ended)) {
        end_check(keeper, desk);
    } else if (keeper->state == STATE_COPYING && is_short_of_disk) {
        error_set(&keeper->error,
                  "the disk is nearly full, and what there was of the backup is removed: name a file on another disk");
        fail(keeper);
    } else if (keeper->state == STATE_COPYING && clock_monotonic_ms() - keeper->stepped_at >= (is_busy ? LATE_MS : APART_MS)) {
        step(keeper);
    }
}

int keeper_wait_ms(const struct keeper *keeper)
{
    return keeper->state == STATE_COPYING ? APART_MS : -1;
}

/* Commands */

static void answer_begun(const struct keeper *keeper, struct http_call *call)
{
    struct buf json = { 0 };
    struct jsonw w = { .out = &json };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "backup", keeper->number);
    jsonw_end_object(&w);
    outcome_tell_json(call, 200, &json);
    buf_release(&json);
}

static void begin(struct keeper *keeper, struct desk *desk, const struct json *arguments, struct http_call *call)
{
    const char *path = json_get_text(arguments, "path"), *actor = json_get_text(arguments, "actor");
    struct error error = { 0 };

    if (path == NULL || path[0] != '/') {
        outcome_tell_error(call, 400, "backup wants {\"path\": \"/…\", \"replace\": false, \"actor\": \"…\"}");
        return;
    }
    if (keeper->state == STATE_COPYING || keeper->state == STATE_CHECKING) {
        error_set(&error, "a backup to %s is under way: wait for its end", keeper->path);
        outcome_tell_error(call, 409, error.text);
        return;
    }
    keeper->copy = copy_begin(desk->db, path, json_get_bool(arguments, "replace", false), &error);
    if (keeper->copy == NULL) {
        outcome_tell_error(call, 409, error.text);
        return;
    }
    take_back(keeper);
    keeper->number++;
    keeper->state = STATE_COPYING;
    keeper->asked_at = clock_monotonic_ms();
    keeper->path = alloc_text(path);
    keeper->actor = alloc_text(actor != NULL ? actor : "unnamed");
    keeper->is_noted = json_get_bool(arguments, "note", true);
    keeper->pages = keeper->pages_left = keeper->stepped_at = 0;
    keeper->error = (struct error){ 0 };
    log_info("backup_begun", log_text("path", path), log_text("actor", keeper->actor));
    answer_begun(keeper, call);
}

static void tell_progress(struct keeper *keeper, struct http_call *call)
{
    static const char *const states[] = { "", "copying", "checking", "done", "failed" };
    struct buf json = { 0 };
    struct jsonw w = { .out = &json };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "backup", keeper->number);
    jsonw_text(&w, "state", states[keeper->state]);
    jsonw_int(&w, "pages", keeper->pages);
    jsonw_int(&w, "pages_left", keeper->pages_left);
    if (keeper->state == STATE_FAILED)
        jsonw_text(&w, "error", keeper->error.text);
    if (keeper->state == STATE_DONE) {
        jsonw_int(&w, "bytes", keeper->facts.bytes);
        jsonw_int(&w, "webhooks", keeper->facts.webhooks);
        jsonw_int(&w, "messages", keeper->facts.messages);
        jsonw_int(&w, "newest_at", keeper->facts.newest_at);
    }
    jsonw_end_object(&w);
    outcome_tell_json(call, 200, &json);
    buf_release(&json);
}

static void go_on(struct keeper *keeper, bool is_cancel, const struct json *arguments, struct http_call *call)
{
    if (keeper->number == 0 || json_get_int(arguments, "backup", 0) != keeper->number) {
        outcome_tell_error(call, 404, "there is no such backup; perhaps the daemon was started anew meanwhile");
        return;
    }
    keeper->asked_at = clock_monotonic_ms();
    if (is_cancel)
        break_off(keeper);
    tell_progress(keeper, call);
}

bool keeper_wants(const struct mail *mail)
{
    return mail->kind == MAIL_COMMAND && strncmp(mail->name, "backup", 6) == 0 &&
           (mail->name[6] == '\0' || strcmp(mail->name, "backup-progress") == 0 || strcmp(mail->name, "backup-cancel") == 0);
}

void keeper_take(struct keeper *keeper, struct desk *desk, struct mail *mail)
{
    struct json *arguments = NULL;
    struct error error = { 0 };

    if (json_parse(mail->body, mail->body_len, JSON_STRICT, &arguments, &error) != 0)
        outcome_tell_error(mail->call, 400, error.text);
    else if (strcmp(mail->name, "backup") == 0)
        begin(keeper, desk, arguments, mail->call);
    else
        go_on(keeper, strcmp(mail->name, "backup-cancel") == 0, arguments, mail->call);
    json_free(arguments);
    mail_free(mail);
}
