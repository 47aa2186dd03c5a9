/*
 * command_webhooks: what came in, byte for byte. Bytes of a body that are no UTF-8 are shown as
 * U+FFFD; `bytes` tells the true length.
 */
#include <string.h>

#include "base/utf8.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/listing.h"

enum { LISTED = 50 };

static const struct column WEBHOOK_COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },           { "received_at", "received", LOOK_PLAIN },
    { "channel", "channel", LOOK_PLAIN },  { "state", "state", LOOK_STATE },
    { "message", "message", LOOK_NUMBER }, { "reason", "why", LOOK_LONG },
    { "bytes", "bytes", LOOK_NUMBER },     { "claimed_user", NULL, LOOK_PLAIN },
    { "content_type", NULL, LOOK_PLAIN },  { "tries", NULL, LOOK_NUMBER },
    { "body", "body", LOOK_LONG },
};
enum { COLUMNS = sizeof WEBHOOK_COLUMNS / sizeof *WEBHOOK_COLUMNS };

/* NUL would end the text early, and bad bytes have no place in it. */
static void copy_body(const struct listing_webhook *row, struct buf *body)
{
    utf8_repair(row->body, row->body_len, body);
}

static void fill(const struct listing_webhook *row, const char *body, struct cell cells[COLUMNS])
{
    struct cell filled[COLUMNS] = {
        cell_id(row->id),
        cell_time(row->received_at),
        cell_text(row->channel),
        cell_text(row->state),
        cell_id(row->message),
        cell_text_or_none(row->reason),
        cell_number((int64_t)row->body_bytes),
        cell_text(row->claimed_user),
        cell_text_or_none(row->content_type),
        cell_number(row->tries),
        cell_text(body),
    };

    memcpy(cells, filled, sizeof filled);
}

static void add_row(void *context, const struct listing_webhook *row)
{
    struct cell cells[COLUMNS];
    struct buf body = { 0 };

    copy_body(row, &body);
    fill(row, buf_text(&body), cells);
    output_row(context, cells);
    buf_release(&body);
}

int command_webhooks_list(struct call *call)
{
    static const char *const states[] = {
        "raw", "read", "duplicate", "unreadable", "aside", "trouble", NULL
    };
    struct error error = { 0 };
    struct db *db;
    int64_t limit;
    int code, count;

    if ((code = call_check_word(call, OPTION_STATE, states)) != EXIT_DONE ||
        (code = call_limit(call, LISTED, &limit)) != EXIT_DONE || (code = call_open(call, &db)) != EXIT_DONE)
        return code;
    output_table(call->output, "webhooks", WEBHOOK_COLUMNS, COLUMNS);
    count = listing_webhooks(db, call->parsed->options[OPTION_STATE], limit, add_row, call->output, &error);
    output_table_end(call->output);
    if (count < 0)
        code = call_read_failed(call, db, &error);
    else if (count == 0)
        output_note(call->output, NOTE_DIM, "No webhook fits.");
    db_close(db);
    return code;
}

static void add_record(void *context, const struct listing_webhook *row)
{
    struct column columns[COLUMNS];
    struct cell cells[COLUMNS];
    struct buf body = { 0 };

    memcpy(columns, WEBHOOK_COLUMNS, sizeof columns);
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].title == NULL)
            columns[i].title = columns[i].name;
    copy_body(row, &body);
    fill(row, buf_text(&body), cells);
    output_record(context, "webhook", columns, cells, COLUMNS);
    buf_release(&body);
}

int command_webhooks_show(struct call *call)
{
    int64_t id = call->parsed->numbers[0];
    struct error error = { 0 };
    struct db *db;
    int code = call_open(call, &db), count;

    if (code != EXIT_DONE)
        return code;
    count = listing_webhook_one(db, id, add_record, call->output, &error);
    if (count < 0)
        code = call_read_failed(call, db, &error);
    else if (count == 0)
        code = call_fail(call, EXIT_NOTHING, "there is no webhook %lld; frontdesk webhooks list shows them",
                         (long long)id);
    db_close(db);
    return code;
}
