/*
 * db_query: the statements of a connection.
 *
 * They live as long as the connection, in a small open-addressing table keyed by the address of their SQL: a
 * look-up is a handful of instructions, and no statement is prepared twice. Using a statement that is still
 * being read is a bug of ours and aborts. A query remembers the first thing that went wrong with it, so that
 * callers bind a row of values and look once, at the step.
 *
 * Ids are counted here, per table, from what the table held when its first id was asked for. AUTOINCREMENT
 * would read and write a row of sqlite_sequence for each insert, and the id would be known only behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/db_private.h"

static struct query **slot_of(struct db *db, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) * 0x9e3779b97f4a7c15u >> 32 & (STATEMENTS_MAX - 1);

    while (db->queries[i] != NULL && db->queries[i]->sql != sql)
        i = (i + 1) & (STATEMENTS_MAX - 1);
    return &db->queries[i];
}

static struct query *query_new(struct db *db, const char *sql)
{
    struct query *query = alloc_new(sizeof *query);

    if (++db->query_count > STATEMENTS_MAX / 2)
        abort();
    query->sql = sql;
    query->db = db;
    query->code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &query->stmt, NULL);
    return query;
}

struct query *db_query(struct db *db, const char *sql)
{
    struct query **slot = slot_of(db, sql);

    if (*slot == NULL)
        *slot = query_new(db, sql);
    else if ((*slot)->is_used)
        abort();
    else if ((*slot)->stmt == NULL)
        (*slot)->code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &(*slot)->stmt,
                                           NULL);
    (*slot)->is_used = true;
    if (db->role == DB_READER && !db->is_limited)
        db->statement_deadline = db_monotonic_ms() + DB_READER_MS;
    return *slot;
}

static void keep_code(struct query *query, int code)
{
    if (code != SQLITE_OK && query->code == SQLITE_OK)
        query->code = code;
}

void query_bind_int(struct query *query, int index, int64_t value)
{
    keep_code(query, sqlite3_bind_int64(query->stmt, index, value));
}

void query_bind_text(struct query *query, int index, const char *text)
{
    keep_code(query, sqlite3_bind_text(query->stmt, index, text, -1, SQLITE_STATIC));
}

void query_bind_bytes(struct query *query, int index, const void *bytes, size_t len)
{
    /* A NULL pointer would bind NULL, and an empty body is a body. */
    keep_code(query, sqlite3_bind_blob64(query->stmt, index, len > 0 ? bytes : "", len, SQLITE_STATIC));
}

void query_bind_null(struct query *query, int index)
{
    keep_code(query, sqlite3_bind_null(query->stmt, index));
}

int query_step(struct query *query, struct error *error)
{
    int code = query->code;

    if (code == SQLITE_OK)
        code = sqlite3_step(query->stmt);
    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    keep_code(query, code);
    if (code == SQLITE_INTERRUPT) {
        db_note_fault(query->db, code);
        query->db->was_cut = true;
        if (query->db->has_given_way)
            return error_set(error, "so much was written meanwhile that reading on would hold up the daemon: try again when less "
                                    "is going on, or look at a copy (frontdesk backup FILE)");
        return error_set(error, "reading took more than %d seconds and was stopped; ask for less at once",
                         DB_READER_MS / 1000);
    }
    return db_fail(query->db, code, error);
}

void query_end(struct query *query)
{
    if (query->stmt != NULL) { /* NULL: it could not be prepared, as in a file that is no book */
        sqlite3_reset(query->stmt);
        sqlite3_clear_bindings(query->stmt);
    }
    query->code = SQLITE_OK;
    query->is_used = false;
}

int query_run(struct query *query, struct error *error)
{
    int result;

    do
        result = query_step(query, error);
    while (result == 1);
    query_end(query);
    return result;
}

int64_t query_int(const struct query *query, int column)
{
    return sqlite3_column_int64(query->stmt, column);
}

const char *query_text(const struct query *query, int column)
{
    const unsigned char *text = sqlite3_column_text(query->stmt, column);

    return text != NULL ? (const char *)text : "";
}

void query_copy(const struct query *query, int column, char *out, size_t size)
{
    const char *text = query_text(query, column);
    size_t len = strnlen(text, size - 1);

    memcpy(out, text, len);
    out[len] = '\0';
}

const void *query_bytes(const struct query *query, int column, size_t *len)
{
    const void *bytes = sqlite3_column_blob(query->stmt, column);

    *len = (size_t)sqlite3_column_bytes(query->stmt, column);
    return bytes != NULL ? bytes : "";
}

bool query_is_null(const struct query *query, int column)
{
    return sqlite3_column_type(query->stmt, column) == SQLITE_NULL;
}

int db_next_id(struct db *db, const char *newest, int64_t *id, struct error *error)
{
    struct query *query = *slot_of(db, newest);

    if (query == NULL || query->kept == 0) {
        query = db_query(db, newest);
        if (query_step(query, error) < 0) {
            query_end(query);
            return -1;
        }
        query->kept = query_int(query, 0);
        query_end(query);
    }
    *id = ++query->kept;
    return 0;
}

int64_t *db_kept(struct db *db, const char *sql)
{
    struct query **slot = slot_of(db, sql);

    if (*slot == NULL)
        *slot = query_new(db, sql);
    return &(*slot)->kept;
}
