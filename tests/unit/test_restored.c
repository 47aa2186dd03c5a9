/* restored: what a backup had pending is not done a second time, and nothing is counted or numbered twice after one. */
#include "store/book.h"
#include "store/restored.h"
#include "tests/lib/calling.h"

/* The book of the backup, and the one whose place it takes. */
struct books {
    struct fixture copy, present;
};

static int setup(void **state)
{
    struct books *books = calloc(1, sizeof *books);

    fixture_open(&books->copy, FIXTURE_RULES);
    fixture_open(&books->present, FIXTURE_RULES);
    *state = books;
    return 0;
}

static int tear_down(void **state)
{
    struct books *books = *state;

    fixture_close(&books->copy);
    fixture_close(&books->present);
    free(books);
    return 0;
}

static void change(struct fixture *f, const char *sql)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, sql, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

static void restore(struct fixture *f, const struct fixture *present)
{
    struct error error = { 0 };
    struct restored restored;

    must(desk_begin(&f->desk, &error), &error);
    must(restored_settle(f->desk.db, present != NULL ? present->desk.db : NULL, "cli", f->now, &restored, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

static int64_t fact(struct fixture *f, const char *name)
{
    struct error error = { 0 };
    int64_t value;

    must(book_get_int(f->desk.db, name, 0, &value, &error), &error);
    return value;
}

static void a_text_that_waits_or_is_held_may_have_been_sent_since_and_is_not_sent(void **state)
{
    struct books *books = *state;
    struct fixture *f = &books->copy;

    hear(f, "ana", "hours");
    hear(f, "bob", "hours");
    change(f, "UPDATE outbox SET state = 'held', settled_at = 1 WHERE contact = 2;"
              "UPDATE turn SET state = 'held' WHERE id = (SELECT turn FROM outbox WHERE contact = 2)");
    restore(f, NULL);
    assert_string_equal(fixture_text(f, "SELECT group_concat(o.state || ' ' || t.state) FROM outbox o JOIN turn t ON t.id = o.turn"),
                        "unknown unknown,unknown unknown");
    assert_null(claim(f));
}

static void who_is_just_closed_is_not_summed_up_any_more(void **state)
{
    struct books *books = *state;
    struct fixture *f = &books->copy;

    hear(f, "ana", "bye");
    accept_all(f, claim(f));
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation WHERE summary_at IS NULL"), "closed");
    restore(f, NULL);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation WHERE summary_at = closed_at"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM parting"), 0);
}

static void the_next_value_of_each_attribute_is_written_even_if_it_is_the_same(void **state)
{
    struct books *books = *state;
    struct fixture *f = &books->copy;

    hear(f, "ana", "hours");
    change(f, "INSERT INTO profile (contact, name, wanted, wanted_at, rule, accepted, accepted_at) VALUES "
              "(1, 'city', '\"Jeju\"', 1, 'hours', '\"Jeju\"', 2), (1, 'size', '2', 3, 'hours', '1', 2)");
    restore(f, NULL);
    assert_string_equal(fixture_text(f, "SELECT group_concat(name || wanted || accepted || is_changed) FROM profile"),
                        "city\"Jeju\"\"Jeju\"1,size221");
}

static void numbers_go_on_behind_those_of_the_book_that_is_replaced(void **state)
{
    struct books *books = *state;
    int64_t highest;

    hear(&books->copy, "ana", "hours");
    for (int i = 0; i < 20; i++)
        hear(&books->present, "ana", "hours");
    change(&books->present, "UPDATE book SET value = '7' WHERE name = 'case_number'");
    highest = fixture_int(&books->present, "SELECT max(id) FROM outbox");
    restore(&books->copy, &books->present);
    assert_true(fact(&books->copy, "first_id") > highest);
    assert_true(fact(&books->copy, "first_id") < highest + 1000);
    assert_int_equal(fact(&books->copy, "case_number"), 7);
}

static void numbers_go_on_far_behind_where_that_book_is_lost(void **state)
{
    struct books *books = *state;
    struct fixture *f = &books->copy;
    int64_t highest;

    hear(f, "ana", "hours");
    change(f, "UPDATE book SET value = '7' WHERE name = 'case_number'");
    highest = fixture_int(f, "SELECT max(id) FROM outbox");
    restore(f, NULL);
    assert_true(fact(f, "first_id") >= highest + 1000000);
    assert_int_equal(fact(f, "case_number"), 1007);
}

static void numbers_go_on_far_behind_where_that_book_cannot_tell_its_own(void **state)
{
    struct books *books = *state;
    int64_t highest;

    hear(&books->copy, "ana", "hours");
    change(&books->present, "DROP TABLE attempt"); /* to whoever asks for its newest number it is damaged */
    highest = fixture_int(&books->copy, "SELECT max(id) FROM outbox");
    restore(&books->copy, &books->present);
    assert_true(fact(&books->copy, "first_id") >= highest + 1000000);
}

static void a_book_that_cannot_tell_whom_it_has_erased_is_not_replaced_unasked(void **state)
{
    struct books *books = *state;
    struct fixture *f = &books->copy;
    struct error error = { 0 };
    struct restored restored;

    change(&books->present, "ALTER TABLE erasure RENAME TO damaged");
    must(desk_begin(&f->desk, &error), &error);
    assert_int_equal(restored_settle(f->desk.db, books->present.desk.db, "cli", f->now, &restored, &error), -1);
    assert_non_null(strstr(error.text, "move it away"));
    desk_rollback(&f->desk);
}

static void money_counts_as_the_book_has_it_that_knows_of_more(void **state)
{
    struct books *books = *state;

    change(&books->copy, "INSERT INTO spend (day, scope, cost) VALUES ('2026-05-11', 'all', 10), ('2026-05-11', 'backend a', 30)");
    change(&books->present, "INSERT INTO spend (day, scope, cost) VALUES ('2026-05-11', 'all', 50), "
                            "('2026-05-11', 'backend a', 20), ('2026-05-12', 'all', 5)");
    restore(&books->copy, &books->present);
    assert_string_equal(fixture_text(&books->copy, "SELECT group_concat(scope || ' ' || cost) FROM "
                                                   "(SELECT scope, cost FROM spend ORDER BY day, scope)"),
                        "all 50,backend a 30,all 5");
}

static void what_a_person_has_stays_with_her(void **state)
{
    struct books *books = *state;
    struct fixture *f = &books->copy;

    hear(f, "ana", "a person please");
    hear(f, "bob", "hours");
    restore(f, NULL);
    assert_string_equal(fixture_text(f, "SELECT group_concat(owner || closed_by) FROM conversation"), "agent,closedrestore");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_text_that_waits_or_is_held_may_have_been_sent_since_and_is_not_sent),
        CASE(who_is_just_closed_is_not_summed_up_any_more),
        CASE(the_next_value_of_each_attribute_is_written_even_if_it_is_the_same),
        CASE(numbers_go_on_behind_those_of_the_book_that_is_replaced),
        CASE(numbers_go_on_far_behind_where_that_book_is_lost),
        CASE(numbers_go_on_far_behind_where_that_book_cannot_tell_its_own),
        CASE(a_book_that_cannot_tell_whom_it_has_erased_is_not_replaced_unasked),
        CASE(money_counts_as_the_book_has_it_that_knows_of_more),
        CASE(what_a_person_has_stays_with_her),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
