/*
 * overview: see the header. Every number comes from an index or from the day's rows, so that the screen costs
 * the same on a large book as on a small one.
 */
#include <stdio.h>

#include "store/consult_row.h"
#include "store/overview.h"
#include "store/query_number.h"

/* Ids rise with time: the first message of the day is found by walking back from the newest. */
static const char TODAY[] =
    "WITH newest AS (SELECT max(id) AS id FROM message), "
    "today AS (SELECT t.state AS state FROM message m LEFT JOIN turn t ON t.id = m.turn "
    "WHERE m.id > coalesce((SELECT id FROM message WHERE at < ?1 ORDER BY id DESC LIMIT 1), 0) "
    "AND m.id <= (SELECT id FROM newest) AND m.kind = 'in') "
    "SELECT count(*), count(*) FILTER (WHERE state = 'answered'), "
    "count(*) FILTER (WHERE state = 'unanswered'), "
    "count(*) FILTER (WHERE state = 'silenced'), count(*) FILTER (WHERE state = 'agent'), "
    "count(*) FILTER (WHERE state = 'open' OR state IS NULL), count(*) FILTER (WHERE state = 'erased') FROM today";

static const char FLOODS[] =
    "SELECT count(*) FROM event WHERE kind = 'flood' "
    "AND id > coalesce((SELECT id FROM event WHERE at < ?1 ORDER BY id DESC LIMIT 1), 0)";

/* Of who was erased nothing can be sent again, or dropped: it needs nobody. */
#define LEFT_SINCE "settled_at >= ?1 AND contact NOT IN (SELECT e.contact FROM erasure_contact e) "
#define NOT_DROPPED "AND reason NOT LIKE 'dropped%'"

static const char NOW[] =
    "SELECT (SELECT count(*) FROM conversation WHERE owner <> 'closed'), "
    "(SELECT count(*) FROM conversation WHERE owner = 'agent' AND agent = ''), "
    "(SELECT count(*) FROM conversation WHERE owner = 'agent' AND agent <> ''), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NULL AND seq > 0), "
    "(SELECT min(created_at) FROM outbox WHERE settled_at IS NULL AND seq > 0), "
    "(SELECT count(*) FROM webhook WHERE state <> 'read' AND state <> 'duplicate' AND state = 'unreadable' "
    "AND received_at >= ?1), "
    "(SELECT count(*) FROM webhook WHERE state <> 'read' AND state <> 'duplicate' AND state = 'aside' "
    "AND length(body) > 0), "
    "(SELECT count(*) FROM webhook WHERE state <> 'read' AND state <> 'duplicate' AND state = 'raw'), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' AND state = 'held'), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' "
    "AND state = 'dead' AND seq > 0 AND " LEFT_SINCE NOT_DROPPED "), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' "
    "AND state = 'unknown' AND seq > 0 AND " LEFT_SINCE "), "
    "(SELECT count(*) FROM outbox WHERE seq = 0 AND settled_at IS NULL), "
    "(SELECT min(created_at) FROM outbox WHERE seq = 0 AND settled_at IS NULL), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' "
    "AND state = 'dead' AND seq = 0 AND " LEFT_SINCE NOT_DROPPED "), "
    "(SELECT count(*) FROM outbox WHERE seq = -1 AND settled_at IS NULL), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' AND seq = -1 "
    "AND (state = 'dead' OR state = 'expired' OR state = 'unknown') AND " LEFT_SINCE NOT_DROPPED "), "
    "(SELECT count(*) FROM outbox WHERE seq = -2 AND settled_at IS NULL), "
    "(SELECT count(*) FROM outbox o WHERE settled_at IS NOT NULL AND state <> 'accepted' AND seq = -2 "
    "AND (state = 'dead' OR state = 'expired') AND " LEFT_SINCE NOT_DROPPED " AND " CONSULT_IS_NO_MERE_MISS
    "AND NOT EXISTS (SELECT 1 FROM consult c WHERE c.outbox = o.id AND c.parting <> 0)), "
    "(SELECT count(*) FROM outbox WHERE seq = -3 AND settled_at IS NULL), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' AND seq = -3 "
    "AND (state = 'dead' OR state = 'expired') AND " LEFT_SINCE NOT_DROPPED "), "
    "(SELECT count(*) FROM entry WHERE (state = 'refused' OR state = 'unknown') AND state = 'unknown' AND settled_at >= ?1), "
    "(SELECT count(*) FROM entry WHERE (state = 'refused' OR state = 'unknown') AND state = 'refused' AND settled_at >= ?1 "
    "AND reason NOT LIKE 'dropped%'), "
    "(SELECT count(*) FROM outbox WHERE settled_at IS NOT NULL AND state <> 'accepted' "
    "AND state = 'expired' AND seq > 0 AND " LEFT_SINCE ")";

static const char RULES[] =
    "SELECT r.id, r.rule_count, r.loaded_at, (SELECT count(*) FROM rule_trouble t WHERE t.ruleset = r.id "
    "AND t.disabled_at IS NOT NULL) FROM ruleset r "
    "WHERE r.id = (SELECT CAST (value AS INTEGER) FROM book WHERE name = 'live_ruleset')";

static int get_today(struct db *db, int64_t since, struct overview *overview, struct error *error)
{
    struct query *q = db_query(db, TODAY);
    int found;

    query_bind_int(q, 1, since);
    found = query_step(q, error);
    if (found == 1) {
        overview->messages_today = query_int(q, 0);
        overview->answered_today = query_int(q, 1);
        overview->unanswered_today = query_int(q, 2);
        overview->silenced_today = query_int(q, 3);
        overview->with_person_today = query_int(q, 4);
        overview->in_progress_today = query_int(q, 5);
        overview->erased_today = query_int(q, 6);
        overview->undelivered_today = overview->messages_today - overview->answered_today - overview->unanswered_today -
                                      overview->silenced_today - overview->with_person_today - overview->in_progress_today -
                                      overview->erased_today;
    }
    query_end(q);
    return found < 0 ? -1 : 0;
}

static int get_floods(struct db *db, int64_t since, struct overview *overview, struct error *error)
{
    struct query *q = db_query(db, FLOODS);

    query_bind_int(q, 1, since);
    return query_number(q, 0, &overview->floods_today, error);
}

static int get_now(struct db *db, int64_t recent, struct overview *overview, struct error *error)
{
    struct query *q = db_query(db, NOW);
    int found;

    query_bind_int(q, 1, recent);
    found = query_step(q, error);
    if (found == 1) {
        overview->open_conversations = query_int(q, 0);
        overview->waiting_for_person = query_int(q, 1);
        overview->with_person = query_int(q, 2);
        overview->pending = query_int(q, 3);
        overview->oldest_pending_at = query_int(q, 4);
        overview->unreadable = query_int(q, 5);
        overview->aside = query_int(q, 6);
        overview->raw = query_int(q, 7);
        overview->held = query_int(q, 8);
        overview->dead = query_int(q, 9);
        overview->unknown = query_int(q, 10);
        overview->profiles_pending = query_int(q, 11);
        overview->oldest_profile_at = query_int(q, 12);
        overview->profiles_dead = query_int(q, 13);
        overview->calls_pending = query_int(q, 14);
        overview->calls_failed = query_int(q, 15);
        overview->consults_pending = query_int(q, 16);
        overview->consults_failed = query_int(q, 17);
        overview->tellings_pending = query_int(q, 18);
        overview->tellings_failed = query_int(q, 19);
        overview->entries_unknown = query_int(q, 20);
        overview->entries_refused = query_int(q, 21);
        overview->expired = query_int(q, 22);
    }
    query_end(q);
    return found < 0 ? -1 : 0;
}

/* The bare column is that of the row with the greatest refused_at. */
static const char UNSUBSCRIBED[] = "SELECT count(*), refusal, max(refused_at) FROM profile "
                                   "WHERE refused_at >= ?1 AND is_refused = 1 AND way = 'reply_only'";

static int get_unsubscribed(struct db *db, int64_t recent, struct overview *overview, struct error *error)
{
    struct query *q = db_query(db, UNSUBSCRIBED);
    int found;

    query_bind_int(q, 1, recent);
    found = query_step(q, error);
    if (found == 1) {
        overview->subscriptions_refused = query_int(q, 0);
        snprintf(overview->subscription_refusal, sizeof overview->subscription_refusal, "%.299s", query_text(q, 1));
    }
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char REFUSED[] = "SELECT value FROM book WHERE name = 'refused_rules'";

static int get_refusal(struct db *db, struct overview *overview, struct error *error)
{
    struct query *q = db_query(db, REFUSED);
    int found = query_step(q, error);

    snprintf(overview->refused_rules, sizeof overview->refused_rules, "%.599s",
             found == 1 ? query_text(q, 0) : "");
    query_end(q);
    return found < 0 ? -1 : 0;
}

static int get_rules(struct db *db, struct overview *overview, struct error *error)
{
    struct query *q = db_query(db, RULES);
    int found = query_step(q, error);

    if (found == 1) {
        overview->ruleset = query_int(q, 0);
        overview->rule_count = query_int(q, 1);
        overview->ruleset_loaded_at = query_int(q, 2);
        overview->disabled_rules = query_int(q, 3);
    }
    query_end(q);
    return found < 0 ? -1 : 0;
}

int overview_get(struct db *db, int64_t since, int64_t recent, struct overview *overview, struct error *error)
{
    *overview = (struct overview){ 0 };
    if (get_today(db, since, overview, error) != 0 || get_floods(db, since, overview, error) != 0 ||
        get_now(db, recent, overview, error) != 0 || get_unsubscribed(db, recent, overview, error) != 0)
        return -1;
    return get_rules(db, overview, error) == 0 ? get_refusal(db, overview, error) : -1;
}

static const char WAITING[] =
    "SELECT v.id, coalesce((SELECT max(e.at) FROM event e WHERE e.conversation = v.id "
    "AND e.kind = 'handoff'), "
    "v.last_in_at), c.address, v.team FROM conversation v JOIN contact c ON c.id = v.contact "
    "WHERE v.owner = 'agent' AND v.agent = '' ORDER BY 2 LIMIT ?1";

int overview_waiting(struct db *db, int64_t limit, overview_waiting_row *row, void *context,
                     struct error *error)
{
    struct query *q = db_query(db, WAITING);
    int count = 0, more;

    query_bind_int(q, 1, limit);
    while ((more = query_step(q, error)) == 1) {
        struct overview_waiting found = { query_int(q, 0), query_int(q, 1), query_text(q, 2),
                                          query_text(q, 3) };

        row(context, &found);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

/* Ids rise with time here, too; the reason is that of the row with the greatest. A long notice counts once. */
static const char WITHHELD[] =
    "SELECT count(*) FILTER (WHERE o.part = 1), o.reason, max(n.message) FROM notice n JOIN outbox o ON o.message = n.message "
    "WHERE n.message > coalesce((SELECT id FROM message WHERE at < ?1 ORDER BY id DESC LIMIT 1), 0) "
    "AND n.is_over = 1 AND o.state = 'withheld'";

int overview_withheld(struct db *db, int64_t since, int64_t *count, struct buf *reason, struct error *error)
{
    struct query *q = db_query(db, WITHHELD);
    int found;

    query_bind_int(q, 1, since);
    found = query_step(q, error);
    *count = found == 1 ? query_int(q, 0) : 0;
    if (*count > 0)
        buf_add_text(reason, query_text(q, 1));
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char LANES[] = "SELECT name, state, reason, until_at, failures FROM lane "
                            "ORDER BY state <> 'stopped', changed_at";

int overview_lanes(struct db *db, overview_lane_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, LANES);
    int count = 0, more;

    while ((more = query_step(q, error)) == 1) {
        struct overview_lane found = {
            .name = query_text(q, 0),
            .state = query_text(q, 1),
            .reason = query_text(q, 2),
            .until_at = query_int(q, 3),
            .failures = query_int(q, 4),
        };

        row(context, &found);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

static const char TROUBLES[] =
    "SELECT rule, limit_hits, disabled_at FROM rule_trouble WHERE ruleset = (SELECT CAST (value AS INTEGER) "
    "FROM book WHERE name = 'live_ruleset') ORDER BY limit_hits DESC, rule LIMIT ?1";

int overview_troubles(struct db *db, int64_t limit, overview_trouble_row *row, void *context,
                      struct error *error)
{
    struct query *q = db_query(db, TROUBLES);
    int count = 0, more;

    query_bind_int(q, 1, limit);
    while ((more = query_step(q, error)) == 1) {
        struct overview_trouble found = { query_text(q, 0), query_int(q, 1), query_int(q, 2) };

        row(context, &found);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
