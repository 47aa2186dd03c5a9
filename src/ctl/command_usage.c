/*
 * command_usage: what backends were asked, and what that cost: by day, backend, rule or contact.
 *
 * The book counts by the days of the business, so --since is understood as one of those; the hour in it does not matter.
 * Money is as exact as it was charged: JSON and CSV carry the same decimal that people see.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/local.h"
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
    int rows;
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
    listed->rows++;
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

static int show(struct call *call, struct db *db, enum usage_by by, const char *since)
{
    const struct column columns[COLUMNS] = {
        { KEYS[by].name, KEYS[by].name, LOOK_NAME }, { "asked", "asked", LOOK_NUMBER },
        { "answered", "answered", LOOK_NUMBER },     { "tokens_in", "tokens in", LOOK_NUMBER },
        { "tokens_out", "tokens out", LOOK_NUMBER }, { "cost", "cost", LOOK_NUMBER },
    };
    bool is_for_people = call->parsed->options[OPTION_JSON] == NULL && call->parsed->options[OPTION_CSV] == NULL;
    struct listed listed = { .output = call->output };
    struct error error = { 0 };
    int count;

    output_table(call->output, "usage", columns, COLUMNS);
    count = usage_list(db, by, since, add_row, &listed, &error);
    if (listed.rows > 1 && is_for_people)
        show_row(call->output, "total", &listed.total);
    output_table_end(call->output);
    if (count < 0)
        return call_read_failed(call, db, &error);
    show_total(call->output, &listed.total);
    if (count == 0)
        output_note(call->output, NOTE_DIM, *since == '\0' ? "No backend has been asked yet, so nothing was spent."
                                                           : "No backend has been asked since %s, so nothing was spent.",
                    since);
    return EXIT_DONE;
}

/* Days */

/* The day at the business that a moment belongs to; "" when nothing was typed. */
static int read_since(const struct call *call, char day[LOCAL_DAY_LEN])
{
    int64_t since;
    int code = call_since(call, &since);

    *day = '\0';
    if (code == EXIT_DONE && call->parsed->options[OPTION_SINCE] != NULL)
        local_day(call_zone(call), since, day);
    return code;
}

static int read_by(const struct call *call, enum usage_by *by)
{
    const char *words[KEY_COUNT + 1] = { NULL }, *typed = call->parsed->options[OPTION_BY];
    int code;

    for (int i = 0; i < KEY_COUNT; i++)
        words[i] = KEYS[i].word;
    code = call_check_word(call, OPTION_BY, words);
    *by = USAGE_BY_DAY;
    for (int i = 0; code == EXIT_DONE && typed != NULL && i < KEY_COUNT; i++)
        if (strcmp(words[i], typed) == 0)
            *by = (enum usage_by)i;
    return code;
}

int command_usage(struct call *call)
{
    char since[LOCAL_DAY_LEN] = "";
    enum usage_by by;
    struct db *db = NULL;
    int code = read_by(call, &by);

    if (code == EXIT_DONE)
        code = call_open(call, &db);
    if (code == EXIT_DONE)
        code = read_since(call, since);
    if (code == EXIT_DONE)
        code = show(call, db, by, since);
    db_close(db);
    return code;
}
