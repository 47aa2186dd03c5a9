/*
 * agent_call: see the header.
 */
#include "store/agent_call.h"

static const char PUT[] = "INSERT INTO agent_call (id, digest, conversation, reply, at) VALUES (?1, ?2, ?3, ?4, ?5)";

int agent_call_put(struct db *db, const struct agent_call *call, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_text(q, 1, call->id);
    query_bind_text(q, 2, call->digest);
    query_bind_int(q, 3, call->conversation);
    query_bind_text(q, 4, call->reply);
    query_bind_int(q, 5, call->at);
    return query_run(q, error);
}

static const char GET[] = "SELECT digest, conversation, reply FROM agent_call WHERE id = ?1";

int agent_call_get(struct db *db, const char *id, char digest[AGENT_DIGEST_LEN], int64_t *conversation, struct buf *reply,
                   struct error *error)
{
    struct query *q = db_query(db, GET);
    int found;

    query_bind_text(q, 1, id);
    found = query_step(q, error);
    if (found == 1) {
        query_copy(q, 0, digest, AGENT_DIGEST_LEN);
        *conversation = query_int(q, 1);
        buf_add_text(reply, query_text(q, 2));
    }
    query_end(q);
    return found;
}

static const char FORGET[] =
    "DELETE FROM agent_call WHERE id IN (SELECT id FROM agent_call WHERE at < ?1 ORDER BY at LIMIT ?2)";

int64_t agent_call_forget(struct db *db, int64_t before, int max, struct error *error)
{
    struct query *q = db_query(db, FORGET);

    query_bind_int(q, 1, before);
    query_bind_int(q, 2, max);
    return query_run(q, error) == 0 ? db_changes(db) : -1;
}
