/*
 * command_stats: which period, whose days, and what counts as an answer; stats_show draws it.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/live.h"
#include "ctl/narrow.h"
#include "ctl/stats_show.h"

enum {
    PERIOD_DAYS = 30,
    DAYS_MAX = 4000,
    LISTED = 10 /* rules and questions, unless --limit says otherwise */
};

static bool is_faq(void *context, const char *backend)
{
    const struct stats *stats = context;
    const struct backend *found =
        stats->rules != NULL ? backend_find(stats->rules->backends, stats->rules->backend_count, backend) : NULL;

    return found != NULL && found->kind == BACKEND_FAQ;
}

static bool takes_all(void *context, const char *rule)
{
    const struct stats *stats = context;
    const struct rule *found = stats->rules != NULL ? ruleset_rule(stats->rules, rule) : NULL;

    return found != NULL && rule_takes_all(found);
}

/* The days of the business from the one of `since` to the one of `until`. */
static int cut_days(struct stats *stats)
{
    struct zone_time local;
    int64_t at;

    stats->days = alloc_array(DAYS_MAX + 2, sizeof *stats->days);
    zone_local(stats->zone, stats->filter.since, &local);
    local.hour = local.minute = local.second = 0;
    do {
        at = zone_moment(stats->zone, &local);
        stats->days[stats->day_count++] = at;
        local.day++;
    } while (at < stats->filter.until && stats->day_count <= DAYS_MAX);
    stats->day_count--;
    if (stats->day_count == DAYS_MAX)
        return call_fail(stats->call, EXIT_USAGE, "that is more than ten years: name a later --since");
    return EXIT_DONE;
}

/* SQL is neither a table nor a part of one. */
static int check_as_rules(const struct call *call)
{
    const char *const *options = call->parsed->options;

    if (options[OPTION_AS_RULES] == NULL || (options[OPTION_CSV] == NULL && options[OPTION_BY] == NULL))
        return EXIT_DONE;
    return call_fail(call, EXIT_USAGE, "--as-rules and --%s exclude each other", options[OPTION_CSV] != NULL ? "csv" : "by");
}

static int read_options(struct stats *stats)
{
    int code = call_check_word(stats->call, OPTION_BY, stats_parts);

    if (code == EXIT_DONE)
        code = check_as_rules(stats->call);
    if (code == EXIT_DONE)
        code = narrow_read(stats->call, LISTED, &stats->filter);
    if (stats->filter.until == 0)
        stats->filter.until = stats->call->now + 1;
    if (stats->call->parsed->options[OPTION_SINCE] == NULL)
        stats->filter.since = stats->filter.until - PERIOD_DAYS * (int64_t)STATS_DAY_MS;
    if (code == EXIT_DONE && stats->filter.since >= stats->filter.until)
        return call_fail(stats->call, EXIT_USAGE, "--since is not before the end of the period");
    return code;
}

static int read_figures(struct stats *stats)
{
    struct figures_ask ask = { .filter = stats->filter, .days = stats->days, .day_count = stats->day_count,
                               .is_faq = is_faq, .takes_all = takes_all, .context = stats };
    struct error error = { 0 };

    return figures_read(stats->db, &ask, &stats->figures, &error) == 0 ? EXIT_DONE
                                                                       : call_read_failed(stats->call, stats->db, &error);
}

int command_stats(struct call *call)
{
    struct stats stats = {
        .call = call,
        .output = call->output,
        .is_for_people = call->parsed->options[OPTION_JSON] == NULL && call->parsed->options[OPTION_CSV] == NULL,
    };
    int code = read_options(&stats);

    if (code == EXIT_DONE)
        code = call_open(call, &stats.db);
    if (code == EXIT_DONE)
        code = live_read(call, stats.db, &stats.rules);
    if (code == EXIT_DONE) {
        stats.zone = stats.rules != NULL ? stats.rules->zone : zones_find(call_zones(call), "UTC");
        code = cut_days(&stats);
    }
    if (code == EXIT_DONE)
        code = read_figures(&stats);
    if (code == EXIT_DONE && stats.figures.all.heard == 0)
        code = narrow_check_names(call, stats.db, &stats.filter);
    if (code == EXIT_DONE)
        code = call->parsed->options[OPTION_AS_RULES] != NULL ? stats_print_rules(&stats) : stats_show(&stats);
    figures_release(&stats.figures);
    free(stats.days);
    ruleset_free(stats.rules);
    db_close(stats.db);
    return code;
}
