/*
 * drop: a person drops a row of the outbox that writes into a profile. That ends what the row would have carried, and nothing
 * that goes by another way.
 */
#include "tests/unit/profile_case.h"

#define TRACK "kind = 'track' AND settled_at IS NULL"

static void drop_track(struct fixture *f)
{
    char json[60];

    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT id FROM outbox WHERE " TRACK));
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
}

static void set_with_reply(struct fixture *f, int64_t contact, const char *name, const char *json)
{
    int64_t conversation = conversation_of(f, contact);
    struct error error = { 0 };
    struct profile_want want = {
        .contact = contact, .name = name, .value = json, .rule = "test", .with_reply = true, .now = f->now,
    };

    must(desk_begin(&f->desk, &error), &error);
    must(profile_want(f->desk.db, &want, &error), &error);
    must(outbox_track_queue(f->desk.db, contact, conversation, f->now, NULL, &error), &error);
    f->desk.may_track = true;
    must(desk_commit(&f->desk, &error), &error);
}

static const char *values(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(name || ' ' || wanted || ' ' || coalesce(accepted, '-') || iif(is_refused, '!', ''), "
                           "'; ') FROM (SELECT * FROM profile ORDER BY name)");
}

static void the_subscription_that_a_text_will_bring_is_not_dropped(void **state)
{
    struct fixture *f = *state;
    struct buf rules = { 0 };
    struct call *call;

    buf_addf(&rules, "%s INSERT INTO setting (name, value) VALUES ('subscription_group', '77777777-7777-4777-8777-777777777777'), ('subscribe_newcomers', 'yes');",
             FIXTURE_RULES);
    fixture_load(f, buf_text(&rules));
    buf_release(&rules);
    set(f, meet(f, "ana"), "a", "1");
    drop_track(f);
    assert_int_equal(fixture_int(f, "SELECT is_refused FROM profile WHERE name = 'a'"), 1);
    hear(f, "ana", "hours");
    call = claim(f);
    assert_non_null(call);
    assert_non_null(strstr(buf_text(&call->body), "\"subscription_state\":\"subscribed\""));
    accept_all(f, call);
    assert_int_equal(fixture_int(f, "SELECT accepted = wanted FROM profile WHERE name = 'subscription_groups'"), 1);
}

/* Its fate is the text's: what that brought is there, and what it did not bring goes by itself. */
static void what_rides_with_a_text_under_way_is_not_dropped(void **state)
{
    static const struct {
        enum answer_class class;
        int status;
        const char *values;
    } CASES[] = {
        { ANSWER_ACCEPTED, 201, "busy true true; other 1 -!" },
        { ANSWER_REFUSED, 400, "busy true -; other 1 -!" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t ana;
        struct call *call;

        hear(f, "ana", "hours");
        ana = fixture_int(f, "SELECT contact FROM identity");
        set_with_reply(f, ana, "busy", "true");
        set(f, ana, "other", "1");
        call = claim(f);
        assert_non_null(strstr(buf_text(&call->body), "\"attributes\":{\"busy\":true}"));
        drop_track(f);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE " TRACK), 1); /* should the text be lost */
        settle(f, call, of(CASES[i].class), CASES[i].status);
        assert_string_equal(values(f), CASES[i].values);
        accept_all(f, claim(f)); /* the text without it */
        f->now += 60 * 1000;
        call = claim(f);
        assert_int_equal(call != NULL, CASES[i].class == ANSWER_REFUSED);
        accept_all(f, call);
        assert_string_equal(values(f), "busy true true; other 1 -!");
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE settled_at IS NULL"), 0);
        setup_close(state);
        setup_usual(state);
        f = *state;
    }
}

/* The row has taken nothing: what stands there was brought by another (the audit behind the test asks for the proof). */
static void what_was_dropped_may_be_asked_for_after_all(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    char json[60];

    set(f, ana, "a", "1");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    set(f, ana, "a", "2");
    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT id FROM outbox WHERE " TRACK));
    drop_track(f);
    assert_string_equal(values(f), "a 2 1!");
    assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
    assert_string_equal(values(f), "a 2 1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(the_subscription_that_a_text_will_bring_is_not_dropped),
        TEST(what_rides_with_a_text_under_way_is_not_dropped),
        TEST(what_was_dropped_may_be_asked_for_after_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
