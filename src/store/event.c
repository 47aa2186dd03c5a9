/*
 * event: see the header.
 */
#include "store/event.h"

static const char PUT[] =
    "INSERT INTO event (at, conversation, kind, actor, detail) VALUES (?1, nullif(?2, 0), ?3, ?4, ?5)";

int event_put(struct db *db, int64_t conversation, const char *kind, const char *actor, const char *detail,
              int64_t now, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, now);
    query_bind_int(q, 2, conversation);
    query_bind_text(q, 3, kind);
    query_bind_text(q, 4, actor);
    query_bind_text(q, 5, detail);
    return query_run(q, error);
}
