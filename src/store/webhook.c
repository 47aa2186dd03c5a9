/*
 * webhook: see the header. The normal road writes each row once, with its final state; only careful mode and
 * replays change one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/query_number.h"
#include "store/webhook.h"

static const char PUT[] =
    "INSERT INTO webhook (id, received_at, channel, claimed_user, content_type, body, tries, state, message, reason) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

static void bind_fate(struct query *q, int first, const char *state, int64_t message, const char *reason)
{
    query_bind_text(q, first, state);
    if (message != 0)
        query_bind_int(q, first + 1, message);
    query_bind_text(q, first + 2, reason);
}

int webhook_number(struct db *db, struct webhook *webhook, struct error *error)
{
    static const char NEWEST[] = DB_NEWEST_ID("webhook");

    return db_next_id(db, NEWEST, &webhook->id, error);
}

static int put(struct db *db, struct webhook *webhook, const char *state, int64_t message, const char *reason,
               struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, webhook->id);
    query_bind_int(q, 2, webhook->received_at);
    query_bind_text(q, 3, webhook->channel);
    query_bind_text(q, 4, webhook->claimed_user);
    query_bind_text(q, 5, webhook->content_type);
    query_bind_bytes(q, 6, webhook->body, webhook->body_len);
    query_bind_int(q, 7, webhook->tries);
    bind_fate(q, 8, state, message, reason);
    if (query_run(q, error) != 0)
        return -1;
    webhook->is_stored = true;
    return 0;
}

int webhook_put(struct db *db, struct webhook *webhook, struct error *error)
{
    if (webhook_number(db, webhook, error) != 0)
        return -1;
    return put(db, webhook, "raw", 0, "", error);
}

static const char SETTLE[] = "UPDATE webhook SET state = ?2, message = ?3, reason = ?4 WHERE id = ?1";

int webhook_settle(struct db *db, struct webhook *webhook, const char *state, int64_t message, const char *reason,
                   struct error *error)
{
    struct query *q;

    if (!webhook->is_stored)
        return put(db, webhook, state, message, reason, error);
    q = db_query(db, SETTLE);
    query_bind_int(q, 1, webhook->id);
    bind_fate(q, 2, state, message, reason);
    return query_run(q, error);
}

static const char STRIP[] = "UPDATE webhook SET body = x'', claimed_user = NULL WHERE id = ?1";

int webhook_settle_bare(struct db *db, struct webhook *webhook, const char *state, int64_t message, const char *reason,
                        struct error *error)
{
    struct webhook bare = *webhook;
    struct query *q;

    bare.body = "";
    bare.body_len = 0;
    bare.claimed_user = NULL;
    if (webhook_settle(db, &bare, state, message, reason, error) != 0)
        return -1;
    if (!webhook->is_stored) {
        webhook->is_stored = true;
        return 0;
    }
    q = db_query(db, STRIP);
    query_bind_int(q, 1, webhook->id);
    return query_run(q, error);
}

static const char COUNT_TRY[] = "UPDATE webhook SET tries = tries + 1 WHERE id = ?1";

int webhook_count_try(struct db *db, int64_t id, struct error *error)
{
    struct query *q = db_query(db, COUNT_TRY);

    query_bind_int(q, 1, id);
    return query_run(q, error);
}

/* Copies the row under the query: it outlives the statement. */
static int take_row(struct query *q, struct webhook *webhook, struct error *error)
{
    int found = query_step(q, error);
    const void *bytes;

    if (found == 1) {
        webhook->id = query_int(q, 0);
        webhook->is_stored = true;
        webhook->received_at = query_int(q, 1);
        webhook->channel = alloc_text(query_text(q, 2));
        webhook->claimed_user = query_is_null(q, 3) ? NULL : alloc_text(query_text(q, 3));
        webhook->content_type = alloc_text(query_text(q, 4));
        bytes = query_bytes(q, 5, &webhook->body_len);
        webhook->body = alloc_bytes(bytes, webhook->body_len);
        webhook->tries = query_int(q, 6);
    }
    query_end(q);
    return found;
}

static const char GET[] =
    "SELECT id, received_at, channel, claimed_user, content_type, body, tries FROM webhook WHERE id = ?1";

int webhook_get(struct db *db, int64_t id, struct webhook *webhook, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_int(q, 1, id);
    return take_row(q, webhook, error);
}

static const char NEXT_RAW[] =
    "SELECT id, received_at, channel, claimed_user, content_type, body, tries FROM webhook "
    "WHERE state <> 'read' AND state <> 'duplicate' AND state = 'raw' ORDER BY id LIMIT 1";

int webhook_next_raw(struct db *db, struct webhook *webhook, struct error *error)
{
    return take_row(db_query(db, NEXT_RAW), webhook, error);
}

void webhook_release(struct webhook *webhook)
{
    free((char *)webhook->channel);
    free((char *)webhook->claimed_user);
    free((char *)webhook->content_type);
    free((char *)webhook->body);
    memset(webhook, 0, sizeof *webhook);
}

static const char STATE[] = "SELECT state FROM webhook WHERE id = ?1";

int webhook_state(struct db *db, int64_t id, char state[16], struct error *error)
{
    struct query *q = db_query(db, STATE);
    int found;

    query_bind_int(q, 1, id);
    found = query_step(q, error);
    if (found == 1)
        query_copy(q, 0, state, 16);
    query_end(q);
    return found;
}

static const char TRIES_OF[] =
    "SELECT coalesce(max(tries), 0) FROM webhook "
    "WHERE state <> 'read' AND state <> 'duplicate' AND state <> 'unreadable' AND body = ?1 AND channel = ?2";

int webhook_tries_of(struct db *db, const struct webhook *webhook, int64_t *tries, struct error *error)
{
    struct query *q = db_query(db, TRIES_OF);

    query_bind_bytes(q, 1, webhook->body, webhook->body_len);
    query_bind_text(q, 2, webhook->channel);
    return query_number(q, 0, tries, error);
}
