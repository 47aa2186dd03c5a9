/*
 * db: the connection to the book, and the few verbs with which the store speaks SQL.
 *
 * Roles. DB_WRITER is the one connection that commits and checkpoints (SQLite 3.40 has the WAL-reset bug: a
 * second one may lose committed pages). DB_READER opens the file read-only, never checkpoints, and cuts its
 * own statements off after five seconds, and whatever its limit is (db_limit_ms) as soon as the log of the book has
 * grown by 128 MB meanwhile: as long as somebody reads one state, the log cannot be used again. DB_MEMORY is a private
 * in-memory database.
 *
 * Statements are prepared once per connection and kept: db_query finds them by the address of the SQL
 * literal, so the SQL stands in a `static const char[]` right above the function that binds it. Errors while
 * binding or stepping stick to the query and come out of query_step; query_end (also after errors) makes it
 * ready for its next use.
 *
 *     static const char FIND[] = "SELECT id FROM contact WHERE address = ?1";
 *     struct query *q = db_query(db, FIND);
 *     query_bind_text(q, 1, address);
 *     int found = query_step(q, error);          // 1 row, 0 none, -1 failed
 *     if (found == 1) id = query_int(q, 0);      // texts are borrowed until the next step or end
 *     query_end(q);
 *
 * A connection and its queries belong to one thread at a time.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct db;
struct query;

enum db_role {
    DB_WRITER,
    DB_READER,
    DB_FROZEN, /* reads a file that nobody writes any more: as it stands, without its log, and leaves nothing beside it */
    DB_MEMORY,
};

/* What a failure means for the one who commits. */
enum db_fault {
    DB_FINE,
    DB_STATEMENT, /* this statement is wrong (a constraint, a type): its savepoint can be rolled back alone */
    DB_FULL,      /* no room, or the file is read-only: shed, try again later */
    DB_BUSY,      /* locked by somebody who should not: try again */
    DB_UNCERTAIN, /* an I/O error at commit: it may have happened; leave the process */
    DB_CORRUPT,   /* stop writing, keep the files */
};

/* Says that there is no book, and what helps; -1. */
int db_tell_missing(const char *path, struct error *error);

/* Opens (the writer creates the file 0600). No migration is run: see store/schema.h. NULL and a sentence on
 * failure. */
struct db *db_open(const char *path, enum db_role role, struct error *error);
void db_close(struct db *db); /* NULL is fine */

const char *db_library_version(void); /* of SQLite: "3.40.1" */

/* The worst fault since the last db_begin (or since the open). */
enum db_fault db_fault(const struct db *db);

enum { DB_READER_MS = 5000 }; /* a reader's own bound, for each statement */

/* Cuts off statements that run for longer than `ms` from now (0: the role's own bound again). */
void db_limit_ms(struct db *db, int ms);

/* Was a statement cut off since the open? */
bool db_was_cut(const struct db *db);

/* Has the file, or its -wal, been moved, deleted or replaced under us? */
bool db_has_moved(struct db *db);

/* Transactions: BEGIN IMMEDIATE … COMMIT. After a failed commit nothing was written, unless the fault is
 * DB_UNCERTAIN. */
int db_begin(struct db *db, struct error *error);
int db_commit(struct db *db, struct error *error);

/*
 * The same in two halves, for a writer that has better to do than to wait for the disk. db_commit_early returns when
 * the log is written: readers see the transaction, and a crash of the process does not lose it. It is durable once
 * a db_harden that began later has returned 0; until then nothing of it may be told or sent to anybody. A db_harden
 * that fails is DB_UNCERTAIN, which the caller has to act on: the fault of the connection does not tell. Any thread
 * may call db_harden, one at a time, while the writer goes on, db_close excepted.
 */
int db_commit_early(struct db *db, struct error *error);
int db_harden(struct db *db, struct error *error);
void db_rollback(struct db *db);

/* A savepoint inside a transaction; undo rolls back to it. */
int db_mark(struct db *db, struct error *error);
int db_unmark(struct db *db, struct error *error);
void db_undo(struct db *db);

/* Statements without parameters or rows; several separated by semicolons. */
int db_run(struct db *db, const char *sql, struct error *error);

int64_t db_changes(const struct db *db); /* rows changed by the newest statement */
int64_t db_changes_ever(const struct db *db); /* by this connection, also what was rolled back */

/*
 * The id of the next row of a table, for the writer. Ids rise and are never given twice: one above the newest row's,
 * above `first_id` of the book (FRONTDESK_DESK), and above all that this connection gave, also when that was
 * rolled back. `newest` is a literal as below; it is run once per connection.
 */
#define DB_NEWEST_ID(table)                                                                                  \
    "SELECT max (coalesce (max (id), 0), "                                                                   \
    "coalesce ((SELECT CAST (value AS INTEGER) FROM book WHERE name = 'first_id'), 0)) FROM " table
int db_next_id(struct db *db, const char *newest, int64_t *id, struct error *error);

/*
 * A number that the connection keeps beside a literal, 0 at first, until it is closed: for what need not be read again. No
 * rollback takes it back, and nobody else sees it. Not for a literal of db_next_id, which counts there.
 */
int64_t *db_kept(struct db *db, const char *sql);

/*
 * A row of the outbox with which nothing can be done, not even its end, rests: `rests (id)` of SQL is true of it, and whoever
 * looks for rows that are due, or overdue, passes it over. Only this connection knows, no rollback takes it back, and of very
 * many not all are known. db_wake: those whose time has come rest no more.
 */
void db_rest(struct db *db, int64_t outbox, int64_t until_at);
void db_wake(struct db *db, int64_t now);

/* A read transaction for several reads of one state (readers); end it soon. */
int db_read_begin(struct db *db, struct error *error);
void db_read_end(struct db *db);

struct query *db_query(struct db *db, const char *sql);
void query_bind_int(struct query *query, int index, int64_t value);
void query_bind_text(struct query *query, int index,
                     const char *text); /* NULL binds NULL; must stay until query_end */
void query_bind_bytes(struct query *query, int index, const void *bytes, size_t len);
void query_bind_null(struct query *query, int index);
int query_step(struct query *query, struct error *error);
void query_end(struct query *query);
int query_run(struct query *query, struct error *error); /* step to the end, then query_end: 0 or -1 */

int64_t query_int(const struct query *query, int column); /* NULL reads as 0 */
const char *query_text(const struct query *query, int column); /* never NULL: "" */
void query_copy(const struct query *query, int column, char *out, size_t size); /* the text, cut to what fits */
const void *query_bytes(const struct query *query, int column, size_t *len);
bool query_is_null(const struct query *query, int column);

/*
 * Writer only: copies WAL pages back when that is due. `is_idle` allows the long form. -1: it failed in a way that db_fault
 * tells; a reader in the way is no failure.
 */
int db_checkpoint(struct db *db, bool is_idle, struct error *error);

/*
 * Writer only, between transactions: nothing of an older state is left outside of the book's own pages, not in the log, which is
 * cut to nothing, nor in memory. *is_clean is false while somebody still reads such a state.
 */
int db_scrub(struct db *db, bool *is_clean, struct error *error);

const char *db_path(const struct db *db);

/* The file is not to be trusted any more: not even the close may write. */
void db_abandon(struct db *db);
int64_t db_wal_pages(const struct db *db);

#endif
