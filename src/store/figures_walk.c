/*
 * figures_walk: see the header.
 *
 * Beside the messages their turns, decisions and ways out are walked, as these were written in the same order: to step to the
 * next row costs a fraction of looking one up. What is not where it was expected (a message that joined an older turn) is looked
 * up.
 */
#include <string.h>

#include "store/figures_walk.h"
#include "store/moment.h"
#include "store/query_number.h"

enum { PIECE = 20000 /* ids */ };

struct beside { /* a table that is walked beside the messages */
    struct query *rows; /* its first column is the key; NULL: not begun */
    bool is_there;      /* a row is at hand */
    int64_t key;
};

struct walking {
    struct db *db;
    const struct filter *filter;
    figures_take *take;
    void *context;
    struct beside turns, decisions, ways;
    struct query *found; /* what had to be looked up for the present row */
    int64_t newest;      /* id of the message that was walked last */
};

/* The period as ids */

static const char NEXT[] = "SELECT id FROM message WHERE id >= ?1 ORDER BY id LIMIT 1";

static int next_message(struct db *db, int64_t from, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, NEXT);

    query_bind_int(q, 1, from);
    return query_find(q, id, error);
}

/* Beside */

static int step_beside(struct beside *beside, struct error *error)
{
    int found = query_step(beside->rows, error);

    beside->is_there = found == 1;
    if (found == 1)
        beside->key = query_int(beside->rows, 0);
    return found;
}

static int begin_beside(struct db *db, const char *sql, int64_t from, struct beside *beside, struct error *error)
{
    beside->rows = db_query(db, sql);
    query_bind_int(beside->rows, 1, from);
    return step_beside(beside, error);
}

static void end_beside(struct beside *beside)
{
    if (beside->rows != NULL)
        query_end(beside->rows);
    *beside = (struct beside){ 0 };
}

/* 1: the row with that key is at hand; 0: it is not on the way; -1. */
static int reach(struct beside *beside, int64_t key, struct error *error)
{
    int found = 1;

    while (found == 1 && beside->is_there && beside->key < key)
        found = step_beside(beside, error);
    return found < 0 ? -1 : beside->is_there && beside->key == key;
}

static const struct query *look_up(struct walking *walking, const char *sql, int64_t key, int *result, struct error *error)
{
    struct query *q = db_query(walking->db, sql);
    int found;

    query_bind_int(q, 1, key);
    found = query_step(q, error);
    if (found == 1) {
        walking->found = q;
        return q;
    }
    query_end(q);
    *result = found;
    return NULL;
}

static void forget_found(struct walking *walking)
{
    if (walking->found != NULL)
        query_end(walking->found);
    walking->found = NULL;
}

/* The row of a key, wherever it is; NULL: there is none, or *result is -1. */
static const struct query *row_of(struct walking *walking, struct beside *beside, const char *rows, const char *one, int64_t key,
                                  int *result, struct error *error)
{
    if (beside->rows == NULL && begin_beside(walking->db, rows, key, beside, error) < 0)
        *result = -1;
    if (*result == 0 && (*result = reach(beside, key, error)) == 1) {
        *result = 0;
        return beside->rows;
    }
    return *result < 0 ? NULL : look_up(walking, one, key, result, error);
}

/* The customer's messages */

static const char TURNS[] = "SELECT id, state FROM turn WHERE id >= ?1 ORDER BY id";
static const char TURN[] = "SELECT id, state FROM turn WHERE id = ?1";

static int add_turn(struct walking *walking, struct figures_row *row, struct error *error)
{
    const struct query *q = NULL;
    int result = 0;

    if (row->turn != 0)
        q = row_of(walking, &walking->turns, TURNS, TURN, row->turn, &result, error);
    row->state = q != NULL ? query_text(q, 1) : "";
    return result;
}

static const char DECISIONS[] = "SELECT message, rule, action FROM decision WHERE message >= ?1 ORDER BY message";

static int add_decision(struct walking *walking, struct figures_row *row, struct error *error)
{
    struct beside *decisions = &walking->decisions;
    int found = decisions->rows == NULL ? begin_beside(walking->db, DECISIONS, row->id, decisions, error) : 0;

    found = found < 0 ? -1 : reach(decisions, row->id, error);
    row->rule = found == 1 ? query_text(decisions->rows, 1) : "";
    row->action = found == 1 ? query_text(decisions->rows, 2) : "";
    return found < 0 ? -1 : 0;
}

static const char CONSULTED[] =
    "SELECT iif(q.state = 'accepted', q.sent_by, '') FROM consult c JOIN outbox q ON q.id = c.outbox "
    "WHERE c.turn = ?1 AND c.call = 0 AND c.parting = 0 LIMIT 1";

/* All that is known of it goes to the callback. */
static int take_heard(struct walking *walking, struct figures_row *row, struct error *error)
{
    struct query *q;
    int found;

    if (add_turn(walking, row, error) != 0 || add_decision(walking, row, error) != 0)
        return -1;
    if (strcmp(row->action, "consult") != 0) {
        walking->take(walking->context, row);
        return 0;
    }
    q = db_query(walking->db, CONSULTED);
    query_bind_int(q, 1, row->turn);
    found = query_step(q, error);
    row->is_consulted = found == 1;
    row->backend = found == 1 ? query_text(q, 0) : "";
    if (found >= 0)
        walking->take(walking->context, row);
    query_end(q);
    return found < 0 ? -1 : 0;
}

/* Ours */

static const char WAY[] =
    "SELECT message, iif(state = 'accepted' AND part = 1, settled_at, 0) FROM outbox WHERE message = ?1";
/* From the row of a message on; what is no text has none. */
static const char WAYS[] = "SELECT message, iif(state = 'accepted' AND part = 1, settled_at, 0) FROM outbox "
                           "WHERE id >= (SELECT min(id) FROM outbox WHERE message = ?1) AND message IS NOT NULL ORDER BY id";

static int take_said(struct walking *walking, struct figures_row *row, struct error *error)
{
    int result = 0;
    const struct query *q = row_of(walking, &walking->ways, WAYS, WAY, row->id, &result, error);

    row->settled_at = q != NULL ? query_int(q, 1) : 0;
    if (result == 0)
        walking->take(walking->context, row);
    return result;
}

/* All */

static const char MESSAGES[] =
    "SELECT m.id, m.at, coalesce(m.turn, 0), m.conversation, m.kind, m.text FROM message m "
    "WHERE m.id > ?1 AND m.id <= ?2 AND m.kind <> 'note' "
    "AND (?3 IS NULL OR (SELECT v.channel FROM conversation v WHERE v.id = m.conversation) = ?3) "
    "AND (?4 IS NULL OR m.kind <> 'in' OR (SELECT d.rule FROM decision d WHERE d.message = m.id) = ?4) "
    "AND (?5 IS NULL OR m.kind <> 'in' OR EXISTS (SELECT 1 FROM message f WHERE f.conversation = m.conversation "
    "AND f.turn = m.turn AND f.kind = 'out' AND substr(f.actor, 1, length(?5) + 1) = ?5 || '.')) "
    "AND (?6 IS NULL OR m.kind <> 'in' OR EXISTS (SELECT 1 FROM consult c JOIN outbox q ON q.id = c.outbox "
    "WHERE c.turn = m.turn AND (q.sent_by = ?6 OR c.wanted = ?6))) ORDER BY m.id";

static struct query *messages_of(const struct walking *walking, int64_t last)
{
    struct query *q = db_query(walking->db, MESSAGES);

    query_bind_int(q, 1, walking->newest);
    query_bind_int(q, 2, last);
    query_bind_text(q, 3, walking->filter->channel);
    query_bind_text(q, 4, walking->filter->rule);
    query_bind_text(q, 5, walking->filter->flow);
    query_bind_text(q, 6, walking->filter->backend);
    return q;
}

static int walk_piece(struct walking *walking, int64_t last, struct error *error)
{
    struct query *q = messages_of(walking, last);
    int more, result = 0;

    while (result == 0 && (more = query_step(q, error)) == 1) {
        struct figures_row row = { .id = query_int(q, 0), .at = query_int(q, 1), .turn = query_int(q, 2),
                                   .conversation = query_int(q, 3), .kind = query_text(q, 4), .text = query_text(q, 5),
                                   .state = "", .rule = "", .action = "", .backend = "" };

        result = strcmp(row.kind, "in") == 0 ? take_heard(walking, &row, error) : take_said(walking, &row, error);
        forget_found(walking);
    }
    query_end(q);
    end_beside(&walking->turns);
    end_beside(&walking->decisions);
    end_beside(&walking->ways);
    walking->newest = last;
    return result != 0 || more < 0 ? -1 : 0;
}

int figures_walk(struct db *db, const struct filter *filter, figures_take *take, void *context, struct error *error)
{
    struct walking walking = { .db = db, .filter = filter, .take = take, .context = context };
    int64_t first, end;
    int found = 1;

    if (moment_range(db, MOMENT_MESSAGE, filter->since, filter->until, &first, &end, error) != 0)
        return -1;
    /* Ids may leap, where a desk got a number. */
    while (first < end && (found = next_message(db, first, &first, error)) == 1 && first < end) {
        walking.newest = first - 1;
        if (walk_piece(&walking, first + PIECE < end ? first + PIECE : end - 1, error) != 0)
            return -1;
        first = walking.newest + 1;
    }
    return found < 0 ? -1 : 0;
}
