/*
 * check: which rules make it frown, and which do not.
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
#include "rules/check.h"
#include "store/rulefile.h"

static struct zones *zones;

static void add_warning(void *context, const char *sentence)
{
    buf_addf(context, "%s\n", sentence);
}

static size_t check(const struct rulefiles *files, struct buf *out)
{
    struct error error = { 0 };
    struct ruleset *ruleset = ruleset_new(files, zones, &error);
    if (ruleset == NULL)
        fail_msg("%s", error.text);
    size_t count = rules_check(ruleset, add_warning, out);
    ruleset_free(ruleset);
    return count;
}

#define CARRIERS                                                                                            \
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('r', 'whatsapp', 'response', '1'), " \
    "('t', 'whatsapp', 'template', '2');\n"
#define CONSENT \
    "INSERT INTO rule (name, priority, words, action) VALUES ('stop', 1000, '=stop', 'opt_out');\n"
#define REST "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 's');\n"
#define BASE CARRIERS CONSENT REST

static const struct {
    const char *text, *warnings;
} ROWS[] = {
    { BASE, "" },
    { BASE "INSERT INTO rule (name, words, say) VALUES ('a', 'x', 's'), ('b', 'x, y', 's');", "" },
    { BASE "INSERT INTO rule (name, unless, say) VALUES ('a', 'x', 's'), ('b', 'y', 's');", "" },
    { CARRIERS REST, "there is no rule with the action opt_out; a customer who writes stop is not heard\n" },
    { CARRIERS CONSENT,
      "there is no fallback, a rule without words and pattern; messages that no rule takes get no answer\n" },
    { CONSENT REST, "there is no campaign; all replies will be held\n" },
    { BASE "INSERT INTO rule (name, say) VALUES ('all', 's');\n",
      "a.sql:3: the rule rest can never win: all (a.sql:4, priority 500) takes every message before it\n" },
    { BASE "INSERT INTO rule (name, say) VALUES ('all', 's');\n"
           "INSERT INTO rule (name, priority, words, say) VALUES ('a', 9, 'a', 's'), ('b', 8, 'b', 's');",
      "a.sql:5: the rule a can never win, nor can the 2 rules behind it: all (a.sql:4, priority 500) takes "
      "every "
      "message before it\n" },
    { BASE "INSERT INTO rule (name, words, say) VALUES ('a', 'x', 's'),\n('b', 'x', 's');",
      "a.sql:5: the rule b can never win: a (a.sql:4) has the same words and pattern and stands before "
      "it\n" },
    { BASE "INSERT INTO rule (name, priority, pattern, say) VALUES ('a', 1, 'x', 's'), ('b', 2, 'x', 's');",
      "a.sql:4: the rule a can never win: b (a.sql:4) has the same words and pattern and a higher "
      "priority\n" },
    { BASE "INSERT INTO rule (name, pattern, say) VALUES ('a', 'x*', 's');",
      "a.sql:4: the pattern of the rule a can match the empty text, and so takes every message\n" },
    { BASE
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('u', 'whatsapp', 'response', '3');",
      "a.sql:4: nothing uses the campaign u: it is not the first of its layout on whatsapp, and no rule "
      "names it\n" },
    { BASE
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('u', 'whatsapp', 'response', '3');\n"
      "INSERT INTO rule (name, words, say, campaign) VALUES ('a', 'x', 's', 'u');",
      "" },
    { CONSENT REST
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('r', 'whatsapp', 'response', '1');",
      "a.sql:3: the channel whatsapp has no campaign with the layout template; replies outside the 24-hour "
      "window will "
      "be held\n" },
    { CONSENT REST
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('t', 'whatsapp', 'template', '1');",
      "a.sql:3: the channel whatsapp has no campaign with the layout response; replies inside the 24-hour "
      "window go "
      "through a template\n" },
    { CONSENT REST "INSERT INTO campaign (name, channel, campaign_id) VALUES ('s', 'sms', '1');", "" },
    { BASE "INSERT INTO channel (name, kind) VALUES ('line', 'other');",
      "a.sql:4: no campaign carries replies to the channel line; they will be held\n" },
    { BASE "INSERT INTO opening (days, opens, closes) VALUES ('daily', '09:00', '18:00');",
      "a.sql:4: the opening hours are read in UTC; set the business's own time zone, as in INSERT INTO "
      "setting (name, value) VALUES ('time_zone', 'Asia/Seoul')\n" },
    { BASE "INSERT INTO opening (days, opens, closes) VALUES ('daily', '09:00', '18:00');\n"
           "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');",
      "" },
};

static void test_warnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct rulefiles files = { 0 };
        struct buf out = { 0 };
        rulefiles_add(&files, "a.sql", ROWS[i].text);
        size_t count = check(&files, &out);
        if (strcmp(buf_text(&out), ROWS[i].warnings) != 0)
            fail_msg("%s\nwanted: %s\ngot:    %s", ROWS[i].text, ROWS[i].warnings, buf_text(&out));
        assert_int_equal(count, ROWS[i].warnings[0] != '\0');
        buf_release(&out);
        rulefiles_release(&files);
    }
}

static void test_the_sample_business_has_nothing_to_frown_at(void **state)
{
    (void)state;
    const char *folder = getenv("RULES_FOLDER");
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct buf out = { 0 };
    if (rulefiles_read(folder != NULL ? folder : "rules", &files, &error) != 0)
        fail_msg("%s", error.text);
    check(&files, &out);
    assert_string_equal(buf_text(&out), "");
    buf_release(&out);
    rulefiles_release(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_the_sample_business_has_nothing_to_frown_at),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
