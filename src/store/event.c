/*
 * event: see the header.
 */
#include "store/event.h"

static const char PUT[] =
    "INSERT INTO event (id, at, conversation, kind, actor, detail) VALUES (?1, ?2, nullif(?3, 0), ?4, ?5, ?6)";

int event_put(struct db *db, int64_t conversation, const char *kind, const char *actor, const char *detail,
              int64_t now, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("event");
    struct query *q;
    int64_t id;

    if (db_next_id(db, NEWEST_ID, &id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, now);
    query_bind_int(q, 3, conversation);
    query_bind_text(q, 4, kind);
    query_bind_text(q, 5, actor);
    query_bind_text(q, 6, detail);
    return query_run(q, error);
}
