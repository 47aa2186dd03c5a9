/*
 * schema: migrations forward, each with its version bump in one transaction, so that a kill leaves the old
 * version or the new one. The SQL comes from schema/NNN-title.sql, embedded by tools/embed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/disk.h"
#include "base/log.h"
#include "store/book.h"
#include "store/schema.h"
#include "store/schema_embedded.h"

enum { APPLICATION_ID = 0x66726473 /* "frds" */, DESK_SHIFT = 40 };

int schema_version(void)
{
    return (int)schema_file_count;
}

static int read_pragma(struct db *db, const char *sql, int64_t *value, struct error *error)
{
    struct query *q = db_query(db, sql);
    int found = query_step(q, error);

    if (found == 1)
        *value = query_int(q, 0);
    query_end(q);
    return found == 1 ? 0 : -1;
}

static int read_versions(struct db *db, int64_t *application, int64_t *version, int64_t *tables,
                         struct error *error)
{
    static const char APPLICATION[] = "PRAGMA application_id";
    static const char VERSION[] = "PRAGMA user_version";
    static const char TABLES[] = "SELECT count(*) FROM sqlite_schema";

    if (read_pragma(db, APPLICATION, application, error) != 0 ||
        read_pragma(db, VERSION, version, error) != 0 || read_pragma(db, TABLES, tables, error) != 0)
        return -1;
    if (*application != APPLICATION_ID && *tables > 0)
        return error_set(
            error, "this is a database of another program; name a new file with --db FILE or FRONTDESK_DB");
    if (*version > schema_version())
        return error_set(
            error,
            "the book has schema %lld, this program knows %d: install the newer frontdesk that wrote it",
            (long long)*version, schema_version());
    return 0;
}

int schema_check(struct db *db, struct error *error)
{
    int64_t application, version, tables;

    if (read_versions(db, &application, &version, &tables, error) != 0)
        return -1;
    if (version < schema_version())
        return error_set(error, "the book has schema %lld and wants an upgrade to %d: start frontdeskd once",
                         (long long)version, schema_version());
    return 0;
}

int schema_of(struct db *db, int64_t *version, struct error *error)
{
    int64_t application, tables;

    return read_versions(db, &application, version, &tables, error);
}

int schema_is_book(struct db *db, struct error *error)
{
    int64_t application, version, tables;

    if (read_versions(db, &application, &version, &tables, error) != 0)
        return -1;
    return tables > 0 ? 0 : error_set(error, "this is no book of frontdesk: there is nothing in it");
}

/* The file is made here, for its owner alone, whatever the umask is: SQLite fills one that is empty. */
static int make_draft(const char *path, struct error *error)
{
    int file;

    unlink(path);
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return error_set(error, "%s: cannot be made: %s", path, strerror(errno));
    close(file);
    return 0;
}

static int fill_draft(struct db *db, const char *path, struct error *error)
{
    static const char COPY[] = "VACUUM INTO ?1";
    struct query *q = db_query(db, COPY);

    query_bind_text(q, 1, path);
    if (query_run(q, error) != 0)
        return -1;
    return disk_sync_file(path) == 0 ? 0 : error_set(error, "%s: the disk does not take it: %s", path, strerror(errno));
}

/*
 * The copy is complete and on the disk, or absent: it gets its name only at the end. Beside the book itself, not beside a link
 * to it: there an erasure looks for it.
 */
static int copy_before(struct db *db, int version, struct error *error)
{
    const char *path = db_path(db);
    struct buf target = { 0 }, draft = { 0 };
    int result;

    buf_addf(&target, "%s.before-%03d", path, version);
    buf_addf(&draft, "%s.new", buf_text(&target));
    result = make_draft(buf_text(&draft), error);
    if (result == 0)
        result = fill_draft(db, buf_text(&draft), error);
    if (result == 0 && (rename(buf_text(&draft), buf_text(&target)) != 0 || disk_sync_folder_of(path) != 0))
        result = error_set(error, "%s: cannot be named: %s", buf_text(&target), strerror(errno));
    if (result == 0) {
        log_info("book_copied", log_text("to", buf_text(&target)));
    } else {
        unlink(buf_text(&draft));
        error_prefix(error, "copying the book before its upgrade");
    }
    buf_release(&target);
    buf_release(&draft);
    return result;
}

/* Made before an upgrade or a restore; left behind by an audit --deep or a restore that was killed. */
static bool is_copy(const char *name, const char *book)
{
    static const char *const MARKS[] = { ".before-", ".deep", ".restoring" };
    size_t len = strlen(book);
    bool is_one = false;

    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
        is_one |= strncmp(name, book, len) == 0 && strncmp(name + len, MARKS[i], strlen(MARKS[i])) == 0;
    return is_one;
}

/* A file's time has seconds at least; the copy took a while to write, and is dated at its end. */
static bool is_since(const char *path, int64_t since)
{
    struct stat info;

    return stat(path, &info) == 0 && ((int64_t)info.st_mtime + 1) * 1000 >= since;
}

int schema_copies(struct db *db, int64_t since, schema_each_copy *each, void *context, struct error *error)
{
    const char *path = db_path(db), *slash = strrchr(path, '/');
    struct buf folder = { 0 }, copy = { 0 };
    const struct dirent *entry;
    DIR *dir;
    int result = 0;

    if (slash == NULL)
        return 0; /* in memory */
    buf_add(&folder, path, (size_t)(slash - path) + 1);
    dir = opendir(buf_text(&folder));
    while (dir != NULL && result == 0 && (entry = readdir(dir)) != NULL) {
        if (!is_copy(entry->d_name, slash + 1))
            continue;
        buf_clear(&copy);
        buf_addf(&copy, "%s%s", buf_text(&folder), entry->d_name);
        if (is_since(buf_text(&copy), since))
            result = each(context, buf_text(&copy), error);
    }
    if (dir != NULL)
        closedir(dir);
    else
        result = error_set(error, "%s: the folder of the book cannot be read: %s", buf_text(&folder), strerror(errno));
    buf_release(&folder);
    buf_release(&copy);
    return result;
}

static int apply_file(struct db *db, int index, struct error *error)
{
    struct buf bump = { 0 };
    int result;

    if (db_begin(db, error) != 0)
        return -1;
    /* Pragmas take no parameters; both numbers are ours. */
    buf_addf(&bump, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, index + 1);
    result = db_run(db, schema_files[index].sql, error);
    if (result == 0)
        result = db_run(db, buf_text(&bump), error);
    buf_release(&bump);
    if (result == 0)
        return db_commit(db, error);
    db_rollback(db);
    return error_prefix(error, "upgrading the book by %s", schema_files[index].name);
}

/*
 * Ids count on from here, whatever the tables hold (db_next_id). They never go back: under a lower number they would go on as
 * those of the higher desk, and collide with its own.
 */
static int start_ids(struct db *db, int64_t desk, struct error *error)
{
    static const char RAISE[] = "INSERT INTO book (name, value) VALUES ('first_id', CAST (?1 AS TEXT)) ON CONFLICT (name) "
                                "DO UPDATE SET value = excluded.value WHERE CAST (value AS INTEGER) < ?1";
    struct query *q = db_query(db, RAISE);
    int64_t first, counted;

    query_bind_int(q, 1, desk << DESK_SHIFT);
    if (query_run(q, error) != 0 || book_get_int(db, "first_id", 0, &first, error) != 0)
        return -1;
    counted = first >> DESK_SHIFT;
    if (counted <= desk)
        return 0;
    return error_set(error,
                     "FRONTDESK_DESK is %lld, but this book has counted as desk %lld: its numbers go on from there, and must not "
                     "be another desk's. Set FRONTDESK_DESK=%lld, or leave it out",
                     (long long)desk, (long long)counted, (long long)counted);
}

int schema_apply(struct db *db, int64_t desk, struct error *error)
{
    int64_t application, version, tables;

    if (read_versions(db, &application, &version, &tables, error) != 0)
        return -1;
    if (tables > 0 && version < schema_version() && copy_before(db, (int)version + 1, error) != 0)
        return -1;
    for (int i = (int)version; i < schema_version(); i++)
        if (apply_file(db, i, error) != 0)
            return -1;
    if (desk == 0)
        return 0;
    if (db_begin(db, error) != 0)
        return -1;
    if (start_ids(db, desk, error) == 0)
        return db_commit(db, error);
    db_rollback(db);
    return -1;
}

/*
 * SQLite's check of a book takes minutes where that is large, and cannot be broken off within a table. So it is made of small
 * books, and of large ones what was written last is read, where a crash would have left its traces.
 */
enum { CHECKED_PAGES_MAX = 16384 };

static const char WHOLE[] = "PRAGMA quick_check(1)";
static const char PAGES[] = "PRAGMA page_count";

#define NEWEST(table, key) "SELECT * FROM " table " ORDER BY " key " DESC LIMIT 100"
static const char WEBHOOKS[] = NEWEST("webhook", "id"), CONTACTS[] = NEWEST("contact", "id"),
                  CONVERSATIONS[] = NEWEST("conversation", "id"), TURNS[] = NEWEST("turn", "id"),
                  MESSAGES[] = NEWEST("message", "id"), DECISIONS[] = NEWEST("decision", "message"),
                  ROWS_OUT[] = NEWEST("outbox", "id"), ATTEMPTS[] = NEWEST("attempt", "id"), EVENTS[] = NEWEST("event", "id");

static bool is_large(struct db *db)
{
    struct query *q = db_query(db, PAGES);
    bool is_large = query_step(q, NULL) == 1 && query_int(q, 0) > CHECKED_PAGES_MAX;

    query_end(q);
    return is_large;
}

/* What is wrong with it makes the fault of the connection. */
static void read_newest(struct db *db)
{
    static const char *const NEWEST_ROWS[] = { WEBHOOKS, CONTACTS, CONVERSATIONS, TURNS, MESSAGES,
                                               DECISIONS, ROWS_OUT, ATTEMPTS,      EVENTS };

    for (size_t i = 0; i < sizeof NEWEST_ROWS / sizeof *NEWEST_ROWS; i++)
        query_run(db_query(db, NEWEST_ROWS[i]), NULL);
}

static int check_whole(struct db *db, struct error *error)
{
    struct query *q = db_query(db, WHOLE);
    int result = 0;

    if (query_step(q, NULL) == 1 && strcmp(query_text(q, 0), "ok") != 0)
        result = error_set(
            error, "the book is damaged (%s): keep the file, and restore the newest backup in its place",
            query_text(q, 0));
    query_end(q);
    return result;
}

/* What was found within the budget decides, silence is no verdict. */
int schema_quick_check(struct db *db, int budget_ms, struct error *error)
{
    int result = 0;

    db_limit_ms(db, budget_ms);
    if (is_large(db))
        read_newest(db);
    else
        result = check_whole(db, error);
    db_limit_ms(db, 0);
    if (result == 0 && db_fault(db) == DB_CORRUPT)
        result = error_set(error,
                           "the book is damaged: keep the file, and restore the newest backup in its place");
    return result;
}
