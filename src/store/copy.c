/*
 * copy: see the header.
 *
 * Two ways lead into the draft: the steps, and SQLite itself, which hands on each page that the writer's connection commits
 * behind the pages that are copied already. So the draft needs neither journal nor sync of its own: until the end it is nothing
 * that anybody could use.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/disk.h"
#include "store/book.h"
#include "store/copy.h"
#include "store/db_private.h"
#include "store/event.h"

enum { SPARE_BYTES = 48 * 1024 * 1024, PROGRESS_STEPS = 20000, WRITE_BACK_STEPS = 16, DRAFT_TRIES = 100 };

static const char DRAFT_SUFFIX[] = ".part";

struct newest { /* ids in the book when the copy was whole */
    int64_t webhook, message, event;
};

struct copy {
    struct db *source; /* NULL: whole, or failed */
    sqlite3 *target;
    sqlite3_backup *backup;
    char *path, *draft;
    int lock; /* descriptor of the draft; -1: none */
    bool may_replace, is_named;
    int pages, left, steps;
    struct newest newest;
    atomic_bool is_cancelled;
};

/* The place */

static bool is_same(const char *path, const char *book, const char *suffix)
{
    struct buf name = { 0 };
    struct stat ours, theirs;
    bool same;

    buf_addf(&name, "%s%s", book, suffix);
    same = stat(path, &ours) == 0 && stat(buf_text(&name), &theirs) == 0 && ours.st_ino == theirs.st_ino &&
           ours.st_dev == theirs.st_dev;
    buf_release(&name);
    return same;
}

static bool is_of_book(const char *path, const char *book)
{
    return is_same(path, book, "") || is_same(path, book, "-wal") || is_same(path, book, "-shm");
}

/* Another desk's book, and any database that writes a log ahead: a backup writes none. */
static bool is_at_work(const char *path)
{
    static const char MAGIC[16] = "SQLite format 3";
    enum { WRITE_VERSION = 18, LOG_AHEAD = 2 };
    char head[20] = "";
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = descriptor >= 0 ? pread(descriptor, head, sizeof head, 0) : -1;

    if (descriptor >= 0)
        close(descriptor);
    return got == sizeof head && memcmp(head, MAGIC, sizeof MAGIC) == 0 && head[WRITE_VERSION] == LOG_AHEAD;
}

static int check_path(const struct copy *copy, const char *book, struct error *error)
{
    struct stat info;

    if (is_of_book(copy->path, book) || is_of_book(copy->draft, book))
        return error_set(error, "%s is the book itself: name another file", copy->path);
    if (stat(copy->path, &info) != 0)
        return 0;
    if (S_ISDIR(info.st_mode))
        return error_set(error, "%s is a folder: name a file in it", copy->path);
    if (!S_ISREG(info.st_mode))
        return error_set(error, "%s is no ordinary file: name another", copy->path);
    if (is_at_work(copy->path))
        return error_set(error, "%s is a database at work, as the book of another desk is, and no backup: name another file",
                         copy->path);
    if (copy->may_replace)
        return 0;
    return error_set(error, "%s is there already: name another file, or replace it with --force", copy->path);
}

static int64_t book_bytes(struct db *db, struct error *error)
{
    static const char PAGES[] = "PRAGMA page_count";
    static const char SIZE[] = "PRAGMA page_size";
    struct query *pages = db_query(db, PAGES), *size = db_query(db, SIZE);
    int64_t bytes = -1;

    if (query_step(pages, error) == 1 && query_step(size, error) == 1)
        bytes = query_int(pages, 0) * query_int(size, 0);
    query_end(pages);
    query_end(size);
    return bytes;
}

/* On the book's own disk some room is left to it: a full one stops the daemon. */
static int check_room(const struct copy *copy, const char *book, struct error *error)
{
    int64_t wanted = book_bytes(copy->source, error), room;
    char *path = alloc_text(copy->path);
    const char *folder = dirname(path);
    struct statvfs disk;
    struct stat there, here;
    int result = wanted < 0 ? -1 : 0;

    if (result == 0 && statvfs(folder, &disk) != 0)
        result = error_set(error, "%s: %s", folder, strerror(errno));
    if (result == 0) {
        room = (int64_t)(disk.f_bavail * disk.f_frsize);
        if (stat(folder, &there) == 0 && stat(book, &here) == 0 && there.st_dev == here.st_dev)
            room -= SPARE_BYTES;
        if (room < wanted)
            result = error_set(error,
                               "%s has no room for the backup: it wants %lld MB, and %lld MB can be had there; name a file on "
                               "another disk",
                               folder, (long long)(wanted >> 20) + 1, (long long)(room > 0 ? room >> 20 : 0));
    }
    free(path);
    return result;
}

/* The draft */

static void remove_draft(const char *draft)
{
    static const char *const suffixes[] = { "-wal", "-shm", "-journal", "" };
    struct buf name = { 0 };

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        buf_clear(&name);
        buf_addf(&name, "%s%s", draft, suffixes[i]);
        unlink(buf_text(&name));
    }
    buf_release(&name);
}

/* What a killed backup leaves behind: nothing yet, the beginning of a database, or a hole where that will be. */
static bool is_left_over(int descriptor)
{
    static const char MAGIC[16] = "SQLite format 3", HOLE[16];
    char head[16];
    struct stat info;
    ssize_t got = pread(descriptor, head, sizeof head, 0);

    if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode) || info.st_nlink > 1)
        return false;
    return got == 0 || (got == sizeof head && (memcmp(head, MAGIC, sizeof head) == 0 || memcmp(head, HOLE, sizeof head) == 0));
}

/* Between its opening and its lock, another backup may have finished with it: then it is that backup by now, or is gone. */
static bool is_still_there(int descriptor, const char *draft)
{
    struct stat here, there;

    if (fstat(descriptor, &here) != 0 || lstat(draft, &there) != 0)
        return false;
    return here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* 1: it is locked, in copy->lock. 0: it was another's, which is over. */
static int lock_draft(struct copy *copy, struct error *error)
{
    int descriptor = open(copy->draft, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (descriptor < 0)
        return error_set(error, "%s cannot be written: %s", copy->draft, strerror(errno));
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        close(descriptor);
        return error_set(error, "another backup to %s is under way: wait for it, or name another file", copy->path);
    }
    if (!is_still_there(descriptor, copy->draft)) {
        close(descriptor);
        return 0;
    }
    if (!is_left_over(descriptor)) {
        close(descriptor);
        return error_set(error, "%s is in the way, and no unfinished backup: move it, or name another file", copy->draft);
    }
    copy->lock = descriptor;
    return 1;
}

static int take_draft(struct copy *copy, struct error *error)
{
    int found = 0;

    for (int tries = 0; found == 0 && tries < DRAFT_TRIES; tries++)
        found = lock_draft(copy, error);
    if (found != 1)
        return found == 0 ? error_set(error, "other backups to %s begin and end all the time: name another file", copy->path)
                          : -1;
    if (fchmod(copy->lock, 0600) != 0 || ftruncate(copy->lock, 0) != 0)
        return error_set(error, "%s cannot be written: %s", copy->draft, strerror(errno));
    return 0;
}

static int fail(const struct copy *copy, int code, struct error *error)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return error_set(error, "there was no room left for %s, and what there was of it is removed: name a file on another disk",
                         copy->path);
    case SQLITE_INTERRUPT: return error_set(error, "the backup was broken off, and what there was of it is removed");
    default: return error_set(error, "%s cannot be made: %s (%d)", copy->path, sqlite3_errstr(code), code);
    }
}

static int open_target(struct copy *copy, struct error *error)
{
    int code = db_open_file(copy->draft, &copy->target, SQLITE_OPEN_READWRITE, NULL);

    /* Exclusive: so the log that comes and goes at the end needs no shared memory, which not every file system has. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(copy->target, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF;", NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : fail(copy, code, error);
}

static int begin_copying(struct copy *copy, struct error *error)
{
    if (open_target(copy, error) != 0)
        return -1;
    if (sqlite3_exec(copy->target, "PRAGMA journal_mode = OFF;", NULL, NULL, NULL) != SQLITE_OK)
        return fail(copy, sqlite3_extended_errcode(copy->target), error);
    copy->backup = sqlite3_backup_init(copy->target, "main", copy->source->handle, "main");
    return copy->backup != NULL ? 0 : fail(copy, sqlite3_extended_errcode(copy->target), error);
}

struct copy *copy_begin(struct db *db, const char *path, bool may_replace, struct error *error)
{
    const char *book = sqlite3_db_filename(db->handle, "main");
    struct copy *copy = alloc_new(sizeof *copy);
    struct buf draft = { 0 };

    buf_addf(&draft, "%s%s", path, DRAFT_SUFFIX);
    *copy = (struct copy){ .source = db, .path = alloc_text(path), .lock = -1, .may_replace = may_replace };
    copy->draft = buf_detach(&draft);
    if (check_path(copy, book, error) == 0 && check_room(copy, book, error) == 0 && take_draft(copy, error) == 0 &&
        begin_copying(copy, error) == 0)
        return copy;
    copy_free(copy);
    return NULL;
}

/* Steps */

static int read_newest(struct db *db, struct newest *newest, struct error *error)
{
    static const char NEWEST[] = "SELECT (SELECT coalesce (max (id), 0) FROM webhook), "
                                 "(SELECT coalesce (max (id), 0) FROM message), (SELECT coalesce (max (id), 0) FROM event)";
    struct query *q = db_query(db, NEWEST);
    int found = query_step(q, error);

    if (found == 1)
        *newest = (struct newest){ query_int(q, 0), query_int(q, 1), query_int(q, 2) };
    query_end(q);
    return found == 1 ? 0 : -1;
}

static int end_steps(struct copy *copy, struct error *error)
{
    int code = sqlite3_backup_finish(copy->backup);
    struct db *source = copy->source;

    copy->backup = NULL;
    copy->source = NULL;
    if (code != SQLITE_OK)
        return fail(copy, code, error);
    return read_newest(source, &copy->newest, error);
}

int copy_step(struct copy *copy, struct error *error)
{
    int code = sqlite3_backup_step(copy->backup, COPY_STEP_PAGES);

    copy->pages = sqlite3_backup_pagecount(copy->backup);
    copy->left = sqlite3_backup_remaining(copy->backup);
    /* So that little is left for the sync in the end, which would hold up those of the book's log on the same disk. */
    if (++copy->steps % WRITE_BACK_STEPS == 0)
        sync_file_range(copy->lock, 0, 0, SYNC_FILE_RANGE_WRITE);
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return 1;
    case SQLITE_DONE: return end_steps(copy, error);
    default: return fail(copy, code, error);
    }
}

int64_t copy_pages(const struct copy *copy)
{
    return copy->pages;
}

int64_t copy_pages_left(const struct copy *copy)
{
    return copy->left;
}

/* The end */

static int on_progress(void *context)
{
    return atomic_load(&((struct copy *)context)->is_cancelled);
}

/* -1: it cannot be told; the code in *code. */
static int64_t ask(sqlite3 *handle, const char *sql, int *code)
{
    sqlite3_stmt *stmt = NULL;
    int64_t answer = -1;

    if (*code != SQLITE_OK)
        return -1;
    *code = sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL);
    if (*code == SQLITE_OK) {
        *code = sqlite3_step(stmt);
        answer = *code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
        *code = *code == SQLITE_ROW ? SQLITE_OK : *code;
    }
    sqlite3_finalize(stmt);
    return answer;
}

static int check_pages(const struct copy *copy, struct error *error)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(copy->target, "PRAGMA quick_check(1)", -1, &stmt, NULL), result;

    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code != SQLITE_ROW)
        result = fail(copy, code, error);
    else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0)
        result = error_set(error, "the copy is damaged (%s), and is removed; the book may be, too: frontdesk audit --deep looks",
                           sqlite3_column_text(stmt, 0));
    else
        result = 0;
    sqlite3_finalize(stmt);
    return result;
}

static int check_rows(const struct copy *copy, struct copy_facts *facts, struct error *error)
{
    int code = SQLITE_OK;
    struct newest there = {
        ask(copy->target, "SELECT coalesce (max (id), 0) FROM webhook", &code),
        ask(copy->target, "SELECT coalesce (max (id), 0) FROM message", &code),
        ask(copy->target, "SELECT coalesce (max (id), 0) FROM event", &code),
    };

    facts->webhooks = ask(copy->target, "SELECT count (*) FROM webhook", &code);
    facts->messages = ask(copy->target, "SELECT count (*) FROM message", &code);
    facts->newest_at = ask(copy->target, "SELECT coalesce ((SELECT at FROM message ORDER BY id DESC LIMIT 1), 0)", &code);
    if (code != SQLITE_OK)
        return fail(copy, code, error);
    if (there.webhook != copy->newest.webhook || there.message != copy->newest.message || there.event != copy->newest.event)
        return error_set(error, "the copy ends elsewhere than the book did, and is removed: try again");
    return 0;
}

/* A database that was in WAL mode says so in its first page; one that stands alone must not. */
static int make_single(struct copy *copy, struct error *error)
{
    sqlite3_close_v2(copy->target);
    copy->target = NULL;
    if (open_target(copy, error) != 0)
        return -1;
    if (sqlite3_exec(copy->target, "PRAGMA journal_mode = DELETE;", NULL, NULL, NULL) != SQLITE_OK)
        return fail(copy, sqlite3_extended_errcode(copy->target), error);
    sqlite3_progress_handler(copy->target, PROGRESS_STEPS, on_progress, copy);
    return 0;
}

static int give_name(struct copy *copy, struct error *error)
{
    int result = renameat2(AT_FDCWD, copy->draft, AT_FDCWD, copy->path, copy->may_replace ? 0 : RENAME_NOREPLACE);

    if (result != 0 && errno == EINVAL) /* not every file system can promise that nothing is replaced */
        result = rename(copy->draft, copy->path);
    if (result != 0)
        return error_set(error, "%s: the backup is made, but cannot be given that name: %s", copy->path, strerror(errno));
    copy->is_named = true;
    if (disk_sync_folder_of(copy->path) != 0)
        return error_set(error, "%s: its folder cannot be written to the disk: %s", copy->path, strerror(errno));
    return 0;
}

int copy_seal(struct copy *copy, struct copy_facts *facts, struct error *error)
{
    struct stat info;

    *facts = (struct copy_facts){ 0 };
    if (make_single(copy, error) != 0 || check_pages(copy, error) != 0 || check_rows(copy, facts, error) != 0)
        return -1;
    sqlite3_close_v2(copy->target);
    copy->target = NULL;
    if (fsync(copy->lock) != 0 || fstat(copy->lock, &info) != 0)
        return error_set(error, "%s: the disk does not take it: %s", copy->path, strerror(errno));
    facts->bytes = info.st_size;
    if (atomic_load(&copy->is_cancelled))
        return fail(copy, SQLITE_INTERRUPT, error);
    return give_name(copy, error);
}

void copy_cancel(struct copy *copy)
{
    atomic_store(&copy->is_cancelled, true);
}

void copy_free(struct copy *copy)
{
    if (copy == NULL)
        return;
    sqlite3_backup_finish(copy->backup);
    sqlite3_close_v2(copy->target);
    if (copy->lock >= 0) {
        if (!copy->is_named)
            remove_draft(copy->draft);
        close(copy->lock);
    }
    free(copy->path);
    free(copy->draft);
    free(copy);
}

void copy_name_deep(const char *book, struct buf *path)
{
    buf_addf(path, "%s.deep", book);
}

void copy_remove_deep(const char *book)
{
    struct buf path = { 0 };

    copy_name_deep(book, &path);
    unlink(buf_text(&path));
    buf_add_text(&path, DRAFT_SUFFIX);
    remove_draft(buf_text(&path));
    buf_release(&path);
}

int copy_note(struct db *db, const char *path, const char *actor, int64_t now, struct error *error)
{
    if (db_begin(db, error) != 0)
        return -1;
    if (book_put_int(db, "backup_at", now, error) == 0 && event_put(db, 0, "backup", actor, path, now, error) == 0)
        return db_commit(db, error);
    db_rollback(db);
    return -1;
}
