/* notify_lane: when an endpoint of another desk is called, after what came of earlier tries. No row leaves: the ends are told. */
#include "desk/notify_lane.h"
#include "desk/notify_end.h"
#include "tests/lib/calling.h"

static const char RULES[] =
    "INSERT INTO team (name, notify_url, notify_secret_env) VALUES ('night', 'https://pager.example.com/k', 'PAGER');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('night', 'night', 'handoff', 'night');\n";

static char TARGET[] = "notify night";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static struct notify_end answered(int status)
{
    struct wire wire = { .end = WIRE_ANSWERED, .status = status };
    struct notify_end end;

    notify_end_read(&wire, 0, 5, &end);
    return end;
}

/* One that left at that moment ends now. */
static void end_one(struct fixture *f, int64_t claimed_at, int status)
{
    const struct notify_call call = { .row = { .target = TARGET }, .claimed_at = claimed_at };
    const struct notify_end end = answered(status);
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(notify_lane_note(&f->desk, &call, &end, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

static void leave(struct fixture *f)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(notify_lane_leave(&f->desk, TARGET, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

static int free_now(struct fixture *f)
{
    return notify_lane_free(&f->desk, TARGET, 0, f->now);
}

static void those_that_fail_together_are_one_failure(void **state)
{
    struct fixture *f = *state;
    int64_t claimed_at = f->now;

    f->now += 10;
    for (int i = 0; i < NOTIFY_CALLS_EACH; i++)
        end_one(f, claimed_at, 500);
    assert_int_equal(free_now(f), NOTIFY_CALLS_EACH);
    assert_int_equal(notify_lane_free(&f->desk, TARGET, NOTIFY_CALLS_EACH - 1, f->now), 1);
    for (int i = 1; i < NOTIFY_FAILURES; i++) {
        claimed_at = f->now += 10;
        f->now += 10;
        end_one(f, claimed_at, 500);
    }
    assert_int_equal(free_now(f), 0);
}

static void what_no_second_try_mends_stops_it_at_once(void **state)
{
    struct fixture *f = *state;

    end_one(f, f->now - 10, 401);
    assert_int_equal(free_now(f), 0);
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM lane"), "stopped: it answered 401");
}

static void of_a_stopped_one_a_single_row_is_the_trial(void **state)
{
    struct fixture *f = *state;

    end_one(f, f->now - 10, 401);
    f->now = notify_lane_opens_at(&f->desk, TARGET);
    assert_int_equal(free_now(f), 1);
    assert_int_equal(notify_lane_free(&f->desk, TARGET, 1, f->now), 0);
    leave(f);
    assert_int_equal(free_now(f), 0);
    end_one(f, f->now, 401); /* fails in the same millisecond, and counts */
    assert_in_range(notify_lane_opens_at(&f->desk, TARGET) - f->now, 1000, 2000); /* the second rung, and its jitter */
    assert_int_equal(fixture_int(f, "SELECT failures FROM lane"), NOTIFY_FAILURES + 1);
    f->now = notify_lane_opens_at(&f->desk, TARGET);
    leave(f);
    end_one(f, f->now, 200);
    assert_int_equal(free_now(f), NOTIFY_CALLS_EACH);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
}

static void what_waited_only_for_a_closed_lane_waits_no_longer_when_it_opens(void **state)
{
    static const char PUT_OFF[] = "UPDATE outbox SET due_at = 9000000000000 WHERE kind = 'notify'";
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "mia", "night");
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, PUT_OFF, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    end_one(f, f->now - 10, 500); /* one failure: the row may be to blame, and waits by itself */
    end_one(f, f->now, 200);
    assert_int_equal(fixture_int(f, "SELECT due_at FROM outbox WHERE kind = 'notify'"), INT64_C(9000000000000));
    end_one(f, f->now - 10, 401);
    f->now = notify_lane_opens_at(&f->desk, TARGET);
    leave(f);
    end_one(f, f->now, 200);
    assert_int_equal(fixture_int(f, "SELECT due_at FROM outbox WHERE kind = 'notify'"), f->now);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(those_that_fail_together_are_one_failure),
        CASE(what_no_second_try_mends_stops_it_at_once),
        CASE(of_a_stopped_one_a_single_row_is_the_trial),
        CASE(what_waited_only_for_a_closed_lane_waits_no_longer_when_it_opens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
