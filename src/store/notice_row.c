/*
 * notice_row: see the header.
 */
#include "store/notice_row.h"
#include "store/query_number.h"

static const char PUT[] =
    "INSERT INTO notice (message, name, conversation, contact, at, is_over, handover) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

int notice_row_put(struct db *db, const struct notice_row *row, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, row->message);
    query_bind_text(q, 2, row->name);
    query_bind_int(q, 3, row->conversation);
    query_bind_int(q, 4, row->contact);
    query_bind_int(q, 5, row->at);
    query_bind_int(q, 6, row->is_over);
    query_bind_int(q, 7, row->handover);
    return query_run(q, error);
}

static const char COUNT[] =
    "SELECT count(*) FROM (SELECT 1 FROM notice n WHERE n.contact = ?1 AND n.at >= ?2 AND n.is_over = 0 "
    "AND n.handover = 0 "
    "AND EXISTS (SELECT 1 FROM outbox o WHERE o.message = n.message AND o.part = 1) LIMIT ?3)";

int notice_row_count(struct db *db, int64_t contact, int64_t since, int64_t most, int64_t *count, struct error *error)
{
    struct query *q = db_query(db, COUNT);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, since);
    query_bind_int(q, 3, most);
    return query_number(q, 0, count, error);
}

/* What conversation_open takes for a first message is none. */
static const char MAKE_PLACE[] = "UPDATE conversation SET owner = 'closed', last_in_at = 0, idle_at = NULL, closed_at = ?2, "
                                 "closed_by = 'notice' WHERE id = ?1";

static int make_place(struct db *db, int64_t contact, const char *channel, int64_t now, struct error *error)
{
    struct conversation made;
    struct query *q;

    if (conversation_open(db, contact, channel, now, now, &made, error) != 0)
        return -1;
    q = db_query(db, MAKE_PLACE);
    query_bind_int(q, 1, made.id);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

int notice_row_place(struct db *db, int64_t contact, const char *channel, int64_t now, struct conversation *place,
                     struct error *error)
{
    int found = conversation_newest(db, contact, channel, place, error);

    if (found == 0 && make_place(db, contact, channel, now, error) == 0)
        found = conversation_newest(db, contact, channel, place, error);
    return found == 1 ? 0 : -1;
}
