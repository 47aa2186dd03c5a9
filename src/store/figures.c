/*
 * figures: see the header.
 *
 * Answers are met behind their questions in the walk. So what is still to be answered is remembered: turns by their number,
 * conversations that wait for a person by theirs, each in a ring of so many that the newest stay. What is pushed out of it
 * before an answer comes has no response time.
 *
 * A piece of the walk is one statement, far below the bound that readers have.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/figures.h"

enum {
    PIECE = 20000,             /* messages of a statement */
    RING = 1 << 16,
    QUESTIONS_MAX = 50000,     /* different ones */
    CHAINS = 4096,
    SLIP_MS = 60 * 60 * 1000,  /* a clock that was set back: so much before and behind the period is walked as well */
};

static const char *const NAMES[FIGURES_WHO] = { "rule",   "flow",    "ai",    "faq", "person",
                                                "nobody", "silence", "other", "open" };

const char *figures_who_name(enum figures_who who)
{
    return NAMES[who];
}

struct turn_wait {
    int64_t turn, at;
    enum figures_who who;
    bool is_answered;
};

struct person_wait {
    int64_t conversation, at;
};

struct rule_count {
    struct rule_count *next;
    char *name;
    int64_t messages;
    bool takes_all;
};

struct walk {
    struct db *db;
    const struct figures_ask *ask;
    struct figures *figures;
    struct turn_wait *turns;     /* RING of them */
    struct person_wait *persons; /* likewise */
    struct rule_count *rules[CHAINS];
    size_t rule_count, day;
    int64_t newest; /* id of the message that was walked last */
    bool is_narrowed; /* by what was answered: then a text of ours counts with its turn alone */
};

/* The period as ids */

static const char NEXT[] = "SELECT id, at FROM message WHERE id >= ?1 ORDER BY id LIMIT 1";
static const char ENDS[] = "SELECT coalesce ((SELECT min(id) FROM message), 0), coalesce ((SELECT max(id) FROM message), 0)";

static int next_message(struct db *db, int64_t from, int64_t *id, int64_t *at, struct error *error)
{
    struct query *q = db_query(db, NEXT);
    int found;

    query_bind_int(q, 1, from);
    found = query_step(q, error);
    if (found == 1) {
        *id = query_int(q, 0);
        *at = query_int(q, 1);
    }
    query_end(q);
    return found;
}

/* The first id whose message is not before `at`; one above the last where there is none. */
static int find_id(struct db *db, int64_t at, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, ENDS);
    int64_t low, high, found_id, found_at;
    int found = query_step(q, error);

    low = found == 1 ? query_int(q, 0) : 0;
    high = found == 1 ? query_int(q, 1) + 1 : 0;
    query_end(q);
    while (found >= 0 && low < high) {
        int64_t middle = low + (high - low) / 2;

        found = next_message(db, middle, &found_id, &found_at, error);
        if (found == 1 && found_at < at)
            low = found_id + 1;
        else
            high = middle;
    }
    *id = low;
    return found < 0 ? -1 : 0;
}

/* One message */

struct row { /* borrowed until the next */
    int64_t id, at, turn, conversation, settled_at; /* settled_at: of what Braze accepted of it, 0: nothing */
    const char *kind, *text, *state, *rule, *action;
    const char *consulted; /* "accepted assistant": what became of the question to a backend; "": there was none */
};

/* NULL: none took it. */
static const struct rule_count *count_rule(struct walk *walk, const char *name)
{
    struct rule_count **link, *found;
    size_t hash = 5381;

    if (*name == '\0')
        return NULL;
    for (const char *c = name; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    link = &walk->rules[hash % CHAINS];
    for (found = *link; found != NULL && strcmp(found->name, name) != 0;)
        found = found->next;
    if (found == NULL) {
        found = alloc_new(sizeof *found);
        *found = (struct rule_count){ .next = *link, .name = alloc_text(name) };
        found->takes_all = walk->ask->takes_all != NULL && walk->ask->takes_all(walk->ask->context, name);
        *link = found;
        walk->rule_count++;
    }
    found->messages++;
    return found;
}

/* `rule` is NULL where none took it. */
static enum figures_who who_answered(const struct figures_ask *ask, const struct row *row, const struct rule_count *rule)
{
    static const char ACCEPTED[] = "accepted ";
    bool is_consulted = *row->consulted != '\0', is_written = strncmp(row->consulted, ACCEPTED, sizeof ACCEPTED - 1) == 0;

    if (is_consulted && !is_written)
        return FIGURES_NOBODY;
    if (is_written)
        return ask->is_faq != NULL && ask->is_faq(ask->context, row->consulted + sizeof ACCEPTED - 1) ? FIGURES_FAQ : FIGURES_AI;
    if (strcmp(row->action, "flow") == 0 || strcmp(row->action, "step") == 0)
        return FIGURES_FLOW;
    if (rule != NULL && rule->takes_all && strcmp(row->action, "say") == 0)
        return FIGURES_NOBODY;
    return FIGURES_RULE;
}

static enum figures_who who_of(const struct figures_ask *ask, const struct row *row, const struct rule_count *rule)
{
    static const struct {
        const char *state;
        enum figures_who who;
    } STATES[] = {
        { "agent", FIGURES_PERSON }, { "unanswered", FIGURES_NOBODY }, { "held", FIGURES_NOBODY }, { "expired", FIGURES_NOBODY },
        { "dead", FIGURES_NOBODY },  { "silenced", FIGURES_SILENCE },  { "open", FIGURES_OPEN },   { "withheld", FIGURES_OTHER },
        { "unknown", FIGURES_OTHER }, { "erased", FIGURES_OTHER },     { "", FIGURES_OPEN },
    };

    if (strcmp(row->state, "answered") == 0)
        return who_answered(ask, row, rule);
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        if (strcmp(STATES[i].state, row->state) == 0)
            return STATES[i].who;
    return FIGURES_OTHER;
}

static struct figures_day *day_at(struct walk *walk, int64_t at)
{
    const int64_t *days = walk->ask->days;

    while (walk->day > 0 && at < days[walk->day])
        walk->day--;
    while (walk->day + 1 < walk->ask->day_count && at >= days[walk->day + 1])
        walk->day++;
    return &walk->figures->days[walk->day];
}

static void wait_for_answer(struct walk *walk, const struct row *row, enum figures_who who)
{
    struct turn_wait *turn = &walk->turns[row->turn & (RING - 1)];
    struct person_wait *person = &walk->persons[row->conversation & (RING - 1)];

    /* An apology is no answer, and what a person is to answer is not answered by the sentence that says so. */
    if (turn->turn != row->turn)
        *turn = (struct turn_wait){ row->turn, row->at, who, who == FIGURES_PERSON || who == FIGURES_NOBODY };
    if (who == FIGURES_PERSON && person->conversation != row->conversation)
        *person = (struct person_wait){ row->conversation, row->at };
}

static void hear(struct walk *walk, const struct row *row)
{
    enum figures_who who = who_of(walk->ask, row, count_rule(walk, row->rule));
    struct figures_day *day = day_at(walk, row->at);

    day->heard++;
    day->by[who]++;
    if (who == FIGURES_NOBODY)
        gather_add(walk->figures->questions, row->text, strlen(row->text), row->id);
    wait_for_answer(walk, row, who);
}

static void note_time(struct walk *walk, enum figures_who who, int64_t ms)
{
    histogram_add(&walk->figures->times[who], ms);
    histogram_add(&walk->figures->time, ms);
}

/* Did the walk meet the message that this answers? */
static bool is_answer(struct walk *walk, const struct row *row)
{
    struct turn_wait *turn = &walk->turns[row->turn & (RING - 1)];
    struct person_wait *person = &walk->persons[row->conversation & (RING - 1)];

    if (row->turn != 0) {
        if (turn->turn != row->turn)
            return false;
        if (!turn->is_answered && row->settled_at != 0)
            note_time(walk, turn->who, row->settled_at - turn->at);
        turn->is_answered |= row->settled_at != 0;
        return true;
    }
    if (person->conversation != row->conversation || strcmp(row->kind, "agent") != 0 || row->settled_at == 0)
        return false;
    note_time(walk, FIGURES_PERSON, row->settled_at - person->at);
    person->conversation = 0;
    return true;
}

static void take(struct walk *walk, const struct row *row)
{
    const struct filter *filter = &walk->ask->filter;
    bool is_inside = row->at >= filter->since && row->at < filter->until, is_answering;

    if (strcmp(row->kind, "in") == 0) {
        if (is_inside)
            hear(walk, row);
        return;
    }
    is_answering = is_answer(walk, row);
    if (is_inside && (is_answering || !walk->is_narrowed))
        day_at(walk, row->at)->said++;
}

/* The walk */

/* Of a customer's message the turn, the decision and the question to a backend are looked at, of ours the way out. */
static const char WALK[] =
    "SELECT m.id, m.at, coalesce(m.turn, 0), m.conversation, coalesce(iif(o.state = 'accepted', o.settled_at, 0), 0), m.kind, "
    "m.text, t.state, d.rule, d.action, CASE WHEN d.action = 'consult' THEN (SELECT q.state || ' ' || q.sent_by FROM consult c "
    "JOIN outbox q ON q.id = c.outbox WHERE c.turn = m.turn AND c.call = 0 AND c.parting = 0 LIMIT 1) END "
    "FROM message m LEFT JOIN turn t ON t.id = CASE m.kind WHEN 'in' THEN m.turn END "
    "LEFT JOIN decision d ON d.message = CASE m.kind WHEN 'in' THEN m.id END "
    "LEFT JOIN outbox o ON o.message = CASE WHEN m.kind = 'out' OR m.kind = 'agent' THEN m.id END AND o.part = 1 "
    "WHERE m.id > ?1 AND m.id < ?2 AND m.kind <> 'note' "
    "AND (?4 IS NULL OR (SELECT v.channel FROM conversation v WHERE v.id = m.conversation) = ?4) "
    "AND (m.kind <> 'in' OR ?5 IS NULL OR d.rule = ?5) "
    "AND (m.kind <> 'in' OR ?6 IS NULL OR EXISTS (SELECT 1 FROM message f WHERE f.conversation = m.conversation "
    "AND f.turn = m.turn AND f.kind = 'out' AND substr(f.actor, 1, length(?6) + 1) = ?6 || '.')) "
    "AND (m.kind <> 'in' OR ?7 IS NULL OR EXISTS (SELECT 1 FROM consult c JOIN outbox q ON q.id = c.outbox "
    "WHERE c.turn = m.turn AND (q.sent_by = ?7 OR c.wanted = ?7))) ORDER BY m.id LIMIT ?3";

static int walk_piece(struct walk *walk, int64_t end, struct error *error)
{
    const struct filter *filter = &walk->ask->filter;
    struct query *q = db_query(walk->db, WALK);
    int more, count = 0;

    query_bind_int(q, 1, walk->newest);
    query_bind_int(q, 2, end);
    query_bind_int(q, 3, PIECE);
    query_bind_text(q, 4, filter->channel);
    query_bind_text(q, 5, filter->rule);
    query_bind_text(q, 6, filter->flow);
    query_bind_text(q, 7, filter->backend);
    while ((more = query_step(q, error)) == 1) {
        struct row row = { .id = query_int(q, 0), .at = query_int(q, 1), .turn = query_int(q, 2),
                           .conversation = query_int(q, 3), .settled_at = query_int(q, 4), .kind = query_text(q, 5),
                           .text = query_text(q, 6), .state = query_text(q, 7), .rule = query_text(q, 8),
                           .action = query_text(q, 9), .consulted = query_text(q, 10) };

        take(walk, &row);
        walk->newest = row.id;
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

static int walk_all(struct walk *walk, struct error *error)
{
    const struct filter *filter = &walk->ask->filter;
    int64_t first, end;
    int count = PIECE;

    if (find_id(walk->db, filter->since - SLIP_MS, &first, error) != 0 ||
        find_id(walk->db, filter->until + SLIP_MS, &end, error) != 0)
        return -1;
    walk->newest = first - 1;
    while (count == PIECE)
        count = walk_piece(walk, end, error);
    return count < 0 ? -1 : 0;
}

/* What comes out */

static int by_messages(const void *a, const void *b)
{
    const struct figures_rule *left = a, *right = b;

    if (left->messages != right->messages)
        return left->messages > right->messages ? -1 : 1;
    return strcmp(left->name, right->name);
}

static void list_rules(struct walk *walk)
{
    struct figures *figures = walk->figures;

    figures->rules = alloc_array(walk->rule_count + 1, sizeof *figures->rules);
    for (size_t i = 0; i < CHAINS; i++)
        while (walk->rules[i] != NULL) {
            struct rule_count *rule = walk->rules[i];

            figures->rules[figures->rule_count++] = (struct figures_rule){ rule->name, rule->messages };
            walk->rules[i] = rule->next;
            free(rule);
        }
    qsort(figures->rules, figures->rule_count, sizeof *figures->rules, by_messages);
}

static void sum_up(struct walk *walk)
{
    struct figures_day *all = &walk->figures->all;

    for (size_t i = 0; i < walk->ask->day_count; i++) {
        all->heard += walk->figures->days[i].heard;
        all->said += walk->figures->days[i].said;
        for (int who = 0; who < FIGURES_WHO; who++)
            all->by[who] += walk->figures->days[i].by[who];
    }
}

int figures_read(struct db *db, const struct figures_ask *ask, struct figures *figures, struct error *error)
{
    struct walk *walk = alloc_new(sizeof *walk);
    int result;

    *walk = (struct walk){
        .db = db, .ask = ask, .figures = figures,
        .turns = alloc_array(RING, sizeof *walk->turns),
        .persons = alloc_array(RING, sizeof *walk->persons),
        .is_narrowed = ask->filter.rule != NULL || ask->filter.flow != NULL || ask->filter.backend != NULL,
    };
    *figures = (struct figures){ .days = alloc_array(ask->day_count, sizeof *figures->days),
                                 .questions = gather_new(QUESTIONS_MAX) };
    result = walk_all(walk, error);
    list_rules(walk);
    sum_up(walk);
    free(walk->turns);
    free(walk->persons);
    free(walk);
    return result;
}

void figures_release(struct figures *figures)
{
    for (size_t i = 0; i < figures->rule_count; i++)
        free(figures->rules[i].name);
    free(figures->rules);
    free(figures->days);
    gather_free(figures->questions);
    *figures = (struct figures){ 0 };
}

/* Money */

static const char COSTS[] =
    "SELECT backend, sum(asked), sum(answered), sum(tokens_in), sum(tokens_out), sum(cost) FROM usage "
    "WHERE day >= ?1 AND day <= ?2 AND (?3 IS NULL OR backend = ?3) AND (?4 IS NULL OR wanted_by = ?4) "
    "GROUP BY backend ORDER BY 6 DESC, 2 DESC, 1";

int figures_costs(struct db *db, const char *since, const char *until, const char *backend, const char *rule,
                  figures_cost_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, COSTS);
    int count = 0, more;

    query_bind_text(q, 1, since);
    query_bind_text(q, 2, until);
    query_bind_text(q, 3, backend);
    query_bind_text(q, 4, rule);
    while ((more = query_step(q, error)) == 1) {
        row(context, &(struct figures_cost){ .backend = query_text(q, 0), .asked = query_int(q, 1), .answered = query_int(q, 2),
                                             .tokens_in = query_int(q, 3), .tokens_out = query_int(q, 4),
                                             .cost = query_int(q, 5) });
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
