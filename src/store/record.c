/*
 * record: see the header.
 *
 * The walk follows the numbers of messages, which rise with time: it may end where a whole chunk is older than
 * asked for. (A clock that was set back for a while makes a few messages look older than their neighbours, not a
 * whole chunk.) Rows that do not fit are stepped over within the chunk, and count towards its size, so that one
 * chunk is a short read in any book.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/record.h"

enum { ANSWER_ROWS_MAX = 64 };

#define COLUMNS                                                                                              \
    "SELECT d.message, d.at, d.ruleset, d.rule, d.action, d.state, m.text, m.media, m.conversation, m.turn "

static const char ALL[] = COLUMNS "FROM decision d JOIN message m ON m.id = d.message WHERE d.message < ?1 "
                                  "ORDER BY d.message DESC LIMIT ?2";

static const char OF_CONVERSATION[] =
    COLUMNS "FROM message m CROSS JOIN decision d ON d.message = m.id WHERE m.conversation = ?3 AND m.id < ?1 "
            "ORDER BY m.id DESC LIMIT ?2";

/* The answers stand behind their message and before the customer's next one, with what people say in between. */
static const char ANSWERS[] =
    "SELECT text, kind, turn FROM message WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

static int add_answers(struct db *db, int64_t conversation, int64_t turn, struct record *record,
                       struct error *error)
{
    struct query *q = db_query(db, ANSWERS);
    struct buf said = { 0 };
    int more;

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, record->message);
    query_bind_int(q, 3, ANSWER_ROWS_MAX);
    while ((more = query_step(q, error)) == 1 && strcmp(query_text(q, 1), "in") != 0) {
        if (strcmp(query_text(q, 1), "out") != 0 || query_int(q, 2) != turn)
            continue;
        if (record->parts++ > 0)
            buf_add_char(&said, '\n');
        buf_add_text(&said, query_text(q, 0));
    }
    query_end(q);
    record->said = buf_detach(&said);
    return more < 0 ? -1 : 0;
}

static struct record take_row(const struct query *q)
{
    return (struct record){
        .message = query_int(q, 0),
        .at = query_int(q, 1),
        .ruleset = query_int(q, 2),
        .rule = query_is_null(q, 3) ? NULL : alloc_text(query_text(q, 3)),
        .action = alloc_text(query_text(q, 4)),
        .state = alloc_text(query_text(q, 5)),
        .text = alloc_text(query_text(q, 6)),
        .has_media = strcmp(query_text(q, 7), "[]") != 0,
    };
}

static void clear(struct records *records)
{
    for (size_t i = 0; i < records->count; i++) {
        struct record *record = &records->list[i];

        free(record->text);
        free(record->rule);
        free(record->action);
        free(record->state);
        free(record->said);
    }
    records->count = records->bytes = 0;
}

static int add_record(struct db *db, const struct query *q, struct records *records, struct error *error)
{
    struct record *record = &records->list[records->count++];

    *record = take_row(q);
    if (add_answers(db, query_int(q, 8), query_int(q, 9), record, error) != 0)
        return -1;
    records->bytes += strlen(record->text) + strlen(record->state) + strlen(record->said);
    return 0;
}

static struct query *ask(struct db *db, const struct records *records)
{
    struct query *q = db_query(db, records->conversation != 0 ? OF_CONVERSATION : ALL);

    query_bind_int(q, 1, records->before != 0 ? records->before : INT64_MAX);
    query_bind_int(q, 2, RECORDS_MAX);
    if (records->conversation != 0)
        query_bind_int(q, 3, records->conversation);
    return q;
}

/* One chunk, which may turn out to be empty. */
static int read_chunk(struct db *db, const struct record_filter *filter, struct records *records,
                      struct error *error)
{
    struct query *q = ask(db, records);
    size_t seen = 0, old = 0;
    int more;

    while ((more = query_step(q, error)) == 1) {
        int64_t at = query_int(q, 1);

        seen++;
        records->before = query_int(q, 0);
        if (filter->since != 0 && at < filter->since)
            old++;
        else if ((filter->until == 0 || at < filter->until) && add_record(db, q, records, error) != 0)
            more = -1;
        if (more < 0 || records->bytes >= RECORD_BYTES_MAX)
            break;
    }
    query_end(q);
    records->is_open = more != 0 || (seen == RECORDS_MAX && old < seen);
    return more < 0 ? -1 : 0;
}

static const char NEXT_CONVERSATION[] =
    "SELECT v.id FROM conversation v WHERE v.id < ?1 AND v.contact IN (SELECT i.contact FROM identity i "
    "WHERE i.kind IN ('external', 'braze', 'phone') AND i.value = ?2) ORDER BY v.id DESC LIMIT 1";

/* Where the walk begins, or goes on when a conversation is at its end. */
static int open_walk(struct db *db, const struct record_filter *filter, struct records *records,
                     struct error *error)
{
    struct query *q;
    int found;

    if (filter->user == NULL) {
        records->is_over = records->has_begun;
        records->is_open = !records->is_over;
        records->has_begun = true;
        return 0;
    }
    q = db_query(db, NEXT_CONVERSATION);
    query_bind_int(q, 1, records->conversation != 0 ? records->conversation : INT64_MAX);
    query_bind_text(q, 2, filter->user);
    found = query_step(q, error);
    records->conversation = found == 1 ? query_int(q, 0) : 0;
    query_end(q);
    records->before = 0;
    records->is_open = found == 1;
    records->is_over = found != 1;
    return found < 0 ? -1 : 0;
}

int records_next(struct db *db, const struct record_filter *filter, struct records *records,
                 struct error *error)
{
    clear(records);
    while (records->count == 0 && !records->is_over) {
        if (!records->is_open && open_walk(db, filter, records, error) != 0)
            return -1;
        if (records->is_open && read_chunk(db, filter, records, error) != 0)
            return -1;
    }
    return records->count > 0;
}

void records_release(struct records *records)
{
    clear(records);
    *records = (struct records){ 0 };
}
