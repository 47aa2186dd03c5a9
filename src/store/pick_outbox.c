/*
 * pick_outbox: see pick.h. The table is walked from the newest row on, between the two ends of the time. What is not accepted
 * has indexes. A rule's rows are found by its messages where these are few; a customer's by his messages, too, and what he has
 * no message of (questions, calls, profiles) by the turns and by what has not been accepted.
 */
#include <string.h>

#include "store/consult_row.h"
#include "store/moment.h"
#include "store/pick_private.h"

#define CONDITIONS                                                                                                         \
    "(?1 IS NULL OR o.created_at >= ?1) AND (?2 IS NULL OR o.created_at < ?2) AND o.id >= ?3 AND o.id < ?4 "              \
    "AND (?5 IS NULL OR o.state = ?5 OR (?5 = 'pending' AND o.settled_at IS NULL) OR (?5 = 'trouble' "                     \
    "AND o.settled_at IS NOT NULL AND o.state <> 'accepted' AND o.state <> 'withheld' AND " CONSULT_IS_NO_MERE_MISS       \
    "AND o.contact NOT IN (SELECT e.contact FROM erasure_contact e))) "                                                     \
    "AND (?6 IS NULL OR EXISTS (SELECT 1 FROM conversation v WHERE v.id = o.conversation AND v.channel = ?6)) "            \
    "AND (?7 IS NULL OR EXISTS (SELECT 1 FROM message m CROSS JOIN decision d ON d.message = m.id "                        \
    "WHERE m.conversation = o.conversation AND m.turn = o.turn AND m.kind = 'in' AND d.rule = ?7)) "                       \
    "AND (?8 IS NULL OR (o.kind = 'consult' AND o.sent_by = ?8)) "                                                         \
    "AND " IS_PERSON("o.contact", "?9", "?10", "?11")

#define NEWEST "ORDER BY 1 DESC LIMIT ?12"

static const char WALK[] = "SELECT o.id FROM outbox o WHERE " CONDITIONS "ORDER BY o.id DESC LIMIT ?12";
static const char PENDING[] = "SELECT o.id FROM outbox o WHERE o.settled_at IS NULL AND " CONDITIONS NEWEST;
static const char TROUBLE[] =
    "SELECT o.id FROM outbox o WHERE o.settled_at IS NOT NULL AND o.state <> 'accepted' AND " CONDITIONS NEWEST;
static const char OF_PERSON[] =
    "SELECT o.id FROM conversation v CROSS JOIN message m ON m.conversation = v.id CROSS JOIN outbox o ON o.message = m.id "
    "WHERE v.contact IN " PERSONS("?9", "?10", "?11") "AND " CONDITIONS
    "UNION SELECT o.id FROM conversation v CROSS JOIN message m ON m.conversation = v.id CROSS JOIN consult k ON k.turn = m.turn "
    "CROSS JOIN outbox o ON o.id = k.outbox WHERE v.contact IN " PERSONS("?9", "?10", "?11") "AND m.kind = 'in' AND " CONDITIONS
    "UNION SELECT o.id FROM outbox o WHERE o.settled_at IS NULL AND o.contact IN " PERSONS("?9", "?10", "?11") "AND " CONDITIONS
    "UNION SELECT o.id FROM outbox o WHERE o.settled_at IS NOT NULL AND o.state <> 'accepted' AND " CONDITIONS NEWEST;
static const char OF_RULE[] =
    STRETCHES("?7", "9223372036854775807")
    "SELECT DISTINCT o.id FROM used CROSS JOIN decision r ON r.message >= used.n * 4096 AND r.message < used.n * 4096 + 4096 "
    "CROSS JOIN message i ON i.id = r.message "
    "CROSS JOIN message x ON x.conversation = i.conversation AND x.turn = i.turn CROSS JOIN outbox o ON o.message = x.id "
    "WHERE r.rule = ?7 AND " CONDITIONS
    "UNION SELECT o.id FROM used CROSS JOIN decision r ON r.message >= used.n * 4096 AND r.message < used.n * 4096 + 4096 "
    "CROSS JOIN message i ON i.id = r.message CROSS JOIN consult k ON k.turn = i.turn "
    "CROSS JOIN outbox o ON o.id = k.outbox WHERE r.rule = ?7 AND " CONDITIONS NEWEST;

/* In so many stretches: newest rows are likely to be among them. */
static const char IS_COMMON[] =
    STRETCHES("?1", "9223372036854775807") "SELECT count(*) = 30 FROM (SELECT 1 FROM used LIMIT 30)";

/* 1, 0, -1 */
static int is_common(struct db *db, const char *rule, struct error *error)
{
    struct query *q = db_query(db, IS_COMMON);
    int found;

    query_bind_text(q, 1, rule);
    found = query_step(q, error);
    if (found == 1)
        found = query_int(q, 0) != 0;
    query_end(q);
    return found;
}

static const char *statement_of(const struct filter *filter, bool rule_is_common)
{
    static const char *const pending[] = { "pending", "waiting", "due", "claimed" };
    const char *state = filter->state;

    if (filter->user != NULL || filter->phone != NULL)
        return OF_PERSON;
    for (size_t i = 0; state != NULL && i < sizeof pending / sizeof *pending; i++)
        if (strcmp(state, pending[i]) == 0)
            return PENDING;
    if (state != NULL && strcmp(state, "accepted") != 0)
        return TROUBLE;
    return filter->rule != NULL && !rule_is_common ? OF_RULE : WALK;
}

static int run(struct db *db, const char *sql, const struct filter *filter, struct picked *picked, struct error *error)
{
    int64_t begin, end;
    struct pick_person person;
    struct query *q;
    int result;

    if (moment_range(db, MOMENT_OUTBOX, filter->since, filter->until, &begin, &end, error) != 0)
        return -1;
    q = db_query(db, sql);
    pick_person_init(&person, filter);
    pick_bind_time(q, 1, filter->since);
    pick_bind_time(q, 2, filter->until);
    query_bind_int(q, 3, begin);
    query_bind_int(q, 4, end);
    query_bind_text(q, 5, filter->state);
    query_bind_text(q, 6, filter->channel);
    query_bind_text(q, 7, filter->rule);
    query_bind_text(q, 8, filter->backend);
    pick_person_bind(&person, q, 9);
    query_bind_int(q, 12, filter->limit > 0 ? filter->limit : -1);
    result = picked_take(picked, q, error);
    pick_person_release(&person);
    return result;
}

int pick_outbox(struct db *db, const struct filter *filter, struct picked *picked, struct error *error)
{
    int rule_is_common = filter->rule != NULL ? is_common(db, filter->rule, error) : 0;

    return rule_is_common < 0 ? -1 : run(db, statement_of(filter, rule_is_common == 1), filter, picked, error);
}
