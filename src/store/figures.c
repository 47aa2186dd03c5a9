/*
 * figures: see the header.
 *
 * Answers are met behind their questions in the walk. So what is still to be answered is remembered: turns by their number,
 * conversations that wait for a person by theirs, each in a ring of so many that the newest stay. What is pushed out of it
 * before an answer comes has no response time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/figures.h"
#include "store/figures_walk.h"

enum {
    RING = 1 << 16,
    QUESTIONS_MAX = 50000,     /* different ones */
    CHAINS = 4096,
};

static const char *const NAMES[FIGURES_WHO] = { "rule",   "flow",    "ai",    "faq", "person",
                                                "nobody", "silence", "other", "erased", "open" };

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
    const struct figures_ask *ask;
    struct figures *figures;
    struct turn_wait *turns;     /* RING of them */
    struct person_wait *persons; /* likewise */
    struct rule_count *rules[CHAINS];
    size_t rule_count, day;
    bool is_narrowed; /* by what was answered: then a text of ours counts with its turn alone */
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
static enum figures_who who_answered(const struct figures_ask *ask, const struct figures_row *row, const struct rule_count *rule)
{
    if (row->is_consulted && *row->backend == '\0')
        return FIGURES_NOBODY;
    if (row->is_consulted)
        return ask->is_faq != NULL && ask->is_faq(ask->context, row->backend) ? FIGURES_FAQ : FIGURES_AI;
    if (strcmp(row->action, "flow") == 0 || strcmp(row->action, "step") == 0)
        return FIGURES_FLOW;
    if (rule != NULL && rule->takes_all && strcmp(row->action, "say") == 0)
        return FIGURES_NOBODY;
    return FIGURES_RULE;
}

static enum figures_who who_of(const struct figures_ask *ask, const struct figures_row *row, const struct rule_count *rule)
{
    static const struct {
        const char *state;
        enum figures_who who;
    } STATES[] = {
        { "agent", FIGURES_PERSON }, { "unanswered", FIGURES_NOBODY }, { "held", FIGURES_NOBODY }, { "expired", FIGURES_NOBODY },
        { "dead", FIGURES_NOBODY },  { "silenced", FIGURES_SILENCE },  { "open", FIGURES_OPEN },   { "withheld", FIGURES_OTHER },
        { "unknown", FIGURES_OTHER }, { "erased", FIGURES_ERASED },     { "", FIGURES_OPEN },
    };

    if (strcmp(row->state, "answered") == 0)
        return who_answered(ask, row, rule);
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        if (strcmp(STATES[i].state, row->state) == 0)
            return STATES[i].who;
    return FIGURES_OTHER;
}

/* The answer is held, or was refused: what is lacking is no rule. */
static bool had_answer(const struct figures_ask *ask, const struct figures_row *row, const struct rule_count *rule)
{
    return strcmp(row->state, "unanswered") != 0 && who_answered(ask, row, rule) != FIGURES_NOBODY;
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

static void wait_for_answer(struct walk *walk, const struct figures_row *row, enum figures_who who)
{
    struct turn_wait *turn = &walk->turns[row->turn & (RING - 1)];
    struct person_wait *person = &walk->persons[row->conversation & (RING - 1)];

    /* An apology is no answer, and what a person is to answer is not answered by the sentence that says so. */
    if (turn->turn != row->turn)
        *turn = (struct turn_wait){ row->turn, row->at, who, who == FIGURES_PERSON || who == FIGURES_NOBODY };
    if (who == FIGURES_PERSON && person->conversation != row->conversation)
        *person = (struct person_wait){ row->conversation, row->at };
}

static void hear(struct walk *walk, const struct figures_row *row)
{
    const struct rule_count *rule = count_rule(walk, row->rule);
    enum figures_who who = who_of(walk->ask, row, rule);
    struct figures_day *day = day_at(walk, row->at);

    day->heard++;
    day->by[who]++;
    if (who == FIGURES_NOBODY && !had_answer(walk->ask, row, rule))
        gather_add(walk->figures->questions, row->text, strlen(row->text), row->id);
    wait_for_answer(walk, row, who);
}

static void note_time(struct walk *walk, enum figures_who who, int64_t ms)
{
    histogram_add(&walk->figures->times[who], ms);
    histogram_add(&walk->figures->time, ms);
}

/* Did the walk meet the message that this answers? */
static bool is_answer(struct walk *walk, const struct figures_row *row)
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

static void take(void *context, const struct figures_row *row)
{
    struct walk *walk = context;
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
        .ask = ask, .figures = figures,
        .turns = alloc_array(RING, sizeof *walk->turns),
        .persons = alloc_array(RING, sizeof *walk->persons),
        .is_narrowed = ask->filter.rule != NULL || ask->filter.flow != NULL || ask->filter.backend != NULL,
    };
    *figures = (struct figures){ .days = alloc_array(ask->day_count, sizeof *figures->days),
                                 .questions = gather_new(QUESTIONS_MAX) };
    result = figures_walk(db, &ask->filter, take, walk, error);
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
