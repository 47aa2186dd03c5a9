/* health: when calls may go, how many, and what a lane's trouble does to the rows that wait for it. */
#include "tests/unit/call_case.h"

/* Or a reply whose fate is unknown would be sent a third time, and one that was refused in a batch spoil the next. */
static void what_waits_for_a_lane_keeps_what_is_known_of_it(void **state)
{
    struct fixture *f = *state;
    struct lane lane = { .name = "campaign reply", .state = "stopped", .until_at = f->now + 7200 * 1000 };
    struct error error = { 0 };

    hear(f, "ana", "hours");
    settle(f, claim(f), of(ANSWER_AMBIGUOUS), 0);
    f->now += 3600 * 1000;
    must(desk_begin(&f->desk, &error), &error);
    must(health_worsen(&f->desk.health, f->desk.db, &lane, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_null(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state || ' ' || failures || is_single || is_ambiguous || ' ' || reason FROM outbox"),
                        "due 111 its lane is stopped; see frontdesk status");
    assert_int_equal(fixture_int(f, "SELECT due_at FROM outbox"), f->now + 3600 * 1000);
}

/* A row is suspected from its third failure on, where Braze is well; of an unknown fate Braze is suspected all the same. */
static void when_a_failure_is_the_rows_own(void **state)
{
    static const struct {
        enum answer_class class;
        int lanes, failures;
    } ends[] = { { ANSWER_NOT_DONE, 1, 1 }, { ANSWER_NOT_DONE, 1, 2 }, { ANSWER_NOT_DONE, 0, 3 }, { ANSWER_AMBIGUOUS, 1, 4 } };
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        settle(f, claim(f), of(ends[i].class), 503);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), ends[i].lanes);
        assert_int_equal(fixture_int(f, "SELECT failures FROM outbox"), ends[i].failures);
        must(desk_begin(&f->desk, &error), &error);
        must(health_heal(&f->desk.health, f->desk.db, "braze", f->now, &error), &error); /* others get through */
        must(desk_commit(&f->desk, &error), &error);
        f->now += 3600 * 1000;
    }
}

/* Then its lane stays as it is, and only the row can wait for as long as the answer asks. */
static void a_row_that_fails_by_itself_waits_for_as_long_as_the_answer_asks(void **state)
{
    static const int64_t ASKED[] = { 0, 600 * 1000, 3600 * 1000 };
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours");
    for (size_t i = 0; i < 2 + sizeof ASKED / sizeof *ASKED; i++) {
        struct answer failed = of(ANSWER_NOT_DONE);

        failed.wait_ms = i < 2 ? 0 : ASKED[i - 2];
        settle(f, claim(f), failed, 503);
        if (i >= 2) {
            assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
            assert_true(fixture_int(f, "SELECT due_at FROM outbox") >= f->now + failed.wait_ms);
            assert_true(fixture_int(f, "SELECT due_at FROM outbox") <= f->now + (failed.wait_ms > 0 ? failed.wait_ms : 60 * 1000));
        }
        must(desk_begin(&f->desk, &error), &error);
        must(health_heal(&f->desk.health, f->desk.db, "braze", f->now, &error), &error); /* others get through */
        must(desk_commit(&f->desk, &error), &error);
        f->now += 3600 * 1000;
    }
}

static void limits_are_obeyed(void **state)
{
    struct fixture *f = *state;
    struct answer later = of(ANSWER_LATER);

    hear_many(f, 2);
    later.wait_ms = 60000;
    settle(f, claim(f), later, 0);
    f->now += 59999;
    assert_null(claim(f));
    fixture_reopen(f, true); /* a restart forgets no wait */
    assert_null(claim(f));
    f->now += 6002;
    call_free(claim(f));
    assert_int_equal(fixture_int(f, "SELECT max(failures) FROM outbox"), 0);
}

static void the_hour_has_a_share(void **state)
{
    struct fixture *f = *state;

    fixture_load(
        f,
        "INSERT INTO setting (name, value) VALUES ('calls_per_hour', '2');"
        "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('r', 'whatsapp', 'c1', 'response');"
        "INSERT INTO rule (name, say) VALUES ('all', 'hi');");
    for (int i = 0; i < 4; i++) {
        char user[16];
        struct call *call;

        snprintf(user, sizeof user, "u%d", i);
        hear(f, user, "hours");
        call = claim(f);
        assert_int_equal(call != NULL, i < 2);
        if (call != NULL)
            settle(f, call, of(ANSWER_ACCEPTED), 0);
    }
    f->now += 3600 * 1000;
    call_free(claim(f));
    assert_int_equal(count_state(f, "claimed"), 2);
}

/* Too early, and the engine goes round and round; too late, and the customer waits. */
static void the_next_look_is_when_something_may_leave(void **state)
{
    struct fixture *f = *state;
    struct answer limited = of(ANSWER_LATER);

    assert_true(next_at(f, 0) == INT64_MAX); /* nothing is there */
    hear(f, "ana", "hours");
    assert_int_equal(next_at(f, 0), f->now);
    assert_int_equal(next_at(f, 3), f->now);
    assert_true(next_at(f, 4) == INT64_MAX); /* all are under way: an answer wakes the engine */
    limited.wait_ms = 60000;
    settle(f, claim(f), limited, 0);
    assert_in_range(next_at(f, 0), f->now + 60000, f->now + 66000);
    assert_int_equal(next_at(f, 0), fixture_int(f, "SELECT until_at FROM lane"));
    assert_int_equal(next_at(f, 4), fixture_int(f, "SELECT until_at FROM lane")); /* whatever comes of those four */
    f->now += 66001;
    assert_int_equal(next_at(f, 0), fixture_int(f, "SELECT due_at FROM outbox"));
    settle(f, claim(f), of(ANSWER_ACCEPTED), 201);
    assert_true(next_at(f, 0) == INT64_MAX);
}

/* The last fiftieth of what Braze grants is spread over the rest of its window. */
static void the_last_of_brazes_own_limit_is_spread(void **state)
{
    static const struct {
        int64_t remaining, limit, reset_in_ms, wait_ms;
    } said[] = {
        { 20, 1000, 600000, 0 },    { 19, 1000, 600000, 30000 }, { 0, 1000, 600000, 600000 },
        { -1, 1000, 600000, 0 },    { 0, -1, 600000, 0 },        { 0, 1000, -1, 0 },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct answer answer = of(ANSWER_ACCEPTED);

        answer.remaining = said[i].remaining;
        answer.limit = said[i].limit;
        answer.reset_in_ms = said[i].reset_in_ms;
        hear(f, "ana", "hours");
        settle(f, claim(f), answer, 201);
        hear(f, "ana", "hours");
        assert_int_equal(next_at(f, 0), f->now + said[i].wait_ms);
        if (said[i].wait_ms > 0) {
            f->now += said[i].wait_ms - 1;
            assert_null(claim(f));
            f->now++;
        }
        settle(f, claim(f), of(ANSWER_ACCEPTED), 201);
    }
}

/* One, two, four: what has just come back is not buried under what has waited. */
static void behind_a_trouble_calls_come_back_by_and_by(void **state)
{
    struct fixture *f = *state;
    struct call *calls;

    hear_many(f, 600);
    calls = claim(f);
    assert_int_equal(length(calls), 4);
    for (struct call *next; calls != NULL; calls = next) {
        next = calls->next;
        calls->next = NULL;
        settle(f, calls, of(ANSWER_NOT_SENT), 0);
    }
    f->now += 60 * 1000;
    for (size_t wanted = 1; wanted <= 4; wanted *= 2) {
        calls = claim(f);
        assert_int_equal(length(calls), wanted);
        accept_all(f, calls);
    }
}

/* What is left of the window keeps its length when the clock jumps; where nothing is spread, nothing begins to be. */
static void a_spread_keeps_its_length_when_the_clock_jumps_over_it(void **state)
{
    static const int64_t JUMPS[] = { 24 * 3600 * 1000, -24 * 3600 * 1000 };
    static const char *const PATHS[] = { "/campaigns/trigger/send", "/users/track" };
    struct fixture *f = *state;
    struct answer nearly = of(ANSWER_ACCEPTED);
    struct error error = { 0 };
    bool ignored;

    nearly.remaining = 0;
    nearly.limit = 1000;
    nearly.reset_in_ms = 60 * 1000;
    for (size_t i = 0; i < 4; i++) {
        struct health health = { 0 };
        const char *path = PATHS[i / 2];
        int64_t now = f->now + JUMPS[i % 2], until = now + 60 * 1000, none = 0;

        must(health_note(&health, f->desk.db, &nearly, path, "", f->now, 0, &ignored, &error), &error);
        must(health_shift(&health, f->desk.db, JUMPS[i % 2], now, &error), &error);
        assert_int_equal(health_wait_until(&health, now, 1000), i / 2 == 0 ? until : none);
        assert_int_equal(health_block_track(&health, now, &ignored), i / 2 == 1 ? until : none);
        assert_int_equal(health_wait_until(&health, until, 1000), 0);
        assert_int_equal(health_block_track(&health, until, &ignored), 0);
    }
}

/* However many may be under way at once. */
static void a_share_that_is_smaller_than_what_may_be_under_way_is_a_share(void **state)
{
    struct fixture *f = *state;
    struct call *calls;

    fixture_load(f, "INSERT INTO setting (name, value) VALUES ('calls_per_hour', '3');"
                    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('r', 'whatsapp', 'c1', 'response');"
                    "INSERT INTO rule (name, say) VALUES ('all', 'hi');");
    hear(f, "ana", "hours");
    calls = claim(f);
    assert_int_equal(length(calls), 1);
    hear_many(f, 400);
    calls->next = claim_beside(f, 1);
    assert_int_equal(length(calls), 3);
    accept_all(f, calls);
    assert_null(claim(f));
    f->now += 3600 * 1000;
    calls = claim(f);
    assert_int_equal(length(calls), 3);
    accept_all(f, calls);
    assert_null(claim(f));
}

static void a_used_up_share_lasts_until_the_full_hour(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, "INSERT INTO setting (name, value) VALUES ('calls_per_hour', '1');"
                    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('r', 'whatsapp', 'c1', 'response');"
                    "INSERT INTO rule (name, say) VALUES ('all', 'hi');");
    hear(f, "ana", "hours");
    settle(f, claim(f), of(ANSWER_ACCEPTED), 201);
    hear(f, "ben", "hours");
    assert_int_equal(next_at(f, 0), 1778500800000); /* it is 11:46:40 */
    f->now = 1778500799999;
    assert_null(claim(f));
    f->now = 1778500800000;
    assert_int_equal(next_at(f, 0), 1778500000000);
    call_free(claim(f));
    assert_int_equal(count_state(f, "claimed"), 1);
}

/* Where the book does not take what is known of a lane, it is known all the same. */
static void a_lane_that_cannot_be_written_down_is_left_alone_in_its_time(void **state)
{
    static const char *const DAMAGES[] = { "lane", "event" };

    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        struct fixture *f = *state;
        struct error error = { 0 };
        struct answer limited = of(ANSWER_LATER);
        char sql[200];

        snprintf(sql, sizeof sql, "CREATE TRIGGER damage BEFORE INSERT ON %s BEGIN SELECT RAISE (ABORT, 'damaged'); END", DAMAGES[i]);
        hear(f, "ana", "hours");
        must(db_run(f->desk.db, sql, &error), &error);
        limited.wait_ms = 60000;
        settle(f, claim(f), limited, 429);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), i);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name LIKE 'defect %'"), 1);
        f->now += 59999;
        assert_null(claim(f));
        f->now += 6002;
        settle(f, claim(f), of(ANSWER_ACCEPTED), 201);
        assert_int_equal(next_at(f, 0), INT64_MAX);
        assert_int_equal(count_state(f, "accepted"), i + 1);
        assert_int_equal(f->desk.health.count, 0);
        must(db_run(f->desk.db, "DROP TRIGGER damage", &error), &error);
    }
}

/* The look at a lane that was stopped must not cost the text that looks. */
static void a_probe_that_cannot_be_written_down_leaves_all_the_same(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct answer stopped = of(ANSWER_STOPPED);

    stopped.scope = SCOPE_CAMPAIGN;
    hear(f, "ana", "hours");
    settle(f, claim(f), stopped, 400);
    must(db_run(f->desk.db, "CREATE TRIGGER damage BEFORE UPDATE ON lane BEGIN SELECT RAISE (ABORT, 'damaged'); END", &error), &error);
    f->now += 3600 * 1000;
    settle(f, claim(f), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(count_state(f, "accepted"), 1);
}

/* Also into memory that was in use: after a round that was undone, what a lane was thought of since must not linger. */
static void a_lane_is_read_as_it_was_written_last(void **state)
{
    struct fixture *f = *state;
    struct lane lane = { .name = "braze", .state = "limited", .until_at = 5, .failures = 1, .reason = "first" }, read[2];
    struct error error = { 0 };
    size_t count;

    must(lane_put(f->desk.db, &lane, 10, &error), &error);
    lane = (struct lane){ .name = "braze", .state = "limited", .until_at = 7, .failures = 2, .reason = "second" };
    must(lane_put(f->desk.db, &lane, 20, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT changed_at FROM lane"), 10);
    read[0] = (struct lane){ .is_probing = true, .noted_at = 9 };
    must(lane_list(f->desk.db, read, 2, &count, &error), &error);
    assert_int_equal(count, 1);
    assert_string_equal(read[0].name, "braze");
    assert_string_equal(read[0].state, "limited");
    assert_string_equal(read[0].reason, "second");
    assert_int_equal(read[0].until_at, 7);
    assert_int_equal(read[0].failures, 2);
    assert_int_equal(read[0].noted_at, 0);
    assert_false(read[0].is_probing);
    snprintf(lane.state, sizeof lane.state, "stopped");
    must(lane_put(f->desk.db, &lane, 30, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT changed_at FROM lane"), 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_close)
        TEST(what_waits_for_a_lane_keeps_what_is_known_of_it),
        TEST(when_a_failure_is_the_rows_own),
        TEST(a_row_that_fails_by_itself_waits_for_as_long_as_the_answer_asks),
        TEST(limits_are_obeyed),
        TEST(the_hour_has_a_share),
        TEST(the_next_look_is_when_something_may_leave),
        TEST(the_last_of_brazes_own_limit_is_spread),
        TEST(a_spread_keeps_its_length_when_the_clock_jumps_over_it),
        TEST(behind_a_trouble_calls_come_back_by_and_by),
        TEST(a_share_that_is_smaller_than_what_may_be_under_way_is_a_share),
        TEST(a_used_up_share_lasts_until_the_full_hour),
        TEST(a_lane_that_cannot_be_written_down_is_left_alone_in_its_time),
        TEST(a_probe_that_cannot_be_written_down_leaves_all_the_same),
        TEST(a_lane_is_read_as_it_was_written_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
