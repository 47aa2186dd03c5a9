/*
 * command_status: one screen. What waits for the owner comes first (ctl/status_needs.h); a screen without such lines says so in
 * one sentence. Then how the backends are, and the day in numbers.
 */
#include <stddef.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "ctl/act.h"
#include "ctl/backends.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/status_needs.h"
#include "store/book.h"
#include "store/overview.h"
#include "store/queue.h"
#include "store/readers.h"

#define RECENT_MS (7 * INT64_C(86400000))

struct screen { /* all that was read */
    enum daemon_state daemon;
    struct overview overview;
    struct turned_away turned;
    struct buf unready; /* why the daemon can store nothing */
    struct needs needs;
    int64_t backup_at;
};

/* The day */

static int64_t file_size(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

enum number_look {
    SHOWN,
    SHOWN_SOME, /* to people only when it is not 0 */
    HIDDEN,     /* from people: it stands among what needs them */
    SHOWN_TIME,
    SHOWN_TIME_SOME,
    SHOWN_ID,
};

static const struct number {
    const char *name, *title;
    enum number_look look;
    size_t offset;
} NUMBERS[] = {
#define NUMBER(field, title, look) { #field, title, look, offsetof(struct overview, field) }
    NUMBER(messages_today, "messages today", SHOWN),
    NUMBER(answered_today, "  answered", SHOWN),
    NUMBER(unanswered_today, "  unanswered", SHOWN),
    NUMBER(silenced_today, "  silenced", SHOWN),
    NUMBER(with_person_today, "  with a person", SHOWN),
    NUMBER(undelivered_today, "  answer not delivered", SHOWN_SOME),
    NUMBER(erased_today, "  erased since", SHOWN_SOME),
    NUMBER(floods_today, "  floods", SHOWN_SOME),
    NUMBER(in_progress_today, "  in progress", SHOWN),
    NUMBER(open_conversations, "open conversations", SHOWN),
    NUMBER(with_person, "  with a person", SHOWN),
    NUMBER(waiting_for_person, "  waiting for one", SHOWN),
    NUMBER(pending, "answers to go out", SHOWN),
    NUMBER(oldest_pending_at, "  the oldest since", SHOWN_TIME),
    NUMBER(profiles_pending, "profiles to be written", SHOWN_SOME),
    NUMBER(oldest_profile_at, "  the oldest since", SHOWN_TIME_SOME),
    NUMBER(calls_pending, "calls to services", SHOWN_SOME),
    NUMBER(consults_pending, "questions to backends", SHOWN_SOME),
    NUMBER(tellings_pending, "to tell another desk", SHOWN_SOME),
    NUMBER(unreadable, NULL, HIDDEN),
    NUMBER(aside, NULL, HIDDEN),
    NUMBER(raw, NULL, HIDDEN),
    NUMBER(held, NULL, HIDDEN),
    NUMBER(dead, NULL, HIDDEN),
    NUMBER(expired, NULL, HIDDEN),
    NUMBER(profiles_dead, NULL, HIDDEN),
    NUMBER(entries_unknown, NULL, HIDDEN),
    NUMBER(entries_refused, NULL, HIDDEN),
    NUMBER(subscriptions_refused, NULL, HIDDEN),
    NUMBER(calls_failed, NULL, HIDDEN),
    NUMBER(consults_failed, NULL, HIDDEN),
    NUMBER(tellings_failed, NULL, HIDDEN),
    NUMBER(unknown, NULL, HIDDEN),
    NUMBER(ruleset, "ruleset", SHOWN_ID),
    NUMBER(rule_count, "  rules", SHOWN),
    NUMBER(ruleset_loaded_at, "  loaded", SHOWN_TIME),
#undef NUMBER
};

enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS, FILE_COUNT = 4, ROWS = 1 + NUMBER_COUNT + FILE_COUNT };

static void fill_number(const struct number *number, const struct overview *overview, struct column *column, struct cell *cell)
{
    int64_t value = *(const int64_t *)((const char *)overview + number->offset);
    bool is_time = number->look == SHOWN_TIME || number->look == SHOWN_TIME_SOME;
    bool needs_some = number->look == SHOWN_SOME || number->look == SHOWN_TIME_SOME;
    bool is_shown = number->look != HIDDEN && (!needs_some || value > 0);

    *column = (struct column){ number->name, is_shown ? number->title : NULL, is_time ? LOOK_PLAIN : LOOK_NUMBER };
    *cell = is_time ? cell_time(value) : number->look == SHOWN_ID ? cell_id(value) : cell_number(value);
}

static void show_numbers(struct call *call, const struct screen *screen)
{
    static const char *const states[] = { [DAEMON_DOWN] = "stopped", [DAEMON_UP] = "running", [DAEMON_MUTE] = "mute",
                                          [DAEMON_FROZEN] = "frozen" };
    const char *path = buf_text(&call->db_path);
    struct column columns[ROWS] = { { "daemon", "daemon", LOOK_STATE } };
    struct cell cells[ROWS] = { cell_text(states[screen->daemon]) };
    const struct column files[FILE_COUNT] = {
        { "database", "book", LOOK_PLAIN },
        { "bytes", "  bytes", LOOK_NUMBER },
        { "wal_bytes", "  bytes of its log", LOOK_NUMBER },
        { "backup_at", screen->backup_at > 0 ? "  newest backup" : NULL, LOOK_PLAIN },
    };
    const struct cell sizes[FILE_COUNT] = { cell_text(path), cell_number(file_size(path)),
                                            cell_number(readers_log_bytes(path)), cell_time(screen->backup_at) };

    for (size_t i = 0; i < NUMBER_COUNT; i++)
        fill_number(&NUMBERS[i], &screen->overview, &columns[1 + i], &cells[1 + i]);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        columns[1 + NUMBER_COUNT + i] = files[i];
        cells[1 + NUMBER_COUNT + i] = sizes[i];
    }
    output_record(call->output, NULL, columns, cells, ROWS);
}

/* The numbers belong together. Nothing is shown before the transaction has ended: whoever watches may stop the output. */
static int read_screen(const struct call *call, struct db *db, const struct ruleset *rules, struct screen *screen,
                       struct error *error)
{
    int result = db_read_begin(db, error);

    if (result == 0)
        result = overview_get(db, call_midnight(call), call->now - RECENT_MS, &screen->overview, error);
    if (result == 0)
        result = needs_read(&screen->needs, call, db,
                            &(struct needs_given){ .daemon = screen->daemon, .turned = screen->turned,
                                                   .unready = buf_text(&screen->unready),
                                                   .overview = &screen->overview, .rules = rules }, error);
    if (result == 0)
        result = book_get_int(db, "backup_at", 0, &screen->backup_at, error);
    db_read_end(db);
    return result;
}

static void ask_facts(const struct call *call, struct screen *screen)
{
    struct json *facts = act_facts(call);

    turned_away_read(facts, &screen->turned);
    if (!json_get_bool(facts, "ready", true))
        buf_add_text(&screen->unready, json_get_text(facts, "why"));
    json_free(facts);
}

int command_status(struct call *call)
{
    struct screen screen = { .daemon = act_daemon_state(call) };
    struct ruleset *rules = NULL;
    struct error error = { 0 };
    struct db *db;
    int code;

    if (screen.daemon == DAEMON_UP)
        ask_facts(call, &screen);
    code = call_open(call, &db);
    if (code != EXIT_DONE)
        return code;
    code = backends_read_rules(call, db, &rules);
    if (code == EXIT_DONE && read_screen(call, db, rules, &screen, &error) != 0)
        code = call_read_failed(call, db, &error);
    if (code == EXIT_DONE) {
        needs_show(&screen.needs, call->output);
        code = backends_show(call, db, rules);
    }
    if (code == EXIT_DONE)
        show_numbers(call, &screen);
    needs_release(&screen.needs);
    buf_release(&screen.unready);
    ruleset_free(rules);
    db_close(db);
    return code;
}
