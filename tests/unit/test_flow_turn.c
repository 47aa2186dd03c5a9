/* flow_turn: dialogues between the customer's messages, as rows: waiting, time, people, the clock. On a real file. */
#include "base/json.h"
#include "desk/apart.h"
#include "desk/flow_turn.h"
#include "desk/upkeep.h"
#include "tests/lib/setup.h"

enum { MINUTE_MS = 60 * 1000 };

static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response'),\n"
    " ('text', 'sms', '7f3c0000-0000-4000-8000-000000000002', 'response');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO service (name, url) VALUES ('shop', 'http://127.0.0.1:1/{{ number }}');\n"
    "INSERT INTO service_value (service, name, pointer) VALUES ('shop', 'state', '/state');\n"
    "INSERT INTO flow (name, title, expires, remind) VALUES ('order', 'your order', '1 hour', '20 minutes');\n"
    "INSERT INTO step (name, say, ask) VALUES ('order.number', 'Which?', 'number');\n"
    "INSERT INTO step (name, action, target) VALUES ('order.look', 'call', 'shop');\n"
    "INSERT INTO branch (step, only_if, say, next) VALUES ('order.look', ':failed', 'No answer.', 'person');\n"
    "INSERT INTO step (name, say, next) VALUES ('order.told', 'It is {{ state }}.', 'end');\n"
    "INSERT INTO step (name, action, target) VALUES ('order.person', 'handoff', 'support');\n"
    "INSERT INTO rule (name, pattern, action, target) VALUES ('order', 'order(?: (?<number>\\d+))?', 'flow', 'order');\n"
    "INSERT INTO rule (name, priority, action, words, say) VALUES ('stop', 1000, 'opt_out', '=stop', 'Bye.'),\n"
    " ('rash', 999, 'opt_out', 'cancel, spam', 'Gone.');\n"
    "INSERT INTO flow (name, title) VALUES ('cut', 'your cut');\n"
    "INSERT INTO phrase (name, language, text) VALUES ('sure', 'en', '{{ phrase.what }} for {{ who }}, {{ title }}?'),\n"
    " ('what', 'en', '{{ length }} cm'), ('short', 'en', 'Short for {{ who }}');\n"
    "INSERT INTO step (name, say, ask) VALUES ('cut.who', 'Whose?', 'text'), ('cut.length', 'How long?', 'number'),\n"
    " ('cut.sure', '{{ phrase.sure }}', 'choice');\n"
    "INSERT INTO choice (step, label) VALUES ('cut.sure', '{{ phrase.short }}'), ('cut.sure', 'No');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('cut', 'cut', 'flow', 'cut');\n"
    "INSERT INTO rule (name, priority, action, words) VALUES ('vip', 900, 'tag', 'gold');\n"
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'open', 'Until six.');\n";

/* Where the step that told asks now. */
static const char MORE[] =
    "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO service (name, url) VALUES ('shop', 'http://127.0.0.1:1/{{ number }}');\n"
    "INSERT INTO service_value (service, name, pointer) VALUES ('shop', 'state', '/state');\n"
    "INSERT INTO flow (name, title) VALUES ('order', 'your order');\n"
    "INSERT INTO step (name, say, ask) VALUES ('order.number', 'Which?', 'number');\n"
    "INSERT INTO step (name, action, target) VALUES ('order.look', 'call', 'shop');\n"
    "INSERT INTO step (name, say, ask) VALUES ('order.told', 'It is {{ state }}. Which next?', 'text');\n"
    "INSERT INTO rule (name, pattern, action, target) VALUES ('order', 'order(?: (?<number>\\d+))?', 'flow', 'order');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

/* What was said since the message with that number, in order. */
static const char *said(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(text, '|') FROM (SELECT text FROM message WHERE kind = 'out' ORDER BY id)");
}

static void answer(struct fixture *f, const char *json)
{
    struct decide_input result = { .call = 1, .has_failed = json == NULL, .status = json != NULL ? 200 : 503 };
    struct error error = { 0 };
    struct json *tree = NULL;

    if (json != NULL)
        assert_int_equal(json_parse(json, strlen(json), JSON_STRICT, &tree, &error), 0);
    result.answer = tree;
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    /* As its row would: the call is over, whoever brings the news. */
    assert_int_equal(db_run(f->desk.db, "UPDATE outbox SET state = 'accepted', settled_at = 1 WHERE kind = 'call'", &error), 0);
    if (flow_turn_result(&f->desk, 1, &result, f->now, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    json_free(tree);
}

static void let_pass(struct fixture *f, int64_t ms)
{
    struct error error = { 0 };

    f->now += ms;
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    if (upkeep_run(&f->desk, f->now, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
}

static void the_answer_of_a_call_belongs_to_the_message_that_made_it(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order 7");
    assert_string_equal(fixture_text(f, "SELECT station || ' ' || turn FROM run"), "order.look 1");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn"), "open");
    assert_string_equal(fixture_text(f, "SELECT url FROM service_call"), "http://127.0.0.1:1/7");
    answer(f, "{\"state\":\"ready\"}");
    assert_string_equal(said(f), "It is ready.");
    assert_int_equal(fixture_int(f, "SELECT turn FROM message WHERE kind = 'out'"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
    assert_string_equal(fixture_text(f, "SELECT group_concat(kind || ':' || detail) FROM event WHERE kind LIKE 'flow%'"),
                        "flow:order,flow_end:done");
}

static void messages_behind_a_call_are_decided_in_their_order(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order 7");
    hear(f, "ana", "are you open, gold");
    hear(f, "ana", "order");
    hear(f, "ana", "nonsense");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM behind"), 3);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision"), 1);
    fixture_reopen(f, true);
    answer(f, "{\"state\":\"ready\"}");
    assert_string_equal(said(f), "It is ready.|Until six.|Which?|Sorry, I did not understand that.|Which?");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM behind"), 0);
    assert_string_equal(fixture_text(f, "SELECT group_concat(coalesce(rule, '-') || ' ' || action) FROM decision"),
                        "order flow,hours say,order flow,- step");
    assert_string_equal(fixture_text(f, "SELECT tags FROM message WHERE id = 2"), "[\"vip\"]");
    assert_string_equal(fixture_text(f, "SELECT last_rule FROM conversation"), "order");
}

static void a_call_that_fails_hands_over_with_those_behind_it(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order 7");
    hear(f, "ana", "are you open?");
    answer(f, NULL);
    assert_string_equal(said(f), "No answer.");
    assert_string_equal(fixture_text(f, "SELECT owner || ' ' || team FROM conversation"), "agent support");
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM turn"), "agent,agent");
    assert_int_equal(fixture_int(f, "SELECT epoch FROM outbox WHERE kind = 'send'"), 2);
}

static void who_takes_it_ends_it(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order 7");
    hear(f, "ana", "are you open?");
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'eve'}"), 200);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM turn"), "agent,agent");
    assert_string_equal(fixture_text(f, "SELECT actor || ' ' || detail FROM event WHERE kind = 'flow_end'"), "eve take");
    /* What waited is for her now: she has as long to answer it as if it had come behind. */
    assert_int_equal(fixture_int(f, "SELECT due_at FROM handover") - f->now, 2 * 60 * MINUTE_MS);
    answer(f, "{\"state\":\"ready\"}");
    assert_string_equal(said(f), "");
}

/* The first of them ends the conversation that it has opened, so that those behind it open one more. */
static void what_waited_in_a_closed_conversation_opens_the_next_again_and_again(void **state)
{
    static const char PARTING_RULES[] =
        "INSERT INTO setting (name, value) VALUES ('reopen_within', '0 seconds');\n"
        "INSERT INTO rule (name, words, action, say) VALUES ('bye', 'bye', 'close', 'Until next time.');\n";
    struct fixture *f = *state;
    struct buf rules = { 0 };

    setup_close(state);
    buf_addf(&rules, "%s%s", RULES, PARTING_RULES);
    setup_open(state, buf_text(&rules));
    buf_release(&rules);
    f = *state;
    hear(f, "ana", "order 7");
    hear(f, "ana", "bye");
    hear(f, "ana", "are you open?");
    hear(f, "ana", "bye");
    hear(f, "ana", "order");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM behind"), 4);
    assert_int_equal(fixture_act(f, "close", "{'conversation':1,'actor':'eve'}"), 200);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM behind"), 0);
    assert_string_equal(said(f), "Until next time.|Until six.|Until next time.|Which?");
    assert_string_equal(fixture_text(f, "SELECT group_concat(conversation) FROM message WHERE kind = 'in'"), "1,2,3,3,4");
}

static void who_opts_out_ends_it_on_every_channel(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order");
    hear_on(f, "sms", "ana", "order");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 2);
    hear_on(f, "sms", "ana", "stop");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
    let_pass(f, 2 * 60 * MINUTE_MS);
    assert_string_equal(said(f), "Which?|Which?|Bye.");
}

/* Texts in several languages are phrases: what was answered has to be known there as well, in labels, and one phrase deeper. */
static void a_phrase_knows_the_answers_of_the_dialogue_that_says_it(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "cut");
    hear(f, "ana", "Sarah");
    hear(f, "ana", "12");
    assert_string_equal(said(f), "Whose?|How long?|12 cm for Sarah, your cut?");
    assert_string_equal(fixture_text(f, "SELECT buttons FROM message ORDER BY id DESC LIMIT 1"), "[\"Short for Sarah\",\"No\"]");
}

/* The question that came meanwhile was not there when she wrote it. */
static void what_breaks_off_while_a_call_is_under_way_breaks_off_behind_it(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order 7");
    hear(f, "ana", "cancel");
    fixture_load(f, MORE);
    answer(f, "{\"state\":\"ready\"}");
    assert_string_equal(said(f), "It is ready. Which next?|All right, that is cancelled (your order).");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
}

/* Whoever is opted out by mistake is lost for good. */
static void what_breaks_a_dialogue_off_is_no_opt_out_while_it_waits(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order");
    hear(f, "ana", "please cancel that thing");
    assert_string_equal(said(f), "Which?|Sorry, I did not understand that.|Which?");
    assert_string_equal(fixture_text(f, "SELECT trace ->> '$.passed_over[0].why' FROM decision ORDER BY message DESC LIMIT 1"),
                        "while a flow waits, that word is no opt-out");
    assert_int_equal(fixture_int(f, "SELECT count(opted_out_at) FROM contact"), 0);
    hear(f, "ana", "cancel");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(opted_out_at) FROM contact"), 0);
    hear(f, "ana", "please cancel that thing");
    assert_int_equal(fixture_int(f, "SELECT count(opted_out_at) FROM contact"), 1);
    hear(f, "bob", "order");
    hear(f, "bob", "this is spam");
    assert_int_equal(fixture_int(f, "SELECT count(opted_out_at) FROM contact"), 2);
}

static void what_waits_on_another_channel_waits_no_longer(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order 7");
    hear(f, "ana", "are you open?");
    hear_on(f, "sms", "ana", "stop");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM behind"), 0);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM turn WHERE id < 3"), "silenced,silenced");
    assert_string_equal(said(f), "Bye.");
}

static void time_speaks_once_and_for_no_message(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "order");
    let_pass(f, 19 * MINUTE_MS);
    assert_string_equal(said(f), "Which?");
    let_pass(f, 1 * MINUTE_MS);
    let_pass(f, 1 * MINUTE_MS);
    assert_string_equal(said(f), "Which?|Are you still there?|Which?");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'out' AND turn IS NULL"), 2);
    let_pass(f, 40 * MINUTE_MS);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
    assert_string_equal(fixture_text(f, "SELECT detail FROM event WHERE kind = 'flow_end'"), "expired");
}

/* Of two whose time has come one meets a row that fails: it is put off, and the other goes on. */
static void a_dialogue_that_cannot_go_on_is_put_off_and_stands_in_nobodys_way(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "order");
    hear(f, "bob", "order");
    assert_int_equal(db_run(f->desk.db, "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.message WHEN NEW.conversation = 1 "
                                        "BEGIN SELECT RAISE(ABORT, 'as the test says'); END", &error), 0);
    f->desk.is_apart = true;
    let_pass(f, 20 * MINUTE_MS);
    assert_string_equal(said(f), "Which?|Which?|Are you still there?|Which?");
    assert_int_equal(fixture_int(f, "SELECT due_at FROM run WHERE conversation = 1") - f->now, APART_AGAIN_MS);
    assert_true(fixture_int(f, "SELECT due_at FROM run WHERE conversation = 2") - f->now > MINUTE_MS);
}

/* The clock is set back by a day, then right again: twenty minutes are twenty minutes. */
static void a_clock_that_jumps_takes_no_time_away(void **state)
{
    static const int64_t JUMPS[] = { -24 * 60 * MINUTE_MS, 24 * 60 * MINUTE_MS };
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "order");
    for (size_t i = 0; i < 2; i++) {
        f->now += JUMPS[i];
        assert_int_equal(desk_begin(&f->desk, &error), 0);
        assert_int_equal(upkeep_clock_jumped(&f->desk, JUMPS[i], f->now, &error), 0);
        assert_int_equal(desk_commit(&f->desk, &error), 0);
        let_pass(f, 9 * MINUTE_MS);
        assert_string_equal(said(f), "Which?");
    }
    let_pass(f, 2 * MINUTE_MS);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'out'"), 3);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 1);
}

/* The clock was a year ahead when the daemon ended, and is right again when it starts. */
static void a_clock_that_was_ahead_makes_nobody_wait(void **state)
{
    static const int64_t YEAR_MS = (int64_t)365 * 24 * 60 * MINUTE_MS;
    struct fixture *f = *state;

    f->now += YEAR_MS;
    hear(f, "ana", "order");
    hear_on(f, "sms", "ana", "order 7");
    f->now -= YEAR_MS;
    fixture_reopen(f, true);
    assert_true(fixture_int(f, "SELECT max(due_at) FROM run") <= f->now + 60 * MINUTE_MS);
    assert_true(fixture_int(f, "SELECT expires_at FROM outbox WHERE kind = 'call'") <= f->now + 2 * MINUTE_MS);
    let_pass(f, 61 * MINUTE_MS);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run WHERE station = 'order.number'"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_answer_of_a_call_belongs_to_the_message_that_made_it),
        TEST(messages_behind_a_call_are_decided_in_their_order),
        TEST(a_call_that_fails_hands_over_with_those_behind_it),
        TEST(who_takes_it_ends_it),
        TEST(what_waited_in_a_closed_conversation_opens_the_next_again_and_again),
        TEST(who_opts_out_ends_it_on_every_channel),
        TEST(a_phrase_knows_the_answers_of_the_dialogue_that_says_it),
        TEST(what_breaks_off_while_a_call_is_under_way_breaks_off_behind_it),
        TEST(what_breaks_a_dialogue_off_is_no_opt_out_while_it_waits),
        TEST(what_waits_on_another_channel_waits_no_longer),
        TEST(time_speaks_once_and_for_no_message),
        TEST(a_dialogue_that_cannot_go_on_is_put_off_and_stands_in_nobodys_way),
        TEST(a_clock_that_jumps_takes_no_time_away),
        TEST(a_clock_that_was_ahead_makes_nobody_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
