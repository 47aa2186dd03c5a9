/*
 * parting: see the header.
 */
#include "store/parting.h"
#include "store/query_number.h"

static const char PUT[] =
    "INSERT INTO parting (conversation, moment, at, due_at) VALUES (?1, ?2, ?3, "
    "iif(EXISTS (SELECT 1 FROM parting WHERE conversation = ?1), NULL, ?4))";

int parting_put(struct db *db, int64_t conversation, bool is_close, int64_t now, int64_t due_at, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, conversation);
    query_bind_text(q, 2, is_close ? "close" : "handoff");
    query_bind_int(q, 3, now);
    query_bind_int(q, 4, due_at);
    return query_run(q, error);
}

#define ROW "SELECT id, conversation, at, coalesce(outbox, 0), tries, moment = 'close' FROM parting "

static int take(struct query *q, struct parting *parting, struct error *error)
{
    int found = query_step(q, error);

    if (found == 1)
        *parting = (struct parting){ .id = query_int(q, 0),
                                     .conversation = query_int(q, 1),
                                     .at = query_int(q, 2),
                                     .outbox = query_int(q, 3),
                                     .tries = (int)query_int(q, 4),
                                     .is_close = query_int(q, 5) != 0 };
    query_end(q);
    return found;
}

static const char GET[] = ROW "WHERE id = ?1";

int parting_get(struct db *db, int64_t id, struct parting *parting, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_int(q, 1, id);
    return take(q, parting, error);
}

#define IS_URGENT "(moment = 'handoff' OR tries > 0) " /* as the index has it */

static const char URGENT[] = ROW "WHERE " IS_URGENT "AND due_at <= ?1 ORDER BY due_at, id LIMIT 1";
static const char DUE[] = ROW "WHERE due_at <= ?1 ORDER BY due_at, id LIMIT 1";

int parting_due(struct db *db, int64_t now, struct parting *parting, struct error *error)
{
    struct query *q = db_query(db, URGENT);
    int found;

    query_bind_int(q, 1, now);
    found = take(q, parting, error);
    if (found != 0)
        return found;
    q = db_query(db, DUE);
    query_bind_int(q, 1, now);
    return take(q, parting, error);
}

static const char OF_CLOSE[] = ROW "WHERE conversation = ?1 AND moment = 'close' ORDER BY id DESC LIMIT 1";

int parting_of_close(struct db *db, int64_t conversation, struct parting *parting, struct error *error)
{
    struct query *q = db_query(db, OF_CLOSE);

    query_bind_int(q, 1, conversation);
    return take(q, parting, error);
}

static const char NEXT[] = "SELECT min(due_at) FROM parting WHERE due_at IS NOT NULL";
static const char NEXT_URGENT[] = "SELECT min(due_at) FROM parting WHERE " IS_URGENT "AND due_at IS NOT NULL";

int parting_next(struct db *db, bool is_urgent, int64_t *at, struct error *error)
{
    struct query *q = db_query(db, is_urgent ? NEXT_URGENT : NEXT);
    return query_number(q, INT64_MAX, at, error);
}

static const char ASKED[] = "SELECT count(*) FROM parting WHERE outbox IS NOT NULL";

int parting_asked(struct db *db, int64_t *count, struct error *error)
{
    return query_number(db_query(db, ASKED), 0, count, error);
}

static const char ASK[] = "UPDATE parting SET due_at = NULL, outbox = ?2 WHERE id = ?1";

int parting_ask(struct db *db, int64_t id, int64_t outbox, struct error *error)
{
    struct query *q = db_query(db, ASK);

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, outbox);
    return query_run(q, error);
}

static const char AGAIN[] = "UPDATE parting SET due_at = ?2, outbox = NULL, tries = ?3 WHERE id = ?1";

int parting_again(struct db *db, int64_t id, int64_t due_at, int tries, struct error *error)
{
    struct query *q = db_query(db, AGAIN);

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, due_at);
    query_bind_int(q, 3, tries);
    return query_run(q, error);
}

static const char DROP[] = "DELETE FROM parting WHERE id = ?1";
static const char FOLLOW[] =
    "UPDATE parting SET due_at = ?2 WHERE outbox IS NULL AND due_at IS NULL AND id = (SELECT min(id) FROM parting "
    "WHERE conversation = ?1)";

int parting_drop(struct db *db, const struct parting *parting, int64_t now, struct error *error)
{
    struct query *q = db_query(db, DROP);

    query_bind_int(q, 1, parting->id);
    if (query_run(q, error) != 0)
        return -1;
    q = db_query(db, FOLLOW);
    query_bind_int(q, 1, parting->conversation);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char CLAMP[] = "UPDATE parting SET due_at = ?2 WHERE due_at > ?1 AND " IS_URGENT;

int parting_clamp(struct db *db, int64_t latest, int64_t now, struct error *error)
{
    struct query *q = db_query(db, CLAMP);

    query_bind_int(q, 1, latest);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char LAST_OF[] = "SELECT max(id), count(*) FROM (SELECT id FROM parting WHERE id > ?1 ORDER BY id LIMIT ?2)";
static const char PULL[] = "UPDATE parting SET due_at = iif(at > ?4, ?4, at + ?3) WHERE id > ?1 AND id <= ?2 "
                           "AND moment = 'close' AND tries = 0 AND due_at > iif(at > ?4, ?4, at + ?3)";

static int find_last(struct db *db, int64_t id, int64_t max, int64_t *last, struct error *error)
{
    struct query *q = db_query(db, LAST_OF);
    int found;

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, max);
    found = query_step(q, error);
    *last = found == 1 && query_int(q, 1) == max ? query_int(q, 0) : INT64_MAX;
    query_end(q);
    return found < 0 ? -1 : 0;
}

int parting_pull(struct db *db, int64_t within, int64_t max, int64_t now, int64_t *id, struct error *error)
{
    struct query *q;
    int64_t last;

    if (find_last(db, *id, max, &last, error) != 0)
        return -1;
    q = db_query(db, PULL);
    query_bind_int(q, 1, *id);
    query_bind_int(q, 2, last);
    query_bind_int(q, 3, within);
    query_bind_int(q, 4, now);
    *id = last;
    return query_run(q, error);
}
