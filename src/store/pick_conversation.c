/*
 * pick_conversation: see pick.h.
 *
 * Each thing that a filter can say and that few conversations may have is a way to them, led by an index: it gives ids of
 * conversations, newest first. FITS looks at one of them with all that the filter says. The indexes have the conversation in
 * them and come in its order; rules and times come in the order of messages, and an old conversation may have
 * a young message: their finds are put in order here, and are complete when all that is still to come was opened before the
 * oldest of them.
 */
#include <string.h>

#include "store/moment.h"
#include "store/pick_private.h"
#include "store/query_number.h"

enum { RARE_MAX = 5000 }; /* what has as many is common */

/* A backend that only summed up was not asked by anybody. */
#define WAS_ASKED                                                                                                        \
    "(e.kind = 'consult' OR e.kind = 'answer') AND (e.kind = 'answer' OR NOT EXISTS (SELECT 1 FROM consult k "           \
    "WHERE k.outbox = CAST(substr(e.detail, 8) AS INTEGER) AND k.parting <> 0)) "
#define IS_UNANSWERED "(t.state = 'unanswered' OR t.state = 'held' OR t.state = 'expired' OR t.state = 'dead') "

#define CONDITIONS                                                                                                      \
    "(?1 IS NULL OR v.owner = ?1) AND (?2 IS NULL OR v.last_in_at >= ?2) "                                              \
    "AND (?3 IS NULL OR (v.last_in_at < ?3 AND v.last_in_at > 0)) "                                                     \
    "AND (?4 IS NULL OR v.channel = ?4) AND (?5 IS NULL OR v.outcome = ?5) "                                            \
    "AND " IS_PERSON("v.contact", "?6", "?7", "?8")                                                                      \
    "AND (?9 IS NULL OR EXISTS (SELECT 1 FROM message m CROSS JOIN decision d ON d.message = m.id "                     \
    "WHERE m.conversation = v.id AND m.kind = 'in' AND d.rule = ?9)) "                                                  \
    "AND (?10 IS NULL OR EXISTS (SELECT 1 FROM event e WHERE e.kind = 'flow' AND e.detail = ?10 AND e.conversation = v.id)) " \
    "AND (?11 IS NULL OR EXISTS (SELECT 1 FROM event e WHERE e.actor = ?11 AND e.conversation = v.id AND " WAS_ASKED ")) " \
    "AND (?12 IS NULL OR EXISTS (SELECT 1 FROM turn t WHERE t.conversation = v.id AND " IS_UNANSWERED ")) "

static const char FITS[] = "SELECT v.opened_at FROM conversation v WHERE v.id = ?13 AND " CONDITIONS;
static const char WALK[] = "SELECT v.id FROM conversation v WHERE v.id < ?13 AND " CONDITIONS "ORDER BY v.id DESC LIMIT ?14";

static void bind_conditions(struct query *q, const struct filter *filter, const struct pick_person *person)
{
    query_bind_text(q, 1, filter->owner);
    pick_bind_time(q, 2, filter->since);
    pick_bind_time(q, 3, filter->until);
    query_bind_text(q, 4, filter->channel);
    query_bind_text(q, 5, filter->outcome);
    pick_person_bind(person, q, 6);
    query_bind_text(q, 9, filter->rule);
    query_bind_text(q, 10, filter->flow);
    query_bind_text(q, 11, filter->backend);
    pick_bind_time(q, 12, filter->is_unanswered);
}

/* Ways: ?1 is what is looked for, ?2 the first conversation or message that is too young. How many rows there are, RARE_MAX at
 * most; and what they are: conversation, time of what led to it (0: they come in order). */

#define AT_MOST "LIMIT 5000)" /* RARE_MAX */

/* The messages of a stretch have to be looked through: a rule of so many stretches is common. */
static const char RULE_COUNT[] =
    STRETCHES("?1", "9223372036854775807") "SELECT count(*) * 100 FROM (SELECT 1 FROM used LIMIT 50)";
static const char RULE_NEXT[] = STRETCHES("?1", "?2") "SELECT n FROM used LIMIT 1";
static const char RULE_WAY[] = "SELECT m.conversation, m.at FROM decision d CROSS JOIN message m ON m.id = d.message "
                               "WHERE d.rule = ?1 AND d.message < ?2 AND d.message >= ?3 ORDER BY d.message DESC";
static const char FLOW_COUNT[] = "SELECT count(*) FROM (SELECT 1 FROM event WHERE kind = 'flow' AND detail = ?1 " AT_MOST;
static const char FLOW_WAY[] = "SELECT e.conversation, 0 FROM event e WHERE e.kind = 'flow' AND e.detail = ?1 "
                               "AND e.conversation < ?2 ORDER BY e.conversation DESC";
static const char BACKEND_COUNT[] =
    "SELECT count(*) FROM (SELECT 1 FROM event WHERE (kind = 'consult' OR kind = 'answer') AND actor = ?1 " AT_MOST;
static const char BACKEND_WAY[] = "SELECT e.conversation, 0 FROM event e WHERE (e.kind = 'consult' OR e.kind = 'answer') "
                                  "AND e.actor = ?1 AND e.conversation < ?2 ORDER BY e.conversation DESC";
static const char UNANSWERED_COUNT[] =
    "SELECT count(*) FROM (SELECT 1 FROM turn t WHERE ?1 IS NOT NULL AND " IS_UNANSWERED AT_MOST;
static const char UNANSWERED_WAY[] = "SELECT t.conversation, 0 FROM turn t WHERE ?1 IS NOT NULL AND t.conversation < ?2 "
                                     "AND " IS_UNANSWERED "ORDER BY t.conversation DESC";
static const char AGENT_COUNT[] = "SELECT count(*) FROM (SELECT 1 FROM conversation WHERE ?1 <> '' AND owner = 'agent' " AT_MOST;
static const char AGENT_WAY[] = "SELECT v.id, 0 FROM conversation v WHERE ?1 <> '' AND v.owner = 'agent' AND v.id < ?2 "
                                "ORDER BY v.id DESC";
static const char OPEN_COUNT[] =
    "SELECT count(*) FROM (SELECT 1 FROM conversation WHERE ?1 <> '' AND owner <> 'closed' " AT_MOST;
static const char OPEN_WAY[] = "SELECT v.id, 0 FROM conversation v INDEXED BY conversation_open "
                               "WHERE ?1 = v.owner AND v.owner <> 'closed' AND v.id < ?2 ORDER BY v.id DESC";
static const char OUTCOME_COUNT[] =
    "SELECT count(*) FROM (SELECT 1 FROM conversation WHERE outcome <> '' AND outcome = ?1 " AT_MOST;
static const char OUTCOME_WAY[] = "SELECT v.id, 0 FROM conversation v WHERE v.outcome <> '' AND v.outcome = ?1 AND v.id < ?2 "
                                  "ORDER BY v.id DESC";
static const char CHANNEL_COUNT[] = "SELECT count(*) FROM (SELECT 1 FROM conversation WHERE channel = ?1 " AT_MOST;
static const char CHANNEL_WAY[] = "SELECT v.id, 0 FROM conversation v WHERE v.channel = ?1 AND v.id < ?2 ORDER BY v.id DESC";
/* ?1 the first message that is old enough. */
static const char TIME_WAY[] = "SELECT m.conversation, m.at FROM message m WHERE m.id >= ?1 AND m.id < ?2 AND m.kind = 'in' "
                               "ORDER BY m.id DESC";
static const char PERSON_WAY[] = "SELECT v.id FROM conversation v WHERE v.contact IN " PERSONS("?1", "?2", "?3")
                                 "ORDER BY v.id DESC";

enum way_id { WAY_FLOW, WAY_BACKEND, WAY_RULE, WAY_UNANSWERED, WAY_AGENT, WAY_OPEN, WAY_OUTCOME, WAY_CHANNEL, WAYS };

static const struct way {
    const char *count, *way;
} TABLE[WAYS] = {
    [WAY_FLOW] = { FLOW_COUNT, FLOW_WAY },
    [WAY_BACKEND] = { BACKEND_COUNT, BACKEND_WAY },
    [WAY_RULE] = { RULE_COUNT, NULL },
    [WAY_UNANSWERED] = { UNANSWERED_COUNT, UNANSWERED_WAY },
    [WAY_AGENT] = { AGENT_COUNT, AGENT_WAY },
    [WAY_OPEN] = { OPEN_COUNT, OPEN_WAY },
    [WAY_OUTCOME] = { OUTCOME_COUNT, OUTCOME_WAY },
    [WAY_CHANNEL] = { CHANNEL_COUNT, CHANNEL_WAY },
};

struct picking {
    struct db *db;
    const struct filter *filter;
    struct pick_person person;
    struct picked *picked;
    int64_t message_end, conversation_end; /* the first that is too young */
    int64_t message_begin, conversation_begin; /* the first that is old enough */
    int64_t slack;                             /* ms by which what came later may be older */
    struct error *error;
};

static bool is_owner(const struct filter *filter, const char *owner)
{
    return filter->owner != NULL && strcmp(filter->owner, owner) == 0;
}

static const char *value_of(const struct filter *filter, enum way_id way)
{
    switch (way) {
    case WAY_FLOW: return filter->flow;
    case WAY_BACKEND: return filter->backend;
    case WAY_RULE: return filter->rule;
    case WAY_UNANSWERED: return filter->is_unanswered ? "" : NULL;
    case WAY_AGENT: return is_owner(filter, "agent") ? filter->owner : NULL;
    case WAY_OPEN: return is_owner(filter, "bot") ? filter->owner : NULL;
    case WAY_OUTCOME: return filter->outcome;
    case WAY_CHANNEL: return filter->channel;
    case WAYS: break;
    }
    return NULL;
}

static bool is_full(const struct picking *p)
{
    return p->filter->limit > 0 && (int64_t)p->picked->count >= p->filter->limit;
}

/* 1 with when it was opened, 0, -1. */
static int look_at(struct picking *p, int64_t id, int64_t *opened_at)
{
    struct query *q = db_query(p->db, FITS);
    int found;

    bind_conditions(q, p->filter, &p->person);
    query_bind_int(q, 13, id);
    found = query_step(q, p->error);
    if (found == 1)
        *opened_at = query_int(q, 0);
    query_end(q);
    return found;
}

/* When the oldest of those that have a place was opened. */
static int opened_at_last(struct picking *p, int64_t *opened_at)
{
    return look_at(p, p->picked->ids[p->filter->limit - 1], opened_at);
}

/*
 * Takes what the way leads to. Where it does not come in order, `at` tells that all to come was opened no later than that. 1:
 * what is to come is not wanted any more. 0, -1.
 */
static int follow(struct picking *p, struct query *way)
{
    int64_t id, last = 0, opened_at = 0, least = -1;
    int more = 0, fits = 0;

    if (is_full(p) && opened_at_last(p, &least) < 0)
        fits = -1;
    while (fits >= 0 && (more = query_step(way, p->error)) == 1) {
        int64_t at = query_int(way, 1);

        id = query_int(way, 0);
        if (is_full(p) && (at == 0 || (least >= 0 && at + p->slack < least)))
            break;
        if (id == last || (is_full(p) && id < p->picked->ids[p->filter->limit - 1]))
            continue;
        last = id;
        fits = look_at(p, id, &opened_at);
        if (fits != 1)
            continue;
        picked_put(p->picked, id);
        if (at != 0 && is_full(p))
            fits = opened_at_last(p, &least);
    }
    query_end(way);
    if (p->filter->limit > 0 && (int64_t)p->picked->count > p->filter->limit)
        p->picked->count = (size_t)p->filter->limit;
    return fits < 0 || more < 0 ? -1 : more;
}

/* The newest stretch of the rule before one; 0 where there is none, -1. */
static int next_stretch(struct picking *p, int64_t before, int64_t *stretch)
{
    struct query *q = db_query(p->db, RULE_NEXT);
    int found;

    query_bind_text(q, 1, p->filter->rule);
    query_bind_int(q, 2, before);
    found = query_step(q, p->error);
    *stretch = found == 1 ? query_int(q, 0) : 0;
    query_end(q);
    return found;
}

static struct query *start_stretch(struct picking *p, int64_t stretch)
{
    struct query *q = db_query(p->db, RULE_WAY);
    int64_t end = (stretch + 1) * STRETCH;

    query_bind_text(q, 1, p->filter->rule);
    query_bind_int(q, 2, end < p->message_end ? end : p->message_end);
    query_bind_int(q, 3, stretch * STRETCH);
    return q;
}

static int follow_rule(struct picking *p)
{
    int64_t stretch = p->message_end / STRETCH + 1;
    int found, result = 0;

    while (result == 0 && (found = next_stretch(p, stretch, &stretch)) != 0)
        result = found < 0 ? -1 : follow(p, start_stretch(p, stretch));
    return result < 0 ? -1 : 0;
}

static int walk(struct picking *p)
{
    struct query *q = db_query(p->db, WALK);

    bind_conditions(q, p->filter, &p->person);
    query_bind_int(q, 13, p->conversation_end);
    query_bind_int(q, 14, p->filter->limit > 0 ? p->filter->limit : -1);
    return picked_take(p->picked, q, p->error);
}

static int follow_person(struct picking *p)
{
    struct picked all = { 0 };
    struct query *q = db_query(p->db, PERSON_WAY);
    int result;

    pick_person_bind(&p->person, q, 1);
    result = picked_take(&all, q, p->error);
    for (size_t i = 0; result == 0 && i < all.count && !is_full(p); i++) {
        int64_t opened_at;
        int fits = look_at(p, all.ids[i], &opened_at);

        if (fits == 1)
            picked_add(p->picked, all.ids[i]);
        result = fits < 0 ? -1 : 0;
    }
    picked_release(&all);
    return result;
}

static struct query *start(struct picking *p, enum way_id way)
{
    struct query *q = db_query(p->db, TABLE[way].way);

    query_bind_text(q, 1, value_of(p->filter, way));
    query_bind_int(q, 2, p->conversation_end);
    return q;
}

static int follow_time(struct picking *p)
{
    struct query *q = db_query(p->db, TIME_WAY);

    query_bind_int(q, 1, p->message_begin);
    query_bind_int(q, 2, p->message_end);
    return follow(p, q);
}

static int count_way(struct picking *p, enum way_id way, int64_t *count)
{
    struct query *q = db_query(p->db, TABLE[way].count);

    query_bind_text(q, 1, value_of(p->filter, way));
    return query_number(q, 0, count, p->error);
}

/* The newest conversation that it leads to, or a rule's newest message is in; 0: none. */
static int peek(struct picking *p, enum way_id way, int64_t *first)
{
    int64_t stretch = 0;
    int found = way == WAY_RULE ? next_stretch(p, p->message_end / STRETCH + 1, &stretch) : 1;
    struct query *q;

    *first = 0;
    if (found != 1)
        return found;
    q = way == WAY_RULE ? start_stretch(p, stretch) : start(p, way);
    return query_number(q, 0, first, p->error);
}

struct choice {
    enum way_id way; /* WAYS: there is none */
    int64_t count;
    int64_t first; /* where it is common: the newest conversation that it leads to */
};

/*
 * The way to the fewest. Of those that are common the one that begins furthest back: what lies before has nothing that fits.
 * Open conversations have to be sorted first, and are a way where they are few.
 */
static int choose(struct picking *p, struct choice *best)
{
    *best = (struct choice){ WAYS, INT64_MAX, INT64_MAX };
    for (enum way_id way = 0; way < WAYS; way++) {
        struct choice choice = { .way = way };

        if (value_of(p->filter, way) == NULL)
            continue;
        if (count_way(p, way, &choice.count) != 0)
            return -1;
        if (way == WAY_OPEN && choice.count == RARE_MAX)
            continue;
        if (choice.count == RARE_MAX && peek(p, way, &choice.first) != 0)
            return -1;
        if (choice.count < best->count || (choice.count == best->count && choice.first < best->first))
            *best = choice;
    }
    return 0;
}

/* Where the time begins and ends, among messages and conversations. */
static int find_bounds(struct picking *p)
{
    int64_t since = p->filter->since, until = p->filter->until;

    if (moment_slack(p->db, &p->slack, p->error) != 0 ||
        moment_range(p->db, MOMENT_CONVERSATION, since, until, &p->conversation_begin, &p->conversation_end, p->error) != 0)
        return -1;
    return moment_range(p->db, MOMENT_MESSAGE, since, until, &p->message_begin, &p->message_end, p->error);
}

/*
 * Is the time the best way? What was heard from before the oldest message that is kept has none any more, and is walked to. So
 * is what a long time has plenty of; unless all of it is wanted, or all that another way leads to began before that time.
 */
static int time_is_best(struct picking *p, const struct choice *other)
{
    int64_t first, between = p->message_end - p->message_begin, limit = p->filter->limit;

    if (p->filter->since == 0 || other->count < RARE_MAX)
        return 0;
    if (moment_find(p->db, MOMENT_MESSAGE, 0, &first, p->error) != 0)
        return -1;
    return p->message_begin > first && (limit == 0 || between <= RARE_MAX + 20 * limit || other->first < p->conversation_begin);
}

static int pick(struct picking *p)
{
    struct choice best;
    int is_time;

    if (find_bounds(p) != 0)
        return -1;
    if (p->filter->user != NULL || p->filter->phone != NULL)
        return follow_person(p);
    if (choose(p, &best) != 0 || (is_time = time_is_best(p, &best)) < 0)
        return -1;
    if (is_time)
        return follow_time(p);
    return best.way == WAY_RULE ? follow_rule(p) : best.way != WAYS ? follow(p, start(p, best.way)) : walk(p);
}

int pick_conversations(struct db *db, const struct filter *filter, struct picked *picked, struct error *error)
{
    struct picking p = { .db = db, .filter = filter, .picked = picked, .error = error };
    int result;

    pick_person_init(&p.person, filter);
    db_limit_ms(db, DB_READER_MS); /* for all the statements together */
    result = pick(&p);
    db_limit_ms(db, 0);
    pick_person_release(&p.person);
    return result < 0 ? -1 : 0;
}
