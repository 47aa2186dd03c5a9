/*
 * command_webhooks: what came in, byte for byte. Bytes of a body that are no UTF-8 are shown as
 * U+FFFD; `bytes` tells the true length.
 */
#include <string.h>

#include "base/utf8.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/list.h"
#include "ctl/narrow.h"
#include "store/listing.h"

static const struct column WEBHOOK_COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },           { "received_at", "received", LOOK_PLAIN },
    { "channel", "channel", LOOK_COMMON },  { "state", "state", LOOK_STATE },
    { "message", "message", LOOK_NUMBER }, { "reason", "why", LOOK_LONG },
    { "bytes", "bytes", LOOK_NUMBER },     { "claimed_user", NULL, LOOK_PLAIN },
    { "content_type", NULL, LOOK_PLAIN },  { "tries", NULL, LOOK_NUMBER },
    { "body", "body", LOOK_LONG },
};
enum { COLUMNS = sizeof WEBHOOK_COLUMNS / sizeof *WEBHOOK_COLUMNS };

/* NUL would end the text early, and bad bytes have no place in it. A head must not look as if its last letter were broken. */
static void copy_body(const struct listing_webhook *row, struct buf *body)
{
    bool is_head = row->body_len > 0 && row->body_len < row->body_bytes;
    size_t len = is_head ? utf8_floor(row->body, row->body_len, row->body_len - 1) : row->body_len;

    utf8_repair(row->body, len, body);
    if (is_head)
        buf_add_text(body, "…");
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

static int show_one(struct db *db, int64_t id, struct output *output, struct error *error)
{
    return listing_webhook_head(db, id, add_row, output, error);
}

int command_webhooks_list(struct call *call)
{
    static const struct list_noun noun = {
        "webhooks", WEBHOOK_COLUMNS, COLUMNS, pick_webhooks, show_one, "No webhook fits.",
    };
    struct filter filter;
    int code = call_check_word(call, OPTION_STATE, NULL);

    if (code == EXIT_DONE)
        code = narrow_read(call, LIST_ROWS, &filter);
    if (code != EXIT_DONE)
        return code;
    if ((filter.user != NULL || filter.phone != NULL) && filter.state != NULL && strcmp(filter.state, "duplicate") == 0)
        return call_fail(call, EXIT_USAGE, "of whom a duplicate is nobody has noted; look for its message with --user alone, "
                                           "or for duplicates with --since");
    return list_show(call, &noun, &filter);
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
