/*
 * turn: see the header.
 */
#include <string.h>

#include "store/query_number.h"
#include "store/turn.h"

static const char PUT[] =
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at, closed_at, deadline_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

int turn_put(struct db *db, struct turn *turn, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("turn");
    struct query *q;

    if (db_next_id(db, NEWEST_ID, &turn->id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, turn->id);
    query_bind_int(q, 2, turn->conversation);
    query_bind_int(q, 3, turn->ruleset);
    query_bind_int(q, 4, turn->epoch);
    query_bind_text(q, 5, turn->state);
    query_bind_int(q, 6, turn->opened_at);
    if (strcmp(turn->state, "open") != 0)
        query_bind_int(q, 7, turn->opened_at);
    if (turn->deadline_at != 0)
        query_bind_int(q, 8, turn->deadline_at);
    return query_run(q, error);
}

static const char DEADLINE[] = "SELECT coalesce(deadline_at, 0) FROM turn WHERE id = ?1";

int turn_deadline(struct db *db, int64_t turn, int64_t *at, struct error *error)
{
    struct query *q = db_query(db, DEADLINE);

    query_bind_int(q, 1, turn);
    return query_number(q, 0, at, error);
}

/* A backend is being asked. */
#define ASKING "SELECT 'open' FROM consult c JOIN outbox q ON q.id = c.outbox WHERE c.turn = ?1 AND q.settled_at IS NULL"

/* The worst fate by rank: an ORDER BY would set up a sorter for each of them, and this runs once per reply.
 */
static const char REFRESH[] =
    "UPDATE turn SET closed_at = iif (EXISTS (SELECT 1 FROM outbox WHERE contact = ?2 AND settled_at IS NULL AND turn = ?1) "
    "OR EXISTS (SELECT 1 FROM run WHERE run.conversation = turn.conversation AND run.turn = ?1) "
    "OR EXISTS (" ASKING "), NULL, ?3), state = coalesce("
    "(SELECT 'open' FROM outbox WHERE contact = ?2 AND settled_at IS NULL AND turn = ?1 LIMIT 1), "
    "(SELECT 'open' FROM run WHERE run.conversation = turn.conversation AND run.turn = ?1), "
    "(" ASKING "), "
    "CASE (SELECT max(CASE state WHEN 'dead' THEN 5 WHEN 'unknown' THEN 4 WHEN 'expired' THEN 3 WHEN 'held' THEN 2 ELSE 1 END) "
    "FROM outbox WHERE turn = ?1 AND settled_at IS NOT NULL AND state <> 'accepted') "
    "WHEN 5 THEN 'dead' WHEN 4 THEN 'unknown' WHEN 3 THEN 'expired' WHEN 2 THEN 'held' WHEN 1 THEN 'withheld' "
    "ELSE 'answered' END) WHERE id = ?1 "
    "AND state <> 'silenced' AND state <> 'unanswered' AND state <> 'agent' AND state <> 'erased'";

int turn_refresh(struct db *db, int64_t turn, int64_t contact, int64_t now, struct error *error)
{
    struct query *q;

    if (turn == 0)
        return 0;
    q = db_query(db, REFRESH);
    query_bind_int(q, 1, turn);
    query_bind_int(q, 2, contact);
    query_bind_int(q, 3, now);
    return query_run(q, error);
}

static const char END[] = "UPDATE turn SET state = ?2, closed_at = ?3 WHERE id = ?1 AND state = 'open'";

int turn_end(struct db *db, int64_t turn, const char *state, int64_t now, struct error *error)
{
    struct query *q = db_query(db, END);

    query_bind_int(q, 1, turn);
    query_bind_text(q, 2, state);
    query_bind_int(q, 3, now);
    return query_run(q, error);
}

static const char HAS_TEXTS[] = "SELECT 1 FROM message m JOIN turn t ON t.conversation = m.conversation "
                                "WHERE t.id = ?1 AND m.turn = ?1 AND m.kind = 'out' ORDER BY m.id DESC LIMIT 1";

int turn_conclude(struct db *db, int64_t turn, int64_t contact, const char *otherwise, int64_t now,
                  struct error *error)
{
    struct query *q = db_query(db, HAS_TEXTS);
    int found;

    query_bind_int(q, 1, turn);
    found = query_step(q, error);
    query_end(q);
    if (found == 1)
        return turn_refresh(db, turn, contact, now, error);
    return found == 0 ? turn_end(db, turn, otherwise, now, error) : -1;
}

static const char DECIDED[] = "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

int decision_put(struct db *db, const struct decision_row *decision, struct error *error)
{
    struct query *q = db_query(db, DECIDED);

    query_bind_int(q, 1, decision->message);
    query_bind_int(q, 2, decision->at);
    query_bind_int(q, 3, decision->ruleset);
    query_bind_text(q, 4, decision->rule);
    query_bind_text(q, 5, decision->action);
    query_bind_text(q, 6, decision->state);
    query_bind_text(q, 7, decision->trace);
    return query_run(q, error);
}
