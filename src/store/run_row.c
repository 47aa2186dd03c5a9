/*
 * run_row: see the header.
 */
#include "store/query_number.h"
#include "store/run_row.h"

static const char GET[] = "SELECT state, coalesce(turn, 0) FROM run WHERE conversation = ?1";

int run_row_get(struct db *db, int64_t conversation, struct buf *state, int64_t *turn, struct error *error)
{
    struct query *q = db_query(db, GET);
    int found;

    query_bind_int(q, 1, conversation);
    found = query_step(q, error);
    if (found == 1) {
        buf_add_text(state, query_text(q, 0));
        if (turn != NULL)
            *turn = query_int(q, 1);
    }
    query_end(q);
    return found;
}

static const char PUT[] =
    "INSERT INTO run (conversation, state, station, turn, due_at, began_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (conversation) DO UPDATE SET state = excluded.state, station = excluded.station, turn = excluded.turn, "
    "due_at = excluded.due_at";

int run_row_put(struct db *db, const struct run_row *row, int64_t now, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, row->conversation);
    query_bind_text(q, 2, row->state);
    query_bind_text(q, 3, row->station);
    if (row->turn != 0)
        query_bind_int(q, 4, row->turn);
    if (row->due_at != INT64_MAX)
        query_bind_int(q, 5, row->due_at);
    query_bind_int(q, 6, now);
    return query_run(q, error);
}

static const char DROP[] = "DELETE FROM run WHERE conversation = ?1";

int run_row_drop(struct db *db, int64_t conversation, struct error *error)
{
    struct query *q = db_query(db, DROP);

    query_bind_int(q, 1, conversation);
    return query_run(q, error);
}

/* One id by one number. */
static int find(struct db *db, const char *sql, int64_t number, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, number);
    return query_find(q, id, error);
}

static const char DUE[] = "SELECT conversation FROM run WHERE due_at <= ?1 ORDER BY due_at LIMIT 1";

int run_row_due(struct db *db, int64_t now, int64_t *conversation, struct error *error)
{
    return find(db, DUE, now, conversation, error);
}

static const char PUT_OFF[] = "UPDATE run SET due_at = ?2 WHERE conversation = ?1";

int run_row_put_off(struct db *db, int64_t conversation, int64_t until, struct error *error)
{
    struct query *q = db_query(db, PUT_OFF);

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, until);
    return query_run(q, error);
}

static const char NEXT_DUE[] = "SELECT due_at FROM run WHERE due_at > ?1 ORDER BY due_at LIMIT 1";

int run_row_next_due(struct db *db, int64_t *at, struct error *error)
{
    int found = find(db, NEXT_DUE, INT64_MIN, at, error);

    if (found == 0)
        *at = INT64_MAX;
    return found < 0 ? -1 : 0;
}

static const char NEXT[] = "SELECT conversation, state FROM run WHERE conversation > ?1 ORDER BY conversation LIMIT 1";

int run_row_next(struct db *db, int64_t *conversation, struct buf *state, struct error *error)
{
    struct query *q = db_query(db, NEXT);
    int found;

    query_bind_int(q, 1, *conversation);
    found = query_step(q, error);
    if (found == 1) {
        *conversation = query_int(q, 0);
        buf_add_text(state, query_text(q, 1));
    }
    query_end(q);
    return found;
}

static const char SHIFT[] = "UPDATE run SET state = ?2, due_at = due_at + ?3 WHERE conversation = ?1";

int run_row_shift(struct db *db, int64_t conversation, const char *state, int64_t ms, struct error *error)
{
    struct query *q = db_query(db, SHIFT);

    query_bind_int(q, 1, conversation);
    query_bind_text(q, 2, state);
    query_bind_int(q, 3, ms);
    return query_run(q, error);
}

static const char OF_CONTACT[] =
    "SELECT v.id FROM conversation v JOIN run r ON r.conversation = v.id WHERE v.contact = ?1 LIMIT 1";

int run_row_of_contact(struct db *db, int64_t contact, int64_t *conversation, struct error *error)
{
    return find(db, OF_CONTACT, contact, conversation, error);
}

static const char BEHIND_PUT[] = "INSERT INTO behind (message, conversation) VALUES (?1, ?2)";

int behind_put(struct db *db, int64_t message, int64_t conversation, struct error *error)
{
    struct query *q = db_query(db, BEHIND_PUT);

    query_bind_int(q, 1, message);
    query_bind_int(q, 2, conversation);
    return query_run(q, error);
}

static const char BEHIND_NEXT[] = "SELECT message FROM behind WHERE conversation = ?1 ORDER BY message LIMIT 1";

int behind_next(struct db *db, int64_t conversation, int64_t *message, struct error *error)
{
    return find(db, BEHIND_NEXT, conversation, message, error);
}

static const char BEHIND_DROP[] = "DELETE FROM behind WHERE message = ?1";

int behind_drop(struct db *db, int64_t message, struct error *error)
{
    struct query *q = db_query(db, BEHIND_DROP);

    query_bind_int(q, 1, message);
    return query_run(q, error);
}

static const char MOVE_TURNS[] = "UPDATE turn SET conversation = ?2 WHERE id IN "
                                 "(SELECT m.turn FROM behind b JOIN message m ON m.id = b.message WHERE b.conversation = ?1)";
static const char MOVE_MESSAGES[] =
    "UPDATE message SET conversation = ?2 WHERE id IN (SELECT message FROM behind WHERE conversation = ?1)";
static const char MOVE_COUNTS[] =
    "UPDATE conversation SET last_in_at = (SELECT last_in_at FROM conversation WHERE id = ?1), "
    "message_count = message_count + (SELECT count(*) FROM behind WHERE conversation = ?1) * iif(id = ?1, -1, 1) "
    "WHERE id = ?1 OR id = ?2";
static const char MOVE_BEHIND[] = "UPDATE behind SET conversation = ?2 WHERE conversation = ?1";

int behind_move(struct db *db, int64_t from, int64_t to, struct error *error)
{
    static const char *const STEPS[] = { MOVE_TURNS, MOVE_MESSAGES, MOVE_COUNTS, MOVE_BEHIND };

    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        struct query *q = db_query(db, STEPS[i]);

        query_bind_int(q, 1, from);
        query_bind_int(q, 2, to);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}
