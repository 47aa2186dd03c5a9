/*
 * dialogue: a flow under way, as a decision sees it: who has the word, what ends it, what comes out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/zone.h"
#include "desk/decide.h"
#include "flow/flow.h"

static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'), ('allow_local_backends', 'yes'),\n"
    "  ('country', 'ES');\n"
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('reply', 'whatsapp', 'response', 'x'),\n"
    "  ('list', 'whatsapp', 'response', 'y'), ('reopen', 'whatsapp', 'template', 'z');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO service (name, url) VALUES ('diary', 'http://127.0.0.1:1/?q={{ words }}');\n"
    "INSERT INTO service_value (service, name, pointer) VALUES ('diary', 'code', '/code');\n"
    "INSERT INTO flow (name, title, expires) VALUES ('table', 'your table', '1 hour'), ('call', 'a call', '1 hour');\n"
    "INSERT INTO step (name, say, ask, accept_if, retry) VALUES\n"
    "  ('table.people', 'How many?', 'number', '@people < 9', 'Up to eight. How many?');\n"
    "INSERT INTO step (name, say, ask, campaign) VALUES ('table.sure', 'For {{ people }}?', 'choice', 'list');\n"
    "INSERT INTO step_property (step, name, value) VALUES ('table.sure', 'people', '{{ people }}');\n"
    "INSERT INTO choice (step, label, words, next, redo) VALUES ('table.sure', 'Yes', 'ok', NULL, NULL),\n"
    "  ('table.sure', 'Cancel', NULL, 'person', NULL), ('table.sure', 'More', NULL, NULL, 'people');\n"
    "INSERT INTO step (name, say, next) VALUES ('table.done', 'Done.', 'end');\n"
    "INSERT INTO step (name, say, action, target) VALUES ('table.person', 'Somebody comes.', 'handoff', 'support');\n"
    "INSERT INTO flow (name) VALUES ('number');\n"
    "INSERT INTO step (name, say, ask) VALUES ('number.phone', 'Which?', 'phone');\n"
    "INSERT INTO step (name, say, next) VALUES ('number.told', 'It is {{ phone }}.', 'end');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('number', 'number', 'flow', 'number');\n"
    "INSERT INTO step (name, say, ask) VALUES ('call.words', 'Say something.', 'text');\n"
    "INSERT INTO step (name, say, action, target) VALUES ('call.ring', 'A moment.', 'call', 'diary');\n"
    "INSERT INTO branch (step, only_if, say, next) VALUES ('call.ring', ':failed', 'It failed: {{ message }}.', 'end');\n"
    "INSERT INTO step (name, say, next) VALUES ('call.told', 'It is {{ code }}.', 'end');\n"
    "INSERT INTO rule (name, pattern, action, target) VALUES\n"
    "  ('table', 'table(?: for (?<people>\\d+))?', 'flow', 'table'), ('ring', 'ring(?: (?<words>.+))?', 'flow', 'call');\n"
    "INSERT INTO rule (name, priority, action, words, say) VALUES ('stop', 1000, 'opt_out', '=stop, =end, =no', 'Bye.');\n"
    "INSERT INTO rule (name, interrupts, words, say) VALUES ('quits', 'yes', 'quit, exit', 'Nobody quits.');\n"
    "INSERT INTO rule (name, priority, interrupts, action, target, words, say) VALUES\n"
    "  ('person', 900, 'yes', 'handoff', 'support', 'human', 'One moment.');\n"
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'open', 'Until six.'), ('wait', 'wait', 'Take your time.');\n"
    "INSERT INTO rule (name, priority, action, words) VALUES ('hush', 800, 'ignore', 'hush');\n"
    "INSERT INTO rule (name, priority, action, words, target) VALUES ('hurry', 890, 'tag', 'quick', NULL);\n"
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');\n";

static struct zones *zones;
static struct ruleset *rules;
static struct matcher *matcher;

/* One customer's conversation, as far as decisions read it. */
struct talk {
    char *run;
    const char *owner, *choices;
    int64_t now, last_in_at, run_due_at, message_count;
    bool is_opted_out;
};

static void describe(const struct decision *decision, struct buf *out)
{
    static const char *const OUTCOMES[] = { "answer", "silence", "nobody", "agent", "waits" };

    buf_addf(out, "%s/%s", decision->rule != NULL ? decision->rule->name : "-", OUTCOMES[decision->outcome]);
    if (decision->reading != NULL)
        buf_addf(out, "/%s", decision->reading);
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];

        switch (effect->kind) {
        case EFFECT_SAY: buf_addf(out, " '%s'%s", effect->text, effect->buttons != NULL ? effect->buttons : ""); break;
        case EFFECT_FLOW: buf_addf(out, " >%s", effect->flow->name); break;
        case EFFECT_CALL: buf_addf(out, " GET %s #%d", effect->url, (int)effect->call); break;
        case EFFECT_HANDOFF: buf_addf(out, " ->%s", effect->team->name); break;
        case EFFECT_TAG: buf_addf(out, " #%s", effect->name); break;
        default: buf_add_text(out, " change");
        }
    }
    if (decision->run_change == RUN_GOES_ON)
        buf_addf(out, " @%s", buf_text(&decision->station_after));
    else if (decision->run_change == RUN_IS_OVER)
        buf_addf(out, " over:%s", decision->run_outcome);
}

static void put(struct talk *talk, const struct decide_input *input, struct decision *decision)
{
    struct decide_state state = {
        .channel = "whatsapp",
        .owner = talk->owner != NULL ? talk->owner : "bot",
        .is_opted_out = talk->is_opted_out,
        .first_name = "Ana",
        .language = "en",
        .time_zone = "",
        .message_count = ++talk->message_count,
        .fields = "{}",
        .last_in_at = talk->last_in_at,
        .run = talk->run,
        .choices = talk->choices,
    };

    *decision = (struct decision){ 0 };
    decide(rules, matcher, &state, input, talk->now, decision);
    if (decision->run_change != RUN_AS_BEFORE) {
        free(talk->run);
        talk->run = decision->run_change == RUN_GOES_ON ? alloc_text(buf_text(&decision->run)) : NULL;
        talk->run_due_at = decision->run_due_at;
    }
    if (input->kind == INPUT_MESSAGE)
        talk->last_in_at = talk->now;
}

static void check(struct talk *talk, const struct decide_input *input, const char *what, const char *expected)
{
    struct decision decision;
    struct buf got = { 0 };

    put(talk, input, &decision);
    describe(&decision, &got);
    if (strcmp(buf_text(&got), expected) != 0)
        fail_msg("%s\nwanted: %s\ngot:    %s", what, expected, buf_text(&got));
    buf_release(&got);
    decision_release(&decision);
}

static void says(struct talk *talk, const char *text, const char *expected)
{
    struct decide_input input = { .text = text, .media = "[]" };

    check(talk, &input, text, expected);
}

static void result(struct talk *talk, int64_t call, const char *json, const char *expected)
{
    struct decide_input input = { .kind = INPUT_RESULT, .text = "as said", .call = call, .has_failed = json == NULL };
    struct json *answer = NULL;

    if (json != NULL)
        assert_int_equal(json_parse(json, strlen(json), JSON_STRICT, &answer, NULL), 0);
    input.answer = answer;
    input.status = json != NULL ? 200 : 500;
    check(talk, &input, "a result", expected);
    json_free(answer);
}

static void time_comes(struct talk *talk, const char *expected)
{
    struct decide_input input = { .kind = INPUT_CLOCK, .text = "" };

    talk->now = talk->run_due_at;
    check(talk, &input, "the clock", expected);
}

static void a_group_of_the_match_is_an_answer(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "a table", "table/answer/begun >table 'How many?' @table.people");
    says(&talk, "four", "-/answer/answer 'For 4?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    says(&talk, "ok", "-/answer/answer 'Done.' over:done");
    says(&talk, "a table for 3", "table/answer/begun >table 'For 3?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    says(&talk, "3", "-/answer/answer 'How many?' @table.people");
    free(talk.run);
}

static void an_answer_goes_before_rules_and_a_rule_before_a_wrong_answer(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    says(&talk, "are you open?", "hours/answer/interrupted 'Until six.' 'Back to where we were (your table).' 'How many?' "
                                 "@table.people");
    says(&talk, "quick, twelve", "-/answer/no answer #hurry 'Up to eight. How many?' @table.people");
    says(&talk, "hush", "-/answer/no answer 'Up to eight. How many?' @table.people"); /* ignoring would leave him waiting */
    says(&talk, "eight", "-/answer/answer 'For 8?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    free(talk.run);
}

static void what_interrupts_goes_before_the_answer(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "ring", "ring/answer/begun >call 'Say something.' @call.words");
    says(&talk, "is a human there?", "person/answer ->support 'One moment.' over:handoff");
    says(&talk, "ring", "ring/answer/begun >call 'Say something.' @call.words");
    says(&talk, "stop", "stop/answer change 'Bye.' over:opt_out");
}

/* What would opt out anywhere else means the question, or the dialogue, while one waits. */
static void no_and_end_do_not_opt_out_of_a_dialogue(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "table for 2", "table/answer/begun >table 'For 2?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    says(&talk, "no", "-/answer/no answer 'Sorry, I did not understand that.' 'For 2?'[\"Yes\",\"Cancel\",\"More\"] "
                      "@table.sure");
    says(&talk, "yes", "-/answer/answer 'Done.' over:done");
    says(&talk, "ring", "ring/answer/begun >call 'Say something.' @call.words");
    says(&talk, "no!", "-/answer/answer 'A moment.' GET http://127.0.0.1:1/?q=no%21 #1 @call.ring");
    result(&talk, 1, "{\"code\":\"R7\"}", "-/answer/result 'It is R7.' over:done");
    says(&talk, "ring", "ring/answer/begun >call 'Say something.' @call.words");
    says(&talk, "end", "-/answer/cancelled 'All right, that is cancelled (a call).' over:cancelled");
    says(&talk, "no", "stop/answer change 'Bye.'");
}

static void a_flow_begins_on_top_of_another(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    says(&talk, "ring", "ring/answer/interrupted >call 'Say something.' @call.words");
    says(&talk, "cancel", "-/answer/cancelled 'All right, that is cancelled (a call).' over:cancelled");
    free(talk.run);
}

static void the_words_that_cancel_come_behind_the_choices(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    says(&talk, "cancel", "-/answer/cancelled 'All right, that is cancelled (your table).' over:cancelled");
    says(&talk, "table for 2", "table/answer/begun >table 'For 2?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    says(&talk, "cancel", "-/answer/answer ->support 'Somebody comes.' over:handoff");
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    says(&talk, "quit", "-/answer/cancelled 'All right, that is cancelled (your table).' over:cancelled"); /* also before rules */
    says(&talk, "table for 2", "table/answer/begun >table 'For 2?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    says(&talk, "never mind", "-/answer/cancelled 'All right, that is cancelled (your table).' over:cancelled");
}

static void a_call_is_awaited_and_the_rest_waits_behind_it(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "ring a & b", "ring/answer/begun >call 'A moment.' GET http://127.0.0.1:1/?q=a%20%26%20b #1 @call.ring");
    says(&talk, "quick, hello?", "-/waits");
    says(&talk, "cancel", "-/waits");
    result(&talk, 7, "{\"code\":\"X\"}", "-/silence @call.ring"); /* of another call */
    result(&talk, 1, "{\"code\":\"R7\"}", "-/answer/result 'It is R7.' over:done");
    result(&talk, 1, "{\"code\":\"R7\"}", "-/silence");
    says(&talk, "ring x", "ring/answer/begun >call 'A moment.' GET http://127.0.0.1:1/?q=x #1 @call.ring");
    result(&talk, 1, NULL, "-/answer/result 'It failed: as said.' over:done");
    says(&talk, "ring x", "ring/answer/begun >call 'A moment.' GET http://127.0.0.1:1/?q=x #1 @call.ring");
    says(&talk, "a human, please", "person/answer ->support 'One moment.' over:handoff");
}

/* An impatient second yes is not the answer to what comes after the call. */
static void what_was_said_before_the_question_is_no_answer(void **state)
{
    struct talk talk = { .now = 1000 };
    struct decide_input early = { .text = "4", .media = "[]", .said_at = 999 }, rule = early, later = early;
    (void)state;
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    check(&talk, &early, "said before", "-/nobody");
    rule.text = "are you open?";
    check(&talk, &rule, "a question, said before",
          "hours/answer/interrupted 'Until six.' 'Back to where we were (your table).' 'How many?' @table.people");
    later.said_at = 1000;
    check(&talk, &later, "said behind", "-/answer/answer 'For 4?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    free(talk.run);
}

/* The rules have changed since the customer saw 1. Red 2. Yes. */
static void a_number_is_the_line_that_the_customer_saw(void **state)
{
    struct talk talk = { .choices = "[\"Red\",\"Yes\"]" };
    (void)state;
    says(&talk, "table for 2", "table/answer/begun >table 'For 2?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    says(&talk, "1", "-/answer/no answer 'Sorry, I did not understand that.' 'For 2?'[\"Yes\",\"Cancel\",\"More\"] "
                     "@table.sure");
    says(&talk, "2", "-/answer/answer 'Done.' over:done");
}

static void a_telephone_number_is_the_business_countrys(void **state)
{
    struct talk talk = { 0 };
    (void)state;
    says(&talk, "number", "number/answer/begun >number 'Which?' @number.phone");
    says(&talk, "600 123 456", "-/answer/answer 'It is +34600123456.' over:done");
}

static void time_ends_it_with_a_word_inside_the_window_only(void **state)
{
    struct talk talk = { .now = 1000000 };
    (void)state;
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    assert_int_equal(talk.run_due_at, talk.now + 3600 * 1000);
    time_comes(&talk, "-/answer/time 'I have not heard from you for a while, so I stopped here "
                      "(your table). Write to us when you want to go on.' over:expired");
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    talk.run_due_at = talk.now + 25 * 3600 * 1000;
    time_comes(&talk, "-/silence/time over:expired");
}

static void a_dialogue_is_the_bots(void **state)
{
    struct talk talk = { .now = 1000000 };
    (void)state;
    says(&talk, "table", "table/answer/begun >table 'How many?' @table.people");
    talk.owner = "agent";
    says(&talk, "four", "-/agent");
    time_comes(&talk, "-/agent over:agent");
    talk.owner = "bot";
    says(&talk, "ring x", "ring/answer/begun >call 'A moment.' GET http://127.0.0.1:1/?q=x #1 @call.ring");
    talk.is_opted_out = true;
    result(&talk, 1, "{\"code\":\"R7\"}", "-/silence over:bot");
}

static void a_run_that_cannot_be_read_is_over(void **state)
{
    struct talk talk = { .run = alloc_text("{\"frames\":1}") };
    (void)state;
    says(&talk, "are you open?", "hours/answer 'Until six.' over:unreadable");
    assert_null(talk.run);
}

/* The step's own campaign, and its properties; both only on its own channel. */
static void a_steps_campaign_has_its_properties(void **state)
{
    struct decide_state facts = { .channel = "whatsapp", .owner = "bot", .first_name = "", .language = "", .time_zone = "",
                                  .message_count = 1, .fields = "{}" };
    struct decide_input input = { .text = "table for 2", .media = "[]" };
    struct decision decision = { 0 };
    (void)state;
    decide(rules, matcher, &facts, &input, 0, &decision);
    assert_int_equal(decision.effect_count, 2);
    assert_string_equal(decision.effects[1].campaign->name, "list");
    assert_string_equal(decision.effects[1].properties, "{\"people\":\"2\"}");
    assert_string_equal(decision.effects[1].step, "table.sure");
    decision_release(&decision);
    facts.channel = "sms";
    decide(rules, matcher, &facts, &input, 0, &decision);
    assert_null(decision.effects[1].campaign);
    assert_null(decision.effects[1].properties);
    decision_release(&decision);
}

static void the_same_input_gives_the_same_decision(void **state)
{
    struct talk one = { 0 }, other = { 0 };
    (void)state;
    says(&one, "table for 2", "table/answer/begun >table 'For 2?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    says(&other, "table for 2", "table/answer/begun >table 'For 2?'[\"Yes\",\"Cancel\",\"More\"] @table.sure");
    assert_string_equal(one.run, other.run);
    free(one.run);
    free(other.run);
}

static int setup(void **state)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    (void)state;
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    rulefiles_add(&files, "a.sql", RULES);
    rules = ruleset_new(&files, zones, &error);
    rulefiles_release(&files);
    if (rules == NULL)
        fail_msg("%s", error.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ruleset_free(rules);
    matcher_free(matcher);
    zones_close(zones);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_of_the_match_is_an_answer),
        cmocka_unit_test(an_answer_goes_before_rules_and_a_rule_before_a_wrong_answer),
        cmocka_unit_test(what_interrupts_goes_before_the_answer),
        cmocka_unit_test(no_and_end_do_not_opt_out_of_a_dialogue),
        cmocka_unit_test(a_flow_begins_on_top_of_another),
        cmocka_unit_test(the_words_that_cancel_come_behind_the_choices),
        cmocka_unit_test(a_call_is_awaited_and_the_rest_waits_behind_it),
        cmocka_unit_test(what_was_said_before_the_question_is_no_answer),
        cmocka_unit_test(a_number_is_the_line_that_the_customer_saw),
        cmocka_unit_test(a_telephone_number_is_the_business_countrys),
        cmocka_unit_test(time_ends_it_with_a_word_inside_the_window_only),
        cmocka_unit_test(a_dialogue_is_the_bots),
        cmocka_unit_test(a_run_that_cannot_be_read_is_over),
        cmocka_unit_test(a_steps_campaign_has_its_properties),
        cmocka_unit_test(the_same_input_gives_the_same_decision),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
