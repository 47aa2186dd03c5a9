/* consult: turns that a backend answers. Who joins, who waits, what ends with the clock or with a change of hands. */
#include "desk/decide.h"
#include "tests/lib/asking.h"

enum { SETTLE_MS = 2000, SETTLE_MAX_MS = 5000, LEAST_MS = 500 };

static const char RULES[] = ASKING_SHOP
    "INSERT INTO backend (name, kind, url, model, settle_ms, deadline, turn_deadline, acts) VALUES\n"
    " ('wise', 'openai', " ASKING_URL ", 'm', 0, '10 seconds', '30 seconds', 'close');\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms, settle_max_ms) VALUES\n"
    " ('slow', 'openai', " ASKING_URL ", 'm', 2000, 5000);\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms, calls, turn_deadline) VALUES\n"
    " ('lone', 'openai', " ASKING_URL ", 'm', 0, 1, '30 seconds');\n"
    "INSERT INTO phrase (name, language, text) VALUES ('ai_notice', 'en', 'A machine writes.');\n"
    "INSERT INTO rule (name, words, action, target) VALUES\n"
    " ('why', 'why', 'consult', 'wise'), ('muse', 'muse', 'consult', 'slow'), ('lone', 'lone', 'consult', 'lone');\n"
    "INSERT INTO rule (name, words, action, target, say) VALUES ('think', 'think', 'consult', 'wise', 'One moment.');\n"
    "INSERT INTO rule (name, priority, action, target, words) VALUES ('vip', 900, 'tag', 'gold', 'gold');\n"
    "INSERT INTO rule (name, interrupts, words, say) VALUES ('door', 'yes', 'door', 'On the left.');\n"
    "INSERT INTO rule (name, priority, action, words, say) VALUES ('stop', 1000, 'opt_out', '=stop', 'Bye.');\n";

/* The same without a backend. */
static const char POORER_RULES[] = ASKING_SHOP;

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static const char NOTICE[] = "A machine writes.\n\n";

/* What was said after the notice, which stands before the first answer. */
static const char *answer_said(struct fixture *f)
{
    const char *text = said(f);

    assert_memory_equal(text, NOTICE, sizeof NOTICE - 1);
    return text + sizeof NOTICE - 1;
}

static int64_t next(struct fixture *f)
{
    struct error error = { 0 };
    int64_t at;

    assert_int_equal(consult_next(&f->desk, &at, &error), 0);
    return at;
}

/* Joining and waiting */

static void nobody_passes_those_who_wait(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "your hours");
    hear(f, "ana", "why two");
    assert_int_equal(behind(f), 2);
    assert_int_equal(fixture_int(f, "SELECT round FROM consult"), 1);
    settle(f, call, says("One."));
    call = claim_one(f);
    settle(f, call, says("Two."));
    assert_string_equal(answer_said(f), "One.|From 8 to 6.|Two.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM consult WHERE turn = 3"), 1);
}

/* One of those that waited is a question itself. */
static void who_waits_behind_a_question_that_waited_waits_on(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "your hours");
    hear(f, "ana", "why two");
    hear(f, "ana", "your hours, please");
    settle(f, call, says("One."));
    assert_int_equal(behind(f), 1);
    assert_string_equal(answer_said(f), "One.|From 8 to 6.");
    settle(f, claim_one(f), says("Two."));
    assert_int_equal(behind(f), 0);
    assert_string_equal(answer_said(f), "One.|From 8 to 6.|Two.|From 8 to 6.");
}

static void who_joins_is_asked_about_with_the_first(void **state)
{
    struct fixture *f = *state;
    struct consult_call *first, *second;

    hear(f, "ana", "why one");
    first = claim_one(f);
    hear(f, "ana", "why two");
    assert_int_equal(behind(f), 0);
    second = claim_one(f);
    assert_non_null(strstr(buf_text(&second->request.body), "why one"));
    assert_non_null(strstr(buf_text(&second->request.body), "why two"));
    settle(f, first, says("Early."));
    settle(f, second, says("Both."));
    assert_string_equal(answer_said(f), "Both.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'note' AND text LIKE '%Early.'"), 1);
}

/* Asked again, it would have no time to answer. */
static void who_writes_on_when_the_time_is_nearly_over_waits_for_the_answer(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "lone one");
    call = claim_one(f);
    f->now += 27 * SECOND_MS;
    hear(f, "ana", "lone hello?");
    assert_int_equal(behind(f), 1);
    f->now += 1 * SECOND_MS;
    settle(f, call, says("One."));
    assert_string_equal(answer_said(f), "One.");
    settle(f, claim_one(f), says("Two."));
    assert_string_equal(answer_said(f), "One.|Two.");
}

/* The model would answer it, and the rule that takes it once more. */
/* Her "one moment" was for both. What interrupts is said at once, and ends nothing. */
static void who_joins_is_not_asked_for_patience_again(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "think one");
    hear(f, "ana", "think two");
    assert_string_equal(said(f), "One moment.");
    hear(f, "ana", "where is the door?");
    assert_string_equal(said(f), "One moment.|On the left.");
    settle(f, claim_one(f), says("Both."));
    assert_non_null(strstr(said(f), "Both."));
    assert_int_equal(behind(f), 0);
}

static void what_waits_is_not_told_to_the_model(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "muse one");
    hear(f, "ana", "your hours");
    f->now += SETTLE_MS;
    call = claim_one(f);
    assert_non_null(strstr(buf_text(&call->request.body), "muse one"));
    assert_null(strstr(buf_text(&call->request.body), "your hours"));
    settle(f, call, says("One."));
    assert_string_equal(answer_said(f), "One.|From 8 to 6.");
}

static void a_tag_of_what_waits_is_noted_once_and_late(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "gold hours");
    assert_int_equal(behind(f), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'tag'"), 0);
    assert_string_equal(fixture_text(f, "SELECT coalesce(tags, '[]') FROM message WHERE text = 'gold hours'"), "[]");
    settle(f, call, says("One."));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'tag'"), 1);
    assert_string_equal(fixture_text(f, "SELECT tags FROM message WHERE text = 'gold hours'"), "[\"gold\"]");
}

static void a_decision_to_wait_holds_no_tags(void **state)
{
    struct fixture *f = *state;
    struct decide_state beside = { .channel = "whatsapp", .owner = "bot", .consulted = "wise", .may_join = true,
                                   .message_count = 2 };
    struct decide_input input = { .text = "gold hours" };
    struct decision decision = { 0 };

    decide(f->desk.rules, f->desk.matcher, &beside, &input, f->now, &decision);
    assert_int_equal(decision.outcome, OUTCOME_WAITS);
    assert_int_equal(decision.tagged_count, 0);
    decision_release(&decision);
}

/* Bursts */

static void a_burst_is_waited_for_and_not_for_ever(void **state)
{
    struct fixture *f = *state;
    int64_t began_at = f->now;

    hear(f, "ana", "muse one");
    assert_int_equal(due_at(f), began_at + SETTLE_MS);
    for (int i = 0; i < 3; i++) {
        f->now += 1500;
        hear(f, "ana", "muse on");
    }
    assert_int_equal(due_at(f), began_at + SETTLE_MAX_MS);
    claim_none(f);
    f->now = began_at + SETTLE_MAX_MS;
    consult_call_free(claim_one(f));
}

static void a_burst_is_bounded_in_every_round(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;
    int64_t joined_at;

    hear(f, "ana", "muse one");
    f->now += SETTLE_MS;
    call = claim_one(f);
    f->now += 1000;
    joined_at = f->now;
    for (int i = 0; i < 4; i++) {
        hear(f, "ana", "muse on");
        f->now += 1500;
    }
    assert_in_range(due_at(f), joined_at + SETTLE_MS, joined_at + SETTLE_MAX_MS);
    settle(f, call, lost());
}

/* More than the model is told would be answered by nobody. */
static void a_turn_has_sixty_messages_and_no_more(void **state)
{
    struct fixture *f = *state;
    char text[20];

    for (int i = 1; i <= CONSULT_WORDS_MAX + 1; i++) {
        snprintf(text, sizeof text, "muse %d", i);
        hear(f, "ana", text);
        assert_int_equal(behind(f), i > CONSULT_WORDS_MAX);
    }
    f->now += SETTLE_MS;
    settle(f, claim_one(f), says("Sixty."));
    f->now += SETTLE_MS;
    settle(f, claim_one(f), says("One."));
    assert_string_equal(answer_said(f), "Sixty.|One.");
}

/* Time */

static void a_call_has_no_more_time_than_its_turn(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    f->now += 23 * SECOND_MS;
    call = claim_one(f);
    assert_int_equal(call->timeout_ms, 7 * SECOND_MS);
    consult_call_free(call);
    hear(f, "ben", "why one");
    call = claim_one(f);
    assert_int_equal(call->timeout_ms, 10 * SECOND_MS);
    consult_call_free(call);
}

static void a_question_expires_though_every_slot_is_taken(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "lone one");
    call = claim_one(f);
    hear(f, "ben", "lone two");
    claim_none(f);
    assert_int_equal(next(f), expires_at(f) - LEAST_MS);
    f->now = expires_at(f) - LEAST_MS;
    claim_none(f);
    assert_string_equal(question_state(f), "expired");
    assert_string_equal(said(f), "Sorry.");
    consult_call_free(call);
}

static void a_clock_that_is_set_forward_takes_a_question_along(void **state)
{
    wait_through_a_jump(*state, HOUR_MS, SETTLE_MS);
}

static void a_question_that_slept_a_day_ends_without_another_word(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "think");
    f->now += 25 * HOUR_MS;
    fixture_reopen(f, true);
    claim_none(f);
    assert_string_equal(question_state(f), "expired");
    assert_string_equal(turn_states(f), "expired");
    assert_string_equal(said(f), "One moment.");
}

static void a_question_that_slept_a_minute_ends_with_a_word(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why one");
    f->now += MINUTE_MS;
    fixture_reopen(f, true);
    claim_none(f);
    assert_string_equal(question_state(f), "expired");
    assert_string_equal(said(f), "Sorry.");
}

/* Changes of hands */

static void a_question_whose_conversation_changed_hands_is_not_asked(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why one");
    run_sql(f, "UPDATE conversation SET epoch = epoch + 1");
    claim_none(f);
    assert_string_equal(question_state(f), "withheld");
    assert_string_equal(said(f), "");
}

static void who_takes_a_conversation_ends_its_question(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "muse one");
    hear(f, "ana", "your hours");
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'joe'}"), 200);
    f->now += SETTLE_MS;
    claim_none(f);
    assert_string_equal(question_state(f), "withheld");
    assert_string_equal(turn_states(f), "agent,agent");
    assert_int_equal(behind(f), 0);
}

static void what_was_asked_before_a_person_came_is_not_said_when_he_has_gone(void **state)
{
    struct fixture *f = *state;
    struct consult_call *old, *new;

    hear(f, "ana", "why one");
    old = claim_one(f);
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'joe'}"), 200);
    assert_int_equal(fixture_act(f, "release", "{'conversation':1,'actor':'joe'}"), 200);
    hear(f, "ana", "why two");
    new = claim_one(f);
    settle(f, old, says("Stale."));
    assert_string_equal(said(f), "");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'note' AND text LIKE '%Stale.'"), 1);
    settle(f, new, says("Two."));
    assert_string_equal(answer_said(f), "Two.");
}

static void who_opts_out_on_one_channel_ends_the_question_on_another(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "your hours");
    hear_on(f, "sms", "ana", "stop");
    assert_string_equal(question_state(f), "withheld");
    assert_int_equal(behind(f), 0);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM turn WHERE conversation = 1"), "silenced,silenced");
    settle(f, call, says("One."));
    claim_none(f);
    assert_string_equal(said(f), "Bye.");
}

/* Trouble */

/* Its round was rolled back: what it had begun has not happened. */
static void new_rules_end_the_question_of_a_backend_that_is_gone_whatever_became_of_the_round(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "why one");
    fixture_load(f, POORER_RULES);
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(upkeep_run(&f->desk, f->now, &error), 0);
    desk_rollback(&f->desk);
    assert_string_equal(question_state(f), "due");
    claim_none(f);
    assert_string_equal(question_state(f), "dead");
    assert_string_equal(said(f), "Sorry.");
}

/* The notice */

static void the_notice_waits_for_the_first_words(void **state)
{
    static const char CLOSES[] = "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"function\":"
                                 "{\"name\":\"close_conversation\",\"arguments\":\"{}\"}}]}}]}";
    struct fixture *f = *state;

    hear(f, "ana", "why one");
    settle(f, claim_one(f), answered(200, CLOSES));
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), "closed");
    assert_string_equal(said(f), "");
    hear(f, "ana", "why two");
    settle(f, claim_one(f), says("Two."));
    hear(f, "ana", "why three");
    settle(f, claim_one(f), says("Three."));
    assert_string_equal(said(f), "A machine writes.\n\nTwo.|Three.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_passes_those_who_wait),
        TEST(who_waits_behind_a_question_that_waited_waits_on),
        TEST(who_joins_is_asked_about_with_the_first),
        TEST(who_writes_on_when_the_time_is_nearly_over_waits_for_the_answer),
        TEST(who_joins_is_not_asked_for_patience_again),
        TEST(what_waits_is_not_told_to_the_model),
        TEST(a_tag_of_what_waits_is_noted_once_and_late),
        TEST(a_decision_to_wait_holds_no_tags),
        TEST(a_burst_is_waited_for_and_not_for_ever),
        TEST(a_burst_is_bounded_in_every_round),
        TEST(a_turn_has_sixty_messages_and_no_more),
        TEST(a_call_has_no_more_time_than_its_turn),
        TEST(a_question_expires_though_every_slot_is_taken),
        TEST(a_clock_that_is_set_forward_takes_a_question_along),
        TEST(a_question_that_slept_a_day_ends_without_another_word),
        TEST(a_question_that_slept_a_minute_ends_with_a_word),
        TEST(a_question_whose_conversation_changed_hands_is_not_asked),
        TEST(who_takes_a_conversation_ends_its_question),
        TEST(what_was_asked_before_a_person_came_is_not_said_when_he_has_gone),
        TEST(who_opts_out_on_one_channel_ends_the_question_on_another),
        TEST(new_rules_end_the_question_of_a_backend_that_is_gone_whatever_became_of_the_round),
        TEST(the_notice_waits_for_the_first_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
