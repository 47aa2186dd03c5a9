/*
 * command_outbox: what is to go out, and what became of it.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/list.h"
#include "ctl/narrow.h"
#include "store/listing.h"

static const struct column OUTBOX_COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },
    { "user", "user", LOOK_NAME },
    { "conversation", "conversation", LOOK_NUMBER },
    { "state", "state", LOOK_STATE },
    { "created_at", "queued", LOOK_PLAIN },
    { "attempts", "attempts", LOOK_SPARE },
    { "reason", "why", LOOK_LONG },
    { "text", "text", LOOK_LONG },
    { "kind", NULL, LOOK_PLAIN },
    { "message", NULL, LOOK_NUMBER },
    { "turn", NULL, LOOK_NUMBER },
    { "contact", NULL, LOOK_NUMBER },
    { "seq", NULL, LOOK_NUMBER },
    { "part", NULL, LOOK_NUMBER },
    { "epoch", NULL, LOOK_NUMBER },
    { "campaign", NULL, LOOK_PLAIN },
    { "sent_by", NULL, LOOK_PLAIN },
    { "due_at", NULL, LOOK_PLAIN },
    { "expires_at", NULL, LOOK_PLAIN },
    { "settled_at", NULL, LOOK_PLAIN },
    { "failures", NULL, LOOK_NUMBER },
    { "is_consent", NULL, LOOK_PLAIN },
    { "is_single", NULL, LOOK_PLAIN },
    { "is_ambiguous", NULL, LOOK_PLAIN },
};
enum { COLUMNS = sizeof OUTBOX_COLUMNS / sizeof *OUTBOX_COLUMNS };

static void fill(const struct listing_outbox *row, struct cell cells[COLUMNS])
{
    struct cell filled[COLUMNS] = {
        cell_id(row->id),
        cell_text(row->user),
        cell_id(row->conversation),
        cell_text(row->state),
        cell_time(row->created_at),
        cell_number(row->attempts),
        cell_text_or_none(row->reason),
        cell_text(row->text),
        cell_text(row->kind),
        cell_id(row->message),
        cell_id(row->turn),
        cell_id(row->contact),
        cell_number(row->seq),
        cell_number(row->part),
        cell_number(row->epoch),
        cell_text_or_none(row->campaign),
        cell_text_or_none(row->sent_by),
        cell_time(row->due_at),
        strcmp(row->kind, "track") == 0 ? cell_time(0) : cell_time(row->expires_at), /* it has no deadline */
        cell_time(row->settled_at),
        cell_number(row->failures),
        cell_flag(row->is_consent),
        cell_flag(row->is_single),
        cell_flag(row->is_ambiguous),
    };

    memcpy(cells, filled, sizeof filled);
}

static void add_row(void *context, const struct listing_outbox *row)
{
    struct cell cells[COLUMNS];

    fill(row, cells);
    output_row(context, cells);
}

static int show_one(struct db *db, int64_t id, struct output *output, struct error *error)
{
    return listing_outbox_one(db, id, add_row, output, error);
}

int command_outbox_list(struct call *call)
{
    static const struct list_noun noun = {
        "outbox", OUTBOX_COLUMNS, COLUMNS, pick_outbox, show_one, "Nothing in the outbox fits.",
    };
    struct filter filter;
    int code = call_check_word(call, OPTION_STATE, NULL);

    if (code == EXIT_DONE)
        code = narrow_read(call, LIST_ROWS, &filter);
    return code == EXIT_DONE ? list_show(call, &noun, &filter) : code;
}

/* One */

/* As a record everything is worth its line. */
static void add_record(void *context, const struct listing_outbox *row)
{
    struct column columns[COLUMNS];
    struct cell cells[COLUMNS];

    memcpy(columns, OUTBOX_COLUMNS, sizeof columns);
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].title == NULL)
            columns[i].title = columns[i].name;
    fill(row, cells);
    output_record(context, "outbox", columns, cells, COLUMNS);
}

static const struct column ATTEMPT_COLUMNS[] = {
    { "id", NULL, LOOK_NUMBER },         { "at", "at", LOOK_PLAIN },
    { "took_ms", "ms", LOOK_NUMBER },    { "class", "outcome", LOOK_STATE },
    { "status", "status", LOOK_NUMBER }, { "batch", "recipients", LOOK_NUMBER },
    { "reason", "why", LOOK_WHOLE },      { "dispatch_id", "dispatch id", LOOK_PLAIN },
    { "request_id", NULL, LOOK_PLAIN },
};
enum { ATTEMPT_COLUMN_COUNT = sizeof ATTEMPT_COLUMNS / sizeof *ATTEMPT_COLUMNS };

static void add_attempt(void *context, const struct listing_attempt *row)
{
    const struct cell cells[ATTEMPT_COLUMN_COUNT] = {
        cell_id(row->id),
        cell_time(row->at),
        cell_number(row->took_ms),
        cell_text(row->class),
        cell_id(row->status),
        cell_number(row->batch),
        cell_text_or_none(row->reason),
        cell_text_or_none(row->dispatch_id),
        cell_text_or_none(row->request_id),
    };

    output_row(context, cells);
}

static int show(struct call *call, struct db *db, int64_t id)
{
    struct error error = { 0 };
    int count = listing_outbox_one(db, id, add_record, call->output, &error);

    if (count == 0)
        return call_fail(call, EXIT_NOTHING, "there is no outbox row %lld; frontdesk outbox list shows them",
                         (long long)id);
    if (count > 0) {
        output_table(call->output, "attempts", ATTEMPT_COLUMNS, ATTEMPT_COLUMN_COUNT);
        count = listing_attempts(db, id, add_attempt, call->output, &error);
        output_table_end(call->output);
    }
    return count < 0 ? call_read_failed(call, db, &error) : EXIT_DONE;
}

int command_outbox_show(struct call *call)
{
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = show(call, db, call->parsed->numbers[0]);
    db_close(db);
    return code;
}
