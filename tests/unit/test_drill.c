/*
 * test_drill: what a rehearsal of a failing backend tells: who is asked when, and what the customer reads in the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/zone.h"
#include "desk/drill.h"
#include "store/rulefile.h"

#define CAMPAIGN "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('reply', 'whatsapp', 'c-1', 'response');\n"
#define NETWORK "'openai', 'https://ai.example.com/v1', 'm', 'KEY'"
#define BACKENDS                                                                                                       \
    "INSERT INTO backend (name, kind, url, model, key_env, settle_ms, deadline, turn_deadline, fallback) VALUES "      \
    "('first', " NETWORK ", 700, '10 seconds', '25 seconds', 'second'), "                                              \
    "('second', " NETWORK ", 0, '10 seconds', '25 seconds', 'third'), "                                                \
    "('third', " NETWORK ", 0, '10 seconds', '25 seconds', NULL), "                                                    \
    "('alone', " NETWORK ", 0, '2 seconds', '25 seconds', 'faq');\n"                                                   \
    "INSERT INTO backend (name, kind) VALUES ('faq', 'faq');\n"                                                        \
    "INSERT INTO faq (question, answer) VALUES ('Is there parking?', 'Behind the house, {{ first_name }}.');\n"
#define RULES                                                                                                          \
    "INSERT INTO rule (name, words, action, target, say) VALUES ('moment', 'moment*', 'consult', 'first', 'One moment.');\n" \
    "INSERT INTO rule (name, words, say) VALUES ('hi', 'hi', 'Hello!');\n"                                             \
    "INSERT INTO rule (name, words, action, target) VALUES ('book', 'book*', 'flow', 'table');\n"                      \
    "INSERT INTO flow (name) VALUES ('table');\n"                                                                      \
    "INSERT INTO step (name, action, target) VALUES ('table.ask', 'consult', 'alone');\n"                              \
    "INSERT INTO branch (step, only_if, next) VALUES ('table.ask', ':failed = 1', 'else');\n"                        \
    "INSERT INTO step (name, say) VALUES ('table.well', 'Well.'), ('table.else', 'Nobody could tell.');\n"             \
    "INSERT INTO rule (name, priority, action, target) VALUES ('rest', 0, 'consult', 'alone');\n"                      \
    "INSERT INTO phrase (name, language, text) VALUES ('ai_notice', 'en', 'A machine answers.');\n"

struct room {
    struct zones *zones;
    struct matcher *matcher;
    struct ruleset *rules;
};

static struct room room;

static int open_room(void **state)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };

    (void)state;
    room.zones = zones_open(NULL);
    room.matcher = matcher_new(true);
    rulefiles_add(&files, "a.sql", CAMPAIGN BACKENDS RULES);
    room.rules = ruleset_new(&files, room.zones, &error);
    if (room.rules == NULL)
        print_error("%s\n", error.text);
    rulefiles_release(&files);
    return room.rules != NULL ? 0 : -1;
}

static int close_room(void **state)
{
    (void)state;
    ruleset_free(room.rules);
    matcher_free(room.matcher);
    zones_close(room.zones);
    return 0;
}

static int rehearse(const char *text, const char *backend, enum drill_fault fault, bool is_first, struct drill *drill)
{
    const struct decide_state state = {
        .channel = "whatsapp", .owner = "bot", .first_name = "Ana", .language = "en", .time_zone = "",
        .message_count = 1, .fields = "{}", .campaign = "", .country = "", .last_rule = "",
    };
    const struct drill_question question = {
        .rules = room.rules,
        .matcher = room.matcher,
        .state = &state,
        .text = text,
        .now = 1770000000000,
        .is_first = is_first,
        .backend = backend_find(room.rules->backends, room.rules->backend_count, backend),
        .fault = fault,
    };

    assert_non_null(question.backend);
    return drill_rehearse(&question, drill);
}

/* "0 settles, 700 first asked, …" */
static void check_steps(const struct drill *drill, const char *wanted)
{
    struct buf told = { 0 };

    for (size_t i = 0; i < drill->count; i++) {
        const struct drill_step *step = &drill->steps[i];

        buf_addf(&told, "%s%d %s%s%s", i > 0 ? ", " : "", (int)step->at_ms, step->backend != NULL ? step->backend->name : "",
                 step->backend != NULL ? " " : "", drill_what_names[step->what]);
    }
    assert_string_equal(buf_text(&told), wanted);
    buf_release(&told);
}

static void the_chain_is_walked_until_the_turns_time_is_over(void **state)
{
    struct drill drill = { 0 };

    (void)state;
    assert_int_equal(rehearse("a moment please", "first", DRILL_TIMEOUT, false, &drill), 1);
    check_steps(&drill, "0 says, 0 settles, 700 first asked, 10700 first failed, 10700 second perhaps, 10700 second asked, "
                        "20700 second failed, 20700 third perhaps, 20700 third asked, 25000 third failed, 25000 says");
    assert_string_equal(drill.perhaps->name, "second");
    assert_int_equal(drill.perhaps_ms, 20700);
    assert_null(drill.answered);
    assert_int_equal(drill.end_ms, 25000);
    assert_string_equal(drill.steps[0].text, "One moment.");
    assert_int_equal(drill.end, drill.count - 1);
    assert_string_equal(drill.steps[drill.end].text,
                        "I am sorry, I cannot answer this right now. Please try again a little later.");
    drill_release(&drill);
}

static void the_faq_speaks_as_it_would_with_the_notice_before_its_first_words(void **state)
{
    struct drill drill = { 0 };

    (void)state;
    assert_int_equal(rehearse("is there parking?", "alone", DRILL_429, true, &drill), 1);
    check_steps(&drill, "0 alone asked, 0 alone failed, 0 faq answered, 0 faq says");
    assert_string_equal(drill.steps[3].text, "A machine answers.\n\nBehind the house, Ana.");
    assert_string_equal(drill.answered->name, "faq");
    drill_release(&drill);
    assert_int_equal(rehearse("is there parking?", "alone", DRILL_429, false, &drill), 1);
    assert_string_equal(drill.steps[3].text, "Behind the house, Ana.");
    drill_release(&drill);
}

static void who_is_too_busy_is_asked_once_more_where_nobody_else_can_be(void **state)
{
    struct drill drill = { 0 };

    (void)state;
    assert_int_equal(rehearse("moment", "third", DRILL_429, false, &drill), 1);
    check_steps(&drill, "0 says, 0 settles, 700 first skipped, 700 second skipped, 700 third asked, 700 third again, 1450 third asked, "
                        "1450 third failed, 1450 says");
    drill_release(&drill);
}

static void a_short_deadline_is_tried_twice(void **state)
{
    struct drill drill = { 0 };

    (void)state;
    assert_int_equal(rehearse("my cat is ill", "alone", DRILL_TIMEOUT, false, &drill), 1);
    check_steps(&drill, "0 alone asked, 2000 alone again, 2500 alone asked, 4500 alone failed, 4500 faq no entry, 4500 says");
    drill_release(&drill);
}

static void a_step_that_asks_goes_its_own_way(void **state)
{
    struct drill drill = { 0 };

    (void)state;
    assert_int_equal(rehearse("book a table", "alone", DRILL_500, false, &drill), 1);
    assert_string_equal(buf_text(&drill.wanted_by), "table.ask");
    check_steps(&drill, "0 alone asked, 0 alone again, 500 alone asked, 500 alone failed, 500 faq no entry, 500 says");
    assert_string_equal(drill.steps[5].text, "Nobody could tell.");
    drill_release(&drill);
}

static void what_does_not_come_to_the_backend_says_why(void **state)
{
    struct drill drill = { 0 };

    (void)state;
    assert_int_equal(rehearse("hi", "alone", DRILL_500, false, &drill), 0);
    assert_string_equal(buf_text(&drill.why), "the rule hi takes this message, and asks no backend");
    drill_release(&drill);
    assert_int_equal(rehearse("my cat is ill", "third", DRILL_500, false, &drill), 0);
    assert_string_equal(buf_text(&drill.why), "this message goes to alone, and neither it nor its fallbacks ask third");
    drill_release(&drill);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_is_walked_until_the_turns_time_is_over),
        cmocka_unit_test(the_faq_speaks_as_it_would_with_the_notice_before_its_first_words),
        cmocka_unit_test(who_is_too_busy_is_asked_once_more_where_nobody_else_can_be),
        cmocka_unit_test(a_short_deadline_is_tried_twice),
        cmocka_unit_test(a_step_that_asks_goes_its_own_way),
        cmocka_unit_test(what_does_not_come_to_the_backend_says_why),
    };

    return cmocka_run_group_tests(tests, open_room, close_room);
}
