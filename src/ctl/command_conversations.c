/*
 * command_conversations: who wrote.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/list.h"
#include "ctl/narrow.h"
#include "store/transcript.h"

static const struct column CONVERSATION_COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },           { "user", "user", LOOK_NAME },
    { "first_name", "name", LOOK_NAME },  { "channel", "channel", LOOK_COMMON },
    { "owner", "owner", LOOK_STATE },      { "outcome", "outcome", LOOK_SPARE },
    { "team", "team", LOOK_NAME },
    { "agent", "agent", LOOK_NAME },      { "message_count", "messages", LOOK_SPARE },
    { "last_in_at", "heard", LOOK_PLAIN }, { "opened_at", NULL, LOOK_PLAIN },
    { "closed_at", NULL, LOOK_PLAIN },     { "contact", NULL, LOOK_NUMBER },
    { "epoch", NULL, LOOK_NUMBER },        { "is_opted_out", NULL, LOOK_PLAIN },
    { "text", "last words", LOOK_LONG },
};
enum { COLUMNS = sizeof CONVERSATION_COLUMNS / sizeof *CONVERSATION_COLUMNS };

static void fill(const struct output *output, const struct transcript_head *row, struct cell cells[COLUMNS])
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
        cell_words(output, row->text, row->has_media),
    };

    memcpy(cells, filled, sizeof filled);
}

static void add_row(void *context, const struct transcript_head *row)
{
    struct cell cells[COLUMNS];

    fill(context, row, cells);
    output_row(context, cells);
}

static int show_one(struct db *db, int64_t id, struct output *output, struct error *error)
{
    return transcript_head(db, id, add_row, output, error);
}

int command_conversations(struct call *call)
{
    static const struct list_noun noun = {
        "conversations", CONVERSATION_COLUMNS, COLUMNS, pick_conversations, show_one, "No conversation fits.",
    };
    struct filter filter;
    int code = narrow_read(call, LIST_ROWS, &filter);

    return code == EXIT_DONE ? list_show(call, &noun, &filter) : code;
}
