/*
 * cooldown: see the header.
 */
#include "store/cooldown.h"

static const char PUT[] = "INSERT INTO cooldown (contact, rule, until_at) VALUES (?1, ?2, ?3) "
                          "ON CONFLICT (contact, rule) DO UPDATE SET until_at = excluded.until_at";

int cooldown_put(struct db *db, int64_t contact, const char *rule, int64_t until_at, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, rule);
    query_bind_int(q, 3, until_at);
    return query_run(q, error);
}

static const char LIST[] =
    "SELECT rule, until_at FROM cooldown WHERE contact = ?1 AND until_at > ?2 ORDER BY rule LIMIT ?3";

int cooldown_list(struct db *db, int64_t contact, int64_t now, cooldown_row *row, void *context,
                  struct error *error)
{
    struct query *q = db_query(db, LIST);
    int more;

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, now);
    query_bind_int(q, 3, COOLDOWNS_MAX);
    while ((more = query_step(q, error)) == 1)
        row(context, query_text(q, 0), query_int(q, 1));
    query_end(q);
    return more;
}

static const char FORGET[] = "DELETE FROM cooldown WHERE (contact, rule) IN "
                             "(SELECT contact, rule FROM cooldown WHERE until_at <= ?1 ORDER BY until_at LIMIT ?2)";

int64_t cooldown_forget(struct db *db, int64_t now, int max, struct error *error)
{
    struct query *q = db_query(db, FORGET);

    query_bind_int(q, 1, now);
    query_bind_int(q, 2, max);
    return query_run(q, error) == 0 ? db_changes(db) : -1;
}

static const char SHIFT[] = "UPDATE cooldown SET until_at = until_at + ?1";

int cooldown_shift(struct db *db, int64_t drift_ms, struct error *error)
{
    struct query *q = db_query(db, SHIFT);

    query_bind_int(q, 1, drift_ms);
    return query_run(q, error);
}

static const char CLAMP[] = "UPDATE cooldown SET until_at = ?2 WHERE until_at > ?1";

int cooldown_clamp(struct db *db, int64_t latest, int64_t now, struct error *error)
{
    struct query *q = db_query(db, CLAMP);

    query_bind_int(q, 1, latest);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}
