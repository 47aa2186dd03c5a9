/*
 * profile: what is wanted, sent, taken and refused of a customer's Braze profile; and the lane by which it goes.
 */
#include "store/outbox_track.h"
#include "store/profile.h"
#include "tests/lib/calling.h"

static const char RULES[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response'),\n"
    " ('reopen', 'whatsapp', '7f3c0000-0000-4000-8000-000000000002', 'template');\n"
    "INSERT INTO rule (name, pattern, say) VALUES ('set', '^(?<a>[a-z]+) (?<b>\\S+)$', 'ok');\n"
    "INSERT INTO rule (name, priority, words, action) VALUES ('quiet', 600, 'hush', 'ignore'),\n"
    "  ('forget', 600, 'forget', 'ignore');\n"
    "INSERT INTO attribute (name, at, value, type) VALUES ('a', 'rule:set', '{{ a }}', NULL),\n"
    "  ('b', 'rule:set', '{{ b }}', 'number'), ('a', 'rule:forget', NULL, NULL);\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static int64_t next_at(struct fixture *f, int under_way)
{
    struct error error = { 0 };
    int64_t at;

    must(dispatch_next(&f->desk, f->now, under_way, &at, &error), &error);
    return at;
}

static void assert_body(const struct call *call, const char *json)
{
    assert_non_null(call);
    assert_string_equal(call->path, "/users/track");
    assert_string_equal(buf_text(&call->body), json);
}

#define ANA          "{\"external_id\":\"ana\",\"_update_existing_only\":true,"
#define BODY(object) "{\"attributes\":[" object "]}"

static void a_match_writes_and_only_news_is_sent(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear_from(f, "'user_id':'ana'", "red 7");
    call = claim_track(f, 0);
    assert_body(call, BODY(ANA "\"a\":\"red\",\"b\":7}"));
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'track'"), "claimed");
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE accepted = wanted AND sent IS NULL"), 2);

    hear_from(f, "'user_id':'ana'", "red 7"); /* nothing new */
    f->now += 60 * 1000;
    assert_null(claim_track(f, 0));
    hear_from(f, "'user_id':'ana'", "red 8");
    call = claim_track(f, 0);
    assert_body(call, BODY(ANA "\"b\":8}"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_string_equal(fixture_text(f, "SELECT attributes FROM track ORDER BY outbox DESC"), "{\"b\":8}");

    hear_from(f, "'user_id':'ana'", "forget");
    f->now += 60 * 1000;
    call = claim_track(f, 0);
    assert_body(call, BODY(ANA "\"a\":null}"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    hear_from(f, "'user_id':'ana'", "forget");
    f->now += 60 * 1000;
    assert_null(claim_track(f, 0));
}

static void the_newest_value_wins_while_it_waits(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear_from(f, "'user_id':'ana'", "red 1");
    hear_from(f, "'user_id':'ana'", "blue 2");
    call = claim_track(f, 0);
    assert_body(call, BODY(ANA "\"a\":\"blue\",\"b\":2}"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'track'"), 1);

    /* There and back again before it could leave: nothing is left to say. */
    hear_from(f, "'user_id':'ana'", "red 2");
    hear_from(f, "'user_id':'ana'", "blue 2");
    f->now += 60 * 1000;
    assert_null(claim_track(f, 0));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'track' AND state = 'withheld'"), 1);
}

static void what_comes_during_a_call_goes_with_the_next_and_apart(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear_from(f, "'user_id':'ana'", "red 1");
    call = claim_track(f, 0);
    hear_from(f, "'user_id':'ana'", "blue 1");
    assert_null(claim_track(f, 1)); /* one call at a time, and none for the same person */
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_null(claim_track(f, 0));
    assert_int_equal(next_at(f, 0), f->now + TRACK_APART_MS);
    f->now += TRACK_APART_MS;
    call = claim_track(f, 0);
    assert_body(call, BODY(ANA "\"a\":\"blue\"}"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
}

/* A value that may have been written is not taken for what stands there, even if it was before. */
static void after_an_unknown_fate_the_old_value_is_sent_again(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear_from(f, "'user_id':'ana'", "red 1");
    settle(f, claim_track(f, 0), of(ANSWER_ACCEPTED), 0);
    f->now += 60 * 1000;
    hear_from(f, "'user_id':'ana'", "blue 1");
    settle(f, claim_track(f, 0), of(ANSWER_AMBIGUOUS), 0);
    assert_string_equal(fixture_text(f, "SELECT state || is_ambiguous FROM outbox WHERE settled_at IS NULL"), "due1");
    hear_from(f, "'user_id':'ana'", "red 1");
    f->now += 60 * 1000;
    call = claim_track(f, 0);
    assert_body(call, BODY(ANA "\"a\":\"red\"}"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
}

static void a_call_of_unknown_fate_is_repeated_but_not_at_once(void **state)
{
    struct fixture *f = *state;

    hear_from(f, "'user_id':'ana'", "red 1");
    for (int i = 0; i < 5; i++) {
        struct call *call = claim_track(f, 0);
        int64_t due_at;

        assert_non_null(call);
        settle(f, call, of(ANSWER_AMBIGUOUS), 0);
        due_at = fixture_int(f, "SELECT due_at FROM outbox WHERE state = 'due'");
        assert_true(due_at >= f->now + TRACK_APART_MS);
        f->now += 2 * 3600 * 1000;
    }
    settle(f, claim_track(f, 0), of(ANSWER_ACCEPTED), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'track'"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE class = 'ambiguous'"), 5);
}

static void a_kill_during_a_call_sends_it_again(void **state)
{
    struct fixture *f = *state;

    hear_from(f, "'user_id':'ana'", "red 1");
    call_free(claim_track(f, 0));
    fixture_reopen(f, true);
    assert_null(claim_track(f, 0));
    f->now += TRACK_APART_MS;
    settle(f, claim_track(f, 0), of(ANSWER_ACCEPTED), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE accepted = wanted AND sent IS NULL"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE class = 'ambiguous'"), 1);
}

static void a_batch_holds_75_people_each_once(void **state)
{
    struct fixture *f = *state;
    struct call *call;
    char who[40];

    for (int i = 0; i < 100; i++) {
        snprintf(who, sizeof who, "'user_id':'u%d'", i);
        hear_from(f, who, "red 1");
    }
    call = claim_track(f, 0);
    assert_int_equal(call->count, 75);
    assert_null(claim_track(f, 1));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_null(claim_track(f, 0)); /* not a full one: what comes within the second goes with it */
    f->now += 1000;
    call = claim_track(f, 0);
    assert_int_equal(call->count, 25);
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE accepted = wanted"), 200);
}

static void hear_many(struct fixture *f, int from, int end)
{
    char who[40];

    for (int i = from; i < end; i++) {
        snprintf(who, sizeof who, "'user_id':'u%d'", i);
        hear_from(f, who, "red 1");
    }
}

static void what_comes_alone_leaves_alone_and_what_comes_together_in_full_calls(void **state)
{
    struct fixture *f = *state;
    struct call *call;
    int64_t at;
    struct error error = { 0 };

    hear_many(f, 0, 1);
    call = claim_track(f, 0);
    assert_int_equal(call->count, 1);
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    hear_many(f, 1, 75);
    assert_null(claim_track(f, 0));
    must(dispatch_next(&f->desk, f->now, 0, &at, &error), &error);
    assert_true(at <= f->now + 1000 && at > f->now);
    hear_many(f, 75, 77);
    call = claim_track(f, 0);
    assert_int_equal(call->count, 75); /* full, in the same second */
    settle(f, call, of(ANSWER_ACCEPTED), 0);
}

static void partial_errors_are_settled_object_by_object(void **state)
{
    struct fixture *f = *state;
    struct answer answer = of(ANSWER_ACCEPTED_BUT);
    struct call *call;

    hear_from(f, "'user_id':'ana'", "red 1");
    hear_from(f, "'user_id':'bob'", "red 1");
    hear_from(f, "'user_id':'eve'", "red 1");
    answer.bad_count = 1;
    answer.bad_index[0] = 1;
    call = claim_track(f, 0);
    assert_int_equal(call->count, 3);
    settle(f, call, answer, 0);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state, ' ') FROM (SELECT state FROM outbox "
                                        "WHERE kind = 'track' ORDER BY contact)"),
                        "accepted dead accepted");
    assert_string_equal(fixture_text(f, "SELECT group_concat(reason, ';') FROM (SELECT reason FROM outbox "
                                        "WHERE kind = 'track' ORDER BY contact)"),
                        ";as the test says;");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE is_refused"), 2);

    /* Refused is refused, until the value changes. */
    f->now += 60 * 1000;
    hear_from(f, "'user_id':'bob'", "red 1");
    assert_null(claim_track(f, 0));
    hear_from(f, "'user_id':'bob'", "red 2");
    call = claim_track(f, 0);
    assert_body(call, BODY("{\"external_id\":\"bob\",\"_update_existing_only\":true,\"b\":2}"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
}

static void an_error_about_somebody_who_is_not_there_is_about_nobody(void **state)
{
    struct fixture *f = *state;
    struct answer answer = of(ANSWER_ACCEPTED_BUT);

    hear_from(f, "'user_id':'ana'", "red 1");
    hear_from(f, "'user_id':'bob'", "red 1");
    answer.bad_count = 1;
    answer.bad_index[0] = 2;
    settle(f, claim_track(f, 0), answer, 0);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state, ' ') FROM outbox WHERE kind = 'track'"), "due due");
    for (int i = 0; i < 2; i++) {
        f->now += 60 * 1000;
        struct call *call = claim_track(f, 0);

        assert_int_equal(call->count, 1);
        settle(f, call, of(ANSWER_ACCEPTED), 0);
    }
}

static void a_call_is_no_longer_than_braze_takes(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct call *call;

    hear_many(f, 0, 30);
    must(db_run(f->desk.db, "UPDATE profile SET wanted = '\"' || replace(hex(zeroblob(50000)), '0', 'x') || '\"' WHERE name = 'a'",
                &error), &error);
    call = claim_track(f, 0);
    assert_int_equal(call->count, 18); /* of 100 kB each */
    assert_true(call->body.len < 2 * 1000 * 1000);
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    f->now += 60 * 1000;
    call = claim_track(f, 0);
    assert_int_equal(call->count, 12);
    settle(f, call, of(ANSWER_ACCEPTED), 0);
}

/* Errors that name nobody, and a refusal of the whole: each goes alone, and only the guilty one ends. */
static void a_batch_that_is_refused_condemns_nobody(void **state)
{
    static const enum answer_class CLASSES[] = { ANSWER_ACCEPTED_BUT, ANSWER_REFUSED };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        const char *value = i == 0 ? "red 1" : "blue 2";

        hear_from(f, "'user_id':'ana'", value);
        hear_from(f, "'user_id':'bob'", value);
        f->now += 60 * 1000;
        settle(f, claim_track(f, 0), of(CLASSES[i]), 0);
        f->now += 60 * 1000;
        for (int k = 0; k < 2; k++) {
            struct call *call = claim_track(f, 0);

            assert_int_equal(call->count, 1);
            settle(f, call, of(k == 0 ? CLASSES[i] : ANSWER_ACCEPTED), 0);
        }
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'track' AND state = 'dead'"), i + 1);
    }
}

static void with_one_that_goes_alone_goes_nobody_else(void **state)
{
    struct fixture *f = *state;

    hear_from(f, "'user_id':'ana'", "red 1");
    hear_from(f, "'user_id':'bob'", "red 1");
    f->now += 60 * 1000;
    settle(f, claim_track(f, 0), of(ANSWER_REFUSED), 0);
    hear_from(f, "'user_id':'eve'", "red 1");
    f->now += 60 * 1000;
    for (int i = 0; i < 3; i++) {
        struct call *call = claim_track(f, 0);

        assert_int_equal(call->count, 1);
        settle(f, call, of(ANSWER_ACCEPTED), 0);
        f->now += 60 * 1000;
    }
    assert_null(claim_track(f, 0));
}

/* Its troubles are its own: the lane of the replies and its number of calls stay as they are. */
static void its_troubles_do_not_touch_the_replies(void **state)
{
    static const struct {
        enum answer_class class;
        enum answer_scope scope;
        const char *lane;
    } CASES[] = {
        { ANSWER_NOT_SENT, 0, "backing_off" },  { ANSWER_NOT_DONE, 0, "backing_off" },
        { ANSWER_AMBIGUOUS, 0, "backing_off" }, { ANSWER_LATER, 0, "limited" },
        { ANSWER_STOPPED, SCOPE_WORKSPACE, "stopped" }, { ANSWER_STOPPED, SCOPE_ENDPOINT, "stopped" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct fixture own;
        struct answer answer = of(CASES[i].class);
        struct call *call;

        fixture_open(&own, RULES);
        hear_from(&own, "'user_id':'ana'", "red 1");
        answer.scope = CASES[i].scope;
        settle(&own, claim_track(&own, 0), answer, 0);
        assert_string_equal(fixture_text(&own, "SELECT group_concat(name || ' ' || state) FROM lane"),
                            CASES[i].lane[0] == 'b'   ? "braze/users/track backing_off"
                            : CASES[i].lane[0] == 'l' ? "braze/users/track limited"
                                                      : "braze/users/track stopped");
        assert_int_equal(own.desk.health.counts.ramp, 0);
        hear_from(&own, "'user_id':'bob'", "red 1");
        assert_null(claim_track(&own, 0));
        assert_true(next_at(&own, 0) >= fixture_int(&own, "SELECT until_at FROM lane")); /* no round looks in vain */
        assert_int_equal(fixture_int(&own, "SELECT count(*) FROM outbox WHERE kind = 'send' AND state = 'accepted'"), 2);

        /* Then one looks, alone, and the lane is well again. */
        own.now += 3600 * 1000;
        call = claim_track(&own, 0);
        assert_non_null(call);
        assert_int_equal(call->count, 1);
        assert_null(claim_track(&own, 1));
        settle(&own, call, of(ANSWER_ACCEPTED), 0);
        assert_int_equal(fixture_int(&own, "SELECT count(*) FROM lane"), 0);
        fixture_close(&own);
    }
}

/* Replies have the first try at a workspace that is not well; without any, a profile's call looks. */
static void a_workspace_that_is_not_well_is_tried_by_replies_first(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct call *calls, *track;

    hear_from(f, "'user_id':'ana'", "red 1");
    calls = claim(f);
    track = calls->next;
    calls->next = NULL;
    settle(f, track, of(ANSWER_ACCEPTED), 0);
    settle(f, calls, of(ANSWER_NOT_SENT), 0);
    hear_from(f, "'user_id':'eve'", "red 1");
    assert_null(claim_track(f, 0)); /* all wait */
    f->now += 3600 * 1000;
    calls = claim(f);
    assert_false(calls->is_track);
    assert_null(calls->next);
    settle(f, calls, of(ANSWER_NOT_SENT), 0);

    f->now += 3600 * 1000;
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, "UPDATE outbox SET state = 'dead', settled_at = 1 WHERE kind = 'send' AND state = 'due'", &error),
         &error);
    must(db_run(f->desk.db, "UPDATE turn SET state = 'dead' WHERE state = 'open'", &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    track = claim_track(f, 0);
    assert_non_null(track);
    settle(f, track, of(ANSWER_ACCEPTED), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
}

static void a_single_person_that_always_fails_stops_nobody(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear_from(f, "'user_id':'ana'", "red 1");
    for (int i = 0; i < 3; i++) {
        settle(f, claim_track(f, 0), of(ANSWER_NOT_DONE), 0);
        f->now += 3600 * 1000;
    }
    /* The lane is left by another's success; from then on the one alone says nothing about it. */
    hear_from(f, "'user_id':'bob'", "red 1");
    call = claim_track(f, 0);
    settle(f, call, of(ANSWER_NOT_DONE), 0);
    f->now += 3600 * 1000;
    while ((call = claim_track(f, 0)) != NULL)
        settle(f, call, of(strstr(buf_text(&call->body), "\"bob\"") != NULL ? ANSWER_ACCEPTED : ANSWER_NOT_DONE), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'track' AND state = 'accepted'"), 1);
}

static void whose_profile_it_is(void **state)
{
    static const struct {
        const char *who, *identity;
    } CASES[] = {
        { "'user_id':'ana','braze_id':'b1','phone_number':'+8210'", "{\"external_id\":\"ana\"," },
        { "'user_id':'','braze_id':'b2','phone_number':'+8220'", "{\"braze_id\":\"b2\"," },
        { "'user_id':'','phone_number':'+8230'", "{\"user_alias\":{\"alias_name\":\"+8230\",\"alias_label\":\"phone\"}," },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct call *call;
        char wanted[200];

        f->now += 1000;
        hear_from(f, CASES[i].who, "red 1");
        call = claim_track(f, 0);
        snprintf(wanted, sizeof wanted, BODY("%s\"_update_existing_only\":true,\"a\":\"red\",\"b\":1}"), CASES[i].identity);
        assert_body(call, wanted);
        settle(f, call, of(ANSWER_ACCEPTED), 0);
    }
}

/* The alias profile disappears in the identified one: all of it is written once more, by the next message. */
static void a_newcomer_who_gets_an_id_has_all_written_again(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear_from(f, "'user_id':'','phone_number':'+8210'", "red 1");
    settle(f, claim_track(f, 0), of(ANSWER_ACCEPTED), 0);
    f->now += 60 * 1000;
    hear_from(f, "'user_id':'ana','phone_number':'+8210'", "hush");
    call = claim_track(f, 0);
    assert_body(call, BODY(ANA "\"a\":\"red\",\"b\":1}"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    hear_from(f, "'user_id':'','phone_number':'+8210'", "hush"); /* by the phone once more: it is Ana all the same */
    f->now += 60 * 1000;
    assert_null(claim_track(f, 0));
}

/* Braze would merge or refuse them: each address once in a call. */
static void two_contacts_by_one_address_go_in_two_calls(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct call *call;

    hear_from(f, "'user_id':'','phone_number':'+8210'", "red 1");
    hear_from(f, "'user_id':'','phone_number':'+8220'", "blue 2");
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, "UPDATE identity SET value = '+8210'", &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    call = claim_track(f, 0);
    assert_int_equal(call->count, 1);
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    f->now += 1000;
    call = claim_track(f, 0);
    assert_int_equal(call->count, 1);
    assert_non_null(strstr(buf_text(&call->body), "blue"));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
}

static void an_id_that_braze_cannot_take_ends_the_row(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear_from(f, "'user_id':'ana'", "red 1");
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, "UPDATE identity SET value = replace(hex(zeroblob(500)), '00', 'xy') WHERE kind = 'external'",
                &error),
         &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_null(claim_track(f, 0));
    assert_non_null(strstr(fixture_text(f, "SELECT reason FROM outbox WHERE kind = 'track' AND state = 'dead'"), "987"));
}

static void a_person_retries_and_drops(void **state)
{
    struct fixture *f = *state;
    char json[60];

    hear_from(f, "'user_id':'ana'", "red 1");
    settle(f, claim_track(f, 0), of(ANSWER_REFUSED), 0);
    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT id FROM outbox WHERE kind = 'track'"));
    assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
    f->now += 1000;
    settle(f, claim_track(f, 0), of(ANSWER_REFUSED), 0);

    /* While a newer row is open, it carries all: what was refused too, once somebody asks for that. */
    hear_from(f, "'user_id':'ana'", "blue 1");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE is_refused = 1"), 1);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE is_refused = 1"), 0);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 409);
    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT max(id) FROM outbox WHERE kind = 'track'"));
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
    f->now += 60 * 1000;
    assert_null(claim_track(f, 0));
    hear_from(f, "'user_id':'ana'", "blue 1"); /* the same again: dropped is dropped */
    assert_null(claim_track(f, 0));
    hear_from(f, "'user_id':'ana'", "green 1");
    settle(f, claim_track(f, 0), of(ANSWER_ACCEPTED), 0);

    /* Dropped, and wanted again as it was: the book still tells who took what (the audit behind each test). */
    f->now += 60 * 1000;
    hear_from(f, "'user_id':'ana'", "red 1");
    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT max(id) FROM outbox WHERE kind = 'track'"));
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
    hear_from(f, "'user_id':'ana'", "green 1");
}

static void note_row(void *context, const struct profile_row *row)
{
    buf_addf(context, "%s %s/%s %s%s;", row->name, row->accepted != NULL ? row->accepted : "-", row->wanted, row->state,
             row->is_uncertain ? "?" : "");
}

static const char *list(struct fixture *f, struct buf *out)
{
    struct error error = { 0 };

    buf_clear(out);
    if (profile_list(f->desk.db, fixture_int(f, "SELECT min(id) FROM contact"), note_row, out, &error) < 0)
        fail_msg("%s", error.text);
    return buf_text(out);
}

static void the_list_tells_each_state(void **state)
{
    struct fixture *f = *state;
    struct buf out = { 0 };
    struct call *call;

    hear_from(f, "'user_id':'ana'", "red 1");
    assert_string_equal(list(f, &out), "a -/\"red\" waiting;b -/1 waiting;");
    call = claim_track(f, 0);
    assert_string_equal(list(f, &out), "a -/\"red\" claimed?;b -/1 claimed?;");
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_string_equal(list(f, &out), "a \"red\"/\"red\" accepted;b 1/1 accepted;");
    f->now += 60 * 1000;
    hear_from(f, "'user_id':'ana'", "blue 1");
    call = claim_track(f, 0);
    hear_from(f, "'user_id':'ana'", "green 1");
    assert_string_equal(list(f, &out), "a \"red\"/\"green\" waiting?;b 1/1 accepted;");
    settle(f, call, of(ANSWER_REFUSED), 0);
    assert_string_equal(list(f, &out), "a \"red\"/\"green\" waiting?;b 1/1 accepted;");
    f->now += 60 * 1000;
    settle(f, claim_track(f, 0), of(ANSWER_REFUSED), 0);
    assert_string_equal(list(f, &out), "a \"red\"/\"green\" refused?;b 1/1 accepted;");
    buf_release(&out);
}

/* Nothing is asked of the book, and nobody is woken for it. */
static void a_ruleset_without_attributes_pays_nothing(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, FIXTURE_RULES);
    hear_from(f, "'user_id':'ana'", "hours");
    assert_null(claim_track(f, 0));
    assert_int_equal(next_at(f, 0), INT64_MAX);
    assert_false(f->desk.may_track);
    hear_from(f, "'user_id':'ana'", "hours");
    assert_false(f->desk.may_track);
    assert_null(claim_track(f, 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(a_match_writes_and_only_news_is_sent),
        TEST(the_newest_value_wins_while_it_waits),
        TEST(what_comes_during_a_call_goes_with_the_next_and_apart),
        TEST(after_an_unknown_fate_the_old_value_is_sent_again),
        TEST(a_call_of_unknown_fate_is_repeated_but_not_at_once),
        TEST(a_kill_during_a_call_sends_it_again),
        TEST(a_batch_holds_75_people_each_once),
        TEST(what_comes_alone_leaves_alone_and_what_comes_together_in_full_calls),
        TEST(partial_errors_are_settled_object_by_object),
        TEST(an_error_about_somebody_who_is_not_there_is_about_nobody),
        TEST(a_call_is_no_longer_than_braze_takes),
        TEST(a_batch_that_is_refused_condemns_nobody),
        TEST(with_one_that_goes_alone_goes_nobody_else),
        TEST(its_troubles_do_not_touch_the_replies),
        TEST(a_workspace_that_is_not_well_is_tried_by_replies_first),
        TEST(a_single_person_that_always_fails_stops_nobody),
        TEST(whose_profile_it_is),
        TEST(a_newcomer_who_gets_an_id_has_all_written_again),
        TEST(two_contacts_by_one_address_go_in_two_calls),
        TEST(an_id_that_braze_cannot_take_ends_the_row),
        TEST(a_person_retries_and_drops),
        TEST(the_list_tells_each_state),
        TEST(a_ruleset_without_attributes_pays_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
