/*
 * frontdeskd: puts the parts together, waits for signals, takes them apart again.
 *
 * Start: configuration, the book (lock, migration, recovery, stored ruleset), the rule folder, engine thread,
 * listeners. The addresses are bound last, when webhooks can be stored. SIGHUP loads the folder; SIGTERM and
 * SIGINT stop: listeners drain while the engine still answers, then the engine ends what is under way, then
 * the book is closed.
 *
 * Exit: 0 stopped; 1 the environment is broken (the sentence says how to mend it); 2 usage; 74 the book was
 * lost while running, to be started again by a supervisor.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/version.h"
#include "base/zone.h"
#include "daemon/admin.h"
#include "daemon/config.h"
#include "daemon/config_help.h"
#include "daemon/engine.h"
#include "daemon/fetch.h"
#include "daemon/http.h"
#include "daemon/loader.h"
#include "daemon/notify.h"
#include "daemon/public.h"
#include "daemon/status.h"
#include "desk/proof.h"
#include "store/lock.h"

/* What is taken is answered in any case; this is for requests that are still on their way. */
enum {
    DRAIN_MS = 1500,
    DESCRIPTORS_WANTED = 8192,
    LOOK_EVERY_S = 1,
};

struct daemon {
    struct config config;
    struct zones *zones;
    struct status *status;
    struct engine_config engine_config;
    struct engine *engine;
    struct loader *loader;
    struct public_context public;
    struct public_context numbers; /* of FRONTDESK_METRICS: the public address tells none */
    struct admin_context admin;
    struct buf book; /* its identity */
    struct http_server *public_server, *admin_server, *metrics_server;
    struct http_server *former_server; /* of the admin socket that was deleted last; NULL: none, or nobody waits there */
    bool is_socket_lost;               /* … and no other can be made */
    pthread_t engine_thread;
    atomic_int exit_code; /* by the engine's thread; not 0: it has ended, and the book is lost */
};

/* Start */

/* Descriptors 0-2 must be open before SQLite opens its files: a stray write to one of them must not hit the
 * book. */
static void open_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

/* A core would hold the keys. The leak check of a sanitized build has to look into the process, though. */
static void forbid_dumps(void)
{
#ifndef __SANITIZE_ADDRESS__
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is a full disk, not an end */
    signal(SIGUSR1, SIG_IGN); /* with these many a tool asks for new log files or for figures: no end either */
    signal(SIGUSR2, SIG_IGN);
}

static int install_folder(struct desk *desk, const struct rulefiles *files, struct error *error)
{
    struct ruleset *rules = proof_build(files, desk->zones, error);
    int64_t now = clock_wall_ms();

    if (rules == NULL)
        return -1;
    if (desk_begin(desk, error) == 0 && desk_install(desk, rules, files, "start", now, error) == 0 &&
        desk_note_folder(desk, files, error) == 0 && desk_commit(desk, error) == 0) {
        log_info("ruleset_loaded", log_int("ruleset", rules->number),
                 log_int("rules", (int64_t)rules->rule_count), log_text("actor", "start"));
        return desk_adopt(desk, rules, error);
    }
    desk_rollback(desk);
    ruleset_free(rules);
    return -1;
}

static void keep_refusal(struct desk *desk, const char *sentence)
{
    struct error ignored = { 0 };

    if (desk_begin(desk, &ignored) != 0 || desk_note_refusal(desk, sentence, &ignored) != 0 ||
        desk_commit(desk, &ignored) != 0)
        desk_rollback(desk);
}

/* A bad folder leaves the stored ruleset in force; on a book without one there is nothing to run by. */
static int load_folder(struct desk *desk, const char *folder, struct error *error)
{
    struct rulefiles files = { 0 };
    int result = rulefiles_read(folder, &files, error);

    if (result == 0)
        result = desk_folder_is_news(desk, &files, error);
    if (result == 1)
        result = install_folder(desk, &files, error);
    rulefiles_release(&files);
    if (result == 0 || desk->rules->number == 0)
        return result;
    keep_refusal(desk, error->text);
    log_error("ruleset_refused", log_text("actor", "start"), log_text("reason", error->text),
              log_int("ruleset", desk->rules->number),
              log_text("meaning", "the stored ruleset stays in force"));
    *error = (struct error){ 0 }; /* it is told; what stands here at the end is why the daemon ended */
    return 0;
}

/* Has the folder been mended since? Then its rules take the place of stored ones that this version cannot use. */
static bool replace_refused(struct desk *desk, const struct config *config, const struct zones *zones)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    bool is_replaced;

    if (config->rules == NULL || !desk->is_refused || !desk_open_refused(desk, config->db, config->desk, zones, clock_wall_ms()))
        return false;
    is_replaced = rulefiles_read(config->rules, &files, &error) == 0 && desk_folder_is_news(desk, &files, &error) == 1 &&
                  install_folder(desk, &files, &error) == 0;
    if (error.text[0] != '\0')
        log_error("ruleset_refused", log_text("actor", "start"), log_text("reason", error.text));
    rulefiles_release(&files);
    desk_release(desk);
    return is_replaced;
}

static bool is_held_by_daemon(const char *path)
{
    char name[LOCK_NAME_SIZE];
    int holder = lock_holder(path);

    lock_holder_name(holder, name);
    return holder != 0 && strcmp(name, "frontdeskd") == 0;
}

/* A command has the book for a moment only, and others may wait for it as we do; another daemon keeps it. */
static int open_when_free(const struct config *config, struct desk *desk, const struct zones *zones, struct error *error)
{
    int64_t until = clock_monotonic_ms() + LOCK_WAIT_MS;
    int result;

    for (bool is_told = false;; is_told = true) {
        result = desk_open(desk, config->db, config->desk, zones, clock_wall_ms(), error);
        if (result == 0 || !desk->is_held || is_held_by_daemon(config->db) || clock_monotonic_ms() >= until)
            return result;
        if (!is_told)
            log_info("waiting_for_book", log_text("reason", error->text));
        poll(NULL, 0, LOCK_LOOK_MS);
    }
}

static int open_desk(struct daemon *daemon, struct desk *desk, struct error *error)
{
    const struct config *config = &daemon->config;

    daemon->zones = zones_open(NULL);
    if (open_when_free(config, desk, daemon->zones, error) != 0 &&
        (!replace_refused(desk, config, daemon->zones) ||
         desk_open(desk, config->db, config->desk, daemon->zones, clock_wall_ms(), error) != 0))
        return -1;
    if (config->rules != NULL && load_folder(desk, config->rules, error) != 0) {
        desk_close(desk);
        return -1;
    }
    if (desk->rules->number == 0)
        log_warn(
            "no_rules",
            log_text(
                "meaning",
                "every message stays unanswered until rules are loaded: set FRONTDESK_RULES, or frontdesk rules load DIR"));
    return 0;
}

static bool is_ready(void *context, struct buf *why)
{
    struct status_facts facts;

    status_get(context, &facts);
    if (!facts.is_ready)
        buf_add_text(why, facts.why);
    return facts.is_ready;
}

static void add_metrics(void *context, struct buf *out)
{
    struct status_facts facts;

    status_get(context, &facts);
    status_format_metrics(&facts, clock_wall_ms(), out);
}

static void *run_engine(void *context)
{
    struct daemon *daemon = context;

    pthread_setname_np(pthread_self(), "engine"); /* for top -H, and for tests that ask what it waited for */
    atomic_store(&daemon->exit_code, engine_run(daemon->engine));
    if (atomic_load(&daemon->exit_code) != 0)
        kill(getpid(), SIGTERM); /* wakes the main thread */
    return NULL;
}

static int start_engine(struct daemon *daemon, const struct desk *desk, struct error *error)
{
    const struct config *config = &daemon->config;
    int reason;

    daemon->engine_config = (struct engine_config){
        .db_path = config->db,
        .listen = config->listen,
        .braze_url = config->braze_url,
        .braze_key = config->braze_key,
        .braze_timeout_ms = config->braze_timeout_ms,
    };
    daemon->status = status_new();
    daemon->public.reads_from = desk->careful_until;
    daemon->engine = engine_new(&daemon->engine_config, desk, daemon->status);
    daemon->loader = loader_new(engine_mailbox(daemon->engine), daemon->zones, config->db, config->rules);
    reason = pthread_create(&daemon->engine_thread, NULL, run_engine, daemon);
    return reason == 0 ? 0 : error_set(error, "no thread can be started: %s", strerror(reason));
}

static struct http_server *start_admin(struct daemon *daemon, struct error *error)
{
    struct http_config admin = { .unix_path = daemon->config.admin,
                                 .routes = admin_routes(),
                                 .context = &daemon->admin,
                                 .park_ms = 90 * 1000 };

    return http_start(&admin, error);
}

static int start_listeners(struct daemon *daemon, struct error *error)
{
    const struct config *config = &daemon->config;
    struct http_config public = { .address = config->listen,
                                  .routes = public_routes(),
                                  .lost = public_note_lost,
                                  .context = &daemon->public };
    struct http_config metrics = { .address = config->metrics,
                                   .routes = public_metrics_routes(),
                                   .context = &daemon->numbers };

    daemon->admin.mailbox = engine_mailbox(daemon->engine);
    daemon->admin.loader = daemon->loader;
    daemon->admin.status = daemon->status;
    disk_format_identity(config->db, &daemon->book);
    daemon->admin.book = buf_text(&daemon->book);
    daemon->admin.rules_folder = config->rules;
    daemon->public.tokens = (const char *const *)config->tokens.list;
    daemon->public.token_count = config->tokens.count;
    daemon->public.agent_tokens = (const char *const *)config->agent_tokens.list;
    daemon->public.agent_token_count = config->agent_tokens.count;
    daemon->public.mailbox = engine_mailbox(daemon->engine);
    daemon->public.ready = is_ready;
    daemon->public.ready_context = daemon->status;
    daemon->numbers.metrics = add_metrics;
    daemon->numbers.metrics_context = daemon->status;
    status_watch(daemon->status, &daemon->public.door);
    daemon->admin_server = start_admin(daemon, error);
    if (daemon->admin_server == NULL)
        return error_prefix(error, "FRONTDESK_ADMIN");
    daemon->public_server = http_start(&public, error);
    if (daemon->public_server == NULL)
        return error_prefix(error, "FRONTDESK_LISTEN");
    status_watch_server(daemon->status, daemon->public_server, config->listen);
    if (config->metrics == NULL)
        return 0;
    daemon->metrics_server = http_start(&metrics, error);
    return daemon->metrics_server != NULL ? 0 : error_prefix(error, "FRONTDESK_METRICS");
}

/* Run and stop */

static void reload(struct daemon *daemon)
{
    if (daemon->config.rules == NULL)
        log_warn("reload_ignored", log_text("reason", "there is no folder of rules: set FRONTDESK_RULES"));
    else
        loader_start(daemon->loader, NULL, "SIGHUP", NULL);
}

/* Whoever still waits at a socket that was deleted is answered there; the one before that is waited for no longer. */
static void replace_admin(struct daemon *daemon, struct http_server *server)
{
    http_stop(daemon->former_server);
    daemon->former_server = daemon->admin_server;
    daemon->admin_server = server;
}

/* Somebody, such as a cleaner of /tmp, may delete the file of the admin socket: then nobody reaches us. */
static void look_at_socket(struct daemon *daemon)
{
    const char *path = daemon->config.admin;
    struct error error = { 0 };
    struct http_stats stats;
    struct http_server *server;
    struct stat file;

    if (daemon->former_server != NULL) {
        http_stats(daemon->former_server, &stats);
        if (stats.open_connections == 0) {
            http_stop(daemon->former_server);
            daemon->former_server = NULL;
        }
    }
    if (lstat(path, &file) == 0 || errno != ENOENT)
        return;
    server = start_admin(daemon, &error);
    if (server != NULL) {
        replace_admin(daemon, server);
        log_warn("admin_socket_made_again", log_text("path", path), log_text("reason", "its file was deleted"));
    } else if (!daemon->is_socket_lost) {
        log_error("admin_socket_lost", log_text("path", path), log_text("reason", error.text));
    }
    daemon->is_socket_lost = server == NULL;
}

static void wait_for_end(struct daemon *daemon, const sigset_t *signals)
{
    static const struct timespec LOOK = { .tv_sec = LOOK_EVERY_S };
    int number;

    do {
        number = sigtimedwait(signals, NULL, &LOOK);
        if (number < 0 && errno != EAGAIN && errno != EINTR)
            abort();
        if (number < 0)
            look_at_socket(daemon);
        else if (number == SIGHUP)
            reload(daemon);
    } while (number < 0 || number == SIGHUP);
    log_info("stopping", log_int("signal", number));
}

static void stop(struct daemon *daemon)
{
    notify_manager("STOPPING=1");
    if (daemon->public_server != NULL && atomic_load(&daemon->exit_code) == 0)
        http_drain(daemon->public_server, DRAIN_MS);
    engine_stop(daemon->engine);
    pthread_join(daemon->engine_thread, NULL);
    status_watch_server(daemon->status, NULL, NULL);
    http_stop(daemon->public_server);
    http_stop(daemon->metrics_server);
    http_stop(daemon->former_server);
    http_stop(daemon->admin_server);
    loader_free(daemon->loader);
    engine_free(daemon->engine);
    status_free(daemon->status);
}

static void hide_secrets(const struct config *config)
{
    for (size_t i = 0; i < config->tokens.count; i++)
        log_hide(config->tokens.list[i]);
    for (size_t i = 0; i < config->agent_tokens.count; i++)
        log_hide(config->agent_tokens.list[i]);
    log_hide(config->braze_key);
}

static int run(struct daemon *daemon, const sigset_t *signals, struct error *error)
{
    struct desk desk;

    if (open_desk(daemon, &desk, error) != 0 || start_engine(daemon, &desk, error) != 0)
        return 1;
    if (start_listeners(daemon, error) != 0) {
        stop(daemon);
        return 1;
    }
    log_info("ready", log_text("version", FRONTDESK_VERSION), log_text("listen", daemon->config.listen),
             log_int("port", http_port(daemon->public_server)), log_text("db", daemon->config.db),
             log_text("admin", daemon->config.admin), log_text("braze", daemon->config.braze_url));
    notify_manager("READY=1");
    wait_for_end(daemon, signals);
    stop(daemon);
    if (daemon->exit_code == 0)
        log_info("stopped");
    return daemon->exit_code;
}

/* Backends that are slow hold a descriptor each for as long; the usual soft limit knows nothing of that. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void show_help(void)
{
    struct buf text = { 0 };

    config_format_help(&text);
    fputs(buf_text(&text), stdout);
    buf_release(&text);
}

static int start(struct daemon *daemon, int argc, char **argv, struct error *error)
{
    enum config_wish wish;
    sigset_t signals;
    int is_usage, code;

    if (config_read(argc, argv, &daemon->config, &wish, &is_usage, error) != 0)
        return is_usage ? 2 : 1;
    if (wish == CONFIG_SHOW_HELP) {
        show_help();
        return 0;
    }
    if (wish == CONFIG_SHOW_VERSION) {
        puts("frontdeskd " FRONTDESK_VERSION);
        return 0;
    }
    log_open(daemon->config.level, 2);
    config_tell_unknown();
    hide_secrets(&daemon->config);
    forbid_dumps();
    raise_descriptor_limit();
    block_signals(&signals);
    if (fetch_global_start(error) != 0)
        return 1;
    code = run(daemon, &signals, error);
    fetch_global_stop();
    return code;
}

int main(int argc, char **argv)
{
    struct daemon *daemon = alloc_new(sizeof *daemon);
    struct error error = { 0 };
    int code;

    open_standard_descriptors();
    umask(077);
    code = start(daemon, argc, argv, &error);
    if (error.text[0] != '\0')
        fprintf(stderr, "frontdeskd: %s\n", error.text);
    zones_close(daemon->zones);
    buf_release(&daemon->book);
    config_release(&daemon->config);
    free(daemon);
    return code;
}
