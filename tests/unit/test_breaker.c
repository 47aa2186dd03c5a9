/* breaker: a backend in trouble is left alone, tried by one question when its moment has come, and asked again when it is well. */
#include "desk/breaker.h"
#include "tests/lib/asking.h"

static const char RULES[] = ASKING_SHOP
    "INSERT INTO backend (name, kind, settle_ms) VALUES ('book', 'faq', 0);\n"
    "INSERT INTO faq (question, answer) VALUES ('Is there parking?', 'Behind the house.');\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms, turn_deadline) VALUES\n"
    " ('wise', 'openai', " ASKING_URL ", 'm', 0, '30 seconds');\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms, fallback) VALUES\n"
    " ('safe', 'openai', " ASKING_URL ", 'm', 0, 'book');\n"
    "INSERT INTO rule (name, words, action, target) VALUES\n"
    " ('why', 'why', 'consult', 'wise'), ('park', 'parking', 'consult', 'safe');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static int64_t lanes(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM lane");
}

static int64_t failures(struct fixture *f)
{
    return fixture_int(f, "SELECT coalesce(max(failures), 0) FROM lane");
}

static int64_t until_at(struct fixture *f)
{
    return fixture_int(f, "SELECT until_at FROM lane");
}

static void hear_many(struct fixture *f, const char *text, int count)
{
    char user[16];

    for (int i = 0; i < count; i++) {
        snprintf(user, sizeof user, "u%d", i);
        hear(f, user, text);
    }
}

static struct consult_end fails(void)
{
    return answered(500, "{}");
}

/* One after the other; each question goes on to the FAQ in the end. */
static void fail_often(struct fixture *f, int times)
{
    for (int i = 0; i < times; i++) {
        f->now += SECOND_MS;
        if (i % 2 == 0)
            hear(f, "ana", "is there parking");
        settle(f, claim_one(f), fails());
    }
    claim_none(f);
}

static void two_failures_change_nothing_and_the_third_opens(void **state)
{
    struct fixture *f = *state;

    fail_often(f, 2);
    assert_int_equal(failures(f), 2);
    assert_int_equal(breaker_wait(&f->desk, "safe", f->now), 0);
    assert_string_equal(said(f), "Behind the house.");
    f->now += SECOND_MS;
    hear(f, "ana", "is there parking");
    settle(f, claim_one(f), fails());
    assert_int_equal(failures(f), 3);
    assert_in_range(breaker_wait(&f->desk, "safe", f->now), f->now + 500, f->now + 1000);
}

/* Its first failure, which alone would be tried again; but it has opened the circuit. */
static void nobody_is_asked_once_more_through_an_open_circuit(void **state)
{
    struct fixture *f = *state;

    fail_often(f, 2);
    f->now += SECOND_MS;
    hear(f, "ben", "is there parking");
    settle(f, claim_one(f), fails());
    assert_string_equal(fixture_text(f, "SELECT sent_by FROM outbox WHERE kind = 'consult' ORDER BY id DESC LIMIT 1"), "book");
    claim_none(f);
    assert_string_equal(said(f), "Behind the house.|Behind the house.");
    hear(f, "cat", "is there parking");
    claim_none(f);
    assert_string_equal(said(f), "Behind the house.|Behind the house.|Behind the house.");
}

static void those_that_were_under_way_together_open_it_for_no_longer(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls;
    int64_t opened_until;

    hear_many(f, "is there parking", 6);
    calls = claim(f);
    assert_int_equal(count_calls(calls), 6);
    settle(f, pop(&calls), limits("7"));
    assert_int_equal(failures(f), 3);
    opened_until = until_at(f);
    assert_int_equal(opened_until, f->now + 7 * SECOND_MS);
    while (calls != NULL) {
        f->now += 100;
        settle(f, pop(&calls), fails());
    }
    assert_int_equal(failures(f), 3);
    assert_int_equal(until_at(f), opened_until);
    claim_none(f);
}

/* Twenty that were under way when the line broke tell of one broken line. */
static void failures_of_one_moment_are_one(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls;

    hear_many(f, "is there parking", 6);
    calls = claim(f);
    f->now += SECOND_MS;
    while (calls != NULL)
        settle(f, pop(&calls), fails());
    assert_int_equal(failures(f), 1);
    assert_int_equal(breaker_wait(&f->desk, "safe", f->now), 0);
}

static void one_question_is_the_trial_and_the_others_go_on(void **state)
{
    struct fixture *f = *state;
    struct consult_call *trial;

    hear(f, "ana", "is there parking");
    settle(f, claim_one(f), limits("5"));
    claim_none(f);
    f->now += 5 * SECOND_MS;
    hear_many(f, "is there parking", 3);
    trial = claim_one(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'consult' AND sent_by = 'book'"), 3);
    settle(f, trial, says("It is well."));
    assert_int_equal(lanes(f), 0);
    hear_many(f, "is there parking", 3);
    trial = claim(f);
    assert_int_equal(count_calls(trial), 3);
    consult_call_free(trial);
}

static void a_trial_that_fails_opens_it_for_longer(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "is there parking");
    settle(f, claim_one(f), limits("5"));
    claim_none(f);
    f->now += 5 * SECOND_MS;
    hear(f, "ben", "is there parking");
    f->now += 10;
    settle(f, claim_one(f), fails());
    assert_int_equal(failures(f), 4);
    assert_in_range(until_at(f), f->now + 1000, f->now + 2000);
    claim_none(f);
}

/* Nobody waited for it any more; that it has no answer is our doing. */
static void a_call_that_was_broken_off_says_nothing_of_the_backend(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    for (int i = 0; i < 3; i++) {
        call = claim_one(f);
        hear(f, "ana", "why on");
        settle(f, call, lost());
    }
    assert_int_equal(lanes(f), 0);
    settle(f, claim_one(f), lost());
    assert_int_equal(failures(f), 1);
}

static void who_refuses_is_there(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 4; i++) {
        hear(f, "ana", "why");
        settle(f, claim_one(f), answered(400, "{}"));
    }
    assert_int_equal(lanes(f), 0);
}

/* Its key is not set, or its host leads to where it may not: a second try comes to the same. */
static void what_no_second_try_mends_opens_it_at_once(void **state)
{
    struct fixture *f = *state;
    struct consult_end refused;

    consult_end_refuse("the variable WISE_KEY is not set", &refused);
    hear(f, "ana", "is there parking");
    settle(f, claim_one(f), refused);
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM lane"),
                        "stopped: the variable WISE_KEY is not set");
    assert_true(until_at(f) > f->now);
    claim_none(f);
    assert_string_equal(said(f), "Behind the house.");
}

static void an_open_circuit_is_waited_for_where_nobody_else_can_be_asked(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    settle(f, claim_one(f), limits("5"));
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'joe'}"), 200);
    hear(f, "ben", "why");
    claim_none(f);
    assert_string_equal(question_state(f), "due");
    f->now += 4 * SECOND_MS;
    claim_none(f);
    f->now += 1 * SECOND_MS;
    settle(f, claim_one(f), says("At last."));
    assert_string_equal(question_state(f), "accepted");
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE conversation = 2 AND kind = 'out'"), "At last.");
}

/* Who was told to come later, and has nobody else to ask, comes later. */
static void who_was_told_to_wait_waits_where_nobody_else_can_be_asked(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    settle(f, claim_one(f), limits("5"));
    claim_none(f);
    assert_string_equal(question_state(f), "due");
    f->now += 4 * SECOND_MS;
    claim_none(f);
    f->now += 1 * SECOND_MS;
    settle(f, claim_one(f), says("At last."));
    assert_string_equal(said(f), "At last.");
}

/* Half a minute from then, by the fixture's clock. */
static void a_vendor_may_say_by_a_date_when_to_come(void **state)
{
    struct fixture *f = *state;

    f->now = INT64_C(1778490000000); /* 2026-05-11 09:00:00 UTC */
    hear(f, "ana", "is there parking");
    settle(f, claim_one(f), limits("Mon, 11 May 2026 09:00:30 GMT"));
    assert_int_equal(until_at(f), f->now + 30 * SECOND_MS);
}

static void an_open_circuit_is_not_waited_for_beyond_the_turn(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    settle(f, claim_one(f), limits("60"));
    f->now += SECOND_MS;
    hear(f, "ben", "why");
    claim_none(f);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM outbox WHERE kind = 'consult'"), "dead,dead");
    assert_string_equal(said(f), "Sorry.|Sorry.");
}

static void new_rules_try_a_stopped_backend_at_once(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "is there parking");
    for (int i = 0; i < 4; i++) { /* until it waits for long */
        settle(f, claim_one(f), answered(401, "{}"));
        claim_none(f);
        f->now = until_at(f);
        hear(f, "ana", "is there parking");
    }
    settle(f, claim_one(f), answered(401, "{}"));
    claim_none(f);
    assert_string_equal(fixture_text(f, "SELECT state FROM lane"), "stopped");
    assert_true(until_at(f) > f->now + SECOND_MS);
    hear(f, "ben", "is there parking");
    claim_none(f);
    fixture_load(f, RULES);
    hear(f, "cat", "is there parking");
    settle(f, claim_one(f), says("With the new key."));
    assert_int_equal(lanes(f), 0);
}

/* Nobody would ever try it again, and `status` would complain of it for good. */
static void a_backend_that_left_the_rules_has_no_circuit(void **state)
{
    struct fixture *f = *state;
    struct consult_call *late;

    hear(f, "ben", "is there parking");
    late = claim_one(f);
    hear(f, "ana", "is there parking");
    settle(f, claim_one(f), answered(401, "{}"));
    assert_int_equal(lanes(f), 1);
    fixture_load(f, ASKING_SHOP);
    assert_int_equal(lanes(f), 0);
    settle(f, late, answered(401, "{}"));
    assert_int_equal(lanes(f), 0);
}

static void fail_apart(struct fixture *f, const char *user)
{
    hear(f, user, "why");
    f->now += SECOND_MS;
    settle(f, claim_one(f), fails());
    f->now += MINUTE_MS;
    claim_none(f);
}

/* What failed before the jump is no failure to come. */
static void a_clock_that_is_set_back_keeps_no_circuit_closed(void **state)
{
    struct fixture *f = *state;

    fail_apart(f, "ana");
    jump(f, -HOUR_MS);
    fail_apart(f, "ben");
    assert_int_equal(failures(f), 2);
    fail_apart(f, "cat");
    assert_int_equal(failures(f), 3);
}

static void lanes_that_are_read_know_of_no_moment(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct lane lane = { .noted_at = 4711, .is_probing = true };
    size_t count;

    hear(f, "ana", "why");
    settle(f, claim_one(f), answered(401, "{}"));
    assert_int_equal(lane_list(f->desk.db, &lane, 1, &count, &error), 0);
    assert_int_equal(count, 1);
    assert_int_equal(lane.noted_at, 0);
    assert_false(lane.is_probing);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_failures_change_nothing_and_the_third_opens),
        TEST(nobody_is_asked_once_more_through_an_open_circuit),
        TEST(those_that_were_under_way_together_open_it_for_no_longer),
        TEST(failures_of_one_moment_are_one),
        TEST(one_question_is_the_trial_and_the_others_go_on),
        TEST(a_trial_that_fails_opens_it_for_longer),
        TEST(a_call_that_was_broken_off_says_nothing_of_the_backend),
        TEST(who_refuses_is_there),
        TEST(what_no_second_try_mends_opens_it_at_once),
        TEST(an_open_circuit_is_waited_for_where_nobody_else_can_be_asked),
        TEST(who_was_told_to_wait_waits_where_nobody_else_can_be_asked),
        TEST(a_vendor_may_say_by_a_date_when_to_come),
        TEST(an_open_circuit_is_not_waited_for_beyond_the_turn),
        TEST(new_rules_try_a_stopped_backend_at_once),
        TEST(a_clock_that_is_set_back_keeps_no_circuit_closed),
        TEST(lanes_that_are_read_know_of_no_moment),
        TEST(a_backend_that_left_the_rules_has_no_circuit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
