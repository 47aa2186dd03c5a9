/*
 * status_needs: see the header.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "ctl/live.h"
#include "ctl/remedy.h"
#include "ctl/status_needs.h"
#include "desk/breaker.h"
#include "rules/decimal.h"
#include "store/defect.h"
#include "store/erasure.h"
#include "store/listing.h"
#include "store/queue.h"
#include "store/readers.h"
#include "store/spend.h"

enum { PATIENCE_MS = 120000 /* an answer that is under way for longer is late */ };
enum { WAITING_SHOWN = 5, TROUBLES_SHOWN = 5, DEFECTS_SHOWN = 5, LOG_LARGE = 80 * 1024 * 1024 };
#define HOUR_MS INT64_C(3600000)

static void need(struct needs *needs, const char *kind, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void need(struct needs *needs, const char *kind, const char *remedy, const char *format, ...)
{
    struct buf text = { 0 }, typed = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    remedy_add(needs->call, remedy, &typed);
    needs->rows = alloc_resize(needs->rows, needs->count + 1, sizeof *needs->rows);
    needs->rows[needs->count++] = (struct need){ kind, buf_detach(&text), buf_detach(&typed) };
}

/* Needs */

static void add_waiting(void *context, const struct overview_waiting *row)
{
    struct needs *needs = context;
    struct buf remedy = { 0 }, age = { 0 };

    buf_add_text(&remedy, "frontdesk take ");
    listing_format_typed(needs->db, row->conversation, &remedy);
    clock_format_age(needs->now - row->since, &age);
    need(needs, "waiting", buf_text(&remedy), "%s waits for a person%s%s, for %s", row->user,
         row->team[0] != '\0' ? " of " : "", row->team, buf_text(&age));
    buf_release(&remedy);
    buf_release(&age);
}

/* A case of which not all of its people know. */
static void add_untold(void *context, const struct queue_row *row)
{
    need(context, "untold", "frontdesk queue", "the case #%lld of %s could not be told to %s", (long long)row->number, row->user,
         row->trouble);
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
            clock_format_age(row->until_at - needs->now, &wait);
        }
        need(needs, "backend", buf_text(&remedy), "%s %s%s: %s", row->name,
             row->until_at > needs->now ? "is not asked" : "is on trial", buf_text(&wait), row->reason);
    }
    buf_release(&remedy);
    buf_release(&wait);
}

/* Nothing to mend, but she should know why nobody hears anything. */
static void add_limited_lane(struct needs *needs, const struct overview_lane *row)
{
    struct buf wait = { 0 };

    clock_format_age(row->until_at - needs->now, &wait);
    need(needs, "lane", "frontdesk outbox list --state pending", "%s makes us wait another %s: %s", row->name, buf_text(&wait),
         row->reason);
    buf_release(&wait);
}

static bool is_desk_lane(const char *name)
{
    return strncmp(name, "notify ", 7) == 0 || strncmp(name, "relay ", 6) == 0;
}

/*
 * A campaign's fault is mended in the rules, as is another desk's address; the workspace's and an endpoint's in Braze or the
 * daemon's environment.
 */
static void add_lane(void *context, const struct overview_lane *row)
{
    struct needs *needs = context;

    if (strncmp(row->name, "backend ", BACKEND_PREFIX) == 0)
        add_backend_lane(needs, row);
    else if (strcmp(row->state, "stopped") == 0)
        need(needs, "lane",
             strncmp(row->name, "campaign ", 9) == 0 || is_desk_lane(row->name) ? "frontdesk rules load"
                                                                                : "systemctl restart frontdeskd",
             "%s is stopped: %s (it is tried again by itself)", row->name, row->reason);
    else if (row->until_at - needs->now > PATIENCE_MS) /* limited, or unwell: only those who ask for it get as much */
        add_limited_lane(needs, row);
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
                  "frontdesk queue", "more waits for a person",
                  "more wait for a person");
    add_count(needs, o->unreadable, "unreadable", "frontdesk webhooks list --state unreadable",
              "webhook could not be read in the last 7 days", "webhooks could not be read in the last 7 days");
    add_count(needs, o->aside, "aside", "frontdesk webhooks list --state aside", "webhook was set aside",
              "webhooks were set aside");
    add_count(needs, o->held, "held", "frontdesk outbox list --state held", "text is held back",
              "texts are held back");
    add_count(needs, o->dead, "dead", "frontdesk outbox list --state dead",
              "text was refused in the last 7 days", "texts were refused in the last 7 days");
    add_count(needs, o->expired, "expired", "frontdesk outbox list --state expired",
              "text was not sent in the last 7 days, since it came too late",
              "texts were not sent in the last 7 days, since they came too late");
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
    add_count(needs, o->tellings_failed, "desk", "frontdesk outbox list --state trouble",
              "thing was not told to another desk in the last 7 days", "things were not told to another desk in the last 7 days");
    add_count(needs, o->unknown, "unknown", "frontdesk outbox list --state unknown",
              "text may or may not have arrived in the last 7 days",
              "texts may or may not have arrived in the last 7 days");
    add_count(needs, o->disabled_rules, "rule", "frontdesk rules list",
              "rule is out of play: its pattern costs too much",
              "rules are out of play: their patterns cost too much");
    if (o->refused_rules[0] != '\0')
        need(needs, "rules", "frontdesk rules check", "the rule folder was refused: %s", o->refused_rules);
    if (o->ruleset == 0)
        need(needs, "rules", "frontdesk rules load", "no rules are in force: nobody is answered");
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

static void add_daemon(struct needs *needs, const struct call *call, enum daemon_state daemon)
{
    if (daemon == DAEMON_DOWN)
        need(needs, "daemon", "systemctl start frontdeskd", "the daemon is not running: nothing comes in or goes out");
    else if (daemon == DAEMON_MUTE)
        need(needs, "daemon", "frontdesk status --admin SOCKET", "the book is in use, but no daemon answers at %s: its socket is "
             "another one, or was deleted, and then it has to be started again", buf_text(&call->admin_path));
    else if (daemon == DAEMON_FROZEN)
        need(needs, "daemon", "systemctl restart frontdeskd", "the daemon at %s is frozen: it takes calls and answers none",
             buf_text(&call->admin_path));
}

static void add_unready(struct needs *needs, const char *why)
{
    if (why != NULL && *why != '\0')
        need(needs, "store", "frontdesk doctor",
             "nothing can be stored: %s; webhooks are sent back with 503, and Braze repeats each for about half an hour", why);
}

/* Where nothing else says why: our share of the hour is used up, or Braze is slow. */
static void add_late(struct needs *needs, const struct overview *o)
{
    struct buf age = { 0 };

    for (size_t i = 0; i < needs->count; i++)
        if (strcmp(needs->rows[i].kind, "lane") == 0 || strcmp(needs->rows[i].kind, "daemon") == 0)
            return;
    if (o->pending == 0 || needs->now - o->oldest_pending_at < PATIENCE_MS)
        return;
    clock_format_age(needs->now - o->oldest_pending_at, &age);
    need(needs, "late", "frontdesk outbox list --state pending", "%lld %s to go out, the oldest for %s", (long long)o->pending,
         o->pending == 1 ? "answer waits" : "answers wait", buf_text(&age));
    buf_release(&age);
}

static void add_turned_away(struct needs *needs, const struct turned_away *turned)
{
    struct buf text = { 0 };

    if (turned_away_tell(turned, needs->now, &text))
        need(needs, "turned_away", "frontdesk doctor --live", "%s", buf_text(&text));
    buf_release(&text);
}

/* Money */

static int add_cap(struct needs *needs, struct db *db, const char *scope, const char *what, int64_t cap, int64_t least,
                   struct error *error)
{
    struct buf text = { 0 };
    int64_t spent;

    if (cap < 0)
        return 0;
    if (spend_get(db, needs->day, scope, &spent, error) != 0)
        return -1;
    if (spent + least <= cap)
        return 0;
    buf_addf(&text, "%s may cost nothing more today: ", what);
    decimal_format(spent, &text);
    buf_add_text(&text, " is spent, of ");
    decimal_format(cap, &text);
    buf_add_text(&text, "; until midnight its fallback answers");
    need(needs, "cap", "frontdesk usage --by contact --since today", "%s", buf_text(&text));
    buf_release(&text);
    return 0;
}

/* As desk/consult_money.c refuses them: even the least question would go beyond the cap. */
static int add_caps(struct needs *needs, struct db *db, const struct ruleset *rules, struct error *error)
{
    struct buf scope = { 0 };
    int result = 0;

    if (rules == NULL)
        return 0;
    live_day(rules, needs->now, needs->day);
    for (size_t i = 0; i < rules->backend_count && result == 0; i++) {
        const struct backend *backend = &rules->backends[i];

        buf_clear(&scope);
        buf_addf(&scope, "backend %s", backend->name);
        if (backend->kind != BACKEND_FAQ)
            result = add_cap(needs, db, buf_text(&scope), buf_text(&scope), backend->day_cap,
                             backend_cost(backend, 0, backend->max_tokens), error);
    }
    if (result == 0 && rules->backend_count > 0)
        result = add_cap(needs, db, "all", "backends", ruleset_setting_number(rules, "ai_day_cap"), 1, error);
    buf_release(&scope);
    return result;
}

/* Erasures */

enum { ERASURES_SHOWN = 50 };
#define ERASURE_PATIENCE_MS INT64_C(60000)
#define WEEK_MS (7 * 24 * HOUR_MS)

/* Most are done within seconds. */
static void add_erasure(void *context, const struct erasure_receipt *receipt)
{
    struct needs *needs = context;
    struct buf remedy = { 0 };

    buf_addf(&remedy, "frontdesk erasures show %lld", (long long)receipt->id);
    if (receipt->done_at == 0 && receipt->waits_for[0] != '\0' && needs->now - receipt->asked_at > ERASURE_PATIENCE_MS)
        need(needs, "erasure", buf_text(&remedy), "the erasure %lld is not done; it waits for %s", (long long)receipt->id,
             receipt->waits_for);
    else if (receipt->uncleared > 0 && needs->now - receipt->done_at < WEEK_MS)
        need(needs, "erasure", buf_text(&remedy), "Braze has refused to empty %lld %s of somebody who was erased",
             (long long)receipt->uncleared, receipt->uncleared == 1 ? "attribute" : "attributes");
    buf_release(&remedy);
}

/* A damaged book */

static void add_defect(void *context, const struct defect *defect)
{
    struct needs *needs = context;
    struct buf age = { 0 };

    clock_format_age(needs->now - defect->at, &age);
    need(needs, "damage", "frontdesk audit", "%s failed %s ago, and everything else goes on: %s", defect->what, buf_text(&age),
         defect->reason);
    buf_release(&age);
}

static int add_defects(struct needs *needs, struct db *db, struct error *error)
{
    int64_t since = needs->now - DEFECT_FRESH_MS, count;

    if (defect_list(db, since, DEFECTS_SHOWN, add_defect, needs, error) < 0 || defect_count(db, since, &count, error) != 0)
        return -1;
    add_count(needs, count - DEFECTS_SHOWN, "damage", "frontdesk audit", "more thing failed like that",
              "more things failed like that");
    return 0;
}

/* The log of the book */

static void add_log(struct needs *needs, const char *path)
{
    int64_t bytes = readers_log_bytes(path);
    struct reader reader;
    struct buf remedy = { 0 };

    if (bytes < LOG_LARGE)
        return;
    if (readers_find(path, &reader, 1) == 1) {
        buf_addf(&remedy, "ps -f -p %lld", (long long)reader.process);
        need(needs, "log", buf_text(&remedy),
             "the log of the book has grown to %lld MB: process %lld (%s) has been reading the book for a long time, and it "
             "grows until that ends", (long long)(bytes >> 20), (long long)reader.process, reader.command);
    } else {
        need(needs, "log", "frontdesk doctor",
             "the log of the book has grown to %lld MB; it shrinks when the desk has nothing to do", (long long)(bytes >> 20));
    }
    buf_release(&remedy);
}

int needs_read(struct needs *needs, const struct call *call, struct db *db, const struct needs_given *given, struct error *error)
{
    needs->call = call;
    needs->db = db;
    needs->now = call->now;
    add_daemon(needs, call, given->daemon);
    add_unready(needs, given->unready);
    add_turned_away(needs, &given->turned);
    if (overview_waiting(db, WAITING_SHOWN, add_waiting, needs, error) < 0 ||
        queue_list(db, &(struct queue_filter){ .is_untold = true, .limit = WAITING_SHOWN }, add_untold, needs, error) < 0 ||
        overview_lanes(db, add_lane, needs, error) < 0 ||
        overview_troubles(db, TROUBLES_SHOWN, add_trouble, needs, error) < 0 || add_withheld(needs, db, error) != 0 ||
        add_caps(needs, db, given->rules, error) != 0 || add_defects(needs, db, error) != 0 ||
        erasure_list(db, ERASURES_SHOWN, add_erasure, needs, error) < 0)
        return -1;
    add_late(needs, given->overview);
    add_counts(needs, given->overview);
    add_log(needs, buf_text(&call->db_path));
    return 0;
}

void needs_show(const struct needs *needs, struct output *output)
{
    static const struct column columns[] = {
        { "kind", NULL, LOOK_PLAIN },
        { "text", "needs you", LOOK_WHOLE },
        { "remedy", "type", LOOK_PLAIN },
    };

    output_table(output, "needs", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < needs->count; i++)
        output_row(output, (struct cell[]){ cell_text(needs->rows[i].kind), cell_text(needs->rows[i].text),
                                            cell_text(needs->rows[i].remedy) });
    output_table_end(output);
    if (needs->count == 0)
        output_note(output, NOTE_GOOD, "All is well; nothing needs you.");
}

void needs_release(struct needs *needs)
{
    for (size_t i = 0; i < needs->count; i++) {
        free(needs->rows[i].text);
        free(needs->rows[i].remedy);
    }
    free(needs->rows);
    *needs = (struct needs){ 0 };
}
