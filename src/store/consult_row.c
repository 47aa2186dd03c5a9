/*
 * consult_row: see the header. `seq = -2` marks these rows among all others.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/consult_row.h"
#include "store/outbox.h"
#include "store/query_number.h"

static const char PUT[] =
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, sent_by) "
    "VALUES (?1, 'consult', ?2, -2, ?3, ?4, 'due', ?5, ?6, ?7, ?8)";
static const char PUT_QUESTION[] =
    "INSERT INTO consult (outbox, turn, call, wanted_by, wanted, settle_by, parting) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

int consult_row_put(struct db *db, const struct consult_new *row, int64_t *id, struct error *error)
{
    struct query *q;

    if (outbox_next_id(db, id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, *id);
    query_bind_int(q, 2, row->contact);
    query_bind_int(q, 3, row->conversation);
    query_bind_int(q, 4, row->epoch);
    query_bind_int(q, 5, row->now);
    query_bind_int(q, 6, row->due_at);
    query_bind_int(q, 7, row->expires_at);
    query_bind_text(q, 8, row->backend);
    if (query_run(q, error) != 0)
        return -1;
    q = db_query(db, PUT_QUESTION);
    query_bind_int(q, 1, *id);
    if (row->turn != 0)
        query_bind_int(q, 2, row->turn);
    query_bind_int(q, 3, row->call);
    query_bind_text(q, 4, row->wanted_by);
    query_bind_text(q, 5, row->backend);
    query_bind_int(q, 6, row->settle_by);
    query_bind_int(q, 7, row->parting);
    return query_run(q, error);
}

/* Out of the book */

#define FROM(outbox)                                                                                                   \
    "SELECT o.id, o.contact, o.conversation, c.turn, c.call, o.epoch, v.epoch, c.round, c.settle_by, o.created_at, "   \
    "o.due_at, o.expires_at, c.charged, o.failures, o.settled_at IS NULL, o.state = 'claimed', c.wanted_by, c.wanted, " \
    "o.sent_by, c.charged_on, coalesce((SELECT t.deadline_at FROM turn t WHERE t.id = c.turn), 0), c.did, c.parting "  \
    "FROM " outbox " JOIN consult c ON c.outbox = o.id JOIN conversation v ON v.id = o.conversation "
#define ROW FROM("outbox o")

static void take_row(const struct query *q, struct consult_row *row)
{
    *row = (struct consult_row){
        .id = query_int(q, 0),
        .contact = query_int(q, 1),
        .conversation = query_int(q, 2),
        .turn = query_int(q, 3),
        .call = query_int(q, 4),
        .epoch = query_int(q, 5),
        .conversation_epoch = query_int(q, 6),
        .round = query_int(q, 7),
        .settle_by = query_int(q, 8),
        .created_at = query_int(q, 9),
        .due_at = query_int(q, 10),
        .expires_at = query_int(q, 11),
        .charged = query_int(q, 12),
        .failures = (int)query_int(q, 13),
        .is_open = query_int(q, 14) != 0,
        .is_claimed = query_int(q, 15) != 0,
        .wanted_by = alloc_text(query_text(q, 16)),
        .wanted = alloc_text(query_text(q, 17)),
        .backend = alloc_text(query_text(q, 18)),
        .charged_on = alloc_text(query_text(q, 19)),
        .wanted_until = query_int(q, 20),
        .did = alloc_text(query_text(q, 21)),
        .parting = query_int(q, 22),
    };
}

void consult_row_release(struct consult_row *row)
{
    free(row->wanted_by);
    free(row->wanted);
    free(row->backend);
    free(row->charged_on);
    free(row->did);
    *row = (struct consult_row){ 0 };
}

static int take_one(struct query *q, struct consult_row *row, struct error *error)
{
    int found = query_step(q, error);

    if (found == 1)
        take_row(q, row);
    query_end(q);
    return found;
}

static const char GET[] = ROW "WHERE o.id = ?1";

int consult_row_get(struct db *db, int64_t id, struct consult_row *row, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_int(q, 1, id);
    return take_one(q, row, error);
}

static const char OPEN[] = ROW "WHERE o.contact = ?1 AND o.seq = -2 AND o.settled_at IS NULL AND o.conversation = ?2 "
                                 "AND c.parting = 0";

int consult_row_open(struct db *db, int64_t contact, int64_t conversation, struct consult_row *row, struct error *error)
{
    struct query *q = db_query(db, OPEN);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, conversation);
    return take_one(q, row, error);
}

static const char STANDING[] =
    ROW "WHERE o.contact = ?1 AND o.seq = -2 AND o.settled_at IS NULL AND o.conversation = ?2 AND c.call = 0 "
        "AND c.parting = 0";

int consult_row_standing(struct db *db, int64_t contact, int64_t conversation, struct consult_row *row,
                         struct error *error)
{
    struct query *q = db_query(db, STANDING);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, conversation);
    return take_one(q, row, error);
}

static const char DUE[] = ROW "WHERE o.state = 'due' AND o.kind = 'consult' AND o.sent_by = ?1 AND o.due_at <= ?2 "
                              "AND NOT rests (o.id) ORDER BY o.due_at, o.id LIMIT 1";

int consult_row_due(struct db *db, const char *backend, int64_t now, struct consult_row *row, struct error *error)
{
    struct query *q = db_query(db, DUE);

    query_bind_text(q, 1, backend);
    query_bind_int(q, 2, now);
    return take_one(q, row, error);
}

/* The planner would rather visit all that are due. */
static const char OVERDUE[] = FROM("outbox o INDEXED BY outbox_consult_expires")
    "WHERE o.state = 'due' AND o.kind = 'consult' AND o.expires_at <= ?1 AND NOT rests (o.id) LIMIT 1";

int consult_row_overdue(struct db *db, int64_t now, struct consult_row *row, struct error *error)
{
    struct query *q = db_query(db, OVERDUE);

    query_bind_int(q, 1, now);
    return take_one(q, row, error);
}

static const char STRAY[] = ROW "WHERE o.state = 'due' AND o.kind = 'consult' "
                                "AND o.sent_by NOT IN (SELECT value FROM json_each (?1)) "
                                "AND (o.due_at, o.id) > (?2, ?3) AND NOT rests (o.id) ORDER BY o.due_at, o.id LIMIT 1";

int consult_row_stray(struct db *db, const char *known, int64_t due_at, int64_t after, struct consult_row *row,
                      struct error *error)
{
    struct query *q = db_query(db, STRAY);

    query_bind_text(q, 1, known);
    query_bind_int(q, 2, due_at);
    query_bind_int(q, 3, after);
    return take_one(q, row, error);
}

static const char UNSETTLED[] = ROW "WHERE c.charged_on <> '' AND o.settled_at IS NOT NULL LIMIT 1";

int consult_row_unsettled(struct db *db, struct consult_row *row, struct error *error)
{
    return take_one(db_query(db, UNSETTLED), row, error);
}

static const char OF_CONTACT[] =
    "SELECT o.conversation FROM outbox o JOIN consult c ON c.outbox = o.id "
    "WHERE o.contact = ?1 AND o.seq = -2 AND o.settled_at IS NULL AND c.parting = 0 LIMIT 1";

int consult_row_of_contact(struct db *db, int64_t contact, int64_t *conversation, struct error *error)
{
    struct query *q = db_query(db, OF_CONTACT);

    query_bind_int(q, 1, contact);
    return query_find(q, conversation, error);
}

/* Counts and moments */

static const char UNDER_WAY[] = "SELECT count(*) FROM outbox WHERE state = 'claimed' AND kind = 'consult' AND sent_by = ?1";

int consult_row_under_way(struct db *db, const char *backend, int *count, struct error *error)
{
    struct query *q = db_query(db, UNDER_WAY);
    int found;

    query_bind_text(q, 1, backend);
    found = query_step(q, error);
    *count = found == 1 ? (int)query_int(q, 0) : 0;
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char WAITING[] = "SELECT count(*) FROM outbox WHERE state = 'due' AND kind = 'consult' AND sent_by = ?1";

int consult_row_waiting(struct db *db, const char *backend, int64_t *count, struct error *error)
{
    struct query *q = db_query(db, WAITING);

    query_bind_text(q, 1, backend);
    return query_number(q, 0, count, error);
}

static const char NEXT_DUE[] = "SELECT min(due_at) FROM outbox WHERE state = 'due' AND kind = 'consult' AND sent_by = ?1 "
                               "AND NOT rests (id)";

int consult_row_next_due(struct db *db, const char *backend, int64_t *at, struct error *error)
{
    struct query *q = db_query(db, NEXT_DUE);

    query_bind_text(q, 1, backend);
    return query_number(q, INT64_MAX, at, error);
}

static const char NEXT_EXPIRES[] = "SELECT min(expires_at) FROM outbox INDEXED BY outbox_consult_expires "
                                   "WHERE state = 'due' AND kind = 'consult' AND NOT rests (id)";

int consult_row_next_expires(struct db *db, int64_t *at, struct error *error)
{
    return query_number(db_query(db, NEXT_EXPIRES), INT64_MAX, at, error);
}

static const char ANY[] = "SELECT 1 WHERE EXISTS (SELECT 1 FROM outbox WHERE state = 'due' AND kind = 'consult') "
                          "OR EXISTS (SELECT 1 FROM outbox WHERE state = 'claimed' AND kind = 'consult')";

int consult_row_any(struct db *db, struct error *error)
{
    return query_is_there(db_query(db, ANY), error);
}

/* Changes */

static const char AGAIN[] = "UPDATE outbox SET state = 'due', due_at = ?2, sent_by = ?3, failures = ?4, reason = ?5 "
                            "WHERE id = ?1 AND settled_at IS NULL";
static const char RAISE[] = "UPDATE consult SET round = round + 1, settle_by = ?2 WHERE outbox = ?1";

int consult_row_again(struct db *db, const struct consult_again *again, struct error *error)
{
    struct query *q = db_query(db, AGAIN);

    query_bind_int(q, 1, again->id);
    query_bind_int(q, 2, again->due_at);
    query_bind_text(q, 3, again->backend);
    query_bind_int(q, 4, again->failures);
    query_bind_text(q, 5, again->reason);
    if (query_run(q, error) != 0)
        return -1;
    if (!again->has_joined)
        return 0;
    q = db_query(db, RAISE);
    query_bind_int(q, 1, again->id);
    query_bind_int(q, 2, again->settle_by);
    return query_run(q, error);
}

static const char CHARGE[] = "UPDATE consult SET charged = ?2, charged_on = ?3 WHERE outbox = ?1";

int consult_row_charge(struct db *db, int64_t id, int64_t charged, const char *day, struct error *error)
{
    struct query *q = db_query(db, CHARGE);

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, charged);
    query_bind_text(q, 3, day);
    return query_run(q, error);
}

static const char DID[] = "UPDATE consult SET did = ?2 WHERE outbox = ?1";

int consult_row_did(struct db *db, int64_t id, const char *did, struct error *error)
{
    struct query *q = db_query(db, DID);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, did);
    return query_run(q, error);
}

static const char RECOVER[] = "UPDATE outbox SET state = 'due', due_at = ?1, is_ambiguous = 1, failures = failures + 1 "
                              "WHERE state = 'claimed' AND kind = 'consult'";

int consult_row_recover(struct db *db, int64_t now, struct error *error)
{
    struct query *q = db_query(db, RECOVER);

    query_bind_int(q, 1, now);
    return query_run(q, error);
}

static const char CLAMP[] =
    "UPDATE outbox SET expires_at = min(expires_at, ?1), due_at = min(due_at, ?1) WHERE state = 'due' AND kind = 'consult'";

int consult_row_clamp(struct db *db, int64_t latest, struct error *error)
{
    struct query *q = db_query(db, CLAMP);

    query_bind_int(q, 1, latest);
    return query_run(q, error);
}

static const char SHIFT[] = "UPDATE outbox SET expires_at = expires_at + ?1, due_at = due_at + ?1 "
                            "WHERE settled_at IS NULL AND seq = -2";

static const char SHIFT_BURSTS[] = "UPDATE consult SET settle_by = settle_by + ?1 WHERE outbox IN "
                                   "(SELECT id FROM outbox WHERE settled_at IS NULL AND seq = -2)";

/* Also of those that wait behind a question, or behind a call, and may yet become one. */
static const char SHIFT_TURNS[] =
    "UPDATE turn SET deadline_at = deadline_at + ?1 WHERE id IN (SELECT c.turn FROM outbox o JOIN consult c ON c.outbox = o.id "
    "WHERE o.settled_at IS NULL AND o.seq = -2 UNION SELECT m.turn FROM behind b JOIN message m ON m.id = b.message "
    "UNION SELECT turn FROM run)";

int consult_row_shift(struct db *db, int64_t drift_ms, struct error *error)
{
    static const char *const STEPS[] = { SHIFT, SHIFT_BURSTS, SHIFT_TURNS };

    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        struct query *q = db_query(db, STEPS[i]);

        query_bind_int(q, 1, drift_ms);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

static const char PULL[] = "UPDATE outbox SET due_at = ?3 WHERE state = 'due' AND kind = 'consult' AND sent_by = ?1 "
                           "AND due_at = ?2";

int consult_row_pull(struct db *db, const char *backend, int64_t due_at, int64_t now, struct error *error)
{
    struct query *q = db_query(db, PULL);

    query_bind_text(q, 1, backend);
    query_bind_int(q, 2, due_at);
    query_bind_int(q, 3, now);
    return query_run(q, error);
}

/* Sessions, lines */

static const char SESSION[] = "SELECT session FROM consult_session WHERE conversation = ?1 AND backend = ?2";

int consult_session_get(struct db *db, int64_t conversation, const char *backend, struct buf *session, struct error *error)
{
    struct query *q = db_query(db, SESSION);
    int found;

    query_bind_int(q, 1, conversation);
    query_bind_text(q, 2, backend);
    found = query_step(q, error);
    if (found == 1)
        buf_add_text(session, query_text(q, 0));
    query_end(q);
    return found;
}

static const char PUT_SESSION[] = "INSERT INTO consult_session (conversation, backend, session) VALUES (?1, ?2, ?3) "
                                  "ON CONFLICT (conversation, backend) DO UPDATE SET session = excluded.session";

int consult_session_put(struct db *db, int64_t conversation, const char *backend, const char *session, struct error *error)
{
    struct query *q = db_query(db, PUT_SESSION);

    query_bind_int(q, 1, conversation);
    query_bind_text(q, 2, backend);
    query_bind_text(q, 3, session);
    return query_run(q, error);
}

static const char DROP_SESSION[] = "DELETE FROM consult_session WHERE conversation = ?1 AND backend = ?2";

int consult_session_drop(struct db *db, int64_t conversation, const char *backend, struct error *error)
{
    struct query *q = db_query(db, DROP_SESSION);

    query_bind_int(q, 1, conversation);
    query_bind_text(q, 2, backend);
    return query_run(q, error);
}

static const char HEARD[] = "SELECT count(*) FROM (SELECT turn, kind FROM message WHERE conversation = ?1 "
                            "ORDER BY id DESC LIMIT ?3) WHERE turn = ?2 AND kind = 'in'";

int consult_row_heard(struct db *db, int64_t conversation, int64_t turn, struct error *error)
{
    struct query *q = db_query(db, HEARD);
    int found, count = 0;

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, turn);
    query_bind_int(q, 3, CONSULT_LOOK_BACK);
    found = query_step(q, error);
    if (found == 1)
        count = (int)query_int(q, 0);
    query_end(q);
    return found < 0 ? -1 : count;
}

/* Texts that ended without being sent are none that the customer has read. Nor is what somebody else said, and a notice tells
 * her of, anything that the bot said to her. */
static const char LINES[] =
    "SELECT m.kind, coalesce(m.turn = ?2, 0), m.text FROM message m "
    "WHERE m.conversation = ?1 AND m.kind <> 'note' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message = m.id "
    "AND o.settled_at IS NOT NULL AND o.state <> 'accepted' AND o.state <> 'unknown') "
    "AND NOT EXISTS (SELECT 1 FROM behind b WHERE b.message = m.id) AND NOT EXISTS (SELECT 1 FROM notice n "
    "WHERE n.message = m.id AND (n.conversation <> m.conversation OR m.text = '' OR n.handover <> 0)) ORDER BY m.id DESC";

int consult_lines(struct db *db, int64_t conversation, int64_t turn, consult_line *line, void *context,
                  struct error *error)
{
    struct query *q = db_query(db, LINES);
    int more;

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, turn);
    while ((more = query_step(q, error)) == 1)
        if (!line(context, query_text(q, 0), query_int(q, 1) != 0, query_text(q, 2)))
            break;
    query_end(q);
    return more < 0 ? -1 : 0;
}

/*
 * What came of an answer was written at the moment of its end, in the name of whoever wanted it; the answer itself first.
 * For a person who asks.
 */
static const char ENDS[] =
    "SELECT c.wanted, o.sent_by, o.state, "
    "coalesce((SELECT m.text FROM message m WHERE m.conversation = o.conversation AND m.kind = 'out' "
    "AND m.at = o.settled_at AND m.actor = c.wanted_by ORDER BY m.id LIMIT 1), ''), "
    "coalesce(e.kind, ''), coalesce(e.detail, ''), "
    "coalesce((SELECT status FROM attempt WHERE outbox = o.id ORDER BY id DESC LIMIT 1), 0) "
    "FROM consult c CROSS JOIN outbox o ON o.id = c.outbox LEFT JOIN event e ON e.conversation = o.conversation "
    "AND e.at = o.settled_at AND e.kind IN ('handoff', 'close', 'flow') "
    "AND e.actor IN ('rule ' || c.wanted_by, 'step ' || c.wanted_by) "
    "WHERE o.conversation = ?1 AND o.settled_at IS NOT NULL AND c.parting = 0 GROUP BY c.outbox ORDER BY c.outbox";

int consult_row_ends(struct db *db, int64_t conversation, consult_row_end_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, ENDS);
    int count = 0, more;

    query_bind_int(q, 1, conversation);
    while ((more = query_step(q, error)) == 1) {
        struct consult_row_end end = {
            .wanted = query_text(q, 0),
            .backend = query_text(q, 1),
            .state = query_text(q, 2),
            .text = query_text(q, 3),
            .deed = query_text(q, 4),
            .target = query_text(q, 5),
            .status = (int)query_int(q, 6),
        };

        row(context, &end);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
