/*
 * command_status: one screen. What waits for the owner comes first, each with the command that deals with it;
 * a screen without such lines says so in one sentence.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "ctl/act.h"
#include "ctl/backends.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "desk/breaker.h"
#include "store/overview.h"

enum { WAITING_SHOWN = 5, TROUBLES_SHOWN = 5 };
#define HOUR_MS   INT64_C(3600000)
#define RECENT_MS (7 * INT64_C(86400000))

struct needs { /* what waits for the owner, being listed */
    struct output *output;
    int64_t now;
    int count;
};

static const struct column NEED_COLUMNS[] = {
    { "kind", NULL, LOOK_PLAIN },
    { "text", "needs you", LOOK_LONG },
    { "remedy", "type", LOOK_PLAIN },
};

static void need(struct needs *needs, const char *kind, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void need(struct needs *needs, const char *kind, const char *remedy, const char *format, ...)
{
    struct buf text = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    output_row(needs->output,
               (struct cell[]){ cell_text(kind), cell_text(buf_text(&text)), cell_text(remedy) });
    needs->count++;
    buf_release(&text);
}

/* In the greatest unit that fits: "3 hours", not "3 hours 12 minutes". */
static void format_age(int64_t ms, struct buf *out)
{
    static const int64_t units[] = { 86400000, 3600000, 60000, 1000 };

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ms >= units[i]) {
            clock_format_duration(ms - ms % units[i], out);
            return;
        }
    buf_add_text(out, "a moment");
}

/* Needs */

static void add_waiting(void *context, const struct overview_waiting *row)
{
    struct needs *needs = context;
    struct buf remedy = { 0 }, age = { 0 };

    buf_addf(&remedy, "frontdesk take %lld", (long long)row->conversation);
    format_age(needs->now - row->since, &age);
    need(needs, "waiting", buf_text(&remedy), "%s waits for a person%s%s, for %s", row->user,
         row->team[0] != '\0' ? " of " : "", row->team, buf_text(&age));
    buf_release(&remedy);
    buf_release(&age);
}

enum { BACKEND_PREFIX = sizeof "backend " - 1 };

/*
 * One that is stopped is a matter for the owner: its key stands in the daemon's environment, all else in the rules. One
 * that fails comes back by itself, and until then somebody else answers: the drill tells who.
 */
static void add_backend_lane(struct needs *needs, const struct overview_lane *row)
{
    struct lane lane = { .failures = (int)row->failures, .until_at = row->until_at };
    struct buf remedy = { 0 }, wait = { 0 };

    if (strcmp(row->state, "stopped") == 0) {
        need(needs, "backend", strstr(row->reason, "key") != NULL ? "systemctl restart frontdeskd" : "frontdesk rules load",
             "%s is stopped: %s (it is tried again by itself)", row->name, row->reason);
    } else if (breaker_state(&lane, needs->now) != BREAKER_CLOSED) {
        buf_addf(&remedy, "frontdesk drill %s 500", row->name + BACKEND_PREFIX);
        if (row->until_at > needs->now) {
            buf_add_text(&wait, " for ");
            format_age(row->until_at - needs->now, &wait);
        }
        need(needs, "backend", buf_text(&remedy), "%s %s%s: %s", row->name,
             row->until_at > needs->now ? "is not asked" : "is on trial", buf_text(&wait), row->reason);
    }
    buf_release(&remedy);
    buf_release(&wait);
}

/*
 * A campaign's fault is mended in the rules, the workspace's and an endpoint's in Braze or the daemon's
 * environment.
 */
static void add_lane(void *context, const struct overview_lane *row)
{
    struct needs *needs = context;

    if (strncmp(row->name, "backend ", BACKEND_PREFIX) == 0)
        add_backend_lane(needs, row);
    else if (strcmp(row->state, "stopped") == 0)
        need(needs, "lane",
             strncmp(row->name, "campaign ", 9) == 0 ? "frontdesk rules load"
                                                     : "systemctl restart frontdeskd",
             "%s is stopped: %s (it is tried again by itself)", row->name, row->reason);
    else if (row->failures > 3)
        need(needs, "lane", "frontdesk outbox list --state pending", "%s is not well: %s", row->name,
             row->reason);
}

static void add_trouble(void *context, const struct overview_trouble *row)
{
    need(context, "rule", "frontdesk rules list",
         "the pattern of the rule %s hit the bounds of matching %lld time%s%s", row->rule,
         (long long)row->limit_hits, row->limit_hits == 1 ? "" : "s",
         row->disabled_at > 0 ? ", and is out of play" : "");
}

static void add_count(struct needs *needs, int64_t count, const char *kind, const char *remedy,
                      const char *one, const char *many)
{
    if (count > 0)
        need(needs, kind, remedy, "%lld %s", (long long)count, count == 1 ? one : many);
}

static void add_counts(struct needs *needs, const struct overview *o)
{
    if (o->waiting_for_person > WAITING_SHOWN)
        add_count(needs, o->waiting_for_person - WAITING_SHOWN, "waiting",
                  "frontdesk conversations --owner agent", "more waits for a person",
                  "more wait for a person");
    add_count(needs, o->unreadable, "unreadable", "frontdesk webhooks list --state unreadable",
              "webhook could not be read", "webhooks could not be read");
    add_count(needs, o->aside, "aside", "frontdesk webhooks list --state aside", "webhook was set aside",
              "webhooks were set aside");
    add_count(needs, o->held, "held", "frontdesk outbox list --state held", "answer is held back",
              "answers are held back");
    add_count(needs, o->dead, "dead", "frontdesk outbox list --state dead",
              "answer was refused in the last 7 days", "answers were refused in the last 7 days");
    add_count(needs, o->profiles_dead, "profile", "frontdesk outbox list --state dead",
              "write into a customer's profile was refused in the last 7 days",
              "writes into customers' profiles were refused in the last 7 days");
    add_count(needs, o->entries_unknown, "entry", "frontdesk outbox list --state unknown",
              "count or event may or may not stand in a customer's profile, and is not repeated",
              "counts and events may or may not stand in customers' profiles, and are not repeated");
    add_count(needs, o->entries_refused, "entry", "frontdesk outbox list --state dead",
              "count or event for a customer's profile was refused in the last 7 days",
              "counts and events for customers' profiles were refused in the last 7 days");
    if (o->subscriptions_refused > 0)
        need(needs, "subscription", "frontdesk rules load",
             "%lld %s not be subscribed, and may hear nothing: %s; correct the setting subscription_group, and the "
             "answer to the next message does it",
             (long long)o->subscriptions_refused, o->subscriptions_refused == 1 ? "customer could" : "customers could",
             o->subscription_refusal);
    add_count(needs, o->calls_failed, "call", "frontdesk outbox list --state trouble",
              "call to a service failed in the last 7 days", "calls to services failed in the last 7 days");
    add_count(needs, o->consults_failed, "backend", "frontdesk outbox list --state trouble",
              "question was answered by no backend in the last 7 days",
              "questions were answered by no backend in the last 7 days");
    add_count(needs, o->unknown, "unknown", "frontdesk outbox list --state unknown",
              "answer may or may not have arrived in the last 7 days",
              "answers may or may not have arrived in the last 7 days");
    add_count(needs, o->disabled_rules, "rule", "frontdesk rules list",
              "rule is out of play: its pattern costs too much",
              "rules are out of play: their patterns cost too much");
    if (o->refused_rules[0] != '\0')
        need(needs, "rules", "frontdesk rules check", "the rule folder was refused: %s", o->refused_rules);
    if (o->ruleset == 0)
        need(needs, "rules", "frontdesk rules load DIR", "no rules are in force: nobody is answered");
}

/* Each stays in the book; who wants more of them raises the limit. */
static int add_withheld(struct needs *needs, struct db *db, struct error *error)
{
    struct buf reason = { 0 };
    int64_t count;
    int result = overview_withheld(db, needs->now - HOUR_MS, &count, &reason, error);

    if (result == 0 && count > 0)
        need(needs, "notice", "frontdesk outbox list --state withheld",
             "%lld %s withheld in the last hour: %s (the setting %s)", (long long)count,
             count == 1 ? "notice was" : "notices were", buf_text(&reason),
             strstr(buf_text(&reason), "notice") != NULL ? "notices_per_hour" : "replies_per_hour");
    buf_release(&reason);
    return result;
}

static int show_needs(struct call *call, struct db *db, const struct overview *overview,
                      enum daemon_state daemon, struct error *error)
{
    struct needs needs = { .output = call->output, .now = call->now };
    int result = 0;

    output_table(call->output, "needs", NEED_COLUMNS, sizeof NEED_COLUMNS / sizeof *NEED_COLUMNS);
    if (daemon == DAEMON_DOWN)
        need(&needs, "daemon", "systemctl start frontdeskd",
             "the daemon is not running: nothing comes in or goes out");
    else if (daemon == DAEMON_MUTE)
        need(&needs, "daemon", "frontdesk status --admin SOCKET",
             "the book is in use, but no daemon answers at %s", buf_text(&call->admin_path));
    if (overview_waiting(db, WAITING_SHOWN, add_waiting, &needs, error) < 0 ||
        overview_lanes(db, add_lane, &needs, error) < 0 ||
        overview_troubles(db, TROUBLES_SHOWN, add_trouble, &needs, error) < 0 || add_withheld(&needs, db, error) != 0)
        result = -1;
    add_counts(&needs, overview);
    output_table_end(call->output);
    if (needs.count == 0)
        output_note(call->output, NOTE_GOOD, "All is well; nothing needs you.");
    return result;
}

/* The day */

static int64_t file_size(const char *path, const char *suffix)
{
    struct buf name = { 0 };
    struct stat info;
    int64_t size;

    buf_addf(&name, "%s%s", path, suffix);
    size = stat(buf_text(&name), &info) == 0 ? (int64_t)info.st_size : 0;
    buf_release(&name);
    return size;
}

static void show_numbers(struct call *call, const struct overview *o, enum daemon_state daemon)
{
    const struct column columns[] = {
        { "daemon", "daemon", LOOK_STATE },
        { "messages_today", "messages today", LOOK_NUMBER },
        { "answered_today", "  answered", LOOK_NUMBER },
        { "unanswered_today", "  unanswered", LOOK_NUMBER },
        { "silenced_today", "  silenced", LOOK_NUMBER },
        { "floods_today", o->floods_today > 0 ? "  floods" : NULL, LOOK_NUMBER },
        { "in_progress_today", "  in progress", LOOK_NUMBER },
        { "open_conversations", "open conversations", LOOK_NUMBER },
        { "with_person", "  with a person", LOOK_NUMBER },
        { "waiting_for_person", "  waiting for one", LOOK_NUMBER },
        { "pending", "answers to go out", LOOK_NUMBER },
        { "oldest_pending_at", "  the oldest since", LOOK_PLAIN },
        { "profiles_pending", o->profiles_pending > 0 ? "profiles to be written" : NULL, LOOK_NUMBER },
        { "oldest_profile_at", o->profiles_pending > 0 ? "  the oldest since" : NULL, LOOK_PLAIN },
        { "calls_pending", o->calls_pending > 0 ? "calls to services" : NULL, LOOK_NUMBER },
        { "consults_pending", o->consults_pending > 0 ? "questions to backends" : NULL, LOOK_NUMBER },
        { "unreadable", NULL, LOOK_NUMBER },
        { "aside", NULL, LOOK_NUMBER },
        { "raw", NULL, LOOK_NUMBER },
        { "held", NULL, LOOK_NUMBER },
        { "dead", NULL, LOOK_NUMBER },
        { "profiles_dead", NULL, LOOK_NUMBER },
        { "entries_unknown", NULL, LOOK_NUMBER },
        { "entries_refused", NULL, LOOK_NUMBER },
        { "subscriptions_refused", NULL, LOOK_NUMBER },
        { "calls_failed", NULL, LOOK_NUMBER },
        { "consults_failed", NULL, LOOK_NUMBER },
        { "unknown", NULL, LOOK_NUMBER },
        { "ruleset", "ruleset", LOOK_NUMBER },
        { "rule_count", "  rules", LOOK_NUMBER },
        { "ruleset_loaded_at", "  loaded", LOOK_PLAIN },
        { "database", "book", LOOK_PLAIN },
        { "bytes", "  bytes", LOOK_NUMBER },
        { "wal_bytes", "  bytes of its log", LOOK_NUMBER },
    };
    static const char *const states[] = {
        [DAEMON_DOWN] = "stopped", [DAEMON_UP] = "running", [DAEMON_MUTE] = "mute"
    };
    const char *path = buf_text(&call->db_path);
    const struct cell cells[] = {
        cell_text(states[daemon]),
        cell_number(o->messages_today),
        cell_number(o->answered_today),
        cell_number(o->unanswered_today),
        cell_number(o->silenced_today),
        cell_number(o->floods_today),
        cell_number(o->in_progress_today),
        cell_number(o->open_conversations),
        cell_number(o->with_person),
        cell_number(o->waiting_for_person),
        cell_number(o->pending),
        cell_time(o->oldest_pending_at),
        cell_number(o->profiles_pending),
        cell_time(o->oldest_profile_at),
        cell_number(o->calls_pending),
        cell_number(o->consults_pending),
        cell_number(o->unreadable),
        cell_number(o->aside),
        cell_number(o->raw),
        cell_number(o->held),
        cell_number(o->dead),
        cell_number(o->profiles_dead),
        cell_number(o->entries_unknown),
        cell_number(o->entries_refused),
        cell_number(o->subscriptions_refused),
        cell_number(o->calls_failed),
        cell_number(o->consults_failed),
        cell_number(o->unknown),
        cell_id(o->ruleset),
        cell_number(o->rule_count),
        cell_time(o->ruleset_loaded_at),
        cell_text(path),
        cell_number(file_size(path, "")),
        cell_number(file_size(path, "-wal")),
    };

    _Static_assert(sizeof cells / sizeof *cells == sizeof columns / sizeof *columns,
                   "a cell for every column");
    output_record(call->output, NULL, columns, cells, sizeof cells / sizeof *cells);
}

static int read_overview(const struct call *call, struct db *db, struct overview *overview,
                         struct error *error)
{
    return overview_get(db, call_midnight(call), call->now - RECENT_MS, overview, error);
}

int command_status(struct call *call)
{
    enum daemon_state daemon = act_daemon_state(call);
    struct error error = { 0 };
    struct overview overview;
    struct db *db;
    int code = call_open(call, &db);

    if (code != EXIT_DONE)
        return code;
    if (db_read_begin(db, &error) != 0 || read_overview(call, db, &overview, &error) != 0 ||
        show_needs(call, db, &overview, daemon, &error) != 0)
        code = call_read_failed(call, db, &error);
    else if ((code = backends_show(call, db)) == EXIT_DONE)
        show_numbers(call, &overview, daemon);
    db_read_end(db);
    db_close(db);
    return code;
}
