/*
 * entry: what is done to a profile once: how what waits collapses, in which turn it goes, and that nothing of it is repeated
 * where nobody knows whether it was done.
 */
#include "desk/carry.h"
#include "store/entry.h"
#include "tests/unit/profile_case.h"

/* "increment visits 3 waiting; …" in the order in which they were put. */
static const char *entries(struct fixture *f)
{
    return fixture_text(f, "SELECT coalesce(group_concat(kind || ' ' || name || ' ' || value || ' ' || state, '; '), '') "
                           "FROM (SELECT * FROM entry ORDER BY id)");
}

#define ANA "{\"external_id\":\"ana\",\"_update_existing_only\":true,"

static void assert_body(const struct call *call, const char *json)
{
    assert_non_null(call);
    assert_string_equal(buf_text(&call->body), json);
}

static void increments_that_wait_add_up(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana"), bob = meet(f, "bob");
    struct call *call;

    put(f, ana, "increment", "visits", "1");
    put(f, ana, "increment", "visits", "3");
    put(f, ana, "increment", "spent", "-2");
    put(f, bob, "increment", "visits", "5");
    assert_string_equal(entries(f), "increment visits 4 waiting; increment spent -2 waiting; increment visits 5 waiting");
    call = claim_track(f, 0);
    assert_body(call, "{\"attributes\":[" ANA "\"visits\":{\"inc\":4},\"spent\":{\"inc\":-2}},"
                      "{\"external_id\":\"bob\",\"_update_existing_only\":true,\"visits\":{\"inc\":5}}]}");
    put(f, ana, "increment", "visits", "10"); /* what is under way takes no more */
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_string_equal(entries(f), "increment visits 4 accepted; increment spent -2 accepted; increment visits 5 accepted; "
                                    "increment visits 10 waiting");
    call = claim_later(f);
    assert_body(call, "{\"attributes\":[" ANA "\"visits\":{\"inc\":10}}]}");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_null(claim_later(f));
}

static void increments_that_cancel_out_are_not_sent(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");

    put(f, ana, "increment", "visits", "2");
    put(f, ana, "increment", "visits", "-2");
    assert_string_equal(entries(f), "");
    assert_null(claim_track(f, 0));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'track' AND state = 'withheld'"), 1);
}

static void a_sum_stays_within_what_json_can_tell(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct call *call;

    put(f, ana, "increment", "visits", "999999999999999");
    put(f, ana, "increment", "visits", "1");
    assert_string_equal(entries(f), "increment visits 999999999999999 waiting; increment visits 1 waiting");
    call = claim_track(f, 0);
    assert_body(call, "{\"attributes\":[" ANA "\"visits\":{\"inc\":999999999999999}}]}");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    call = claim_later(f); /* one of an attribute in a call */
    assert_body(call, "{\"attributes\":[" ANA "\"visits\":{\"inc\":1}}]}");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
}

static void what_is_no_entry_is_refused_in_words(void **state)
{
    static const char *const CASES[][2] = {
        { "increment", "1.5" },   { "increment", "'1'" },  { "increment", "1000000000000000" }, { "array_add", "'a'" },
        { "array_add", "[]" },    { "array_add", "[1]" },  { "array_remove", "{}" },            { "event", "[]" },
        { "event", "not JSON" }, { "increment", "null" },
    };
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct error error = { 0 };

        if (try_put(f, ana, CASES[i][0], "x", CASES[i][1], &error) == 0)
            fail_msg("%s %s was taken", CASES[i][0], CASES[i][1]);
        assert_non_null(strstr(error.text, "x"));
    }
    assert_string_equal(entries(f), "");
}

static void of_an_element_the_last_word_counts(void **state)
{
    static const struct {
        const char *ops[5]; /* '+a,b' adds, '-a' removes */
        const char *left;
    } CASES[] = {
        { { "+a", "+b,c" }, "array_add tags [\"a\",\"b\",\"c\"] waiting" },
        { { "+a,b", "+a" }, "array_add tags [\"b\",\"a\"] waiting" },
        { { "+a,b,a" }, "array_add tags [\"b\",\"a\"] waiting" },
        { { "+a,b", "-a" }, "array_add tags [\"b\"] waiting; array_remove tags [\"a\"] waiting" },
        { { "+a", "-a" }, "array_remove tags [\"a\"] waiting" },
        { { "-a", "+a" }, "array_add tags [\"a\"] waiting" },
        { { "-a,b", "+a", "-a" }, "array_remove tags [\"b\",\"a\"] waiting" },
        { { "+a", "-a", "+a", "-b" }, "array_add tags [\"a\"] waiting; array_remove tags [\"b\"] waiting" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct error error = { 0 };
        char user[20];
        int64_t contact;

        snprintf(user, sizeof user, "u%zu", i);
        contact = meet(f, user);
        for (size_t k = 0; k < 5 && CASES[i].ops[k] != NULL; k++) {
            struct buf json = { 0 };

            buf_add_text(&json, "['");
            for (const char *at = CASES[i].ops[k] + 1; *at != '\0'; at++)
                *at == ',' ? buf_add_text(&json, "','") : buf_add_char(&json, *at);
            buf_add_text(&json, "']");
            put(f, contact, CASES[i].ops[k][0] == '+' ? "array_add" : "array_remove", "tags", buf_text(&json));
            buf_release(&json);
        }
        assert_string_equal(entries(f), CASES[i].left);
        must(desk_begin(&f->desk, &error), &error);
        must(db_run(f->desk.db, "DELETE FROM entry", &error), &error);
        must(desk_commit(&f->desk, &error), &error);
    }
}

static void what_is_added_and_what_is_removed_go_in_two_calls(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct call *call;

    put(f, ana, "array_add", "tags", "['a']");
    put(f, ana, "array_remove", "tags", "['b']");
    call = claim_track(f, 0);
    assert_body(call, "{\"attributes\":[" ANA "\"tags\":{\"add\":[\"a\"]}}]}");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_null(claim_track(f, 0));
    f->now += TRACK_APART_MS;
    call = claim_track(f, 0);
    assert_body(call, "{\"attributes\":[" ANA "\"tags\":{\"remove\":[\"b\"]}}]}");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
}

static void no_entry_grows_beyond_what_an_array_takes(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    char json[30];

    for (int i = 0; i < 30; i++) {
        snprintf(json, sizeof json, "['t%d']", i);
        put(f, ana, "array_add", "tags", json);
    }
    assert_string_equal(fixture_text(f, "SELECT group_concat(n) FROM (SELECT json_array_length(value) AS n FROM entry ORDER BY id)"),
                        "25,5");
}

static void want_after_replies(struct fixture *f, int64_t contact, const char *name, const char *json)
{
    struct profile_want want = { .contact = contact, .name = name, .value = json, .rule = "test", .now = f->now,
                                 .way = PROFILE_AFTER_REPLIES };
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(profile_want(f->desk.db, &want, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

/* The set value left with the first attempt only, for now it has to wait: neither fate of the second is its own. */
static void what_a_later_attempt_leaves_out_is_not_settled_with_it(void **state)
{
    static const enum answer_class CLASSES[] = { ANSWER_ACCEPTED, ANSWER_REFUSED };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        int64_t who = meet(f, i == 0 ? "ana" : "bob");
        struct call *call;

        set(f, who, "tags", "[\"new\"]");
        settle(f, claim_later(f), of(ANSWER_NOT_DONE), 503);
        want_after_replies(f, who, "tags", "[\"other\"]");
        want_after_replies(f, who, "tags", "[\"new\"]");
        put(f, who, "increment", "visits", "1");
        call = claim_later(f);
        assert_non_null(strstr(buf_text(&call->body), "\"visits\":{\"inc\":1}"));
        assert_null(strstr(buf_text(&call->body), "tags"));
        settle(f, call, of(CLASSES[i]), i == 0 ? 201 : 400);
        call = claim_later(f);
        assert_non_null(call);
        assert_non_null(strstr(buf_text(&call->body), "\"tags\":[\"new\"]"));
        settle(f, call, of(ANSWER_ACCEPTED), 201);
        assert_null(claim_later(f));
    }
}

static void events_go_beside_the_attributes_each_by_itself(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct call *call;

    f->now = 1747042200123;
    set(f, ana, "a", "1");
    put(f, ana, "event", "paid", "{'sum':7,'at':'the \\'shop\\''}");
    put(f, ana, "event", "paid", "{}");
    put(f, ana, "increment", "visits", "1");
    call = claim_track(f, 0);
    assert_body(call, "{\"attributes\":[" ANA "\"a\":1,\"visits\":{\"inc\":1}}],\"events\":["
                      ANA "\"name\":\"paid\",\"time\":\"2025-05-12T09:30:00.123Z\",\"properties\":{\"sum\":7,\"at\":\"the \\\"shop\\\"\"}},"
                      ANA "\"name\":\"paid\",\"time\":\"2025-05-12T09:30:00.123Z\"}]}");
    assert_string_equal(fixture_text(f, "SELECT attributes || json_array_length(events) FROM track"),
                        "{\"a\":1,\"visits\":{\"inc\":1}}2");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_null(claim_later(f));
}

static void a_call_holds_75_objects_in_total(void **state)
{
    struct fixture *f = *state;
    int64_t contacts[20];
    int objects = 0, calls = 0;
    char user[20];

    for (int i = 0; i < 20; i++) {
        snprintf(user, sizeof user, "u%d", i);
        contacts[i] = meet(f, user);
        for (int k = 0; k < 6; k++)
            put(f, contacts[i], "event", "seen", "{}");
        set(f, contacts[i], "a", "1");
    }
    for (int i = 0; i < 80; i++)
        put(f, contacts[0], "event", "more", "{}");
    for (struct call *call = claim_track(f, 0); call != NULL; call = claim_later(f)) {
        assert_in_range(call->attribute_count + call->event_count, 1, 75);
        assert_in_range(call->count, 1, 75);
        objects += call->attribute_count + call->event_count;
        calls++;
        settle(f, call, of(ANSWER_ACCEPTED), 201);
    }
    assert_int_equal(objects, 20 * 7 + 80);
    assert_in_range(calls, 3, 5);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM entry WHERE state = 'accepted'"), 200);
}

static const char *states(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(substr(kind, 1, 9) || ' ' || state, '; ') FROM (SELECT * FROM entry ORDER BY id)");
}

/* One of each for Ana: a value, an increment, something added, an event. */
static void put_all(struct fixture *f, int64_t contact)
{
    set(f, contact, "a", "1");
    put(f, contact, "increment", "visits", "1");
    put(f, contact, "array_add", "tags", "['a']");
    put(f, contact, "event", "paid", "{}");
}

static void what_was_surely_not_done_goes_again(void **state)
{
    static const struct {
        enum answer_class class;
        int status;
    } CASES[] = {
        { ANSWER_NOT_SENT, 0 }, { ANSWER_LATER, 429 }, { ANSWER_STOPPED, 401 }, { ANSWER_NOT_DONE, 503 }, { ANSWER_NOT_DONE, 502 },
        { ANSWER_NOT_DONE, 408 },
    };
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");

    put_all(f, ana);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct call *call = claim_later(f);

        assert_body(call, "{\"attributes\":[" ANA "\"a\":1,\"visits\":{\"inc\":1},\"tags\":{\"add\":[\"a\"]}}],\"events\":["
                          ANA "\"name\":\"paid\",\"time\":\"2026-05-11T11:46:40.000Z\"}]}");
        settle(f, call, of(CASES[i].class), CASES[i].status);
        assert_string_equal(states(f), "increment waiting; array_add waiting; event waiting");
    }
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(states(f), "increment accepted; array_add accepted; event accepted");
}

/* Sets and arrays go again; what would count twice is left for a person, and the row with it. */
static void what_may_have_been_done_is_repeated_only_where_that_does_no_harm(void **state)
{
    static const struct {
        enum answer_class class;
        int status;
    } CASES[] = { { ANSWER_AMBIGUOUS, 0 }, { ANSWER_NOT_DONE, 500 }, { ANSWER_NOT_DONE, 504 } };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char user[20], json[60], body[300];
        struct call *call;

        snprintf(user, sizeof user, "u%zu", i);
        put_all(f, meet(f, user));
        settle(f, claim_later(f), of(CASES[i].class), CASES[i].status);
        assert_string_equal(fixture_text(f, "SELECT group_concat(kind || ' ' || state) FROM (SELECT * FROM entry ORDER BY id DESC "
                                            "LIMIT 3)"),
                            "event unknown,array_add waiting,increment unknown");
        call = claim_later(f);
        snprintf(body, sizeof body, "{\"attributes\":[{\"external_id\":\"%s\",\"_update_existing_only\":true,\"a\":1,"
                                    "\"tags\":{\"add\":[\"a\"]}}]}", user);
        assert_body(call, body);
        settle(f, call, of(ANSWER_ACCEPTED), 201);
        assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'track' ORDER BY id DESC"), "unknown");
        assert_null(claim_later(f));

        /* By a person. */
        snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT max(id) FROM outbox WHERE kind = 'track'"));
        assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
        call = claim_later(f);
        assert_non_null(strstr(buf_text(&call->body), "\"visits\":{\"inc\":1}"));
        assert_non_null(strstr(buf_text(&call->body), "\"name\":\"paid\""));
        assert_null(strstr(buf_text(&call->body), "tags"));
        settle(f, call, of(ANSWER_ACCEPTED), 201);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM entry WHERE state <> 'accepted'"), 0);
    }
}

static void a_row_of_unknown_fate_alone_ends_at_once_and_can_be_dropped(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    char json[60];

    put(f, ana, "increment", "visits", "1");
    settle(f, claim_track(f, 0), of(ANSWER_AMBIGUOUS), 0);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'track'"), "unknown");
    put(f, ana, "increment", "visits", "1"); /* a new one has nothing to do with it, but for the distance */
    assert_null(claim_track(f, 0));
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(states(f), "increment unknown; increment accepted");
    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT min(id) FROM outbox WHERE kind = 'track'"));
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM entry ORDER BY id"), "refused: dropped by a person");
    assert_null(claim_later(f));
}

static void what_a_person_insists_on_goes_with_the_row_that_is_open(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct call *call;
    char json[60];

    put(f, ana, "increment", "visits", "1");
    settle(f, claim_track(f, 0), of(ANSWER_AMBIGUOUS), 0);
    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(f, "SELECT id FROM outbox WHERE kind = 'track'"));
    put(f, ana, "event", "paid", "{}");
    assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
    call = claim_later(f);
    assert_non_null(strstr(buf_text(&call->body), "\"inc\":1"));
    assert_non_null(strstr(buf_text(&call->body), "\"paid\""));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
}

static void a_kill_in_flight_leaves_unknown_what_would_count_twice(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana"), bob = meet(f, "bob");
    struct call *call;

    put_all(f, ana);
    put(f, bob, "increment", "visits", "5");
    call_free(claim_track(f, 0));
    assert_string_equal(states(f), "increment claimed; array_add claimed; event claimed; increment claimed");
    fixture_reopen(f, true);
    assert_string_equal(states(f), "increment unknown; array_add waiting; event unknown; increment unknown");
    call = claim_later(f);
    assert_body(call, "{\"attributes\":[" ANA "\"a\":1,\"tags\":{\"add\":[\"a\"]}}]}");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM outbox WHERE kind = 'track'"), "unknown,unknown");
}

static void bad(struct answer *answer, enum answer_list list, int index)
{
    answer->bad_list[answer->bad_count] = list;
    answer->bad_index[answer->bad_count++] = index;
}

static void partial_errors_are_settled_by_list_and_index(void **state)
{
    struct fixture *f = *state;
    struct answer answer = of(ANSWER_ACCEPTED_BUT);
    int64_t ana = meet(f, "ana"), bob = meet(f, "bob");
    struct call *call;

    put(f, ana, "event", "one", "{}");
    put(f, ana, "event", "two", "{}");
    put(f, ana, "event", "three", "{}");
    put_all(f, bob);
    call = claim_track(f, 0); /* attributes: Bob's; events: one two three, and Bob's */
    assert_int_equal(call->attribute_count * 10 + call->event_count, 14);
    bad(&answer, LIST_EVENTS, 0);
    bad(&answer, LIST_EVENTS, 2);
    bad(&answer, LIST_ATTRIBUTES, 0);
    bad(&answer, LIST_OTHER, 3);
    settle(f, call, answer, 201);
    assert_string_equal(fixture_text(f, "SELECT group_concat(name || ' ' || state) FROM (SELECT * FROM entry ORDER BY id)"),
                        "one refused,two accepted,three refused,visits refused,tags refused,paid accepted");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE is_refused AND name = 'a'"), 1);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM outbox WHERE kind = 'track'"), "dead,dead");
    assert_string_equal(fixture_text(f, "SELECT reason FROM outbox WHERE kind = 'track' ORDER BY id"),
                        "as the test says (2 of 3 things that it carried; the rest is written)");
    assert_null(claim_later(f));
}

/* Without a list the index counts in the only one there is; with two lists it names nobody. */
static void an_index_without_a_list(void **state)
{
    struct fixture *f = *state;
    struct answer answer = of(ANSWER_ACCEPTED_BUT);
    int64_t ana = meet(f, "ana");

    bad(&answer, LIST_UNTOLD, 1);
    put(f, ana, "event", "one", "{}");
    put(f, ana, "event", "two", "{}");
    settle(f, claim_track(f, 0), answer, 201);
    assert_string_equal(states(f), "event accepted; event refused");
    put_all(f, ana);
    settle(f, claim_later(f), answer, 201);
    assert_string_equal(states(f), "event accepted; event refused; increment unknown; array_add waiting; event unknown");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM entry WHERE name = 'tags' AND state = 'accepted'"), 1);
}

/* A 400 condemns nobody: the row goes alone, then its objects one by one, and only the guilty one ends. */
static void a_refusal_is_narrowed_down_to_one_object(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana"), bob = meet(f, "bob");
    int calls = 0;

    put(f, bob, "event", "good", "{}");
    put_all(f, ana);
    put(f, ana, "event", "bad", "{}");
    for (struct call *call = claim_track(f, 0); call != NULL; call = claim_later(f), calls++) {
        bool is_bad = strstr(buf_text(&call->body), "\"bad\"") != NULL;

        settle(f, call, of(is_bad ? ANSWER_REFUSED : ANSWER_ACCEPTED), is_bad ? 400 : 201);
        assert_true(calls < 12);
    }
    assert_string_equal(fixture_text(f, "SELECT group_concat(name || ' ' || state) FROM (SELECT * FROM entry ORDER BY id)"),
                        "good accepted,visits accepted,tags accepted,paid accepted,bad refused");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile WHERE accepted = wanted"), 1);
}

static void who_cannot_be_told_of_has_his_entries_refused(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct error error = { 0 };

    put_all(f, ana);
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, "UPDATE identity SET value = replace(hex(zeroblob(500)), '00', 'xy')", &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_null(claim_track(f, 0));
    assert_string_equal(states(f), "increment refused; array_add refused; event refused");
    assert_non_null(strstr(fixture_text(f, "SELECT reason FROM entry"), "987"));
}

static void note(void *context, const struct entry_row *row)
{
    buf_addf(context, "%s %s by %s %s%s%s;", row->name, row->state, row->wanted_by, row->settled_at != 0 ? "settled" : "open",
             row->reason[0] != '\0' ? ": " : "", row->reason);
}

static void the_list_tells_what_is_not_there_first(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct error error = { 0 };
    struct buf out = { 0 };

    put(f, ana, "event", "one", "{}");
    settle(f, claim_track(f, 0), of(ANSWER_ACCEPTED), 201);
    put(f, ana, "event", "two", "{}");
    settle(f, claim_later(f), of(ANSWER_AMBIGUOUS), 0);
    put(f, ana, "event", "three", "{}");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    put(f, ana, "event", "four", "{}");
    assert_int_equal(entry_list(f->desk.db, ana, 3, note, &out, &error), 3);
    assert_string_equal(buf_text(&out), "four waiting by rule test open;two unknown by rule test settled: as the test says;"
                                        "three accepted by rule test settled;");
    buf_release(&out);
}

/* The effect of a decision, by the road of all effects. */
static void a_decision_puts_what_it_wants_done(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct conversation conversation;
    struct effect effects[] = {
        { .kind = EFFECT_ENTRY, .entry = ENTRY_INCREMENT, .rule = &f->desk.rules->rules[0], .name = "visits", .text = (char[]){ "1" } },
        { .kind = EFFECT_ENTRY, .entry = ENTRY_ARRAY_ADD, .step = "table.people", .name = "tags", .text = (char[]){ "[\"a\"]" } },
        { .kind = EFFECT_ENTRY, .entry = ENTRY_ARRAY_REMOVE, .moment = "close", .name = "tags", .text = (char[]){ "[\"b\"]" } },
        { .kind = EFFECT_ENTRY, .entry = ENTRY_EVENT, .moment = "handoff", .name = "ended", .text = (char[]){ "{\"n\":1}" } },
        { .kind = EFFECT_ATTRIBUTE, .moment = "close", .name = "last", .text = (char[]){ "true" } },
    };
    struct decision decision = { .effects = effects, .effect_count = 5 };
    struct carry carry = { .desk = &f->desk, .conversation = &conversation, .decision = &decision, .now = f->now };
    struct error error = { 0 };

    carry.message = fixture_int(f, "SELECT id FROM message");
    f->now += 1; /* later than the message */
    carry.now = f->now;
    must(desk_begin(&f->desk, &error), &error);
    assert_int_equal(conversation_get(f->desk.db, conversation_of(f, ana), &conversation, &error), 1);
    must(carry_out(&carry, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_string_equal(fixture_text(f, "SELECT group_concat(kind || ' ' || name || ' ' || value || ' ' || iif(wanted_by LIKE "
                                        "'rule %', 'rule', wanted_by), '; ') FROM (SELECT * FROM entry ORDER BY id)"),
                        "increment visits 1 rule; array_add tags [\"a\"] step table.people; array_remove tags [\"b\"] close; "
                        "event ended {\"n\":1} handoff");
    assert_string_equal(fixture_text(f, "SELECT name || ' ' || rule FROM profile"), "last close");
    assert_int_equal(fixture_int(f, "SELECT message FROM profile"), 1);
    assert_int_equal(fixture_int(f, "SELECT wanted_at FROM profile"), 1778500000001);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM entry WHERE message = 1 AND at = 1778500000001"), 4);
    settle(f, claim_track(f, 0), of(ANSWER_ACCEPTED), 201);
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_null(claim_later(f));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(increments_that_wait_add_up),
        TEST(increments_that_cancel_out_are_not_sent),
        TEST(a_sum_stays_within_what_json_can_tell),
        TEST(what_is_no_entry_is_refused_in_words),
        TEST(of_an_element_the_last_word_counts),
        TEST(what_is_added_and_what_is_removed_go_in_two_calls),
        TEST(no_entry_grows_beyond_what_an_array_takes),
        TEST(what_a_later_attempt_leaves_out_is_not_settled_with_it),
        TEST(events_go_beside_the_attributes_each_by_itself),
        TEST(a_call_holds_75_objects_in_total),
        TEST(what_was_surely_not_done_goes_again),
        TEST(what_may_have_been_done_is_repeated_only_where_that_does_no_harm),
        TEST(a_row_of_unknown_fate_alone_ends_at_once_and_can_be_dropped),
        TEST(what_a_person_insists_on_goes_with_the_row_that_is_open),
        TEST(a_kill_in_flight_leaves_unknown_what_would_count_twice),
        TEST(partial_errors_are_settled_by_list_and_index),
        TEST(an_index_without_a_list),
        TEST(a_refusal_is_narrowed_down_to_one_object),
        TEST(who_cannot_be_told_of_has_his_entries_refused),
        TEST(the_list_tells_what_is_not_there_first),
        TEST(a_decision_puts_what_it_wants_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
