/*
 * erasure_again: see the header.
 */
#include <stdbool.h>
#include <stdio.h>

#include "store/erasure.h"
#include "store/erasure_again.h"
#include "store/event.h"
#include "store/query_number.h"

struct taking {
    struct db *db, *present;
    const char *actor;
    int64_t now;
    int64_t theirs; /* the receipt's number there */
    int64_t id;     /* and here */
};

/* Has the book that receipt, or another of that number? 1, 0, -1; *is_same when it has. */
static const char HAS[] = "SELECT asked_at = ?2 FROM erasure WHERE id = ?1";

static int has(struct db *db, int64_t id, int64_t asked_at, bool *is_same, struct error *error)
{
    struct query *q = db_query(db, HAS);
    int found;

    query_bind_int(q, 1, id);
    query_bind_int(q, 2, asked_at);
    found = query_step(q, error);
    *is_same = found == 1 && query_int(q, 0) != 0;
    query_end(q);
    return found;
}

static const char COPY[] =
    "INSERT INTO erasure (id, asked_at, asked_by, known_since, phase, drops_copies, cleared, uncleared, done_at) "
    "VALUES (?1, ?2, ?3, ?4, 'done', ?5, ?6, ?7, ?8)";

/* As a receipt that is done: what Braze was still to empty, nobody can ask it for any more. */
static int copy_receipt(const struct taking *t, struct query *from, struct error *error)
{
    struct query *q = db_query(t->db, COPY);

    query_bind_int(q, 1, t->id);
    query_bind_int(q, 2, query_int(from, 1));
    query_bind_text(q, 3, query_text(from, 2));
    query_bind_int(q, 4, query_int(from, 3));
    query_bind_int(q, 5, query_int(from, 4));
    query_bind_int(q, 6, query_int(from, 5));
    query_bind_int(q, 7, query_int(from, 6));
    query_bind_int(q, 8, query_is_null(from, 7) ? t->now : query_int(from, 7));
    return query_run(q, error);
}

static const char COUNTS[] = "SELECT name, rows FROM erasure_count WHERE erasure = ?1";

static int copy_counts(const struct taking *t, struct error *error)
{
    struct query *q = db_query(t->present, COUNTS);
    int more;

    query_bind_int(q, 1, t->theirs);
    while ((more = query_step(q, error)) == 1 && erasure_count(t->db, t->id, query_text(q, 0), query_int(q, 1), error) == 0)
        ;
    query_end(q);
    return more == 0 ? 0 : -1;
}

static const char CONTACTS[] =
    "SELECT c.id, c.created_at FROM erasure_contact e JOIN contact c ON c.id = e.contact WHERE e.erasure = ?1";
static const char IS_HERE[] = "SELECT 1 FROM contact WHERE id = ?1 AND created_at = ?2";

/* 1: it is the person; 0: it is not here; -1. */
static int add_contact(const struct taking *t, int64_t contact, int64_t created_at, struct error *error)
{
    struct query *q = db_query(t->db, IS_HERE);
    int found;

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, created_at);
    found = query_is_there(q, error);
    return found == 1 && erasure_add_contact(t->db, t->id, contact, error) != 0 ? -1 : found;
}

static int add_contacts(const struct taking *t, int64_t *count, struct error *error)
{
    struct query *q = db_query(t->present, CONTACTS);
    int more;

    *count = 0;
    query_bind_int(q, 1, t->theirs);
    while ((more = query_step(q, error)) == 1) {
        int added = add_contact(t, query_int(q, 0), query_int(q, 1), error);

        if (added < 0)
            more = -1;
        if (more < 0)
            break;
        *count += added;
    }
    query_end(q);
    return more;
}

static const char BEGIN_ANEW[] =
    "UPDATE erasure SET phase = 'asked', done_at = NULL, cleared = 0, uncleared = 0 WHERE id = ?1";

static int begin_anew(const struct taking *t, struct error *error)
{
    struct query *q = db_query(t->db, BEGIN_ANEW);
    char detail[24];

    query_bind_int(q, 1, t->id);
    if (query_run(q, error) != 0)
        return -1;
    snprintf(detail, sizeof detail, "%lld", (long long)t->id);
    return event_put(t->db, 0, "erase", t->actor, detail, t->now, error);
}

/* 1: its person is erased again; 0; -1. */
static int take_over(struct taking *t, struct query *from, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("erasure");
    int64_t contacts;
    bool is_same;
    int found;

    t->theirs = t->id = query_int(from, 0);
    found = has(t->db, t->id, query_int(from, 1), &is_same, error);
    if (found < 0 || is_same)
        return found < 0 ? -1 : 0;
    if (found == 1 && db_next_id(t->db, NEWEST_ID, &t->id, error) != 0)
        return -1;
    if (copy_receipt(t, from, error) != 0 || add_contacts(t, &contacts, error) != 0)
        return -1;
    if (contacts > 0)
        return begin_anew(t, error) == 0 ? 1 : -1;
    return copy_counts(t, error);
}

static const char ALL[] =
    "SELECT id, asked_at, asked_by, known_since, drops_copies, cleared, uncleared + (SELECT count(*) FROM erasure_attribute a "
    "WHERE a.erasure = e.id), done_at FROM erasure e ORDER BY id";

int erasure_again(struct db *db, struct db *present, const char *actor, int64_t now, int64_t *people, struct error *error)
{
    struct taking t = { .db = db, .present = present, .actor = actor, .now = now };
    struct query *q = db_query(present, ALL);
    int more;

    while ((more = query_step(q, error)) == 1) {
        int taken = take_over(&t, q, error);

        if (taken < 0)
            more = -1;
        if (more < 0)
            break;
        *people += taken;
    }
    query_end(q);
    return more;
}

/* Both at once: the values are put together anew from what is noted (store/erasure_rows.h). */
static const char DROP_PROFILE[] = "DELETE FROM profile WHERE contact IN (SELECT c.contact FROM erasure_contact c JOIN erasure e "
                                   "ON e.id = c.erasure WHERE e.phase = 'clearing')";
static const char REWIND[] = "UPDATE erasure SET stage = 0, waits_for = '' WHERE phase = 'clearing'";

int erasure_clear_again(struct db *db, struct error *error)
{
    return query_run(db_query(db, DROP_PROFILE), error) == 0 ? query_run(db_query(db, REWIND), error) : -1;
}
