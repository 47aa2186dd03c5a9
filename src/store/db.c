/*
 * db: one connection and its settings; its statements are in db_query.c.
 *
 * What SQLite's codes mean is translated here and nowhere else (db_fault).
 *
 * Durability: WAL with synchronous=FULL, one fdatasync per commit. Checkpoints are never automatic: the
 * writer copies pages back between rounds of its loop, PASSIVE, and truncates the log when idle.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "store/db_private.h"
#include "store/owner.h"
#include "store/wal_file.h"

enum {
    CHECKPOINT_PAGES = 1000,
    CHECKPOINT_TRUNCATE_PAGES = 4000,
    WRITER_BUSY_MS = 5000,
    PROGRESS_STEPS = 20000,
};

int64_t db_monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Faults */

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

void db_note_fault(struct db *db, int code)
{
    enum db_fault fault = fault_of(code);

    if (fault > db->fault)
        db->fault = fault;
}

enum db_fault db_fault(const struct db *db)
{
    return db->fault;
}

/* What helps when it is the machine that does not play along; NULL: nothing that is known. */
static const char *cure_of(int code)
{
    /* Whoever opens the book shares some memory with its readers, in a file beside it. */
    if (code == SQLITE_IOERR_SHMSIZE)
        return "even reading needs a file of 32 KiB beside the book; make room on the disk of the book, and try again";
    switch (code & 0xff) {
    case SQLITE_FULL: return "make room on the disk of the book, and try again";
    case SQLITE_READONLY: return "the book or its disk may only be read; see how it is mounted, and whose it is";
    case SQLITE_CANTOPEN: return "even reading makes files beside the book, and none can be made there; see whether the disk is "
                                 "mounted read-only, or copy the book elsewhere and name the copy with --db FILE";
    case SQLITE_IOERR: return "the disk of the book fails; dmesg tells more";
    default: return NULL;
    }
}

int db_fail(struct db *db, int code, struct error *error)
{
    const char *cure;

    db_note_fault(db, code);
    if (code == SQLITE_READONLY_DIRECTORY || code == SQLITE_READONLY_CANTINIT)
        return error_set(error, "the folder of the book may not be written by this user, and even reading needs files there: do "
                                "it as the user of the daemon (README, On a server)");
    if (code == SQLITE_NOTADB)
        return error_set(error, "this is no database, or its first bytes are damaged; name the book with --db FILE or "
                                "FRONTDESK_DB");
    cure = cure_of(code);
    return error_set(error, "the database says: %s (%d)%s%s", sqlite3_errmsg(db->handle), code, cure != NULL ? ": " : "",
                     cure != NULL ? cure : "");
}

/* Opening */

static void log_sqlite(void *unused, int code, const char *message)
{
    int kind = code & 0xff;

    (void)unused;
    /* A second opener that is turned away, and statements that are refused while they are compiled or cut short by us, are
     * reported by the caller. */
    if (kind == SQLITE_ERROR || kind == SQLITE_INTERRUPT || kind == SQLITE_CONSTRAINT || kind == SQLITE_AUTH ||
        kind == SQLITE_SCHEMA || kind == SQLITE_WARNING || kind == SQLITE_NOTICE)
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

static bool wal_stat(struct db *db, struct stat *info)
{
    struct buf name = { 0 };
    bool is_there;

    buf_addf(&name, "%s-wal", sqlite3_db_filename(db->handle, "main"));
    is_there = stat(buf_text(&name), info) == 0;
    buf_release(&name);
    return is_there;
}

static bool has_to_give_way(struct db *db, int64_t now)
{
    struct stat info;

    if (db->role != DB_READER || now < db->log_looked_at + READER_LOOK_MS || !wal_stat(db, &info))
        return false;
    db->log_looked_at = now;
    if (db->log_bytes < 0)
        db->log_bytes = info.st_size;
    db->has_given_way = info.st_size > db->log_bytes + READER_LOG_BYTES;
    return db->has_given_way;
}

static int on_progress(void *context)
{
    struct db *db = context;
    int64_t now = db_monotonic_ms();

    return now > db->statement_deadline || has_to_give_way(db, now);
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
    int code = db_know_rests(db);

    if (code != SQLITE_OK)
        return db_fail(db, code, error);
    harden(db->handle);
    if (db->role == DB_READER || db->role == DB_FROZEN) {
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

/* Whatever stands in the path. */
static int open_frozen(const char *path, sqlite3 **handle)
{
    struct buf name = { 0 };

    buf_add_text(&name, path[0] == '/' ? "file:" : "file:./");
    for (; *path != '\0'; path++)
        buf_addf(&name, strchr("%?#", *path) != NULL ? "%%%02X" : "%c", (unsigned char)*path);
    buf_add_text(&name, "?immutable=1");
    int code = sqlite3_open_v2(buf_text(&name), handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                               SQLITE_OPEN_EXRESCODE, NULL);
    buf_release(&name);
    return code;
}

int db_open_file(const char *path, sqlite3 **handle, int flags, const char *vfs)
{
    struct buf name = { 0 };

    buf_addf(&name, "%s%s", path[0] == '/' ? "" : "./", path);
    int code = sqlite3_open_v2(buf_text(&name), handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
    buf_release(&name);
    return code;
}

static int open_handle(struct db *db, const char *path, struct error *error)
{
    int code;

    if (db->role == DB_MEMORY)
        code = sqlite3_open_v2(":memory:", &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                               SQLITE_OPEN_EXRESCODE, NULL);
    else if (db->role == DB_WRITER)
        code = db_open_file(path, &db->handle, SQLITE_OPEN_READWRITE, wal_file_vfs());
    else if (db->role == DB_FROZEN)
        code = open_frozen(path, &db->handle);
    else
        code = db_open_file(path, &db->handle, SQLITE_OPEN_READONLY, NULL);
    if (code == SQLITE_OK)
        return 0;
    db_note_fault(db, code);
    return error_set(error, "cannot be opened: %s", sqlite3_errstr(code));
}

int db_tell_missing(const char *path, struct error *error)
{
    return error_set(error,
                     "%s: there is no such database; name it with --db FILE or FRONTDESK_DB, or start frontdeskd, which makes it",
                     path);
}

/* What SQLite has no words for. */
static int check_readable(const char *path, struct error *error)
{
    struct stat info = { 0 };
    bool is_there = stat(path, &info) == 0;

    if (is_there && S_ISDIR(info.st_mode))
        return error_set(error, "%s: this is a folder, and the book is a file; name it with --db FILE or FRONTDESK_DB", path);
    if (access(path, R_OK) == 0)
        return 0;
    if (errno == EACCES)
        return owner_tell(path, "read", error);
    return db_tell_missing(path, error);
}

struct db *db_open(const char *path, enum db_role role, struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct db *db;

    pthread_once(&once, configure_library);
    if ((role == DB_READER || role == DB_FROZEN) && check_readable(path, error) != 0)
        return NULL;
    if (role == DB_WRITER && create_file(path, error) != 0)
        return NULL;
    db = alloc_new(sizeof *db);
    db->role = role;
    db->statement_deadline = INT64_MAX;
    db->log_bytes = -1;
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

const char *db_library_version(void)
{
    return sqlite3_libversion();
}

void db_limit_ms(struct db *db, int ms)
{
    db->log_bytes = -1;
    db->has_given_way = false;
    db->is_limited = ms > 0;
    db->statement_deadline = ms > 0 ? db_monotonic_ms() + ms : INT64_MAX;
    if (ms > 0)
        sqlite3_progress_handler(db->handle, PROGRESS_STEPS, on_progress, db);
    else if (db->role != DB_READER)
        sqlite3_progress_handler(db->handle, 0, NULL, NULL);
}

bool db_was_cut(const struct db *db)
{
    return db->was_cut;
}

/* SQLite itself looks at the database file alone; without its log, acknowledged messages would be gone at the
 * next start. */
static bool wal_has_moved(struct db *db)
{
    struct stat info;
    bool is_there = wal_stat(db, &info);

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

/* Transactions */

int db_run(struct db *db, const char *sql, struct error *error)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : db_fail(db, code, error);
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

int db_commit_early(struct db *db, struct error *error)
{
    int result;

    if (db->log == NULL)
        db->log = wal_file_of(db->handle);
    if (db->log == NULL)
        return db_commit(db, error); /* a book's first transaction makes its log */
    wal_file_put_off(db->log, true);
    result = db_commit(db, error);
    wal_file_put_off(db->log, false);
    return result;
}

int db_harden(struct db *db, struct error *error)
{
    int failure = db->log != NULL ? wal_file_harden(db->log) : 0;

    return failure == 0 ? 0 : error_set(error, "the disk does not take the log of the database: %s", strerror(failure));
}

static bool is_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

void db_rollback(struct db *db)
{
    /* SQLITE_FULL and I/O errors roll back by themselves. */
    if (is_in_transaction(db))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
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

    if (!is_in_transaction(db))
        return;
    run_kept(db, UNDO, NULL);
    db_unmark(db, NULL);
    if (db->fault == DB_STATEMENT)
        db->fault = DB_FINE;
}

int db_read_begin(struct db *db, struct error *error)
{
    static const char BEGIN[] = "BEGIN DEFERRED";

    db->log_bytes = -1;
    db->has_given_way = false;
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

int64_t db_changes_ever(const struct db *db)
{
    return sqlite3_total_changes64(db->handle);
}

/* Checkpoints */

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
        return db_fail(db, code, error);
    if (left != copied)
        return 0;
    db->wal_pages = 0;
    if (!is_long)
        return 0;
    db->wal_peak = 0;
    code = checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE, &left, &copied);
    return code == SQLITE_OK ? 0 : db_fail(db, code, error);
}

int db_scrub(struct db *db, bool *is_clean, struct error *error)
{
    int left = 0, copied = 0, code;

    *is_clean = false;
    code = checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE, &left, &copied);
    if (code != SQLITE_OK)
        return db_fail(db, code, error);
    *is_clean = left == 0;
    if (*is_clean)
        db->wal_pages = db->wal_peak = 0;
    /* Pages in memory still hold what their gaps held. */
    sqlite3_db_release_memory(db->handle);
    return 0;
}

const char *db_path(const struct db *db)
{
    const char *path = sqlite3_db_filename(db->handle, "main");

    return path != NULL ? path : "";
}

void db_abandon(struct db *db)
{
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}
