/*
 * sandbox: frontdesk-sandbox, a stand-in for Braze that is stricter than Braze, and for the AI vendors.
 *
 * It lets people try frontdesk without an account, and lets tests see what a customer received. This file
 * reads the options, opens what they name, and runs the server; the rest is in the files beside it:
 *
 *     sandbox_server, sandbox_conn, sandbox_http    sockets, one connection's life, HTTP
 *     sandbox_service                               one request from judgement to record
 *     sandbox_braze, _send, _whatsapp, _track       what Braze would say
 *     sandbox_people                                what customers received
 *     sandbox_profile, sandbox_value                what stands in their profiles
 *     sandbox_event, sandbox_calls, sandbox_ring    events; who writes into profiles, and when; logs
 *     sandbox_shop                                  a shop of the business, for flows
 *     sandbox_ai and the files named after it       AI vendors, a dialect each, and what they were asked
 *     sandbox_script, sandbox_fault                 faults on order, and their looks
 *     sandbox_control                               the questions below /_sandbox/
 *
 * The first line on stdout is "listening on HOST:PORT"; nothing else goes there. --port-file is renamed
 * into place, so that who waits for it never reads half a number. Exit: 0 after SIGTERM or SIGINT, 1
 * failed, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

#include "sandbox_server.h"
#include "sandbox_service.h"

enum { CONNECTIONS_DEFAULT = 1024, CONNECTIONS_MAX = 60000, EXIT_USAGE = 2, HELP_COLUMN = 27 };

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
    { "campaign", "ID[:response|template][:PROPERTY][:buttons=N]", add_campaign,
      "an API-triggered campaign, its layout (response), the property that holds the\n"
      "text (external_system_msg_body), and how many buttons the layout shows. May be\n"
      "repeated. Without any, every id that looks like one of Braze's (a UUID) is taken" },
    { "canvas", "ID[:response|template][:PROPERTY][:buttons=N]", add_canvas, "the same for a Canvas" },
    { "app", "ID", add_app, "an app id that /messages/send may name; may be repeated" },
    { "subscription-group", "ID", add_group, "the same for subscription groups" },
    { "deny", "PERMISSION", add_denied,
      "the key lacks this permission, as users.track: 403; may be repeated" },
    { "hour-limit", "N", set_hour_limit, "requests per clock hour before 429 (250000; 0: none)" },
    { "shop-key", "KEY", set_shop_key, "a bearer key that the shop asks for; none without it" },
    { "shop-tables", "N", set_shop_tables, "how many tables the shop has at one moment (3)" },
    { "ai-key", "KEY", set_ai_key,
      "the key that the AI vendors ask for; any is good without it. As\n"
      "ACCESS_KEY_ID:SECRET_ACCESS_KEY it is Bedrock's, and signatures are worked out" },
    { "ai-answer", "TEXT", set_ai_answer, "what the models say, whatever they are asked" },
    { "ai-delay", "MS", set_ai_delay, "how long they think (0)" },
    { "latency", "MS", set_latency, "answer that many ms late (0)" },
    { "fault", "FAULT", add_fault, "a fault to begin with, see below; may be repeated" },
    { "requests", "FILE", set_journal, "append one line of JSON per request to FILE, before it is answered" },
    { "count-only", NULL, set_count_only, "keep no texts, only counters: for load tests" },
    { "connections", "N", set_connections, "at most N connections at once (1024)" },
    { "log", "LEVEL", set_log, "debug, info, warn or error (warn); info shows every message sent" },
};

enum { OPTION_COUNT = sizeof OPTIONS / sizeof OPTIONS[0], OPTION_HELP = OPTION_COUNT };

static const char INTRODUCTION[] =
    "Usage: frontdesk-sandbox [OPTION]...\n"
    "\n"
    "A stand-in for Braze: it takes what Braze would take, refuses what Braze would refuse (and, when in\n"
    "doubt, more), and remembers what each customer received and what was written into the profiles. It\n"
    "speaks\n"
    "\n"
    "    POST /campaigns/trigger/send    POST /canvas/trigger/send    POST /messages/send\n"
    "    POST /users/track               GET  /campaigns/details\n"
    "\n"
    "A customer who is given twice in a request gets one message. Text that WhatsApp would not carry is\n"
    "accepted and not sent, and counted as dropped. Liquid ({{ or {%) in a request is counted and shouted\n"
    "about, since the true Braze would evaluate it.\n"
    "\n"
    "For flows that call services of the business it is a small shop as well:\n"
    "\n"
    "    GET  /shop/orders/ID            {\"id\",\"status\",\"item\",\"expected\"} of the orders 10001 to 10004 and\n"
    "                                    12345; 404 for all others\n"
    "    POST /shop/tables               {\"at\":\"2026-05-15 21:00\",\"people\":4} (or \"date\" and \"time\"; \"name\"\n"
    "                                    if you like) books a table: {\"free\":1,\"code\":\"R1\",...}; {\"free\":0}\n"
    "                                    when none is left then, or for more than 8 people. The same\n"
    "                                    Idempotency-Key again gets the same answer, and books nothing\n"
    "    GET  /shop/tables               what is booked\n"
    "\n"
    "For conversations that a model answers it is every AI vendor, each as strict as the true one:\n"
    "\n"
    "    openai     POST /v1/chat/completions, below any prefix; Authorization: Bearer KEY\n"
    "    azure      POST /openai/deployments/NAME/chat/completions?api-version=...; api-key: KEY\n"
    "    anthropic  POST /v1/messages; x-api-key: KEY, anthropic-version\n"
    "    gemini     POST /v1beta/models/MODEL:generateContent; x-goog-api-key: KEY\n"
    "    bedrock    POST /model/MODEL/converse; signed as AWS wants it (version 4)\n"
    "    rasa       POST /webhooks/rest/webhook {\"sender\",\"message\"}\n"
    "    http       POST /ai/http {\"question\"}; gives {\"reply\":{\"text\"},\"session\",\"usage\":{\"in\",\"out\"},\n"
    "               \"handoff\"}. With \"session\", \"history\" [] and \"facts\" {} if you like; GET takes question\n"
    "               and session in its query\n"
    "\n"
    "The answer repeats the last message and counts what came with it, unless a script says otherwise. There is\n"
    "every model but no-such-model, and none takes over 100,000 tokens (estimated).\n"
    "\n"
    "Options:\n";

static const char FAULT_HELP[] =
    "\n"
    "Faults: NAME[=NUMBER] [xTIMES] [on PATH] [for USER] [of VENDOR]\n"
    "  Each request meets the first fault in the list that fits it. A fault is used once, or xTIMES, or for\n"
    "  ever (x*); PATH is how the request's path begins; USER is somebody to whom it sends. What the shop is\n"
    "  asked meets only faults that name its path, as in hang x2 on /shop/tables; what an AI vendor is asked\n"
    "  those that name the path, the vendor or the model, as in 503 x2 of openai.\n";

static const char AI_FAULT_HELP[] =
    "\n"
    "  What AI vendors say on order meets sound requests to them and nothing else, even where it names nobody:\n";

static const char CONTROL_HELP[] =
    "\n"
    "  A bare number is a status (503 x2), and 429 alone is limit_epoch. In JSON, status also takes\n"
    "  \"headers\" and \"body\", every fault takes \"take\": were the messages delivered all the same? And tool takes\n"
    "  \"text\": what is said along with the call.\n"
    "\n"
    "Asking the sandbox (no key needed):\n"
    "  GET    /_sandbox/messages?user=ID&since=N&limit=N&wait_ms=MS\n"
    "                             {\"format\":1,\"messages\":[{\"n\",\"at\",\"user\",\"kind\",\"text\",\n"
    "                             \"campaign\",\"properties\",\"buttons\":[],\"list\":{\"button\",\"sections\":\n"
    "                             [{\"title\",\"rows\":[]}]}}],\"last\":N}; give \"last\" as the next since. With\n"
    "                             wait_ms it waits for the first one. A \"+\" in an id stays a plus.\n"
    "  GET    /_sandbox/profiles?user=ID\n"
    "                             {\"format\":1,\"profiles\":[{\"user\",\"kind\",\"attributes\":{},\"types\":{},\n"
    "                             \"subscription_groups\":{},\"updates\",\"updated_at\",\"may_create\"}]}: what was\n"
    "                             written, by Braze's rules: null removes, a text of over 255 characters is left\n"
    "                             out, one that reads like a date becomes a time, an attribute keeps its type\n"
    "  GET    /_sandbox/events?user=ID&since=N&limit=N&wait_ms=MS\n"
    "                             {\"format\":1,\"events\":[{\"n\",\"at\",\"user\",\"kind\",\"what\",\"name\",\"time\",\n"
    "                             \"properties\",\"repeated\"}],\"last\":N}: custom events and purchases\n"
    "  GET    /_sandbox/left_out?user=ID&since=N&limit=N&wait_ms=MS\n"
    "                             {\"format\":1,\"left_out\":[{\"n\",\"at\",\"user\",\"kind\",\"name\",\"why\",\"value\"}],\n"
    "                             \"last\":N}: what Braze would say success to, and not write\n"
    "  GET    /_sandbox/calls?path=PATH&since=N&limit=N&wait_ms=MS\n"
    "                             {\"format\":1,\"calls\":[{\"n\",\"at\",\"path\",\"status\",\"outcome\",\"taken\",\"objects\",\n"
    "                             \"attributes\",\"events\",\"purchases\",\"at_once\",\"users\":[]}],\"last\":N}: the requests\n"
    "                             that write into profiles, and how many to /users/track were under way\n"
    "  GET    /_sandbox/violations?user=ID&since=N&limit=N&wait_ms=MS\n"
    "                             {\"format\":1,\"violations\":[{\"n\",\"at\",\"what\",\"user\",\"kind\",\"why\"}],\"last\":N}:\n"
    "                             \"together\": two such requests that touch one profile were under way at once,\n"
    "                             and Braze may apply them in either order; \"repeated event\": the same twice\n"
    "  GET    /_sandbox/asked?vendor=NAME&since=N&limit=N&wait_ms=MS\n"
    "                             {\"format\":1,\"asked\":[{\"n\",\"at\",\"vendor\",\"path\",\"model\",\"messages\",\n"
    "                             \"system\",\"last\",\"tokens_in\",\"key_header\",\"headers\":{},\"body\",\"outcome\",\n"
    "                             \"status\",\"why\",\"said\",\"at_once\"}],\"last\":N}: what the AI vendors were asked,\n"
    "                             the newest 20000. No keys are kept, only which header brought one\n"
    "  GET    /_sandbox/report    requests, accepted, refused, limited, faults, messages, dropped,\n"
    "                             collapsed, liquid, tracked, untracked, events, repeated, left_out, violations,\n"
    "                             most_at_once (to /users/track), kept, by_status, and of the shop:\n"
    "                             requests, refused, faults, orders, booked, full, repeated; of the AI\n"
    "                             vendors: requests, refused, faults, tokens_in, tokens_out, most_at_once\n"
    "  GET    /_sandbox/script    the faults still to come\n"
    "  POST   /_sandbox/script    more of them: lines as above, or JSON\n"
    "  DELETE /_sandbox/script    no more faults\n"
    "  POST   /_sandbox/reset     forget everything; the numbering of messages goes on\n"
    "  GET    /_sandbox/healthz   200 when it is up\n"
    "\n"
    "Examples:\n"
    "  frontdesk-sandbox --log info\n"
    "  frontdesk-sandbox --campaign reply-1 --campaign reopen-1:template --fault '503 x3'\n"
    "  curl -d 'reset_after x2 on /campaigns' http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d '[{\"do\":\"status\",\"status\":400,\"user\":\"mia\",\"times\":0,\"body\":\"{}\"}]' \\\n"
    "       http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d 'say=\"We open at *nine*.\" x2 of openai' http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d 'tool=start_flow with {\"flow\":\"order\"}' http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d 'limit_retry_after=7 x3 of anthropic' http://127.0.0.1:9090/_sandbox/script\n"
    "  curl 'http://127.0.0.1:9090/_sandbox/messages?user=mia&wait_ms=5000'\n";

/* The first line goes on where the name ended, the others begin in the same column. */
static void print_help_lines(const char *text)
{
    for (size_t len = strcspn(text, "\n"); text[len] == '\n'; len = strcspn(text, "\n")) {
        printf("%.*s\n%*s", (int)len, text, HELP_COLUMN, "");
        text += len + 1;
    }
    printf("%s\n", text);
}

static void print_options(void)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *value = OPTIONS[i].value != NULL ? OPTIONS[i].value : "";
        int width = printf("  --%s %s", OPTIONS[i].name, value);
        if (width >= HELP_COLUMN)
            width = printf("\n") - 1;
        printf("%*s", HELP_COLUMN - width, "");
        print_help_lines(OPTIONS[i].help);
    }
}

static void print_faults(bool is_ai)
{
    char name[64];

    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        const struct fault_type *type = fault_type((enum fault_kind)kind);
        if (type->is_ai != is_ai)
            continue;
        if (type->text != NULL)
            snprintf(name, sizeof name, type->needs_text ? "%s=%s" : "%s[=%s]", type->name,
                     strcmp(type->text, "tool") == 0 ? "NAME" : "TEXT");
        else if (type->argument != NULL)
            snprintf(name, sizeof name, "%s[=%lld]", type->name, (long long)type->otherwise);
        else
            snprintf(name, sizeof name, "%s", type->name);
        printf("    %-22s %s\n", name, type->help);
    }
}

static void print_help(void)
{
    fputs(INTRODUCTION, stdout);
    print_options();
    fputs(FAULT_HELP, stdout);
    print_faults(false);
    fputs(AI_FAULT_HELP, stdout);
    print_faults(true);
    fputs(CONTROL_HELP, stdout);
}

static void build_table(struct option *table)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        table[i] = (struct option){ OPTIONS[i].name,
                                    OPTIONS[i].value != NULL ? required_argument : no_argument, NULL, i };
    table[OPTION_HELP] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
    table[OPTION_COUNT + 1] = (struct option){ 0 };
}

/* 0: go on; 1: the help was asked for; -1: usage. */
static int read_options(int argc, char **argv, struct options *options, struct service *service,
                        struct error *error)
{
    struct option table[OPTION_COUNT + 2];
    int chosen = 0;

    build_table(table);
    opterr = 0;
    while ((chosen = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (chosen == OPTION_HELP)
            return 1;
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
    if (asked == 1)
        print_help();
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
