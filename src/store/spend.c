/*
 * spend: see the header.
 */
#include "store/pick_private.h"
#include "store/query_number.h"
#include "store/spend.h"

static const char GET[] = "SELECT cost FROM spend WHERE day = ?1 AND scope = ?2";

int spend_get(struct db *db, const char *day, const char *scope, int64_t *cost, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_text(q, 1, day);
    query_bind_text(q, 2, scope);
    return query_number(q, 0, cost, error);
}

static const char ADD[] = "INSERT INTO spend (day, scope, cost) VALUES (?1, ?2, ?3) "
                          "ON CONFLICT (day, scope) DO UPDATE SET cost = cost + excluded.cost";

int spend_add(struct db *db, const char *day, const char *scope, int64_t cost, struct error *error)
{
    struct query *q = db_query(db, ADD);

    query_bind_text(q, 1, day);
    query_bind_text(q, 2, scope);
    query_bind_int(q, 3, cost);
    return query_run(q, error);
}

static const char USED[] =
    "INSERT INTO usage (day, backend, wanted_by, contact, asked, answered, tokens_in, tokens_out, cost) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (day, backend, wanted_by, contact) DO UPDATE SET "
    "asked = asked + excluded.asked, answered = answered + excluded.answered, "
    "tokens_in = tokens_in + excluded.tokens_in, tokens_out = tokens_out + excluded.tokens_out, "
    "cost = cost + excluded.cost";

int usage_add(struct db *db, const struct usage *usage, struct error *error)
{
    struct query *q = db_query(db, USED);

    query_bind_text(q, 1, usage->day);
    query_bind_text(q, 2, usage->backend);
    query_bind_text(q, 3, usage->wanted_by);
    query_bind_int(q, 4, usage->contact);
    query_bind_int(q, 5, usage->asked);
    query_bind_int(q, 6, usage->answered);
    query_bind_int(q, 7, usage->tokens_in);
    query_bind_int(q, 8, usage->tokens_out);
    query_bind_int(q, 9, usage->cost);
    return query_run(q, error);
}

#define SUMS "sum(u.asked), sum(u.answered), sum(u.tokens_in), sum(u.tokens_out), sum(u.cost) FROM usage u "
#define CHOSEN                                                                                                  \
    "WHERE u.day >= ?1 AND (?2 = '' OR u.day <= ?2) AND (?3 IS NULL OR u.backend = ?3) "                         \
    "AND (?4 IS NULL OR u.wanted_by = ?4) AND " IS_PERSON("u.contact", "?5", "?6", "?7")

static const char BY_DAY[] = "SELECT u.day, " SUMS CHOSEN "GROUP BY 1 ORDER BY 1 DESC";
static const char BY_BACKEND[] = "SELECT u.backend, " SUMS CHOSEN "GROUP BY 1 ORDER BY 6 DESC, 2 DESC, 1";
static const char BY_RULE[] = "SELECT u.wanted_by, " SUMS CHOSEN "GROUP BY 1 ORDER BY 6 DESC, 2 DESC, 1";
static const char BY_CONTACT[] =
    "SELECT (SELECT c.address FROM contact c WHERE c.id = u.contact), " SUMS CHOSEN
    "GROUP BY u.contact ORDER BY 6 DESC, 2 DESC, 1";

int usage_list(struct db *db, enum usage_by by, const struct usage_days *days, const struct filter *filter, usage_row *row,
               void *context, struct error *error)
{
    static const char *const LISTS[] = {
        [USAGE_BY_DAY] = BY_DAY, [USAGE_BY_BACKEND] = BY_BACKEND, [USAGE_BY_RULE] = BY_RULE, [USAGE_BY_CONTACT] = BY_CONTACT,
    };
    struct query *q = db_query(db, LISTS[by]);
    struct pick_person person;
    int count = 0, more;

    pick_person_init(&person, filter);
    query_bind_text(q, 1, days->first);
    query_bind_text(q, 2, days->last);
    query_bind_text(q, 3, filter->backend);
    query_bind_text(q, 4, filter->rule);
    pick_person_bind(&person, q, 5);
    while ((more = query_step(q, error)) == 1) {
        struct usage sum = { .asked = query_int(q, 1), .answered = query_int(q, 2), .tokens_in = query_int(q, 3),
                             .tokens_out = query_int(q, 4), .cost = query_int(q, 5) };

        row(context, query_text(q, 0), &sum);
        count++;
    }
    query_end(q);
    pick_person_release(&person);
    return more < 0 ? -1 : count;
}
