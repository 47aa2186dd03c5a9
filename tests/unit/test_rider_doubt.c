/*
 * rider, dispatch_track: what rides with a text, while nobody knows what has become of a request before it; and how long what is to
 * be written waits for a text.
 */
#include "tests/lib/riding.h"

/* A text that is taken later than any other request may be applied. */
static void let_a_text_be_taken(struct fixture *f)
{
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
}

static const char *track_rows(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(state || ' ' || (due_at - created_at), '; ') FROM outbox WHERE kind = 'track'");
}

/* Fates -------------------------------------------------------------------------------------------------------------- */

/* It may still be applied, and behind what leaves right after the start. */
static void what_rides_behind_a_call_that_a_kill_cut_off_is_set_again(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    let_a_text_be_taken(f);
    set(f, ana, "busy", "1", true);
    call_free(claim_one(f, "\"busy\":1"));
    fixture_reopen(f, true);
    f->now += 1000;
    hear_from(f, ANA, "hours");
    set(f, ana, "busy", "2", true);
    settle(f, claim_one(f, "\"attributes\":{\"busy\":2}"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy 2 2?");
    f->now += TRACK_APART_MS;
    settle(f, claim_one(f, "\"_update_existing_only\":true,\"busy\":2"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy 2 2");
}

static void what_rides_behind_a_text_of_unknown_fate_is_set_again(void **state)
{
    static const struct {
        enum answer_class class;
        int status;
        bool is_in_doubt; /* whether Braze may have taken it behind a gateway that gave up; a 503 has not been taken */
    } ends[] = {
        { ANSWER_AMBIGUOUS, 0, true }, { ANSWER_NOT_DONE, 504, true }, { ANSWER_NOT_DONE, 500, true }, { ANSWER_NOT_DONE, 503, false },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char who[40], first[60], second[60], a[8], b[8];
        int64_t contact;

        snprintf(who, sizeof who, "'user_id':'u%zu'", i);
        snprintf(first, sizeof first, "\"attributes\":{\"busy\":\"a%zu\"}", i);
        snprintf(second, sizeof second, "\"attributes\":{\"busy\":\"b%zu\"}", i);
        snprintf(a, sizeof a, "\"a%zu\"", i);
        snprintf(b, sizeof b, "\"b%zu\"", i);
        contact = meet(f, who, "hours");
        set(f, contact, "busy", a, true);
        settle(f, claim_one(f, first), of(ends[i].class), ends[i].status);
        set(f, contact, "busy", b, true);
        f->now += TRACK_APART_MS - 1; /* the text goes again in 2 to 5 seconds */
        settle(f, claim_one(f, second), of(ANSWER_ACCEPTED), 201);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE sent IS NOT NULL"), ends[i].is_in_doubt);
        f->now += TRACK_APART_MS;
        if (!ends[i].is_in_doubt) {
            assert_quiet(f);
            continue;
        }
        settle(f, claim_one(f, "_update_existing_only"), of(ANSWER_ACCEPTED), 201);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE sent IS NOT NULL"), 0);
    }
}

/* The text is given up; what rode goes by itself, and not so soon that the text could undo it. */
static void a_call_keeps_its_distance_from_a_text_of_unknown_fate(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    set(f, ana, "busy", "1", true);
    settle(f, claim_one(f, "\"busy\":1"), of(ANSWER_AMBIGUOUS), 0);
    f->now += 3600 * 1000;
    settle(f, claim_one(f, "\"busy\":1"), of(ANSWER_AMBIGUOUS), 0);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'send'"), "unknown");
    set(f, ana, "busy", "2", true);
    f->now += TRACK_APART_MS - 1;
    assert_quiet(f);
    f->now += 1;
    settle(f, claim_one(f, "\"_update_existing_only\":true,\"busy\":2"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy 2 2");
}

/* Killed while it rode; then a person drops the text. */
static void a_call_keeps_its_distance_from_a_text_that_a_kill_cut_off(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    char json[60];

    set(f, ana, "busy", "1", true);
    call_free(claim_one(f, "\"busy\":1"));
    f->now += 3600 * 1000;
    fixture_reopen(f, true);
    snprintf(json, sizeof json, "{'id':%lld,'actor':'mia'}", (long long)fixture_int(f, "SELECT id FROM outbox WHERE kind = 'send'"));
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
    f->now += TRACK_APART_MS - 1;
    assert_quiet(f);
    f->now += 1;
    settle(f, claim_one(f, "\"_update_existing_only\":true,\"busy\":1"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy 1 1");
}

/* Waiting for a text --------------------------------------------------------------------------------------------------- */

static void delay_texts(struct fixture *f, int64_t ms)
{
    struct error error = { 0 };
    char sql[100];

    snprintf(sql, sizeof sql, "UPDATE outbox SET due_at = due_at + %lld WHERE kind = 'send' AND state = 'due'", (long long)ms);
    must(db_run(f->desk.db, sql, &error), &error);
}

static void what_waits_for_a_text_is_not_looked_at_before_that_may_leave(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    set(f, ana, "busy", "true", true);
    delay_texts(f, 200 * 1000);
    assert_quiet(f);
    assert_string_equal(track_rows(f), "due 200000");
    f->now += 200 * 1000;
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
    assert_quiet(f);
}

/* A person may drop the text, or ask for it. */
static void a_text_that_waits_for_long_is_asked_after_every_five_minutes(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    char json[60];

    set(f, ana, "busy", "true", true);
    delay_texts(f, 3600 * 1000);
    assert_quiet(f);
    assert_string_equal(track_rows(f), "due 300000");
    snprintf(json, sizeof json, "{'id':%lld,'actor':'mia'}", (long long)fixture_int(f, "SELECT id FROM outbox WHERE kind = 'send'"));
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
    f->now += 300 * 1000;
    settle(f, claim_one(f, "\"_update_existing_only\":true,\"busy\":true"), of(ANSWER_ACCEPTED), 201);
}

static void what_waits_for_no_text_does_not_wait_with_what_does(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    struct call *call;

    set(f, ana, "busy", "true", true);
    delay_texts(f, 200 * 1000);
    assert_quiet(f);
    f->now += 10 * 1000;
    set(f, ana, "other", "1", false);
    call = claim_one(f, "\"other\":1");
    assert_null(strstr(buf_text(&call->body), "busy"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true -; other 1 1");
    f->now += 190 * 1000;
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
}

/* But not sooner than the back-off allows. */
static void what_has_failed_does_not_go_sooner_for_what_is_new(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours"), due_at;

    let_a_text_be_taken(f);
    set(f, ana, "other", "1", false);
    settle(f, claim_one(f, "\"other\":1"), of(ANSWER_NOT_DONE), 503);
    due_at = fixture_int(f, "SELECT due_at FROM outbox WHERE kind = 'track'");
    assert_true(due_at >= f->now + TRACK_APART_MS);
    set(f, ana, "another", "1", false);
    assert_int_equal(fixture_int(f, "SELECT due_at FROM outbox WHERE kind = 'track'"), due_at);
    f->now = due_at + 3600 * 1000;
    settle(f, claim_one(f, "\"another\":1"), of(ANSWER_ACCEPTED), 201);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(what_rides_behind_a_call_that_a_kill_cut_off_is_set_again),
        TEST(what_rides_behind_a_text_of_unknown_fate_is_set_again),
        TEST(a_call_keeps_its_distance_from_a_text_of_unknown_fate),
        TEST(a_call_keeps_its_distance_from_a_text_that_a_kill_cut_off),
        TEST(what_waits_for_a_text_is_not_looked_at_before_that_may_leave),
        TEST(a_text_that_waits_for_long_is_asked_after_every_five_minutes),
        TEST(what_waits_for_no_text_does_not_wait_with_what_does),
        TEST(what_has_failed_does_not_go_sooner_for_what_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
