/*
 * notify_row: see the header. `seq = -3` marks these rows among all others.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/notify_row.h"
#include "store/outbox.h"
#include "store/query_number.h"

/* Putting */

static const char PUT[] =
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, sent_by) "
    "VALUES (?1, 'notify', ?2, -3, ?3, ?4, iif(EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = ?3 AND o.sent_by = ?8 "
    "AND o.settled_at IS NULL AND o.kind = 'notify'), 'waiting', 'due'), ?5, ?6, ?7, ?8)";
static const char PUT_WHAT[] =
    "INSERT INTO notification (outbox, team, way, type, message) VALUES (?1, ?2, ?3, ?4, "
    "coalesce(nullif(?5, 0), (SELECT max(id) FROM message WHERE conversation = ?6), 0))";

int notify_row_put(struct db *db, const struct notify_new *row, struct error *error)
{
    struct query *q;
    int64_t id;

    if (outbox_next_id(db, &id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, row->contact);
    query_bind_int(q, 3, row->conversation);
    query_bind_int(q, 4, row->epoch);
    query_bind_int(q, 5, row->now);
    query_bind_int(q, 6, row->due_at);
    query_bind_int(q, 7, row->expires_at);
    query_bind_text(q, 8, row->target);
    if (query_run(q, error) != 0)
        return -1;
    q = db_query(db, PUT_WHAT);
    query_bind_int(q, 1, id);
    query_bind_text(q, 2, row->team);
    query_bind_text(q, 3, row->way);
    query_bind_text(q, 4, row->type);
    query_bind_int(q, 5, row->message);
    query_bind_int(q, 6, row->conversation);
    return query_run(q, error);
}

/* Out of the book */

#define ROW                                                                                                             \
    "SELECT o.id, o.contact, o.conversation, n.message, o.created_at, o.expires_at, o.sent_by, n.team, n.way, n.type, " \
    "n.body, o.failures FROM outbox o JOIN notification n ON n.outbox = o.id "

static void take_row(const struct query *q, struct notify_row *row)
{
    *row = (struct notify_row){
        .id = query_int(q, 0),
        .contact = query_int(q, 1),
        .conversation = query_int(q, 2),
        .message = query_int(q, 3),
        .created_at = query_int(q, 4),
        .expires_at = query_int(q, 5),
        .target = alloc_text(query_text(q, 6)),
        .team = alloc_text(query_text(q, 7)),
        .way = alloc_text(query_text(q, 8)),
        .type = alloc_text(query_text(q, 9)),
        .body = query_is_null(q, 10) ? NULL : alloc_text(query_text(q, 10)),
        .failures = (int)query_int(q, 11),
    };
}

void notify_row_release(struct notify_row *row)
{
    free(row->target);
    free(row->team);
    free(row->way);
    free(row->type);
    free(row->body);
    memset(row, 0, sizeof *row);
}

static int take_one(struct query *q, struct notify_row *row, struct error *error)
{
    int found = query_step(q, error);

    if (found == 1)
        take_row(q, row);
    query_end(q);
    return found;
}

static const char DUE[] = ROW
    "WHERE o.state = 'due' AND o.kind = 'notify' AND o.sent_by = ?1 AND o.due_at <= ?2 AND NOT rests (o.id) "
    "ORDER BY o.due_at, o.id LIMIT 1";

int notify_row_due(struct db *db, const char *target, int64_t now, struct notify_row *row, struct error *error)
{
    struct query *q = db_query(db, DUE);

    query_bind_text(q, 1, target);
    query_bind_int(q, 2, now);
    return take_one(q, row, error);
}

static const char OVERDUE[] = ROW
    "WHERE o.settled_at IS NULL AND o.kind = 'notify' AND o.state <> 'claimed' AND o.expires_at <= ?1 AND NOT rests (o.id) "
    "LIMIT 1";

int notify_row_overdue(struct db *db, int64_t now, struct notify_row *row, struct error *error)
{
    struct query *q = db_query(db, OVERDUE);

    query_bind_int(q, 1, now);
    return take_one(q, row, error);
}

static const char GET[] = ROW "WHERE o.id = ?1";

int notify_row_get(struct db *db, int64_t id, struct notify_row *row, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_int(q, 1, id);
    return take_one(q, row, error);
}

static const char OPEN[] = ROW
    "WHERE o.id > ?1 AND o.settled_at IS NULL AND o.kind = 'notify' AND o.state <> 'claimed' ORDER BY o.id LIMIT 1";

int notify_row_open(struct db *db, int64_t after, struct notify_row *row, struct error *error)
{
    struct query *q = db_query(db, OPEN);

    query_bind_int(q, 1, after);
    return take_one(q, row, error);
}

/* Counting */

static const char UNDER_WAY[] =
    "SELECT count(*) FROM outbox WHERE state = 'claimed' AND seq = -3 AND (?1 IS NULL OR sent_by = ?1)";

int notify_row_under_way(struct db *db, const char *target, int *count, struct error *error)
{
    struct query *q = db_query(db, UNDER_WAY);
    int found;

    query_bind_text(q, 1, target);
    found = query_step(q, error);
    *count = found == 1 ? (int)query_int(q, 0) : 0;
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char NEXT_DUE[] = "SELECT min(due_at) FROM outbox WHERE state = 'due' AND kind = 'notify' AND sent_by = ?1 "
                               "AND NOT rests (id)";

int notify_row_next_due(struct db *db, const char *target, int64_t *at, struct error *error)
{
    struct query *q = db_query(db, NEXT_DUE);

    query_bind_text(q, 1, target);
    return query_number(q, INT64_MAX, at, error);
}

static const char ANY[] = "SELECT 1 FROM outbox WHERE settled_at IS NULL AND kind = 'notify' LIMIT 1";

int notify_row_any(struct db *db, struct error *error)
{
    return query_is_there(db_query(db, ANY), error);
}

/* Changing */

static const char WRITE[] = "UPDATE notification SET body = ?2 WHERE outbox = ?1";

int notify_row_write(struct db *db, int64_t id, const char *body, struct error *error)
{
    struct query *q = db_query(db, WRITE);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, body);
    return query_run(q, error);
}

static const char STEP_FORWARD[] =
    "UPDATE outbox SET state = 'due' WHERE id = (SELECT min(id) FROM outbox WHERE conversation = ?1 AND sent_by = ?2 "
    "AND settled_at IS NULL AND kind = 'notify') AND state = 'waiting'";

static int step_forward(struct db *db, const struct notify_row *row, struct error *error)
{
    struct query *q = db_query(db, STEP_FORWARD);

    query_bind_int(q, 1, row->conversation);
    query_bind_text(q, 2, row->target);
    return query_run(q, error);
}

int notify_row_settle(struct db *db, const struct notify_row *row, const char *state, const char *reason, int64_t now,
                      struct error *error)
{
    if (notify_row_write(db, row->id, NULL, error) != 0 ||
        outbox_settle(db, row->id, 0, 0, state, reason, now, error) != 0)
        return -1;
    return step_forward(db, row, error);
}

/* Behind what is open, whose time is newer: it comes too late for its place anyway. */
static const char REVIVE[] =
    "UPDATE outbox SET state = iif(EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = outbox.conversation "
    "AND o.sent_by = outbox.sent_by AND o.settled_at IS NULL AND o.kind = 'notify' AND o.id <> outbox.id "
    "AND o.state <> 'waiting'), 'waiting', 'due'), due_at = ?2, expires_at = ?3, settled_at = NULL, failures = 0, reason = '' "
    "WHERE id = ?1";

int notify_row_revive(struct db *db, const struct notify_row *row, int64_t now, int64_t until, struct error *error)
{
    struct query *q = db_query(db, REVIVE);

    query_bind_int(q, 1, row->id);
    query_bind_int(q, 2, now);
    query_bind_int(q, 3, until);
    return query_run(q, error);
}

static const char PULL[] =
    "UPDATE outbox SET due_at = ?2 WHERE state = 'due' AND kind = 'notify' AND sent_by = ?1 AND due_at > ?2";

int notify_row_pull(struct db *db, const char *target, int64_t now, struct error *error)
{
    struct query *q = db_query(db, PULL);

    query_bind_text(q, 1, target);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char HASTEN[] =
    "UPDATE outbox SET due_at = ?2 WHERE conversation = ?1 AND settled_at IS NULL AND kind = 'notify' AND due_at > ?2 "
    "AND failures = 0 AND id IN (SELECT outbox FROM notification n WHERE n.outbox = outbox.id AND n.type = 'handoff')";

int notify_row_hasten(struct db *db, int64_t conversation, int64_t now, struct error *error)
{
    struct query *q = db_query(db, HASTEN);

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char RECOVER[] =
    "UPDATE outbox SET state = 'due', due_at = ?1, is_ambiguous = 1 WHERE state = 'claimed' AND seq = -3";

int notify_row_recover(struct db *db, int64_t now, struct error *error)
{
    struct query *q = db_query(db, RECOVER);

    query_bind_int(q, 1, now);
    return query_run(q, error);
}

static const char CLAMP[] =
    "UPDATE outbox SET due_at = iif(due_at > ?1, ?3, due_at), expires_at = min(expires_at, ?2) "
    "WHERE settled_at IS NULL AND kind = 'notify' AND state <> 'claimed' AND (due_at > ?1 OR expires_at > ?2)";

int notify_row_clamp(struct db *db, int64_t latest_due, int64_t latest_end, int64_t now, struct error *error)
{
    struct query *q = db_query(db, CLAMP);

    query_bind_int(q, 1, latest_due);
    query_bind_int(q, 2, latest_end);
    query_bind_int(q, 3, now);
    return query_run(q, error);
}

static const char SHIFT[] = "UPDATE outbox SET due_at = due_at + ?1, expires_at = expires_at + ?1 "
                            "WHERE settled_at IS NULL AND kind = 'notify'";

int notify_row_shift(struct db *db, int64_t drift_ms, struct error *error)
{
    struct query *q = db_query(db, SHIFT);

    query_bind_int(q, 1, drift_ms);
    return query_run(q, error);
}
