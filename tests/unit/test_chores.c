/* Chores: work that nobody waits for is done a little at a time, apart from the messages, and all of it in the end. */
#include "desk/chores.h"
#include "desk/upkeep.h"
#include "tests/lib/calling.h"

enum { CUSTOMERS = 250, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

#define SHOP(idle)                                                                                                     \
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"                                               \
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"                                   \
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n"                               \
    "INSERT INTO setting (name, value) VALUES ('idle_close', '" idle "');\n"                             \
    "INSERT INTO attribute (name, at, value) VALUES ('chat', 'close', '{{ outcome }}');\n"

static int setup(void **state)
{
    return setup_open(state, SHOP("1 hour"));
}

/* All have been answered, and say no more. */
static void hear_all(struct fixture *f)
{
    char user[16];

    for (int i = 0; i < CUSTOMERS; i++) {
        snprintf(user, sizeof user, "user%d", i);
        hear(f, user, "your hours?");
    }
    for (struct call *calls; (calls = claim(f)) != NULL;)
        accept_all(f, calls);
}

/* What a round does in the book, with messages or without. */
static void go_round(struct fixture *f, bool is_busy)
{
    struct error error = { 0 };

    chores_begin(&f->desk, is_busy, f->now);
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

static int64_t count_closed(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM conversation WHERE owner = 'closed'");
}

static int64_t next_at(struct fixture *f)
{
    struct error error = { 0 };
    int64_t at;

    must(upkeep_next(&f->desk, &at, &error), &error);
    return at;
}

static void a_heap_is_taken_in_little_bits_with_pauses_between(void **state)
{
    struct fixture *f = *state;
    int64_t closed;

    hear_all(f);
    f->now += HOUR_MS;
    go_round(f, false);
    closed = count_closed(f);
    assert_in_range(closed, 1, 20);
    go_round(f, false);
    assert_int_equal(count_closed(f), closed);
    assert_in_range(next_at(f) - f->now, 1, 20);
    f->now = next_at(f);
    go_round(f, false);
    assert_in_range(count_closed(f), closed + 1, closed + 20);
}

static void all_of_it_is_done_in_the_end(void **state)
{
    struct fixture *f = *state;
    int64_t started;

    hear_all(f);
    started = f->now += HOUR_MS;
    while (fixture_int(f, "SELECT count(*) FROM conversation WHERE summary <> ''") < CUSTOMERS) {
        f->now = next_at(f) > f->now ? next_at(f) : f->now;
        go_round(f, false);
        assert_true(f->now < started + 5000);
    }
}

static void messages_go_first_but_not_for_ever(void **state)
{
    struct fixture *f = *state;
    int64_t since;

    hear_all(f);
    f->now += HOUR_MS;
    go_round(f, true); /* nothing was done for an hour */
    assert_in_range(count_closed(f), 1, 20);
    since = f->now;
    for (int64_t closed = count_closed(f); count_closed(f) == closed && f->now < since + 1000; f->now++)
        go_round(f, true);
    assert_in_range(f->now - since, 50, 200);
}

static void nothing_is_written_to_profiles_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear_all(f);
    f->now += HOUR_MS;
    go_round(f, false);
    f->now += 20;
    go_round(f, false); /* and so on; */
    f->now += 1;
    chores_begin(&f->desk, true, f->now);
    assert_null(claim_track(f, 0));
    f->now += 2000;
    chores_begin(&f->desk, true, f->now);
    call = claim_track(f, 0);
    assert_non_null(call);
    call_free(call);
}

static void what_comes_alone_waits_for_nothing(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "your hours?");
    accept_all(f, claim(f));
    f->now += HOUR_MS;
    go_round(f, true);
    assert_int_equal(count_closed(f), 1);
    assert_string_equal(fixture_text(f, "SELECT outcome FROM conversation"), "answered");
}

static void a_shorter_time_is_applied_to_a_few_at_once(void **state)
{
    struct fixture *f = *state;
    int rounds = 0;

    hear_all(f);
    f->now += MINUTE_MS;
    fixture_load(f, SHOP("1 minute"));
    go_round(f, false);
    assert_int_equal(count_closed(f), 0);
    assert_in_range(fixture_int(f, "SELECT count(*) FROM conversation WHERE idle_at <= (SELECT min(idle_at) FROM conversation)"),
                    1, 100);
    while (count_closed(f) < CUSTOMERS) {
        f->now = next_at(f);
        go_round(f, false);
        assert_true(++rounds < 100);
    }
}

static void a_clock_that_is_set_back_stops_none_of_it(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear_all(f);
    f->now += HOUR_MS;
    go_round(f, false);
    int64_t closed = count_closed(f);

    f->now -= 2 * HOUR_MS;
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_clock_jumped(&f->desk, -2 * HOUR_MS, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    go_round(f, false);
    assert_true(count_closed(f) > closed);
}

/* As many texts as make a step. */
static void put_texts(struct fixture *f, int count)
{
    struct error error = { 0 };
    char sql[400];

    snprintf(sql, sizeof sql,
             "INSERT INTO message (conversation, at, kind, text) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
             "WHERE i < %d) SELECT 1, %lld, 'note', 'number ' || i FROM n", count, (long long)f->now);
    must(db_run(f->desk.db, sql, &error), &error);
}

static int64_t indexed(struct fixture *f)
{
    return fixture_int(f, "SELECT CAST(value AS INTEGER) FROM book WHERE name = 'search_next'");
}

static void texts_are_indexed_step_by_step_and_no_round_is_made_for_few(void **state)
{
    struct fixture *f = *state;
    int64_t first;

    hear(f, "ana", "your hours?");
    accept_all(f, claim(f));
    put_texts(f, 200);
    f->now += 2000;
    go_round(f, false);
    assert_int_equal(indexed(f), -1);
    assert_true(next_at(f) > f->now + 1000);
    put_texts(f, 8000);
    f->now += 2000;
    go_round(f, false);
    first = indexed(f);
    assert_in_range(first, 100, 3000);
    go_round(f, false);
    assert_int_equal(indexed(f), first);
    assert_in_range(next_at(f) - f->now, 1, 20);
    for (int i = 0; i < 20; i++) {
        f->now = next_at(f) < f->now + 1000 ? next_at(f) : f->now + 20;
        go_round(f, false);
    }
    assert_in_range(indexed(f), 7000, 8300);
}

static void texts_are_indexed_seldom_while_messages_come(void **state)
{
    struct fixture *f = *state;
    int64_t first;

    hear(f, "ana", "your hours?");
    accept_all(f, claim(f));
    put_texts(f, 8000);
    f->now += 2000;
    go_round(f, true);
    first = indexed(f);
    assert_true(first > 0);
    f->now += 600;
    go_round(f, true);
    assert_int_equal(indexed(f), first);
    f->now += 600;
    go_round(f, true);
    assert_true(indexed(f) > first);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, setup_audit)

static const struct CMUnitTest TESTS[] = {
    T(a_heap_is_taken_in_little_bits_with_pauses_between),
    T(all_of_it_is_done_in_the_end),
    T(messages_go_first_but_not_for_ever),
    T(nothing_is_written_to_profiles_meanwhile),
    T(what_comes_alone_waits_for_nothing),
    T(a_shorter_time_is_applied_to_a_few_at_once),
    T(a_clock_that_is_set_back_stops_none_of_it),
    T(texts_are_indexed_step_by_step_and_no_round_is_made_for_few),
    T(texts_are_indexed_seldom_while_messages_come),
};

int main(void)
{
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
