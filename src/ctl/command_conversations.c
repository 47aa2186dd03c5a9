/*
 * command_conversations: who wrote (conversations), and what was said (transcript).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/as_talk.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/listing.h"
#include "store/transcript.h"

enum { LISTED = 50 };

static const struct column CONVERSATION_COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },           { "user", "user", LOOK_NAME },
    { "first_name", "name", LOOK_NAME },  { "channel", "channel", LOOK_PLAIN },
    { "owner", "owner", LOOK_STATE },      { "team", "team", LOOK_NAME },
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

/* Transcript */

struct telling {
    struct output *output;
    char *user; /* owned: whose words the incoming ones are */
};

static void add_head(void *context, const struct listing_conversation *row)
{
    struct telling *telling = context;
    struct cell cells[COLUMNS];

    fill(row, cells);
    cells[COLUMNS - 1] = cell_text(NULL);
    /* The last column is the newest message, and the exchange has it. */
    output_record(telling->output, "conversation", CONVERSATION_COLUMNS, cells, COLUMNS - 1);
    telling->user = alloc_text(row->first_name[0] != '\0' ? row->first_name : row->user);
}

static void add_line(void *context, const struct transcript_line *line)
{
    struct telling *telling = context;
    bool is_theirs = strcmp(line->kind, "in") == 0;
    struct buf text = { 0 };

    buf_add_text(&text, line->text);
    if (strcmp(line->media, "[]") != 0 && line->media[0] != '\0')
        buf_addf(&text, "%s[media: %s]", text.len > 0 ? "\n" : "", line->media);
    output_line(telling->output, &(struct exchange_line){ .id = line->id,
                                                          .at = line->at,
                                                          .kind = line->kind,
                                                          .text = buf_text(&text),
                                                          .actor = is_theirs ? telling->user : line->actor,
                                                          .state = line->state,
                                                          .reason = line->reason,
                                                          .buttons = line->buttons,
                                                          .tags = line->tags });
    buf_release(&text);
}

static int tell(struct call *call, struct db *db)
{
    struct telling telling = { .output = call->output };
    struct error error = { 0 };
    int64_t id = 0;
    int code = call_find(call, db, call->parsed->holes[0], &id), count;

    if (code != EXIT_DONE)
        return code;
    count = listing_conversation(db, id, add_head, &telling, &error);
    output_exchange(call->output, "messages", EXCHANGE_TRANSCRIPT);
    if (count >= 0)
        count = transcript_list(db, id, add_line, &telling, &error);
    output_exchange_end(call->output);
    free(telling.user);
    return count < 0 ? call_read_failed(call, db, &error) : EXIT_DONE;
}

static int tell_as_talk(struct call *call, struct db *db)
{
    struct buf sql = { 0 }, why = { 0 };
    int64_t id = 0;
    int code = call_find(call, db, call->parsed->holes[0], &id);

    if (code == EXIT_DONE)
        code = as_talk(call, db, &id, 1, &sql, &why);
    if (code == EXIT_DONE)
        output_document(call->output, "talk", buf_text(&sql));
    if (code == EXIT_DONE && why.len > 0)
        code = call_fail(call, EXIT_FAILED, "with the rules in force this talk does not hold: %s", buf_text(&why));
    buf_release(&sql);
    buf_release(&why);
    return code;
}

int command_transcript(struct call *call)
{
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = call->parsed->options[OPTION_AS_TALK] != NULL ? tell_as_talk(call, db) : tell(call, db);
    db_close(db);
    return code;
}
