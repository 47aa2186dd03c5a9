/*
 * command_queue: who is a person's, who waits, and what to type next.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/remedy.h"
#include "store/listing.h"
#include "store/queue.h"

enum { LISTED = 50 };

static const struct column COLUMNS[] = {
    { "conversation", "id", LOOK_NUMBER },  { "case", "case", LOOK_NUMBER },        { "user", "user", LOOK_NAME },
    { "first_name", "name", LOOK_NAME },    { "channel", NULL, LOOK_PLAIN },        { "state", "state", LOOK_STATE },
    { "waits", "for", LOOK_PLAIN },         { "waits_since", NULL, LOOK_PLAIN },    { "since", NULL, LOOK_PLAIN },
    { "team", "team", LOOK_NAME },          { "agent", "with", LOOK_NAME },         { "told", "told", LOOK_NAME },
    { "trouble", "trouble", LOOK_LONG },    { "summary", NULL, LOOK_PLAIN },        { "text", "last words", LOOK_LONG },
    { "next", "next", LOOK_PLAIN },
};
enum { COUNT = sizeof COLUMNS / sizeof *COLUMNS };

/* Read whole before anything is shown: a slow pipe must not hold the book. */
struct showing { /* owned texts */
    struct queue_row *rows;
    size_t count;
};

static void keep_row(void *context, const struct queue_row *row)
{
    struct showing *showing = context;
    struct queue_row *kept;

    showing->rows = alloc_resize(showing->rows, showing->count + 1, sizeof *showing->rows);
    kept = &showing->rows[showing->count++];
    *kept = *row;
    kept->user = alloc_text(row->user);
    kept->first_name = alloc_text(row->first_name);
    kept->channel = alloc_text(row->channel);
    kept->team = alloc_text(row->team);
    kept->agent = alloc_text(row->agent);
    kept->text = alloc_text(row->text);
    kept->told = alloc_text(row->told);
    kept->trouble = alloc_text(row->trouble);
    kept->summary = alloc_text(row->summary);
}

static void showing_release(struct showing *showing)
{
    for (size_t i = 0; i < showing->count; i++) {
        const struct queue_row *row = &showing->rows[i];
        const char *const texts[] = { row->user, row->first_name, row->channel, row->team, row->agent,
                                      row->text, row->told, row->trouble, row->summary };

        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
            free((char *)texts[j]);
    }
    free(showing->rows);
}

static void format_next(const struct call *call, struct db *db, const struct queue_row *row, struct buf *out)
{
    bool is_taken = *row->agent != '\0', is_answered = row->waits_since == 0;
    struct buf command = { 0 };

    buf_addf(&command, "frontdesk %s ", !is_taken ? "take" : is_answered ? "release" : "say");
    listing_format_typed(db, row->conversation, &command);
    if (is_taken && !is_answered)
        buf_add_text(&command, " '…'");
    remedy_add(call, buf_text(&command), out);
    buf_release(&command);
}

static const char *state_of(const struct queue_row *row)
{
    if (row->waits_since == 0)
        return "answered";
    return *row->agent == '\0' ? "waiting" : "taken";
}

static void show_row(const struct call *call, struct db *db, const struct queue_row *row)
{
    struct buf waits = { 0 }, next = { 0 };

    if (row->waits_since != 0)
        clock_format_age(call->now - row->waits_since, &waits);
    format_next(call, db, row, &next);
    output_row(call->output, (struct cell[COUNT]){
                                 cell_id(row->conversation),
                                 cell_id(row->number),
                                 cell_text(row->user),
                                 cell_text_or_none(row->first_name),
                                 cell_text(row->channel),
                                 cell_text(state_of(row)),
                                 cell_text_or_none(buf_text(&waits)),
                                 cell_time(row->waits_since),
                                 cell_time(row->since),
                                 cell_text_or_none(row->team),
                                 cell_text_or_none(row->agent),
                                 cell_text_or_none(row->told),
                                 cell_text_or_none(row->trouble),
                                 cell_text_or_none(row->summary),
                                 cell_words(call->output, row->text, row->has_media),
                                 cell_text(buf_text(&next)),
                             });
    buf_release(&waits);
    buf_release(&next);
}

int command_queue(struct call *call)
{
    struct showing showing = { 0 };
    struct queue_filter filter = { .limit = 0 };
    struct error error = { 0 };
    struct db *db;
    int code, count;

    if ((code = call_limit(call, LISTED, &filter.limit)) != EXIT_DONE || (code = call_open(call, &db)) != EXIT_DONE)
        return code;
    count = queue_list(db, &filter, keep_row, &showing, &error);
    if (count < 0)
        code = call_read_failed(call, db, &error);
    output_table(call->output, "queue", COLUMNS, COUNT);
    for (size_t i = 0; i < showing.count; i++)
        show_row(call, db, &showing.rows[i]);
    output_table_end(call->output);
    db_close(db);
    if (count == 0)
        output_note(call->output, NOTE_GOOD, "Nobody waits for a person.");
    showing_release(&showing);
    return code;
}
