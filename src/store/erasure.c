/*
 * erasure: see the header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/erasure.h"
#include "store/query_number.h"
#include "store/schema.h"

static const char PUT[] = "INSERT INTO erasure (id, asked_at, asked_by, known_since, phase, drops_copies) "
                          "VALUES (?1, ?2, ?3, ?2, 'asked', ?4)";

int erasure_put(struct db *db, const char *actor, bool drops_copies, int64_t now, int64_t *id, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("erasure");
    struct query *q;

    if (db_next_id(db, NEWEST_ID, id, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, *id);
    query_bind_int(q, 2, now);
    query_bind_text(q, 3, actor);
    query_bind_int(q, 4, drops_copies);
    return query_run(q, error);
}

static int run_for_contact(struct db *db, const char *sql, int64_t id, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, contact);
    return query_run(q, error);
}

static const char ADD_CONTACT[] = "INSERT INTO erasure_contact (erasure, contact) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
static const char ADD_SINCE[] = "UPDATE erasure SET known_since = min(known_since, "
                                "(SELECT created_at FROM contact WHERE id = ?2)) WHERE id = ?1";
/* Also an address whose identity another contact took over: the person was known by it. */
static const char ADD_IDENTITIES[] =
    "INSERT INTO erasure_identity (erasure, kind, value) SELECT ?1, kind, value FROM identity WHERE contact = ?2 "
    "UNION SELECT ?1, address_kind, address FROM contact WHERE id = ?2 AND address <> '' ON CONFLICT DO NOTHING";
static const char DROP_IDENTITIES[] = "DELETE FROM identity WHERE contact = ?2 AND ?1 > 0";

int erasure_add_contact(struct db *db, int64_t id, int64_t contact, struct error *error)
{
    static const char *const STATEMENTS[] = { ADD_CONTACT, ADD_SINCE, ADD_IDENTITIES };

    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++)
        if (run_for_contact(db, STATEMENTS[i], id, contact, error) != 0)
            return -1;
    if (run_for_contact(db, DROP_IDENTITIES, id, contact, error) != 0)
        return -1;
    return erasure_count(db, id, "identity", db_changes(db), error);
}

static const char NEXT[] = "SELECT id, known_since, stage, upto, phase, waits_for, drops_copies, asked_at FROM erasure "
                           "WHERE done_at IS NULL AND id > ?1 ORDER BY id LIMIT 1";

int erasure_next(struct db *db, int64_t after, struct erasure *erasure, struct error *error)
{
    struct query *q = db_query(db, NEXT);
    int found;

    query_bind_int(q, 1, after);
    found = query_step(q, error);
    if (found == 1) {
        *erasure = (struct erasure){ .id = query_int(q, 0),
                                     .known_since = query_int(q, 1),
                                     .stage = query_int(q, 2),
                                     .upto = query_int(q, 3),
                                     .drops_copies = query_int(q, 6) != 0,
                                     .asked_at = query_int(q, 7) };
        query_copy(q, 4, erasure->phase, sizeof erasure->phase);
        query_copy(q, 5, erasure->waits_for, sizeof erasure->waits_for);
    }
    query_end(q);
    return found;
}

static const char OF[] = "SELECT e.id FROM erasure e JOIN erasure_identity i ON i.erasure = e.id "
                         "WHERE e.done_at IS NULL AND (i.value = ?1 OR i.kind || ':' || i.value = ?1) ORDER BY e.id DESC LIMIT 1";

int erasure_of(struct db *db, const char *typed, int64_t *id, struct error *error)
{
    struct query *q = db_query(db, OF);

    query_bind_text(q, 1, typed);
    return query_find(q, id, error);
}

static const char HAS[] = "SELECT 1 FROM erasure_contact WHERE contact = ?1";

int erasure_has(struct db *db, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, HAS);

    query_bind_int(q, 1, contact);
    return query_is_there(q, error);
}

static const char HAS_MESSAGE[] = "SELECT 1 FROM message m JOIN conversation v ON v.id = m.conversation "
                                  "JOIN erasure_contact e ON e.contact = v.contact WHERE m.id = ?1";

int erasure_has_message(struct db *db, int64_t message, struct error *error)
{
    struct query *q = db_query(db, HAS_MESSAGE);

    query_bind_int(q, 1, message);
    return query_is_there(q, error);
}

static const char FORGET[] = "DELETE FROM erasure_identity WHERE erasure = ?1";

int erasure_forget(struct db *db, int64_t id, struct error *error)
{
    struct query *q = db_query(db, FORGET);

    query_bind_int(q, 1, id);
    return query_run(q, error);
}

static const char MOVE[] = "UPDATE erasure SET phase = ?2, stage = ?3, upto = ?4, waits_for = '' WHERE id = ?1";

int erasure_move(struct db *db, int64_t id, const char *phase, int64_t stage, int64_t upto, struct error *error)
{
    struct query *q = db_query(db, MOVE);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, phase);
    query_bind_int(q, 3, stage);
    query_bind_int(q, 4, upto);
    return query_run(q, error);
}

static const char WAIT[] = "UPDATE erasure SET waits_for = ?2 WHERE id = ?1";

/* Looked at again and again: nothing is written while that stays the same. */
int erasure_wait(struct db *db, const struct erasure *erasure, const char *waits_for, struct error *error)
{
    char kept[ERASURE_WAITS_MAX];
    struct query *q;

    snprintf(kept, sizeof kept, "%s", waits_for);
    if (strcmp(erasure->waits_for, kept) == 0)
        return 0;
    q = db_query(db, WAIT);
    query_bind_int(q, 1, erasure->id);
    query_bind_text(q, 2, kept);
    return query_run(q, error);
}

static const char END[] = "UPDATE erasure SET phase = 'done', done_at = ?2, waits_for = '' WHERE id = ?1";

int erasure_end(struct db *db, int64_t id, int64_t now, struct error *error)
{
    struct query *q = db_query(db, END);

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, now);
    return query_run(q, error);
}

static const char DROP_COPIES[] = "UPDATE erasure SET drops_copies = 1 WHERE id = ?1";

int erasure_drop_copies(struct db *db, int64_t id, struct error *error)
{
    struct query *q = db_query(db, DROP_COPIES);

    query_bind_int(q, 1, id);
    return query_run(q, error);
}

static const char WAS_DONE[] =
    "SELECT 1 FROM (SELECT min(done_at IS NOT NULL) AS was_done FROM erasure WHERE asked_at = ?1) WHERE was_done = 1";

/* Beside a log stands its book: what was done there came into the file itself (desk/erasure.c). */
bool erasure_was_done_in(const char *path, int64_t asked_at)
{
    static const char LOG[] = "-wal";
    char *book = alloc_text(path);
    size_t len = strlen(book);
    struct db *db;
    bool was_done = false;

    if (len > strlen(LOG) && strcmp(book + len - strlen(LOG), LOG) == 0)
        book[len - strlen(LOG)] = '\0';
    db = db_open(book, DB_FROZEN, NULL);
    if (db != NULL && schema_check(db, NULL) == 0) {
        struct query *q = db_query(db, WAS_DONE);

        query_bind_int(q, 1, asked_at);
        was_done = query_is_there(q, NULL) == 1;
    }
    db_close(db);
    free(book);
    return was_done;
}

static const char COUNT[] = "INSERT INTO erasure_count (erasure, name, rows) VALUES (?1, ?2, ?3) "
                            "ON CONFLICT (erasure, name) DO UPDATE SET rows = rows + excluded.rows";

int erasure_count(struct db *db, int64_t id, const char *table, int64_t rows, struct error *error)
{
    struct query *q;

    if (rows == 0)
        return 0;
    q = db_query(db, COUNT);
    query_bind_int(q, 1, id);
    query_bind_text(q, 2, table);
    query_bind_int(q, 3, rows);
    return query_run(q, error);
}

/* Looking */

#define RECEIPT                                                                                                    \
    "SELECT e.id, e.asked_at, e.done_at, e.asked_by, e.phase, e.waits_for, "                                      \
    "(SELECT count(*) FROM erasure_contact c WHERE c.erasure = e.id), "                                           \
    "(SELECT coalesce(sum(rows), 0) FROM erasure_count n WHERE n.erasure = e.id), e.cleared, e.uncleared FROM erasure e "

static const char LIST[] = RECEIPT "ORDER BY e.id DESC LIMIT ?1";
static const char GET[] = RECEIPT "WHERE e.id = ?1";

static int each_receipt(struct query *q, erasure_each *each, void *context, struct error *error)
{
    int count = 0, more;

    while ((more = query_step(q, error)) == 1) {
        const struct erasure_receipt receipt = {
            .id = query_int(q, 0),
            .asked_at = query_int(q, 1),
            .done_at = query_int(q, 2),
            .asked_by = query_text(q, 3),
            .phase = query_text(q, 4),
            .waits_for = query_text(q, 5),
            .contacts = query_int(q, 6),
            .rows = query_int(q, 7),
            .cleared = query_int(q, 8),
            .uncleared = query_int(q, 9),
        };

        each(context, &receipt);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

int erasure_list(struct db *db, int64_t max, erasure_each *each, void *context, struct error *error)
{
    struct query *q = db_query(db, LIST);

    query_bind_int(q, 1, max > 0 ? max : -1);
    return each_receipt(q, each, context, error);
}

int erasure_get(struct db *db, int64_t id, erasure_each *each, void *context, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_int(q, 1, id);
    return each_receipt(q, each, context, error);
}

static const char LIST_COUNTS[] = "SELECT name, rows FROM erasure_count WHERE erasure = ?1 ORDER BY name";

int erasure_list_counts(struct db *db, int64_t id, erasure_each_count *each, void *context, struct error *error)
{
    struct query *q = db_query(db, LIST_COUNTS);
    int count = 0, more;

    query_bind_int(q, 1, id);
    while ((more = query_step(q, error)) == 1) {
        each(context, query_text(q, 0), query_int(q, 1));
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
