/*
 * lane: see the header.
 */
#include "store/lane.h"

static const char LIST[] = "SELECT name, state, until_at, failures, reason FROM lane ORDER BY name";

int lane_list(struct db *db, struct lane *lanes, size_t max, size_t *count, struct error *error)
{
    struct query *q = db_query(db, LIST);
    int more = 1;

    *count = 0;
    while (*count < max && (more = query_step(q, error)) == 1) {
        struct lane *lane = &lanes[(*count)++];

        lane->is_probing = false;
        lane->noted_at = 0;
        query_copy(q, 0, lane->name, sizeof lane->name);
        query_copy(q, 1, lane->state, sizeof lane->state);
        lane->until_at = query_int(q, 2);
        lane->failures = (int)query_int(q, 3);
        query_copy(q, 4, lane->reason, sizeof lane->reason);
    }
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char PUT[] =
    "INSERT INTO lane (name, state, until_at, failures, reason, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (name) DO UPDATE SET changed_at = CASE WHEN state = excluded.state THEN changed_at ELSE "
    "excluded.changed_at END, state = excluded.state, until_at = excluded.until_at, failures = excluded.failures, "
    "reason = excluded.reason";
static const char DROP[] = "DELETE FROM lane WHERE name = ?1";

int lane_put(struct db *db, const struct lane *lane, int64_t now, struct error *error)
{
    struct query *q;

    if (lane->state[0] == '\0') {
        q = db_query(db, DROP);
        query_bind_text(q, 1, lane->name);
        return query_run(q, error);
    }
    q = db_query(db, PUT);
    query_bind_text(q, 1, lane->name);
    query_bind_text(q, 2, lane->state);
    query_bind_int(q, 3, lane->until_at);
    query_bind_int(q, 4, lane->failures);
    query_bind_text(q, 5, lane->reason);
    query_bind_int(q, 6, now);
    return query_run(q, error);
}
