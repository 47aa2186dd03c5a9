/* consult beside dialogues: a rule's question while a flow waits for an answer, and steps that ask backends themselves. */
#include "tests/lib/asking.h"

static const char RULES[] = ASKING_SHOP
    "INSERT INTO backend (name, kind, url, model, settle_ms) VALUES ('wise', 'openai', " ASKING_URL ", 'm', 0);\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms) VALUES ('slow', 'openai', " ASKING_URL ", 'm', 2000);\n"
    "INSERT INTO flow (name, title) VALUES ('table', 'your table'), ('advice', 'advice');\n"
    "INSERT INTO step (name, say, ask) VALUES ('table.people', 'How many?', 'number'), ('table.sure', 'Sure?', 'yes_no');\n"
    "INSERT INTO step (name, say) VALUES ('table.done', 'Booked.');\n"
    "INSERT INTO step (name, action, target) VALUES ('advice.ask', 'consult', 'wise');\n"
    "INSERT INTO step (name, say) VALUES ('advice.done', 'Done.');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms, acts) VALUES\n"
    " ('keen', 'openai', " ASKING_URL ", 'm', 0, 'handoff support');\n"
    "INSERT INTO flow (name, title) VALUES ('ring', 'ringing');\n"
    "INSERT INTO step (name, action, target) VALUES ('ring.ask', 'consult', 'keen');\n"
    "INSERT INTO step (name, say) VALUES ('ring.done', 'Done.');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('ring', 'ring', 'flow', 'ring');\n"
    "INSERT INTO flow (name, title) VALUES ('shy', 'a thought');\n"
    "INSERT INTO step (name, say, ask, timeout) VALUES ('shy.ask', 'Well?', 'text', '5 minutes');\n"
    "INSERT INTO branch (step, only_if, next) VALUES ('shy.ask', ':timed_out', 'think');\n"
    "INSERT INTO step (name, action, target) VALUES ('shy.think', 'consult', 'wise');\n"
    "INSERT INTO branch (step, only_if, say, next) VALUES ('shy.think', ':failed', 'I have none.', 'end');\n"
    "INSERT INTO step (name, say) VALUES ('shy.done', 'Done.');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('shy', 'shy', 'flow', 'shy');\n"
    "INSERT INTO rule (name, words, action, target) VALUES\n"
    " ('why', 'why', 'consult', 'wise'), ('muse', 'muse', 'consult', 'slow'), ('table', 'table', 'flow', 'table');\n"
    "INSERT INTO rule (name, priority, interrupts, words, action, target) VALUES\n"
    " ('advice', 800, 'yes', 'advice', 'flow', 'advice'), ('urgent', 800, 'yes', 'urgent', 'consult', 'wise');\n"
    "INSERT INTO rule (name, priority, action, target, words) VALUES ('vip', 900, 'tag', 'gold', 'gold');\n"
    "INSERT INTO rule (name, priority, words, action, say) VALUES\n"
    " ('quit', 1000, '=no, =yes', 'opt_out', 'You will hear no more.');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static int64_t runs(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM run");
}

static int64_t decisions(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM decision");
}

/* Every question that comes up is answered, until none is left; how many there were. */
static int answer_all(struct fixture *f)
{
    int count = 0;

    for (int round = 0; round < 8; round++) {
        for (struct consult_call *calls = claim(f); calls != NULL; count++)
            settle(f, pop(&calls), says("So it is."));
        f->now += SECOND_MS;
    }
    return count;
}

/* The question of the dialogue */

static void the_question_is_put_again_behind_the_answer(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "a table");
    hear(f, "ana", "why that");
    settle(f, claim_one(f), says("So it is."));
    assert_string_equal(said(f), "How many?|So it is.|Back to where we were (your table).|How many?");
    hear(f, "ana", "4");
    hear(f, "ana", "yes");
    assert_string_equal(said(f), "How many?|So it is.|Back to where we were (your table).|How many?|Sure?|Booked.");
}

static void the_question_is_put_again_behind_an_apology(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "a table");
    hear(f, "ana", "why that");
    settle(f, claim_one(f), answered(400, "{}"));
    assert_string_equal(said(f), "How many?|Sorry.|Back to where we were (your table).|How many?");
    assert_int_equal(runs(f), 1);
}

/* The model starts a flow while she writes on: that is no answer to its question, and the model is asked about it as well. */
static void what_waited_while_a_dialogue_began_is_asked_about_beside_its_question(void **state)
{
    static const char BEGINS[] = "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"function\":"
                                 "{\"name\":\"start_flow\",\"arguments\":\"{\\\"flow\\\":\\\"table\\\"}\"}}]}}]}";
    static const char ONE_BY_ONE[] =
        "INSERT INTO backend (name, kind, url, model, settle_ms, joins, acts) VALUES\n"
        " ('shy', 'openai', " ASKING_URL ", 'm', 0, 'no', 'flow table');\n"
        "INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'shy');\n";
    struct fixture *f = *state;
    struct consult_call *call;
    char rules[6000];

    snprintf(rules, sizeof rules, "%s%s", RULES, ONE_BY_ONE);
    fixture_load(f, rules);
    hear(f, "ana", "we are hungry");
    call = claim_one(f);
    hear(f, "ana", "is there parking?");
    assert_int_equal(behind(f), 1);
    f->now += SECOND_MS;
    settle(f, call, answered(200, BEGINS));
    settle(f, claim_one(f), says("Behind the house."));
    assert_string_equal(said(f), "How many?|Behind the house.|Back to where we were (your table).|How many?");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM turn WHERE state = 'unanswered'"), 0);
}

/* Opting out by "no" is for those whom nobody has asked anything. */
static void a_plain_yes_or_no_beside_a_question_is_for_the_dialogue(void **state)
{
    static const char *const WORDS[] = { "no", "yes" };

    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = *state;
        struct consult_call *call;
        const char *user = i == 0 ? "ana" : "ben";
        int64_t before;

        hear(f, user, "a table");
        hear(f, user, "4");
        hear(f, user, "why that");
        call = claim_one(f);
        before = decisions(f);
        hear(f, user, WORDS[i]);
        assert_int_equal(decisions(f), before);
        assert_int_equal(behind(f), 1);
        assert_string_equal(question_state(f), "claimed");
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'opt_out'"), 0);
        settle(f, call, says("So it is."));
        assert_int_equal(behind(f), 0);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'opt_out'"), 0);
    }
}

/* Steps that ask */

static void a_step_that_asks_is_not_swallowed_by_the_question_of_a_rule(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why that");
    call = claim_one(f);
    hear(f, "ana", "your advice");
    settle(f, call, says("First."));
    assert_int_equal(answer_all(f), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM consult"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM consult WHERE wanted_by = 'advice.ask'"), 1);
    assert_int_equal(runs(f), 0);
    assert_int_equal(behind(f), 0);
    assert_string_equal(said(f), "First.|So it is.|Done.");
}

static void a_step_that_asks_is_not_swallowed_by_a_burst(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "muse of that");
    hear(f, "ana", "your advice");
    assert_int_equal(answer_all(f), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM consult WHERE wanted_by = 'advice.ask'"), 1);
    assert_int_equal(runs(f), 0);
    assert_int_equal(behind(f), 0);
    assert_non_null(strstr(said(f), "Done."));
}

/* The other way round: the question of a rule while a step's stands. */
static void a_rule_that_asks_is_not_swallowed_by_the_question_of_a_step(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "your advice");
    call = claim_one(f);
    hear(f, "ana", "urgent that");
    settle(f, call, says("First."));
    assert_int_equal(answer_all(f), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM consult WHERE wanted_by = 'urgent'"), 1);
    assert_int_equal(runs(f), 0);
    assert_int_equal(behind(f), 0);
    assert_string_equal(said(f), "First.|Done.|So it is.");
}

static void a_tag_of_what_waits_for_a_step_is_noted_once(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "your advice");
    call = claim_one(f);
    hear(f, "ana", "gold hours");
    assert_int_equal(behind(f), 1);
    assert_string_equal(fixture_text(f, "SELECT coalesce(tags, '[]') FROM message WHERE text = 'gold hours'"), "[]");
    settle(f, call, says("First."));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'tag'"), 1);
    assert_string_equal(fixture_text(f, "SELECT tags FROM message WHERE text = 'gold hours'"), "[\"gold\"]");
    assert_string_equal(said(f), "First.|Done.|From 8 to 6.");
}

static void who_takes_a_dialogue_whose_step_asks_hears_no_stale_answer(void **state)
{
    struct fixture *f = *state;
    struct consult_call *old, *new;

    hear(f, "ana", "your advice");
    old = claim_one(f);
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'joe'}"), 200);
    assert_int_equal(fixture_act(f, "release", "{'conversation':1,'actor':'joe'}"), 200);
    hear(f, "ana", "your advice");
    new = claim_one(f);
    settle(f, old, says("Stale."));
    assert_string_equal(said(f), "");
    assert_int_equal(runs(f), 1);
    settle(f, new, says("New."));
    assert_string_equal(said(f), "New.|Done.");
}

/* Behind its time a dialogue would only puzzle. */
static void a_step_that_slept_a_day_ends_its_dialogue_without_a_word(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "your advice");
    consult_call_free(claim_one(f));
    sleep_a_day(f);
    assert_int_equal(runs(f), 0);
}

static void an_answer_to_a_step_behind_its_time_is_kept_and_not_said(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "your advice");
    call = claim_one(f);
    hear(f, "ana", "why that");
    f->now += 25 * HOUR_MS;
    settle(f, call, says("Late."));
    assert_kept_and_not_said(f, "Late.");
    assert_int_equal(runs(f), 0);
    assert_int_equal(behind(f), 0);
}

static void an_answer_behind_its_time_ends_no_dialogue_that_lies_on_top(void **state)
{
    struct fixture *f = *state;
    struct consult_call *old, *new;

    hear(f, "ana", "your advice");
    old = claim_one(f);
    f->now += 23 * HOUR_MS;
    hear(f, "ana", "your advice");
    new = claim_one(f);
    f->now += 2 * HOUR_MS;
    settle(f, old, says("Late."));
    assert_string_equal(said(f), "");
    assert_int_equal(runs(f), 1);
    settle(f, new, says("New."));
    assert_memory_equal(said(f), "New.", 4);
}

/* The clock led to it, and no message waits for its answer: that has the time which a reply has. */
static void an_answer_that_no_message_waits_for_is_said_while_a_reply_would_be(void **state)
{
    static const struct {
        int64_t takes_ms;
        const char *said;
    } CASES[] = { { 1 * SECOND_MS, "Well?|An idea.|Done." }, { 2 * MINUTE_MS, "Well?|An idea.|Done." }, { 25 * HOUR_MS, "Well?" } };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct fixture own, *f = &own;
        struct consult_call *call;

        fixture_open(f, RULES);
        hear(f, "ana", "shy");
        f->now += 5 * MINUTE_MS;
        call = claim_one(f);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'consult' AND turn IS NULL"), 1);
        f->now += CASES[i].takes_ms;
        settle(f, call, says("An idea."));
        assert_string_equal(said(f), CASES[i].said);
        assert_int_equal(runs(f), 0);
        fixture_close(f);
    }
}

static void what_a_model_does_for_a_step_is_on_record_as_the_steps(void **state)
{
    static const char HANDS_OFF[] =
        "{\"choices\":[{\"message\":{\"content\":\"A colleague comes.\",\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\","
        "\"function\":{\"name\":\"hand_off\",\"arguments\":\"{\\\"team\\\":\\\"support\\\"}\"}}]}}]}";
    struct fixture *f = *state;

    hear(f, "ana", "ring");
    settle(f, claim_one(f), answered(200, HANDS_OFF));
    assert_string_equal(said(f), "A colleague comes.");
    assert_string_equal(fixture_text(f, "SELECT actor FROM message WHERE kind = 'out'"), "ring.ask");
    assert_string_equal(fixture_text(f, "SELECT actor || ' ' || detail FROM event WHERE kind = 'handoff'"), "step ring.ask support");
    assert_int_equal(runs(f), 0);
}

static void a_step_whose_question_fails_goes_where_its_rows_say(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "shy");
    f->now += 5 * MINUTE_MS;
    settle(f, claim_one(f), answered(400, "{}"));
    assert_string_equal(said(f), "Well?|I have none.");
    assert_int_equal(runs(f), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_question_is_put_again_behind_the_answer),
        TEST(the_question_is_put_again_behind_an_apology),
        TEST(what_waited_while_a_dialogue_began_is_asked_about_beside_its_question),
        TEST(a_plain_yes_or_no_beside_a_question_is_for_the_dialogue),
        TEST(a_step_that_asks_is_not_swallowed_by_the_question_of_a_rule),
        TEST(a_step_that_asks_is_not_swallowed_by_a_burst),
        TEST(a_rule_that_asks_is_not_swallowed_by_the_question_of_a_step),
        TEST(a_tag_of_what_waits_for_a_step_is_noted_once),
        TEST(a_step_that_slept_a_day_ends_its_dialogue_without_a_word),
        TEST(an_answer_to_a_step_behind_its_time_is_kept_and_not_said),
        TEST(an_answer_behind_its_time_ends_no_dialogue_that_lies_on_top),
        TEST(an_answer_that_no_message_waits_for_is_said_while_a_reply_would_be),
        TEST(what_a_model_does_for_a_step_is_on_record_as_the_steps),
        TEST(a_step_whose_question_fails_goes_where_its_rows_say),
        TEST(who_takes_a_dialogue_whose_step_asks_hears_no_stale_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
