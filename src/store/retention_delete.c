/*
 * retention_delete: whole conversations go (retention_delete of store/retention.h); large ones part by part, from their
 * beginning on (store/retention_part.h).
 *
 * A row may only go with all that points to it, and SQLite would look for that in tables without an index to them, row by row.
 * So its checks are off for the one transaction, which takes all of them itself; audit looks at every reference.
 *
 * Numbers are never given twice: a conversation that has the newest row of any table is left until there is a newer one.
 */
#include <string.h>

#include "store/query_number.h"
#include "store/retention.h"
#include "store/retention_part.h"
#include "store/search.h"

enum { LOOKED_AT = 500 };

/* A closed one, summed up, of which nothing is under way, and in which nothing was said since; ?1 < id, ?2 is the border. */
static const char CANDIDATE[] =
    "SELECT v.id, v.contact, (SELECT count(*) FROM (SELECT 1 FROM message m WHERE m.conversation = v.id LIMIT 1000)) "
    "FROM (SELECT id, contact, owner, closed_at, opened_at FROM conversation WHERE id > ?1 ORDER BY id LIMIT ?3) v "
    "WHERE v.owner = 'closed' AND v.closed_at < ?2 AND v.opened_at < ?2 "
    "AND coalesce((SELECT m.at FROM message m WHERE m.conversation = v.id ORDER BY m.id DESC LIMIT 1), 0) < ?2 "
    "AND NOT EXISTS (SELECT 1 FROM parting p WHERE p.conversation = v.id) "
    "AND NOT EXISTS (SELECT 1 FROM run r WHERE r.conversation = v.id) "
    "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.contact = v.contact AND o.settled_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.contact = v.contact AND e.settled_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM erasure_contact e WHERE e.contact = v.contact) "
    "AND v.id < (SELECT max(id) FROM conversation) "
    "AND v.id IS NOT (SELECT conversation FROM message ORDER BY id DESC LIMIT 1) "
    "AND v.id IS NOT (SELECT conversation FROM turn ORDER BY id DESC LIMIT 1) "
    "AND v.id IS NOT (SELECT conversation FROM outbox ORDER BY id DESC LIMIT 1) "
    "AND v.id IS NOT (SELECT conversation FROM event ORDER BY id DESC LIMIT 1) "
    "AND v.id IS NOT (SELECT conversation FROM entry ORDER BY id DESC LIMIT 1) "
    "AND v.id IS NOT (SELECT o.conversation FROM attempt a JOIN outbox o ON o.id = a.outbox ORDER BY a.id DESC LIMIT 1) "
    "AND v.id IS NOT (SELECT m.conversation FROM webhook w JOIN message m ON m.id = w.message ORDER BY w.id DESC LIMIT 1) "
    "ORDER BY v.id LIMIT 1";
static const char END_OF_LOOK[] = "SELECT max(id), max(opened_at) FROM (SELECT id, opened_at FROM conversation WHERE id > ?1 "
                                  "ORDER BY id LIMIT ?2)";

#define NOTICES_ABOUT                                                                                               \
    "(SELECT n.message FROM notice n JOIN message m ON m.id = n.message WHERE n.conversation = ?1 AND m.conversation <> ?1)"
#define IS_LAST "NOT EXISTS (SELECT 1 FROM conversation WHERE contact = ?2 AND id <> ?1)"
/* Who wants to hear no more from us has to stay known for that. */
#define IS_FORGOTTEN IS_LAST " AND (SELECT opted_out_at FROM contact WHERE id = ?2) IS NULL"

static const char EMPTY_CONTACT[] =
    "UPDATE contact SET first_name = '', language = '', time_zone = '', profile_name = '', address = '' "
    "WHERE id = ?2 AND " IS_FORGOTTEN;

/* ?1 the conversation, of which no message is left; ?2 its contact. */
static const char *const DELETIONS[] = {
    "UPDATE message SET text = '', buttons = '[]', properties = '{}' WHERE id IN " NOTICES_ABOUT " AND ?2 > 0",
    "DELETE FROM notice WHERE conversation = ?1 AND ?2 > 0",
    "DELETE FROM told WHERE handover IN (SELECT number FROM handover WHERE conversation = ?1) AND ?2 > 0",
    "DELETE FROM handover WHERE conversation = ?1 AND ?2 > 0",
    "DELETE FROM event WHERE conversation = ?1 AND ?2 > 0",
    "DELETE FROM consult_session WHERE conversation = ?1 AND ?2 > 0",
    "DELETE FROM agent_call WHERE conversation = ?1 AND ?2 > 0",
    "DELETE FROM conversation WHERE id = ?1 AND ?2 > 0",
    /* With the last of them nothing says any more why the person is known. */
    "DELETE FROM profile WHERE contact = ?2 AND " IS_LAST,
    "DELETE FROM cooldown WHERE contact = ?2 AND " IS_LAST,
    "DELETE FROM identity WHERE contact = ?2 AND " IS_FORGOTTEN,
    EMPTY_CONTACT,
};

static const char NOTICE_WORDS[] = "SELECT id, text FROM message WHERE text <> '' AND id IN " NOTICES_ABOUT;

/* The search index knows a message by its text: before that goes. */
static int forget_notices(struct db *db, int64_t conversation, struct error *error)
{
    struct query *q = db_query(db, NOTICE_WORDS);
    int more;

    query_bind_int(q, 1, conversation);
    while ((more = query_step(q, error)) == 1 && search_forget(db, query_int(q, 0), query_text(q, 1), error) == 0)
        ;
    query_end(q);
    return more == 0 ? 0 : -1;
}

static int delete_one(struct db *db, int64_t conversation, int64_t contact, struct error *error)
{
    if (retention_part_rest(db, conversation, contact, error) != 0 || forget_notices(db, conversation, error) != 0)
        return -1;
    for (size_t i = 0; i < sizeof DELETIONS / sizeof *DELETIONS; i++) {
        struct query *q = db_query(db, DELETIONS[i]);

        query_bind_int(q, 1, conversation);
        query_bind_int(q, 2, contact);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

struct candidate {
    int64_t conversation, contact, messages;
};

static int next_candidate(struct db *db, int64_t upto, int64_t before, struct candidate *candidate, struct error *error)
{
    struct query *q = db_query(db, CANDIDATE);
    int found;

    query_bind_int(q, 1, upto);
    query_bind_int(q, 2, before);
    query_bind_int(q, 3, LOOKED_AT);
    found = query_step(q, error);
    if (found == 1)
        *candidate = (struct candidate){ query_int(q, 0), query_int(q, 1), query_int(q, 2) };
    query_end(q);
    return found;
}

/* Behind the last that was looked at; 0: what follows is too young, as its numbers tell. */
static int end_of_look(struct db *db, int64_t upto, int64_t before, int64_t *end, struct error *error)
{
    struct query *q = db_query(db, END_OF_LOOK);
    int found;

    query_bind_int(q, 1, upto);
    query_bind_int(q, 2, LOOKED_AT);
    found = query_step(q, error);
    *end = found == 1 && query_int(q, 1) < before ? query_int(q, 0) : 0;
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char NOTE[] = "INSERT INTO retention (class, upto, removed, ran_at) VALUES ('messages', ?1, ?2, iif(?2 > 0, ?3, 0)) "
                           "ON CONFLICT (class) DO UPDATE SET upto = excluded.upto, removed = removed + excluded.removed, "
                           "ran_at = max(ran_at, excluded.ran_at)";

static int note(struct db *db, int64_t upto, int64_t removed, int64_t now, struct error *error)
{
    struct query *q = db_query(db, NOTE);

    query_bind_int(q, 1, upto);
    query_bind_int(q, 2, removed);
    query_bind_int(q, 3, now);
    return query_run(q, error);
}

static const char UPTO[] = "SELECT upto FROM retention WHERE class = 'messages'";

static int read_upto(struct db *db, int64_t *upto, struct error *error)
{
    return query_number(db_query(db, UPTO), 0, upto, error);
}

/* Some small ones, or a part of a large one. 1: there may be more; 0; -1. */
static int delete_some(struct db *db, int64_t before, int64_t now, struct error *error)
{
    int64_t upto, messages = 0, removed = 0, end;
    struct candidate candidate;
    int found;

    if (read_upto(db, &upto, error) != 0)
        return -1;
    while (messages < RETENTION_PART_MAX && (found = next_candidate(db, upto, before, &candidate, error)) == 1) {
        int is_part = retention_part(db, candidate.conversation, candidate.contact, error);

        if (is_part == 1)
            return note(db, upto, removed, now, error) == 0 ? 1 : -1;
        if (is_part < 0 || delete_one(db, candidate.conversation, candidate.contact, error) != 0)
            return -1;
        upto = candidate.conversation;
        messages += candidate.messages + 1;
        removed++;
    }
    if (messages >= RETENTION_PART_MAX)
        return note(db, upto, removed, now, error) == 0 ? 1 : -1;
    if (found < 0 || end_of_look(db, upto, before, &end, error) != 0)
        return -1;
    if (removed == 0 && end == 0)
        return 0;
    return note(db, end > upto ? end : upto, removed, now, error) == 0 ? end > 0 : -1;
}

static const char CHECKS_OFF[] = "PRAGMA foreign_keys = OFF";
static const char CHECKS_ON[] = "PRAGMA foreign_keys = ON";

int retention_delete(struct db *db, int64_t before, int64_t now, struct error *error)
{
    int result = -1;

    if (db_run(db, CHECKS_OFF, error) != 0)
        return -1;
    if (db_begin(db, error) == 0) {
        result = delete_some(db, before, now, error);
        if (result < 0)
            db_rollback(db);
        else if (db_commit(db, error) != 0)
            result = -1;
    }
    return db_run(db, CHECKS_ON, error) == 0 ? result : -1;
}

static const char REWIND[] = "UPDATE retention SET upto = 0 WHERE class = 'messages'";

int retention_rewind(struct db *db, struct error *error)
{
    return query_run(db_query(db, REWIND), error);
}
