/*
 * stats_show: see the header.
 *
 * People see a bar beside each day; on a terminal in blocks as wide as it is, else in number signs. More days than fit a
 * screen are drawn by weeks, or by four of them. Days before the first message are left out. Programs get every day.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/as_rules.h"
#include "ctl/stats_show.h"
#include "rules/decimal.h"

enum {
    LINES_MAX = 62, /* of days */
    BAR_LEAST = 10,
    BAR_MOST = 60,
    BAR_SHARE = 20,
    BLOCK_PARTS = 8,
    P50 = 50,
    P95 = 95
};

const char *const stats_parts[STATS_PARTS + 1] = { "day", "who", "rule", "question", "backend", NULL };

static const char *const WHO[FIGURES_WHO] = {
    [FIGURES_RULE] = "a rule",     [FIGURES_FLOW] = "a flow",     [FIGURES_AI] = "an AI",
    [FIGURES_FAQ] = "the FAQ",     [FIGURES_PERSON] = "a person", [FIGURES_NOBODY] = "nobody",
    [FIGURES_SILENCE] = "nobody, as was meant", [FIGURES_OTHER] = "withheld or unknown",
    [FIGURES_ERASED] = "erased since", [FIGURES_OPEN] = "still in progress",
};

/* Bars and words */

/* `value` of `most` in `columns`. */
static void draw_bar(const struct output *output, int64_t value, int64_t most, size_t columns, struct buf *out)
{
    static const char *const PARTS_OF_BLOCK[BLOCK_PARTS] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    bool has_blocks = output_is_terminal(output);
    int64_t parts = most > 0 ? (value * (int64_t)columns * BLOCK_PARTS + most / 2) / most : 0;

    if (parts == 0 && value > 0)
        parts = 1; /* little is not nothing */
    buf_clear(out);
    for (; parts >= BLOCK_PARTS; parts -= BLOCK_PARTS)
        buf_add_text(out, has_blocks ? "█" : "#");
    if (has_blocks)
        buf_add_text(out, PARTS_OF_BLOCK[parts]);
    else if (parts >= BLOCK_PARTS / 2 || (out->len == 0 && parts > 0))
        buf_add_char(out, '#');
}

static void add_share(int64_t value, int64_t all, bool is_for_people, struct buf *out)
{
    buf_clear(out);
    if (is_for_people)
        buf_addf(out, "%lld %%", all > 0 ? (long long)((value * 100 + all / 2) / all) : 0LL);
    else
        buf_addf(out, "%.4f", all > 0 ? (double)value / (double)all : 0.0);
}

/* "420 ms", "3.2 s", "14 min", "2.5 h" */
static void add_time(int64_t ms, struct buf *out)
{
    enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

    buf_clear(out);
    if (ms < 0)
        buf_add_text(out, "–");
    else if (ms < SECOND)
        buf_addf(out, "%lld ms", (long long)ms);
    else if (ms < MINUTE)
        buf_addf(out, "%.1f s", (double)ms / SECOND);
    else if (ms < HOUR)
        buf_addf(out, "%lld min", (long long)(ms / MINUTE));
    else
        buf_addf(out, "%.1f h", (double)ms / HOUR);
}

static struct cell time_cell(const struct stats *stats, int64_t ms, struct buf *out)
{
    if (!stats->is_for_people)
        return ms < 0 ? (struct cell){ 0 } : cell_number(ms);
    add_time(ms, out);
    return cell_text(buf_text(out));
}

static struct cell share_cell(const struct stats *stats, int64_t value, int64_t all, struct buf *out)
{
    add_share(value, all, stats->is_for_people, out);
    return stats->is_for_people ? cell_text(buf_text(out)) : cell_json(buf_text(out));
}

/* Days */

static void name_day(const struct stats *stats, size_t day, struct buf *out)
{
    struct zone_time local;

    /* At noon, as a day may begin later or earlier than at midnight. */
    zone_local(stats->zone, stats->days[day] + STATS_DAY_MS / 2, &local);
    buf_clear(out);
    buf_addf(out, "%04d-%02d-%02d", local.year, local.month, local.day);
}

static struct figures_day sum_days(const struct stats *stats, size_t from, size_t count)
{
    struct figures_day sum = { 0 };

    for (size_t i = from; i < from + count && i < stats->day_count; i++) {
        sum.heard += stats->figures.days[i].heard;
        sum.said += stats->figures.days[i].said;
        for (int who = 0; who < FIGURES_WHO; who++)
            sum.by[who] += stats->figures.days[i].by[who];
    }
    return sum;
}

static size_t first_day(const struct stats *stats)
{
    size_t day = 0;

    while (day + 1 < stats->day_count && stats->figures.days[day].heard + stats->figures.days[day].said == 0)
        day++;
    return day;
}

/* Days of a line. */
static size_t days_of_line(size_t days)
{
    enum { WEEK = 7, FOUR_WEEKS = 28 };

    return days <= LINES_MAX ? 1 : days <= LINES_MAX * WEEK ? WEEK : FOUR_WEEKS;
}

static size_t digits(int64_t number)
{
    size_t count = 1;

    while ((number /= 10) > 0)
        count++;
    return count;
}

/* What the other columns leave of the screen. */
static size_t bar_columns(const struct stats *stats, const struct figures_day *most)
{
    static const char *const TITLES[] = { "heard", "said", "nobody" };
    const int64_t numbers[] = { most->heard, most->said, most->by[FIGURES_NOBODY] };
    size_t used = sizeof "2026-05-13" - 1 + 2, all = output_columns(stats->output);

    for (size_t i = 0; i < 3; i++)
        used += 2 + (digits(numbers[i]) > strlen(TITLES[i]) ? digits(numbers[i]) : strlen(TITLES[i]));
    if (all < used + BAR_LEAST)
        return BAR_LEAST;
    return all - used < BAR_MOST ? all - used : BAR_MOST;
}

static void draw_days(struct stats *stats)
{
    size_t first = first_day(stats), step = days_of_line(stats->day_count - first), columns;
    const struct column COLUMNS[] = {
        { "day", step == 1 ? "day" : "days from", LOOK_PLAIN }, { "heard", "heard", LOOK_NUMBER },
        { "said", "said", LOOK_SPARE }, { "nobody", "nobody", LOOK_SPARE }, { "bar", "", LOOK_PLAIN },
    };
    struct figures_day most = { 0 };
    struct buf name = { 0 }, bar = { 0 };

    for (size_t day = first; day < stats->day_count; day += step) {
        struct figures_day sum = sum_days(stats, day, step);

        most.heard = sum.heard > most.heard ? sum.heard : most.heard;
        most.said = sum.said > most.said ? sum.said : most.said;
        most.by[FIGURES_NOBODY] = sum.by[FIGURES_NOBODY] > most.by[FIGURES_NOBODY] ? sum.by[FIGURES_NOBODY]
                                                                                   : most.by[FIGURES_NOBODY];
    }
    columns = bar_columns(stats, &most);
    output_table(stats->output, "days", COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (size_t day = first; day < stats->day_count; day += step) {
        struct figures_day sum = sum_days(stats, day, step);

        name_day(stats, day, &name);
        draw_bar(stats->output, sum.heard, most.heard, columns, &bar);
        output_row(stats->output, (struct cell[]){ cell_text(buf_text(&name)), cell_number(sum.heard), cell_number(sum.said),
                                                   cell_number(sum.by[FIGURES_NOBODY]), cell_text(buf_text(&bar)) });
    }
    output_table_end(stats->output);
    buf_release(&name);
    buf_release(&bar);
}

static void list_days(struct stats *stats)
{
    struct column columns[3 + FIGURES_WHO] = { { "day", NULL, LOOK_PLAIN }, { "heard", NULL, LOOK_NUMBER },
                                               { "said", NULL, LOOK_NUMBER } };
    struct buf name = { 0 };

    for (int who = 0; who < FIGURES_WHO; who++)
        columns[3 + who] = (struct column){ figures_who_name((enum figures_who)who), NULL, LOOK_NUMBER };
    output_table(stats->output, "days", columns, 3 + FIGURES_WHO);
    for (size_t day = 0; day < stats->day_count; day++) {
        const struct figures_day *sum = &stats->figures.days[day];
        struct cell cells[3 + FIGURES_WHO] = { [1] = cell_number(sum->heard), [2] = cell_number(sum->said) };

        name_day(stats, day, &name);
        cells[0] = cell_text(buf_text(&name));
        for (int who = 0; who < FIGURES_WHO; who++)
            cells[3 + who] = cell_number(sum->by[who]);
        output_row(stats->output, cells);
    }
    output_table_end(stats->output);
    buf_release(&name);
}

static int show_days(struct stats *stats)
{
    if (stats->is_for_people)
        draw_days(stats);
    else
        list_days(stats);
    return EXIT_DONE;
}

/* Who answered */

static int show_who(struct stats *stats)
{
    const struct column COLUMNS[] = {
        { "who", "answered by", LOOK_NAME }, { "messages", "messages", LOOK_NUMBER }, { "share", "share", LOOK_NUMBER },
        { "p50_ms", "p50", LOOK_NUMBER },     { "p95_ms", "p95", LOOK_NUMBER },        { "bar", "", LOOK_SPARE },
    };
    const struct figures *figures = &stats->figures;
    struct buf share = { 0 }, half = { 0 }, most = { 0 }, bar = { 0 };

    output_table(stats->output, "answered_by", COLUMNS, stats->is_for_people ? 6 : 5);
    for (enum figures_who who = 0; who < FIGURES_WHO; who++) {
        int64_t messages = figures->all.by[who];

        if (stats->is_for_people && who > FIGURES_NOBODY && messages == 0)
            continue;
        draw_bar(stats->output, messages, figures->all.heard, BAR_SHARE, &bar);
        output_row(stats->output, (struct cell[]){
            cell_text(stats->is_for_people ? WHO[who] : figures_who_name(who)), cell_number(messages),
            share_cell(stats, messages, figures->all.heard, &share),
            time_cell(stats, histogram_at(&figures->times[who], P50), &half),
            time_cell(stats, histogram_at(&figures->times[who], P95), &most), cell_text(buf_text(&bar)) });
    }
    output_table_end(stats->output);
    buf_release(&share);
    buf_release(&half);
    buf_release(&most);
    buf_release(&bar);
    return EXIT_DONE;
}

/* Rules */

static size_t listed(const struct stats *stats, size_t count)
{
    return stats->filter.limit > 0 && (size_t)stats->filter.limit < count ? (size_t)stats->filter.limit : count;
}

static int show_rules(struct stats *stats)
{
    static const struct column COLUMNS[] = { { "rule", "rule", LOOK_NAME }, { "messages", "messages", LOOK_NUMBER },
                                             { "share", "share", LOOK_NUMBER } };
    const struct figures *figures = &stats->figures;
    struct buf share = { 0 };

    output_table(stats->output, "rules", COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (size_t i = 0; i < listed(stats, figures->rule_count); i++)
        output_row(stats->output, (struct cell[]){ cell_text(figures->rules[i].name), cell_number(figures->rules[i].messages),
                                                   share_cell(stats, figures->rules[i].messages, figures->all.heard, &share) });
    output_table_end(stats->output);
    buf_release(&share);
    return EXIT_DONE;
}

/* Questions */

/* The caller frees it. */
static struct gathered *top_questions(const struct stats *stats, size_t *count)
{
    size_t max = listed(stats, gather_kinds(stats->figures.questions));
    struct gathered *list = alloc_array(max + 1, sizeof *list);

    *count = gather_top(stats->figures.questions, list, max);
    return list;
}

static void say_slack(const struct stats *stats)
{
    int64_t slack = gather_slack(stats->figures.questions);

    if (slack > 0)
        output_note(stats->output, NOTE_WARN,
                    "There were more different questions than are kept apart: each count may be too low by %lld at most.",
                    (long long)slack);
}

static int show_questions(struct stats *stats)
{
    static const struct column COLUMNS[] = { { "count", "times", LOOK_NUMBER }, { "text", "nobody answered", LOOK_LONG },
                                             { "message", "newest", LOOK_NUMBER } };
    size_t count;
    struct gathered *list = top_questions(stats, &count);

    output_table(stats->output, "unanswered", COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (size_t i = 0; i < count; i++)
        output_row(stats->output,
                   (struct cell[]){ cell_number(list[i].count), cell_text(list[i].text), cell_id(list[i].number) });
    output_table_end(stats->output);
    free(list);
    say_slack(stats);
    return EXIT_DONE;
}

int stats_print_rules(struct stats *stats)
{
    struct buf sql = { 0 };
    size_t count;
    struct gathered *list = top_questions(stats, &count);

    if (count == 0) {
        free(list);
        return call_fail(stats->call, EXIT_NOTHING, "%s; there is nothing to write a rule for",
                         stats->figures.all.heard > 0 ? "every message got an answer" : "nothing was heard in this time");
    }
    as_rules(stats->rules, list, count, &sql);
    output_document(stats->output, "sql", buf_text(&sql));
    buf_release(&sql);
    free(list);
    return EXIT_DONE;
}

/* Money */

struct costs { /* read before any of it is shown: who reads the screen must not keep the book waiting */
    struct figures_cost *rows; /* with names of their own */
    size_t count;
};

static void keep_cost(void *context, const struct figures_cost *row)
{
    struct costs *costs = context;

    costs->rows = alloc_resize(costs->rows, costs->count + 1, sizeof *costs->rows);
    costs->rows[costs->count] = *row;
    costs->rows[costs->count++].backend = alloc_text(row->backend);
}

static int read_costs(struct stats *stats, struct costs *costs)
{
    struct buf since = { 0 }, until = { 0 };
    struct error error = { 0 };
    int count;

    name_day(stats, 0, &since);
    name_day(stats, stats->day_count - 1, &until);
    count = figures_costs(stats->db, buf_text(&since), buf_text(&until), stats->filter.backend, stats->filter.rule, keep_cost,
                          costs, &error);
    buf_release(&since);
    buf_release(&until);
    return count < 0 ? call_read_failed(stats->call, stats->db, &error) : EXIT_DONE;
}

static void release_costs(struct costs *costs)
{
    for (size_t i = 0; i < costs->count; i++)
        free((char *)costs->rows[i].backend);
    free(costs->rows);
}

static int show_costs(struct stats *stats)
{
    static const struct column COLUMNS[] = {
        { "backend", "backend", LOOK_NAME },        { "asked", "asked", LOOK_NUMBER },
        { "answered", "answered", LOOK_NUMBER },    { "tokens_in", "tokens in", LOOK_SPARE },
        { "tokens_out", "tokens out", LOOK_SPARE }, { "cost", "cost", LOOK_NUMBER },
    };
    struct costs costs = { 0 };
    struct buf cost = { 0 };
    int code = read_costs(stats, &costs);

    output_table(stats->output, "cost", COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (size_t i = 0; i < costs.count; i++) {
        const struct figures_cost *row = &costs.rows[i];

        buf_clear(&cost);
        decimal_format(row->cost, &cost);
        output_row(stats->output, (struct cell[]){ cell_text(row->backend), cell_number(row->asked), cell_number(row->answered),
                                                   cell_number(row->tokens_in), cell_number(row->tokens_out),
                                                   cell_json(buf_text(&cost)) });
    }
    output_table_end(stats->output);
    if (costs.count > 0 && (stats->filter.channel != NULL || stats->filter.flow != NULL))
        output_note(stats->output, NOTE_DIM, "Cost is kept by day, backend and rule: of all channels and flows together.");
    release_costs(&costs);
    buf_release(&cost);
    return code;
}

/* All */

static void show_sums(struct stats *stats)
{
    static const struct column COLUMNS[] = {
        { "since", "since", LOOK_PLAIN },           { "until", "until", LOOK_PLAIN },
        { "heard", "messages heard", LOOK_NUMBER }, { "said", "texts of ours", LOOK_NUMBER },
        { "p50_ms", "answered within", LOOK_WHOLE }, { "p95_ms", NULL, LOOK_PLAIN },
        { "unanswered_kinds", NULL, LOOK_NUMBER },  { "unanswered_slack", NULL, LOOK_NUMBER },
    };
    const struct figures *figures = &stats->figures;
    int64_t half = histogram_at(&figures->time, P50), most = histogram_at(&figures->time, P95);
    struct buf words = { 0 }, time = { 0 };
    struct cell p50 = half < 0 ? (struct cell){ 0 } : cell_number(half);

    if (stats->is_for_people && half >= 0) {
        add_time(half, &time);
        buf_addf(&words, "%s for half of them", buf_text(&time));
        add_time(most, &time);
        buf_addf(&words, ", %s for 95 %%", buf_text(&time));
        p50 = cell_text(buf_text(&words));
    }
    output_record(stats->output, NULL, COLUMNS,
                  (struct cell[]){ cell_time(stats->filter.since), cell_time(stats->filter.until),
                                   cell_number(figures->all.heard), cell_number(figures->all.said), p50,
                                   most < 0 ? (struct cell){ 0 } : cell_number(most),
                                   cell_number((int64_t)gather_kinds(figures->questions)),
                                   cell_number(gather_slack(figures->questions)) },
                  sizeof COLUMNS / sizeof *COLUMNS);
    buf_release(&words);
    buf_release(&time);
}

int stats_show(struct stats *stats)
{
    static int (*const SHOW[STATS_PARTS])(struct stats *) = { show_days, show_who, show_rules, show_questions, show_costs };
    const char *by = stats->call->parsed->options[OPTION_BY];
    int code = EXIT_DONE;

    if (by == NULL && stats->call->parsed->options[OPTION_CSV] != NULL)
        by = stats_parts[STATS_DAY];
    if (by == NULL)
        show_sums(stats);
    for (int part = 0; code == EXIT_DONE && part < STATS_PARTS; part++)
        if (by == NULL || strcmp(by, stats_parts[part]) == 0)
            code = SHOW[part](stats);
    if (code == EXIT_DONE && stats->figures.all.heard == 0)
        output_note(stats->output, NOTE_DIM, "Nothing was heard in this time.");
    return code;
}
