/*
 * talk: talks that go as they should, of everything that a desk does; and talks that do not, with the sentence that tells
 * where, what was expected and what was said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/proof.h"
#include "tests/unit/talk_case.h"

/* A restaurant with everything: one line, so that the rows of a talk begin on the second. */
static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'); "
    "INSERT INTO opening (days, opens, closes) VALUES ('mon-sun', '12:00', '23:00'); "
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('reply', 'whatsapp', 'c', 'response'); "
    "INSERT INTO team (name) VALUES ('support'); "
    "INSERT INTO phrase (name, language, text) VALUES ('hello', 'en', 'Hello!'), ('hello', 'ko', '안녕하세요!'); "
    "INSERT INTO rule (name, priority, words, action, say) VALUES ('out', 1000, '=stop', 'opt_out', 'Not a word more.'), "
    "  ('in', 1000, '=start', 'opt_in', 'Here again.'), ('bye', 600, 'bye', 'close', 'Bye!'), ('hush', 600, 'hush', "
    "'ignore', NULL); "
    "INSERT INTO rule (name, priority, words, action, target, say, interrupts) VALUES "
    "  ('person', 900, 'human', 'handoff', 'support', 'One moment.', 'yes'); "
    "INSERT INTO rule (name, priority, words, say, cooldown) VALUES ('joke', 500, 'joke', 'Knock, knock.', '1 hour'); "
    "INSERT INTO rule (name, priority, words, say, buttons) VALUES ('menu', 500, 'menu', 'What would you like?', "
    "'Tapas|A table'); "
    "INSERT INTO rule (name, words, say) VALUES ('hello', 'hello', '{{ phrase.hello }}'), ('tapas', 'tapas', 'Olives, "
    "cheese, ham.'), "
    "  ('many', 'count', 'Message {{ message_count }}, after {{ rule }}.'), ('call-me', 'i am ana', 'Nice to meet you.'), "
    "  ('name', 'my name', 'You are {{ name | default: \"a stranger\" }}.'); "
    "INSERT INTO rule_set (rule, name, value) VALUES ('call-me', 'name', 'Ana'); "
    "INSERT INTO rule (name, priority, words, only_if, say) VALUES ('open', 500, 'open', ':open', 'Yes, we are.'), "
    "  ('shut', 490, 'open', NULL, 'Not now.'), ('new', 510, 'who', ':first_contact', 'We have not met.'), ('old', "
    "500, 'who', NULL, "
    "  'We have.'), ('kr', 510, 'where', ':country = ''KR''', 'In Korea.'), ('again', 510, 'again', ':last_rule = ''open''', "
    "  'Still open.'), ('since', 500, 'since', ':minutes_since_last >= 90', 'It has been a while.'); "
    "INSERT INTO rule (name, pattern, action, target) VALUES ('book', 'a table(?: for (?<people>\\d+))?', 'flow', 'table'); "
    "INSERT INTO flow (name, title, expires, remind) VALUES ('table', 'your booking', '1 hour', '20 minutes'); "
    "INSERT INTO step (name, say, ask, accept_if, retry, timeout) VALUES "
    "  ('table.people', 'How many will you be?', 'number', '@people BETWEEN 1 AND 12', 'Up to 12, please. How many?', NULL), "
    "  ('table.moment', 'Which day and what time?', 'datetime', '@moment > :now', 'For example: Friday 21:00.', NULL), "
    "  ('table.sure', 'A table for {{ people }}, {{ moment | date: \"%A %H:%M\" }}. Shall I book it?', 'choice', "
    "NULL, NULL, NULL); "
    "INSERT INTO choice (step, label, words, next, redo) VALUES ('table.sure', 'Yes', 'ok, sure', 'book', NULL), "
    "  ('table.sure', 'Another day', 'change, other time*', NULL, 'moment'); "
    "INSERT INTO service (name, url) VALUES ('diary', 'https://diary.example.com/{{ people }}'); "
    "INSERT INTO service_value (service, name, pointer) VALUES ('diary', 'free', '/free'), ('diary', 'code', '/code'); "
    "INSERT INTO step (name, say, action, target) VALUES ('table.book', 'I look.', 'call', 'diary'); "
    "INSERT INTO branch (step, only_if, say, next, redo) VALUES "
    "  ('table.book', ':failed AND :status = 404', 'There is no such diary.', 'end', NULL), "
    "  ('table.book', ':timed_out', 'The diary sleeps.', 'end', NULL), "
    "  ('table.book', ':failed', 'A colleague will confirm it.', 'person', NULL), "
    "  ('table.book', '@free = 0', 'No table is free then.', NULL, 'moment'); "
    "INSERT INTO step (name, say, next) VALUES ('table.done', 'Done! Your code is {{ code }}.', 'end'); "
    "INSERT INTO step (name, action, target) VALUES ('table.person', 'handoff', 'support'); "
    "INSERT INTO rule (name, words, action, target) VALUES ('rate', 'feedback', 'flow', 'stars'), ('loop', 'loop', "
    "'flow', 'loop'); "
    "INSERT INTO flow (name, expires, expired, retries) VALUES ('stars', '1 day', 'Never mind.', 1), ('loop', '30 "
    "days', NULL, 2); "
    "INSERT INTO step (name, say, ask, timeout) VALUES ('stars.stars', 'From 1 to 5?', 'number', '3 hours'), "
    "  ('loop.loop', NULL, 'text', '1 second'); "
    "INSERT INTO branch (step, only_if, say, next) VALUES ('stars.stars', ':timed_out', 'Another time, then.', 'end'); "
    "INSERT INTO branch (step, only_if, say, redo) VALUES ('loop.loop', ':timed_out', NULL, 'loop'); "
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');\n";

static struct ruleset *make(const char *talk)
{
    return make_talk(RULES, talk);
}

static void check(const char *talk, const char *sentence)
{
    check_talk(RULES, talk, sentence);
}

#define BOOKED \
    SAY("a table for 4", "Which day and what time?") ",\n" \
    SAY("friday at 9", "A table for 4, Friday 21:00. Shall I book it?") ",\n"

static const char *const GOOD[] = {
    /* rules alone */
    T LINES(SAY("hello", "Hello!") "," SAY("what?", "Pardon?")),
    TALK("language", "'ko'") LINES(SAY("hello", "안녕하세요!")),
    TALK("country", "'KR'") LINES(SAY("where", "In Korea.")),
    TALK("first_contact", "'yes'") LINES(SAY("who?", "We have not met.") "," SAY("who?", "We have.")),
    T LINES(SAY("who?", "We have.")),
    T LINES("('t', NULL, 'hush', NULL, NULL)"),
    /* hours: without a start it is open, at whatever time; a start goes by the hours, also when time has passed */
    T LINES(SAY("are you open?", "Yes, we are.") ", ('t', '12 hours', 'open?', 'Yes, we are.', ':hour = 0')"),
    MAY LINES(SAY("are you open?", "Yes, we are.") ", ('t', '6 hours', 'open?', 'Not now.', ':date = ''2026-05-13''')"),
    TALK("starts, open", "'2026-05-12 18:00', 'no'") LINES(SAY("are you open?", "Not now.")),
    /* the rule before, the count, how long ago */
    T LINES(SAY("open", "Yes, we are.") "," SAY("again", "Still open.") "," SAY("again", "Pardon?")),
    T LINES(SAY("count", "Message 1, after many.") "," SAY("count", "Message 2, after many.")),
    T LINES(SAY("since when?", "Pardon?") ", ('t', '90 minutes', 'since when?', 'It has been a while.', "
      "':minutes_since_last = 0')"),
    /* what is remembered belongs to the conversation, which ends with a close */
    T LINES(SAY("i am ana", "Nice to meet you.") "," SAY("my name?", "You are Ana.") ",('t', NULL, 'bye', 'Bye!', "
      "'@name = ''Ana'''),"
            SAY("my name?", "You are a stranger.") "," SAY("count", "Message 2, after many.")),
    /* rests belong to the contact, and outlive it */
    T LINES(SAY("a joke", "Knock, knock.") "," SAY("a joke", "Pardon?") "," SAY("bye", "Bye!") "," SAY("a joke", "Pardon?") ","
            "('t', '59 minutes', 'a joke', 'Pardon?', NULL), ('t', '1 minute', 'a joke', 'Knock, knock.', NULL)"),
    /* a number stands for a text that was offered, as long as that is the newest */
    T LINES(SAY("the menu", "What would you like?") "," SAY("1", "Olives, cheese, ham.") "," SAY("1", "Pardon?")),
    /* opt-out, also out of a dialogue; hand-over */
    T LINES(SAY("a table", "How many will you be?") ",('t', NULL, 'stop', 'Not a word more.', ':opted_out'),"
            "('t', NULL, 'hello', NULL, NULL), ('t', '2 hours', NULL, NULL, NULL)," SAY("start", "Here "
            "again.") "," SAY("4", "Pardon?")),
    T LINES(SAY("a table", "How many will you be?") ",('t', NULL, 'a human, please', 'One moment.', ':owner = ''agent'''),"
            "('t', NULL, '4', NULL, NULL), ('t', '2 hours', NULL, NULL, ':owner = ''agent''')"),
    /* flows */
    MAY GIVEN("('t', 'diary', '{\"free\":1,\"code\":\"R7\"}', NULL)") LINES(
        BOOKED SAY("rather another day", "Which day and what time?") ","
        "('t', '10 minutes', 'saturday 21:30', 'A table for 4, *21:30. Shall I book it?', '@people = 4'),"
        SAY("yes", "I look.") ",('t', NULL, NULL, 'Done! Your code is R7.', '@people IS NULL')," SAY("4", "Pardon?")),
    MAY LINES(SAY("a table", "How many will you be?") "," SAY("many", "Up to 12, please. How "
      "many?") "," SAY("13", "Up to 12, please. How many?")
              "," SAY("lots", "*")),
    /* a question in between, and back */
    MAY LINES(SAY("a table", "How many will you be?") "," SAY("are you open?", "Yes, we are.") ",('t', NULL, NULL, "
      "'*your booking*', NULL),"
              "('t', NULL, NULL, 'How many will you be?', NULL)," SAY("3", "Which day and what time?") ",('t', NULL, "
              "'cancel', '*', '@people IS NULL')"),
    /* its own moments, in their order: the reminder after 20 minutes, the end after an hour, counted from the last word */
    MAY LINES(SAY("a table", "How many will you be?") ",('t', '19 minutes', NULL, NULL, NULL),('t', '1 minute', NULL, "
      "'*', NULL),"
              "('t', NULL, NULL, 'How many will you be?', NULL),('t', '39 minutes', '3', 'Which day and what time?', NULL)"),
    MAY LINES(SAY("a table", "How many will you be?") ",('t', '1 hour', NULL, '*', NULL),('t', NULL, NULL, 'How many "
      "will you be?', NULL),"
              "('t', NULL, NULL, '*your booking*', NULL)," SAY("3", "Pardon?")),
    T LINES(SAY("feedback", "From 1 to 5?") ",('t', '179 minutes', NULL, NULL, NULL),('t', '1 minute', NULL, 'Another "
      "time, then.', NULL)"),
    /* services: in turn, the last again and again; failures */
    MAY GIVEN("('t', 'diary', '{\"free\":0}', NULL), ('t', 'diary', '{\"free\":1,\"code\":\"R8\"}', 201)") LINES(
        BOOKED SAY("yes", "I look.") ",('t', NULL, NULL, 'No table is free then.', NULL),('t', NULL, NULL, 'Which day "
          "and what time?', '@free = 0'),"
        SAY("saturday 20:00", "*Shall I book it?") "," SAY("yes", "I look.") ",('t', NULL, NULL, 'Done! Your code is "
          "R8.', NULL)," BOOKED
        SAY("yes", "I look.") ",('t', NULL, NULL, 'Done! Your code is R8.', NULL)"),
    MAY GIVEN("('t', 'diary', NULL, 'timeout')") LINES(BOOKED SAY("yes", "I look.") ",('t', NULL, NULL, 'The diary "
      "sleeps.', NULL)"),
    MAY GIVEN("('t', 'diary', NULL, 404)") LINES(BOOKED SAY("yes", "I look.") ",('t', NULL, NULL, 'There is no such "
      "diary.', NULL)"),
    MAY GIVEN("('t', 'diary', NULL, 503)") LINES(BOOKED SAY("yes", "I look.") ",('t', NULL, NULL, 'A colleague will "
      "confirm it.', ':owner = ''agent''')"),
};

static void test_talks_that_go_as_they_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++)
        check(GOOD[i], NULL);
}

static void test_a_step_that_sets_null_forgets(void **state)
{
    (void)state;
    check_talk("INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('reply', 'whatsapp', 'c', 'response'); "
               "INSERT INTO rule (name, words, action, target) VALUES ('go', 'go', 'flow', 'f'); "
               "INSERT INTO flow (name, expires) VALUES ('f', '1 hour'); "
               "INSERT INTO step (name, say, ask) VALUES ('f.wish', 'Your wish?', 'text'); "
               "INSERT INTO step_set (step, name, value) VALUES ('f.told', 'wish', NULL); "
               "INSERT INTO step (name, say) VALUES ('f.told', 'It was {{ wish | default: \"nothing\" }}.');\n",
               T LINES(SAY("go", "Your wish?") "," SAY("rain", "It was nothing.")), NULL);
}

/* Tuesdays to Saturdays, no Christmas; 2026-05-12 is a Tuesday. */
static void test_a_step_takes_no_day_and_no_moment_that_is_closed(void **state)
{
    (void)state;
    check_talk("INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('reply', 'whatsapp', 'c', 'response'); "
               "INSERT INTO opening (days, opens, closes) VALUES ('tue-sat', '10:00', '19:00'); "
               "INSERT INTO holiday (day, note) VALUES ('12-25', 'Christmas'); "
               "INSERT INTO rule (name, words, action, target) VALUES ('cut', 'cut', 'flow', 'cut'); "
               "INSERT INTO flow (name, retries) VALUES ('cut', 5); "
               "INSERT INTO step (name, say, ask, accept_if, retry) VALUES "
               " ('cut.day', 'Which day?', 'date', ':open_then', 'Closed that day.'), "
               " ('cut.at', 'When?', 'datetime', ':open_then = 1', 'Closed then.'), "
               " ('cut.last', 'And after?', 'date', NULL, NULL); "
               "INSERT INTO branch (step, only_if, say, next) VALUES ('cut.last', 'NOT :open_then', 'Not that day.', 'end');\n",
               TALK("starts", "'2026-05-12 18:00'") LINES(
                   SAY("cut", "Which day?") "," SAY("monday", "Closed that day.") "," SAY("25 december", "Closed that day.")
                   "," SAY("friday", "When?") "," SAY("friday 9:00", "Closed then.") "," SAY("friday 19:00", "Closed then.")
                   "," SAY("friday 18:59", "And after?") "," SAY("sunday", "Not that day.")), NULL);
}

static const struct {
    const char *talk, *sentence;
} BAD[] = {
    { T LINES(SAY("hello", "Hi!")), "a.sql:4: in the talk t the bot should say \"Hi!\", but it says \"Hello!\"" },
    { T LINES("('t', NULL, 'hush', 'Hi!', NULL)"), "a.sql:4: in the talk t the bot should say \"Hi!\", but it says nothing" },
    { T LINES("('t', NULL, 'hush', '*', NULL)"), "a.sql:4: in the talk t the bot should say \"*\", but it says nothing" },
    { T LINES("('t', NULL, 'hello', NULL, NULL)"), "a.sql:4: in the talk t the bot should say nothing, but it says "
      "\"Hello!\"" },
    { T LINES(SAY("hello", "Hello!") ",\n('t', NULL, NULL, 'How are you?', NULL)"),
      "a.sql:5: in the talk t the bot should say \"How are you?\", but it says nothing more" },
    { MAY LINES(SAY("a table", "How many will you be?") ",\n" SAY("open", "Yes, we are.") ",\n('t', NULL, NULL, "
      "'*your booking*', NULL)"),
      "a.sql:6: in the talk t the bot should say nothing more, but it says \"How many will you be?\"" },
    { T LINES(SAY("hello", "Hello!") ",\n" SAY("what?", "Hello!") ",\n" SAY("hello", "never played")),
      "a.sql:5: in the talk t the bot should say \"Hello!\", but it says \"Pardon?\"" },
    /* time */
    { MAY LINES(SAY("a table", "How many will you be?") ",\n('t', '1 minute', NULL, 'Are you there?', NULL)"),
      "a.sql:5: in the talk t the bot should say \"Are you there?\", but it says nothing" },
    { MAY LINES(SAY("feedback", "From 1 to 5?") ",\n('t', '4 hours', '5', '*', NULL)"),
      "a.sql:5: in the talk t 4 hours pass before the customer writes, and the bot says \"Another time, then.\" "
      "meanwhile; give "
      "that a row of its own, with after and bot" },
    { MAY LINES(SAY("loop", "*") ",\n('t', '2 hours', NULL, NULL, NULL)"),
      "a.sql:5: in the talk t the bot should say nothing, but it says \"What is your answer?\"" },
    /* conditions */
    { MAY LINES("('t', NULL, 'a table for 4', 'Which day and what time?', '@people = 5 AND :owner = ''bot''')"),
      "a.sql:4: in the talk t this should be true now, and is not: @people = 5 AND :owner = 'bot' (@people is 4, "
      ":owner is 'bot')" },
    { T LINES("('t', NULL, 'hello', 'Hello!', '@people')"),
      "a.sql:4: in the talk t this should be true now, and is not: @people (@people is not known)" },
    { T LINES("('t', NULL, 'hello', 'Hello!', '1 = 2')"), "a.sql:4: in the talk t this should be true now, and is not: 1 = 2" },
    /* services */
    { MAY LINES(BOOKED SAY("yes", "I look.") ",\n('t', NULL, NULL, 'Done!', NULL)"),
      "a.sql:6: in the talk t the service diary is asked, and the talk has no answer of it; add INSERT INTO talk_given (talk, "
      "source, answer) VALUES ('t', 'diary', '{…}');" },
    { MAY LINES(BOOKED SAY("yes", "Let me see.")), "a.sql:6: in the talk t the bot should say \"Let me see.\", but it "
      "says \"I look.\"" },
    { MAY GIVEN("('t', 'diary', '[]', NULL)") LINES(BOOKED SAY("yes", "I look.") ",\n('t', NULL, NULL, 'Done! Your "
      "code is R7.', NULL)"),
      "a.sql:8: in the talk t the bot should say \"Done! Your code is R7.\", but it says \"Done! Your code is .\"" },
};

static void test_talks_that_fail_say_where_and_what_was_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        check(BAD[i].talk, BAD[i].sentence);
}

/* The exchange up to the line that differs, for `rules check`. */
static void test_a_report_ends_with_what_differs(void **state)
{
    static const struct {
        enum talk_who who;
        const char *expected, *said;
    } PARTS[] = {
        { TALK_CUSTOMER, "hush", "hush" },      { TALK_BOT, NULL, NULL },
        { TALK_TIME, "2 hours", "2 hours" },    { TALK_CUSTOMER, "hello", "hello" },
        { TALK_BOT, "H*!", "Hello!" },          { TALK_EXPECT, ":message_count = 2", ":message_count is 2" },
        { TALK_CUSTOMER, "open", "open" },      { TALK_BOT, "No.", "Yes, we are." },
    };
    struct ruleset *ruleset = make(T LINES("('t', NULL, 'hush', NULL, NULL),\n('t', '2 hours', 'hello', 'H*!', "
      "':message_count = 2'),\n"
                                           SAY("open", "No.") ",\n" SAY("hello", "never")));
    struct talk_report report = { 0 };
    (void)state;
    assert_false(talk_play(ruleset, matcher, &ruleset->talks[0], &report));
    assert_int_equal(report.failed->line, 6);
    assert_string_equal(buf_text(&report.sentence) + report.place,
                        "in the talk t the bot should say \"No.\", but it says \"Yes, we are.\"");
    assert_int_equal(report.count, COUNT(PARTS));
    for (size_t i = 0; i < COUNT(PARTS); i++) {
        assert_int_equal(report.parts[i].who, PARTS[i].who);
        assert_int_equal(report.parts[i].differs, i + 1 == COUNT(PARTS));
        assert_true((report.parts[i].expected == NULL) == (PARTS[i].expected == NULL));
        if (PARTS[i].expected != NULL)
            assert_string_equal(report.parts[i].expected, PARTS[i].expected);
        if (PARTS[i].said != NULL)
            assert_string_equal(report.parts[i].said, PARTS[i].said);
    }
    talk_report_release(&report);
    ruleset_free(ruleset);
}

/* Of a long text the sentence quotes the beginning, and cuts no character. */
static void test_long_texts_are_quoted_by_their_beginning(void **state)
{
    struct buf talk = { 0 }, sentence = { 0 };
    (void)state;
    buf_add_text(&talk, T "INSERT INTO talk_line (talk, customer, bot) VALUES ('t', 'hello', 'a");
    buf_add_text(&sentence, "a.sql:3: in the talk t the bot should say \"a");
    for (int i = 0; i < 100; i++)
        buf_add_text(&talk, "안");
    for (int i = 0; i < 26; i++)
        buf_add_text(&sentence, "안");
    buf_add_text(&talk, "');\n");
    buf_add_text(&sentence, "…\", but it says \"Hello!\"");
    check(buf_text(&talk), buf_text(&sentence));
    buf_release(&talk);
    buf_release(&sentence);
}

/* Proofs: examples first, then talks; the first failure in full, the rest counted. */
static void test_a_ruleset_proves_itself_by_its_talks(void **state)
{
    struct ruleset *ruleset = make("INSERT INTO rule_example (rule, text) VALUES ('hello', 'hello');\n"
                                   "INSERT INTO talk (name) VALUES ('t'), ('u'), ('v');\n" LINES(
                                       SAY("hello", "Hi!") ",\n('u', NULL, 'hello', 'Hello!', NULL),\n('v', NULL, "
                                         "'hello', NULL, NULL)"));
    struct error error = { 0 };
    (void)state;
    assert_int_equal(proof_run(ruleset, matcher, &error), 2);
    assert_string_equal(error.text,
                        "a.sql:5: in the talk t the bot should say \"Hi!\", but it says \"Hello!\" (and 1 more)");
    ruleset_free(ruleset);
}

static void test_a_set_whose_talk_fails_is_not_built(void **state)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct buf text = { 0 };
    (void)state;
    buf_addf(&text, "%s" T "%s", RULES, LINES(SAY("hello", "Hi!")));
    rulefiles_add(&files, "a.sql", buf_text(&text));
    assert_null(proof_build(&files, zones, &error));
    assert_string_equal(error.text, "a.sql:4: in the talk t the bot should say \"Hi!\", but it says \"Hello!\"");
    rulefiles_release(&files);
    buf_release(&text);
}

/* Nothing of a play is left for the next one. */
static void test_playing_is_repeatable(void **state)
{
    struct ruleset *ruleset = make(MAY GIVEN("('t', 'diary', '{\"free\":0}', NULL), ('t', 'diary', "
      "'{\"free\":1,\"code\":\"R8\"}', NULL)")
                                       LINES(BOOKED SAY("yes", "I look.") ",('t', NULL, NULL, 'No table*', "
                                         "NULL),('t', NULL, NULL, '*', NULL)"));
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct talk_report report = { 0 };
        assert_true(talk_play(ruleset, matcher, &ruleset->talks[0], &report));
        talk_report_release(&report);
    }
    ruleset_free(ruleset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talks_that_go_as_they_should),
        cmocka_unit_test(test_a_step_that_sets_null_forgets),
        cmocka_unit_test(test_a_step_takes_no_day_and_no_moment_that_is_closed),
        cmocka_unit_test(test_talks_that_fail_say_where_and_what_was_said),
        cmocka_unit_test(test_a_report_ends_with_what_differs),
        cmocka_unit_test(test_long_texts_are_quoted_by_their_beginning),
        cmocka_unit_test(test_a_ruleset_proves_itself_by_its_talks),
        cmocka_unit_test(test_a_set_whose_talk_fails_is_not_built),
        cmocka_unit_test(test_playing_is_repeatable),
    };
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    zones_close(zones);
    return result;
}
