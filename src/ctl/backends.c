/*
 * backends: see the header.
 *
 * What a backend is costs a whole ruleset to know. Rules that never say the word have none, and are not compiled for it.
 */
#include <string.h>

#include "ctl/backends.h"
#include "ctl/live.h"
#include "desk/breaker.h"
#include "rules/decimal.h"
#include "store/consult_row.h"
#include "store/lane.h"
#include "store/rulebook.h"
#include "store/spend.h"

enum { LANES_MAX = 128, COLUMNS = 11 };

struct showing {
    struct call *call;
    struct db *db;
    const struct ruleset *rules;
    struct lane lanes[LANES_MAX];
    size_t lane_count;
    char day[LIVE_DAY_LEN];
};

static const struct lane *find_lane(const struct showing *showing, const char *backend)
{
    char name[BREAKER_LANE_LEN];

    breaker_name_lane(backend, name);
    for (size_t i = 0; i < showing->lane_count; i++)
        if (strcmp(showing->lanes[i].name, name) == 0)
            return &showing->lanes[i];
    return NULL;
}

static int get_spent(const struct showing *showing, const char *backend, int64_t *spent, struct error *error)
{
    struct buf scope = { 0 };
    int result;

    if (backend != NULL)
        buf_addf(&scope, "backend %s", backend);
    else
        buf_add_text(&scope, "all");
    result = spend_get(showing->db, showing->day, buf_text(&scope), spent, error);
    buf_release(&scope);
    return result;
}

static struct cell cell_money(int64_t millionths, struct buf *text)
{
    if (millionths < 0)
        return cell_text(NULL);
    decimal_format(millionths, text);
    return cell_json(buf_text(text));
}

static int show_row(const struct showing *showing, const struct backend *backend, struct error *error)
{
    static const char *const STATES[] = {
        [BREAKER_CLOSED] = "closed", [BREAKER_OPEN] = "open", [BREAKER_HALF_OPEN] = "half-open",
    };
    const struct lane *lane = find_lane(showing, backend->name);
    enum breaker_state state = breaker_state(lane, showing->call->now);
    struct buf spent_text = { 0 }, cap_text = { 0 };
    int64_t spent, waiting;
    int under_way;

    if (get_spent(showing, backend->name, &spent, error) != 0 ||
        consult_row_under_way(showing->db, backend->name, &under_way, error) != 0 ||
        consult_row_waiting(showing->db, backend->name, &waiting, error) != 0)
        return -1;
    output_row(showing->call->output,
               (struct cell[COLUMNS]){
                   cell_text(backend->name), cell_text(backend_kind_names[backend->kind]), cell_text(STATES[state]),
                   cell_time(state == BREAKER_OPEN ? lane->until_at : 0), cell_number(under_way), cell_number(waiting),
                   backend->kind == BACKEND_FAQ ? cell_text(NULL) : cell_money(spent, &spent_text),
                   cell_money(backend->day_cap, &cap_text),
                   cell_text_or_none(backend->fallback != NULL ? backend->fallback->name : NULL),
                   cell_number(lane != NULL ? lane->failures : 0),
                   cell_text_or_none(lane != NULL ? lane->reason : "") });
    buf_release(&spent_text);
    buf_release(&cap_text);
    return 0;
}

static int show_all(const struct showing *showing, struct error *error)
{
    static const struct column columns[COLUMNS] = {
        { "backend", "backend", LOOK_NAME },    { "kind", "kind", LOOK_PLAIN },
        { "circuit", "circuit", LOOK_STATE },   { "until_at", "until", LOOK_PLAIN },
        { "under_way", "asked", LOOK_NUMBER },  { "waiting", "waiting", LOOK_NUMBER },
        { "spent", "today", LOOK_NUMBER },      { "day_cap", "of", LOOK_NUMBER },
        { "fallback", NULL, LOOK_NAME },        { "failures", NULL, LOOK_NUMBER },
        { "reason", NULL, LOOK_LONG },
    };
    int result = 0;

    output_table(showing->call->output, "backends", columns, COLUMNS);
    for (size_t i = 0; i < showing->rules->backend_count && result == 0; i++)
        result = show_row(showing, &showing->rules->backends[i], error);
    output_table_end(showing->call->output);
    return result;
}

static int show_spent(const struct showing *showing, struct error *error)
{
    int64_t cap = ruleset_setting_number(showing->rules, "ai_day_cap"), spent;
    const struct column columns[] = {
        { "day", NULL, LOOK_PLAIN },
        { "spent", cap >= 0 ? "spent on all today" : NULL, LOOK_NUMBER },
        { "day_cap", cap >= 0 ? "  of at most" : NULL, LOOK_NUMBER },
    };
    struct buf spent_text = { 0 }, cap_text = { 0 };

    if (get_spent(showing, NULL, &spent, error) != 0)
        return -1;
    output_record(showing->call->output, "spent", columns,
                  (struct cell[]){ cell_text(showing->day), cell_money(spent, &spent_text), cell_money(cap, &cap_text) },
                  sizeof columns / sizeof *columns);
    buf_release(&spent_text);
    buf_release(&cap_text);
    return 0;
}

static bool may_have_backends(struct db *db)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    int64_t number;
    bool may = false;

    if (rulebook_live(db, &files, &number, &error) == 1)
        for (size_t i = 0; i < files.count; i++)
            may |= strcasestr(files.list[i].text, "backend") != NULL;
    rulefiles_release(&files);
    return may;
}

int backends_read_rules(struct call *call, struct db *db, struct ruleset **rules)
{
    *rules = NULL;
    return may_have_backends(db) ? live_read(call, db, rules) : EXIT_DONE;
}

int backends_show(struct call *call, struct db *db, const struct ruleset *rules)
{
    struct showing showing = { .call = call, .db = db, .rules = rules };
    struct error error = { 0 };

    if (rules == NULL)
        return EXIT_DONE;
    live_day(rules, call->now, showing.day);
    if (rules->backend_count > 0 &&
        (lane_list(db, showing.lanes, LANES_MAX, &showing.lane_count, &error) != 0 || show_all(&showing, &error) != 0 ||
         show_spent(&showing, &error) != 0))
        return call_read_failed(call, db, &error);
    return EXIT_DONE;
}
