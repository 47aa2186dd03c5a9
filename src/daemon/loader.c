/*
 * loader: see the header.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/http.h"
#include "daemon/loader.h"
#include "desk/proof.h"
#include "desk/rollback.h"
#include "store/db.h"

struct loader {
    struct mailbox *mailbox;
    const struct zones *zones;
    const char *db_path, *folder;
    pthread_mutex_t mutex; /* guards `running` and `is_folder_waiting` */
    pthread_cond_t idle;
    int running;
    bool is_folder_waiting; /* a load of the folder that has not begun to read it: one is enough */
    pthread_mutex_t one;    /* held while a load is worked on */
};

struct load {
    struct loader *loader;
    struct rulefiles *files;
    int64_t rollback; /* to this ruleset; 0: it is none */
    char *actor;
    struct http_call *call;
    bool is_folder;
};

struct loader *loader_new(struct mailbox *mailbox, const struct zones *zones, const char *db_path,
                          const char *folder)
{
    struct loader *loader = alloc_new(sizeof *loader);

    loader->mailbox = mailbox;
    loader->zones = zones;
    loader->db_path = db_path;
    loader->folder = folder;
    pthread_mutex_init(&loader->mutex, NULL);
    pthread_cond_init(&loader->idle, NULL);
    pthread_mutex_init(&loader->one, NULL);
    return loader;
}

void loader_free(struct loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    while (loader->running > 0)
        pthread_cond_wait(&loader->idle, &loader->mutex);
    pthread_mutex_unlock(&loader->mutex);
    pthread_mutex_destroy(&loader->mutex);
    pthread_cond_destroy(&loader->idle);
    pthread_mutex_destroy(&loader->one);
    free(loader);
}

static void tell_failure(const struct load *load, int status, const char *sentence)
{
    struct buf json = { 0 };
    struct jsonw w = { .out = &json };

    log_error("ruleset_refused", log_text("actor", load->actor), log_text("reason", sentence),
              log_text("meaning", "the ruleset in force stays"));
    if (load->call == NULL)
        return;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "error", sentence);
    jsonw_end_object(&w);
    http_settle(load->call, status, "application/json", buf_text(&json), json.len, status == 503 ? 5 : 0);
    buf_release(&json);
}

/* A folder that nobody waited for was refused: the book remembers, for `frontdesk status`. */
static void hand_refusal_over(const struct load *load, const char *sentence)
{
    struct mail *mail;

    if (load->call != NULL || !mailbox_reserve(load->loader->mailbox, 0))
        return;
    mail = mail_new(MAIL_RULESET);
    mail->is_folder = true;
    mail->body = alloc_text(sentence);
    mailbox_put(load->loader->mailbox, mail, 0);
}

/* Files that came from elsewhere may be those of the folder all the same: then the folder counts as tried. */
static bool is_of_folder(const struct load *load)
{
    const char *folder = load->loader->folder;

    return load->is_folder || (folder != NULL && rulefiles_are_in(load->files, folder) == 1);
}

static void hand_over(struct load *load, struct ruleset *rules)
{
    struct mail *mail = mail_new(MAIL_RULESET);

    mail->ruleset = rules;
    mail->files = load->files;
    mail->name = alloc_text(load->actor);
    mail->call = load->call;
    mail->folder = alloc_text(load->loader->folder);
    mail->is_folder = is_of_folder(load);
    mail->rollback = load->rollback;
    load->files = NULL;
    if (mailbox_reserve(load->loader->mailbox, 0)) {
        mailbox_put(load->loader->mailbox, mail, 0);
        return;
    }
    tell_failure(load, 503, "the daemon is busy or stopping; try again");
    mail_free(mail);
}

static int read_rollback(const struct load *load, struct error *error)
{
    struct db *db = db_open(load->loader->db_path, DB_READER, error);
    int status = db != NULL ? rollback_read(db, load->rollback, load->files, error) : 503;

    db_close(db);
    return status;
}

/* The files, where they were not sent along: an HTTP status. */
static int read_files(struct load *load, struct error *error)
{
    if (load->files != NULL)
        return 200;
    load->files = alloc_new(sizeof *load->files);
    if (load->rollback != 0)
        return read_rollback(load, error);
    return rulefiles_read(load->loader->folder, load->files, error) == 0 ? 200 : 400;
}

static void work(struct load *load)
{
    struct error error = { 0 };
    struct ruleset *rules = NULL;
    int status = read_files(load, &error);

    if (status == 200) {
        rules = proof_build(load->files, load->loader->zones, &error);
        if (rules != NULL) {
            hand_over(load, rules);
            return;
        }
        status = 400;
        if (load->rollback != 0)
            error_prefix(&error, "ruleset %lld cannot come back", (long long)load->rollback);
    }
    tell_failure(load, status, error.text);
    hand_refusal_over(load, error.text);
}

static void load_free(struct load *load)
{
    if (load->files != NULL)
        rulefiles_release(load->files);
    free(load->files);
    free(load->actor);
    free(load);
}

/* Nobody waits for its outcome, so one that is still to come does for all. */
static bool is_nobodys_folder(const struct load *load)
{
    return load->is_folder && load->call == NULL;
}

static bool enter(const struct load *load)
{
    struct loader *loader = load->loader;
    bool is_needed;

    pthread_mutex_lock(&loader->mutex);
    is_needed = !is_nobodys_folder(load) || !loader->is_folder_waiting;
    if (is_needed) {
        loader->running++;
        loader->is_folder_waiting |= is_nobodys_folder(load);
    }
    pthread_mutex_unlock(&loader->mutex);
    return is_needed;
}

static void wait_no_longer(const struct load *load)
{
    if (!is_nobodys_folder(load))
        return;
    pthread_mutex_lock(&load->loader->mutex);
    load->loader->is_folder_waiting = false;
    pthread_mutex_unlock(&load->loader->mutex);
}

static void leave(struct loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    if (--loader->running == 0)
        pthread_cond_broadcast(&loader->idle);
    pthread_mutex_unlock(&loader->mutex);
}

static void *run(void *context)
{
    struct load *load = context;
    struct loader *loader = load->loader;

    pthread_mutex_lock(&loader->one);
    wait_no_longer(load);
    work(load);
    pthread_mutex_unlock(&loader->one);
    load_free(load);
    leave(loader);
    return NULL;
}

static void start(struct loader *loader, struct load *load)
{
    pthread_t thread;

    if (!enter(load)) {
        load_free(load);
        return;
    }
    if (pthread_create(&thread, NULL, run, load) == 0) {
        pthread_detach(thread);
        return;
    }
    tell_failure(load, 503, "no thread for loading rules can be had now; try again");
    wait_no_longer(load);
    load_free(load);
    leave(loader);
}

void loader_start(struct loader *loader, struct rulefiles *files, const char *actor, struct http_call *call)
{
    struct load *load = alloc_new(sizeof *load);

    *load = (struct load){ .loader = loader,
                           .files = files,
                           .actor = alloc_text(actor),
                           .call = call,
                           .is_folder = files == NULL };
    start(loader, load);
}

void loader_start_rollback(struct loader *loader, int64_t number, const char *actor, struct http_call *call)
{
    struct load *load = alloc_new(sizeof *load);

    *load = (struct load){ .loader = loader, .rollback = number, .actor = alloc_text(actor), .call = call };
    start(loader, load);
}
