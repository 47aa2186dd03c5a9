/* Apart: where a round has failed, one thing that fails is undone alone and noted, and the others are done. */
#include "desk/apart.h"
#include "desk/erasure.h"
#include "desk/upkeep.h"
#include "store/book.h"
#include "store/defect.h"
#include "tests/lib/calling.h"

static int setup(void **state)
{
    return setup_open(state, "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n");
}

static int put(struct fixture *f, const char *name, const char *value, const char *failure, struct error *error)
{
    must(book_put(f->desk.db, name, value, error), error);
    return failure != NULL ? error_set(error, "%s", failure) : 0;
}

/* One thing of a round: what apart_end said of it. */
static int try(struct fixture *f, const char *name, int64_t id, const char *failure)
{
    struct error error = { 0 };

    must(apart_begin(&f->desk, &error), &error);
    return apart_end(&f->desk, put(f, name, "done", failure, &error), "trying", id, f->now, &error);
}

static void list(void *context, const struct defect *defect)
{
    buf_addf(context, "%s: %s\n", defect->what, defect->reason);
}

static void assert_defects(struct fixture *f, int64_t since, const char *wanted)
{
    struct error error = { 0 };
    struct buf listed = { 0 };

    must(defect_list(f->desk.db, since, 5, list, &listed, &error), &error);
    assert_string_equal(buf_text(&listed), wanted);
    buf_release(&listed);
}

static void what_fails_is_undone_alone_and_noted(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    f->desk.is_apart = true;
    must(desk_begin(&f->desk, &error), &error);
    assert_int_equal(try(f, "one", 1, NULL), 0);
    assert_int_equal(try(f, "two", 2, "a row is gone"), 1);
    assert_int_equal(try(f, "three", 3, ""), 1);
    assert_int_equal(try(f, "four", 4, NULL), 0);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name IN ('one', 'four')"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name IN ('two', 'three')"), 0);
    assert_defects(f, f->now, "trying 3: a row that it needs is not there\ntrying 2: a row is gone\n");
    assert_defects(f, f->now + 1, "");
}

static void in_other_rounds_it_is_the_round_that_fails(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    assert_int_equal(try(f, "one", 1, NULL), 0);
    assert_int_equal(try(f, "two", 2, "a row is gone"), -1);
    desk_rollback(&f->desk);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name IN ('one', 'two')"), 0);
    assert_defects(f, 0, "");
}

static int runs;

static int fail_always(struct desk *desk, int64_t now, struct error *error)
{
    runs++;
    (void)desk, (void)now;
    return error_set(error, "no");
}

static void a_step_that_fails_rests_for_a_minute(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t rested_at = f->now + 60 * 1000;

    f->desk.is_apart = true;
    must(desk_begin(&f->desk, &error), &error);
    for (int64_t at = f->now; at <= rested_at; at += 30 * 1000)
        must(apart_run(&f->desk, STEP_SEARCH, fail_always, at, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(runs, 2);
    assert_int_equal(apart_allow(&f->desk, STEP_SEARCH, f->now), rested_at + 60 * 1000);
    assert_int_equal(apart_allow(&f->desk, STEP_IDLE, f->now), f->now);
    assert_defects(f, f->now, "filling the search index: no\n");
}

static void a_timer_of_a_conversation_that_is_gone_goes_on_without_it(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    must(db_run(f->desk.db, "PRAGMA foreign_keys = OFF; UPDATE timer SET conversation = 77, due_at = 1; PRAGMA foreign_keys = ON",
                &error), &error);
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM timer WHERE conversation IS NULL AND due_at > 1"), 2);
}

/* A round as the engine does it: when it fails, once more and apart. Says whether it did. */
static bool go_erasing(struct fixture *f)
{
    struct error error = { 0 };
    bool has_failed;

    must(desk_begin(&f->desk, &error), &error);
    has_failed = erasure_run(&f->desk, f->now, &error) != 0;
    if (has_failed) {
        desk_rollback(&f->desk);
        f->desk.is_apart = true;
        must(desk_begin(&f->desk, &error), &error);
        must(erasure_run(&f->desk, f->now, &error), &error);
        f->desk.is_apart = false;
    }
    must(desk_commit(&f->desk, &error), &error);
    must(erasure_scrub(&f->desk, f->now, &error), &error);
    return has_failed;
}

/* Rounds, so many milliseconds apart; how many of them failed. */
static int go_erasing_for(struct fixture *f, int rounds, int64_t apart_ms)
{
    int failed = 0;

    for (int i = 0; i < rounds; i++, f->now += apart_ms)
        failed += go_erasing(f);
    return failed;
}

static void an_erasure_that_fails_is_put_off_and_holds_up_no_other(void **state)
{
    static const char PHASES[] = "SELECT group_concat(phase) FROM (SELECT phase FROM erasure ORDER BY id)";
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    must(db_run(f->desk.db, "CREATE TRIGGER damage BEFORE UPDATE ON message WHEN old.conversation = (SELECT min(id) FROM conversation) "
                            "BEGIN SELECT RAISE (ABORT, 'damaged'); END", &error), &error);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ben','actor':'cli mia'}"), 200);
    assert_int_equal(go_erasing_for(f, 200, 10), 1);
    assert_string_equal(fixture_text(f, PHASES), "rows,done");
    assert_non_null(strstr(fixture_text(f, "SELECT waits_for FROM erasure WHERE id = 1"), "damaged row"));
    f->now += 60 * 1000;
    assert_int_equal(go_erasing_for(f, 10, 1000), 1);
    must(db_run(f->desk.db, "DROP TRIGGER damage", &error), &error);
    f->now += 60 * 1000;
    assert_int_equal(go_erasing_for(f, 200, 10), 0);
    assert_string_equal(fixture_text(f, PHASES), "done,done");
}

/* While one waits for Braze or for a reader, it is looked at as often as ever. */
static void an_erasure_that_waits_is_looked_at_beside_one_that_has_failed(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct db *reader;

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    must(db_run(f->desk.db, "CREATE TRIGGER damage BEFORE UPDATE ON message WHEN old.conversation = (SELECT min(id) FROM conversation) "
                            "BEGIN SELECT RAISE (ABORT, 'damaged'); END", &error), &error);
    reader = db_open(f->path, DB_READER, &error);
    must(db_read_begin(reader, &error), &error);
    must(db_run(reader, "SELECT count(*) FROM message", &error), &error);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ben','actor':'cli mia'}"), 200);
    go_erasing_for(f, 200, 10);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure WHERE id = 2"), "pages");
    db_read_end(reader);
    db_close(reader);
    assert_int_equal(go_erasing_for(f, 5, 250), 0);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure WHERE id = 2"), "done");
}

static void only_the_newest_notes_are_kept(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    for (int i = 0; i < DEFECTS_MAX + 10; i++)
        must(defect_note(f->desk.db, "trying", i + 1, "no", f->now + i, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name LIKE 'defect %'"), DEFECTS_MAX);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name = 'defect trying 10'"), 0);
    must(defect_note(f->desk.db, "trying", 1, "no", f->now + DEFECT_KEPT_MS + 1000, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name LIKE 'defect %'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_fails_is_undone_alone_and_noted, setup, setup_audit),
        cmocka_unit_test_setup_teardown(in_other_rounds_it_is_the_round_that_fails, setup, setup_audit),
        cmocka_unit_test_setup_teardown(a_step_that_fails_rests_for_a_minute, setup, setup_audit),
        cmocka_unit_test_setup_teardown(a_timer_of_a_conversation_that_is_gone_goes_on_without_it, setup, setup_audit),
        cmocka_unit_test_setup_teardown(an_erasure_that_fails_is_put_off_and_holds_up_no_other, setup, setup_audit),
        cmocka_unit_test_setup_teardown(an_erasure_that_waits_is_looked_at_beside_one_that_has_failed, setup, setup_audit),
        cmocka_unit_test_setup_teardown(only_the_newest_notes_are_kept, setup, setup_audit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
