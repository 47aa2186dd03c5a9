/*
 * retention: see the header.
 *
 * A piece is the next PIECE rows behind the newest that was dealt with, as far as they are old enough. Rows whose time is out of
 * order, for a clock was wrong, are passed over while they are young.
 */
#include <stdio.h>

#include "store/query_number.h"
#include "store/retention.h"

enum { PIECE = 100 };

static const char *const NAMES[RETENTION_CLASSES] = { "webhooks", "traces", "messages" };

const char *retention_name(enum retention_class class)
{
    return NAMES[class];
}

static const char UPTO[] = "SELECT upto FROM retention WHERE class = ?1";

static int read_upto(struct db *db, const char *class, int64_t *upto, struct error *error)
{
    struct query *q = db_query(db, UPTO);

    query_bind_text(q, 1, class);
    return query_number(q, 0, upto, error);
}

static const char NOTE[] = "INSERT INTO retention (class, upto, removed, ran_at) VALUES (?1, ?2, ?3, iif(?3 > 0, ?4, 0)) "
                           "ON CONFLICT (class) DO UPDATE SET upto = excluded.upto, removed = removed + excluded.removed, "
                           "ran_at = max(ran_at, excluded.ran_at)";

static int note(struct db *db, const char *class, int64_t upto, int64_t removed, int64_t now, struct error *error)
{
    struct query *q = db_query(db, NOTE);

    query_bind_text(q, 1, class);
    query_bind_int(q, 2, upto);
    query_bind_int(q, 3, removed);
    query_bind_int(q, 4, now);
    return query_run(q, error);
}

/* Emptying */

static const char OLD_WEBHOOKS[] = "SELECT max(iif(received_at < ?2, id, NULL)) FROM (SELECT id, received_at FROM webhook "
                                   "WHERE id > ?1 ORDER BY id LIMIT ?3)";
static const char EMPTY_WEBHOOKS[] = "UPDATE webhook SET body = x'', claimed_user = NULL WHERE id > ?1 AND id <= ?3 "
                                     "AND received_at < ?2 AND state <> 'raw' AND (body <> x'' OR claimed_user IS NOT NULL)";
static const char OLD_DECISIONS[] = "SELECT max(iif(at < ?2, message, NULL)) FROM (SELECT message, at FROM decision "
                                    "WHERE message > ?1 ORDER BY message LIMIT ?3)";
static const char EMPTY_DECISIONS[] = "UPDATE decision SET state = '{}', trace = '{}' WHERE message > ?1 AND message <= ?3 "
                                      "AND at < ?2 AND state <> '{}'";
static const char OLD_CALLS[] = "SELECT max(iif(created_at < ?2, id, NULL)) FROM (SELECT id, created_at FROM outbox "
                                "WHERE id > ?1 ORDER BY id LIMIT ?3)";
#define OLD_OUTBOX                                                                                                  \
    "(SELECT o.id FROM outbox o WHERE o.id > ?1 AND o.id <= ?3 AND o.created_at < ?2 AND o.settled_at IS NOT NULL)"
static const char EMPTY_TRACKS[] = "UPDATE track SET attributes = '{}', events = '[]' WHERE outbox IN " OLD_OUTBOX;
static const char EMPTY_SERVICE_CALLS[] =
    "UPDATE service_call SET url = '', body = NULL, answer = '' WHERE outbox IN " OLD_OUTBOX;
static const char EMPTY_CONSULTS[] = "UPDATE consult SET did = '' WHERE did <> '' AND outbox IN " OLD_OUTBOX;

/* What is walked along, and what is emptied of it. */
static const struct walk {
    enum retention_class class;
    const char *name, *old;
    const char *empty[4];
} WALKS[] = {
    { RETENTION_WEBHOOKS, "webhooks", OLD_WEBHOOKS, { EMPTY_WEBHOOKS } },
    { RETENTION_TRACES, "traces", OLD_DECISIONS, { EMPTY_DECISIONS } },
    { RETENTION_TRACES, "calls", OLD_CALLS, { EMPTY_TRACKS, EMPTY_SERVICE_CALLS, EMPTY_CONSULTS } },
};

static int end_of_piece(struct db *db, const struct walk *walk, int64_t upto, int64_t before, int64_t *end,
                        struct error *error)
{
    struct query *q = db_query(db, walk->old);

    query_bind_int(q, 1, upto);
    query_bind_int(q, 2, before);
    query_bind_int(q, 3, PIECE);
    return query_number(q, 0, end, error);
}

static int take_piece(struct db *db, const struct walk *walk, int64_t before, int64_t now, struct error *error)
{
    int64_t upto, end, removed = 0;

    if (read_upto(db, walk->name, &upto, error) != 0 || end_of_piece(db, walk, upto, before, &end, error) != 0)
        return -1;
    if (end == 0)
        return 0;
    for (size_t i = 0; i < sizeof walk->empty / sizeof *walk->empty && walk->empty[i] != NULL; i++) {
        struct query *q = db_query(db, walk->empty[i]);

        query_bind_int(q, 1, upto);
        query_bind_int(q, 2, before);
        query_bind_int(q, 3, end);
        if (query_run(q, error) != 0)
            return -1;
        removed += db_changes(db);
    }
    return note(db, walk->name, end, removed, now, error) == 0 ? 1 : -1;
}

int retention_empty(struct db *db, enum retention_class class, int64_t before, int64_t now, struct error *error)
{
    int more = 0;

    for (size_t i = 0; i < sizeof WALKS / sizeof *WALKS; i++) {
        int taken = WALKS[i].class == class ? take_piece(db, &WALKS[i], before, now, error) : 0;

        if (taken < 0)
            return -1;
        more |= taken;
    }
    return more;
}

/* The file */

static int read_pragma(struct db *db, const char *sql, int64_t *value, struct error *error)
{
    return query_number(db_query(db, sql), 0, value, error);
}

static const char PAGES[] = "PRAGMA page_count";
static const char FREE_PAGES[] = "PRAGMA freelist_count";
static const char PAGE_SIZE[] = "PRAGMA page_size";
static const char MODE[] = "PRAGMA auto_vacuum";

enum { INCREMENTAL = 2, FREE_PART = 16, FREE_LEAST = 64 };

int retention_shrink(struct db *db, int pages, struct error *error)
{
    char sql[60];
    int64_t all, free_pages, mode;

    if (read_pragma(db, MODE, &mode, error) != 0 || read_pragma(db, PAGES, &all, error) != 0 ||
        read_pragma(db, FREE_PAGES, &free_pages, error) != 0)
        return -1;
    if (mode != INCREMENTAL || free_pages < FREE_LEAST || free_pages < all / FREE_PART)
        return 0;
    /* A pragma takes no parameters; the number is ours. */
    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum (%d)", pages);
    return db_run(db, sql, error) == 0 ? 1 : -1;
}

int retention_look_at_file(struct db *db, struct retention_file *file, struct error *error)
{
    int64_t pages, free_pages, size, mode;

    if (read_pragma(db, PAGES, &pages, error) != 0 || read_pragma(db, FREE_PAGES, &free_pages, error) != 0 ||
        read_pragma(db, PAGE_SIZE, &size, error) != 0 || read_pragma(db, MODE, &mode, error) != 0)
        return -1;
    *file = (struct retention_file){ .bytes = pages * size, .free_bytes = free_pages * size, .shrinks = mode == INCREMENTAL };
    return 0;
}

/* Looking */

static const char NEAR_WEBHOOK[] = "SELECT id, received_at FROM webhook WHERE id >= ?1 ORDER BY id LIMIT 1";
static const char NEAR_DECISION[] = "SELECT message, at FROM decision WHERE message >= ?1 ORDER BY message LIMIT 1";
static const char NEAR_CONVERSATION[] =
    "SELECT id, coalesce(closed_at, opened_at) FROM conversation WHERE id >= ?1 ORDER BY id LIMIT 1";
static const char LAST_WEBHOOK[] = "SELECT max(id) FROM webhook";
static const char LAST_DECISION[] = "SELECT max(message) FROM decision";
static const char LAST_CONVERSATION[] = "SELECT max(id) FROM conversation";

static const struct {
    const char *near, *last;
} LOOKS[RETENTION_CLASSES] = {
    { NEAR_WEBHOOK, LAST_WEBHOOK }, { NEAR_DECISION, LAST_DECISION }, { NEAR_CONVERSATION, LAST_CONVERSATION },
};

/* The first row from `id` on: 1, 0, -1. */
static int row_near(struct db *db, enum retention_class class, int64_t *id, int64_t *at, struct error *error)
{
    struct query *q = db_query(db, LOOKS[class].near);
    int found;

    query_bind_int(q, 1, *id);
    found = query_step(q, error);
    if (found == 1) {
        *id = query_int(q, 0);
        *at = query_int(q, 1);
    }
    query_end(q);
    return found;
}

/* The first number whose row is not older: rows are in the order of time, and there may be millions. */
static int find_border(struct db *db, enum retention_class class, int64_t first, int64_t last, int64_t before,
                       int64_t *border, struct error *error)
{
    while (first <= last) {
        int64_t middle = first + (last - first) / 2, id = middle, at = 0;
        int found = row_near(db, class, &id, &at, error);

        if (found < 0)
            return -1;
        if (found == 1 && at < before)
            first = id + 1;
        else
            last = middle - 1;
    }
    *border = first;
    return 0;
}

static const char STATE[] = "SELECT upto, removed, ran_at FROM retention WHERE class = ?1";

static int read_state(struct db *db, const char *class, int64_t *upto, struct retention_state *state, struct error *error)
{
    struct query *q = db_query(db, STATE);
    int found;

    query_bind_text(q, 1, class);
    found = query_step(q, error);
    *upto = found == 1 ? query_int(q, 0) : 0;
    state->removed = found == 1 ? query_int(q, 1) : 0;
    state->ran_at = found == 1 ? query_int(q, 2) : 0;
    query_end(q);
    return found < 0 ? -1 : 0;
}

int retention_look(struct db *db, enum retention_class class, int64_t before, struct retention_state *state,
                   struct error *error)
{
    int64_t upto, first = 0, last = 0, border = 0;
    int found;

    *state = (struct retention_state){ 0 };
    if (read_state(db, NAMES[class], &upto, state, error) != 0 || read_pragma(db, LOOKS[class].last, &last, error) != 0)
        return -1;
    found = row_near(db, class, &first, &state->oldest_at, error);
    if (found != 1)
        return found;
    state->rows = last - first + 1;
    if (find_border(db, class, first, last, before, &border, error) != 0)
        return -1;
    if (class != RETENTION_MESSAGES && upto + 1 > first)
        first = upto + 1;
    state->due = border > first ? border - first : 0;
    return 0;
}
