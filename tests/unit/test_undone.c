/* What desk keeps in memory beside the book is as true as the book when something is undone: a round, a step, a thing within. */
#include "desk/apart.h"
#include "desk/erasure.h"
#include "desk/idle.h"
#include "desk/retention.h"
#include "desk/upkeep.h"
#include "store/rulebook.h"
#include "tests/unit/call_case.h"

enum { HOUR_MS = 3600 * 1000 };

#define SHOP(idle)                                                                                                          \
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES "                                                     \
    "('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"                                          \
    "INSERT INTO setting (name, value) VALUES ('idle_close', '" idle "');\n"                                                \
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n"

static int setup(void **state)
{
    return setup_open(state, SHOP("1 hour"));
}

static void run(struct fixture *f, const char *sql)
{
    struct error error = { 0 };

    must(db_run(f->desk.db, sql, &error), &error);
}

static void begin(struct fixture *f)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
}

static void commit(struct fixture *f)
{
    struct error error = { 0 };

    must(desk_commit(&f->desk, &error), &error);
}

static void close_idle(struct fixture *f)
{
    struct error error = { 0 };

    f->desk.is_apart = true;
    begin(f);
    must(apart_run(&f->desk, STEP_IDLE, idle_run, f->now, &error), &error);
    commit(f);
    f->desk.is_apart = false;
}

static void what_a_step_has_pulled_is_pulled_again_when_it_was_undone(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    accept_all(f, claim(f));
    begin(f);
    assert_int_equal(idle_run(&f->desk, f->now, &(struct error){ 0 }), 0);
    commit(f);
    f->now += 60 * 1000;
    fixture_load(f, SHOP("1 minute"));
    run(f, "CREATE TRIGGER damage BEFORE UPDATE ON conversation WHEN old.id = 2 AND old.idle_at < new.opened_at + 1800000 "
           "BEGIN SELECT RAISE (ABORT, 'damaged'); END");
    close_idle(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation WHERE owner = 'closed'"), 0);
    run(f, "DROP TRIGGER damage");
    f->now += APART_REST_MS;
    close_idle(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation WHERE owner = 'closed'"), 2);
}

static void hit_the_bounds(struct fixture *f)
{
    struct error error = { 0 };

    for (int i = 0; i < RULE_TROUBLE_MAX; i++)
        must(desk_note_limit(&f->desk, "hours", f->now, &error), &error);
    assert_string_equal(f->desk.disabled_rules[0], "hours");
}

static void a_rule_is_in_play_again_when_what_has_put_it_out_is_undone(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    begin(f);
    hit_the_bounds(f);
    desk_rollback(&f->desk);
    assert_null(f->desk.disabled_rules[0]);

    begin(f);
    must(db_mark(f->desk.db, &error), &error);
    hit_the_bounds(f);
    desk_undo(&f->desk);
    assert_null(f->desk.disabled_rules[0]);
    commit(f);

    begin(f);
    hit_the_bounds(f);
    commit(f);
    begin(f);
    desk_rollback(&f->desk);
    assert_string_equal(f->desk.disabled_rules[0], "hours");
}

static void a_lane_is_as_before_when_a_round_is_undone(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct lane lane = { .name = "braze", .state = "limited", .until_at = f->now + 60 * 1000 };

    begin(f);
    must(health_worsen(&f->desk.health, f->desk.db, &lane, f->now, &error), &error);
    desk_rollback(&f->desk);
    assert_int_equal(f->desk.health.count, 0);
}

/* A jump is followed in each round until one succeeds: what is kept of Braze's own count must not go further with each. */
static void a_round_that_is_undone_counts_no_call_and_follows_no_clock(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct answer nearly = of(ANSWER_ACCEPTED);
    struct call *calls;

    nearly.remaining = 9;
    nearly.limit = 1000;
    nearly.reset_in_ms = 10 * 1000;
    hear(f, "ana", "hours?");
    settle(f, claim(f), nearly, 201);
    hear(f, "ana", "hours?");
    assert_int_equal(next_at(f, 0), f->now + 1000);
    f->now += HOUR_MS;
    for (int i = 0; i < 3; i++) {
        begin(f);
        must(upkeep_clock_jumped(&f->desk, HOUR_MS, f->now, &error), &error);
        desk_rollback(&f->desk);
    }
    begin(f);
    must(upkeep_clock_jumped(&f->desk, HOUR_MS, f->now, &error), &error);
    commit(f);
    assert_int_equal(next_at(f, 0), f->now + 1000);
    assert_int_equal(retention_next_at(&f->desk), f->now + RETENTION_AFTER_MS);
    f->now += 1000;
    for (int i = 0; i < 3; i++) {
        begin(f);
        must(dispatch_claim(&f->desk, f->now, 0, &calls, &error), &error);
        assert_int_equal(length(calls), 1);
        call_free(calls);
        desk_rollback(&f->desk);
    }
    settle(f, claim(f), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(f->desk.health.counts.used, 1); /* since the hour is another than the first one's */
}

/* It waits for whoever reads, and was to be looked at again by the old clock. */
static void an_erasure_goes_on_when_the_clock_is_set_back(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct db *reader = db_open(f->path, DB_READER, &error);

    hear(f, "ana", "hours?");
    accept_all(f, claim(f));
    must(db_read_begin(reader, &error), &error);
    must(db_run(reader, "SELECT count(*) FROM message", &error), &error);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    for (int i = 0; i < 5; i++, f->now += 1000)
        must(erasure_finish(&f->desk, f->now, &error), &error);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "pages");
    db_read_end(reader);
    db_close(reader);
    f->now -= 24 * HOUR_MS;
    begin(f);
    must(upkeep_clock_jumped(&f->desk, -24 * HOUR_MS, f->now, &error), &error);
    commit(f);
    for (int i = 0; i < 5; i++, f->now += 1000) {
        begin(f);
        must(erasure_run(&f->desk, f->now, &error), &error);
        commit(f);
        must(erasure_scrub(&f->desk, f->now, &error), &error);
    }
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "done");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)
        TEST(what_a_step_has_pulled_is_pulled_again_when_it_was_undone),
        TEST(a_rule_is_in_play_again_when_what_has_put_it_out_is_undone),
        TEST(a_lane_is_as_before_when_a_round_is_undone),
        TEST(a_round_that_is_undone_counts_no_call_and_follows_no_clock),
        TEST(an_erasure_goes_on_when_the_clock_is_set_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
