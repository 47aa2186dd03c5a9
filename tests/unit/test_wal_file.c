/*
 * test_wal_file: what the writer's log holds is what SQLite wrote to it, in few calls, whenever it is looked at.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/db.h"

struct book {
    char folder[64], path[80];
    struct db *db;
};

/* SQLite's own calls end here as well. */
static int syncs, sync_fails_with;

int fdatasync(int descriptor)
{
    syncs++;
    if (sync_fails_with != 0) {
        errno = sync_fails_with;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, descriptor);
}

static int open_book(void **state)
{
    static struct book book;
    struct error error = { 0 };

    snprintf(book.folder, sizeof book.folder, "/tmp/wal-file.XXXXXX");
    assert_non_null(mkdtemp(book.folder));
    snprintf(book.path, sizeof book.path, "%s/book.db", book.folder);
    book.db = db_open(book.path, DB_WRITER, &error);
    if (book.db == NULL)
        fail_msg("%s", error.text);
    assert_int_equal(db_run(book.db, "CREATE TABLE page (id INTEGER PRIMARY KEY, text TEXT)", &error), 0);
    *state = &book;
    return 0;
}

static int close_book(void **state)
{
    struct book *book = *state;
    static const char *const ENDS[] = { "", "-wal", "-shm" };
    char path[100];

    db_close(book->db);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", book->path, ENDS[i]);
        unlink(path);
    }
    return rmdir(book->folder);
}

static int64_t ask(struct db *db, const char *sql)
{
    struct error error = { 0 };
    struct query *q = db_query(db, sql);
    int64_t answer = query_step(q, &error) == 1 ? query_int(q, 0) : -1;

    query_end(q);
    if (error.text[0] != '\0')
        fail_msg("%s", error.text);
    return answer;
}

static const char COUNT[] = "SELECT count (*) FROM page WHERE length (text) = 3000";
static const char SOUND[] = "SELECT count (*) FROM pragma_integrity_check WHERE integrity_check = 'ok'";
/* 12 MB, more than the writer's page cache: pages go to the log, and are read back from it, before the commit. */
static const char FILL[] = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
                           "INSERT INTO page (text) SELECT printf ('%3000d', i) FROM n";

/* A reader of its own, as the command line is one: it sees the file, not our memory. */
static int64_t ask_outside(const struct book *book, const char *sql)
{
    struct error error = { 0 };
    struct db *reader = db_open(book->path, DB_READER, &error);
    int64_t answer;

    if (reader == NULL)
        fail_msg("%s", error.text);
    answer = ask(reader, sql);
    db_close(reader);
    return answer;
}

static void test_larger_than_cache(void **state)
{
    struct book *book = *state;

    assert_int_equal(db_begin(book->db, NULL), 0);
    assert_int_equal(db_run(book->db, FILL, NULL), 0);
    assert_int_equal(ask(book->db, COUNT), 4000);
    assert_int_equal(ask_outside(book, COUNT), 0);
    assert_int_equal(db_commit(book->db, NULL), 0);
    assert_int_equal(ask_outside(book, COUNT), 4000);
    assert_int_equal(ask_outside(book, SOUND), 1);
}

static void test_rolled_back(void **state)
{
    struct book *book = *state;

    assert_int_equal(db_run(book->db, FILL, NULL), 0);
    assert_int_equal(db_begin(book->db, NULL), 0);
    assert_int_equal(db_run(book->db, "UPDATE page SET text = 'x'", NULL), 0);
    db_rollback(book->db);
    assert_int_equal(ask(book->db, COUNT), 4000);
    assert_int_equal(db_run(book->db, "DELETE FROM page WHERE id > 10", NULL), 0);
    assert_int_equal(ask_outside(book, COUNT), 10);
    assert_int_equal(ask_outside(book, SOUND), 1);
}

/* Savepoints, small commits and checkpoints in between: the log begins anew at its first byte. */
static void test_many_commits(void **state)
{
    struct book *book = *state;

    for (int i = 0; i < 3000; i++) {
        assert_int_equal(db_begin(book->db, NULL), 0);
        assert_int_equal(db_run(book->db, "INSERT INTO page (text) VALUES (printf ('%3000d', 1))", NULL), 0);
        assert_int_equal(db_mark(book->db, NULL), 0);
        assert_int_equal(db_run(book->db, "INSERT INTO page (text) VALUES (printf ('%3000d', 2))", NULL), 0);
        if (i % 2 == 0)
            db_undo(book->db);
        else
            assert_int_equal(db_unmark(book->db, NULL), 0);
        assert_int_equal(db_commit(book->db, NULL), 0);
        assert_int_equal(db_checkpoint(book->db, i % 100 == 0, NULL), 0);
    }
    assert_int_equal(ask_outside(book, COUNT), 4500);
    assert_int_equal(ask_outside(book, SOUND), 1);
}

/* What does not fit fails at the commit, as full, and what was committed before stays as it was. */
static void test_full(void **state)
{
    struct book *book = *state;
    struct rlimit old, small;
    struct stat log;
    char path[100];

    assert_int_equal(db_run(book->db, "INSERT INTO page (text) VALUES (printf ('%3000d', 1))", NULL), 0);
    snprintf(path, sizeof path, "%s-wal", book->path);
    assert_int_equal(stat(path, &log), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){ (rlim_t)log.st_size + 10000, old.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(db_begin(book->db, NULL), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(db_run(book->db, "INSERT INTO page (text) VALUES (printf ('%3000d', 2))", NULL), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(db_commit(book->db, NULL), -1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(db_fault(book->db), DB_FULL);
    assert_int_equal(ask(book->db, COUNT), 1);
    assert_int_equal(ask_outside(book, COUNT), 1);
    assert_int_equal(db_run(book->db, FILL, NULL), 0);
    assert_int_equal(ask_outside(book, COUNT), 4001);
    assert_int_equal(ask_outside(book, SOUND), 1);
}

/* Write calls of this process so far. */
static long writes(void)
{
    FILE *file = fopen("/proc/self/io", "r");
    long count = -1;
    char line[100];

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "syscw:", 6) == 0)
            count = strtol(line + 6, NULL, 10);
    fclose(file);
    return count;
}

static void test_few_calls(void **state)
{
    struct book *book = *state;
    long before = writes();

    assert_int_equal(db_run(book->db, FILL, NULL), 0); /* some 4,000 frames: 8,000 calls of SQLite's */
    assert_in_range(writes() - before, 12 * 1024 / 128, 12 * 1024 / 128 * 10);
}

static void put_page(struct db *db)
{
    assert_int_equal(db_begin(db, NULL), 0);
    assert_int_equal(db_run(db, "INSERT INTO page (text) VALUES (printf ('%3000d', 1))", NULL), 0);
}

/* Whoever it was that failed: a later sync could say that all is well of pages that are gone. */
static void expect_no_more_syncs(struct book *book)
{
    syncs = 0;
    put_page(book->db);
    assert_int_equal(db_commit(book->db, NULL), -1);
    assert_int_equal(db_harden(book->db, NULL), -1);
    assert_int_equal(syncs, 0);
}

static void test_early_commit_waits_for_no_disk(void **state)
{
    struct book *book = *state;
    struct error error = { 0 };

    put_page(book->db);
    syncs = 0;
    assert_int_equal(db_commit_early(book->db, NULL), 0);
    assert_int_equal(syncs, 0);
    assert_int_equal(ask_outside(book, COUNT), 1);
    assert_int_equal(db_harden(book->db, NULL), 0);
    assert_int_equal(syncs, 1);

    put_page(book->db);
    assert_int_equal(db_commit_early(book->db, NULL), 0);
    sync_fails_with = EIO;
    assert_int_equal(db_harden(book->db, &error), -1);
    sync_fails_with = 0;
    assert_non_null(strstr(error.text, "the disk does not take the log"));
    expect_no_more_syncs(book);
}

/* A log that begins anew writes over old frames: its header is on disk before the first of them, early or not. */
static void test_early_commit_syncs_a_new_header(void **state)
{
    struct book *book = *state;

    assert_int_equal(db_run(book->db, FILL, NULL), 0);
    assert_int_equal(db_checkpoint(book->db, false, NULL), 0);
    put_page(book->db);
    syncs = 0;
    assert_int_equal(db_commit_early(book->db, NULL), 0);
    assert_int_equal(syncs, 1);
    put_page(book->db);
    assert_int_equal(db_commit_early(book->db, NULL), 0);
    assert_int_equal(syncs, 1);
    assert_int_equal(ask_outside(book, COUNT), 4002);
}

/* Pages are copied into the book only from a log that is on disk. */
static void test_checkpoint_syncs_what_was_put_off(void **state)
{
    struct book *book = *state;

    assert_int_equal(db_begin(book->db, NULL), 0);
    assert_int_equal(db_run(book->db, FILL, NULL), 0);
    assert_int_equal(db_commit_early(book->db, NULL), 0);
    syncs = 0;
    sync_fails_with = EIO;
    assert_int_equal(db_checkpoint(book->db, false, NULL), -1);
    sync_fails_with = 0;
    assert_int_equal(syncs, 1);
    assert_int_equal(db_fault(book->db), DB_UNCERTAIN);
    expect_no_more_syncs(book);
    assert_int_equal(ask_outside(book, SOUND), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_larger_than_cache, open_book, close_book),
        cmocka_unit_test_setup_teardown(test_rolled_back, open_book, close_book),
        cmocka_unit_test_setup_teardown(test_many_commits, open_book, close_book),
        cmocka_unit_test_setup_teardown(test_full, open_book, close_book),
        cmocka_unit_test_setup_teardown(test_few_calls, open_book, close_book),
        cmocka_unit_test_setup_teardown(test_early_commit_waits_for_no_disk, open_book, close_book),
        cmocka_unit_test_setup_teardown(test_early_commit_syncs_a_new_header, open_book, close_book),
        cmocka_unit_test_setup_teardown(test_checkpoint_syncs_what_was_put_off, open_book, close_book),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
