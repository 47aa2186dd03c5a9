/*
 * load: frontdesk-load, a load generator for webhooks. Not installed.
 *
 *     frontdesk-load --token T --connections 64 --seconds 10 http://127.0.0.1:8080/v1/inbound/whatsapp
 *
 * It posts webhooks as Braze would, each a new message with its own dispatch id from one of --users
 * customers, over connections that stay open, and prints one JSON object:
 *
 *     {"format":1,"messages":N,"acked":N,"given_up":N,"retried":N,"seconds":S,"acks_per_s":R,"p50_ms":…,
 *      "p99_ms":…,"max_ms":…,"statuses":{"202":N},"connect_failed":N,"reset":N,"timed_out":N,"garbled":N}
 *
 * --acks FILE gets one line for every acknowledged message, tab separated: dispatch id, user, status, unix
 * milliseconds, microseconds taken. A checker reads it and asks whether each of them has had its effect.
 * A server to compare with, that only answers 202, is simply another URL.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"

#include "load_client.h"

enum { TEXTS_MAX = 100, EXIT_USAGE = 2, ACKS_BUFFER = 1 << 20 };

static volatile sig_atomic_t stop_asked;

static const char *const DEFAULT_TEXTS[] = {
    "Are you open today?",       "where is Order #12345",   "I want a refund please", "hello",
    "영업시간이 어떻게 되나요?", "Can I talk to a person?", "do you have rye bread",  "thank you!",
};

static const char HELP[] =
    "Usage: frontdesk-load [OPTION]... URL\n"
    "\n"
    "Posts webhooks to URL (http://ADDRESS:PORT/PATH) and prints what came of it as JSON.\n"
    "\n"
    "  --token T         bearer token\n"
    "  --connections N   connections, each with one request at a time (64)\n"
    "  --count N         stop after N messages\n"
    "  --seconds S       stop after S seconds (10, unless --count is given)\n"
    "  --rate R          messages per second (as fast as they are answered); times then count\n"
    "                    from the timetable, so a stall is charged for what queued behind it\n"
    "  --users U         customers (1000)\n"
    "  --user NAME       beginning of their external ids (load-user-)\n"
    "  --text T          a customer's text; may be repeated (a small list)\n"
    "  --prefix P        beginning of the dispatch ids (one that is new in every run)\n"
    "  --retry           try 408, 429, 5xx and broken connections again, after Retry-After or 1 s\n"
    "  --tries N         with --retry: tries per message (30)\n"
    "  --timeout MS      patience with one request (30000)\n"
    "  --acks FILE       one line per acknowledged message: id, user, status, at (ms), took (us)\n";

enum {
    OPTION_TOKEN = 1,
    OPTION_CONNECTIONS,
    OPTION_COUNT,
    OPTION_SECONDS,
    OPTION_RATE,
    OPTION_USERS,
    OPTION_USER,
    OPTION_TEXT,
    OPTION_PREFIX,
    OPTION_RETRY,
    OPTION_TRIES,
    OPTION_TIMEOUT,
    OPTION_ACKS,
    OPTION_HELP,
};

struct request { /* what the command line asks for */
    struct load_plan plan;
    const char *texts[TEXTS_MAX];
    const char *url, *acks;
    char host[256], prefix[64];
    int64_t connections, tries;
    bool has_retry, wants_help;
};

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

static int read_number(const char *name, const char *text, int64_t least, int64_t most, int64_t *number,
                       struct error *error)
{
    char *end = NULL;

    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < least || value > most)
        return error_set(error, "--%s takes a whole number from %lld to %lld.", name, (long long)least,
                         (long long)most);
    *number = value;
    return 0;
}

static int set_number(int option, const char *text, struct request *request, struct error *error)
{
    const struct {
        int option;
        const char *name;
        int64_t least, most;
        int64_t *target;
    } NUMBERS[] = {
        { OPTION_CONNECTIONS, "connections", 1, 50000, &request->connections },
        { OPTION_COUNT, "count", 1, 1000000000, &request->plan.count },
        { OPTION_SECONDS, "seconds", 1, 86400, &request->plan.seconds },
        { OPTION_RATE, "rate", 1, 1000000, &request->plan.rate },
        { OPTION_USERS, "users", 1, 10000000, &request->plan.users },
        { OPTION_TRIES, "tries", 1, 1000000, &request->tries },
        { OPTION_TIMEOUT, "timeout", 1, 3600000, &request->plan.timeout_ms },
    };

    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++)
        if (NUMBERS[i].option == option)
            return read_number(NUMBERS[i].name, text, NUMBERS[i].least, NUMBERS[i].most, NUMBERS[i].target,
                               error);
    return error_set(error, "That option is not known.");
}

static int set_option(int option, const char *text, struct request *request, struct error *error)
{
    switch (option) {
    case OPTION_TOKEN: request->plan.token = text; return 0;
    case OPTION_USER: request->plan.user = text; return 0;
    case OPTION_PREFIX: request->plan.prefix = text; return 0;
    case OPTION_ACKS: request->acks = text; return 0;
    case OPTION_RETRY: request->has_retry = true; return 0;
    case OPTION_HELP: request->wants_help = true; return 0;
    case OPTION_TEXT:
        if (request->plan.text_count == TEXTS_MAX)
            return error_set(error, "At most %d texts.", TEXTS_MAX);
        request->texts[request->plan.text_count++] = text;
        return 0;
    default: return set_number(option, text, request, error);
    }
}

static int read_options(int argc, char **argv, struct request *request, struct error *error)
{
    static const struct option TABLE[] = {
        { "token", 1, NULL, OPTION_TOKEN },     { "connections", 1, NULL, OPTION_CONNECTIONS },
        { "count", 1, NULL, OPTION_COUNT },     { "seconds", 1, NULL, OPTION_SECONDS },
        { "rate", 1, NULL, OPTION_RATE },       { "users", 1, NULL, OPTION_USERS },
        { "user", 1, NULL, OPTION_USER },
        { "text", 1, NULL, OPTION_TEXT },       { "prefix", 1, NULL, OPTION_PREFIX },
        { "retry", 0, NULL, OPTION_RETRY },     { "tries", 1, NULL, OPTION_TRIES },
        { "timeout", 1, NULL, OPTION_TIMEOUT }, { "acks", 1, NULL, OPTION_ACKS },
        { "help", 0, NULL, OPTION_HELP },       { 0 },
    };
    int option = 0;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", TABLE, NULL)) != -1) {
        if (option == '?' || option == ':')
            return error_set(error, "%s is unknown or lacks its value.", argv[optind - 1]);
        if (set_option(option, optarg, request, error) != 0)
            return -1;
    }
    if (request->wants_help)
        return 0;
    if (optind + 1 != argc)
        return error_set(error, "Exactly one URL is needed.");
    request->url = argv[optind];
    return 0;
}

static int read_url(struct request *request, struct error *error)
{
    static const char SCHEME[] = "http://";
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    const char *at = request->url + sizeof SCHEME - 1;
    char name[256];

    if (strncmp(request->url, SCHEME, sizeof SCHEME - 1) != 0)
        return error_set(error, "The URL must begin with http://.");
    size_t len = strcspn(at, "/");
    snprintf(request->host, sizeof request->host, "%.*s", (int)(len < 255 ? len : 255), at);
    request->plan.path = at[len] != '\0' ? at + len : "/";
    snprintf(name, sizeof name, "%s", request->host);
    char *colon = strrchr(name, ':');
    if (colon != NULL)
        *colon = '\0';
    if (name[0] == '\0' || getaddrinfo(name, colon != NULL ? colon + 1 : "80", &hints, &found) != 0)
        return error_set(error, "The address in \"%s\" cannot be found.", request->url);
    memcpy(&request->plan.where, found->ai_addr, found->ai_addrlen);
    request->plan.where_len = found->ai_addrlen;
    freeaddrinfo(found);
    request->plan.host = request->host;
    return 0;
}

static void fill_in(struct request *request)
{
    struct load_plan *plan = &request->plan;

    if (plan->count == 0 && plan->seconds == 0)
        plan->seconds = 10;
    if (plan->text_count == 0) {
        plan->texts = DEFAULT_TEXTS;
        plan->text_count = sizeof DEFAULT_TEXTS / sizeof DEFAULT_TEXTS[0];
    } else {
        plan->texts = request->texts;
    }
    snprintf(request->prefix, sizeof request->prefix, "load-%llx-%x", (unsigned long long)clock_wall_ms(),
             (unsigned)getpid());
    if (plan->prefix == NULL)
        plan->prefix = request->prefix;
    plan->connections = (int)request->connections;
    plan->tries = request->has_retry ? (int)request->tries : 1;
    plan->stop = &stop_asked;
}

static void write_statuses(const struct load_totals *totals, struct jsonw *w)
{
    char name[12];

    jsonw_object(w, "statuses");
    for (int status = 0; status < LOAD_STATUS_MAX; status++) {
        snprintf(name, sizeof name, "%d", status);
        if (totals->by_status[status] > 0)
            jsonw_int(w, name, totals->by_status[status]);
    }
    jsonw_end_object(w);
}

static void print_totals(const struct load_totals *totals)
{
    struct buf out = { 0 };
    struct jsonw w = { .out = &out };
    double seconds = (double)totals->elapsed_us / 1e6;

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "messages", totals->messages);
    jsonw_int(&w, "acked", totals->acked);
    jsonw_int(&w, "given_up", totals->given_up);
    jsonw_int(&w, "retried", totals->retried);
    jsonw_real(&w, "seconds", seconds);
    jsonw_real(&w, "acks_per_s", seconds > 0 ? (double)totals->acked / seconds : 0);
    jsonw_real(&w, "p50_ms", (double)load_percentile_us(totals, 0.50) / 1000);
    jsonw_real(&w, "p99_ms", (double)load_percentile_us(totals, 0.99) / 1000);
    jsonw_real(&w, "max_ms", (double)totals->max_us / 1000);
    write_statuses(totals, &w);
    jsonw_int(&w, "connect_failed", totals->connect_failed);
    jsonw_int(&w, "reset", totals->reset);
    jsonw_int(&w, "timed_out", totals->timed_out);
    jsonw_int(&w, "garbled", totals->garbled);
    jsonw_end_object(&w);
    printf("%s\n", buf_text(&out));
    buf_release(&out);
}

static int open_acks(struct request *request, struct error *error)
{
    if (request->acks == NULL)
        return 0;
    request->plan.acks = fopen(request->acks, "we");
    if (request->plan.acks == NULL)
        return error_set(error, "\"%s\" cannot be written: %s.", request->acks, strerror(errno));
    setvbuf(request->plan.acks, NULL, _IOFBF, ACKS_BUFFER);
    return 0;
}

static int run(struct request *request, struct error *error)
{
    static struct load_totals totals;

    if (open_acks(request, error) != 0)
        return -1;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    int outcome = load_run(&request->plan, &totals, error);
    if (request->plan.acks != NULL && fclose(request->plan.acks) != 0 && outcome == 0)
        outcome = error_set(error, "\"%s\" could not be written completely.", request->acks);
    print_totals(&totals);
    return outcome;
}

int main(int argc, char **argv)
{
    struct request request = { .connections = 64,
                               .tries = 30,
                               .plan = { .users = 1000, .user = "load-user-", .timeout_ms = 30000 } };
    struct error error = { 0 };
    int code = 0;

    if (read_options(argc, argv, &request, &error) != 0 ||
        (!request.wants_help && read_url(&request, &error) != 0)) {
        code = EXIT_USAGE;
    } else if (request.wants_help) {
        fputs(HELP, stdout);
    } else {
        fill_in(&request);
        code = run(&request, &error) == 0 ? 0 : 1;
    }
    if (code != 0)
        fprintf(stderr, "frontdesk-load: %s%s\n", error.text, code == EXIT_USAGE ? " Try --help." : "");
    return code;
}
