/*
 * pick_webhook: see pick.h. The table is walked from the newest row on, between the two ends of the time; troubled rows have an
 * index, and a customer's are found by his messages.
 */
#include <string.h>

#include "store/moment.h"
#include "store/pick_private.h"

#define BETWEEN "(?1 IS NULL OR w.received_at >= ?1) AND (?2 IS NULL OR w.received_at < ?2) AND (?3 IS NULL OR w.channel = ?3) "
#define TROUBLED "w.state <> 'read' AND w.state <> 'duplicate' AND (?4 = 'trouble' OR w.state = ?4 OR ?4 IS NULL) "

static const char WALK[] = "SELECT w.id FROM webhook w WHERE " BETWEEN "AND (?4 IS NULL OR w.state = ?4) "
                           "AND w.id >= ?5 AND w.id < ?6 ORDER BY w.id DESC LIMIT ?7";
static const char TROUBLE[] = "SELECT w.id FROM webhook w WHERE " BETWEEN "AND " TROUBLED
                              "AND w.id >= ?5 AND w.id < ?6 ORDER BY w.id DESC LIMIT ?7";
static const char OF_PERSON[] =
    "SELECT w.id FROM conversation v CROSS JOIN message m ON m.conversation = v.id AND m.kind = 'in' "
    "CROSS JOIN webhook w ON w.id = m.webhook WHERE v.contact IN " PERSONS("?8", "?9", "?10") "AND "
    IS_PERSON("v.contact", "?8", "?9", "?10") "AND " BETWEEN "AND (?4 IS NULL OR w.state = ?4) AND w.id >= ?5 AND w.id < ?6 "
    "UNION SELECT w.id FROM webhook w WHERE " BETWEEN "AND " TROUBLED "AND w.id >= ?5 AND w.id < ?6 AND EXISTS ("
    "SELECT 1 FROM identity i WHERE i.contact IN " PERSONS("?8", "?9", "?10") "AND " IS_PERSON("i.contact", "?8", "?9", "?10")
    "AND i.value = w.claimed_user) ORDER BY 1 DESC LIMIT ?7";

static bool is_troubled(const char *state)
{
    static const char *const names[] = { "trouble", "raw", "unreadable", "aside" };

    for (size_t i = 0; state != NULL && i < sizeof names / sizeof *names; i++)
        if (strcmp(state, names[i]) == 0)
            return true;
    return false;
}

static int run(struct db *db, const char *sql, const struct filter *filter, struct picked *picked, struct error *error)
{
    int64_t begin, end;
    struct pick_person person;
    struct query *q;
    int result;

    if (moment_range(db, MOMENT_WEBHOOK, filter->since, filter->until, &begin, &end, error) != 0)
        return -1;
    q = db_query(db, sql);
    pick_person_init(&person, filter);
    pick_bind_time(q, 1, filter->since);
    pick_bind_time(q, 2, filter->until);
    query_bind_text(q, 3, filter->channel);
    query_bind_text(q, 4, filter->state);
    query_bind_int(q, 5, begin);
    query_bind_int(q, 6, end);
    query_bind_int(q, 7, filter->limit > 0 ? filter->limit : -1);
    if (sql == OF_PERSON)
        pick_person_bind(&person, q, 8);
    result = picked_take(picked, q, error);
    pick_person_release(&person);
    return result;
}

int pick_webhooks(struct db *db, const struct filter *filter, struct picked *picked, struct error *error)
{
    bool has_person = filter->user != NULL || filter->phone != NULL;

    return run(db, has_person ? OF_PERSON : is_troubled(filter->state) ? TROUBLE : WALK, filter, picked, error);
}
