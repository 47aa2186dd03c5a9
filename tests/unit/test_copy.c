/* A copy is the book as it is at the last step, whatever was written, taken back or shrunk between the steps. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "store/copy.h"
#include "store/readers.h"
#include "tests/lib/calling.h"

static void run(struct db *db, const char *sql)
{
    struct error error = { 0 };

    if (db_run(db, sql, &error) != 0)
        fail_msg("%s", error.text);
}

/* About eight megabytes beside what a desk has: so there are some steps. */
static int setup(void **state)
{
    struct fixture *f;

    setup_usual(state);
    f = *state;
    run(f->desk.db, "CREATE TABLE ballast (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
    run(f->desk.db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
                    "INSERT INTO ballast SELECT i, hex (randomblob (2000)) FROM n");
    return 0;
}

static const char *copy_path(const struct fixture *f)
{
    static char path[100];

    snprintf(path, sizeof path, "%s/copy.db", f->folder);
    return path;
}

static struct copy *begin(struct fixture *f)
{
    struct error error = { 0 };
    struct copy *copy = copy_begin(f->desk.db, copy_path(f), false, &error);

    if (copy == NULL)
        fail_msg("%s", error.text);
    return copy;
}

static int step(struct copy *copy)
{
    struct error error = { 0 };
    int more = copy_step(copy, &error);

    if (more < 0)
        fail_msg("%s", error.text);
    return more;
}

static void finish(struct copy *copy)
{
    struct error error = { 0 };
    struct copy_facts facts;

    while (step(copy) == 1)
        continue;
    if (copy_seal(copy, &facts, &error) != 0)
        fail_msg("%s", error.text);
    copy_free(copy);
}

static int64_t sum_of(const char *path)
{
    static const char SUM[] = "SELECT sum (id * length (text) + unicode (substr (text, 7, 1))) FROM ballast";
    struct error error = { 0 };
    struct db *db = db_open(path, DB_READER, &error);
    struct query *q = db_query(db, SUM);
    int64_t sum = query_step(q, &error) == 1 ? query_int(q, 0) : -1;

    query_end(q);
    db_close(db);
    return sum;
}

static void is_equal_and_alone(struct fixture *f)
{
    char part[120];

    assert_int_equal(sum_of(copy_path(f)), sum_of(f->path));
    snprintf(part, sizeof part, "%s.part", copy_path(f));
    assert_int_equal(access(part, F_OK), -1);
    unlink(copy_path(f));
}

static void what_is_written_between_the_steps_is_in_the_copy(void **state)
{
    struct fixture *f = *state;
    struct copy *copy = begin(f);

    assert_int_equal(step(copy), 1);
    run(f->desk.db, "UPDATE ballast SET text = 'before the step' WHERE id < 50");
    run(f->desk.db, "UPDATE ballast SET text = 'behind the step' WHERE id > 1950");
    assert_int_equal(step(copy), 1);
    run(f->desk.db, "INSERT INTO ballast VALUES (5000, 'a new one')");
    finish(copy);
    is_equal_and_alone(f);
}

static void what_is_taken_back_between_the_steps_is_not(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct copy *copy = begin(f);

    assert_int_equal(step(copy), 1);
    must(db_begin(f->desk.db, &error), &error);
    run(f->desk.db, "UPDATE ballast SET text = hex (randomblob (2000))"); /* more than the cache: some of it is in the log */
    db_rollback(f->desk.db);
    finish(copy);
    is_equal_and_alone(f);
}

static void a_book_that_shrinks_meanwhile_is_copied_as_it_is_then(void **state)
{
    struct fixture *f = *state;
    struct copy *copy = begin(f);
    struct stat before, after;

    stat(f->path, &before);
    assert_int_equal(step(copy), 1);
    run(f->desk.db, "DELETE FROM ballast WHERE id > 100");
    run(f->desk.db, "PRAGMA incremental_vacuum");
    finish(copy);
    stat(copy_path(f), &after);
    assert_true(after.st_size < before.st_size / 2 || before.st_size == 0 || after.st_size < 4 * 1024 * 1024);
    is_equal_and_alone(f);
}

static void what_is_given_up_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct copy *copy = begin(f);
    char part[120];

    assert_int_equal(step(copy), 1);
    copy_free(copy);
    snprintf(part, sizeof part, "%s.part", copy_path(f));
    assert_int_equal(access(part, F_OK), -1);
    assert_int_equal(access(copy_path(f), F_OK), -1);
    finish(begin(f)); /* and the book is none the worse for it */
    is_equal_and_alone(f);
}

/* It looks like a backup that was broken off, and is a database that somebody has under another name. */
static void a_draft_with_a_second_name_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    char other[100], draft[110];
    int64_t sum;

    finish(begin(f));
    snprintf(other, sizeof other, "%s/other.db", f->folder);
    snprintf(draft, sizeof draft, "%s.part", copy_path(f));
    assert_int_equal(rename(copy_path(f), other), 0);
    assert_int_equal(link(other, draft), 0);
    sum = sum_of(other);
    assert_null(copy_begin(f->desk.db, copy_path(f), true, &error));
    assert_non_null(strstr(error.text, "is in the way"));
    assert_int_equal(sum_of(other), sum);
}

/* It is sound in itself, and yet not what the book was when the last step was made. */
static void a_copy_that_ends_elsewhere_than_the_book_did_is_refused(void **state)
{
    static const char *const NEWS[] = {
        "INSERT INTO webhook (received_at, channel, content_type, body, state) VALUES (1, 'whatsapp', '', x'', 'unreadable')",
        "INSERT INTO message (conversation, at, kind, text) VALUES (1, 1, 'note', 'x')",
        "INSERT INTO event (at, kind, actor) VALUES (1, 'lane', 'daemon')",
    };
    struct fixture *f = *state;
    char draft[110];

    hear(f, "ana", "hours");
    snprintf(draft, sizeof draft, "%s.part", copy_path(f));
    for (size_t i = 0; i < sizeof NEWS / sizeof *NEWS; i++) {
        struct error error = { 0 };
        struct copy_facts facts;
        struct copy *copy;

        finish(begin(f));
        run(f->desk.db, NEWS[i]);
        copy = copy_begin(f->desk.db, copy_path(f), true, &error);
        while (step(copy) == 1)
            continue;
        assert_int_equal(rename(copy_path(f), draft), 0); /* an older one in its place */
        assert_int_equal(copy_seal(copy, &facts, &error), -1);
        assert_non_null(strstr(error.text, "ends elsewhere than the book did"));
        copy_free(copy);
        assert_int_equal(access(copy_path(f), F_OK), -1);
    }
}

static void one_that_is_called_off_while_it_is_checked_fails_and_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct copy *copy = begin(f);
    struct error error = { 0 };
    struct copy_facts facts;

    while (step(copy) == 1)
        continue;
    copy_cancel(copy);
    assert_int_equal(copy_seal(copy, &facts, &error), -1);
    assert_non_null(strstr(error.text, "broken off"));
    copy_free(copy);
    assert_int_equal(access(copy_path(f), F_OK), -1);
}

/* Readers */

static const char LONG[] = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT sum (i) FROM n";

static int count_to(struct db *db, int64_t end, struct error *error)
{
    struct query *q = db_query(db, LONG);
    int found;

    query_bind_int(q, 1, end);
    found = query_step(q, error);
    query_end(q);
    return found;
}

static void a_reader_gives_way_when_the_log_grows_too_much_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct db *reader = db_open(f->path, DB_READER, &error);

    db_limit_ms(reader, 600 * 1000);
    must(db_read_begin(reader, &error), &error);
    run(f->desk.db, "PRAGMA synchronous = OFF");
    assert_int_equal(count_to(reader, 3000000, &error), 1);
    for (int i = 0; i < 20; i++)
        run(f->desk.db, "UPDATE ballast SET text = hex (randomblob (2000))");
    assert_int_equal(count_to(reader, 1000000000, &error), -1);
    assert_non_null(strstr(error.text, "would hold up the daemon"));
    db_read_end(reader);
    must(db_read_begin(reader, &error), &error); /* counted anew */
    assert_int_equal(count_to(reader, 3000000, &error), 1);
    db_read_end(reader);
    db_close(reader);
}

static void a_look_that_is_cut_short_is_no_trouble_to_log(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int log = memfd_create("log", 0);

    log_open(LEVEL_INFO, log);
    db_limit_ms(f->desk.db, 1);
    assert_int_equal(count_to(f->desk.db, 1000000000, &error), -1);
    assert_non_null(strstr(error.text, "was stopped"));
    db_limit_ms(f->desk.db, 0);
    assert_int_equal(lseek(log, 0, SEEK_END), 0);
    log_open(LEVEL_INFO, STDERR_FILENO);
    close(log);
}

static void who_reads_is_named_by_process_and_only_as_long_as_it_does(void **state)
{
    struct fixture *f = *state;
    struct reader readers[4];
    int begun[2], go_on[2];
    char byte = 0, link[128];
    pid_t child;

    snprintf(link, sizeof link, "%s.link", f->path);
    assert_int_equal(symlink(f->path, link), 0);
    assert_int_equal(pipe(begun) | pipe(go_on), 0);
    assert_int_equal(readers_find(f->path, readers, 4), 0);
    child = fork();
    if (child == 0) {
        struct db *db = db_open(f->path, DB_READER, NULL);

        close(go_on[1]); /* or it would outlive a test that fails */
        db_read_begin(db, NULL);
        count_to(db, 1, NULL);
        byte = db_run(db, "SELECT count (*) FROM ballast", NULL) == 0;
        _exit(write(begun[1], &byte, 1) == 1 && read(go_on[0], &byte, 1) == 1 ? 0 : 1);
    }
    assert_int_equal(read(begun[0], &byte, 1), 1);
    assert_int_equal(readers_find(f->path, readers, 4), 1);
    assert_int_equal(readers[0].process, child);
    assert_string_equal(readers[0].command, "test_copy");
    assert_int_equal(readers_find(link, readers, 4), 1);
    assert_true(readers_log_bytes(link) > 0);
    assert_int_equal(write(go_on[1], &byte, 1), 1);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(readers_find(f->path, readers, 4), 0);
    unlink(link);
}

/* A child that reads the book until `go_on` is closed; one that holds it, besides, as its writer does. */
static pid_t read_beside(const char *path, bool holds, int begun, const int go_on[2])
{
    char byte = 0;
    pid_t child = fork();

    if (child == 0) {
        struct db *db = db_open(path, DB_READER, NULL);
        int book = open(path, O_RDWR | O_CLOEXEC);

        close(go_on[1]);
        byte = (!holds || flock(book, LOCK_EX | LOCK_NB) == 0) && db_read_begin(db, NULL) == 0 && count_to(db, 1, NULL) == 1 &&
               db_run(db, "SELECT count (*) FROM ballast", NULL) == 0;
        _exit(write(begun, &byte, 1) == 1 && read(go_on[0], &byte, 1) == 0 ? 0 : 1);
    }
    return child;
}

static void the_writer_is_named_behind_all_others_in_whatever_order_they_came(void **state)
{
    const char *path = copy_path(*state); /* that of the fixture is ours */
    struct db *other = db_open(path, DB_WRITER, NULL);

    run(other, "CREATE TABLE ballast (id INTEGER PRIMARY KEY)");
    for (int turn = 0; turn < 2; turn++) {
        struct reader readers[4];
        int begun[2], go_on[2];
        pid_t children[2];
        char byte = 0;

        assert_int_equal(pipe(begun) | pipe(go_on), 0);
        for (int i = 0; i < 2; i++) {
            children[i] = read_beside(path, i == turn, begun[1], go_on);
            assert_int_equal(read(begun[0], &byte, 1), 1);
            assert_int_equal(byte, 1);
        }
        assert_int_equal(readers_find(path, readers, 1), 1);
        assert_int_equal(readers[0].process, children[1 - turn]);
        assert_int_equal(readers_find(path, readers, 4), 2);
        assert_int_equal(readers[1].process, children[turn]);
        close(go_on[0]);
        close(go_on[1]);
        for (int i = 0; i < 2; i++)
            assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
        close(begun[0]);
        close(begun[1]);
    }
    db_close(other);
}

/* What somebody else does at the moment at which a draft that was opened is about to be locked; once. */
static void (*before_lock)(struct fixture *f);
static struct fixture *lock_fixture;

int flock(int descriptor, int operation)
{
    void (*hook)(struct fixture *f) = before_lock;

    before_lock = NULL;
    if (hook != NULL)
        hook(lock_fixture);
    return (int)syscall(SYS_flock, descriptor, operation);
}

static void make_another(struct fixture *f)
{
    finish(begin(f));
}

static void give_another_up(struct fixture *f)
{
    copy_free(begin(f));
}

static struct copy *begin_while(struct fixture *f, void (*hook)(struct fixture *f))
{
    lock_fixture = f;
    before_lock = hook;
    return begin(f);
}

static void one_that_is_finished_meanwhile_is_not_taken_for_a_draft(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct copy *copy = begin_while(f, make_another);
    struct copy_facts facts;

    assert_int_equal(sum_of(copy_path(f)), sum_of(f->path));
    while (step(copy) == 1)
        continue;
    assert_int_equal(copy_seal(copy, &facts, &error), -1); /* that name is taken by now */
    copy_free(copy);
    is_equal_and_alone(f);
}

static void one_whose_draft_is_removed_meanwhile_begins_another(void **state)
{
    struct fixture *f = *state;

    finish(begin_while(f, give_another_up));
    is_equal_and_alone(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_between_the_steps_is_in_the_copy, setup, setup_close),
        cmocka_unit_test_setup_teardown(what_is_taken_back_between_the_steps_is_not, setup, setup_close),
        cmocka_unit_test_setup_teardown(a_book_that_shrinks_meanwhile_is_copied_as_it_is_then, setup, setup_close),
        cmocka_unit_test_setup_teardown(what_is_given_up_leaves_nothing, setup, setup_close),
        cmocka_unit_test_setup_teardown(a_draft_with_a_second_name_is_left_alone, setup, setup_close),
        cmocka_unit_test_setup_teardown(a_copy_that_ends_elsewhere_than_the_book_did_is_refused, setup, setup_close),
        cmocka_unit_test_setup_teardown(one_that_is_called_off_while_it_is_checked_fails_and_leaves_nothing, setup, setup_close),
        cmocka_unit_test_setup_teardown(one_that_is_finished_meanwhile_is_not_taken_for_a_draft, setup, setup_close),
        cmocka_unit_test_setup_teardown(one_whose_draft_is_removed_meanwhile_begins_another, setup, setup_close),
        cmocka_unit_test_setup_teardown(a_reader_gives_way_when_the_log_grows_too_much_meanwhile, setup, setup_close),
        cmocka_unit_test_setup_teardown(a_look_that_is_cut_short_is_no_trouble_to_log, setup, setup_close),
        cmocka_unit_test_setup_teardown(who_reads_is_named_by_process_and_only_as_long_as_it_does, setup, setup_close),
        cmocka_unit_test_setup_teardown(the_writer_is_named_behind_all_others_in_whatever_order_they_came, setup, setup_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
