/*
 * command_conversations: who wrote.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/listing.h"

enum { LISTED = 50 };

static const struct column CONVERSATION_COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },           { "user", "user", LOOK_NAME },
    { "first_name", "name", LOOK_NAME },  { "channel", "channel", LOOK_PLAIN },
    { "owner", "owner", LOOK_STATE },      { "outcome", "outcome", LOOK_STATE },
    { "team", "team", LOOK_NAME },
    { "agent", "agent", LOOK_NAME },      { "message_count", "messages", LOOK_NUMBER },
    { "last_in_at", "heard", LOOK_PLAIN }, { "opened_at", NULL, LOOK_PLAIN },
    { "closed_at", NULL, LOOK_PLAIN },     { "contact", NULL, LOOK_NUMBER },
    { "epoch", NULL, LOOK_NUMBER },        { "is_opted_out", NULL, LOOK_PLAIN },
    { "text", "last words", LOOK_LONG },
};
enum { COLUMNS = sizeof CONVERSATION_COLUMNS / sizeof *CONVERSATION_COLUMNS };

static void fill(const struct listing_conversation *row, struct cell cells[COLUMNS])
{
    struct cell filled[COLUMNS] = {
        cell_id(row->id),
        cell_text(row->user),
        cell_text_or_none(row->first_name),
        cell_text(row->channel),
        cell_text(row->owner),
        cell_text_or_none(row->outcome),
        cell_text_or_none(row->team),
        cell_text_or_none(row->agent),
        cell_number(row->message_count),
        cell_time(row->last_in_at),
        cell_time(row->opened_at),
        cell_time(row->closed_at),
        cell_id(row->contact),
        cell_number(row->epoch),
        cell_flag(row->is_opted_out),
        cell_text(row->text),
    };

    memcpy(cells, filled, sizeof filled);
}

static void add_row(void *context, const struct listing_conversation *row)
{
    struct cell cells[COLUMNS];

    fill(row, cells);
    output_row(context, cells);
}

int command_conversations(struct call *call)
{
    static const char *const owners[] = { "bot", "agent", "closed", NULL };
    const char *const *options = call->parsed->options;
    struct listing_filter filter = { .owner = options[OPTION_OWNER],
                                     .rule = options[OPTION_RULE],
                                     .user = options[OPTION_USER] };
    struct error error = { 0 };
    struct db *db;
    int code, count;

    if ((code = call_check_word(call, OPTION_OWNER, owners)) != EXIT_DONE ||
        (code = call_limit(call, LISTED, &filter.limit)) != EXIT_DONE ||
        (code = call_since(call, &filter.since)) != EXIT_DONE || (code = call_open(call, &db)) != EXIT_DONE)
        return code;
    output_table(call->output, "conversations", CONVERSATION_COLUMNS, COLUMNS);
    count = listing_conversations(db, &filter, add_row, call->output, &error);
    output_table_end(call->output);
    if (count < 0)
        code = call_read_failed(call, db, &error);
    else if (count == 0)
        output_note(call->output, NOTE_DIM, "No conversation fits.");
    db_close(db);
    return code;
}
