/*
 * command_usage: what backends were asked, and what that cost: by day, backend, rule or contact.
 *
 * The book counts by the days of the business, so --since and --until are understood as such; the hour in them does not matter.
 * Money is as exact as it was charged: JSON and CSV carry the same decimal that people see.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/local.h"
#include "ctl/narrow.h"
#include "rules/decimal.h"
#include "store/spend.h"

enum { COLUMNS = 6 };

static const struct {
    const char *word;    /* as typed behind --by */
    const char *name;    /* of the column */
} KEYS[] = {
    [USAGE_BY_DAY] = { "day", "day" },
    [USAGE_BY_BACKEND] = { "backend", "backend" },
    [USAGE_BY_RULE] = { "rule", "rule" },
    [USAGE_BY_CONTACT] = { "contact", "user" },
};
enum { KEY_COUNT = sizeof KEYS / sizeof *KEYS };

struct listed {
    struct output *output;
    struct usage total;
    int64_t rows, limit; /* so many are shown, all are added up; 0: all */
};

static void show_row(struct output *output, const char *key, const struct usage *sum)
{
    struct buf cost = { 0 };

    decimal_format(sum->cost, &cost);
    output_row(output, (struct cell[COLUMNS]){ cell_text(key), cell_number(sum->asked), cell_number(sum->answered),
                                               cell_number(sum->tokens_in), cell_number(sum->tokens_out),
                                               cell_json(buf_text(&cost)) });
    buf_release(&cost);
}

static void add_row(void *context, const char *key, const struct usage *sum)
{
    struct listed *listed = context;

    listed->total.asked += sum->asked;
    listed->total.answered += sum->answered;
    listed->total.tokens_in += sum->tokens_in;
    listed->total.tokens_out += sum->tokens_out;
    listed->total.cost += sum->cost;
    if (++listed->rows <= listed->limit || listed->limit == 0)
        show_row(listed->output, key, sum);
}

/* For programs; people see it as the table's last line. */
static void show_total(struct output *output, const struct usage *total)
{
    static const struct column columns[COLUMNS - 1] = {
        { "asked", NULL, LOOK_NUMBER },      { "answered", NULL, LOOK_NUMBER }, { "tokens_in", NULL, LOOK_NUMBER },
        { "tokens_out", NULL, LOOK_NUMBER }, { "cost", NULL, LOOK_NUMBER },
    };
    struct buf cost = { 0 };

    decimal_format(total->cost, &cost);
    output_record(output, "total", columns,
                  (struct cell[COLUMNS - 1]){ cell_number(total->asked), cell_number(total->answered),
                                              cell_number(total->tokens_in), cell_number(total->tokens_out),
                                              cell_json(buf_text(&cost)) },
                  COLUMNS - 1);
    buf_release(&cost);
}

static int say_nothing(struct call *call, struct db *db, const struct usage_days *days, const struct filter *filter)
{
    bool is_narrowed = filter->backend != NULL || filter->rule != NULL || filter->user != NULL || filter->phone != NULL;
    int code = narrow_check_names(call, db, filter);

    if (code != EXIT_DONE)
        return code;
    if (is_narrowed || *days->last != '\0')
        output_note(call->output, NOTE_DIM, "No question to a backend fits, so nothing was spent.");
    else if (*days->first != '\0')
        output_note(call->output, NOTE_DIM, "No backend has been asked since %s, so nothing was spent.", days->first);
    else
        output_note(call->output, NOTE_DIM, "No backend has been asked yet, so nothing was spent.");
    return EXIT_DONE;
}

static int show(struct call *call, struct db *db, enum usage_by by, const struct usage_days *days,
                const struct filter *filter)
{
    const struct column columns[COLUMNS] = {
        { KEYS[by].name, KEYS[by].name, LOOK_NAME }, { "asked", "asked", LOOK_NUMBER },
        { "answered", "answered", LOOK_NUMBER },     { "tokens_in", "tokens in", LOOK_NUMBER },
        { "tokens_out", "tokens out", LOOK_NUMBER }, { "cost", "cost", LOOK_NUMBER },
    };
    bool is_for_people = call->parsed->options[OPTION_JSON] == NULL && call->parsed->options[OPTION_CSV] == NULL;
    struct listed listed = { .output = call->output, .limit = filter->limit };
    struct error error = { 0 };
    int count;

    output_table(call->output, "usage", columns, COLUMNS);
    count = usage_list(db, by, days, filter, add_row, &listed, &error);
    if (listed.rows > 1 && is_for_people)
        show_row(call->output, "total", &listed.total);
    output_table_end(call->output);
    if (count < 0)
        return call_read_failed(call, db, &error);
    show_total(call->output, &listed.total);
    return count == 0 ? say_nothing(call, db, days, filter) : EXIT_DONE;
}

/* Days */

/* The days at the business that the moments belong to: the first, and the last before --until. "" where nothing was typed. */
static void find_days(const struct call *call, const struct filter *filter, char first[LOCAL_DAY_LEN], char last[LOCAL_DAY_LEN])
{
    *first = *last = '\0';
    if (filter->since > 0)
        local_day(call_zone(call), filter->since, first);
    if (filter->until > 0)
        local_day(call_zone(call), filter->until - 1, last);
}

static int read_by(const struct call *call, enum usage_by *by)
{
    const char *typed = call->parsed->options[OPTION_BY];
    int code = call_check_word(call, OPTION_BY, NULL);

    *by = USAGE_BY_DAY;
    for (int i = 0; code == EXIT_DONE && typed != NULL && i < KEY_COUNT; i++)
        if (strcmp(KEYS[i].word, typed) == 0)
            *by = (enum usage_by)i;
    return code;
}

int command_usage(struct call *call)
{
    char first[LOCAL_DAY_LEN], last[LOCAL_DAY_LEN];
    struct filter filter;
    struct db *db = NULL;
    enum usage_by by;
    int code = read_by(call, &by);

    if (code == EXIT_DONE)
        code = narrow_read(call, 0, &filter);
    if (code == EXIT_DONE)
        code = call_open(call, &db);
    if (code == EXIT_DONE) {
        find_days(call, &filter, first, last);
        code = show(call, db, by, &(struct usage_days){ first, last }, &filter);
    }
    db_close(db);
    return code;
}
