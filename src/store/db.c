/*
 * db: one connection, its settings, its statements.
 *
 * What SQLite's codes mean is translated here and nowhere else (db_fault). A query remembers the first thing
 * that went wrong with it, so that callers bind a row of values and look once, at the step.
 *
 * Statements live as long as the connection, in a small open-addressing table keyed by the address of their
 * SQL: a look-up is a handful of instructions, and no statement is prepared twice. Using a statement that is
 * still being read is a bug of ours and aborts.
 *
 * Durability: WAL with synchronous=FULL, one fdatasync per commit. Checkpoints are never automatic: the
 * writer copies pages back between rounds of its loop, PASSIVE, and truncates the log when idle
 * (libraries.md 2.3).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "store/db.h"

enum {
    STATEMENTS_MAX = 512, /* a power of two, far above the number of literals in store/ */
    CHECKPOINT_PAGES = 1000,
    CHECKPOINT_TRUNCATE_PAGES = 4000,
    READER_STATEMENT_MS = 5000,
    WRITER_BUSY_MS = 5000,
    PROGRESS_STEPS = 20000,
};

struct query {
    const char *sql;
    sqlite3_stmt *stmt;
    struct db *db;
    int code; /* the first failure, SQLITE_OK so far */
    bool is_used;
};

struct db {
    sqlite3 *handle;
    enum db_role role;
    enum db_fault fault;
    int wal_pages;
    int wal_peak;               /* since the file was last cut to nothing */
    ino_t wal_inode;            /* 0: not seen yet */
    int64_t statement_deadline; /* monotonic ms */
    bool is_limited;            /* by db_limit_ms, else by the reader's own bound */
    struct query *queries[STATEMENTS_MAX];
    int query_count;
};

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Faults ----------------------------------------------------------------------------------------------------
 */

static enum db_fault fault_of(int code)
{
    switch (code) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC: return DB_UNCERTAIN;
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMMAP: return DB_FULL;
    }
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return DB_FINE;
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return DB_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return DB_BUSY;
    case SQLITE_IOERR: return DB_UNCERTAIN;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return DB_CORRUPT;
    default: return DB_STATEMENT;
    }
}

static void note_fault(struct db *db, int code)
{
    enum db_fault fault = fault_of(code);

    if (fault > db->fault)
        db->fault = fault;
}

enum db_fault db_fault(const struct db *db)
{
    return db->fault;
}

static int fail(struct db *db, int code, struct error *error)
{
    note_fault(db, code);
    return error_set(error, "the database says: %s (%d)", sqlite3_errmsg(db->handle), code);
}

/* Opening ---------------------------------------------------------------------------------------------------
 */

static void log_sqlite(void *unused, int code, const char *message)
{
    (void)unused;
    /* A second opener that is turned away, and statements refused while they are compiled, are reported by
     * the caller. */
    if ((code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_CONSTRAINT || (code & 0xff) == SQLITE_AUTH ||
        (code & 0xff) == SQLITE_SCHEMA || (code & 0xff) == SQLITE_WARNING || (code & 0xff) == SQLITE_NOTICE)
        return;
    log_warn("sqlite", log_int("code", code), log_text("message", message));
}

static void configure_library(void)
{
    sqlite3_config(SQLITE_CONFIG_LOG, log_sqlite, NULL);
    /* Nobody reads these counts, and keeping them takes a mutex at each allocation. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* The file is made here and not by SQLite: its -wal and -shm inherit these modes whatever the umask is. */
static int create_file(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (descriptor >= 0) {
        close(descriptor);
        return 0;
    }
    if (errno == EEXIST)
        return 0;
    return error_set(error, "%s: cannot be created: %s", path, strerror(errno));
}

static int on_progress(void *context)
{
    const struct db *db = context;

    return monotonic_ms() > db->statement_deadline;
}

static int on_wal(void *context, sqlite3 *handle, const char *name, int pages)
{
    struct db *db = context;

    (void)handle;
    (void)name;
    db->wal_pages = pages;
    if (pages > db->wal_peak)
        db->wal_peak = pages;
    return SQLITE_OK;
}

static const char WRITER_PRAGMAS[] = "PRAGMA auto_vacuum = INCREMENTAL;"
                                     "PRAGMA journal_mode = WAL;"
                                     "PRAGMA synchronous = FULL;"
                                     "PRAGMA wal_autocheckpoint = 0;"
                                     "PRAGMA foreign_keys = ON;"
                                     "PRAGMA secure_delete = ON;"
                                     "PRAGMA cell_size_check = ON;"
                                     "PRAGMA temp_store = MEMORY;"
                                     "PRAGMA mmap_size = 0;"
                                     "PRAGMA cache_size = -8192;"
                                     "PRAGMA journal_size_limit = 67108864;";

static const char READER_PRAGMAS[] = "PRAGMA query_only = ON;"
                                     "PRAGMA wal_autocheckpoint = 0;"
                                     "PRAGMA mmap_size = 0;"
                                     "PRAGMA temp_store = MEMORY;";

static void harden(sqlite3 *handle)
{
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
}

static int configure(struct db *db, struct error *error)
{
    harden(db->handle);
    if (db->role == DB_READER) {
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_busy_timeout(db->handle, 2000);
        sqlite3_progress_handler(db->handle, PROGRESS_STEPS, on_progress, db);
        return db_run(db, READER_PRAGMAS, error);
    }
    if (db->role == DB_MEMORY)
        return db_run(db, "PRAGMA foreign_keys = ON;", error);
    sqlite3_busy_timeout(db->handle, WRITER_BUSY_MS);
    if (db_run(db, WRITER_PRAGMAS, error) != 0)
        return -1;
    sqlite3_wal_hook(db->handle, on_wal, db);
    return 0;
}

static int open_handle(struct db *db, const char *path, struct error *error)
{
    static const int flags[] = {
        [DB_WRITER] = SQLITE_OPEN_READWRITE,
        [DB_READER] = SQLITE_OPEN_READONLY,
        [DB_MEMORY] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    };
    int code = sqlite3_open_v2(db->role == DB_MEMORY ? ":memory:" : path, &db->handle,
                               flags[db->role] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (code == SQLITE_OK)
        return 0;
    note_fault(db, code);
    return error_set(error, "%s: cannot be opened: %s", path, sqlite3_errstr(code));
}

struct db *db_open(const char *path, enum db_role role, struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct db *db;

    pthread_once(&once, configure_library);
    if (role == DB_READER && access(path, F_OK) != 0) {
        error_set(error, "%s: there is no such database; name it with --db FILE or FRONTDESK_DB", path);
        return NULL;
    }
    if (role == DB_WRITER && create_file(path, error) != 0)
        return NULL;
    db = alloc_new(sizeof *db);
    db->role = role;
    db->statement_deadline = INT64_MAX;
    if (open_handle(db, path, error) == 0 && configure(db, error) == 0)
        return db;
    if (role != DB_MEMORY)
        error_prefix(error, "%s", path);
    db_close(db);
    return NULL;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < STATEMENTS_MAX; i++) {
        if (db->queries[i] != NULL)
            sqlite3_finalize(db->queries[i]->stmt);
        free(db->queries[i]);
    }
    sqlite3_close_v2(db->handle);
    free(db);
}

void db_limit_ms(struct db *db, int ms)
{
    db->is_limited = ms > 0;
    db->statement_deadline = ms > 0 ? monotonic_ms() + ms : INT64_MAX;
    if (ms > 0)
        sqlite3_progress_handler(db->handle, PROGRESS_STEPS, on_progress, db);
    else if (db->role != DB_READER)
        sqlite3_progress_handler(db->handle, 0, NULL, NULL);
}

/* SQLite itself looks at the database file alone; without its log, acknowledged messages would be gone at the
 * next start. */
static bool wal_has_moved(struct db *db)
{
    struct buf name = { 0 };
    struct stat info;
    bool is_there;

    buf_addf(&name, "%s-wal", sqlite3_db_filename(db->handle, "main"));
    is_there = stat(buf_text(&name), &info) == 0;
    buf_release(&name);
    if (is_there && db->wal_inode == 0)
        db->wal_inode = info.st_ino;
    return db->wal_inode != 0 && (!is_there || info.st_ino != db->wal_inode);
}

bool db_has_moved(struct db *db)
{
    int moved = 0;

    return (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
            moved != 0) ||
           wal_has_moved(db);
}

/* Transactions
 * ------------------------------------------------------------------------------------------------ */

int db_run(struct db *db, const char *sql, struct error *error)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : fail(db, code, error);
}

static int run_kept(struct db *db, const char *sql, struct error *error)
{
    return query_run(db_query(db, sql), error);
}

int db_begin(struct db *db, struct error *error)
{
    static const char BEGIN[] = "BEGIN IMMEDIATE";

    db->fault = DB_FINE;
    return run_kept(db, BEGIN, error);
}

int db_commit(struct db *db, struct error *error)
{
    static const char COMMIT[] = "COMMIT";

    if (run_kept(db, COMMIT, error) == 0 && sqlite3_get_autocommit(db->handle))
        return 0;
    db_rollback(db);
    return -1;
}

void db_rollback(struct db *db)
{
    /* SQLITE_FULL and I/O errors roll back by themselves. */
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

int db_mark(struct db *db, struct error *error)
{
    static const char MARK[] = "SAVEPOINT item";

    return run_kept(db, MARK, error);
}

int db_unmark(struct db *db, struct error *error)
{
    static const char UNMARK[] = "RELEASE item";

    return run_kept(db, UNMARK, error);
}

void db_undo(struct db *db)
{
    static const char UNDO[] = "ROLLBACK TO item";

    if (!db_in_transaction(db))
        return;
    run_kept(db, UNDO, NULL);
    db_unmark(db, NULL);
    if (db->fault == DB_STATEMENT)
        db->fault = DB_FINE;
}

int db_read_begin(struct db *db, struct error *error)
{
    static const char BEGIN[] = "BEGIN DEFERRED";

    return run_kept(db, BEGIN, error);
}

void db_read_end(struct db *db)
{
    db_rollback(db);
}

int64_t db_changes(const struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t db_last_id(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int64_t db_data_version(struct db *db)
{
    static const char VERSION[] = "PRAGMA data_version";
    struct query *q = db_query(db, VERSION);
    int64_t version = query_step(q, NULL) == 1 ? query_int(q, 0) : -1;

    query_end(q);
    return version;
}

/* Queries
 * ----------------------------------------------------------------------------------------------------- */

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
        db->statement_deadline = monotonic_ms() + READER_STATEMENT_MS;
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

void query_bind_real(struct query *query, int index, double value)
{
    keep_code(query, sqlite3_bind_double(query->stmt, index, value));
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
        note_fault(query->db, code);
        return error_set(error, "reading took more than %d seconds and was stopped; ask for less at once",
                         READER_STATEMENT_MS / 1000);
    }
    return fail(query->db, code, error);
}

void query_end(struct query *query)
{
    sqlite3_reset(query->stmt);
    sqlite3_clear_bindings(query->stmt);
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

double query_real(const struct query *query, int column)
{
    return sqlite3_column_double(query->stmt, column);
}

const char *query_text(const struct query *query, int column)
{
    const unsigned char *text = sqlite3_column_text(query->stmt, column);

    return text != NULL ? (const char *)text : "";
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

/* Checkpoints
 * --------------------------------------------------------------------------------------------------- */

int64_t db_wal_pages(const struct db *db)
{
    return db->wal_pages;
}

static int checkpoint(struct db *db, int mode, int *left, int *copied)
{
    /* Whoever reads is not waited for: the engine's thread has customers to answer. */
    int code;

    sqlite3_busy_timeout(db->handle, 0);
    code = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, left, copied);
    sqlite3_busy_timeout(db->handle, WRITER_BUSY_MS);
    return (code & 0xff) == SQLITE_BUSY ? SQLITE_OK : code;
}

int db_checkpoint(struct db *db, bool is_idle, struct error *error)
{
    /* The file keeps the length it once had, also when its pages are used again from the start. */
    bool is_long = is_idle && db->wal_peak > CHECKPOINT_TRUNCATE_PAGES;
    int left = 0, copied = 0, code;

    if (db->wal_pages < CHECKPOINT_PAGES && !is_long)
        return 0;
    code = checkpoint(db, SQLITE_CHECKPOINT_PASSIVE, &left, &copied);
    if (code != SQLITE_OK)
        return fail(db, code, error);
    if (left != copied)
        return 0;
    db->wal_pages = 0;
    if (!is_long)
        return 0;
    db->wal_peak = 0;
    code = checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE, &left, &copied);
    return code == SQLITE_OK ? 0 : fail(db, code, error);
}

void db_abandon(struct db *db)
{
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}
