/*
 * command_transcript: what was said, and what became of it: in one conversation, or in all of a customer's.
 *
 * The book is read in pieces, and each is shown when it has been read (ctl/lines.h): whoever reads slowly holds nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/as_talk.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/follow.h"
#include "ctl/lines.h"
#include "ctl/show.h"
#include "store/transcript.h"

/* Heads */

struct heads { /* the zero value is empty and releasable */
    struct transcript_head *rows; /* their texts are owned */
    size_t count, room;
};

static void add_head(void *context, const struct transcript_head *row)
{
    struct heads *heads = context;
    struct transcript_head *head;

    if (heads->count == heads->room) {
        heads->room = heads->room == 0 ? 4 : heads->room * 2;
        heads->rows = alloc_resize(heads->rows, heads->room, sizeof *heads->rows);
    }
    head = &heads->rows[heads->count++];
    *head = *row;
    head->user = alloc_text(row->user);
    head->first_name = alloc_text(row->first_name);
    head->language = alloc_text(row->language);
    head->channel = alloc_text(row->channel);
    head->owner = alloc_text(row->owner);
    head->team = alloc_text(row->team);
    head->agent = alloc_text(row->agent);
    head->closed_by = alloc_text(row->closed_by);
    head->outcome = alloc_text(row->outcome);
    head->summary = alloc_text(row->summary);
    head->summary_by = alloc_text(row->summary_by);
    head->text = alloc_text(row->text);
}

static void heads_release(struct heads *heads)
{
    for (size_t i = 0; i < heads->count; i++) {
        struct transcript_head *head = &heads->rows[i];
        const char *texts[] = { head->user,  head->first_name, head->language, head->channel, head->owner,     head->team,
                                head->agent, head->closed_by,  head->outcome,  head->summary, head->summary_by, head->text };

        for (size_t text = 0; text < sizeof texts / sizeof *texts; text++)
            free((char *)texts[text]);
    }
    free(heads->rows);
    *heads = (struct heads){ 0 };
}

static void show_title(struct output *output, const struct transcript_head *head)
{
    struct buf title = { 0 };

    buf_addf(&title, "Transcript: %s", head->user[0] != '\0' ? head->user : "somebody erased");
    if (head->first_name[0] != '\0')
        buf_addf(&title, " (%s)", head->first_name);
    output_title(output, buf_text(&title));
    buf_release(&title);
}

static const struct column HEAD_COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },           { "user", "user", LOOK_NAME },
    { "first_name", "name", LOOK_NAME },   { "channel", "channel", LOOK_PLAIN },
    { "owner", "owner", LOOK_STATE },      { "outcome", NULL, LOOK_STATE }, /* for people it stands at the end */
    { "team", "team", LOOK_NAME },         { "agent", "agent", LOOK_NAME },
    { "message_count", "messages", LOOK_NUMBER }, { "last_in_at", "heard", LOOK_PLAIN },
    { "opened_at", NULL, LOOK_PLAIN },     { "closed_at", NULL, LOOK_PLAIN },
    { "contact", NULL, LOOK_NUMBER },      { "epoch", NULL, LOOK_NUMBER },
    { "is_opted_out", NULL, LOOK_PLAIN },
};

/* A page begins with all that is known; a terminal ends with it, where the eye is. */
static void show_head(struct output *output, const struct transcript_head *head, bool is_page)
{
    enum { COLUMNS = sizeof HEAD_COLUMNS / sizeof *HEAD_COLUMNS };
    struct column columns[COLUMNS];
    const struct cell cells[COLUMNS] = {
        cell_id(head->id),
        cell_text(head->user),
        cell_text_or_none(head->first_name),
        cell_text(head->channel),
        cell_text(head->owner),
        cell_text_or_none(head->outcome),
        cell_text_or_none(head->team),
        cell_text_or_none(head->agent),
        cell_number(head->message_count),
        cell_time(head->last_in_at),
        cell_time(head->opened_at),
        cell_time(head->closed_at),
        cell_id(head->contact),
        cell_number(head->epoch),
        cell_flag(head->is_opted_out),
    };

    memcpy(columns, HEAD_COLUMNS, sizeof columns);
    for (size_t i = 0; i < COLUMNS && is_page; i++)
        if (strcmp(columns[i].name, "outcome") == 0)
            columns[i].title = "outcome";
        else if (strcmp(columns[i].name, "opened_at") == 0)
            columns[i].title = "begun";
        else if (strcmp(columns[i].name, "closed_at") == 0)
            columns[i].title = "closed";
    output_record(output, "conversation", columns, cells, COLUMNS);
}

/* Lines */

/*
 * The heading (NULL: none) comes before the first line, if there is one; what becomes of the lines is watched (NULL: it
 * is not). The number of lines, or -1.
 */
static int show_lines(struct output *output, struct db *db, struct transcript_piece *piece,
                      const struct exchange_break *heading, struct follow *follow, struct error *error)
{
    struct lines lines = { 0 };
    int count, total = 0;

    piece->limit = LINES_PIECE;
    do {
        count = transcript_list(db, piece, lines_add, &lines, error);
        if (heading != NULL && total == 0 && lines.count > 0)
            output_break(output, heading);
        for (size_t i = 0; i < lines.count; i++) {
            output_line(output, &lines.rows[i]);
            if (follow != NULL)
                follow_watch(follow, &lines.rows[i]);
        }
        output_flush(output);
        if (lines.count > 0)
            piece->after = lines.rows[lines.count - 1].id;
        total += count;
        lines_clear(&lines);
    } while (count == LINES_PIECE && !output_is_lost(output));
    lines_release(&lines);
    return count < 0 ? -1 : total;
}

/* Whoever reads a summary is to know that no person has written it. */
static void show_ending(struct output *output, const struct transcript_head *head, bool is_page)
{
    struct column columns[] = {
        { "closed_at", "closed", LOOK_PLAIN },     { "closed_by", "closed by", LOOK_PLAIN },
        { "outcome", "outcome", LOOK_STATE },      { "summary", NULL, LOOK_WHOLE },
        { "summary_by", NULL, LOOK_PLAIN },        { "summary_at", NULL, LOOK_PLAIN },
    };
    struct buf title = { 0 };

    bool never_began = strcmp(head->closed_by, "notice") == 0;

    if (never_began || (head->closed_at == 0 && head->summary_at == 0))
        return;
    buf_add_text(&title, "machine summary by ");
    show_text(head->summary_by, strlen(head->summary_by), SHOW_CELL, &title);
    columns[3].title = buf_text(&title);
    for (size_t i = 0; i < 3 && is_page; i++) /* it begins with them */
        columns[i].title = NULL;
    output_record(output, "end", columns,
                  (struct cell[]){ cell_time(head->closed_at), cell_text_or_none(head->closed_by),
                                   cell_text_or_none(head->outcome), cell_text_or_none(head->summary),
                                   cell_text_or_none(head->summary_by), cell_time(head->summary_at) },
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

static int tell_one(struct call *call, struct db *db, int64_t id)
{
    bool has_one_table = call->parsed->options[OPTION_CSV] != NULL;
    bool is_page = call->parsed->options[OPTION_HTML] != NULL;
    struct transcript_piece piece = { .conversation = id };
    struct heads heads = { 0 };
    struct error error = { 0 };
    int count = transcript_head(db, id, add_head, &heads, &error);

    if (heads.count > 0) {
        show_title(call->output, &heads.rows[0]);
        show_head(call->output, &heads.rows[0], is_page);
    }
    output_exchange(call->output, "messages", EXCHANGE_TRANSCRIPT);
    if (count >= 0)
        count = show_lines(call->output, db, &piece, NULL, NULL, &error);
    output_exchange_end(call->output);
    if (count >= 0 && heads.count > 0 && !has_one_table) {
        show_ending(call->output, &heads.rows[0], is_page);
        count = show_sequel(call->output, db, id, &error);
    }
    heads_release(&heads);
    return count < 0 ? call_read_failed(call, db, &error) : EXIT_DONE;
}

/* The whole history */

static const struct column HISTORY_COLUMNS[] = {
    { "id", NULL, LOOK_NUMBER },         { "channel", NULL, LOOK_PLAIN },    { "owner", NULL, LOOK_STATE },
    { "outcome", NULL, LOOK_STATE },     { "team", NULL, LOOK_NAME },        { "agent", NULL, LOOK_NAME },
    { "message_count", NULL, LOOK_NUMBER }, { "opened_at", NULL, LOOK_PLAIN }, { "last_in_at", NULL, LOOK_PLAIN },
    { "closed_at", NULL, LOOK_PLAIN },   { "closed_by", NULL, LOOK_PLAIN },  { "epoch", NULL, LOOK_NUMBER },
    { "summary", NULL, LOOK_LONG },      { "summary_by", NULL, LOOK_PLAIN }, { "summary_at", NULL, LOOK_PLAIN },
};

/* For programs: people read it above what was said. */
static void show_history(struct output *output, const struct heads *heads)
{
    output_table(output, "conversations", HISTORY_COLUMNS, sizeof HISTORY_COLUMNS / sizeof *HISTORY_COLUMNS);
    for (size_t i = 0; i < heads->count; i++) {
        const struct transcript_head *head = &heads->rows[i];

        output_row(output, (struct cell[]){ cell_id(head->id), cell_text(head->channel), cell_text(head->owner),
                                            cell_text_or_none(head->outcome), cell_text_or_none(head->team),
                                            cell_text_or_none(head->agent), cell_number(head->message_count),
                                            cell_time(head->opened_at), cell_time(head->last_in_at),
                                            cell_time(head->closed_at), cell_text_or_none(head->closed_by),
                                            cell_number(head->epoch), cell_text_or_none(head->summary),
                                            cell_text_or_none(head->summary_by), cell_time(head->summary_at) });
    }
    output_table_end(output);
}

static void show_customer(struct output *output, const struct transcript_head *head, size_t count)
{
    static const struct column columns[] = {
        { "user", "user", LOOK_NAME },    { "first_name", "name", LOOK_NAME },
        { "contact", NULL, LOOK_NUMBER }, { "is_opted_out", NULL, LOOK_PLAIN },
        { "conversation_count", "conversations", LOOK_NUMBER },
    };

    output_record(output, "customer", columns,
                  (struct cell[]){ cell_text(head->user), cell_text_or_none(head->first_name), cell_id(head->contact),
                                   cell_flag(head->is_opted_out), cell_number((int64_t)count) },
                  sizeof columns / sizeof *columns);
}

/* "conversation 12, whatsapp: answered, closed by idle" */
static void format_heading(const struct transcript_head *head, struct buf *out)
{
    const char *separator = ": ";

    buf_addf(out, "conversation %lld, %s", (long long)head->id, head->channel);
    if (head->outcome[0] != '\0') {
        buf_addf(out, "%s%s", separator, head->outcome);
        separator = ", ";
    }
    if (head->closed_at == 0)
        buf_addf(out, "%s%s", separator, strcmp(head->owner, "agent") == 0 ? "with a person" : "open");
    else
        buf_addf(out, "%sclosed by %s", separator, head->closed_by);
}

static int show_conversation(struct output *output, struct db *db, const struct transcript_head *head, int64_t since,
                             int64_t until, struct error *error)
{
    struct transcript_piece piece = { .conversation = head->id, .since = since, .until = until };
    struct buf heading = { 0 }, label = { 0 };
    int count;

    format_heading(head, &heading);
    buf_addf(&label, "machine summary by %s", head->summary_by);
    count = show_lines(output, db, &piece,
                       &(struct exchange_break){ .heading = buf_text(&heading),
                                                 .label = buf_text(&label),
                                                 .text = head->summary[0] != '\0' ? head->summary : NULL },
                       NULL, error);
    buf_release(&heading);
    buf_release(&label);
    return count;
}

/* The end is not shown: it is open, or the customer's next message begins another, which is shown as well. */
static int tell_and_follow(struct call *call, struct db *db, int64_t id)
{
    struct transcript_piece piece = { .conversation = id };
    struct follow follow = { .output = call->output, .conversation = id };
    struct heads heads = { 0 };
    struct error error = { 0 };
    int count = follow_open(&follow, db, &error), code;

    if (count >= 0)
        count = transcript_head(db, id, add_head, &heads, &error);
    if (heads.count > 0) {
        show_head(call->output, &heads.rows[0], false);
        follow.contact = heads.rows[0].contact;
    }
    output_exchange(call->output, "messages", EXCHANGE_LIVE);
    if (count >= 0)
        count = show_lines(call->output, db, &piece, NULL, &follow, &error);
    follow.message = piece.after;
    code = count >= 0 ? follow_run(&follow, call, db) : call_read_failed(call, db, &error);
    output_exchange_end(call->output);
    heads_release(&heads);
    return code;
}

static int tell_all(struct call *call, struct db *db, int64_t id, int64_t since, int64_t until)
{
    struct heads heads = { 0 };
    struct error error = { 0 };
    int count = transcript_heads(db, id, since, until, add_head, &heads, &error);
    int total = 0;

    if (heads.count > 0) {
        show_title(call->output, &heads.rows[0]);
        show_customer(call->output, &heads.rows[0], heads.count);
        if (call->parsed->options[OPTION_CSV] == NULL)
            show_history(call->output, &heads);
    }
    output_exchange(call->output, "messages", EXCHANGE_TRANSCRIPT);
    for (size_t i = 0; i < heads.count && count >= 0; i++) {
        count = show_conversation(call->output, db, &heads.rows[i], since, until, &error);
        total += count;
    }
    output_exchange_end(call->output);
    heads_release(&heads);
    if (count < 0)
        return call_read_failed(call, db, &error);
    return total > 0 ? EXIT_DONE : call_fail(call, EXIT_NOTHING, "nothing was said in that time");
}

/* What has no end, and a talk, cannot be put into these forms; and both are of one conversation. */
static int check_alone(const struct call *call, enum option_id one)
{
    static const enum option_id others[] = { OPTION_ALL, OPTION_SINCE, OPTION_UNTIL, OPTION_CSV, OPTION_HTML, OPTION_AS_TALK };
    const char *const *options = call->parsed->options;

    for (size_t i = 0; options[one] != NULL && i < sizeof others / sizeof *others; i++)
        if (others[i] != one && options[others[i]] != NULL)
            return call_fail(call, EXIT_USAGE, "--%s does not go with --%s", command_options[one].name,
                             command_options[others[i]].name);
    return EXIT_DONE;
}

static int tell(struct call *call, struct db *db)
{
    const char *const *options = call->parsed->options;
    int64_t id = 0, since = 0, until = 0;
    int code = call_since(call, &since);

    if (code == EXIT_DONE)
        code = call_until(call, &until);
    if (code == EXIT_DONE)
        code = call_find(call, db, call->parsed->holes[0], &id);
    if (code != EXIT_DONE)
        return code;
    if (options[OPTION_FOLLOW] != NULL)
        return tell_and_follow(call, db, id);
    if (options[OPTION_ALL] != NULL || since != 0 || until != 0)
        return tell_all(call, db, id, since, until);
    return tell_one(call, db, id);
}

static int tell_as_talk(struct call *call, struct db *db)
{
    struct buf sql = { 0 }, why = { 0 };
    int64_t id = 0;
    int code = call_find_to_act(call, db, call->parsed->holes[0], &id);

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
    struct db *db = NULL;
    int code = check_alone(call, OPTION_FOLLOW);

    if (code == EXIT_DONE)
        code = check_alone(call, OPTION_AS_TALK);
    if (code == EXIT_DONE)
        code = call_open(call, &db);
    if (code == EXIT_DONE)
        code = call->parsed->options[OPTION_AS_TALK] != NULL ? tell_as_talk(call, db) : tell(call, db);
    db_close(db);
    return code;
}
