/*
 * rider: what rides with a text to the customer: values that must be there when he reads it, and his subscription.
 */
#include "tests/lib/riding.h"
#include "store/overview.h"

static int64_t look_again_in(struct fixture *f)
{
    return fixture_int(f, "SELECT due_at FROM outbox WHERE kind = 'track' AND settled_at IS NULL") - f->now;
}

static void a_value_rides_with_the_next_text_and_is_there_when_that_is_taken(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    struct call *call;

    set(f, ana, "busy", "true", true);
    call = claim_one(f, RIDE);
    assert_string_equal(call->path, "/campaigns/trigger/send");
    assert_string_equal(value(f), "busy true -?");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'track'"), "withheld");
    f->now += 3600 * 1000;
    assert_quiet(f);
    set(f, ana, "busy", "true", true); /* no news */
    hear_from(f, ANA, "hours");
    call = claim_one(f, "external_user_id");
    assert_null(strstr(buf_text(&call->body), "attributes"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
}

static void a_rule_sets_it_for_its_own_answer(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('r', 'whatsapp', 'c1', 'response');"
                    "INSERT INTO rule (name, say) VALUES ('all', 'hi');"
                    "INSERT INTO attribute (name, at, value, type, with_reply) VALUES ('busy', 'rule:all', 'yes', 'boolean', 'yes');");
    hear_from(f, ANA, "hours");
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
}

static void without_a_text_on_its_way_it_goes_by_itself(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    settle(f, claim_one(f, "ana"), of(ANSWER_ACCEPTED), 201);
    set(f, ana, "busy", "true", true);
    settle(f, claim_one(f, "\"attributes\":[{\"external_id\":\"ana\",\"_update_existing_only\":true,\"busy\":true}]"),
           of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
}

/* In flight with one, it is not in flight with the other. */
static void no_two_requests_at_once_touch_one_profile(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    struct call *text, *track;

    set(f, ana, "busy", "true", true);
    set(f, ana, "other", "1", false);
    text = claim_one(f, RIDE); /* `other` waits */
    settle(f, text, of(ANSWER_ACCEPTED), 201);
    assert_quiet(f);
    f->now += 10 * 1000;
    track = claim_one(f, "\"other\":1");
    hear_from(f, ANA, "hours");
    set(f, ana, "busy", "false", true);
    text = claim_one(f, "external_user_id"); /* the text waits for nothing, and carries nothing */
    assert_null(strstr(buf_text(&text->body), "attributes"));
    settle(f, text, of(ANSWER_ACCEPTED), 201);
    settle(f, track, of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    settle(f, claim_one(f, "\"busy\":false"), of(ANSWER_ACCEPTED), 201);
}

/* What a call wrote a moment ago may be applied after what rode: it is set once more. */
static void what_rides_close_behind_a_call_of_its_own_is_set_again(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    settle(f, claim_one(f, "ana"), of(ANSWER_ACCEPTED), 201);
    set(f, ana, "busy", "1", true);
    settle(f, claim_one(f, "\"busy\":1"), of(ANSWER_ACCEPTED), 201);
    f->now += 1000;
    hear_from(f, ANA, "hours");
    set(f, ana, "busy", "2", true);
    settle(f, claim_one(f, "\"attributes\":{\"busy\":2}"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy 2 2?");
    assert_quiet(f);
    f->now += 10 * 1000;
    settle(f, claim_one(f, "\"_update_existing_only\":true,\"busy\":2"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy 2 2");
}

static void after_an_unknown_fate_it_rides_once_more(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    set(f, ana, "busy", "true", true);
    settle(f, claim_one(f, RIDE), of(ANSWER_AMBIGUOUS), 0);
    assert_quiet(f);
    f->now += 3600 * 1000;
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
}

/* The first attempt carried it by itself; the second leaves while a text is to bring it, and without it. */
static void what_waits_for_a_text_is_not_booked_with_the_call_that_leaves_it_out(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    struct error error = { 0 };
    struct call *call;

    settle(f, claim_one(f, "ana"), of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    set(f, ana, "busy", "true", true);
    set(f, ana, "other", "1", false);
    settle(f, claim_one(f, "\"busy\":true,\"other\":1"), of(ANSWER_NOT_DONE), 503);
    hear_from(f, ANA, "hours");
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, "UPDATE outbox SET due_at = due_at + 7200000 WHERE kind = 'send' AND state = 'due'", &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    f->now += 3600 * 1000;
    call = claim_one(f, "\"other\":1");
    assert_null(strstr(buf_text(&call->body), "busy"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true -?; other 1 1");
    f->now += 3600 * 1000;
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true; other 1 1");
}

static void what_is_new_behind_a_text_that_wrote_waits_until_that_is_applied(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    set(f, ana, "busy", "true", true);
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
    f->now += 1000;
    set(f, ana, "other", "1", false);
    assert_quiet(f);
    assert_int_equal(look_again_in(f), TRACK_APART_MS - 1000);
    f->now += TRACK_APART_MS - 1000;
    settle(f, claim_one(f, "\"other\":1"), of(ANSWER_ACCEPTED), 201);
}

/* Not in every round, and not only when a text leaves that a person may have dropped by then. */
static void what_waits_for_a_text_is_looked_at_again_when_that_may_leave(void **state)
{
    static const struct {
        int64_t text_in_ms, again_in_ms;
    } CASES[] = { { 60 * 1000, 60 * 1000 }, { 300 * 1000, 300 * 1000 }, { 3600 * 1000, 300 * 1000 } };
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    struct error error = { 0 };
    struct call *text;

    set(f, ana, "busy", "true", true);
    set(f, ana, "other", "1", false);
    text = claim_one(f, RIDE);
    assert_int_equal(look_again_in(f), TRACK_APART_MS);
    settle(f, text, of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    settle(f, claim_one(f, "\"other\":1"), of(ANSWER_ACCEPTED), 201);
    hear_from(f, ANA, "hours");
    set(f, ana, "busy", "false", true);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char sql[100];

        f->now += 3600 * 1000;
        snprintf(sql, sizeof sql, "UPDATE outbox SET due_at = %lld WHERE kind = 'send' AND state = 'due'",
                 (long long)(f->now + CASES[i].text_in_ms));
        must(desk_begin(&f->desk, &error), &error);
        must(db_run(f->desk.db, sql, &error), &error);
        must(desk_commit(&f->desk, &error), &error);
        assert_quiet(f);
        assert_int_equal(look_again_in(f), CASES[i].again_in_ms);
    }
}

static void a_kill_while_it_rides_loses_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");

    set(f, ana, "busy", "true", true);
    call_free(claim_one(f, RIDE));
    fixture_reopen(f, true);
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(fixture_text(f, "SELECT state || is_ambiguous FROM outbox WHERE kind = 'send'"), "accepted1");
    f->now += TRACK_APART_MS; /* the first attempt may be applied behind the second */
    settle(f, claim_one(f, "\"_update_existing_only\":true,\"busy\":true"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
}

static void bad_first(struct answer *answer)
{
    answer->bad_count = 1;
    answer->bad_index[0] = 0;
}

/* The answer must not be lost for what rides with it. */
static void a_text_that_is_refused_with_riders_goes_without(void **state)
{
    struct answer named = of(ANSWER_ACCEPTED_BUT);
    struct answer answers[] = { of(ANSWER_REFUSED), of(ANSWER_ACCEPTED_BUT), named };
    struct fixture *f = *state;

    bad_first(&answers[2]);
    for (size_t i = 0; i < 3; i++) {
        char who[40];
        struct call *call;
        int64_t contact;

        snprintf(who, sizeof who, "'user_id':'u%zu'", i);
        contact = meet(f, who, "hours");
        set(f, contact, "busy", "true", true);
        settle(f, claim_one(f, RIDE), answers[i], 201);
        call = claim(f);
        assert_non_null(call);
        assert_string_equal(call->path, "/campaigns/trigger/send");
        assert_null(strstr(buf_text(&call->body), "attributes"));
        if (call->next != NULL) { /* and the value by itself */
            assert_true(call->next->is_track);
            settle(f, call->next, of(ANSWER_ACCEPTED), 201);
            call->next = NULL;
        }
        settle(f, call, of(ANSWER_ACCEPTED), 201);
        f->now += 3600 * 1000;
        for (call = claim(f); call != NULL; call = claim(f)) {
            assert_true(call->is_track);
            settle(f, call, of(ANSWER_ACCEPTED), 201);
            f->now += 3600 * 1000;
        }
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE accepted IS NOT wanted OR sent IS NOT NULL"), 0);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'send' AND state <> 'accepted'"), 0);
    }
}

static void what_is_too_large_for_a_text_goes_by_itself(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    struct call *call;
    char name[20], text[280];

    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "long%02d", i);
        snprintf(text, sizeof text, "\"%0250d\"", i);
        set(f, ana, name, text, true);
    }
    call = claim_one(f, "\"long00\"");
    assert_in_range(call->body.len, 7 * 1024, 9 * 1024);
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    f->now += 60 * 1000;
    settle(f, claim_one(f, "\"long39\""), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE accepted = wanted AND sent IS NULL"), 40);
}

/* Known by an id and by the phone, she writes by the phone alone: her texts go to the profile that Braze has for the number. */
static void what_is_wanted_of_another_profile_than_the_text_goes_to_goes_by_itself(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA ",'phone_number':'+8210'", "hours");
    struct call *call;

    settle(f, claim_one(f, "ana"), of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    hear_from(f, "'phone_number':'+8210'", "hours");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 1);
    set(f, ana, "busy", "true", true);
    call = claim_one(f, "\"alias_name\":\"+8210\"");
    assert_null(strstr(buf_text(&call->body), "attributes"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    settle(f, claim_one(f, "\"external_id\":\"ana\",\"_update_existing_only\":true,\"busy\":true"), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
    assert_string_equal(fixture_text(f, "SELECT addressee FROM profile"), "external:ana");
    /* By her id again, it rides again. */
    hear_from(f, ANA, "hours");
    set(f, ana, "busy", "false", true);
    settle(f, claim_one(f, "\"attributes\":{\"busy\":false}"), of(ANSWER_ACCEPTED), 201);
}

/* Braze's own id and the number lead to one profile. */
static void who_is_known_by_the_phone_and_by_brazes_id_has_it_ride(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "'braze_id':'b-1','phone_number':'+8210'", "hours");

    set(f, ana, "busy", "true", true);
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(value(f), "busy true true");
    assert_string_equal(fixture_text(f, "SELECT addressee FROM profile"), "braze:b-1");
    f->now += 3600 * 1000;
    assert_quiet(f);
}

/* Subscriptions ------------------------------------------------------------------------------------------------------- */

#define GROUP_ID "77777777-7777-4777-8777-777777777777"
#define GROUP(state) "\"subscription_groups\":[{\"subscription_group_id\":\"" GROUP_ID "\",\"subscription_state\":\"" state "\"}]"

static void subscribe_to(struct fixture *f, const char *group, const char *settings)
{
    struct buf rules = { 0 };

    buf_addf(&rules, "%s INSERT INTO setting (name, value) VALUES ('subscription_group', '%s')%s;", FIXTURE_RULES, group, settings);
    fixture_load(f, buf_text(&rules));
    buf_release(&rules);
}

static void subscribe(struct fixture *f, const char *settings)
{
    subscribe_to(f, GROUP_ID, settings);
}

static void a_newcomer_is_subscribed_by_the_first_text_that_is_taken(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    subscribe(f, ", ('subscribe_newcomers', 'yes')");
    hear_from(f, "'user_id':'','phone_number':'+8210'", "hours");
    call = claim_one(f, GROUP("subscribed"));
    assert_non_null(strstr(buf_text(&call->body), "\"user_alias\":{\"alias_name\":\"+8210\",\"alias_label\":\"phone\"}"));
    assert_null(strstr(buf_text(&call->body), "send_to_existing_only"));
    settle(f, call, of(ANSWER_NOT_SENT), 0);
    f->now += 3600 * 1000;
    settle(f, claim_one(f, GROUP("subscribed")), of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);

    /* From then on no more, not even when he becomes known by an id; nor whoever wrote before. */
    hear_from(f, "'user_id':'ana','phone_number':'+8210'", "hours");
    call = claim_one(f, "\"ana\"");
    assert_null(strstr(buf_text(&call->body), "attributes"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);
    /* Nor with what else rides: the one profile gave its consent, and not the other. */
    hear_from(f, "'user_id':'ana'", "hours");
    set(f, 1, "busy", "true", true);
    settle(f, claim_one(f, RIDE), of(ANSWER_ACCEPTED), 201);
}

static void nobody_is_subscribed_without_a_text(void **state)
{
    struct fixture *f = *state;

    subscribe(f, ", ('subscribe_newcomers', 'yes')");
    hear_from(f, ANA, "nothing fits this");
    f->now += 3600 * 1000;
    assert_quiet(f);
    hear_from(f, ANA, "hours");
    settle(f, claim_one(f, GROUP("subscribed")), of(ANSWER_ACCEPTED), 201);
}

/* "You will hear no more from us" subscribes nobody. */
static void a_newcomer_whose_first_word_is_stop_is_not_subscribed(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    subscribe(f, ", ('subscribe_newcomers', 'yes')");
    hear_from(f, ANA, "stop");
    call = claim_one(f, "ana");
    assert_null(strstr(buf_text(&call->body), "subscri"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);

    /* Nor by the next, nor by the text that welcomes him back. */
    hear_from(f, ANA, "hours");
    assert_quiet(f);
    hear_from(f, ANA, "start");
    call = claim_one(f, "ana");
    assert_null(strstr(buf_text(&call->body), "subscri"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);
}

static void who_opts_out_is_unsubscribed_when_the_confirmation_has_left_and_a_while_later(void **state)
{
    struct fixture *f = *state;

    subscribe(f, ", ('subscription_follows_opt_out', 'yes')");
    hear_from(f, ANA, "stop");
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_NOT_SENT), 0);
    f->now += 3600 * 1000;
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_NOT_SENT), 0); /* still not */
    f->now += 3600 * 1000;
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_ACCEPTED), 201);
    for (int waited = 0; waited < 60; waited += 5) {
        assert_quiet(f);
        f->now += 5 * 1000;
    }
    f->now += 20 * 1000;
    settle(f, claim_one(f, "\"_update_existing_only\":true," GROUP("unsubscribed")), of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);

    /* And subscribed by the confirmation itself when he comes back. */
    hear_from(f, ANA, "start");
    settle(f, claim_one(f, "\"attributes\":{" GROUP("subscribed")), of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);
}

static void note_due(void *context, const struct profile_row *row)
{
    *(int64_t *)context = row->due_at;
}

static void the_pause_is_told_by_its_name_and_with_its_own_end(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t due_at = 0, end;

    subscribe(f, ", ('subscription_follows_opt_out', 'yes')");
    hear(f, ANA, "stop");
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    end = f->now + 60 * 1000;
    for (int waited = 0; waited < 60; waited += 5) {
        assert_quiet(f);
        assert_string_equal(fixture_text(f, "SELECT reason FROM outbox WHERE kind = 'track' AND settled_at IS NULL"),
                            "the pause after the last text to the customer comes first");
        assert_int_equal(profile_list(f->desk.db, 1, note_due, &due_at, &error), 1);
        assert_int_equal(due_at, end);
        f->now += 5 * 1000;
    }
    settle(f, claim_one(f, GROUP("unsubscribed")), of(ANSWER_ACCEPTED), 201);
}

/* She has written by her id first, and by the phone before the answer left: consent is for the profile that wrote first. */
static void a_consent_that_the_text_cannot_carry_to_its_profile_goes_by_itself(void **state)
{
    struct fixture *f = *state;
    struct call *calls;

    subscribe(f, ", ('subscribe_newcomers', 'yes')");
    hear_from(f, ANA ",'phone_number':'+8210'", "hours");
    hear_from(f, "'phone_number':'+8210'", "hours");
    calls = claim(f);
    assert_non_null(calls);
    assert_null(strstr(buf_text(&calls->body), "subscri"));
    assert_non_null(calls->next);
    assert_non_null(strstr(buf_text(&calls->next->body), "\"external_id\":\"ana\",\"_update_existing_only\":true," GROUP("subscribed")));
    accept_all(f, calls);
    accept_all(f, claim(f)); /* the second answer */
    f->now += 3600 * 1000;
    assert_quiet(f);
}

static const char *consent(struct fixture *f)
{
    return fixture_text(f, "SELECT way || iif(accepted IS NULL, '', ' taken') || iif(sent IS NULL, '', ' uncertain') FROM profile");
}

static void note_state(void *context, const struct profile_row *row)
{
    buf_addf(context, "%s%s%s", row->state, row->is_uncertain ? "?" : "", row->due_at != 0 ? " due" : "");
}

static void assert_shown(struct fixture *f, const char *wanted)
{
    struct error error = { 0 };
    struct buf shown = { 0 };

    assert_int_equal(profile_list(f->desk.db, 1, note_state, &shown, &error), 1);
    assert_string_equal(buf_text(&shown), wanted);
    buf_release(&shown);
}

/* It may have subscribed him, and that is not forgotten; but no text subscribes him any more. */
static void who_opts_out_while_his_consent_is_under_way_gives_no_other(void **state)
{
    const struct answer answers[] = { of(ANSWER_ACCEPTED), of(ANSWER_AMBIGUOUS), of(ANSWER_NOT_SENT) };
    static const char *const AFTER[] = { "withdrawn taken", "withdrawn uncertain", "withdrawn uncertain" };
    static const char *const SHOWN[] = { "accepted", "withdrawn?", "withdrawn?" };
    struct call *first, *next;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct fixture own;

        fixture_open(&own, FIXTURE_RULES);
        subscribe(&own, ", ('subscribe_newcomers', 'yes')");
        hear_from(&own, ANA, "hours");
        first = claim_one(&own, GROUP("subscribed"));
        hear_from(&own, ANA, "stop");
        assert_string_equal(consent(&own), "withdrawn uncertain");
        assert_shown(&own, "claimed?");
        settle(&own, first, answers[i], 201);
        assert_string_equal(consent(&own), AFTER[i]);
        for (int hours = 0; hours < 5; hours++, own.now += 3600 * 1000)
            for (next = claim(&own); next != NULL; next = claim(&own)) {
                assert_null(strstr(buf_text(&next->body), "subscri"));
                accept_all(&own, next);
            }
        assert_string_equal(consent(&own), AFTER[i]);
        assert_shown(&own, SHOWN[i]);
        fixture_close(&own);
    }
}

/* Once his wish is to be followed, and he wishes it. */
static void who_opts_in_after_all_is_subscribed_though_a_consent_may_have_gone(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    subscribe(f, ", ('subscribe_newcomers', 'yes')");
    hear_from(f, ANA, "hours");
    call = claim_one(f, GROUP("subscribed"));
    hear_from(f, ANA, "stop");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_ACCEPTED), 201);
    subscribe(f, ", ('subscription_follows_opt_out', 'yes')");
    f->now += TRACK_APART_MS;
    hear_from(f, ANA, "start");
    settle(f, claim_one(f, "\"attributes\":{" GROUP("subscribed")), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(consent(f), "reply_only taken");
    f->now += 3600 * 1000;
    assert_quiet(f);
}

/* Both calls were under way within a moment: Braze may apply them in either order. */
static void who_comes_back_the_moment_he_is_unsubscribed_is_subscribed_twice(void **state)
{
    struct fixture *f = *state;

    subscribe(f, ", ('subscription_follows_opt_out', 'yes')");
    hear_from(f, ANA, "stop");
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    assert_quiet(f);
    f->now += 120 * 1000;
    settle(f, claim_one(f, GROUP("unsubscribed")), of(ANSWER_ACCEPTED), 201);
    f->now += 1000;
    hear_from(f, ANA, "start");
    settle(f, claim_one(f, "\"attributes\":{" GROUP("subscribed")), of(ANSWER_ACCEPTED), 201);
    f->now += TRACK_APART_MS;
    settle(f, claim_one(f, "\"_update_existing_only\":true," GROUP("subscribed")), of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);
}

static void who_comes_back_before_he_was_unsubscribed_never_is(void **state)
{
    struct fixture *f = *state;

    subscribe(f, ", ('subscription_follows_opt_out', 'yes')");
    hear_from(f, ANA, "stop");
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_ACCEPTED), 201);
    f->now += 20 * 1000;
    assert_quiet(f);
    hear_from(f, ANA, "start");
    settle(f, claim_one(f, GROUP("subscribed")), of(ANSWER_ACCEPTED), 201);
    f->now += 3600 * 1000;
    assert_quiet(f);
}

/* A Canvas changes no subscription, and /messages/send takes no attributes. */
static void what_a_text_cannot_carry_goes_by_itself(void **state)
{
    static const char *const CAMPAIGNS[] = {
        "INSERT INTO campaign (name, channel, canvas_id, layout) VALUES ('reply', 'whatsapp', "
        "'7f3c0000-0000-4000-8000-000000000009', 'response');",
        "INSERT INTO campaign (name, channel, app_id, subscription_group_id, layout) VALUES ('reply', 'whatsapp', "
        "'7f3c0000-0000-4000-8000-000000000009', '7f3c0000-0000-4000-8000-000000000008', 'response');",
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture own;
        struct buf rules = { 0 };
        struct call *call;

        buf_addf(&rules, "%s INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 9.'); INSERT INTO setting "
                         "(name, value) VALUES ('subscription_group', '" GROUP_ID "'), ('subscribe_newcomers', 'yes');", CAMPAIGNS[i]);
        fixture_open(&own, buf_text(&rules));
        set(&own, meet(&own, ANA, "hours"), "busy", "true", true);
        call = claim(&own);
        assert_non_null(call);
        assert_int_equal(strstr(buf_text(&call->body), "\"attributes\":{\"busy\":true}") != NULL, i == 0);
        assert_null(strstr(buf_text(&call->body), "subscription_groups\":"));
        if (call->next != NULL)
            settle(&own, call->next, of(ANSWER_ACCEPTED), 201);
        call->next = NULL;
        settle(&own, call, of(ANSWER_ACCEPTED), 201);
        own.now += 60 * 1000;
        while ((call = claim(&own)) != NULL) {
            settle(&own, call, of(ANSWER_ACCEPTED), 201);
            own.now += 60 * 1000;
        }
        assert_int_equal(fixture_int(&own, "SELECT count(*) FROM profile WHERE accepted = wanted AND sent IS NULL"), 2);
        fixture_close(&own);
        buf_release(&rules);
    }
}

/* Or the customer would read it three times. */
static void a_text_of_unknown_fate_is_still_one_without_its_riders(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, ANA, "hours");
    struct call *call;

    set(f, ana, "busy", "true", true);
    settle(f, claim_one(f, RIDE), of(ANSWER_AMBIGUOUS), 0);
    f->now += 3600 * 1000;
    settle(f, claim_one(f, RIDE), of(ANSWER_REFUSED), 400);
    assert_string_equal(fixture_text(f, "SELECT state || ' ' || failures || is_single || is_ambiguous || ' ' || reason FROM outbox "
                                        "WHERE kind = 'send'"),
                        "due 111 as the test says");
    call = claim(f);
    assert_string_equal(call->path, "/campaigns/trigger/send");
    call_free(call->next);
    call->next = NULL;
    settle(f, call, of(ANSWER_AMBIGUOUS), 0);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'send'"), "unknown");
}

static struct answer refusal(const char *problem)
{
    struct answer answer = of(ANSWER_REFUSED);

    snprintf(answer.problem, sizeof answer.problem, "%s", problem);
    return answer;
}

/* The first text with the subscription, which is refused; then without it. */
static void refuse_subscription(struct fixture *f, const char *problem)
{
    struct call *call;

    settle(f, claim_one(f, GROUP("subscribed")), refusal(problem), 400);
    call = claim_one(f, "external_user_id");
    assert_null(strstr(buf_text(&call->body), "attributes"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
}

static void note_reason(void *context, const struct profile_row *row)
{
    buf_addf(context, "%s %s: %s", row->name, row->state, row->reason);
}

static void a_subscription_that_is_refused_is_shown_with_its_reason_and_the_text_goes(void **state)
{
    struct fixture *f = *state;
    struct overview overview;
    struct error error = { 0 };
    struct buf shown = { 0 };

    subscribe(f, ", ('subscribe_newcomers', 'yes')");
    hear_from(f, ANA, "hours");
    refuse_subscription(f, "no such group");
    assert_int_equal(profile_list(f->desk.db, 1, note_reason, &shown, &error), 1);
    assert_string_equal(buf_text(&shown), "subscription_groups refused: no such group");
    must(overview_get(f->desk.db, 0, f->now, &overview, &error), &error);
    assert_int_equal(overview.subscriptions_refused, 1);
    assert_string_equal(overview.subscription_refusal, "no such group");
    must(overview_get(f->desk.db, 0, f->now + 1, &overview, &error), &error); /* long ago */
    assert_int_equal(overview.subscriptions_refused, 0);
    f->now += 3600 * 1000;
    assert_quiet(f);
    buf_release(&shown);
}

static void who_could_not_be_subscribed_is_with_the_next_answer_once_the_group_is_another(void **state)
{
    struct fixture *f = *state;
    struct overview overview;
    struct error error = { 0 };

    subscribe(f, ", ('subscribe_newcomers', 'yes')");
    hear_from(f, ANA, "hours");
    refuse_subscription(f, "no such group");
    f->now += 3600 * 1000;
    hear_from(f, ANA, "hours"); /* the group is what it was */
    settle(f, claim_one(f, "external_user_id"), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(fixture_int(f, "SELECT is_refused FROM profile"), 1);

    subscribe_to(f, "88888888-8888-4888-8888-888888888888", ", ('subscribe_newcomers', 'yes')");
    f->now += 3600 * 1000;
    hear_from(f, ANA, "hours");
    settle(f, claim_one(f, "{\"subscription_group_id\":\"88888888-8888-4888-8888-888888888888\""), of(ANSWER_ACCEPTED), 201);
    must(overview_get(f->desk.db, 0, 0, &overview, &error), &error);
    assert_int_equal(overview.subscriptions_refused, 0);
    f->now += 3600 * 1000;
    assert_quiet(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(a_value_rides_with_the_next_text_and_is_there_when_that_is_taken),
        TEST(a_rule_sets_it_for_its_own_answer),
        TEST(without_a_text_on_its_way_it_goes_by_itself),
        TEST(no_two_requests_at_once_touch_one_profile),
        TEST(what_rides_close_behind_a_call_of_its_own_is_set_again),
        TEST(after_an_unknown_fate_it_rides_once_more),
        TEST(what_waits_for_a_text_is_not_booked_with_the_call_that_leaves_it_out),
        TEST(what_is_new_behind_a_text_that_wrote_waits_until_that_is_applied),
        TEST(what_waits_for_a_text_is_looked_at_again_when_that_may_leave),
        TEST(a_kill_while_it_rides_loses_nothing),
        TEST(a_text_that_is_refused_with_riders_goes_without),
        TEST(a_text_of_unknown_fate_is_still_one_without_its_riders),
        TEST(what_is_too_large_for_a_text_goes_by_itself),
        TEST(what_is_wanted_of_another_profile_than_the_text_goes_to_goes_by_itself),
        TEST(who_is_known_by_the_phone_and_by_brazes_id_has_it_ride),
        TEST(a_newcomer_is_subscribed_by_the_first_text_that_is_taken),
        TEST(nobody_is_subscribed_without_a_text),
        TEST(a_newcomer_whose_first_word_is_stop_is_not_subscribed),
        TEST(who_opts_out_is_unsubscribed_when_the_confirmation_has_left_and_a_while_later),
        TEST(the_pause_is_told_by_its_name_and_with_its_own_end),
        TEST(a_consent_that_the_text_cannot_carry_to_its_profile_goes_by_itself),
        TEST(who_opts_out_while_his_consent_is_under_way_gives_no_other),
        TEST(who_opts_in_after_all_is_subscribed_though_a_consent_may_have_gone),
        TEST(who_comes_back_the_moment_he_is_unsubscribed_is_subscribed_twice),
        TEST(who_comes_back_before_he_was_unsubscribed_never_is),
        TEST(what_a_text_cannot_carry_goes_by_itself),
        TEST(a_subscription_that_is_refused_is_shown_with_its_reason_and_the_text_goes),
        TEST(who_could_not_be_subscribed_is_with_the_next_answer_once_the_group_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
