/*
 * replay: messages that really went down the road, judged again by drafts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/replay.h"
#include "store/rulebook.h"
#include "tests/lib/fixture.h"

static struct fixture fixture;

static int open_fixture(void **unused)
{
    (void)unused;
    fixture_open(&fixture, FIXTURE_RULES);
    return 0;
}

static int close_fixture(void **unused)
{
    (void)unused;
    fixture_close(&fixture);
    return 0;
}

static int64_t receive(const char *user, const char *text)
{
    char json[600];

    fixture.now += 1000;
    snprintf(json, sizeof json, "{'user_id':'%s','phone_number':'','message':'%s','city':'Jeju'}", user, text);
    return fixture_receive(&fixture, "whatsapp", json).message;
}

static struct ruleset *draft_of(const char *text)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *draft;

    rulefiles_add(&files, "draft.sql", text);
    draft = ruleset_new(&files, fixture.zones, &error);
    if (draft == NULL)
        fail_msg("%s", error.text);
    rulefiles_release(&files);
    return draft;
}

/* Through a connection of its own that cannot write. */
static void replay(const char *rules, const struct record_filter *filter, size_t limit, struct replay *result)
{
    struct ruleset *draft = draft_of(rules);
    struct error error = { 0 };
    struct db *db = db_open(fixture.path, DB_READER, &error);

    *result = (struct replay){ 0 };
    if (db == NULL || replay_run(db, draft, filter, limit, result, &error) != 0)
        fail_msg("%s", error.text);
    db_close(db);
    ruleset_free(draft);
}

static const struct record_filter ALL = { 0 };

static void check_sums(const struct replay *result, size_t unchanged, size_t rule, size_t action, size_t text)
{
    assert_int_equal(result->judged, unchanged + rule + action + text);
    assert_int_equal(result->unchanged, unchanged);
    assert_int_equal(result->changed[REPLAY_RULE], rule);
    assert_int_equal(result->changed[REPLAY_ACTION], action);
    assert_int_equal(result->changed[REPLAY_TEXT], text);
}

static void check_pair(const struct replay_pair *pair, enum replay_kind kind, const char *was,
                       const char *becomes, size_t count)
{
    assert_int_equal(pair->kind, kind);
    assert_string_equal(pair->was != NULL ? pair->was : "-", was);
    assert_string_equal(pair->becomes != NULL ? pair->becomes : "-", becomes);
    assert_int_equal(pair->count, count);
}

static void test_an_empty_book(void **unused)
{
    struct replay result;

    (void)unused;
    replay(FIXTURE_RULES, &ALL, 0, &result);
    check_sums(&result, 0, 0, 0, 0);
    replay_release(&result);
}

static void say_all(void)
{
    receive("ana", "are you open?");
    receive("ana", "nobody takes this");
    receive("ana", "psst");
    receive("ben", "a human please");
    receive("ben", "are you open?"); /* with a person: nobody answers */
    receive("cem", "stop");
    receive("cem", "stop"); /* wins again, and says nothing */
    receive("cem", "are you open?");
    receive("cem", "start");
    receive("dia", "bye");
}

static void test_the_same_rules_change_nothing(void **unused)
{
    struct replay result;

    (void)unused;
    say_all();
    replay(FIXTURE_RULES, &ALL, 0, &result);
    check_sums(&result, 10, 0, 0, 0);
    assert_int_equal(result.unreadable, 0);
    assert_int_equal(result.newest_at, fixture.now);
    assert_int_equal(result.oldest_at, fixture.now - 9000);
    replay_release(&result);
}

#define DRAFT                                                                                                 \
    "INSERT INTO team (name) VALUES ('support');\n"                                                           \
    "INSERT INTO rule (name, pattern, say) VALUES ('hours', 'hours|open', 'Open from 9 in {{ field.city }}.');\n" \
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Sorry?');\n"                                  \
    "INSERT INTO rule (name, pattern, say) VALUES ('hush', 'psst', 'psst!');\n"                               \
    "INSERT INTO rule (name, priority, pattern, action, say) VALUES\n"                                        \
    " ('opt-out', 1000, '^stop$', 'opt_out', 'You will hear no more from us.'),\n"                            \
    " ('opt-in', 1000, '^start$', 'opt_in', 'Welcome back.');\n"

static void test_what_goes_elsewhere_is_counted_by_pairs(void **unused)
{
    struct replay result;

    (void)unused;
    say_all();
    receive("dia", "open now?");
    receive("eva", "x\\u001b[2J y"); /* nobody takes it, either */
    replay(DRAFT, &ALL, 0, &result);
    check_sums(&result, 5, 4, 1, 2);
    assert_int_equal(result.pair_count, 5);
    check_pair(result.pairs[0], REPLAY_RULE, "-", "rest", 2);
    check_pair(result.pairs[1], REPLAY_TEXT, "hours", "hours", 2);
    check_pair(result.pairs[2], REPLAY_RULE, "bye", "rest", 1);
    check_pair(result.pairs[3], REPLAY_RULE, "person", "rest", 1);
    check_pair(result.pairs[4], REPLAY_ACTION, "hush", "hush", 1);

    assert_int_equal(result.pairs[0]->example_count, 2);
    assert_string_equal(result.pairs[0]->examples[0].text, "x\x1b[2J y");
    assert_null(result.pairs[0]->examples[0].said);
    assert_string_equal(result.pairs[0]->examples[0].says, "Sorry?");
    assert_string_equal(result.pairs[1]->examples[1].said, "We are open from 8 to 6.");
    assert_string_equal(result.pairs[1]->examples[1].says, "Open from 9 in Jeju.");
    replay_release(&result);
}

static void test_examples_are_few_and_differ(void **unused)
{
    struct replay result;
    char text[40];

    (void)unused;
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof text, "question %d", i / 2);
        receive("ana", text);
    }
    replay(DRAFT, &ALL, 0, &result);
    check_pair(result.pairs[0], REPLAY_RULE, "-", "rest", 20);
    assert_int_equal(result.pairs[0]->example_count, REPLAY_EXAMPLES_MAX);
    assert_string_equal(result.pairs[0]->examples[0].text, "question 9");
    assert_string_equal(result.pairs[0]->examples[1].text, "question 8");
    assert_string_equal(result.pairs[0]->examples[2].text, "question 7");
    replay_release(&result);
}

static void test_only_what_is_asked_for(void **unused)
{
    struct record_filter filter = { .user = "cem" };
    struct replay result;

    (void)unused;
    say_all();
    replay(DRAFT, &filter, 0, &result);
    check_sums(&result, 4, 0, 0, 0);
    replay_release(&result);
    filter.user = "nobody";
    replay(DRAFT, &filter, 0, &result);
    check_sums(&result, 0, 0, 0, 0);
    replay_release(&result);
    filter = (struct record_filter){ .since = fixture.now - 8000, .until = fixture.now };
    replay(DRAFT, &filter, 0, &result);
    assert_int_equal(result.judged, 8);
    replay_release(&result);
    replay(DRAFT, &ALL, 3, &result);
    assert_int_equal(result.judged, 3);
    assert_int_equal(result.oldest_at, fixture.now - 2000);
    replay_release(&result);
}

/* Two conversations of one person, more messages than a chunk holds, and others' in between. */
static void test_chunks_leave_nothing_out(void **unused)
{
    const struct record_filter filter = { .user = "ana" };
    struct replay result;

    (void)unused;
    for (int i = 0; i < 3 * RECORDS_MAX + 7; i++) {
        receive(i % 2 != 0 ? "ana" : "ben", i % 4 < 2 ? "hello" : "hello there"); /* again and again would be a flood */
        if (i == RECORDS_MAX)
            receive("ana", "bye");
    }
    replay(DRAFT, &ALL, 0, &result);
    check_sums(&result, 0, 3 * RECORDS_MAX + 8, 0, 0);
    replay_release(&result);
    replay(DRAFT, &filter, 0, &result);
    assert_int_equal(result.judged, (3 * RECORDS_MAX + 7) / 2 + 1);
    replay_release(&result);
}

static void test_a_split_reply_is_no_other_text(void **unused)
{
    struct buf rules = { 0 };
    struct replay result;

    (void)unused;
    buf_add_text(&rules, FIXTURE_RULES);
    buf_add_text(&rules, "INSERT INTO rule (name, words, say) VALUES ('long', 'long', '");
    for (int i = 0; i < 900; i++)
        buf_addf(&rules, "Sentence %d is here.%s", i, i % 10 == 9 ? "\n\n" : " ");
    buf_add_text(&rules, "');");
    fixture_load(&fixture, buf_text(&rules));
    receive("ana", "long");
    assert_true(fixture_int(&fixture, "SELECT count(*) FROM outbox") > 2);
    replay(buf_text(&rules), &ALL, 0, &result);
    check_sums(&result, 1, 0, 0, 0);
    replay_release(&result);
    buf_release(&rules);
}

static void test_a_rule_out_of_play_is_back_in_play(void **unused)
{
    struct error error = { 0 };
    struct replay result;

    (void)unused;
    assert_int_equal(desk_begin(&fixture.desk, &error), 0);
    for (int i = 0; i < RULE_TROUBLE_MAX; i++)
        assert_int_equal(desk_note_limit(&fixture.desk, "hours", fixture.now, &error), 0);
    assert_int_equal(desk_commit(&fixture.desk, &error), 0);
    assert_int_equal(fixture_int(&fixture, "SELECT count(*) FROM event WHERE kind = 'rule_disabled'"), 1);
    receive("ana", "are you open?");
    replay(FIXTURE_RULES, &ALL, 0, &result);
    check_sums(&result, 0, 1, 0, 0);
    check_pair(result.pairs[0], REPLAY_RULE, "-", "hours", 1);
    replay_release(&result);
}

static void run(const char *sql)
{
    struct error error = { 0 };

    if (db_run(fixture.desk.db, sql, &error) != 0)
        fail_msg("%s", error.text);
}

static void test_damaged_rows_are_counted_and_the_rest_is_judged(void **unused)
{
    struct replay result;

    (void)unused;
    say_all();
    run("UPDATE decision SET state = '{\"owner\":1}' WHERE message = (SELECT min (message) FROM decision)");
    run("UPDATE decision SET state = '{\"owner\":\"bot\"}' WHERE message = (SELECT max (message) FROM decision)");
    replay(FIXTURE_RULES, &ALL, 0, &result);
    check_sums(&result, 9, 0, 0, 0);
    assert_int_equal(result.unreadable, 1);
    replay_release(&result);
}

/* As keep_traces and an erasure do it. */
static void test_rows_whose_state_was_emptied_are_not_judged(void **unused)
{
    struct replay result;

    (void)unused;
    say_all();
    run("UPDATE decision SET state = '{}', trace = '{}' WHERE message = (SELECT max (message) FROM decision)");
    replay(FIXTURE_RULES, &ALL, 0, &result);
    check_sums(&result, 9, 0, 0, 0);
    assert_int_equal(result.unreadable, 1);
    replay_release(&result);
}

/* The recorded time counts, not the present one. */
static void test_templates_speak_of_the_time_of_the_message(void **unused)
{
    static const char RULES[] =
        "INSERT INTO rule (name, words, say) VALUES ('day', 'day', 'It is {{ now | date: ''%Y-%m-%d %H:%M:%S'' }}.');";
    struct replay result;

    (void)unused;
    fixture_load(&fixture, RULES);
    receive("ana", "which day is it?");
    fixture.now += (int64_t)40 * 86400 * 1000;
    receive("ana", "which day is it?");
    replay(RULES, &ALL, 0, &result);
    check_sums(&result, 2, 0, 0, 0);
    replay_release(&result);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_an_empty_book),
        WITH_FIXTURE(test_the_same_rules_change_nothing),
        WITH_FIXTURE(test_what_goes_elsewhere_is_counted_by_pairs),
        WITH_FIXTURE(test_examples_are_few_and_differ),
        WITH_FIXTURE(test_only_what_is_asked_for),
        WITH_FIXTURE(test_chunks_leave_nothing_out),
        WITH_FIXTURE(test_a_split_reply_is_no_other_text),
        WITH_FIXTURE(test_a_rule_out_of_play_is_back_in_play),
        WITH_FIXTURE(test_damaged_rows_are_counted_and_the_rest_is_judged),
        WITH_FIXTURE(test_rows_whose_state_was_emptied_are_not_judged),
        WITH_FIXTURE(test_templates_speak_of_the_time_of_the_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
