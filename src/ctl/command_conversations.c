/*
 * command_conversations: who wrote (conversations), and what was said (transcript).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/as_talk.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/list.h"
#include "ctl/narrow.h"
#include "ctl/show.h"
#include "store/listing.h"
#include "store/transcript.h"

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

static int show_one(struct db *db, int64_t id, struct output *output, struct error *error)
{
    return listing_conversation(db, id, add_row, output, error);
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

/* Transcript */

struct ending { /* owned; "" and 0 where there is none */
    char *closed_by, *outcome, *summary, *summary_by;
    int64_t closed_at, summary_at;
};

struct telling {
    struct output *output;
    char *user; /* owned: whose words the incoming ones are */
    struct ending ending;
};

static void telling_release(struct telling *telling)
{
    free(telling->user);
    free(telling->ending.closed_by);
    free(telling->ending.outcome);
    free(telling->ending.summary);
    free(telling->ending.summary_by);
}

/* The outcome stands at the end, for people. */
static void show_head(struct output *output, const struct listing_conversation *row)
{
    struct column columns[COLUMNS];
    struct cell cells[COLUMNS];

    memcpy(columns, CONVERSATION_COLUMNS, sizeof columns);
    for (size_t i = 0; i < COLUMNS; i++)
        if (strcmp(columns[i].name, "outcome") == 0)
            columns[i].title = NULL;
    fill(row, cells);
    /* The last column is the newest message, and the exchange has it. */
    output_record(output, "conversation", columns, cells, COLUMNS - 1);
}

static void add_head(void *context, const struct listing_conversation *row)
{
    struct telling *telling = context;

    show_head(telling->output, row);
    telling->user = alloc_text(row->first_name[0] != '\0' ? row->first_name : row->user);
    telling->ending = (struct ending){ .closed_by = alloc_text(row->closed_by),
                                       .outcome = alloc_text(row->outcome),
                                       .summary = alloc_text(row->summary),
                                       .summary_by = alloc_text(row->summary_by),
                                       .closed_at = row->closed_at,
                                       .summary_at = row->summary_at };
}

/* What the customer read where the campaign has a text of its own, nobody here knows. */
static void format_line(const struct transcript_line *line, struct buf *text)
{
    buf_add_text(text, line->text);
    if (strcmp(line->media, "[]") != 0 && line->media[0] != '\0')
        buf_addf(text, "%s[media: %s]", text->len > 0 ? "\n" : "", line->media);
    if (text->len == 0 && strcmp(line->kind, "out") == 0)
        buf_addf(text, "[the campaign's own text, with %s]", line->properties);
}

static void add_line(void *context, const struct transcript_line *line)
{
    struct telling *telling = context;
    bool is_theirs = strcmp(line->kind, "in") == 0;
    struct buf text = { 0 };

    format_line(line, &text);
    output_line(telling->output, &(struct exchange_line){ .id = line->id,
                                                          .at = line->at,
                                                          .kind = line->kind,
                                                          .text = buf_text(&text),
                                                          .actor = is_theirs ? telling->user : line->actor,
                                                          .state = line->state,
                                                          .reason = line->reason,
                                                          .buttons = line->buttons,
                                                          .tags = line->tags,
                                                          .about = line->about });
    buf_release(&text);
}

/* Whoever reads a summary is to know that no person has written it. */
static void show_ending(struct output *output, const struct ending *ending)
{
    struct column columns[] = {
        { "closed_at", "closed", LOOK_PLAIN },     { "closed_by", "closed by", LOOK_PLAIN },
        { "outcome", "outcome", LOOK_STATE },      { "summary", NULL, LOOK_LONG },
        { "summary_by", NULL, LOOK_PLAIN },        { "summary_at", NULL, LOOK_PLAIN },
    };
    struct buf title = { 0 };

    bool never_began = strcmp(ending->closed_by, "notice") == 0;

    if (never_began || (ending->closed_at == 0 && ending->summary_at == 0))
        return;
    buf_add_text(&title, "machine summary by ");
    show_text(ending->summary_by, strlen(ending->summary_by), SHOW_CELL, &title);
    columns[3].title = buf_text(&title);
    output_record(output, "end", columns,
                  (struct cell[]){ cell_time(ending->closed_at), cell_text_or_none(ending->closed_by),
                                   cell_text_or_none(ending->outcome), cell_text_or_none(ending->summary),
                                   cell_text_or_none(ending->summary_by), cell_time(ending->summary_at) },
                  sizeof columns / sizeof *columns);
    buf_release(&title);
}

static const struct column WRITTEN_COLUMNS[] = {
    { "name", "into the profile", LOOK_NAME }, { "kind", "what", LOOK_PLAIN },
    { "value", "value", LOOK_LONG },           { "state", "state", LOOK_STATE },
    { "settled_at", "since", LOOK_PLAIN },     { "wanted_by", "by", LOOK_NAME },
    { "reason", "why", LOOK_LONG },            { "at", NULL, LOOK_PLAIN },
};

static void add_written(void *context, const struct transcript_written *row)
{
    output_row(context, (struct cell[]){ cell_text(row->name), cell_text(row->kind), cell_json(row->value),
                                         cell_text(row->state), cell_time(row->settled_at), cell_text(row->wanted_by),
                                         cell_text_or_none(row->reason), cell_time(row->at) });
}

static const struct column NOTICE_COLUMNS[] = {
    { "name", "notice", LOOK_NAME },      { "user", "to", LOOK_NAME },
    { "at", "at", LOOK_PLAIN },           { "state", "state", LOOK_STATE },
    { "reason", "why", LOOK_LONG },       { "text", "text", LOOK_LONG },
    { "properties", NULL, LOOK_PLAIN },   { "channel", NULL, LOOK_PLAIN },
    { "sent_by", NULL, LOOK_PLAIN },      { "is_to_business", NULL, LOOK_PLAIN },
    { "conversation", NULL, LOOK_NUMBER }, { "message", NULL, LOOK_NUMBER },
    { "outbox", NULL, LOOK_NUMBER },
};

static void add_notice(void *context, const struct transcript_notice *row)
{
    output_row(context, (struct cell[]){ cell_text(row->name), cell_text(row->user), cell_time(row->at),
                                         cell_text(row->state), cell_text_or_none(row->reason), cell_text_or_none(row->text),
                                         cell_json(row->properties), cell_text(row->channel),
                                         cell_text_or_none(row->campaign), cell_flag(row->is_to_business),
                                         cell_id(row->conversation), cell_id(row->message), cell_id(row->outbox) });
}

/* The number of rows, or -1. */
static int show_sequel(struct output *output, struct db *db, int64_t id, struct error *error)
{
    int count;

    output_table(output, "written", WRITTEN_COLUMNS, sizeof WRITTEN_COLUMNS / sizeof *WRITTEN_COLUMNS);
    count = transcript_list_written(db, id, add_written, output, error);
    output_table_end(output);
    if (count < 0)
        return -1;
    output_table(output, "notices", NOTICE_COLUMNS, sizeof NOTICE_COLUMNS / sizeof *NOTICE_COLUMNS);
    count = transcript_list_notices(db, id, add_notice, output, error);
    output_table_end(output);
    return count;
}

static int tell(struct call *call, struct db *db)
{
    bool has_one_table = call->parsed->options[OPTION_CSV] != NULL;
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
    if (count >= 0 && !has_one_table) {
        show_ending(call->output, &telling.ending);
        count = show_sequel(call->output, db, id, &error);
    }
    telling_release(&telling);
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
