/*
 * idle: see the header.
 */
#include "store/idle.h"
#include "store/query_number.h"

static const char DUE[] = "SELECT id FROM conversation WHERE idle_at <= ?1 ORDER BY idle_at LIMIT 1";

int idle_due(struct db *db, int64_t now, int64_t *conversation, struct error *error)
{
    struct query *q = db_query(db, DUE);

    query_bind_int(q, 1, now);
    return query_find(q, conversation, error);
}

static const char NEXT[] = "SELECT min(idle_at) FROM conversation WHERE idle_at IS NOT NULL";

int idle_next(struct db *db, int64_t *at, struct error *error)
{
    return query_number(db_query(db, NEXT), INT64_MAX, at, error);
}

/* Not what tells a person of the business of another customer: that is only written here. */
#define LAST_SAID(conversation)                                                                                             \
    "(SELECT m.at FROM message m WHERE m.conversation = " conversation " AND m.kind <> 'note' AND NOT EXISTS (SELECT 1 "     \
    "FROM notice n WHERE n.message = m.id AND n.conversation <> m.conversation) ORDER BY m.id DESC LIMIT 1)"

/*
 * A turn that is open awaits one of these rows, or its dialogue does (store/audit.c looks for others). What is written into a
 * profile, or told another desk, is nothing that anybody waits for.
 */
static const char LOOK[] =
    "SELECT coalesce(" LAST_SAID("v.id") ", "
    "v.opened_at), r.conversation IS NOT NULL, r.due_at, "
    "EXISTS (SELECT 1 FROM outbox o WHERE o.contact = v.contact AND o.settled_at IS NULL AND o.conversation = v.id "
    "AND o.kind <> 'track' AND o.kind <> 'notify') OR EXISTS (SELECT 1 FROM behind b WHERE b.conversation = v.id) "
    "FROM conversation v LEFT JOIN run r ON r.conversation = v.id WHERE v.id = ?1";

int idle_look(struct db *db, int64_t conversation, struct idle_look *look, struct error *error)
{
    struct query *q = db_query(db, LOOK);
    int found;

    query_bind_int(q, 1, conversation);
    found = query_step(q, error);
    if (found == 1)
        *look = (struct idle_look){ .last_at = query_int(q, 0),
                                    .has_run = query_int(q, 1) != 0,
                                    .run_due_at = query_int(q, 2),
                                    .is_busy = query_int(q, 3) != 0 };
    query_end(q);
    return found;
}

static const char PUT_OFF[] = "UPDATE conversation SET idle_at = ?2 WHERE id = ?1";

int idle_put_off(struct db *db, int64_t conversation, int64_t until, struct error *error)
{
    struct query *q = db_query(db, PUT_OFF);

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, until);
    return query_run(q, error);
}

static const char PULL_ONE[] = "UPDATE conversation SET idle_at = ?2 WHERE id = ?1 AND idle_at > ?2";

int idle_pull_one(struct db *db, int64_t conversation, int64_t latest, struct error *error)
{
    struct query *q = db_query(db, PULL_ONE);

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, latest);
    return query_run(q, error);
}

static const char PULL[] = "UPDATE conversation SET idle_at = ?1 WHERE id IN "
                           "(SELECT id FROM conversation WHERE idle_at > ?1 LIMIT ?2)";

int idle_pull(struct db *db, int64_t latest, int64_t max, int64_t *count, struct error *error)
{
    struct query *q = db_query(db, PULL);

    query_bind_int(q, 1, latest);
    query_bind_int(q, 2, max);
    if (query_run(q, error) != 0)
        return -1;
    *count = db_changes(db);
    return 0;
}

/*
 * By the newest text, which nobody looks at any more by the old clock: seen from the new one it lies in the future, or
 * further back than it was.
 */
static const char SHIFT[] =
    "UPDATE conversation SET idle_at = ?1 + max(idle_at, ?2 + coalesce(" LAST_SAID("conversation.id") ", 0)) "
    "WHERE idle_at IS NOT NULL";

int idle_shift(struct db *db, int64_t drift_ms, int64_t idle_close, struct error *error)
{
    struct query *q = db_query(db, SHIFT);

    query_bind_int(q, 1, drift_ms);
    query_bind_int(q, 2, idle_close);
    return query_run(q, error);
}
