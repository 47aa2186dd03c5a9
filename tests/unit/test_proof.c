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
#include "desk/proof.h"
#include "store/rulefile.h"

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
    { "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"
      "INSERT INTO rule_example (rule, text) VALUES ('r', 'x');",
      1, "a.sql:2: \"x\" should be taken by the rule r, but no rule takes it" },
    { "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"
      "INSERT INTO rule_example (rule, text) VALUES ('r', '" /* 90 bytes: cut on a character */
      "가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가');",
      1, "a.sql:2: \"가가가가가가가가가가가가가가가가가가가가가가가가가가…\" should be taken" },
};

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures_are_counted_and_the_first_is_told),
        cmocka_unit_test(test_the_sample_business_proves_itself),
    };
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    zones_close(zones);
    return result;
}
