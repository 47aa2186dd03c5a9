/*
 * talk_backend: talks in which a backend answers, as the talk says or out of the FAQ: by a rule, by a step, along a chain
 * that fails, and with what a model may do beside talking.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/talk_case.h"

/* One line, so that the rows of a talk begin on the second. */
static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'); "
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('reply', 'whatsapp', 'c', 'response'); "
    "INSERT INTO team (name) VALUES ('counter'), ('kitchen'); "
    "INSERT INTO phrase (name, language, text) VALUES ('sorry', 'en', 'Sorry, I do not know.'), "
    "  ('ai_handoff', 'en', 'A colleague takes over.'), ('ai_notice', 'en', 'A machine answers here.'); "
    "INSERT INTO faq (question, answer) VALUES ('May I bring my dog?', '*Dogs* may come, {{ business_name }} says.'); "
    "INSERT INTO setting (name, value) VALUES ('business_name', 'Ana''s'); "
    "INSERT INTO backend (name, kind) VALUES ('faq', 'faq'); "
    "INSERT INTO backend (name, kind, model, key_env, acts, fallback) VALUES "
    "  ('helper', 'openai', 'm', 'K', 'handoff kitchen, close, flow table, set mood', NULL), "
    "  ('first', 'anthropic', 'm', 'K', 'handoff counter, handoff kitchen', 'second'), "
    "  ('second', 'openai', 'm', 'K', NULL, 'faq'); "
    "INSERT INTO backend (name, kind, model, key_env, team) VALUES ('last', 'openai', 'm', 'K', 'counter'); "
    "INSERT INTO rule (name, words, action, target) VALUES ('faq', 'dog, cat', 'consult', 'faq'), "
    "  ('chain', 'chain', 'consult', 'first'), ('last', 'last', 'consult', 'last'), ('table', 'table', 'flow', 'table'); "
    "INSERT INTO rule (name, words, say, action, target) VALUES ('helper', 'help', 'One moment.', 'consult', 'helper'); "
    "INSERT INTO rule (name, words, say) VALUES ('mood', 'mood', 'You are {{ mood | default: \"a riddle\" }}.'); "
    "INSERT INTO rule (name, words, say) VALUES ('sad', 'sad', 'Oh.'); "
    "INSERT INTO rule_set (rule, name, value) VALUES ('sad', 'mood', 'sad'); "
    "INSERT INTO flow (name, title, expires) VALUES ('table', 'your table', '1 hour'); "
    "INSERT INTO step (name, say, ask) VALUES ('table.people', 'How many?', 'number'), ('table.wish', 'Any wish?', 'text'); "
    "INSERT INTO step (name, say, action, target) VALUES ('table.advice', 'I ask.', 'consult', 'second'); "
    "INSERT INTO branch (step, only_if, say, next) VALUES ('table.advice', ':timed_out', 'Too slow.', 'end'), "
    "  ('table.advice', ':failed', 'Nobody knows.', 'end'); "
    "INSERT INTO step (name, say) VALUES ('table.done', 'A table for {{ people }}.'); "
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');\n";

static const char *const GOOD[] = {
    /* The FAQ answers for real, as it stands there; what it does not know ends in `sorry`. */
    T LINES(SAY("may my dog come?", "*Dogs* may come, Ana''s says.") "," SAY("my cat is ill", "Sorry, I do not know.")),
    /* … unless the talk says otherwise */
    T GIVEN("('t', 'faq', 'Dogs *and* cats.', NULL)") LINES(SAY("may my dog come?", "Dogs *and* cats.")),
    /* A model's Markdown is said as the channel writes it, behind what the rule says. */
    T GIVEN("('t', 'helper', 'We have **two** tables.', NULL)")
        LINES(SAY("help", "One moment.") ",('t', NULL, NULL, 'We have *two* tables.', NULL)"),
    /* Rows in turn, the last of them again and again. */
    T GIVEN("('t', 'second', 'One.', NULL), ('t', 'first', 'Two.', NULL), ('t', 'first', 'Three.', 200)")
        LINES(SAY("chain", "Two.") "," SAY("chain", "Three.") "," SAY("chain", "Three.")),
    /* What was sent may be given as it was. */
    T GIVEN("('t', 'last', '{\"sent\": \"*bold* and 2 * 3\"}', NULL)") LINES(SAY("last", "*bold* and 2 * 3")),
    /* the notice goes before the first answer of a machine to somebody new */
    TALK("first_contact", "'yes'") LINES(SAY("mood", "You are a riddle.") ","
        "('t', NULL, 'my dog', 'A machine answers here.\n\n*Dogs* may come*', NULL)," SAY("my dog", "*Dogs* may come*")),
    /* Deeds: a hand-over, with words and without; a close; a flow; a variable. */
    T GIVEN("('t', 'first', '{\"say\": \"The cook knows.\", \"do\": [{\"act\": \"hand_off\", \"team\": \"kitchen\"}]}', NULL)")
        LINES("('t', NULL, 'chain', 'The cook knows.', ':owner = ''agent'''),('t', NULL, 'hello?', NULL, NULL)"),
    T GIVEN("('t', 'first', '{\"do\": [{\"act\": \"hand_off\", \"team\": \"counter\"}]}', NULL)")
        LINES("('t', NULL, 'chain', 'A colleague takes over.', ':owner = ''agent''')"),
    T GIVEN("('t', 'helper', '{\"say\": \"Bye!\", \"do\": [{\"act\": \"close_conversation\"}, "
            "{\"act\": \"set_variable\", \"name\": \"mood\", \"value\": \"merry\"}]}', NULL)")
        LINES(SAY("help", "One moment.") ",('t', NULL, NULL, 'Bye!', NULL)," SAY("mood", "You are a riddle.")),
    T GIVEN("('t', 'helper', '{\"say\": \"Let us see.\", \"do\": [{\"act\": \"start_flow\", \"flow\": \"table\"}, "
            "{\"act\": \"set_variable\", \"name\": \"mood\", \"value\": \"merry\"}]}', NULL)")
        LINES(SAY("help", "One moment.") ",('t', NULL, NULL, 'Let us see.', NULL),('t', NULL, NULL, 'How many?', '@mood = "
              "''merry'''),('t', NULL, 'mood', 'You are merry.', NULL),('t', NULL, NULL, '*your table*', NULL),"
              "('t', NULL, NULL, 'How many?', NULL)"),
    /* Down the chain: each that fails is followed by its fallback; an answer without anything in it has failed as well. */
    T GIVEN("('t', 'first', NULL, 500), ('t', 'second', 'Gladly.', NULL)") LINES(SAY("chain", "Gladly.")),
    T GIVEN("('t', 'first', NULL, 'timeout'), ('t', 'second', ' ', NULL)") LINES(SAY("chain with my dog", "*Dogs* may*")),
    T GIVEN("('t', 'first', '{\"say\": \"\"}', NULL), ('t', 'second', NULL, 429)") LINES(SAY("chain", "Sorry, I do not know.")),
    /* … and at its end a person takes over. */
    T GIVEN("('t', 'last', NULL, 503)") LINES("('t', NULL, 'last', 'A colleague takes over.', ':owner = ''agent''')"),
    /* A rule that asks in between leads back to the question. */
    T LINES(SAY("a table", "How many?") "," SAY("my dog?", "*Dogs* may*") ",('t', NULL, NULL, '*your table*', NULL),"
            "('t', NULL, NULL, 'How many?', NULL)," SAY("3", "Any wish?")),
    /* A step asks. */
    T GIVEN("('t', 'second', 'Take the **corner**.', NULL)")
        LINES(SAY("a table", "How many?") "," SAY("3", "Any wish?") "," SAY("quiet", "I ask.") ","
              "('t', NULL, NULL, 'Take the *corner*.', NULL),('t', NULL, NULL, 'A table for 3.', NULL)"),
    T GIVEN("('t', 'second', NULL, 500)")
        LINES(SAY("a table", "How many?") "," SAY("3", "Any wish?") "," SAY("with my dog", "I ask.") ","
              "('t', NULL, NULL, '*Dogs* may*', NULL),('t', NULL, NULL, 'A table for 3.', NULL)"),
    T GIVEN("('t', 'second', NULL, 500)")
        LINES(SAY("a table", "How many?") "," SAY("3", "Any wish?") "," SAY("quiet", "I ask.") ","
              "('t', NULL, NULL, 'Nobody knows.', NULL)," SAY("3", "Pardon?")),
    T GIVEN("('t', 'second', NULL, 500), ('t', 'faq', NULL, 'timeout')")
        LINES(SAY("a table", "How many?") "," SAY("3", "Any wish?") "," SAY("quiet", "I ask.") ","
              "('t', NULL, NULL, 'Too slow.', NULL)"),
};

static void test_backends_answer_as_the_talk_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++)
        check_talk(RULES, GOOD[i], NULL);
}

static const struct {
    const char *talk, *sentence;
} BAD[] = {
    { T LINES(SAY("help", "One moment.") ",\n" SAY("mood", "*")),
      "a.sql:4: in the talk t the backend helper is asked, and the talk has no answer of it; add INSERT INTO talk_given (talk, "
      "source, answer) VALUES ('t', 'helper', '…');" },
    /* whoever is asked next has no answer either */
    { T GIVEN("('t', 'first', NULL, 500)") LINES(SAY("chain", "*")),
      "a.sql:5: in the talk t the backend second is asked, and the talk has no answer of it; add INSERT INTO talk_given (talk, "
      "source, answer) VALUES ('t', 'second', '…');" },
    { T LINES(SAY("a table", "How many?") ",\n" SAY("3", "Any wish?") ",\n" SAY("quiet", "I ask.")),
      "a.sql:6: in the talk t the backend second is asked, and the talk has no answer of it; add INSERT INTO talk_given (talk, "
      "source, answer) VALUES ('t', 'second', '…');" },
    { T LINES(SAY("may my dog come?", "No.")),
      "a.sql:4: in the talk t the bot should say \"No.\", but it says \"*Dogs* may come, Ana's says.\"" },
};

static void test_a_backend_without_an_answer_fails_the_talk(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        check_talk(RULES, BAD[i].talk, BAD[i].sentence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backends_answer_as_the_talk_says),
        cmocka_unit_test(test_a_backend_without_an_answer_fails_the_talk),
    };
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    zones_close(zones);
    return result;
}
