/*
 * command_why: the stored decision about a message, and what followed.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/verdict.h"
#include "store/transcript.h"

struct asking {
    struct output *output;
    struct error *error;
    int64_t turn;
    int result;
};

static void show_decision(void *context, const struct transcript_decision *row)
{
    struct asking *asking = context;
    const struct verdict verdict = {
        .message = row->message,
        .conversation = row->conversation,
        .at = row->at,
        .ruleset = row->ruleset,
        .user = row->user,
        .text = row->text,
        .rule = row->rule,
        .action = row->action,
        .turn_state = row->turn_state,
        .state = row->state,
        .trace = row->trace,
    };

    asking->turn = row->turn;
    asking->result = verdict_show(asking->output, &verdict, asking->error);
}

static const struct column FOLLOWED_COLUMNS[] = {
    { "id", "what followed", LOOK_NUMBER }, { "kind", NULL, LOOK_PLAIN },
    { "actor", "said by", LOOK_PLAIN },     { "text", "text", LOOK_LONG },
    { "outbox", "outbox", LOOK_NUMBER },    { "state", "state", LOOK_STATE },
    { "reason", "why", LOOK_LONG },         { "buttons", "buttons", LOOK_LONG },
};

static void show_line(void *context, const struct transcript_line *line)
{
    output_row(context,
               (struct cell[]){ cell_id(line->id), cell_text(line->kind), cell_text_or_none(line->actor),
                                cell_text(line->text), cell_id(line->outbox), cell_text_or_none(line->state),
                                cell_text_or_none(line->reason),
                                strcmp(line->buttons, "[]") != 0 ? cell_json(line->buttons)
                                                                 : cell_text(NULL) });
}

static int why(struct call *call, struct db *db)
{
    struct error error = { 0 };
    struct asking asking = { .output = call->output, .error = &error };
    int64_t message = call->parsed->numbers[0];
    int found = transcript_why(db, message, show_decision, &asking, &error), count;

    if (found == 0)
        return call_fail(call, EXIT_NOTHING,
                         "there is no decision about a message %lld; frontdesk transcript "
                         "--json tells the numbers",
                         (long long)message);
    if (found < 0 || asking.result != 0)
        return call_read_failed(call, db, &error);
    output_table(call->output, "messages", FOLLOWED_COLUMNS,
                 sizeof FOLLOWED_COLUMNS / sizeof *FOLLOWED_COLUMNS);
    count = transcript_turn(db, asking.turn, show_line, call->output, &error);
    output_table_end(call->output);
    return count < 0 ? call_read_failed(call, db, &error) : EXIT_DONE;
}

int command_why(struct call *call)
{
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = why(call, db);
    db_close(db);
    return code;
}
