/*
 * decide with conditions: what each fact says, which variables there are, and what is noted of a rule whose
 * only_if is not true.
 */

#include "base/buf.h"
#include "base/json.h"
#include "desk/decide.h"
#include "desk/decide_fact.h"
#include "rules/check.h"
#include "rules/fact.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const int64_t NOW = 1778500000000; /* Monday, 2026-05-11 11:46:40 UTC, 20:46:40 in Seoul */

static struct matcher *matcher;

static const struct decide_state KNOWN = {
    .channel = "whatsapp",
    .owner = "bot",
    .first_name = "Ana",
    .language = "ko",
    .time_zone = "America/New_York",
    .message_count = 3,
    .fields = "{\"vip\":\"yes\",\"size\":7,\"price\":2.5,\"empty\":\"\",\"is_new\":true,\"none\":null,"
              "\"country\":\"br\",\"tags\":[1],\"long\":12345678901234567890}",
    .variables = "{\"size\":9,\"color\":\"red\",\"id\":\"kept\"}",
    .campaign = "inbound",
    .country = "KR",
    .sent_at = 1778500000000 - 599 * 1000,
    .last_in_at = 1778500000000 - 179 * 1000,
    .last_rule = "hours",
};
static const struct decide_state NEWCOMER = {
    .channel = "sms",
    .owner = "bot",
    .first_name = "",
    .message_count = 1,
    .is_first_contact = true,
};

/* Does one rule with this condition take "order 123 now"? Its pattern has the groups id and tail. */
static bool holds(const char *only_if, const struct decide_state *state, bool has_media)
{
    struct buf text = { 0 };
    struct decision decision = { 0 };
    buf_add_text(&text, "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');\n"
                        "INSERT INTO rule (name, pattern, unless, only_if, say) VALUES\n"
                        "('r', 'order (?<id>\\d+)(?<tail>!)?', 'now (?!now)then', '");
    for (const char *at = only_if; *at != '\0'; at++)
        buf_addf(&text, *at == '\'' ? "''" : "%c", *at);
    buf_add_text(&text, "', 's');\nINSERT INTO rule (name, words, action) VALUES ('hours', 'never', 'ignore');");
    struct ruleset *ruleset = make_good(buf_text(&text));
    struct decide_input input = { .text = "Order 123 now", .has_media = has_media };
    decide(ruleset, matcher, state, &input, NOW, &decision);
    bool has_won = decision.rule != NULL;
    decision_release(&decision);
    ruleset_free(ruleset);
    buf_release(&text);
    return has_won;
}

/* Each row holds; its opposite does not. */
static void check(const struct decide_state *state, const char *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf opposite = { 0 };
        buf_addf(&opposite, "NOT (%s)", rows[i]);
        if (!holds(rows[i], state, false) || holds(buf_text(&opposite), state, false))
            fail_msg("%s", rows[i]);
        buf_release(&opposite);
    }
}

static void test_facts_of_a_known_contact(void **state)
{
    (void)state;
    static const char *const ROWS[] = {
        ":channel = 'whatsapp'",
        ":language = \"ko\"",
        ":owner = 'bot'",
        ":campaign = 'inbound'",
        ":hour = 20 AND :time = '20:46'",
        ":date = '2026-05-11' AND :date BETWEEN '2026-05-01' AND '2026-05-31'",
        ":weekday = 'mon'",
        ":weekday IN ('sat', 'mon', 'sun')",
        ":contact_hour = 7",
        ":now = 1778500000000",
        ":open = 1",
        ":open",
        ":opted_out = 0",
        ":has_media = 0",
        ":first_contact = 0",
        ":new_conversation = 0",
        ":message_count = 3",
        ":last_rule = 'hours'",
        ":minutes_since_last = 2", /* whole ones */
        ":late = 0",
        ":country = 'BR'", /* the profile outranks the phone */
        ":field_vip = 'yes'",
        ":field_size = 7 AND typeof(:field_size) = 'integer'",
        ":field_price > 2.4 AND :field_price < 2.6",
        ":field_empty = ''",
        ":field_is_new = 1",
        ":field_none IS NULL AND :field_absent IS NULL",
        ":field_tags = '[1]'",
        ":field_long = '12345678901234567890'",
    };
    check(&KNOWN, ROWS, COUNT(ROWS));
}

static void test_facts_of_a_newcomer(void **state)
{
    (void)state;
    static const char *const ROWS[] = {
        ":channel = 'sms'", ":language = 'en'",   ":contact_hour = :hour",
        ":first_contact",   ":new_conversation",  ":message_count = 1",
        ":country = ''",    ":campaign = ''",     ":last_rule = '' AND :last_rule <> 'hours'",
        ":late = 0",        ":field_vip IS NULL", ":minutes_since_last IS NULL",
    };
    check(&NEWCOMER, ROWS, COUNT(ROWS));
    assert_false(holds(":field_vip <> 'yes'", &NEWCOMER, false)); /* NULL is not true */
    assert_false(holds(":minutes_since_last < 5", &NEWCOMER, false));
}

static void test_a_language_is_one_however_it_is_written(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = {
        { "KO", ":language = 'ko' AND :locale = 'ko'" },
        { "ko_KR", ":language = 'ko' AND :locale = 'ko-KR'" },
        { "PT-br", ":language = 'pt' AND :locale = 'pt-BR'" },
        { "Korean", ":language = 'en' AND :locale = 'en'" }, /* no code, so not known */
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct decide_state facts = NEWCOMER;
        facts.language = ROWS[i][0];
        if (!holds(ROWS[i][1], &facts, false))
            fail_msg("%s: %s", ROWS[i][0], ROWS[i][1]);
    }
}

static void test_facts_at_their_borders(void **state)
{
    (void)state;
    struct decide_state facts = NEWCOMER;
    assert_true(holds(":has_media", &facts, true));
    facts.sent_at = NOW - 10 * 60 * 1000;
    assert_false(holds(":late", &facts, false));
    facts.sent_at--;
    assert_true(holds(":late", &facts, false));
    facts.sent_at = NOW + 1000; /* Braze's clock is ahead */
    assert_false(holds(":late", &facts, false));

    facts.last_in_at = NOW + 1000;
    assert_true(holds(":minutes_since_last = 0", &facts, false));
    facts.last_in_at = NOW - 60 * 1000;
    assert_true(holds(":minutes_since_last = 1", &facts, false));

    facts.time_zone = "Mars/Olympus";
    assert_true(holds(":contact_hour = 20", &facts, false));
    facts.open = OPEN_NO;
    assert_true(holds("NOT :open", &facts, false));
    facts.open = OPEN_YES;
    assert_true(holds(":open", &facts, false));

    facts.country = "KR";
    static const char *const SAID[] = { "{\"country\":\"Korea\"}", "{\"country\":\"\"}", "{\"country\":82}",
                                        "[]", "" };
    for (size_t i = 0; i < COUNT(SAID); i++) {
        facts.fields = SAID[i];
        assert_true(holds(":country = 'KR'", &facts, false));
    }
}

static void test_open_goes_by_the_hours(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');\n"
        "INSERT INTO opening (days, opens, closes) VALUES ('mon', '20:00', '21:00');\n"
        "INSERT INTO rule (name, only_if, say) VALUES ('r', ':open', 's');");
    static const struct {
        int minutes;
        bool is_open;
    } ROWS[] = {
        { 0, true }, { -47, false }, { -46, true }, { 13, true }, { 14, false }, { 24 * 60, false }
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct decision decision = { 0 };
        decide(ruleset, matcher, &KNOWN, &(struct decide_input){ .text = "x" },
               NOW + (int64_t)ROWS[i].minutes * 60 * 1000, &decision);
        assert_int_equal(decision.rule != NULL, ROWS[i].is_open);
        decision_release(&decision);
    }
    ruleset_free(ruleset);
}

static void test_every_fact_has_a_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < FACT_COUNT; i++) {
        struct buf source = { 0 };
        buf_addf(&source, ":%s IS NOT NULL AND typeof(:%s) = '%s'", fact_table[i].name, fact_table[i].name,
                 fact_table[i].type == FACT_IS_TEXT ? "text" : "integer");
        if (!holds(buf_text(&source), &KNOWN, false))
            fail_msg("%s", buf_text(&source));
        buf_clear(&source);
        buf_addf(&source, ":%s IN (0, 1)", fact_table[i].name);
        if (fact_table[i].type == FACT_IS_YES_NO && !holds(buf_text(&source), &KNOWN, false))
            fail_msg("%s", buf_text(&source));
        buf_release(&source);
    }
}

static void test_groups_of_the_own_match_are_variables(void **state)
{
    (void)state;
    static const char *const ROWS[] = {
        "@id = '123'",   "@id <> 123 + 0", "CAST(@id AS INTEGER) = 123",
        "@id + 0 > 122", "@tail IS NULL",  "length(@id) = 3",
    };
    check(&KNOWN, ROWS, COUNT(ROWS));
    check(&NEWCOMER, ROWS, COUNT(ROWS));
}

/* No rule can name them before there are rules that set them; their values are there. */
static void test_variables_of_the_conversation(void **state)
{
    (void)state;
    static const char *const ROWS[] = { "@size = 9 AND typeof(@size) = 'integer'", "@color = 'red'",
                                        "@nothing IS NULL", "@id = '12'" };
    struct expressions *set = expressions_new();
    struct pattern *pattern = pattern_new("order (?<id>\\d+)", NULL);
    struct ruleset *ruleset = ruleset_empty(zones);
    struct buf folded = { 0 };
    buf_add_text(&folded, "order 12");
    struct facts facts = { .ruleset = ruleset, .state = &KNOWN, .matcher = matcher, .folded = &folded };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        if (facts_test(&facts, expressions_add(set, ROWS[i], NULL), pattern) != EXPRESSION_YES)
            fail_msg("%s", ROWS[i]);
    }
    /* no group hides it */
    assert_int_equal(facts_test(&facts, expressions_add(set, "@id = 'kept'", NULL), NULL), EXPRESSION_YES);
    facts_release(&facts);
    buf_release(&folded);
    ruleset_free(ruleset);
    pattern_free(pattern);
    expressions_free(set);
}

static void test_a_rule_that_was_won_by_words_has_no_groups(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good("INSERT INTO rule (name, words, pattern, only_if, say) VALUES\n"
                                   "('r', 'parcel', 'order (?<id>\\d+)', '@id IS NULL', 's');");
    static const struct {
        const char *text;
        bool wins;
    } ROWS[] = { { "my parcel", true }, { "order 12", false }, { "parcel of order 12", false } };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct decision decision = { 0 };
        decide(ruleset, matcher, &KNOWN, &(struct decide_input){ .text = ROWS[i].text }, NOW, &decision);
        assert_int_equal(decision.rule != NULL, ROWS[i].wins);
        decision_release(&decision);
    }
    ruleset_free(ruleset);
}

static const char NIGHT[] =
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');\n"
    "INSERT INTO rule (name, priority, words, only_if, say) VALUES\n"
    "  ('broken', 900, 'help', 'abs(0 * :hour - 9223372036854775807 - 1) > 0', 's'),\n"
    "  ('night', 800, 'help', ':hour >= 22 OR :hour < 6', 'asleep'),\n"
    "  ('other', 800, 'hello', ':hour >= 22 OR :hour < 6', 'asleep'),\n"
    "  ('vip', 600, NULL, ':field_vip = ''yes''', 'dear {{ first_name }}'),\n"
    "  ('day', 500, 'help', NULL, 'awake');\n";

static void test_a_condition_decides_who_wins(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(NIGHT);
    static const int64_t HOUR = 3600 * 1000;
    static const struct {
        const char *text;
        bool is_known;
        int64_t at;
        const char *winner;
    } ROWS[] = {
        { "help", false, 0, "day" },         { "help", false, 2, "night" },
        { "help", false, 9, "night" },       { "help", false, 10, "day" },
        { "help", true, 0, "vip" },          { "help", true, 3, "night" },
        { "anything else", true, 0, "vip" }, { "anything else", false, 0, "-" },
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct decision decision = { 0 };
        decide(ruleset, matcher, ROWS[i].is_known ? &KNOWN : &NEWCOMER,
               &(struct decide_input){ .text = ROWS[i].text }, NOW + ROWS[i].at * HOUR, &decision);
        assert_string_equal(decision.rule != NULL ? decision.rule->name : "-", ROWS[i].winner);
        decision_release(&decision);
    }
    ruleset_free(ruleset);
}

static void test_what_kept_a_rule_back_is_noted(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(NIGHT);
    struct decision decision = { .is_thorough = true };
    struct buf trace = { 0 };
    decide(ruleset, matcher, &NEWCOMER, &(struct decide_input){ .text = "help" }, NOW, &decision);
    decide_format_trace(ruleset, &decision, &trace);
    assert_non_null(strstr(
        buf_text(&trace),
        "\"passed_over\":[{\"rule\":\"broken\",\"why\":\"its pattern or only_if took too many steps\",\"matched\":{\"text\":\"help\",\"start\":0,\"end\":4},"
        "\"only_if\":\"abs(0 * :hour - 9223372036854775807 - 1) > 0\",\"facts\":{\":hour\":20}},"
        "{\"rule\":\"night\",\"why\":\"only_if is false\",\"matched\":{\"text\":\"help\",\"start\":0,\"end\":4},"
        "\"only_if\":\":hour >= 22 OR :hour < 6\",\"facts\":{\":hour\":20}},"
        "{\"rule\":\"other\",\"why\":\"no match\"},"
        "{\"rule\":\"vip\",\"why\":\"only_if is false\","
        "\"only_if\":\":field_vip = 'yes'\",\"facts\":{\":field_vip\":null}}],\"unmatched\":1,"));
    assert_non_null(strstr(buf_text(&trace), "\"limit_hits\":[\"broken\"]"));
    decision_release(&decision);
    buf_clear(&trace);
    decide(ruleset, matcher, &NEWCOMER, &(struct decide_input){ .text = "help" }, NOW, &decision);
    decide_format_trace(ruleset, &decision, &trace);
    assert_non_null(strstr(buf_text(&trace), "\"passed_over\":[{\"rule\":\"broken\",\"why\":\"its pattern or only_if took too many steps\"},"
                                             "{\"rule\":\"night\",\"why\":\"only_if is false\"},"
                                             "{\"rule\":\"vip\",\"why\":\"only_if is false\"}]"));
    decision_release(&decision);
    buf_release(&trace);
    ruleset_free(ruleset);
}

/* What is said about rules */

static void collect(void *context, const struct warning *warning)
{
    buf_addf(context, "%s\n", warning->sentence);
}

static void test_rules_with_other_conditions_are_no_twins(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO rule (name, words, only_if, say) VALUES\n"
        "('a', 'x', ':open', 's'),\n('b', 'x', 'NOT :open', 's'),\n('d', 'x', NULL, 's');\n"
        "INSERT INTO rule (name, priority, only_if, say) VALUES ('e', 10, ':open = 0', 's');\n"
        "INSERT INTO rule (name, priority, words, say) VALUES ('f', 5, 'y', 's');\n");
    struct buf warnings = { 0 };
    rules_check(ruleset, collect, &warnings);
    assert_null(strstr(buf_text(&warnings), "can never win")); /* e, too, leaves messages for f */
    assert_non_null(strstr(buf_text(&warnings), "there is no fallback"));
    assert_false(rule_takes_all(ruleset_rule(ruleset, "e")));
    buf_release(&warnings);
    ruleset_free(ruleset);
}

static void test_conditions_are_judged_at_load(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = {
        { "(name, words, only_if, say) VALUES\n('r', 'x',\n ':opne = 0', 's')",
          "a.sql:2: only_if: there is no fact :opne; did you mean :open?" },
        { "(name, words, only_if, say) VALUES ('r', 'x', '@id > 1', 's')",
          "a.sql:1: only_if: there is no variable @id" },
        { "(name, words, only_if, say) VALUES ('r', 'x', 'open = 0', 's')",
          "a.sql:1: only_if: the word open stands alone" },
        { "(name, words, only_if, say) VALUES ('r', 'x', '1; DELETE FROM rule', 's')", "a.sql:1: only_if: " },
        { "(name, words, only_if, say) VALUES ('r', 'x', '', 's')", "a.sql:1: only_if is empty" },
        { "(name, pattern, only_if, say) VALUES ('r', '(?<id>x)', '@id > 1', 's')",
          "a.sql:1: only_if: @id is a text" },
        { "(name, words, only_if, say) VALUES ('r', 'x', ':weekday = \"Sat\"', 's')",
          "a.sql:1: only_if: :weekday is never 'Sat'; did you mean 'sat'?" },
        /* Equal texts share one expression, but each rule is judged by its own groups. */
        { "(name, pattern, only_if, say) VALUES ('a', '(?<id>x)', '@id > ''1''', 's'),\n('b', '(?<no>x)', '@id > ''1''', 's')",
          "a.sql:2: only_if: there is no variable @id" },
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct rulefiles files = { 0 };
        struct error error = { 0 };
        struct buf text = { 0 };
        buf_addf(&text, "INSERT INTO rule %s;", ROWS[i][0]);
        rulefiles_add(&files, "a.sql", buf_text(&text));
        assert_null(ruleset_new(&files, zones, &error));
        if (strncmp(error.text, ROWS[i][1], strlen(ROWS[i][1])) != 0)
            fail_msg("wanted: %s\ngot:    %s", ROWS[i][1], error.text);
        rulefiles_release(&files);
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts_of_a_known_contact),
        cmocka_unit_test(test_facts_of_a_newcomer),
        cmocka_unit_test(test_a_language_is_one_however_it_is_written),
        cmocka_unit_test(test_facts_at_their_borders),
        cmocka_unit_test(test_open_goes_by_the_hours),
        cmocka_unit_test(test_every_fact_has_a_value),
        cmocka_unit_test(test_groups_of_the_own_match_are_variables),
        cmocka_unit_test(test_variables_of_the_conversation),
        cmocka_unit_test(test_a_rule_that_was_won_by_words_has_no_groups),
        cmocka_unit_test(test_a_condition_decides_who_wins),
        cmocka_unit_test(test_what_kept_a_rule_back_is_noted),
        cmocka_unit_test(test_rules_with_other_conditions_are_no_twins),
        cmocka_unit_test(test_conditions_are_judged_at_load),
    };
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    zones_close(zones);
    return result;
}
