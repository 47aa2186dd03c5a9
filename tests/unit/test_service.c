/* service, service_end, store/service_call: from a step to a request, and from every kind of end back into the dialogue. */
#include "desk/dispatch.h"
#include "desk/service.h"
#include "desk/upkeep.h"
#include "store/outbox.h"
#include "tests/lib/setup.h"

static const char RULES[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO rule (name, pattern, action, target) VALUES\n"
    " ('book', '^book (?<guest>\\w+)$', 'flow', 'book'), ('find', '^find (?<guest>\\w+)$', 'flow', 'find');\n"
    "INSERT INTO rule (name, pattern, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n"
    "INSERT INTO service (name, method, url, body, key_env, deadline) VALUES\n"
    " ('diary', 'POST', 'https://diary.example.com/tables?for={{ guest }}', '{\"name\": \"{{ guest }}\"}', 'DIARY_KEY',\n"
    "  '10 seconds');\n"
    "INSERT INTO service (name, url, deadline) VALUES ('orders', 'https://shop.example.com/{{ guest }}', '10 seconds');\n"
    "INSERT INTO service_value (service, name, pointer) VALUES ('diary', 'code', '/code'), ('orders', 'code', '/code');\n"
    "INSERT INTO flow (name) VALUES ('book'), ('find');\n"
    "INSERT INTO step (name, say, ask) VALUES ('book.guest', 'Who?', 'text'), ('find.guest', 'Who?', 'text');\n"
    "INSERT INTO step (name, say, action, target) VALUES ('book.call', 'I ask the diary.', 'call', 'diary'),\n"
    " ('find.call', NULL, 'call', 'orders');\n"
    "INSERT INTO branch (step, only_if, say, next) VALUES\n"
    " ('book.call', ':timed_out', 'Too late.', 'end'), ('book.call', ':status = 404', 'Not there.', 'end'),\n"
    " ('book.call', ':failed', 'It failed.', 'end'),\n"
    " ('find.call', ':timed_out', 'Too late.', 'end'), ('find.call', ':status = 404', 'Not there.', 'end'),\n"
    " ('find.call', ':failed', 'It failed.', 'end');\n"
    "INSERT INTO step (name, say) VALUES ('book.done', 'The code is {{ code }}.'), ('find.done', 'Found {{ code }}.');\n";

static const char INTERRUPTED[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('reply', 'whatsapp', 'c1', 'response');"
    "INSERT INTO rule (name, pattern, action, target) VALUES ('find', '^find (?<guest>\\w+)$', 'flow', 'find');"
    "INSERT INTO rule (name, interrupts, words, action, target) VALUES ('wait', 'yes', 'wait', 'flow', 'other');"
    "INSERT INTO service (name, url, deadline) VALUES ('orders', 'https://shop.example.com/{{ guest }}', '10 seconds');"
    "INSERT INTO service_value (service, name, pointer) VALUES ('orders', 'code', '/code');"
    "INSERT INTO flow (name) VALUES ('find'), ('other');"
    "INSERT INTO step (name, say, ask) VALUES ('find.guest', 'Who?', 'text'), ('other.what', 'What is it?', 'text');"
    "INSERT INTO step (name, action, target) VALUES ('find.call', 'call', 'orders');"
    "INSERT INTO branch (step, only_if, say, next) VALUES ('find.call', ':failed', 'It failed.', 'end');"
    "INSERT INTO step (name, say) VALUES ('find.done', 'Found {{ code }}.');";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static struct service_call *claim(struct fixture *f)
{
    struct error error = { 0 };
    struct service_call *calls;

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    if (upkeep_run(&f->desk, f->now, &error) != 0 || service_claim(&f->desk, f->now, &calls, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    return calls;
}

static struct service_call *claim_one(struct fixture *f)
{
    struct service_call *call = claim(f);

    assert_non_null(call);
    assert_null(call->next);
    return call;
}

static size_t claim_all(struct fixture *f)
{
    struct service_call *calls = claim(f);
    size_t count = 0;

    for (const struct service_call *call = calls; call != NULL; call = call->next)
        count++;
    service_call_free(calls);
    return count;
}

static void settle(struct fixture *f, struct service_call *call, struct wire wire)
{
    struct error error = { 0 };
    struct service_end end;

    if (wire.failure == NULL)
        wire.failure = "as the test says";
    if (wire.body != NULL)
        wire.body_len = strlen(wire.body);
    service_end_read(&wire, 5, &end);
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    if (service_settle(&f->desk, call, &end, f->now, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    service_end_release(&end);
    service_call_free(call);
}

static struct wire answered(int status, const char *body)
{
    return (struct wire){ .end = WIRE_ANSWERED, .status = status, .body = body };
}

static const struct wire NEVER_LEFT = { .end = WIRE_NEVER_LEFT }, NO_ANSWER = { .end = WIRE_LEFT_NO_ANSWER };

static const char *state_of_call(struct fixture *f)
{
    return fixture_text(f, "SELECT state FROM outbox WHERE kind = 'call' ORDER BY id DESC LIMIT 1");
}

static const char *last_said(struct fixture *f)
{
    return fixture_text(f, "SELECT text FROM message WHERE kind = 'out' ORDER BY id DESC LIMIT 1");
}

static void a_call_leaves_as_the_rules_say_and_its_answer_goes_on(void **state)
{
    struct fixture *f = *state;
    struct service_call *call;
    char key[64];

    hear(f, "ana", "book Mia");
    call = claim_one(f);
    assert_string_equal(call->url, "https://diary.example.com/tables?for=Mia");
    assert_string_equal(call->body, "{\"name\": \"Mia\"}");
    assert_string_equal(call->key_env, "DIARY_KEY");
    assert_true(call->is_post);
    assert_false(call->may_be_local);
    assert_int_equal(call->expires_at, f->now + 10000);
    snprintf(key, sizeof key, "frontdesk-%lld-1778500000000",
             (long long)fixture_int(f, "SELECT id FROM outbox WHERE kind = 'call'"));
    assert_string_equal(call->idempotency_key, key);
    assert_string_equal(state_of_call(f), "claimed");
    settle(f, call, answered(201, "{\"code\":\"R7\"}"));
    assert_string_equal(state_of_call(f), "accepted");
    assert_string_equal(last_said(f), "The code is R7.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE class = 'accepted' AND status = 201"), 1);
    assert_int_equal(claim_all(f), 0);
}

/* The step's sentence is on its way at the same time, and an earlier one of the contact is not waited for. */
static void a_call_stands_in_no_line(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    hear(f, "ana", "book Mia");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'send' AND state = 'due'"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'send' AND state = 'waiting'"), 1);
    assert_int_equal(claim_all(f), 1);
}

static void every_end_reaches_the_dialogue(void **state)
{
    static const struct {
        const char *said;
        struct wire wire;
        const char *state, *reason, *sentence;
    } ROWS[] = {
        { "book Mia", { .end = WIRE_ANSWERED, .status = 200, .body = "{\"code\":7}" }, "accepted", "", "The code is 7." },
        { "find Mia", { .end = WIRE_ANSWERED, .status = 200, .body = "{\"code\":7}" }, "accepted", "", "Found 7." },
        { "find Mia", { .end = WIRE_ANSWERED, .status = 404, .body = "{}" }, "dead", "it answered 404", "Not there." },
        { "find Mia", { .end = WIRE_ANSWERED, .status = 302 }, "dead", "it answered 302", "It failed." },
        { "book Mia", { .end = WIRE_ANSWERED, .status = 500 }, "dead", "it answered 500", "It failed." },
        { "book Mia", { .end = WIRE_ANSWERED, .status = 200, .body = "{\"code\":7,}" }, "accepted",
          "its answer: This is not the JSON that is taken here: a key in quotes was expected (at offset 10).",
          "It failed." },
        { "book Mia", { .end = WIRE_ANSWERED, .status = 204 }, "accepted", "", "It failed." },
        { "book Mia", { .end = WIRE_ANSWERED, .status = 200, .body = "{\"co", .is_cut = true }, "dead",
          "its answer is longer than 1 MiB", "It failed." },
        { "find Mia", { .end = WIRE_NEVER_LEFT, .is_barred = true, .failure = "that is no address for us" }, "dead",
          "that is no address for us", "It failed." },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        hear(f, "ana", ROWS[i].said);
        settle(f, claim_one(f), ROWS[i].wire);
        assert_string_equal(state_of_call(f), ROWS[i].state);
        assert_string_equal(fixture_text(f, "SELECT reason FROM outbox WHERE kind = 'call' ORDER BY id DESC LIMIT 1"),
                            ROWS[i].reason);
        assert_string_equal(last_said(f), ROWS[i].sentence);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
    }
}

/* What did not leave, what nobody knows of, and a question that met a 5xx: once more, and no more. */
static void a_second_try_is_the_last(void **state)
{
    static const struct {
        const char *said;
        struct wire wire;
        int64_t is_ambiguous;
        const char *state;
    } ROWS[] = {
        { "book Mia", { .end = WIRE_NEVER_LEFT }, 0, "dead" },
        { "find Mia", { .end = WIRE_NEVER_LEFT }, 0, "dead" },
        { "book Mia", { .end = WIRE_LEFT_NO_ANSWER }, 1, "unknown" },
        { "find Mia", { .end = WIRE_LEFT_NO_ANSWER }, 1, "dead" },
        { "book Mia", { .end = WIRE_ANSWERED, .status = 200, .body = "{\"c", .is_broken = true }, 1, "unknown" },
        { "find Mia", { .end = WIRE_ANSWERED, .status = 503 }, 1, "dead" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct service_call *call;
        char key[64];

        hear(f, "ana", ROWS[i].said);
        call = claim_one(f);
        snprintf(key, sizeof key, "%s", call->idempotency_key);
        settle(f, call, ROWS[i].wire);
        assert_string_equal(state_of_call(f), "due");
        assert_int_equal(fixture_int(f, "SELECT is_ambiguous FROM outbox WHERE kind = 'call' ORDER BY id DESC LIMIT 1"),
                         ROWS[i].is_ambiguous);
        assert_int_equal(claim_all(f), 0);
        f->now += 1000;
        call = claim_one(f);
        assert_string_equal(call->idempotency_key, key);
        settle(f, call, ROWS[i].wire);
        assert_string_equal(state_of_call(f), ROWS[i].state);
        assert_string_equal(last_said(f), "It failed.");
    }
}

/* What the second one ends with says nothing of the first, unless it is a refusal of the same words. */
static void what_the_first_try_may_have_done_stays_unknown(void **state)
{
    static const struct {
        const char *said;
        struct wire second;
        const char *state;
    } ROWS[] = {
        { "book Mia", { .end = WIRE_NEVER_LEFT }, "unknown" },
        { "book Mia", { .end = WIRE_NEVER_LEFT, .is_barred = true }, "unknown" },
        { "book Mia", { .end = WIRE_ANSWERED, .status = 503 }, "unknown" },
        { "book Mia", { .end = WIRE_ANSWERED, .status = 422 }, "dead" },
        { "find Mia", { .end = WIRE_NEVER_LEFT }, "dead" },
        { "find Mia", { .end = WIRE_ANSWERED, .status = 503 }, "dead" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        hear(f, "ana", ROWS[i].said);
        settle(f, claim_one(f), (struct wire){ .end = WIRE_LEFT_NO_ANSWER });
        f->now += 1000;
        settle(f, claim_one(f), ROWS[i].second);
        assert_string_equal(state_of_call(f), ROWS[i].state);
        assert_string_equal(last_said(f), "It failed.");
    }
}

static void a_second_try_may_succeed(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "book Mia");
    settle(f, claim_one(f), NO_ANSWER);
    f->now += 1000;
    settle(f, claim_one(f), answered(201, "{\"code\":\"R7\"}"));
    assert_string_equal(last_said(f), "The code is R7.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt"), 2);
}

static void there_is_no_second_try_when_time_is_over(void **state)
{
    static const struct {
        const char *said;
        struct wire wire;
        const char *state;
    } ROWS[] = {
        { "book Mia", { .end = WIRE_LEFT_NO_ANSWER }, "unknown" },
        { "find Mia", { .end = WIRE_LEFT_NO_ANSWER }, "expired" },
        { "book Mia", { .end = WIRE_NEVER_LEFT }, "expired" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct service_call *call;

        hear(f, "ana", ROWS[i].said);
        call = claim_one(f);
        f->now += 9125;
        settle(f, call, ROWS[i].wire);
        assert_string_equal(state_of_call(f), ROWS[i].state);
        assert_string_equal(last_said(f), "Too late.");
    }
}

static void what_cannot_leave_in_time_expires(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "book Mia");
    f->now += 9500; /* half a second is left, in which nothing is begun */
    assert_int_equal(claim_all(f), 0);
    assert_string_equal(state_of_call(f), "expired");
    assert_string_equal(last_said(f), "Too late.");
}

/* Whoever waits for an answer must not be ended by the hand that ends texts. */
static void a_text_that_expires_takes_no_call_along(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct outbox_brief rows[10];
    int count;

    hear(f, "ana", "book Mia");
    assert_int_equal(outbox_overdue(f->desk.db, f->now + 100 * 3600 * 1000, 10, rows, &count, &error), 0);
    assert_int_equal(count, 1);
}

/* Whoever asks for something else meanwhile is answered in its turn; the first one has no more to wait for. */
static void a_turn_whose_call_was_interrupted_is_not_held_open_by_it(void **state)
{
    struct fixture *f = *state;
    struct service_call *call;

    fixture_load(f, INTERRUPTED);
    hear(f, "ana", "find Mia");
    call = claim_one(f);
    assert_string_equal(fixture_text(f, "SELECT state FROM turn WHERE id = 1"), "open");
    f->desk.may_consult = false; /* as it is where no backend is asked */
    hear(f, "ana", "wait");
    assert_string_equal(last_said(f), "What is it?");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn WHERE id = 1"), "silenced");
    settle(f, call, answered(200, "{\"code\":\"R7\"}"));
    hear(f, "ana", "nothing");
    assert_string_equal(last_said(f), "Found R7.");
}

static void after_a_crash_it_goes_once_more_by_the_same_key(void **state)
{
    struct fixture *f = *state;
    struct service_call *call;
    char key[64];

    hear(f, "ana", "book Mia");
    call = claim_one(f);
    snprintf(key, sizeof key, "%s", call->idempotency_key);
    service_call_free(call);
    f->now += 2000;
    fixture_reopen(f, true);
    assert_int_equal(fixture_int(f, "SELECT is_ambiguous FROM outbox WHERE kind = 'call'"), 1);
    call = claim_one(f);
    assert_string_equal(call->idempotency_key, key);
    settle(f, call, answered(201, "{\"code\":\"R7\"}"));
    assert_string_equal(last_said(f), "The code is R7.");
}

static void after_two_crashes_it_is_over(void **state)
{
    static const char *const SAID[] = { "book Mia", "find Mia" }, *const STATES[] = { "unknown", "expired" };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        hear(f, "ana", SAID[i]);
        assert_int_equal(claim_all(f), 1);
        fixture_reopen(f, true);
        assert_int_equal(claim_all(f), 1);
        fixture_reopen(f, true);
        assert_int_equal(claim_all(f), 0);
        assert_string_equal(state_of_call(f), STATES[i]);
        assert_string_equal(last_said(f), "Too late.");
    }
}

static void a_crash_after_which_time_is_over_ends_it(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "find Mia");
    assert_int_equal(claim_all(f), 1);
    f->now += 20000;
    fixture_reopen(f, true);
    assert_int_equal(claim_all(f), 0);
    assert_string_equal(state_of_call(f), "expired");
}

static void a_conversation_that_changed_hands_withholds_its_call(void **state)
{
    struct fixture *f = *state;
    int64_t said;

    hear(f, "ana", "book Mia");
    said = fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'out'");
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'joe'}"), 200);
    assert_int_equal(claim_all(f), 0);
    assert_string_equal(state_of_call(f), "withheld");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'out'"), said);
}

/* Who takes over would book a second time what is booked already. */
static void what_may_have_been_booked_is_not_withheld(void **state)
{
    static const char *const SAID[] = { "book Mia", "find Mia" };
    static const char *const FATES[] = {
        "unknown nobody can tell whether it arrived; the conversation changed hands before it could be made once more",
        "withheld the conversation changed hands before the call left",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        hear(f, i == 0 ? "ana" : "bob", SAID[i]);
        service_call_free(claim_one(f));
        fixture_reopen(f, true);
        assert_int_equal(fixture_act(f, "take", i == 0 ? "{'conversation':1,'actor':'joe'}" : "{'conversation':2,'actor':'joe'}"),
                         200);
        assert_int_equal(claim_all(f), 0);
        assert_string_equal(fixture_text(f, "SELECT state || ' ' || reason FROM outbox WHERE kind = 'call' ORDER BY id DESC LIMIT 1"),
                            FATES[i]);
    }
}

static void an_answer_for_a_dialogue_that_is_gone_says_nothing(void **state)
{
    struct fixture *f = *state;
    struct service_call *call;
    int64_t said;

    hear(f, "ana", "book Mia");
    call = claim_one(f);
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'joe'}"), 200);
    said = fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'out'");
    settle(f, call, answered(201, "{\"code\":\"R7\"}"));
    assert_string_equal(state_of_call(f), "accepted");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'out'"), said);
}

static void a_busy_service_does_not_stop_another(void **state)
{
    struct fixture *f = *state;
    struct service_call *calls, *first;
    char user[16];

    for (int i = 0; i < 6; i++) {
        snprintf(user, sizeof user, "b%d", i);
        hear(f, user, "book Mia");
    }
    calls = claim(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'call' AND state = 'claimed'"), 4);
    for (int i = 0; i < 6; i++) {
        snprintf(user, sizeof user, "f%d", i);
        hear(f, user, "find Mia");
    }
    assert_int_equal(claim_all(f), 4);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'call' AND state = 'due'"), 4);
    assert_int_equal(claim_all(f), 0);
    first = calls;
    calls = calls->next;
    first->next = NULL;
    settle(f, first, answered(201, "{\"code\":\"R7\"}"));
    first = claim_one(f);
    assert_string_equal(first->service, "diary");
    service_call_free(first);
    service_call_free(calls);
}

static void replies_leave_while_services_are_busy(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct call *replies;
    char user[16];

    for (int i = 0; i < 12; i++) {
        snprintf(user, sizeof user, "u%d", i);
        hear(f, user, i % 2 == 0 ? "book Mia" : "find Mia");
    }
    assert_int_equal(claim_all(f), 8);
    hear(f, "zoe", "hours");
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(dispatch_claim(&f->desk, f->now, 0, &replies, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    assert_non_null(replies);
    assert_non_null(strstr(buf_text(&replies->body), "From 8 to 6."));
    call_free(replies);
}

static int64_t next(struct fixture *f)
{
    struct error error = { 0 };
    int64_t at;

    assert_int_equal(service_next(&f->desk, &at, &error), 0);
    return at;
}

static void the_loop_knows_when_to_look_again(void **state)
{
    struct fixture *f = *state;
    struct service_call *call;

    assert_true(next(f) == INT64_MAX);
    hear(f, "ana", "find Mia");
    assert_int_equal(next(f), f->now);
    call = claim_one(f);
    assert_true(next(f) == INT64_MAX);
    settle(f, call, NEVER_LEFT);
    assert_in_range(next(f), f->now + 100, f->now + 400);
    f->now += 1000;
    settle(f, claim_one(f), NEVER_LEFT);
    assert_true(next(f) == INT64_MAX);
    assert_false(f->desk.may_call);
}

/* When no slot is free, the next thing to happen to a waiting call is that its time is over. */
static void a_call_without_a_slot_is_looked_at_when_it_expires(void **state)
{
    struct fixture *f = *state;
    char user[16];

    for (int i = 0; i < 5; i++) {
        snprintf(user, sizeof user, "b%d", i);
        hear(f, user, "book Mia");
    }
    assert_int_equal(claim_all(f), 4);
    assert_int_equal(next(f), f->now + 9500);
}

static void a_clock_that_jumps_takes_no_time_away(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "book Mia");
    f->now += 3600 * 1000;
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(upkeep_clock_jumped(&f->desk, 3600 * 1000, f->now, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    assert_int_equal(claim_all(f), 1);
}

static void a_person_may_drop_a_call_and_not_repeat_it(void **state)
{
    struct fixture *f = *state;
    char json[80];

    hear(f, "ana", "book Mia");
    snprintf(json, sizeof json, "{'id':%lld,'actor':'joe'}",
             (long long)fixture_int(f, "SELECT id FROM outbox WHERE kind = 'call'"));
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
    assert_string_equal(state_of_call(f), "dead");
    assert_string_equal(last_said(f), "It failed.");
    assert_int_equal(fixture_act(f, "outbox-drop", json), 409);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 409);
}

static void what_an_attempt_is_called(void **state)
{
    static const struct {
        struct wire wire;
        const char *class;
    } ROWS[] = {
        { { .end = WIRE_ANSWERED, .status = 204 }, "accepted" },
        { { .end = WIRE_ANSWERED, .status = 400 }, "refused" },
        { { .end = WIRE_ANSWERED, .status = 502 }, "not_done" },
        { { .end = WIRE_ANSWERED, .status = 200, .is_broken = true, .failure = "x" }, "ambiguous" },
        { { .end = WIRE_LEFT_NO_ANSWER, .failure = "x" }, "ambiguous" },
        { { .end = WIRE_NEVER_LEFT, .failure = "x" }, "not_sent" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct service_end end;

        service_end_read(&ROWS[i].wire, 1, &end);
        assert_string_equal(service_end_class(&end), ROWS[i].class);
        service_end_release(&end);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_leaves_as_the_rules_say_and_its_answer_goes_on),
        TEST(a_call_stands_in_no_line),
        TEST(every_end_reaches_the_dialogue),
        TEST(a_second_try_is_the_last),
        TEST(what_the_first_try_may_have_done_stays_unknown),
        TEST(a_second_try_may_succeed),
        TEST(there_is_no_second_try_when_time_is_over),
        TEST(what_cannot_leave_in_time_expires),
        TEST(a_text_that_expires_takes_no_call_along),
        TEST(a_turn_whose_call_was_interrupted_is_not_held_open_by_it),
        TEST(after_a_crash_it_goes_once_more_by_the_same_key),
        TEST(after_two_crashes_it_is_over),
        TEST(a_crash_after_which_time_is_over_ends_it),
        TEST(a_conversation_that_changed_hands_withholds_its_call),
        TEST(what_may_have_been_booked_is_not_withheld),
        TEST(an_answer_for_a_dialogue_that_is_gone_says_nothing),
        TEST(a_busy_service_does_not_stop_another),
        TEST(replies_leave_while_services_are_busy),
        TEST(the_loop_knows_when_to_look_again),
        TEST(a_call_without_a_slot_is_looked_at_when_it_expires),
        TEST(a_clock_that_jumps_takes_no_time_away),
        TEST(a_person_may_drop_a_call_and_not_repeat_it),
        cmocka_unit_test(what_an_attempt_is_called),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
