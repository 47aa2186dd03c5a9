/*
 * retention_part: see the header. In all statements ?1 is the conversation, ?2 its contact, ?3 the last message that goes.
 */
#include "store/query_number.h"
#include "store/retention_part.h"
#include "store/search.h"

struct part {
    int64_t conversation, contact, upto;
};

static int run_all(struct db *db, const char *const *statements, size_t count, const struct part *part, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct query *q = db_query(db, statements[i]);

        query_bind_int(q, 1, part->conversation);
        query_bind_int(q, 2, part->contact);
        query_bind_int(q, 3, part->upto);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

/* Every statement binds all three. */
#define ALL_BOUND " AND ?1 + ?2 + ?3 IS NOT NULL"

/* Beside the messages: calls to the outside that are no texts, values and events of the profile, the ledger */

#define BESIDE                                                                                                      \
    "(SELECT o.id FROM outbox o WHERE o.kind <> 'send' AND o.contact = ?2 AND o.conversation = ?1 ORDER BY o.id LIMIT 500)"
#define ENTRIES "(SELECT id FROM entry WHERE contact = ?2 AND conversation = ?1 LIMIT 500)"
#define EVENTS "(SELECT id FROM event WHERE conversation = ?1 ORDER BY id LIMIT 500)"

static const char *const DROP_BESIDE[] = {
    "DELETE FROM attempt WHERE outbox IN " BESIDE ALL_BOUND,
    "DELETE FROM track WHERE outbox IN " BESIDE ALL_BOUND,
    "DELETE FROM service_call WHERE outbox IN " BESIDE ALL_BOUND,
    "DELETE FROM consult WHERE outbox IN " BESIDE ALL_BOUND,
    "DELETE FROM notification WHERE outbox IN " BESIDE ALL_BOUND,
    "UPDATE profile SET outbox = NULL WHERE contact = ?2 AND outbox IN " BESIDE ALL_BOUND,
    "DELETE FROM entry WHERE contact = ?2 AND outbox IN " BESIDE ALL_BOUND,
    "DELETE FROM outbox WHERE id IN " BESIDE ALL_BOUND,
};
static const char *const DROP_ENTRIES[] = { "DELETE FROM entry WHERE id IN " ENTRIES ALL_BOUND };
static const char *const DROP_EVENTS[] = { "DELETE FROM event WHERE id IN " EVENTS ALL_BOUND };

#define COUNT_OF(rows) "SELECT count(*) FROM " rows " WHERE ?1 + ?2 + ?3 IS NOT NULL"

static const char COUNT_BESIDE[] = COUNT_OF(BESIDE);
static const char COUNT_ENTRIES[] = COUNT_OF(ENTRIES);
static const char COUNT_EVENTS[] = COUNT_OF(EVENTS);

static const struct kind {
    const char *count;
    const char *const *drop;
    size_t drops;
} KINDS[] = {
    { COUNT_BESIDE, DROP_BESIDE, sizeof DROP_BESIDE / sizeof *DROP_BESIDE },
    { COUNT_ENTRIES, DROP_ENTRIES, 1 },
    { COUNT_EVENTS, DROP_EVENTS, 1 },
};

static int read_int(struct db *db, const char *sql, const struct part *part, int64_t *value, struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, part->conversation);
    query_bind_int(q, 2, part->contact);
    query_bind_int(q, 3, part->upto);
    return query_number(q, 0, value, error);
}

/* The messages */

#define MESSAGES "(SELECT id FROM message WHERE conversation = ?1 AND id <= ?3)"
#define OUTBOX                                                                                                      \
    "(SELECT o.id FROM outbox o WHERE o.message IN " MESSAGES                                                        \
    " UNION ALL SELECT o.id FROM outbox o WHERE o.kind <> 'send' AND o.contact = ?2 AND o.conversation = ?1)"

/* In this order: what is found by a row goes before it. */
static const char *const DROP_MESSAGES[] = {
    "INSERT INTO retired (fate, messages) SELECT t.state, count(*) FROM message m JOIN turn t ON t.id = m.turn "
    "WHERE m.conversation = ?1 AND m.id <= ?3 AND m.kind = 'in' AND ?2 > 0 GROUP BY t.state "
    "ON CONFLICT (fate) DO UPDATE SET messages = messages + excluded.messages",
    "INSERT INTO retired (fate, messages) SELECT 'duplicate', count(*) FROM webhook WHERE state = 'duplicate' "
    "AND message IN " MESSAGES " AND ?2 > 0 ON CONFLICT (fate) DO UPDATE SET messages = messages + excluded.messages",
    "UPDATE conversation SET message_count = message_count - (SELECT count(*) FROM message WHERE conversation = ?1 AND id <= ?3 "
    "AND kind = 'in') WHERE id = ?1 AND ?2 > 0",
    "DELETE FROM webhook WHERE state = 'duplicate' AND message IN " MESSAGES ALL_BOUND,
    "DELETE FROM webhook WHERE id IN (SELECT webhook FROM message WHERE conversation = ?1 AND id <= ?3 "
    "AND webhook IS NOT NULL)" ALL_BOUND,
    "DELETE FROM attempt WHERE outbox IN " OUTBOX,
    "DELETE FROM track WHERE outbox IN " OUTBOX,
    "DELETE FROM service_call WHERE outbox IN " OUTBOX,
    "DELETE FROM consult WHERE outbox IN " OUTBOX,
    "DELETE FROM notification WHERE outbox IN " OUTBOX,
    /* What the profile holds stays known, but no more by which call and message it came. */
    "UPDATE profile SET outbox = iif(outbox IN " OUTBOX ", NULL, outbox), message = iif(message IN " MESSAGES
    ", NULL, message) WHERE contact = ?2",
    "DELETE FROM entry WHERE contact = ?2 AND (conversation = ?1 OR outbox IN " OUTBOX " OR message IN " MESSAGES ")",
    "DELETE FROM outbox WHERE id IN " OUTBOX,
    "DELETE FROM decision WHERE message IN " MESSAGES ALL_BOUND,
    "DELETE FROM notice WHERE message IN " MESSAGES ALL_BOUND,
    "DELETE FROM kept WHERE message IN " MESSAGES ALL_BOUND,
    "DELETE FROM turn WHERE id IN (SELECT turn FROM message WHERE conversation = ?1 AND id <= ?3 AND turn IS NOT NULL)" ALL_BOUND,
    "DELETE FROM message WHERE conversation = ?1 AND id <= ?3" ALL_BOUND,
};

static const char WORDS[] = "SELECT id, text FROM message WHERE text <> '' AND conversation = ?1 AND id <= ?2";

/* The search index knows a message by its text: before that goes. */
static int forget_words(struct db *db, const struct part *part, struct error *error)
{
    struct query *q = db_query(db, WORDS);
    int more;

    query_bind_int(q, 1, part->conversation);
    query_bind_int(q, 2, part->upto);
    while ((more = query_step(q, error)) == 1 && search_forget(db, query_int(q, 0), query_text(q, 1), error) == 0)
        ;
    query_end(q);
    return more == 0 ? 0 : -1;
}

static int drop_messages(struct db *db, const struct part *part, struct error *error)
{
    return forget_words(db, part, error) == 0
               ? run_all(db, DROP_MESSAGES, sizeof DROP_MESSAGES / sizeof *DROP_MESSAGES, part, error)
               : -1;
}

int retention_part_rest(struct db *db, int64_t conversation, int64_t contact, struct error *error)
{
    return drop_messages(db, &(struct part){ conversation, contact, INT64_MAX }, error);
}

/*
 * Among the first, the last behind which no turn goes on: turns rise with the messages that begin them, and the texts that
 * answer those come soon. 0: there are no more than may go at once, or there is no such place.
 */
static const char CUT[] =
    "SELECT max(id) FROM (SELECT id, row_number() OVER up AS n, max(turn) OVER up AS done, min(turn) OVER down AS next "
    "FROM (SELECT id, turn FROM message WHERE conversation = ?1 AND ?2 + ?3 IS NOT NULL ORDER BY id LIMIT 1500) "
    "WINDOW up AS (ORDER BY id ROWS UNBOUNDED PRECEDING), "
    "down AS (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)) "
    "WHERE n <= 500 AND coalesce(done, 0) < coalesce(next, 0)";
static const char COUNT_MESSAGES[] =
    "SELECT count(*) FROM (SELECT 1 FROM message WHERE conversation = ?1 AND ?2 + ?3 IS NOT NULL LIMIT 501)";

int retention_part(struct db *db, int64_t conversation, int64_t contact, struct error *error)
{
    struct part part = { conversation, contact, 0 };
    int64_t count;

    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (read_int(db, KINDS[i].count, &part, &count, error) != 0)
            return -1;
        if (count == RETENTION_PART_MAX)
            return run_all(db, KINDS[i].drop, KINDS[i].drops, &part, error) == 0 ? 1 : -1;
    }
    if (read_int(db, COUNT_MESSAGES, &part, &count, error) != 0)
        return -1;
    if (count <= RETENTION_PART_MAX)
        return 0;
    if (read_int(db, CUT, &part, &part.upto, error) != 0)
        return -1;
    if (part.upto == 0)
        return 0;
    return drop_messages(db, &part, error) == 0 ? 1 : -1;
}
