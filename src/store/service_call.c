/*
 * service_call: see the header. `seq = -1` marks these rows among all others.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/outbox.h"
#include "store/query_number.h"
#include "store/service_call.h"

static const char PUT[] =
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, sent_by) "
    "VALUES (?1, 'call', ?2, -1, ?3, ?4, 'due', ?5, ?5, ?6, ?7)";
static const char PUT_REQUEST[] =
    "INSERT INTO service_call (outbox, call, step, service, method, url, body, key_env) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(?8, ''))";

int service_call_put(struct db *db, const struct service_call_new *row, struct error *error)
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
    query_bind_int(q, 6, row->expires_at);
    query_bind_text(q, 7, row->service);
    if (query_run(q, error) != 0)
        return -1;
    q = db_query(db, PUT_REQUEST);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, row->call);
    query_bind_text(q, 3, row->step);
    query_bind_text(q, 4, row->service);
    query_bind_text(q, 5, row->is_post ? "POST" : "GET");
    query_bind_text(q, 6, row->url);
    query_bind_text(q, 7, row->body);
    query_bind_text(q, 8, row->key_env);
    return query_run(q, error);
}

/* Out of the book */

#define ROW                                                                                                            \
    "SELECT o.id, o.contact, o.conversation, s.call, o.epoch, v.epoch, s.service, s.url, s.body, s.key_env, "          \
    "s.method = 'POST', o.is_ambiguous, o.failures, o.created_at, o.expires_at FROM outbox o "                         \
    "JOIN service_call s ON s.outbox = o.id JOIN conversation v ON v.id = o.conversation "

/* Not of a service that has as many calls under way as one may have; `s` is the row's request. */
#define NOT_BUSY                                                                                                       \
    "AND (SELECT count(*) FROM outbox c JOIN service_call t ON t.outbox = c.id "                                       \
    "WHERE c.state = 'claimed' AND c.seq = -1 AND t.service = s.service) < ?1 "

static void take_row(const struct query *q, struct service_call_row *row)
{
    *row = (struct service_call_row){
        .id = query_int(q, 0),
        .contact = query_int(q, 1),
        .conversation = query_int(q, 2),
        .call = query_int(q, 3),
        .epoch = query_int(q, 4),
        .conversation_epoch = query_int(q, 5),
        .service = alloc_text(query_text(q, 6)),
        .url = alloc_text(query_text(q, 7)),
        .body = query_is_null(q, 8) ? NULL : alloc_text(query_text(q, 8)),
        .key_env = alloc_text(query_text(q, 9)),
        .is_post = query_int(q, 10) != 0,
        .is_ambiguous = query_int(q, 11) != 0,
        .failures = (int)query_int(q, 12),
        .created_at = query_int(q, 13),
        .expires_at = query_int(q, 14),
    };
}

void service_call_row_release(struct service_call_row *row)
{
    free(row->service);
    free(row->url);
    free(row->body);
    free(row->key_env);
    memset(row, 0, sizeof *row);
}

static const char UNDER_WAY[] = "SELECT count(*) FROM outbox WHERE state = 'claimed' AND seq = -1";

int service_call_under_way(struct db *db, int *count, struct error *error)
{
    struct query *q = db_query(db, UNDER_WAY);
    int found = query_step(q, error);

    *count = found == 1 ? (int)query_int(q, 0) : 0;
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char DUE[] = ROW
    "WHERE o.state = 'due' AND o.kind = 'call' AND o.due_at <= ?2 AND NOT rests (o.id) " NOT_BUSY
    "ORDER BY o.due_at, o.id LIMIT ?3";

int service_call_due(struct db *db, int64_t now, size_t max, struct service_call_row *rows, size_t *count,
                     struct error *error)
{
    struct query *q = db_query(db, DUE);
    int more;

    *count = 0;
    query_bind_int(q, 1, SERVICE_CALLS_EACH);
    query_bind_int(q, 2, now);
    query_bind_int(q, 3, (int64_t)max);
    while ((more = query_step(q, error)) == 1)
        take_row(q, &rows[(*count)++]);
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char NEXT_DUE[] =
    "SELECT o.due_at FROM outbox o JOIN service_call s ON s.outbox = o.id "
    "WHERE o.state = 'due' AND o.kind = 'call' AND NOT rests (o.id) " NOT_BUSY "ORDER BY o.due_at LIMIT 1";
static const char NEXT_EXPIRES[] = "SELECT min(expires_at) FROM outbox WHERE state = 'due' AND kind = 'call' AND NOT rests (id)";

int service_call_next(struct db *db, int64_t *due_at, int64_t *expires_at, struct error *error)
{
    struct query *q = db_query(db, NEXT_DUE);

    query_bind_int(q, 1, SERVICE_CALLS_EACH);
    if (query_number(q, INT64_MAX, due_at, error) != 0)
        return -1;
    return query_number(db_query(db, NEXT_EXPIRES), INT64_MAX, expires_at, error);
}

static int take_one(struct query *q, struct service_call_row *row, struct error *error)
{
    int found = query_step(q, error);

    if (found == 1)
        take_row(q, row);
    query_end(q);
    return found;
}

static const char OVERDUE[] = ROW "WHERE o.state = 'due' AND o.kind = 'call' AND o.expires_at <= ?1 AND NOT rests (o.id) LIMIT 1";

int service_call_overdue(struct db *db, int64_t latest, struct service_call_row *row, struct error *error)
{
    struct query *q = db_query(db, OVERDUE);

    query_bind_int(q, 1, latest);
    return take_one(q, row, error);
}

static const char WAITING[] = ROW "WHERE o.id = ?1 AND o.state = 'due' AND o.kind = 'call'";

int service_call_waiting(struct db *db, int64_t id, struct service_call_row *row, struct error *error)
{
    struct query *q = db_query(db, WAITING);

    query_bind_int(q, 1, id);
    return take_one(q, row, error);
}

/* All of it */

static const char RECOVER[] =
    "UPDATE outbox SET state = 'due', due_at = ?1, is_ambiguous = 1, failures = failures + 1, "
    "expires_at = iif(failures > 0, min(expires_at, ?1), expires_at) WHERE state = 'claimed' AND seq = -1";

int service_call_recover(struct db *db, int64_t now, struct error *error)
{
    struct query *q = db_query(db, RECOVER);

    query_bind_int(q, 1, now);
    return query_run(q, error);
}

static const char ANSWERED[] = "UPDATE service_call SET answer = ?2 WHERE outbox = ?1";

int service_call_answered(struct db *db, int64_t id, const char *answer, struct error *error)
{
    struct query *q;

    if (strlen(answer) > SERVICE_ANSWER_KEPT)
        return 0;
    q = db_query(db, ANSWERED);
    query_bind_int(q, 1, id);
    query_bind_text(q, 2, answer);
    return query_run(q, error);
}

/* All calls ever made are looked at: it is for a person who asks. */
static const char ENDS[] =
    "SELECT s.service, o.state, "
    "coalesce((SELECT status FROM attempt WHERE outbox = o.id ORDER BY id DESC LIMIT 1), 0), s.answer "
    "FROM service_call s CROSS JOIN outbox o ON o.id = s.outbox "
    "WHERE o.conversation = ?1 AND o.settled_at IS NOT NULL ORDER BY s.outbox";

int service_call_ends(struct db *db, int64_t conversation, service_call_end_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, ENDS);
    int count = 0, more;

    query_bind_int(q, 1, conversation);
    while ((more = query_step(q, error)) == 1) {
        struct service_call_end end = { query_text(q, 0), query_text(q, 1), query_text(q, 3), (int)query_int(q, 2) };

        row(context, &end);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

static const char CLAMP[] = "UPDATE outbox SET expires_at = ?1 WHERE settled_at IS NULL AND seq = -1 AND expires_at > ?1";

int service_call_clamp(struct db *db, int64_t latest, struct error *error)
{
    struct query *q = db_query(db, CLAMP);

    query_bind_int(q, 1, latest);
    return query_run(q, error);
}

static const char SHIFT[] = "UPDATE outbox SET expires_at = expires_at + ?1 WHERE settled_at IS NULL AND seq = -1";

int service_call_shift(struct db *db, int64_t drift_ms, struct error *error)
{
    struct query *q = db_query(db, SHIFT);

    query_bind_int(q, 1, drift_ms);
    return query_run(q, error);
}
