/*
 * command_retention: what is kept how long, how much there is, and what will go; and: let it go now.
 *
 * Numbers of rows are told from their ids, without counting millions: "about" is what they are.
 */
#include "base/clock.h"
#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/live.h"
#include "desk/retention.h"

static const struct column COLUMNS[] = {
    { "class", "what", LOOK_NAME },           { "keep", "kept for", LOOK_PLAIN },
    { "rows", "rows, about", LOOK_NUMBER }, { "oldest_at", "the oldest", LOOK_PLAIN },
    { "due", "too old, about", LOOK_NUMBER }, { "removed", "gone so far", LOOK_SPARE },
    { "ran_at", "last", LOOK_SPARE },         { "setting", "setting", LOOK_PLAIN },
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static const char *const SETTINGS[RETENTION_CLASSES] = { "keep_webhooks", "keep_traces", "keep_messages" };

static int show_class(struct call *call, struct db *db, const struct ruleset *rules, enum retention_class class,
                      struct error *error)
{
    int64_t before = retention_before(rules, class, call->now);
    struct retention_state state;

    if (retention_look(db, class, before, &state, error) != 0)
        return -1;
    output_row(call->output, (struct cell[COLUMN_COUNT]){
                                 cell_text(retention_name(class)),
                                 cell_text(ruleset_setting(rules, SETTINGS[class])),
                                 cell_number(state.rows),
                                 cell_time(state.oldest_at),
                                 cell_number(before == 0 ? 0 : state.due),
                                 cell_number(state.removed),
                                 cell_time(state.ran_at),
                                 cell_text(SETTINGS[class]),
                             });
    return 0;
}

static int show_file(struct call *call, struct db *db, struct error *error)
{
    static const struct column columns[] = { { "bytes", "bytes of the book", LOOK_NUMBER },
                                             { "free_bytes", "of them free", LOOK_NUMBER },
                                             { "shrinks", NULL, LOOK_PLAIN } };
    struct retention_file file;

    if (retention_look_at_file(db, &file, error) != 0)
        return -1;
    output_record(call->output, "file", columns,
                  (struct cell[]){ cell_number(file.bytes), cell_number(file.free_bytes), cell_flag(file.shrinks) }, 3);
    if (!file.shrinks)
        output_note(call->output, NOTE_WARN,
                    "This book gives no free pages back to the disk; it uses them again. Stop frontdeskd and run: "
                    "sqlite3 FILE 'PRAGMA auto_vacuum = INCREMENTAL; VACUUM'");
    return 0;
}

static int show(struct call *call, struct db *db, const struct ruleset *rules)
{
    struct error error = { 0 };
    int result = 0;

    output_table(call->output, "classes", COLUMNS, COLUMN_COUNT);
    for (int class = 0; class < RETENTION_CLASSES && result == 0; class++)
        result = show_class(call, db, rules, (enum retention_class)class, &error);
    output_table_end(call->output);
    if (result == 0)
        output_note(call->output, NOTE_DIM, "Messages go by whole conversations, and these are what is counted.");
    if (result == 0 && call->parsed->options[OPTION_CSV] == NULL)
        result = show_file(call, db, &error);
    return result == 0 ? EXIT_DONE : call_read_failed(call, db, &error);
}

static int begin_now(struct call *call)
{
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    struct json *reply;
    int code;

    jsonw_object(&w, NULL);
    jsonw_text(&w, "actor", buf_text(&call->actor));
    jsonw_end_object(&w);
    code = act_run(call, "retention", buf_text(&arguments), &reply);
    if (code == EXIT_DONE)
        output_note(call->output, NOTE_GOOD, "What is too old goes now; frontdesk retention shows how far it has come.");
    json_free(reply);
    buf_release(&arguments);
    return code;
}

int command_retention(struct call *call)
{
    struct ruleset *rules = NULL;
    struct db *db = NULL;
    int code = call->parsed->options[OPTION_NOW] != NULL ? begin_now(call) : EXIT_DONE;

    if (code == EXIT_DONE)
        code = call_open(call, &db);
    if (code == EXIT_DONE)
        code = live_read(call, db, &rules);
    if (code == EXIT_DONE && rules == NULL)
        rules = ruleset_empty(call_zones(call));
    if (code == EXIT_DONE)
        code = show(call, db, rules);
    ruleset_free(rules);
    db_close(db);
    return code;
}
