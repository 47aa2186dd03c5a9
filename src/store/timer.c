/*
 * timer: see the header.
 */
#include "store/query_number.h"
#include "store/timer.h"

static const char PUT[] = "INSERT INTO timer (due_at, kind, conversation) VALUES (?1, ?2, nullif(?3, 0))";

int timer_put(struct db *db, const char *kind, int64_t conversation, int64_t due_at, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, due_at);
    query_bind_text(q, 2, kind);
    query_bind_int(q, 3, conversation);
    return query_run(q, error);
}

static const char EXISTS[] = "SELECT 1 FROM timer WHERE kind = ?1 LIMIT 1";

int timer_ensure(struct db *db, const char *kind, int64_t due_at, struct error *error)
{
    struct query *q = db_query(db, EXISTS);
    int found;

    query_bind_text(q, 1, kind);
    found = query_is_there(q, error);
    return found == 0 ? timer_put(db, kind, 0, due_at, error) : found < 0 ? -1 : 0;
}

static const char FIRST[] =
    "SELECT id, due_at, coalesce(conversation, 0), kind FROM timer WHERE due_at <= ?1 "
    "ORDER BY due_at, id LIMIT 1";
static const char DROP[] = "DELETE FROM timer WHERE id = ?1";

int timer_take(struct db *db, int64_t now, struct timer *timer, struct error *error)
{
    struct query *q = db_query(db, FIRST);
    int found;

    query_bind_int(q, 1, now);
    found = query_step(q, error);
    if (found == 1) {
        timer->id = query_int(q, 0);
        timer->due_at = query_int(q, 1);
        timer->conversation = query_int(q, 2);
        query_copy(q, 3, timer->kind, sizeof timer->kind);
    }
    query_end(q);
    if (found != 1)
        return found;
    q = db_query(db, DROP);
    query_bind_int(q, 1, timer->id);
    return query_run(q, error) == 0 ? 1 : -1;
}

static const char CLAMP[] = "UPDATE timer SET due_at = ?2 WHERE due_at > ?1";

int timer_clamp(struct db *db, int64_t latest, int64_t now, struct error *error)
{
    struct query *q = db_query(db, CLAMP);

    query_bind_int(q, 1, latest);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char NEXT[] = "SELECT min(due_at) FROM timer";

int timer_next(struct db *db, int64_t *due_at, struct error *error)
{
    return query_number(db_query(db, NEXT), INT64_MAX, due_at, error);
}
