/*
 * sandbox: frontdesk-sandbox, a stand-in for Braze that is stricter than Braze, and for the AI vendors.
 *
 * It lets people try frontdesk without an account, and lets tests see what a customer received. This file
 * reads the options, opens what they name, and runs the server; the rest is in the files beside it:
 *
 *     sandbox_server, sandbox_conn, sandbox_http    sockets, one connection's life, HTTP
 *     sandbox_service, sandbox_record               one request from judgement to record
 *     sandbox_braze, _send, _whatsapp, _track       what Braze would say
 *     sandbox_people                                what customers received
 *     sandbox_profile, sandbox_value                what stands in their profiles
 *     sandbox_later, sandbox_page                   what is not written yet; a profile as a text for people
 *     sandbox_event, sandbox_calls, sandbox_ring    events; who writes into profiles, and when; logs
 *     sandbox_shop                                  a shop of the business, for flows
 *     sandbox_desk                                  another desk, for hand-overs
 *     sandbox_ai and the files named after it       AI vendors, a dialect each, and what they were asked
 *     sandbox_script, sandbox_fault                 faults on order, and their looks
 *     sandbox_control                               the questions below /_sandbox/
 *     sandbox_help                                  what --help says, but for the options
 *
 * The first line on stdout is "listening on HOST:PORT"; nothing else goes there. --port-file is renamed
 * into place, so that who waits for it never reads half a number. Exit: 0 after SIGTERM or SIGINT, 1
 * failed, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/option.h"
#include "base/version.h"

#include "sandbox_help.h"
#include "sandbox_server.h"
#include "sandbox_service.h"

enum { CONNECTIONS_DEFAULT = 1024, CONNECTIONS_MAX = 60000, EXIT_USAGE = 2 };

struct options {
    const char *listen, *port_file, *journal_file;
    int connections;
    enum log_level level;
};

typedef int option_function(const char *value, struct options *options, struct service *service,
                            struct error *error);

struct option_row {
    const char *name;
    const char *value; /* its name in the help; NULL: takes none */
    option_function *set;
    const char *help; /* further lines after a line break */
};

static int set_listen(const char *value, struct options *options, struct service *service,
                      struct error *error)
{
    (void)service;
    (void)error;
    options->listen = value;
    return 0;
}

static int set_port_file(const char *value, struct options *options, struct service *service,
                         struct error *error)
{
    (void)service;
    (void)error;
    options->port_file = value;
    return 0;
}

static int set_journal(const char *value, struct options *options, struct service *service,
                       struct error *error)
{
    (void)service;
    (void)error;
    options->journal_file = value;
    return 0;
}

static int set_key(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    if (strlen(value) < 4 || strlen(value) >= ID_SIZE || strpbrk(value, " \t\r\n") != NULL)
        return error_set(error, "--api-key takes 4 to %d characters without blanks.", ID_SIZE - 1);
    snprintf(service->workspace.api_key, ID_SIZE, "%s", value);
    return 0;
}

static int add_campaign(const char *value, struct options *options, struct service *service,
                        struct error *error)
{
    (void)options;
    return campaign_list_add(&service->workspace.campaigns, value, error);
}

static int add_canvas(const char *value, struct options *options, struct service *service,
                      struct error *error)
{
    (void)options;
    return campaign_list_add(&service->workspace.canvases, value, error);
}

static int add_app(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return id_list_add(&service->workspace.apps, value, error);
}

static int add_group(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return id_list_add(&service->workspace.groups, value, error);
}

static int add_denied(const char *value, struct options *options, struct service *service,
                      struct error *error)
{
    (void)options;
    return id_list_add(&service->workspace.denied, value, error);
}

static int add_stranger(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return id_list_add(&service->workspace.strangers, value, error);
}

static int add_blocked(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return id_list_add(&service->workspace.blocked, value, error);
}

static int set_unsubscribed(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)value;
    (void)options;
    (void)error;
    service->workspace.has_unsubscribed_newcomers = true;
    return 0;
}

static int read_whole(const char *name, const char *value, int64_t least, int64_t most, int64_t *number,
                      struct error *error)
{
    char *end = NULL;

    errno = 0;
    long long read = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || read < least || read > most)
        return error_set(error, "--%s takes a whole number from %lld to %lld, not \"%s\".", name,
                         (long long)least, (long long)most, value);
    *number = read;
    return 0;
}

static int set_shop_key(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    if (strlen(value) < 4 || strlen(value) >= ID_SIZE || strpbrk(value, " \t\r\n") != NULL)
        return error_set(error, "--shop-key takes 4 to %d characters without blanks.", ID_SIZE - 1);
    snprintf(service->shop.key, ID_SIZE, "%s", value);
    return 0;
}

static int set_shop_tables(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return read_whole("shop-tables", value, 0, 1000, &service->shop.tables, error);
}

static int set_desk_secret(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return seal_read(value, &service->desk.keys, error) == 0 ? 0 : error_prefix(error, "--desk-secret");
}

static int set_ai_key(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    if (strlen(value) < 4 || strlen(value) >= AI_KEY_SIZE || strpbrk(value, " \t\r\n") != NULL)
        return error_set(error, "--ai-key takes 4 to %d characters without blanks.", AI_KEY_SIZE - 1);
    snprintf(service->ai.key, AI_KEY_SIZE, "%s", value);
    return 0;
}

static int set_ai_answer(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    (void)error;
    free(service->ai.answer);
    service->ai.answer = alloc_text(value);
    return 0;
}

static int set_ai_delay(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return read_whole("ai-delay", value, 0, 600000, &service->ai.delay_ms, error);
}

static int set_ahead(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return read_whole("ahead", value, -86400, 86400, &service->ahead_s, error);
}

static int set_latency(const char *value, struct options *options, struct service *service,
                       struct error *error)
{
    (void)options;
    return read_whole("latency", value, 0, 600000, &service->latency_ms, error);
}

static int set_hour_limit(const char *value, struct options *options, struct service *service,
                          struct error *error)
{
    (void)options;
    return read_whole("hour-limit", value, 0, 1000000000, &service->sends.limit, error);
}

static int set_track_limit(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return read_whole("track-limit", value, 0, 1000000000, &service->track.limit, error);
}

static int set_monthly_users(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)value;
    (void)options;
    (void)error;
    service->track.has_seconds = true;
    return 0;
}

static int set_seed(const char *value, struct options *options, struct service *service, struct error *error)
{
    int64_t seed = 0;

    (void)options;
    if (read_whole("seed", value, 0, INT64_MAX, &seed, error) != 0)
        return -1;
    service->script.dice = (uint64_t)seed;
    return 0;
}

static int set_connections(const char *value, struct options *options, struct service *service,
                           struct error *error)
{
    int64_t number = 0;

    (void)service;
    if (read_whole("connections", value, 1, CONNECTIONS_MAX, &number, error) != 0)
        return -1;
    options->connections = (int)number;
    return 0;
}

static int add_fault(const char *value, struct options *options, struct service *service, struct error *error)
{
    (void)options;
    return script_add_text(&service->script, value, error);
}

static int set_count_only(const char *value, struct options *options, struct service *service,
                          struct error *error)
{
    (void)value;
    (void)options;
    (void)error;
    service->people.is_count_only = true;
    return 0;
}

static int set_log(const char *value, struct options *options, struct service *service, struct error *error)
{
    int level = log_level_parse(value);

    (void)service;
    if (level < 0)
        return error_set(error, "--log takes debug, info, warn or error, not \"%s\".", value);
    options->level = (enum log_level)level;
    return 0;
}

static const struct option_row OPTIONS[] = {
    { "listen", "HOST:PORT", set_listen, "where to listen (127.0.0.1:9090); port 0 takes a free one" },
    { "port-file", "FILE", set_port_file, "write the port into FILE once it is open" },
    { "api-key", "KEY", set_key, "the workspace's REST key (sandbox-key-123456)" },
    { "campaign", "ID[:response|template][:PROPERTY][:buttons=N][:group=ID]", add_campaign,
      "an API-triggered campaign, its layout (response), the property that holds the text "
      "(external_system_msg_body), how many buttons the layout shows, and the subscription group whose "
      "number it sends from (the one that there is). May be repeated. Without any, every id that looks "
      "like one of Braze's (a UUID) is taken" },
    { "canvas", "ID[:response|template][:PROPERTY][:buttons=N][:group=ID]", add_canvas,
      "the same for a Canvas" },
    { "app", "ID", add_app, "an app id that /messages/send may name; may be repeated" },
    { "subscription-group", "ID", add_group,
      "the same for subscription groups. Everybody is subscribed until he unsubscribes" },
    { "newcomers-unsubscribed", NULL, set_unsubscribed,
      "whoever is known by an alias is not subscribed at first, as with Braze, and gets nothing until he is" },
    { "stranger", "ID", add_stranger,
      "an external id of which there is no profile; of all others there is one. May be repeated" },
    { "blocklist", "NAME", add_blocked,
      "an attribute of which Braze stores nothing, and says success; may be repeated" },
    { "deny", "PERMISSION", add_denied,
      "the key lacks this permission, as users.track: 403; may be repeated" },
    { "hour-limit", "N", set_hour_limit, "requests per clock hour before 429 (250000; 0: none)" },
    { "track-limit", "N", set_track_limit,
      "requests to /users/track per 3 seconds before 429 (3000; 0: none)" },
    { "monthly-users", NULL, set_monthly_users,
      "a contract by monthly users: /users/track tells of its limit as seconds left, and a 429 by "
      "X-Ratelimit-Retry-After alone" },
    { "shop-key", "KEY", set_shop_key, "a bearer key that the shop asks for; none without it" },
    { "shop-tables", "N", set_shop_tables, "how many tables the shop has at one moment (3)" },
    { "desk-secret", "SECRET", set_desk_secret,
      "the secret (whsec_ and base64) by which another desk looks at signatures; without it every one "
      "is good. Several with commas: any of them" },
    { "ai-key", "KEY", set_ai_key,
      "the key that the AI vendors ask for; any is good without it. As ACCESS_KEY_ID:SECRET_ACCESS_KEY "
      "it is Bedrock's, and signatures are worked out" },
    { "ai-answer", "TEXT", set_ai_answer, "what the models say, whatever they are asked" },
    { "ai-delay", "MS", set_ai_delay, "how long they think (0)" },
    { "ahead", "S", set_ahead, "the Date of answers is that many seconds off (0)" },
    { "latency", "MS", set_latency, "answer that many ms late (0)" },
    { "fault", "FAULT", add_fault, "a fault to begin with, see below; may be repeated" },
    { "seed", "N", set_seed, "the seed of the faults that come by chance (0)" },
    { "requests", "FILE", set_journal, "append one line of JSON per request to FILE, before it is answered" },
    { "count-only", NULL, set_count_only, "keep no texts, only counters: for load tests" },
    { "connections", "N", set_connections, "at most N connections at once (1024)" },
    { "log", "LEVEL", set_log, "debug, info, warn or error (warn); info shows every message sent" },
};

enum { OPTION_COUNT = sizeof OPTIONS / sizeof OPTIONS[0], OPTION_HELP = OPTION_COUNT, OPTION_VERSION };

static void print_options(void)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        int width = printf("  --%s%s%s", OPTIONS[i].name, OPTIONS[i].value != NULL ? " " : "",
                           OPTIONS[i].value != NULL ? OPTIONS[i].value : "");
        if (width >= HELP_COLUMN)
            width = printf("\n") - 1;
        printf("%*s", HELP_COLUMN - width, "");
        help_print_explanation(OPTIONS[i].help);
    }
}

static void print_help(void)
{
    help_print_introduction();
    print_options();
    help_print_rest();
}

static void build_table(struct option *table)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        table[i] = (struct option){ OPTIONS[i].name,
                                    OPTIONS[i].value != NULL ? required_argument : no_argument, NULL, i };
    table[OPTION_HELP] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
    table[OPTION_VERSION] = (struct option){ "version", no_argument, NULL, OPTION_VERSION };
    table[OPTION_VERSION + 1] = (struct option){ 0 };
}

/* 0: go on; 1: help or version was asked for, and is printed; -1: usage. */
static int read_options(int argc, char **argv, struct options *options, struct service *service,
                        struct error *error)
{
    struct option table[OPTION_VERSION + 2];
    const char *typed = NULL;
    int chosen = 0;

    build_table(table);
    opterr = 0;
    while ((chosen = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        if (chosen >= 0 && chosen <= OPTION_VERSION && !option_is_whole(argv, &table[chosen], &typed))
            return error_set(error, "There is no option %s; did you mean --%s?", typed, table[chosen].name);
        if (chosen == OPTION_HELP || chosen == 'h') {
            print_help();
            return 1;
        }
        if (chosen == OPTION_VERSION) {
            puts("frontdesk-sandbox " FRONTDESK_VERSION);
            return 1;
        }
        if (chosen == ':')
            return error_set(error, "%s needs a value.", argv[optind - 1]);
        if (chosen == '?')
            return error_set(error, "There is no option %s.", argv[optind - 1]);
        if (OPTIONS[chosen].set(optarg, options, service, error) != 0)
            return -1;
    }
    return optind < argc ? error_set(error, "\"%s\" is not understood: only options are taken.", argv[optind])
                         : 0;
}

static int write_port(const char *path, int port, struct error *error)
{
    struct buf temporary = { 0 };

    buf_addf(&temporary, "%s.new", path);
    FILE *file = fopen(buf_text(&temporary), "we");
    bool is_written = file != NULL && fprintf(file, "%d\n", port) > 0;
    is_written = file != NULL && fclose(file) == 0 && is_written;
    is_written = is_written && rename(buf_text(&temporary), path) == 0;
    int reason = errno;
    buf_release(&temporary);
    return is_written
               ? 0
               : error_set(error, "The port file \"%s\" cannot be written: %s.", path, strerror(reason));
}

static int open_journal(const char *path, struct service *service, struct error *error)
{
    if (path == NULL)
        return 0;
    service->journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (service->journal < 0)
        return error_set(error, "The file for requests, \"%s\", cannot be opened: %s.", path,
                         strerror(errno));
    return 0;
}

static void wake_server(void *server)
{
    server_wake(server);
}

static int run(const struct options *options, struct service *service, struct error *error)
{
    if (open_journal(options->journal_file, service, error) != 0)
        return -1;
    struct server *server = server_open(options->listen, options->connections, service_handle,
                                        service_ended, service, error);
    if (server == NULL)
        return -1;
    service->wake = wake_server;
    service->waker = server;
    printf("listening on %s\n", server_address(server));
    fflush(stdout);
    int outcome = options->port_file != NULL ? write_port(options->port_file, server_port(server), error) : 0;
    if (outcome == 0)
        outcome = server_run(server, error);
    server_close(server);
    return outcome;
}

static void say_goodbye(const struct service *service)
{
    log_info("ended", log_int("requests", service->counters.requests),
             log_int("messages", service->counters.messages), log_int("refused", service->counters.refused),
             log_int("liquid", service->counters.liquid));
}

int main(int argc, char **argv)
{
    struct options options = { .listen = "127.0.0.1:9090",
                               .connections = CONNECTIONS_DEFAULT,
                               .level = LEVEL_WARN };
    struct service service;
    struct error error = { 0 };

    service_init(&service, clock_wall_ms());
    set_key("sandbox-key-123456", &options, &service, NULL);
    int asked = read_options(argc, argv, &options, &service, &error);
    int code = asked < 0 ? EXIT_USAGE : 0;
    if (asked == 0) {
        log_open(options.level, STDERR_FILENO);
        log_hide(service.workspace.api_key);
        log_hide(service.shop.key);
        log_hide(service.ai.key);
        code = run(&options, &service, &error) == 0 ? 0 : 1;
        say_goodbye(&service);
    }
    if (code != 0)
        fprintf(stderr, "frontdesk-sandbox: %s\n", error.text);
    if (code == EXIT_USAGE)
        fputs("Try --help.\n", stderr);
    if (service.journal >= 0)
        close(service.journal);
    service_release(&service);
    return code;
}
