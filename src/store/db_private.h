/*
 * db_private: what db.c (the connection) and db_query.c (its statements) share. Nobody else includes it.
 */
#ifndef STORE_DB_PRIVATE_H
#define STORE_DB_PRIVATE_H

#include <sys/types.h>

#include <sqlite3.h>

#include "store/db.h"

enum {
    STATEMENTS_MAX = 2048, /* a power of two, far above the number of literals in store/ */
    READER_STATEMENT_MS = 5000,
    READER_LOG_BYTES = 128 * 1024 * 1024,
    READER_LOOK_MS = 50,
    RESTS_MAX = 64,
};

struct wal_file;

struct rest {
    int64_t outbox, until_at;
};

struct query {
    const char *sql;
    sqlite3_stmt *stmt;
    struct db *db;
    int code; /* the first failure, SQLITE_OK so far */
    bool is_used;
    int64_t kept; /* of db_next_id: the id given last; else of db_kept; 0: nothing yet */
};

struct db {
    sqlite3 *handle;
    enum db_role role;
    enum db_fault fault;
    int wal_pages;
    int wal_peak;               /* since the file was last cut to nothing */
    ino_t wal_inode;            /* 0: not seen yet */
    struct wal_file *log;       /* set by the first early commit, then constant */
    int64_t statement_deadline; /* monotonic ms */
    int64_t log_looked_at;      /* reader, monotonic ms: how long the log is */
    int64_t log_bytes;          /* of the log, when the limit was set or the transaction began; -1: not looked at yet */
    bool has_given_way;         /* that has grown too much */
    bool is_limited;            /* by db_limit_ms, else by the reader's own bound */
    bool was_cut;
    struct query *queries[STATEMENTS_MAX];
    int query_count;
    struct rest rests[RESTS_MAX];
    int rest_count;
};

void db_note_fault(struct db *db, int code);
int db_fail(struct db *db, int code, struct error *error); /* notes the fault and sets the sentence; -1 */
int64_t db_monotonic_ms(void);
int db_know_rests(struct db *db); /* a code of SQLite's */

/* sqlite3_open_v2 of the file that has this very name: SQLite takes ":memory:", "" and "file:…" for something else, and
 * what was acknowledged would not be on disk. */
int db_open_file(const char *path, sqlite3 **handle, int flags, const char *vfs);

#endif
