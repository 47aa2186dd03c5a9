/*
 * explain: decisions of messages that went down the road, made once more, and how people and programs are told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "ctl/verdict.h"
#include "desk/explain.h"
#include "tests/lib/fixture.h"

static const char RULES[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response'),\n"
    " ('offers', 'whatsapp', '7f3c0000-0000-4000-8000-000000000002', 'response');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO rule (name, priority, words, action, say) VALUES\n"
    " ('stop', 1000, '=stop', 'opt_out', 'Bye.'), ('start', 1000, '=start', 'opt_in', 'Hello again.');\n"
    "INSERT INTO rule (name, priority, words, unless, action, target, say) VALUES\n"
    " ('leak', 800, 'leak*', 'not a leak, leak is small', 'handoff', 'support', 'Shut the valve.');\n"
    "INSERT INTO rule (name, priority, pattern, campaign, say) VALUES\n"
    " ('order', 600, 'order #(?<id>\\d+)', 'offers', 'Order {{ id }}.');\n"
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'open', 'Until six.');\n";

static struct fixture fixture;

static int open_fixture(void **unused)
{
    (void)unused;
    fixture_open(&fixture, RULES);
    return 0;
}

static int close_fixture(void **unused)
{
    (void)unused;
    fixture_close(&fixture);
    return 0;
}

static int64_t receive(const char *text)
{
    char json[600];

    fixture.now += 1000;
    snprintf(json, sizeof json, "{'user_id':'ana','phone_number':'','message':'%s'}", text);
    return fixture_receive(&fixture, "whatsapp", json).message;
}

/* One question: the stored row, changed by `tamper`, is explained and shown. */
struct question {
    struct db *db;
    void (*tamper)(struct transcript_decision *row);
    enum output_form form;
    bool is_terminal;
    int found;
    struct error error;
    struct buf put;
};

static void put(void *context, const char *bytes, size_t len)
{
    buf_add(&((struct question *)context)->put, bytes, len);
}

static void show(struct question *question, const struct transcript_decision *row,
                 const struct explanation *explanation)
{
    bool is_again = question->found == 1;
    struct output *output = output_new(question->form, &(struct output_place){ .put = put,
                                                                               .talk = put,
                                                                               .context = question,
                                                                               .is_terminal = question->is_terminal,
                                                                               .has_colour = question->is_terminal,
                                                                               .columns = 100 });
    struct error error = { 0 };

    if (verdict_show(output,
                     &(struct verdict){ .at = row->at,
                                        .text = row->text,
                                        .rule = row->rule,
                                        .action = row->action,
                                        .state = row->state,
                                        .trace = row->trace,
                                        .rules = is_again ? explanation->ruleset : NULL,
                                        .decision = is_again ? &explanation->decision : NULL,
                                        .is_stored = true,
                                        .doubt = is_again ? NULL : question->error.text },
                     &error) != 0)
        fail_msg("%s", error.text);
    output_end(output);
}

static void answer(void *context, const struct transcript_decision *row)
{
    struct question *question = context;
    struct transcript_decision asked = *row;
    struct explanation explanation = { 0 };

    if (question->tamper != NULL)
        question->tamper(&asked);
    question->found = explain_decision(question->db, fixture.zones, &asked, &explanation, &question->error);
    show(question, &asked, &explanation);
    explanation_release(&explanation);
}

/* Through a connection of its own that cannot write. */
static void ask(int64_t message, struct question *question)
{
    struct error error = { 0 };

    question->db = db_open(fixture.path, DB_READER, &error);
    if (question->db == NULL || transcript_why(question->db, message, answer, question, &error) != 1)
        fail_msg("%s", error.text);
    db_close(question->db);
}

static void check_text(int64_t message, bool is_terminal, const char *const *pieces, const char *const *absent)
{
    struct question question = { .is_terminal = is_terminal };

    ask(message, &question);
    for (; *pieces != NULL; pieces++)
        if (strstr(buf_text(&question.put), *pieces) == NULL)
            fail_msg("no \"%s\" in\n%s", *pieces, buf_text(&question.put));
    for (; absent != NULL && *absent != NULL; absent++)
        if (strstr(buf_text(&question.put), *absent) != NULL)
            fail_msg("\"%s\" is in\n%s", *absent, buf_text(&question.put));
    buf_release(&question.put);
}

#define PIECES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The rules of that day, not those of today. */
static void a_decision_is_made_again_by_its_own_rules(void **state)
{
    int64_t message = receive("not a leak, order #12?");

    (void)state;
    fixture_load(&fixture, "INSERT INTO rule (name, words, say) VALUES ('other', 'leak', 'Other.');");
    check_text(message, false,
               PIECES("words that won   order #12\n", "rule             order\n", "rules tried      4\n", "id        12\n",
                      "passed over  has the words  because\n",
                      "stop         –              no match\n",
                      "leak         leak           unless matched: not a leak\n",
                      "effect  text       campaign\nsay     Order 12.  offers\n"),
               PIECES("other", "\x1b", "noted at the time"));
}

static void a_terminal_underlines_the_words(void **state)
{
    (void)state;
    check_text(receive("a small leak? no, the leak is small; order #7"), true,
               PIECES("leak is small; \x1b[4morder #7\x1b[0m", "unless matched: \x1b[4mleak is small\x1b[0m"), NULL);
}

static void what_was_done_is_told_with_its_campaign(void **state)
{
    int64_t leak, silent;

    (void)state;
    leak = receive("a leak!");
    check_text(leak, false,
               PIECES("effect   text             team     campaign\n", "handoff  –                support  –\n",
                      "say      Shut the valve.  –        reply\n"),
               NULL);
    silent = receive("open?");
    check_text(silent, false,
               PIECES("No rule won.", "A person has the conversation: only rules for opting out act."),
               PIECES("effect ", "passed over  has"));
}

/* As text, as number, and where nothing is known. */
static void a_condition_is_told_with_what_it_read(void **state)
{
    (void)state;
    fixture_load(&fixture,
                 "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');\n"
                 "INSERT INTO rule (name, pattern, only_if, say) VALUES\n"
                 " ('many', 'for (?<size>\\d+)', 'CAST(@size AS INTEGER) > 8 OR :hour BETWEEN 9 AND 10', 's'),\n"
                 " ('again', NULL, ':last_rule = \"many\" AND :minutes_since_last < 5', 's'),\n"
                 " ('late', 'table', ':field_city = \"Busan\"', 's');\n");
    check_text(receive("a table for 4"), false,
               PIECES("at the business  mon 2026-05-11 20:46\n",
                      "many         for 4          only_if is false: CAST(@size AS INTEGER) > 8 OR :hour BETWEEN 9 AND 10 "
                      "(@size is '4', :hour is 20)\n",
                      "again        –              only_if is false: :last_rule = \"many\" AND :minutes_since_last < 5 "
                      "(:last_rule is '', :minutes_since_last is not known)\n",
                      "late         table          only_if is false: :field_city = \"Busan\" (:field_city is not known)\n"),
               NULL);
}

/* A state that only this message had: decided again it must still be there. */
static void what_was_known_then_is_known_again(void **state)
{
    int64_t first, second;

    (void)state;
    fixture_load(&fixture, "INSERT INTO rule (name, only_if, say) VALUES\n"
                           " ('welcome', ':first_contact', 'a'), ('again', ':last_rule = \"welcome\"', 'b');\n");
    first = receive("hello");
    second = receive("hello");
    check_text(first, false, PIECES("rule             welcome\n"), PIECES("noted at the time"));
    check_text(second, false, PIECES("rule             again\n", "only_if is false: :first_contact (:first_contact is 0)"),
               PIECES("noted at the time"));
}

static struct json *json_of(int64_t message, struct question *question)
{
    struct error error = { 0 };
    struct json *root = NULL;

    question->form = OUTPUT_JSON;
    ask(message, question);
    if (json_parse(buf_text(&question->put), question->put.len, JSON_LARGE, &root, &error) != 0)
        fail_msg("%s: %s", buf_text(&question->put), error.text);
    buf_release(&question->put);
    return root;
}

static void programs_read_the_same(void **state)
{
    struct question question = { 0 };
    struct json *root = json_of(receive("not a leak"), &question);
    const struct json *decision = json_get(root, "decision"), *passed = json_first(json_get(root, "passed_over"));

    (void)state;
    assert_true(json_get_bool(decision, "is_decided_again", false));
    assert_int_equal(json_get_int(decision, "unmatched", -1), 4);
    assert_int_equal(json_count(json_get(root, "passed_over")), 5);
    for (; strcmp(json_get_text(passed, "rule"), "leak") != 0; passed = json_next(passed)) {
        assert_string_equal(json_get_text(passed, "why"), "no match");
        assert_int_equal(json_kind(json_get(passed, "matched")), JSON_NULL);
    }
    assert_string_equal(json_get_text(passed, "why"), "unless matched");
    assert_string_equal(json_get_text(passed, "matched"), "leak");
    assert_string_equal(json_get_text(passed, "unless"), "not a leak");
    assert_int_equal(json_count(json_get(root, "effects")), 0);
    json_free(root);
}

/* 61 rules, of which one nearly wins. */
static void many_rules_are_counted(void **state)
{
    struct buf rules = { 0 };
    struct question question = { 0 };
    int64_t message;

    (void)state;
    for (int i = 0; i < 60; i++)
        buf_addf(&rules, "INSERT INTO rule (name, words, say) VALUES ('r%d', 'word%d', 's');\n", i, i);
    buf_add_text(&rules, "INSERT INTO rule (name, words, unless, say) VALUES ('near', 'door', 'shut', 's');\n");
    fixture_load(&fixture, buf_text(&rules));
    message = receive("the door is shut");
    check_text(message, false,
               PIECES("near         door           unless matched: shut\n",
                      "… and 60 rules whose words are not in the text.\n"),
               PIECES("r17", "no match"));
    struct json *root = json_of(message, &question);

    assert_int_equal(json_count(json_get(root, "passed_over")), 1);
    assert_int_equal(json_get_int(json_get(root, "decision"), "unmatched", -1), 60);
    json_free(root);
    buf_release(&rules);
}

static void lose_the_files(struct transcript_decision *row)
{
    row->ruleset = 99;
}

static void name_another_winner(struct transcript_decision *row)
{
    row->rule = "hours";
}

static void name_another_action(struct transcript_decision *row)
{
    row->action = "close";
}

static void name_no_winner(struct transcript_decision *row)
{
    row->rule = NULL;
}

static void take_the_words_away(struct transcript_decision *row)
{
    row->text = "good morning";
}

static void damage_the_state(struct transcript_decision *row)
{
    row->state = "{\"owner\":7}";
}

static void check_noted(const struct json *root, const char *doubt)
{
    const struct json *note = json_first(json_get(root, "notes"));

    while (note != NULL && strstr(json_get_text(note, "text"), doubt) == NULL)
        note = json_next(note);
    assert_non_null(note);
}

static void what_differs_or_is_lost_is_said(void **state)
{
    static const struct {
        void (*tamper)(struct transcript_decision *row);
        const char *doubt;
    } rows[] = {
        { lose_the_files, "the files of ruleset 99 are not in the book" },
        { name_another_winner, "this version would let the rule order win" },
        { name_another_action, "this version would let the rule order win" },
        { name_no_winner, "this version would let the rule order win" },
        { take_the_words_away, "by this version no rule would win" },
        { damage_the_state, "owner in the state of a decision is no text" },
    };
    int64_t message = receive("where is order #5");

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct question question = { .tamper = rows[i].tamper };
        struct json *root = json_of(message, &question);
        const struct json *decision = json_get(root, "decision");

        assert_int_equal(question.found, 0);
        assert_string_equal(question.error.text, rows[i].doubt);
        assert_false(json_get_bool(decision, "is_decided_again", true));
        assert_string_equal(json_get_text(decision, "matched"), "order #5"); /* as it was noted */
        assert_int_equal(json_kind(json_get(root, "effects")), JSON_NONE);
        check_noted(root, rows[i].doubt);
        json_free(root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_decision_is_made_again_by_its_own_rules, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_terminal_underlines_the_words, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(what_was_done_is_told_with_its_campaign, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_condition_is_told_with_what_it_read, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(what_was_known_then_is_known_again, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(programs_read_the_same, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(many_rules_are_counted, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(what_differs_or_is_lost_is_said, open_fixture, close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
