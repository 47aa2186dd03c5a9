/*
 * flood: what is counted, which message meets a limit, and who is heard all the same.
 */
#include "desk/consult.h"
#include "desk/flood.h"
#include "desk/flow_turn.h"
#include "tests/lib/setup.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('messages_per_minute', '5'), ('replies_per_hour', '12'),\n"
    " ('consults_per_hour', '2'), ('repeats_in_a_row', '6'), ('allow_local_backends', 'yes');\n"
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO backend (name, kind, settle_ms) VALUES ('book', 'faq', 0);\n"
    "INSERT INTO faq (question, answer) VALUES ('Do you have parking?', 'Behind the house.');\n"
    "INSERT INTO service (name, url) VALUES ('shop', 'http://127.0.0.1:1/x');\n"
    "INSERT INTO flow (name, title) VALUES ('table', 'your table'), ('look', 'a look'), ('wise', 'advice');\n"
    "INSERT INTO step (name, say, ask) VALUES ('table.people', 'How many?', 'number'), ('table.note', 'A note?', 'text');\n"
    "INSERT INTO step (name, action, target) VALUES ('look.up', 'call', 'shop');\n"
    "INSERT INTO step (name, say) VALUES ('look.told', 'Found.');\n"
    "INSERT INTO step (name, action, target) VALUES ('wise.ask', 'consult', 'book');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('table', 'table', 'flow', 'table'), ('look', 'look', 'flow', 'look'),\n"
    " ('wise', 'advice', 'flow', 'wise');\n"
    "INSERT INTO rule (name, pattern, say) VALUES ('echo', 'ping (?<n>\\w+)', 'pong {{ n }}');\n"
    "INSERT INTO rule (name, words, say, buttons) VALUES ('more', 'next page', 'Page', 'Next page');\n"
    "INSERT INTO rule (name, words, say) VALUES ('fine', 'yes', 'Fine.');\n"
    "INSERT INTO rule (name, words, action, say) VALUES ('bye', 'bye', 'close', 'See you.');\n"
    "INSERT INTO rule (name, words, action) VALUES ('hush', 'psst', 'ignore');\n"
    "INSERT INTO rule (name, priority, action, target, words) VALUES ('vip', 950, 'tag', 'gold', 'gold');\n"
    "INSERT INTO rule (name, priority, words, action, target, say) VALUES\n"
    " ('person', 900, 'person', 'handoff', 'support', 'Coming.'), ('stop', 1000, '=stop', 'opt_out', NULL, 'Bye.'),\n"
    " ('start', 1000, '=start', 'opt_in', NULL, 'Hello again.');\n"
    "INSERT INTO rule (name, priority, words, action, target) VALUES ('rest', 10, 'why', 'consult', 'book');\n"
    "INSERT INTO rule (name, priority, words, say) VALUES ('late', 5, 'hours', 'Until six.');\n";

static int setup(void **state)
{
    setup_open(state, RULES);
    ((struct fixture *)*state)->now = INT64_C(1778500800000); /* a full hour */
    return 0;
}

/* What the message was answered, "" nothing; the rest of the story is in the last rows. */
static const char *answer_to(struct fixture *f, const char *text)
{
    hear(f, "ana", text);
    return fixture_text(f, "SELECT coalesce((SELECT group_concat(text, '|') FROM message WHERE kind = 'out' AND id > "
                           "(SELECT max(id) FROM message WHERE kind = 'in')), '')");
}

static void hear_pings(struct fixture *f, int count)
{
    char text[32], wanted[32];

    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "ping %d", i);
        snprintf(wanted, sizeof wanted, "pong %d", i);
        assert_string_equal(answer_to(f, text), wanted);
    }
}

static const char *turn_state(struct fixture *f)
{
    return fixture_text(f, "SELECT state FROM turn ORDER BY id DESC LIMIT 1");
}

static const char *limit_told(struct fixture *f)
{
    return fixture_text(f, "SELECT coalesce(trace ->> '$.limit', '') FROM decision ORDER BY message DESC LIMIT 1");
}

static int64_t floods(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'flood'");
}

static void is_notice(const char *text)
{
    if (strncmp(text, "That is more than I can follow", 30) != 0)
        fail_msg("no notice: '%s'", text);
}

/* Messages */

static void a_flood_gets_its_answers_one_notice_and_silence(void **state)
{
    struct fixture *f = *state;

    hear_pings(f, 5);
    is_notice(answer_to(f, "ping 6"));
    assert_string_equal(limit_told(f), "more than 5 messages a minute");
    assert_string_equal(turn_state(f), "open");
    assert_string_equal(fixture_text(f, "SELECT actor FROM message ORDER BY id DESC LIMIT 1"), "flood_notice");
    for (int i = 0; i < 10; i++) {
        assert_string_equal(answer_to(f, "ping 7"), "");
        assert_string_equal(turn_state(f), "silenced");
    }
    assert_string_equal(fixture_text(f, "SELECT action FROM decision ORDER BY message DESC LIMIT 1"), "flood");
    assert_int_equal(floods(f), 1);
    assert_string_equal(fixture_text(f, "SELECT detail FROM event WHERE kind = 'flood'"), "more than 5 messages a minute");
    assert_int_equal(f->desk.floods, 11);
}

static void the_next_minute_is_as_ever_and_another_flood_is_another_notice(void **state)
{
    struct fixture *f = *state;

    hear_pings(f, 5);
    is_notice(answer_to(f, "ping 6"));
    f->now += MINUTE_MS;
    assert_string_equal(answer_to(f, "ping 8"), "pong 8");
    assert_string_equal(limit_told(f), "");
    for (int i = 0; i < 4; i++)
        answer_to(f, "psst");
    is_notice(answer_to(f, "ping 9"));
    assert_int_equal(floods(f), 2);
}

static void others_are_served_meanwhile(void **state)
{
    struct fixture *f = *state;

    hear_pings(f, 5);
    is_notice(answer_to(f, "ping 6"));
    hear(f, "ben", "ping b");
    assert_string_equal(fixture_text(f, "SELECT text FROM message ORDER BY id DESC LIMIT 1"), "pong b");
}

static void who_wants_a_person_or_to_hear_no_more_is_heard_in_a_flood(void **state)
{
    struct fixture *f = *state;

    hear_pings(f, 5);
    is_notice(answer_to(f, "ping 6"));
    assert_string_equal(answer_to(f, "stop"), "Bye.");
    assert_string_equal(answer_to(f, "ping 7"), "");
    assert_string_equal(limit_told(f), ""); /* by the opt-out, not by the flood */
    assert_string_equal(answer_to(f, "start"), "Hello again.");
    assert_string_equal(answer_to(f, "ping 8"), "");
    assert_string_equal(answer_to(f, "a person"), "Coming.");
    answer_to(f, "ping 9");
    assert_string_equal(turn_state(f), "agent");
    assert_string_equal(limit_told(f), "");
    assert_int_equal(floods(f), 1);
}

static void in_a_dialogue_a_flood_changes_nothing_and_a_person_can_still_be_had(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 4; i++)
        answer_to(f, "psst");
    assert_string_equal(answer_to(f, "table"), "How many?");
    is_notice(answer_to(f, "4"));
    assert_string_equal(fixture_text(f, "SELECT station FROM run"), "table.people");
    assert_string_equal(answer_to(f, "a person"), "Coming.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
}

static void what_nobody_would_have_answered_stays_unanswered(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 20; i++)
        assert_string_equal(answer_to(f, "qwerty"), "");
    assert_string_equal(turn_state(f), "unanswered");
    assert_int_equal(floods(f), 0);
}

static void tags_of_a_silenced_message_are_not_noted(void **state)
{
    struct fixture *f = *state;

    hear_pings(f, 5);
    answer_to(f, "ping gold");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'tag'"), 0);
}

static void load_with(struct fixture *f, const char *more)
{
    struct buf rules = { 0 };

    buf_add_text(&rules, RULES);
    buf_add_text(&rules, more);
    fixture_load(f, buf_text(&rules));
    buf_release(&rules);
}

static void the_notice_of_a_limit_is_no_reply(void **state)
{
    struct fixture *f = *state;

    load_with(f, "INSERT INTO attribute (name, at, value, type) VALUES ('answers', 'reply', '1', 'increment');\n");
    hear_pings(f, 5);
    is_notice(answer_to(f, "ping 6"));
    answer_to(f, "ping 7");
    assert_int_equal(fixture_int(f, "SELECT sum(value) FROM entry WHERE name = 'answers'"), 5);
}

static void a_phrase_goes_before_the_notice_and_a_blank_one_says_nothing(void **state)
{
    struct fixture *f = *state;

    load_with(f, "INSERT INTO phrase (name, language, text) VALUES ('flood_notice', 'en', 'Slow down at {{ channel }}.');\n");
    hear_pings(f, 5);
    assert_string_equal(answer_to(f, "ping 6"), "Slow down at whatsapp.");
    f->now += MINUTE_MS;
    load_with(f, "INSERT INTO phrase (name, language, text) VALUES ('flood_notice', 'en', '{{ first_name }}');\n");
    hear_pings(f, 5);
    assert_string_equal(answer_to(f, "ping 6"), "");
    assert_string_equal(turn_state(f), "silenced");
    assert_int_equal(floods(f), 2);
}

static void the_notice_is_in_the_customers_language(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 6; i++)
        fixture_receive(f, "whatsapp", i % 2 == 0 ? "{'user_id':'kim','language':'ko','message':'ping a'}"
                                                  : "{'user_id':'kim','language':'ko','message':'ping b'}");
    assert_string_equal(fixture_text(f, "SELECT substr(text, 1, 6) FROM message ORDER BY id DESC LIMIT 1"), "한꺼번에 너");
}

/* Replies */

/* What the dialogue of the only conversation has asked is there. */
static void let_service_answer(struct fixture *f)
{
    struct decide_input result = { .kind = INPUT_RESULT, .call = 1, .status = 200 };
    struct error error = { 0 };

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(db_run(f->desk.db, "UPDATE outbox SET state = 'accepted', settled_at = 1 WHERE kind = 'call'", &error), 0);
    assert_int_equal(flow_turn_result(&f->desk, 1, &result, f->now, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
}

static void what_waits_for_a_call_was_counted_when_it_came(void **state)
{
    struct fixture *f = *state;

    answer_to(f, "look");
    for (int i = 0; i < 4; i++)
        answer_to(f, i % 2 == 0 ? "ping a" : "ping b");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM behind"), 4);
    is_notice(answer_to(f, "ping c"));
    let_service_answer(f);
    assert_string_equal(fixture_text(f, "SELECT group_concat(text, ' ') FROM (SELECT text FROM message WHERE kind = 'out' "
                                        "AND actor <> 'flood_notice' ORDER BY id)"),
                        "Found. pong a pong b pong a pong b");
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation"), 6);
    assert_int_equal(fixture_int(f, "SELECT tally_heard FROM conversation"), 6);
}

static void replies_are_counted_by_the_hour_those_between_messages_too(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(answer_to(f, "look"), "");
    let_service_answer(f);
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation"), 1);
    for (int i = 0; i < 3; i++) {
        hear_pings(f, i < 2 ? 4 : 3);
        f->now += MINUTE_MS;
    }
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation"), 12);
    is_notice(answer_to(f, "ping x"));
    assert_string_equal(limit_told(f), "more than 12 replies an hour");
    f->now += 30 * MINUTE_MS;
    assert_string_equal(answer_to(f, "ping y"), "");
    f->now += 30 * MINUTE_MS;
    assert_string_equal(answer_to(f, "ping z"), "pong z");
}

static void a_close_is_no_way_around_the_limit(void **state)
{
    struct fixture *f = *state;
    char text[32];

    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof text, "bye %d", i);
        assert_string_equal(answer_to(f, text), "See you.");
        f->now += MINUTE_MS / 2;
    }
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 12);
    is_notice(answer_to(f, "bye then"));
    assert_string_equal(answer_to(f, "bye now"), "");
}

/* The same text */

static void say_slowly(struct fixture *f, const char *text, int count, const char *wanted)
{
    for (int i = 0; i < count; i++) {
        assert_string_equal(answer_to(f, text), wanted);
        f->now += 30 * 1000;
    }
}

static void an_answering_machine_is_answered_six_times(void **state)
{
    struct fixture *f = *state;

    say_slowly(f, "ping me", 6, "pong me");
    is_notice(answer_to(f, " ping  me"));
    say_slowly(f, "ping me", 3, "");
    assert_string_equal(limit_told(f), "the same text more than 6 times in a row");
    assert_string_equal(answer_to(f, "ping you"), "pong you");
    assert_string_equal(answer_to(f, "ping me"), "pong me");
}

static void an_echo_is_a_repetition_also_of_two_sentences(void **state)
{
    struct fixture *f = *state;
    char heard[300];

    assert_string_equal(answer_to(f, "ping 0"), "pong 0");
    load_with(f, "INSERT INTO rule (name, pattern, say) VALUES ('echoed', 'pong|again', 'pong {{ message_count }}');\n");
    snprintf(heard, sizeof heard, "pong 0");
    for (int i = 2; i <= 6; i++) {
        snprintf(heard, sizeof heard, "%s", answer_to(f, heard));
        assert_string_equal(limit_told(f), "");
        f->now += MINUTE_MS;
    }
    is_notice(answer_to(f, heard));
    assert_string_equal(limit_told(f), "the same text more than 6 times in a row");
    assert_string_equal(answer_to(f, fixture_text(f, "SELECT text FROM message ORDER BY id DESC LIMIT 1")), "");
}

/* As a machine does that was told two sentences, and answers each. */
static void an_echo_of_the_sentence_before_the_last_is_one_too(void **state)
{
    struct fixture *f = *state;
    char said[2][300] = { "pong 0", "pong 1" };

    hear_pings(f, 2);
    load_with(f, "INSERT INTO rule (name, pattern, say) VALUES ('echoed', 'pong|again', 'pong {{ message_count }}');\n");
    for (int i = 0; i < 5; i++) {
        char answer[300];

        snprintf(answer, sizeof answer, "%s", answer_to(f, said[0]));
        assert_string_equal(limit_told(f), "");
        memcpy(said[0], said[1], sizeof said[0]);
        memcpy(said[1], answer, sizeof answer);
        f->now += MINUTE_MS;
    }
    is_notice(answer_to(f, said[0]));
}

static void a_clock_that_was_set_back_ends_a_row(void **state)
{
    struct fixture *f = *state;

    say_slowly(f, "ping me", 6, "pong me");
    f->now -= HOUR_MS;
    assert_string_equal(answer_to(f, "ping me"), "pong me");
    say_slowly(f, "ping me", 5, "pong me");
    is_notice(answer_to(f, "ping me"));
}

static void who_says_the_same_over_half_an_hour_is_no_machine(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++) {
        assert_string_equal(answer_to(f, "ping hello"), "pong hello");
        f->now += 3 * MINUTE_MS;
    }
}

static void after_ten_minutes_of_peace_the_same_text_is_answered_again(void **state)
{
    struct fixture *f = *state;

    say_slowly(f, "ping hello", 6, "pong hello");
    is_notice(answer_to(f, "ping hello"));
    f->now += 9 * MINUTE_MS;
    assert_string_equal(answer_to(f, "ping hello"), "");
    f->now += 11 * MINUTE_MS;
    assert_string_equal(answer_to(f, "ping hello"), "pong hello");
}

static void a_short_word_may_come_twice_as_often(void **state)
{
    struct fixture *f = *state;

    say_slowly(f, "yes", 12, "Fine.");
}

static void a_button_may_be_pressed_as_often_as_it_is_offered(void **state)
{
    struct fixture *f = *state;

    say_slowly(f, "Next page", 12, "Page");
    assert_string_equal(limit_told(f), "");
    assert_int_equal(floods(f), 0);
}

static void an_answer_to_a_question_is_no_repetition(void **state)
{
    struct fixture *f = *state;
    int64_t same;

    answer_to(f, "table");
    same = fixture_int(f, "SELECT tally_same FROM conversation");
    assert_int_equal(same, 1);
    answer_to(f, "12345");
    answer_to(f, "12345");
    assert_string_equal(fixture_text(f, "SELECT trace ->> '$.dialogue.reading' FROM decision ORDER BY message DESC LIMIT 1"),
                        "answer");
    assert_int_equal(fixture_int(f, "SELECT tally_same FROM conversation"), 1);
}

static void pictures_are_not_the_same(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++)
        fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'','media_urls':'https://x.example/a.jpg'}");
    assert_int_equal(fixture_int(f, "SELECT tally_same FROM conversation"), 1);
}

static void long_texts_that_differ_at_their_end_are_not_the_same(void **state)
{
    struct fixture *f = *state;
    char text[500];

    for (int i = 0; i < 10; i++) {
        snprintf(text, sizeof text, "ping me %0450d", i);
        assert_string_equal(answer_to(f, text), "pong me");
        f->now += MINUTE_MS / 2;
    }
}

/* Backends */

static void ask_about_parking(struct fixture *f)
{
    struct error error = { 0 };
    struct consult_call *calls;

    answer_to(f, "why no parking");
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(consult_claim(&f->desk, f->now, &calls, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    f->now += MINUTE_MS;
}

static void past_their_limit_questions_go_to_the_next_rule_and_then_to_nobody(void **state)
{
    struct fixture *f = *state;

    ask_about_parking(f);
    ask_about_parking(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM consult"), 2);
    assert_int_equal(fixture_int(f, "SELECT tally_asked FROM conversation"), 2);
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation"), 2);
    assert_string_equal(answer_to(f, "why such hours"), "Until six.");
    assert_string_equal(fixture_text(f, "SELECT trace ->> '$.passed_over[0].why' FROM decision ORDER BY message DESC LIMIT 1"),
                        "more than 2 questions to backends an hour");
    is_notice(answer_to(f, "why is it so"));
    assert_string_equal(limit_told(f), "more than 2 questions to backends an hour");
    assert_string_equal(answer_to(f, "why oh why"), "");
    f->now += HOUR_MS;
    ask_about_parking(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM consult"), 3);
}

static void past_the_limit_a_steps_question_has_failed_at_once(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    ask_about_parking(f);
    ask_about_parking(f);
    answer_to(f, "advice");
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(consult_expire(&f->desk, f->now, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'consult' ORDER BY id DESC LIMIT 1"), "expired");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
}

/* Without limits */

static void zero_is_no_limit(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, "INSERT INTO setting (name, value) VALUES ('messages_per_minute', '0'), ('replies_per_hour', '0'),\n"
                    " ('repeats_in_a_row', '0');\n"
                    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
                    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
                    "INSERT INTO rule (name, words, say) VALUES ('ping', 'ping', 'pong');\n");
    for (int i = 0; i < 600; i++)
        assert_string_equal(answer_to(f, "ping"), "pong");
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOOK(a_flood_gets_its_answers_one_notice_and_silence),
        WITH_BOOK(the_next_minute_is_as_ever_and_another_flood_is_another_notice),
        WITH_BOOK(others_are_served_meanwhile),
        WITH_BOOK(who_wants_a_person_or_to_hear_no_more_is_heard_in_a_flood),
        WITH_BOOK(in_a_dialogue_a_flood_changes_nothing_and_a_person_can_still_be_had),
        WITH_BOOK(what_nobody_would_have_answered_stays_unanswered),
        WITH_BOOK(tags_of_a_silenced_message_are_not_noted),
        WITH_BOOK(the_notice_of_a_limit_is_no_reply),
        WITH_BOOK(a_phrase_goes_before_the_notice_and_a_blank_one_says_nothing),
        WITH_BOOK(the_notice_is_in_the_customers_language),
        WITH_BOOK(what_waits_for_a_call_was_counted_when_it_came),
        WITH_BOOK(replies_are_counted_by_the_hour_those_between_messages_too),
        WITH_BOOK(a_close_is_no_way_around_the_limit),
        WITH_BOOK(an_answering_machine_is_answered_six_times),
        WITH_BOOK(an_echo_is_a_repetition_also_of_two_sentences),
        WITH_BOOK(an_echo_of_the_sentence_before_the_last_is_one_too),
        WITH_BOOK(a_clock_that_was_set_back_ends_a_row),
        WITH_BOOK(who_says_the_same_over_half_an_hour_is_no_machine),
        WITH_BOOK(after_ten_minutes_of_peace_the_same_text_is_answered_again),
        WITH_BOOK(a_short_word_may_come_twice_as_often),
        WITH_BOOK(a_button_may_be_pressed_as_often_as_it_is_offered),
        WITH_BOOK(an_answer_to_a_question_is_no_repetition),
        WITH_BOOK(pictures_are_not_the_same),
        WITH_BOOK(long_texts_that_differ_at_their_end_are_not_the_same),
        WITH_BOOK(past_their_limit_questions_go_to_the_next_rule_and_then_to_nobody),
        WITH_BOOK(past_the_limit_a_steps_question_has_failed_at_once),
        WITH_BOOK(zero_is_no_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
