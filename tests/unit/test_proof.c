/*
 * proof: examples that hold, and what is said about those that do not. The sample business has to prove
 * itself too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/zone.h"
#include "desk/decide.h"
#include "desk/proof.h"
#include "store/rulefile.h"
#include "text/fold.h"

static struct zones *zones;
static struct matcher *matcher;

static struct ruleset *make(const struct rulefiles *files)
{
    struct error error = { 0 };
    struct ruleset *ruleset = ruleset_new(files, zones, &error);
    if (ruleset == NULL)
        fail_msg("%s", error.text);
    return ruleset;
}

static size_t prove(const char *text, struct error *error)
{
    struct rulefiles files = { 0 };
    rulefiles_add(&files, "a.sql", text);
    struct ruleset *ruleset = make(&files);
    size_t failures = proof_run(ruleset, matcher, error);
    ruleset_free(ruleset);
    rulefiles_release(&files);
    return failures;
}

#define RULES                                                        \
    "INSERT INTO rule (name, priority, words, unless, say) VALUES\n" \
    "('hours', 500, 'hours, open', NULL, 's'),\n"                    \
    "('leak', 800, 'leak*', 'not a leak', 's');\n"                   \
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 's');\n"

/* One rule for each fact. */
#define FACTS                                                                        \
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');\n"        \
    "INSERT INTO rule (name, priority, words, only_if, say) VALUES\n"                \
    "('closed', 900, NULL, ':open = 0', 's'),\n"                                     \
    "('night', 500, 'night', ':hour >= 22', 's'),\n"                                 \
    "('noon', 500, 'noon', ':hour = 12 AND :weekday = ''wed'' AND :open', 's'),\n"   \
    "('known', 500, 'known', ':first_contact = 0 AND :message_count = 1', 's'),\n"   \
    "('ko', 500, NULL, ':language = \"ko\"', 's'),\n"                                \
    "('sms', 500, NULL, ':channel = \"sms\"', 's'),\n"                               \
    "('brazil', 500, NULL, ':country = \"BR\"', 's'),\n"                             \
    "('new', 500, NULL, ':first_contact', 's'),\n"                                   \
    "('again', 500, NULL, ':last_rule = \"ko\" AND :minutes_since_last = 1', 's'),\n" \
    "('vip', 500, NULL, ':field_vip', 's');\n"                                       \
    "INSERT INTO rule (name, priority, say) VALUES\n('rest', 0, 's');\n"

#define JOKES \
    "INSERT INTO rule (name, priority, words, cooldown, say) VALUES ('joke', 500, 'joke', '1 hour', 's'),\n" \
    "('pun', 500, 'pun', '1 second', 's'),\n" \
    "('no-joke', 400, 'joke, pun', NULL, 's');\n"

static const struct {
    const char *text;
    size_t failures;
    const char *error;
} ROWS[] = {
    { RULES, 0, "" },
    { RULES
      "INSERT INTO rule_example (rule, text) VALUES ('hours', 'when do you open?'), ('rest', 'not a leak');\n"
      "INSERT INTO rule_counterexample (rule, text) VALUES ('leak', 'not a leak'), ('hours', 'leaks, hours')",
      0, "" },
    { RULES "INSERT INTO rule_example (rule, text) VALUES ('hours', 'Are leaks open?');", 1,
      "a.sql:5: \"Are leaks open?\" should be taken by the rule hours, but leak (a.sql:3, priority 800) "
      "takes it on "
      "\"leak\"" },
    { RULES "INSERT INTO rule_example (rule, text) VALUES\n('hours', 'open'),\n('leak', 'not a leak');", 1,
      "a.sql:7: \"not a leak\" should be taken by the rule leak, but its unless matches; rest (a.sql:4, "
      "priority 0) "
      "takes it, which takes every message" },
    { RULES
      "INSERT INTO rule_counterexample (rule, text) VALUES ('hours', 'Open'), ('rest', 'x'), ('rest', 'y');",
      3, "a.sql:5: \"Open\" must not be taken by the rule hours, but it is taken on \"Open\" (and 2 more)" },
    { RULES "INSERT INTO rule (name, priority, action, words) VALUES ('loud', 900, 'tag', 'hey');\n"
            "INSERT INTO rule_example (rule, text) VALUES ('loud', 'hey, leak'), ('leak', 'hey, leak'), ('loud', 'ho');",
      1, "a.sql:6: \"ho\" should be taken by the rule loud, but rest (a.sql:4, priority 0) takes it" },
    { RULES "INSERT INTO rule (name, priority, action, words) VALUES ('loud', 900, 'tag', 'hey');\n"
            "INSERT INTO rule_counterexample (rule, text) VALUES ('loud', 'ho'), ('loud', 'hey, leak');",
      1, "a.sql:6: \"hey, leak\" must not be taken by the rule loud, but it is taken" },
    { "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"
      "INSERT INTO rule_example (rule, text) VALUES ('r', 'x');",
      1, "a.sql:2: \"x\" should be taken by the rule r, but no rule takes it" },
    { "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"
      "INSERT INTO rule_example (rule, text) VALUES ('r', '" /* 90 bytes: cut on a character */
      "가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가');",
      1, "a.sql:2: \"가가가가가가가가가가가가가가가가가가가가가가가가가가…\" should be taken" },
    /* Facts */
    { FACTS "INSERT INTO rule_example (rule, text) VALUES ('rest', 'x'), ('noon', 'noon'), ('known', 'known');\n", 0,
      "" },
    { FACTS "INSERT INTO rule_example (rule, text, at, open) VALUES ('closed', 'x', NULL, 'no'),\n"
            "('closed', 'x', NULL, 0), ('rest', 'x', 'sat 23:30', 1), ('rest', 'x', 'sat 23:30', NULL),\n"
            "('night', 'night', 'sat 23:30', NULL), ('night', 'night', '2026-05-10 22:00', 'yes'),\n"
            "('night', 'night', '22:00', 'yes');\n"
            "INSERT INTO rule_counterexample (rule, text, at) VALUES ('night', 'night', '2026-05-10 21:59');\n",
      0, "" },
    /* Told the time, an example goes by the hours; else it is open, also on a closed Wednesday. */
    { FACTS "INSERT INTO opening (days, opens, closes) VALUES ('mon-tue, sat', '09:00', '18:00');\n"
            "INSERT INTO rule_example (rule, text, at, open) VALUES ('rest', 'x', NULL, NULL),\n"
            "('rest', 'x', 'sat 17:59', NULL), ('closed', 'x', 'sat 18:00', NULL), ('closed', 'x', 'wed', NULL),\n"
            "('rest', 'x', 'wed', 'yes'), ('closed', 'x', 'sat 12:00', 'no');",
      0, "" },
    { FACTS "INSERT INTO rule_example (rule, text, language) VALUES ('ko', 'x', 'ko');\n"
            "INSERT INTO rule_example (rule, text, channel) VALUES ('sms', 'x', 'sms');\n"
            "INSERT INTO rule_example (rule, text, country) VALUES ('brazil', 'x', 'BR');\n"
            "INSERT INTO rule_example (rule, text, first_contact) VALUES ('new', 'x', 'yes'), ('new', 'x', 1);\n"
            "INSERT INTO rule_example (rule, text, last_rule) VALUES ('again', 'x', 'ko');\n"
            "INSERT INTO rule_example (rule, text, fields) VALUES ('vip', 'x', '{\"vip\":1}');\n"
            "INSERT INTO rule_counterexample (rule, text, first_contact) VALUES ('new', 'x', 'no'), ('new', 'x', 0);",
      0, "" },
    /* Who rests lets the next rule speak. */
    { JOKES "INSERT INTO rule_example (rule, text, cooling) VALUES ('joke', 'joke', NULL), ('joke', 'joke', 'pun'),\n"
            "('no-joke', 'joke', 'joke'), ('no-joke', 'pun', ' joke , pun');\n"
            "INSERT INTO rule_counterexample (rule, text, cooling) VALUES ('joke', 'joke', 'joke');",
      0, "" },
    { JOKES "INSERT INTO rule_example (rule, text, cooling) VALUES ('joke', 'joke', 'pun, joke');", 1,
      "a.sql:4: \"joke\" should be taken by the rule joke, but it is cooling down; no-joke (a.sql:3, priority 400) "
      "takes it on \"joke\"" },
    { FACTS "INSERT INTO rule_example (rule, text, open) VALUES ('closed', 'x', 'yes');", 1,
      "a.sql:15: \"x\" should be taken by the rule closed, but its only_if is false; rest (a.sql:14, priority 0) "
      "takes it, which takes every message" },
    { FACTS "INSERT INTO rule_example (rule, text, open) VALUES ('rest', 'x', 'no');", 1,
      "a.sql:15: \"x\" should be taken by the rule rest, but closed (a.sql:3, priority 900) takes it, whose only_if "
      "is true" },
};

static const struct {
    const char *column, *value, *error;
} BAD_FACTS[] = {
    { "at", "'noon'", "at: 'noon' is no time" },
    { "at", "'2026-02-30 10:00'", "at: '2026-02-30 10:00' is no time" },
    { "open", "'maybe'", "open is yes or no, not 'maybe'" },
    { "open", "2", "open is yes or no, not '2'" },
    { "first_contact", "'ja'", "first_contact is yes or no, not 'ja'" },
    { "language", "'Korean'", "language is a language's code like en, ko or pt-BR, not 'Korean'" },
    { "country", "'Korea'", "country is two capital letters like KR or US, not 'Korea'" },
    { "country", "'kr'", "country is two capital letters like KR or US, not 'kr'" },
    { "channel", "'watsapp'", "there is no channel 'watsapp'; did you mean 'whatsapp'?" },
    { "last_rule", "'hous'", "there is no rule 'hous'; did you mean 'hours'?" },
    { "cooling", "'hous'", "there is no rule 'hous'; did you mean 'hours'?" },
    { "cooling", "'hours'", "cooling: the rule hours has no cooldown, so it never rests" },
    { "cooling", "','", "cooling holds names of rules with commas between them" },
    { "fields", "'vip'", "fields is a JSON object" },
    { "fields", "'[1]'", "fields is a JSON object like '{\"vip\": \"yes\"}': it is no object" },
    { "hour", "1", "rule_example has no column 'hour'" },
};

static void test_bad_facts_are_refused_with_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD_FACTS / sizeof BAD_FACTS[0]; i++) {
        struct rulefiles files = { 0 };
        struct error error = { 0 };
        struct buf text = { 0 }, wanted = { 0 };
        buf_addf(&text, RULES "INSERT INTO rule_example (rule, text, %s) VALUES ('hours', 'open', %s);",
                 BAD_FACTS[i].column, BAD_FACTS[i].value);
        buf_addf(&wanted, "a.sql:5: %s", BAD_FACTS[i].error);
        rulefiles_add(&files, "a.sql", buf_text(&text));
        assert_null(ruleset_new(&files, zones, &error));
        if (strncmp(error.text, buf_text(&wanted), wanted.len) != 0)
            fail_msg("wanted: %s\ngot:    %s", buf_text(&wanted), error.text);
        buf_release(&text);
        buf_release(&wanted);
        rulefiles_release(&files);
    }
}

static void test_failures_are_counted_and_the_first_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct error error = { 0 };
        size_t failures = prove(ROWS[i].text, &error);
        if (failures != ROWS[i].failures || strncmp(error.text, ROWS[i].error, strlen(ROWS[i].error)) != 0)
            fail_msg("wanted: %zu %s\ngot:    %zu %s", ROWS[i].failures, ROWS[i].error, failures, error.text);
    }
}

static void add_failure(void *context, const char *sentence)
{
    buf_addf(context, "%s\n", sentence);
}

static void test_the_sample_business_proves_itself(void **state)
{
    (void)state;
    const char *folder = getenv("RULES_FOLDER");
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    if (rulefiles_read(folder != NULL ? folder : "rules", &files, &error) != 0)
        fail_msg("%s", error.text);
    struct ruleset *ruleset = make(&files);
    struct buf failures = { 0 };
    size_t count = proof_each(ruleset, matcher, add_failure, &failures);
    if (count != 0)
        fail_msg("%zu:\n%s", count, buf_text(&failures));
    assert_true(ruleset->example_count >= 40);
    buf_release(&failures);
    ruleset_free(ruleset);
    rulefiles_release(&files);
}

/* The text again and again, to what rules may see; no pattern may come near its bounds on it. */
static void decide_on_many(const struct ruleset *ruleset, struct matcher *own, const char *text,
                           bool is_thorough)
{
    static const struct decide_state STATE = { .channel = "whatsapp", .owner = "bot", .first_name = "",
                                               .language = "", .time_zone = "", .fields = "{}" };
    struct decision decision = { .is_thorough = is_thorough };
    struct buf many = { 0 };
    while (many.len < MATCH_MAX)
        buf_addf(&many, "%s ", text);
    struct decide_input input = { .text = many.data };
    decide(ruleset, own, &STATE, &input, 0, &decision);
    if (decision.limit_hit_count > 0)
        fail_msg("%s: a limit on many \"%s\"", decision.limit_hits[0]->name, text);
    for (size_t i = 0; i < decision.passed_over_count; i++)
        if (decision.passed_over[i].why == PASS_LIMIT || decision.passed_over[i].why == PASS_SPENT)
            fail_msg("%s: broken off on many \"%s\"", decision.passed_over[i].rule->name, text);
    decision_release(&decision);
    buf_release(&many);
}

static void test_what_people_write_hits_no_limit_however_long(void **state)
{
    static const char *const FOLDERS[] = { "rules", "tests/data/rules/korean-cosmetics",
                                           "tests/data/rules/spanish-restaurant", "tests/data/rules/us-plumber" };
    (void)state;
    for (size_t i = 0; i < sizeof FOLDERS / sizeof FOLDERS[0]; i++) {
        struct rulefiles files = { 0 };
        struct error error = { 0 };
        if (rulefiles_read(FOLDERS[i], &files, &error) != 0)
            fail_msg("%s", error.text);
        struct ruleset *ruleset = make(&files);
        assert_true(ruleset->example_count >= 40);
        for (int jit = 0; jit < 2; jit++) {
            struct matcher *own = matcher_new(jit);
            for (size_t j = 0; j < ruleset->example_count; j++)
                decide_on_many(ruleset, own, ruleset->examples[j].text, j % 16 == 0);
            matcher_free(own);
        }
        ruleset_free(ruleset);
        rulefiles_release(&files);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures_are_counted_and_the_first_is_told),
        cmocka_unit_test(test_bad_facts_are_refused_with_their_place),
        cmocka_unit_test(test_the_sample_business_proves_itself),
        cmocka_unit_test(test_what_people_write_hits_no_limit_however_long),
    };
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    zones_close(zones);
    return result;
}
