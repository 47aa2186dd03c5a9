/*
 * message: see the header.
 */
#include <stdbool.h>
#include <string.h>

#include "store/message.h"

static const char PUT[] =
    "INSERT INTO message (conversation, turn, at, kind, text, actor, webhook, campaign, sent_at, media, fields, flags) "
    "VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, coalesce(?6, ''), nullif(?7, 0), coalesce(?8, ''), nullif(?9, 0), "
    "coalesce(?10, '[]'), coalesce(?11, '{}'), ?12)";

int message_put(struct db *db, struct message *message, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_int(q, 1, message->conversation);
    query_bind_int(q, 2, message->turn);
    query_bind_int(q, 3, message->at);
    query_bind_text(q, 4, message->kind);
    query_bind_text(q, 5, message->text);
    query_bind_text(q, 6, message->actor);
    query_bind_int(q, 7, message->webhook);
    query_bind_text(q, 8, message->campaign);
    query_bind_int(q, 9, message->sent_at);
    query_bind_text(q, 10, message->media);
    query_bind_text(q, 11, message->fields);
    query_bind_int(q, 12, message->flags);
    if (query_run(q, error) != 0)
        return -1;
    message->id = db_last_id(db);
    return 0;
}

static const char SEEN_GET[] =
    "SELECT message FROM seen WHERE dispatch_id = ?3 AND identity = ?2 AND channel = ?1";

int seen_get(struct db *db, const char *channel, const char *identity, const char *dispatch_id,
             int64_t *message, struct error *error)
{
    struct query *q = db_query(db, SEEN_GET);
    int found;

    query_bind_text(q, 1, channel);
    query_bind_text(q, 2, identity);
    query_bind_text(q, 3, dispatch_id);
    found = query_step(q, error);
    if (found == 1)
        *message = query_int(q, 0);
    query_end(q);
    return found;
}

static const char SEEN_PUT[] =
    "INSERT INTO seen (channel, identity, dispatch_id, message, at) VALUES (?1, ?2, ?3, ?4, "
    /* Never before an older key: a clock that was wrong for a while must not make it the first to be forgotten. */
    "max (?5, coalesce ((SELECT max (at) FROM seen), 0)))";

int seen_put(struct db *db, const char *channel, const char *identity, const char *dispatch_id,
             int64_t message, int64_t now, struct error *error)
{
    struct query *q = db_query(db, SEEN_PUT);

    query_bind_text(q, 1, channel);
    query_bind_text(q, 2, identity);
    query_bind_text(q, 3, dispatch_id);
    query_bind_int(q, 4, message);
    query_bind_int(q, 5, now);
    return query_run(q, error);
}

static const char SEEN_FORGET[] =
    "DELETE FROM seen WHERE (dispatch_id, identity, channel) IN "
    "(SELECT dispatch_id, identity, channel FROM seen WHERE at < ?1 ORDER BY at LIMIT ?2)";

int64_t seen_forget(struct db *db, int64_t before, int max, struct error *error)
{
    struct query *q = db_query(db, SEEN_FORGET);

    query_bind_int(q, 1, before);
    query_bind_int(q, 2, max);
    return query_run(q, error) == 0 ? db_changes(db) : -1;
}

/* Newest first, and no further back than `since`: ten seconds of one conversation are a handful of rows. */
static const char NEWEST[] =
    "SELECT id, at, kind, campaign, text FROM message WHERE conversation = ?1 ORDER BY id DESC LIMIT 32";

static bool is_twin(const struct query *q, const char *text, const char *campaign)
{
    return strcmp(query_text(q, 2), "in") == 0 && *query_text(q, 3) != '\0' &&
           strcmp(query_text(q, 3), campaign) != 0 && strcmp(query_text(q, 4), text) == 0;
}

int message_twin(struct db *db, int64_t conversation, const char *text, const char *campaign, int64_t since,
                 int64_t *message, struct error *error)
{
    struct query *q = db_query(db, NEWEST);
    int more, found = 0;

    query_bind_int(q, 1, conversation);
    while ((more = query_step(q, error)) == 1 && query_int(q, 1) >= since)
        if (is_twin(q, text, campaign)) {
            *message = query_int(q, 0);
            found = 1;
        }
    query_end(q);
    return more < 0 ? -1 : found;
}
