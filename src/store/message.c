/*
 * message: see the header.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "store/message.h"
#include "store/moment.h"
#include "store/query_number.h"

static const char PUT[] =
    "INSERT INTO message (id, conversation, turn, at, kind, text, actor, webhook, campaign, sent_at, media, fields, "
    "flags, buttons, tags, properties) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";

int message_number(struct db *db, int64_t *id, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("message");

    return db_next_id(db, NEWEST_ID, id, error);
}

/* 0 stands for NULL. */
static void bind_some(struct query *q, int index, int64_t value)
{
    if (value != 0)
        query_bind_int(q, index, value);
}

static const char *given(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

int message_put(struct db *db, struct message *message, struct error *error)
{
    struct query *q;

    if (message->id == 0 && message_number(db, &message->id, error) != 0)
        return -1;
    if (moment_note(db, message->at, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, message->id);
    query_bind_int(q, 2, message->conversation);
    bind_some(q, 3, message->turn);
    query_bind_int(q, 4, message->at);
    query_bind_text(q, 5, message->kind);
    query_bind_text(q, 6, message->text);
    query_bind_text(q, 7, given(message->actor, ""));
    bind_some(q, 8, message->webhook);
    query_bind_text(q, 9, given(message->campaign, ""));
    bind_some(q, 10, message->sent_at);
    query_bind_text(q, 11, given(message->media, "[]"));
    query_bind_text(q, 12, given(message->fields, "{}"));
    query_bind_int(q, 13, message->flags);
    query_bind_text(q, 14, given(message->buttons, "[]"));
    query_bind_text(q, 15, given(message->tags, "[]"));
    query_bind_text(q, 16, given(message->properties, "{}"));
    return query_run(q, error);
}

/* What the customer said */

static int take_heard(struct query *q, int64_t key, struct heard *heard, struct error *error)
{
    int found;

    query_bind_int(q, 1, key);
    found = query_step(q, error);
    if (found == 1)
        *heard = (struct heard){ .id = query_int(q, 0),
                                 .turn = query_int(q, 1),
                                 .at = query_int(q, 2),
                                 .sent_at = query_int(q, 3),
                                 .text = alloc_text(query_text(q, 4)),
                                 .campaign = alloc_text(query_text(q, 5)),
                                 .media = alloc_text(query_text(q, 6)),
                                 .fields = alloc_text(query_text(q, 7)) };
    query_end(q);
    return found;
}

static const char HEARD_GET[] = "SELECT id, coalesce (turn, 0), at, coalesce (sent_at, 0), text, campaign, media, fields "
                                "FROM message WHERE id = ?1 AND kind = 'in'";

int heard_get(struct db *db, int64_t id, struct heard *heard, struct error *error)
{
    return take_heard(db_query(db, HEARD_GET), id, heard, error);
}

static const char HEARD_NEWEST[] =
    "SELECT id, coalesce (turn, 0), at, coalesce (sent_at, 0), text, campaign, media, fields "
    "FROM message WHERE conversation = ?1 AND kind = 'in' ORDER BY id DESC LIMIT 1";

int heard_newest(struct db *db, int64_t conversation, struct heard *heard, struct error *error)
{
    return take_heard(db_query(db, HEARD_NEWEST), conversation, heard, error);
}

void heard_release(struct heard *heard)
{
    free(heard->text);
    free(heard->campaign);
    free(heard->media);
    free(heard->fields);
    *heard = (struct heard){ 0 };
}

static const char SET_TAGS[] = "UPDATE message SET tags = ?2 WHERE id = ?1";

int message_set_tags(struct db *db, int64_t id, const char *tags, struct error *error)
{
    struct query *q = db_query(db, SET_TAGS);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, tags);
    return query_run(q, error);
}

/* Keys for duplicates */

static void bind_key(struct query *q, const struct seen *seen)
{
    query_bind_text(q, 1, seen->channel);
    query_bind_text(q, 2, seen->identity);
    query_bind_text(q, 3, seen->dispatch_id);
}

static const char SEEN_PUT[] = "INSERT INTO seen (channel, identity, dispatch_id, message, at) "
                               "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
static const char SEEN_GET[] =
    "SELECT message FROM seen WHERE dispatch_id = ?3 AND identity = ?2 AND channel = ?1";

int seen_get(struct db *db, struct seen *seen, struct error *error)
{
    struct query *q = db_query(db, SEEN_GET);
    int found;

    bind_key(q, seen);
    found = query_step(q, error);
    if (found == 1)
        seen->message = query_int(q, 0);
    query_end(q);
    return found;
}

int seen_claim(struct db *db, struct seen *seen, struct error *error)
{
    struct query *q = db_query(db, SEEN_PUT);

    bind_key(q, seen);
    query_bind_int(q, 4, seen->message);
    query_bind_int(q, 5, seen->at);
    if (query_run(q, error) != 0)
        return -1;
    if (db_changes(db) == 1)
        return 1;
    return seen_get(db, seen, error) < 0 ? -1 : 0;
}

static const char SEEN_POINT[] =
    "UPDATE seen SET message = ?4 WHERE dispatch_id = ?3 AND identity = ?2 AND channel = ?1";

int seen_point(struct db *db, const struct seen *seen, struct error *error)
{
    struct query *q = db_query(db, SEEN_POINT);

    bind_key(q, seen);
    query_bind_int(q, 4, seen->message);
    return query_run(q, error);
}

static const char SEEN_NEWEST[] = "SELECT coalesce (max (at), 0) FROM seen";

int seen_newest(struct db *db, int64_t *at, struct error *error)
{
    return query_number(db_query(db, SEEN_NEWEST), 0, at, error);
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

static const char OFFERED[] =
    "SELECT buttons, coalesce((SELECT sent_by FROM outbox WHERE message = message.id), '') FROM message "
    "WHERE conversation = ?1 AND (kind = 'out' OR kind = 'agent') "
    "AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.message = message.id) ORDER BY id DESC LIMIT 1";

int message_offered(struct db *db, int64_t conversation, struct buf *buttons, struct buf *sent_by,
                    struct error *error)
{
    struct query *q = db_query(db, OFFERED);
    int found;

    query_bind_int(q, 1, conversation);
    found = query_step(q, error);
    if (found == 1) {
        buf_add_text(buttons, query_text(q, 0));
        buf_add_text(sent_by, query_text(q, 1));
    }
    query_end(q);
    return found;
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
