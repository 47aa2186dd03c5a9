/* consult in rare moments: a clock that jumps, a daemon that slept, a book that refuses, an answer that nobody sees. */
#include "tests/lib/asking.h"

enum { SETTLE_MS = 2000 };

static const char RULES[] = ASKING_SHOP
    "INSERT INTO backend (name, kind, url, model, settle_ms, turn_deadline) VALUES\n"
    " ('wise', 'openai', " ASKING_URL ", 'm', 0, '30 seconds'), ('slow', 'openai', " ASKING_URL ", 'm', 2000, '30 seconds');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('why', 'why', 'consult', 'wise'), ('muse', 'muse', 'consult', 'slow');\n";

static const char NOTICE[] = "INSERT INTO phrase (name, language, text) VALUES ('ai_notice', 'en', 'A machine writes.');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

/* Clocks */

static void a_clock_that_is_set_back_takes_a_question_along(void **state)
{
    wait_through_a_jump(*state, -HOUR_MS, SETTLE_MS);
}

/* The bound of a burst is a moment as well. */
static void a_clock_that_jumps_ends_no_burst(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "muse one");
    jump(f, HOUR_MS);
    f->now += 1000;
    hear(f, "ana", "muse two");
    assert_int_equal(due_at(f), f->now + SETTLE_MS);
}

static void a_question_that_slept_a_day_ends_without_a_word(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why one");
    sleep_a_day(f);
}

/* Promise 9: an answer that came behind its time is for people to read, and what waited behind it is decided. */
static void an_answer_behind_the_deadline_of_its_turn_is_kept_and_not_said(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "muse two");
    f->now += 25 * HOUR_MS;
    settle(f, call, says("Late."));
    assert_kept_and_not_said(f, "Late.");
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE id = 1"), "expired");
    assert_int_equal(behind(f), 0);
}

/* Promise 9: neither is what a rule says to a message that waited so long; but it is heard, and its answer visibly expired. */
static void what_waited_behind_an_answer_for_a_day_is_heard_and_not_answered(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "your hours");
    f->now += 25 * HOUR_MS;
    settle(f, call, answered(400, "{}"));
    f->now += MINUTE_MS;
    claim_none(f);
    assert_string_equal(fixture_text(f, "SELECT action FROM decision WHERE message = 2"), "say");
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM outbox WHERE kind = 'send'"), "expired");
    assert_string_equal(turn_states(f), "expired,expired");
}

/* A clock that is put right by a day makes nobody late: neither who is asked for, nor who waits behind. */
static void behind_a_jump_of_a_day_the_end_still_speaks(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "muse two");
    assert_int_equal(behind(f), 1);
    jump(f, 25 * HOUR_MS);
    settle(f, call, answered(400, "{}"));
    assert_string_equal(said(f), "Sorry.");
    f->now += SETTLE_MS;
    settle(f, claim_one(f), answered(400, "{}"));
    assert_string_equal(said(f), "Sorry.|Sorry.");
}

/* Promise 7 */
static void the_end_of_the_chain_speaks_whatever_its_phrase_comes_to(void **state)
{
    static const char NAME_ALONE[] =
        "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"
        "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
        " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
        "INSERT INTO phrase (name, language, text) VALUES ('sorry', 'en', '{{ first_name }}');\n"
        "INSERT INTO backend (name, kind, url, model, settle_ms) VALUES ('wise', 'openai', " ASKING_URL ", 'm', 0);\n"
        "INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'wise');\n";
    struct fixture *f = *state;

    fixture_load(f, NAME_ALONE);
    hear(f, "ana", "why");
    settle(f, claim_one(f), answered(400, "{}"));
    assert_string_equal(said(f), "I am sorry, I cannot answer this right now. Please try again a little later.");
}

/* The book refuses */

static void an_answer_that_cannot_be_entered_strands_nobody(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    run_sql(f, "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.message WHEN NEW.text LIKE '%poison' "
               "BEGIN SELECT RAISE(ABORT, 'as the test says'); END");
    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "your hours");
    settle(f, call, says("poison"));
    assert_string_equal(fixture_text(f, "SELECT state FROM turn WHERE id = 1"), "dead");
    assert_string_equal(question_state(f), "accepted");
    assert_int_equal(behind(f), 0);
    assert_string_equal(said(f), "From 8 to 6.");
    hear(f, "ana", "why two");
    settle(f, claim_one(f), says("Two."));
    assert_non_null(strstr(said(f), "Two."));
}

/* The answer is said; the guilty message alone is lost, and the one behind it is decided. */
static void a_message_behind_that_cannot_be_decided_strands_nobody(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    run_sql(f, "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.message WHEN NEW.text = 'From 8 to 6.' "
               "BEGIN SELECT RAISE(ABORT, 'as the test says'); END");
    hear(f, "ana", "why one");
    call = claim_one(f);
    hear(f, "ana", "your hours");
    hear(f, "ana", "why two");
    settle(f, call, says("One."));
    assert_int_equal(behind(f), 0);
    assert_string_equal(said(f), "One.");
    settle(f, claim_one(f), says("Two."));
    assert_string_equal(said(f), "One.|Two.");
}

/* Its backend leaves the rules, and it cannot even be ended: it stays as it is, and the next one's turn comes. */
static void a_question_that_cannot_be_ended_stands_in_nobodys_way(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why one");
    hear(f, "ben", "why two");
    run_sql(f, "CREATE TEMP TRIGGER fails BEFORE UPDATE ON main.outbox WHEN OLD.id = 1 "
               "BEGIN SELECT RAISE(ABORT, 'as the test says'); END");
    fixture_load(f, ASKING_SHOP);
    f->desk.is_apart = true;
    claim_none(f);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM (SELECT state FROM outbox WHERE kind = 'consult' "
                                        "ORDER BY id)"), "due,dead");
    assert_string_equal(said(f), "Sorry.");
}

/* The answer */

static void each_try_is_on_record_with_what_was_seen_of_it(void **state)
{
    const struct {
        struct consult_end end;
        const char *record;
    } CASES[] = {
        { lost(), "ambiguous 0 nobody knows what became of it" },
        { never_left(), "not_sent 0 the line is down" },
        { answered(400, "{}"), "refused 400 " },
        { says("Yes."), "answered 200 " },
    };

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct fixture own, *f = &own;

        (void)state;
        fixture_open(f, RULES);
        hear(f, "ana", "why");
        settle(f, claim_one(f), CASES[i].end);
        assert_memory_equal(fixture_text(f, "SELECT class || ' ' || status || ' ' || reason FROM attempt"), CASES[i].record,
                            strlen(CASES[i].record));
        fixture_close(f);
    }
}

/* Whatever a customer talks it into: it is not done, and the conversation has it on record. */
static void an_act_that_is_not_listed_is_an_event(void **state)
{
    static const char HANDS_OFF[] = "{\"choices\":[{\"message\":{\"content\":\"Of course.\",\"tool_calls\":[{\"function\":"
                                    "{\"name\":\"hand_off\",\"arguments\":\"{}\"}}]}}]}";
    struct fixture *f = *state;

    hear(f, "ana", "why one");
    settle(f, claim_one(f), answered(200, HANDS_OFF));
    assert_string_equal(fixture_text(f, "SELECT actor || ': ' || detail FROM event WHERE kind = 'act_refused'"), "wise: hand_off");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), "bot");
    assert_string_equal(said(f), "Of course.");
}

/* A comment of Markdown is text, and nobody sees it. */
static void the_marks_of_an_answer_are_those_of_its_channel(void **state)
{
    static const struct {
        const char *channel, *said;
    } CASES[] = { { "whatsapp", "It is *open*." }, { "sms", "It is open." } };

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct fixture own, *f = &own;

        (void)state;
        fixture_open(f, RULES);
        hear_on(f, CASES[i].channel, "ana", "why");
        settle(f, claim_one(f), says("It is **open**."));
        assert_string_equal(said(f), CASES[i].said);
        fixture_close(f);
    }
}

static void words_that_nobody_sees_do_not_use_the_notice_up(void **state)
{
    struct fixture *f = *state;
    char rules[4000];

    snprintf(rules, sizeof rules, "%s%s", RULES, NOTICE);
    fixture_load(f, rules);
    hear(f, "ana", "why one");
    settle(f, claim_one(f), says("<!-- nothing -->"));
    hear(f, "ana", "why two");
    settle(f, claim_one(f), says("Two."));
    assert_string_equal(said(f), "Sorry.|A machine writes.\n\nTwo.");
}

/* The trial took a second; who waits for it does not wait for all the time that it had. */
static void who_waits_for_a_trial_leaves_when_it_has_succeeded(void **state)
{
    struct fixture *f = *state;
    struct consult_call *trial;

    hear(f, "ana", "why");
    settle(f, claim_one(f), limits("5"));
    f->now += 5 * SECOND_MS;
    hear(f, "ben", "why");
    trial = claim_one(f);
    f->now += 1 * SECOND_MS;
    settle(f, trial, says("It is well."));
    f->now += 1 * SECOND_MS;
    settle(f, claim_one(f), says("And so are we."));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'consult' AND state = 'accepted'"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_clock_that_is_set_back_takes_a_question_along),
        TEST(a_clock_that_jumps_ends_no_burst),
        TEST(a_question_that_slept_a_day_ends_without_a_word),
        TEST(an_answer_behind_the_deadline_of_its_turn_is_kept_and_not_said),
        TEST(what_waited_behind_an_answer_for_a_day_is_heard_and_not_answered),
        TEST(behind_a_jump_of_a_day_the_end_still_speaks),
        TEST(the_end_of_the_chain_speaks_whatever_its_phrase_comes_to),
        TEST(an_answer_that_cannot_be_entered_strands_nobody),
        TEST(a_message_behind_that_cannot_be_decided_strands_nobody),
        TEST(a_question_that_cannot_be_ended_stands_in_nobodys_way),
        TEST(each_try_is_on_record_with_what_was_seen_of_it),
        TEST(an_act_that_is_not_listed_is_an_event),
        TEST(the_marks_of_an_answer_are_those_of_its_channel),
        TEST(words_that_nobody_sees_do_not_use_the_notice_up),
        TEST(who_waits_for_a_trial_leaves_when_it_has_succeeded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
