/*
 * attribute: what a row may say, what a value becomes, and which rows count in a decision.
 */
#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "desk/decide.h"
#include "rules/attribute.h"
#include "text/datelike.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char SHOP[] =
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('reply', 'whatsapp', 'response', 'x');\n"
    "INSERT INTO rule (name, priority, words, action, target, say) VALUES\n"
    "  ('out', 1000, '=stop', 'opt_out', NULL, 'bye'),\n"
    "  ('person', 900, 'person', 'handoff', 'support', 'wait'),\n"
    "  ('cross', 800, 'angry', 'tag', 'cross', NULL),\n"
    "  ('hush', 500, 'blah', 'ignore', NULL, NULL);\n"
    "INSERT INTO rule (name, words, pattern, say) VALUES\n"
    "  ('order', 'parcel', 'order (?<id>\\d+)(?: for (?<day>\\S+))?', 'order {{ id }}');\n"
    "INSERT INTO rule_set (rule, name, value) VALUES ('order', 'newest', '{{ id }}');\n";

/* Values ------------------------------------------------------------------------------------------------------ */

static void a_value_becomes_a_literal_or_a_reason(void **state)
{
    static const struct {
        enum attribute_type type;
        const char *text, *json; /* json NULL: none */
    } CASES[] = {
        { ATTRIBUTE_TEXT, "gold", "\"gold\"" },
        { ATTRIBUTE_TEXT, "  two\nlines\tand \x1b[31m red\x07  ", "\"two lines and [31m red\"" },
        { ATTRIBUTE_TEXT, "{{${email_address}}} {% if %}", "\"{ {${email_address} } } { % if % }\"" },
        { ATTRIBUTE_TEXT, "a\xe2\x80\xae" "b", "\"ab\"" },
        { ATTRIBUTE_TEXT, "{\u2066{${email_address}}\u2069} {\u202e%", "\"{ {${email_address} } } { %\"" },
        { ATTRIBUTE_ARRAY, "{\u2066{a}\u2069},{,{", "[\"{ {a} }\",\"{\"]" },
        { ATTRIBUTE_TEXT, "12/1/2021", "\"“12/1/2021”\"" },
        { ATTRIBUTE_TEXT, " 2021-12-01T09:30:00Z ", "\"“2021-12-01T09:30:00Z”\"" },
        { ATTRIBUTE_TEXT, "on 12/1/2021", "\"on 12/1/2021\"" },
        { ATTRIBUTE_TEXT, " \xe2\x80\x8b ", NULL },
        { ATTRIBUTE_TEXT, "", NULL },
        { ATTRIBUTE_NUMBER, "12", "12" },
        { ATTRIBUTE_NUMBER, " -003.50\n", "-3.5" },
        { ATTRIBUTE_NUMBER, "+7", "7" },
        { ATTRIBUTE_NUMBER, "-0.0", "0" },
        { ATTRIBUTE_NUMBER, "0.25", "0.25" },
        { ATTRIBUTE_NUMBER, "123456789012345", "123456789012345" },
        { ATTRIBUTE_NUMBER, "1234567890123456", NULL },
        { ATTRIBUTE_NUMBER, "12,000", NULL },
        { ATTRIBUTE_NUMBER, "12 pieces", NULL },
        { ATTRIBUTE_NUMBER, "1.", NULL },
        { ATTRIBUTE_NUMBER, ".5", NULL },
        { ATTRIBUTE_NUMBER, "1e5", NULL },
        { ATTRIBUTE_NUMBER, "-", NULL },
        { ATTRIBUTE_NUMBER, "", NULL },
        { ATTRIBUTE_BOOLEAN, " Yes ", "true" },
        { ATTRIBUTE_BOOLEAN, "0", "false" },
        { ATTRIBUTE_BOOLEAN, "TRUE", "true" },
        { ATTRIBUTE_BOOLEAN, "yesterday", NULL },
        { ATTRIBUTE_BOOLEAN, "", NULL },
        { ATTRIBUTE_TIME, "1778500000123", "\"2026-05-11T11:46:40Z\"" },
        { ATTRIBUTE_TIME, "1778500000", "\"2026-05-11T11:46:40Z\"" },
        { ATTRIBUTE_TIME, "2026-05-12 18:00", "\"2026-05-12T09:00:00Z\"" }, /* at the business, in Seoul */
        { ATTRIBUTE_TIME, "2026-05-12T18:00:00+02:00", "\"2026-05-12T16:00:00Z\"" },
        { ATTRIBUTE_TIME, " 2026-05-12", "\"2026-05-12\"" },
        { ATTRIBUTE_TIME, "3001-01-01", NULL },
        { ATTRIBUTE_TIME, "tomorrow", NULL },
        { ATTRIBUTE_TIME, "42", NULL }, /* no second of 1970 is meant by these */
        { ATTRIBUTE_TIME, "2026", NULL },
        { ATTRIBUTE_TIME, "-3", NULL },
        { ATTRIBUTE_TIME, "-20260512", NULL },
        { ATTRIBUTE_TIME, "-123456789", "\"1966-02-02T02:26:51Z\"" },
        { ATTRIBUTE_TIME, "20260512", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct buf json = { 0 };
        const char *why = attribute_format(CASES[i].type, CASES[i].text, zones_find(zones, "Asia/Seoul"), &json);

        if (CASES[i].json != NULL && (why != NULL || strcmp(buf_text(&json), CASES[i].json) != 0))
            fail_msg("'%s': %s %s", CASES[i].text, buf_text(&json), why);
        if (CASES[i].json == NULL && (why == NULL || json.len > 0))
            fail_msg("'%s' became %s", CASES[i].text, buf_text(&json));
        buf_release(&json);
    }
}

/* 254 letters and a family of seven characters: the family stays outside whole. */
static void a_long_text_is_cut_between_graphemes(void **state)
{
    static const char FAMILY[] = "👩‍👩‍👧‍👦";
    struct buf text = { 0 }, json = { 0 };

    (void)state;
    for (int i = 0; i < 254; i++)
        buf_add_char(&text, 'x');
    buf_add_text(&text, FAMILY);
    assert_null(attribute_format(ATTRIBUTE_TEXT, buf_text(&text), NULL, &json));
    assert_int_equal(json.len, 254 + 2);

    buf_clear(&text);
    buf_clear(&json);
    for (int i = 0; i < 300; i++)
        buf_add_text(&text, "가");
    assert_null(attribute_format(ATTRIBUTE_TEXT, buf_text(&text), NULL, &json));
    assert_int_equal(utf8_count(json.data, json.len), 255 + 2);

    /* The quotation marks round a date count. */
    buf_clear(&text);
    buf_clear(&json);
    buf_add_text(&text, "2026-05-12 10:00 ");
    for (int i = 0; i < 300; i++)
        buf_add_text(&text, "가");
    assert_null(attribute_format(ATTRIBUTE_TEXT, buf_text(&text), NULL, &json));
    assert_int_equal(utf8_count(json.data, json.len), 255 + 2);
    assert_memory_equal(json.data, "\"“2026", strlen("\"“2026"));
    assert_memory_equal(json.data + json.len - strlen("가”\""), "가”\"", strlen("가”\""));

    /* One letter under 300 accents is a single grapheme. */
    buf_clear(&text);
    buf_clear(&json);
    buf_add_char(&text, 'e');
    for (int i = 0; i < 300; i++)
        buf_add_text(&text, "\xcc\x81");
    assert_null(attribute_format(ATTRIBUTE_TEXT, buf_text(&text), NULL, &json));
    assert_int_equal(utf8_count(json.data, json.len), 255 + 2);
    buf_release(&text);
    buf_release(&json);
}

static void what_a_guesser_takes_for_a_date(void **state)
{
    static const char *const DATES[] = {
        "12-1-2021", "12/1/2021", "1/2/21", "2021-12-01", "2021/12/1", "2021-12-01T09:30:00", "2021-12-01 09:30:00",
        "2021-12-01T09:30:00:123+0900", "12/1/2021 9:30 PM", "Tue 05 12 09:30:00.KST 2026", " 12/1/2021 ",
        /* Behind a time anything may stand. */
        "2026-05-12 10:00:00 10:00", "2026-05-12T10:00:00/", "12/1/2021 9:30 please", "1-2-2021T10:000", "Tue 05 12 14:22:11.000 2026.",
        "xyz 05 12 14:22:11", "Tue, 12 May 2026 14:22 2026",
    };
    static const char *const OTHERS[] = {
        "", "12", "1-2", "1-2-3", "010-1234-5678", "12-1/2021", "12/1/2021 at noon", "order 12-1-2021", "2021-12-01 late",
        "Tuesday at 10:00", "12.1.2021", "a/b/c", "1/2/", "/1/2021", "2026-05-12 10", "Tue 05 12 10", "Tuesday 05 12 14:22:11", "Tue 005 12 14:22:11", "Tue",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(DATES); i++)
        if (!datelike_match(DATES[i], strlen(DATES[i])))
            fail_msg("'%s' is a date", DATES[i]);
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        if (datelike_match(OTHERS[i], strlen(OTHERS[i])))
            fail_msg("'%s' is no date", OTHERS[i]);
}

/* Rows -------------------------------------------------------------------------------------------------------- */

static void a_wrong_row_is_refused_with_its_place(void **state)
{
#define CHOICE_STEP \
    "INSERT INTO flow (name) VALUES ('f'); INSERT INTO step (name, say, ask) VALUES ('f.ok', 'Well?', 'choice'); " \
    "INSERT INTO choice (step, label) VALUES ('f.ok', 'Yes'), ('f.ok', 'No'); "
#define ROW(values) "INSERT INTO attribute (name, at, value, type, only_if) VALUES (" values ");"
    static const struct {
        const char *rows, *sentence; /* a piece of it */
    } CASES[] = {
        { ROW("'a', 'rule:ordre', 'x', NULL, NULL"), "b.sql:1: there is no rule 'ordre'; did you mean 'order'?" },
        { ROW("'a', 'step:order.ask', 'x', NULL, NULL"), "b.sql:1: there is no step 'order.ask'" },
        { ROW("'a', 'replay', 'x', NULL, NULL"), "there is no at 'replay'; did you mean 'reply'?" },
        { ROW("'a', NULL, 'x', NULL, NULL"), "this attribute row lacks its at" },
        { ROW("NULL, 'reply', 'x', NULL, NULL"), "this attribute row lacks its name" },
        { ROW("'a', 'reply', 'x', 'increment', NULL"), "the value 'x' is no number, and so no attribute of the type increment" },
        { ROW("'a', 'reply', '0.5', 'increment', NULL"), "the value '0.5' is no whole number" },
        { ROW("'a', 'reply', '0', 'increment', NULL"), "the value '0' is nothing to add" },
        { ROW("'a', 'reply', NULL, 'increment', NULL"),
          "b.sql:1: the type increment needs a value; NULL removes an attribute that is set, as by the type number" },
        { ROW("'a', 'reply', NULL, 'array_add', NULL"), "the type array_add needs a value" },
        { ROW("'a', 'reply', ' , ,', 'array', NULL"), "is empty, and so no attribute of the type array" },
        { ROW("'a', 'reply', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26', 'array', NULL"),
          "is a list of more than 25" },
        { ROW("'a', 'reply', '1', 'increment', NULL), ('a', 'handoff', '2', 'text', NULL"),
          "the attribute a is of the type text here and of the type increment in b.sql:1; Braze gives it one" },
        { ROW("'a', 'reply', '1', 'increment', NULL), ('a', 'handoff', 'x', 'array_add', NULL"), "Braze gives it one" },
        { ROW("'a', 'reply', '1', 'increment', NULL), ('a', 'reply', '2', 'increment', ':open = 1'"),
          "the attribute a is counted up at this moment already, whatever comes, in b.sql:1" },
        { ROW("'a', 'reply', 'x', 'array_add', NULL), ('a', 'handoff', 'x', NULL, NULL"),
          "the attribute a is of the type text here and of the type array_add in b.sql:1" },
        { "INSERT INTO attribute (name, at, value, type, with_reply) VALUES ('a', 'reply', '1', 'increment', 'yes');",
          "b.sql:1: an attribute of the type increment cannot travel with a reply, which may have to be sent twice" },
        { "INSERT INTO attribute (name, at, value, with_reply) VALUES ('a', 'reply', '1', 'often');",
          "b.sql:1: with_reply is yes or no, not 'often'" },
        { ROW("'a', 'reply', 'x', 'texts', NULL"), "there is no type 'texts'; did you mean 'text'?" },
        { ROW("'email', 'reply', 'x', NULL, NULL"), "the attribute name 'email' is a field of Braze's own" },
        { ROW("'Time_Zone', 'reply', 'x', NULL, NULL"), "is a field of Braze's own" },
        { ROW("'external_id', 'reply', 'x', NULL, NULL"), "is a field of Braze's own" },
        { ROW("'$a', 'reply', 'x', NULL, NULL"), "begins with $" },
        { ROW("'{{ message }}', 'reply', 'x', NULL, NULL"), "names are fixed" },
        { ROW("'a', 'reply', '{{ nothing }}', NULL, NULL"), "value: nothing is known by the name {{ nothing }}" },
        { ROW("'a', 'reply', '{{ id }}', NULL, NULL"), "value: nothing is known by the name {{ id }}" },
        { ROW("'a', 'reply', '{{ summary }}', NULL, NULL"), "{{ summary }} is not known before a conversation has been summed up; only" },
        { ROW("'a', 'reply', 'x', NULL, ':outcome = ''answered'''"), "only_if: :outcome is not known before a conversation" },
        { ROW("'a', 'close', '{{ sumary }}', NULL, NULL"),
          "value: nothing is known by the name {{ sumary }}; did you mean 'summary'?" },
        { ROW("'a', 'close', 'x', NULL, ':outcome = ''answerd'''"), "b.sql:1: only_if: :outcome is never 'answerd'" },
        { ROW("'a', 'close', 'x', NULL, ':outcom = ''answered'''"), "there is no fact :outcom; did you mean :outcome?" },
        { ROW("'a', 'close', 'x', NULL, ':close_by = ''rule'''"), "there is no fact :close_by; did you mean :closed_by?" },
        { ROW("'a', 'close', 'x', NULL, ':closed_by = ''timeout'''"),
          "b.sql:1: only_if: :closed_by is never 'timeout'; known are idle, rule, flow, backend, person" },
        { ROW("'a', 'close', 'x', NULL, ':closed_by = '''''"), ":closed_by is never ''; known are idle" },
        { CHOICE_STEP ROW("'a', 'close', 'x', NULL, '@ok = ''Maybe'''"), "only_if: @ok is never 'Maybe'; known are Yes, No" },
        { CHOICE_STEP ROW("'a', 'handoff', 'x', NULL, '@ok IN (''Yes'', ''Maybe'')'"), "only_if: @ok is never 'Maybe'" },
        { ROW("'a', 'handoff', '{{ closed_by }}', NULL, NULL"),
          "b.sql:1: value: {{ closed_by }} is empty at handoff, when nothing has been closed; only what stands at close may ask" },
        { ROW("'a', 'handoff', '{{ summary }}', NULL, ':closed_by = ''rule'''"),
          "b.sql:1: only_if: :closed_by is empty at handoff, when nothing has been closed; only what stands at close may ask" },
        { ROW("'a', 'reply', '{{ now | date: \"%Y\" }}', 'time', NULL"),
          "the value '{{ now | date: \"%Y\" }}', as in '2026', is no time, and so no attribute of the type time" },
        { ROW("'a', 'reply', '{{ now }}', 'boolean', NULL"), "is neither yes nor no" },
        { ROW("'a', 'reply', 'x', NULL, ':outcom = ''answered'''"), "there is no fact :outcom; known are :field_NAME" },
        { ROW("'a', 'reply', 'many', 'number', NULL"), "the value 'many' is no number" },
        { ROW("'a', 'reply', '   ', NULL, NULL"), "is empty" },
        { ROW("'a', 'reply', 'NULL', NULL, NULL"), "the word NULL between quotes" },
        { ROW("'a', 'reply', 'x', NULL, ':opne = 1'"), "only_if" },
        { ROW("'a', 'reply', 'x', NULL, '@id > 1'"), "only_if" },
        { ROW("'a', 'reply', 'x', NULL, ':last_rule = ''ordre'''"), ":last_rule is never 'ordre'" },
        { ROW("'a', 'reply', 'x', NULL, NULL), ('a', 'reply', 'y', NULL, ':open = 1'"),
          "the attribute a is set at this moment already, whatever comes, in b.sql:1" },
        { ROW("'a', 'reply', 'x', NULL, NULL), ('a', 'handoff', '1', 'number', NULL"),
          "the attribute a is of the type number here and of the type text in b.sql:1" },
        { "INSERT INTO attribute (name, at, value, campaign) VALUES ('a', 'reply', 'x', 'y');", "has no column 'campaign'" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_refused(SHOP, CASES[i].rows, CASES[i].sentence);
}

static void what_can_be_of_its_type_is_taken(void **state)
{
    static const char *const ROWS[] = {
        ROW("'a', 'reply', '{{ now }}', 'time', NULL"),
        ROW("'a', 'reply', '{{ now | date: \"%Y-%m-%d\" }}', 'time', NULL"),
        ROW("'a', 'reply', '{{ now | date: \"%Y\" }}', 'number', NULL"),
        ROW("'a', 'reply', '{{ message }}', 'time', NULL"),
        ROW("'a', 'reply', '1', 'increment', NULL), ('a', 'rule:order', '0', 'number', NULL), ('a', 'opt_out', NULL, NULL, NULL"),
        ROW("'a', 'reply', '0', 'number', NULL), ('a', 'reply', '1', 'increment', NULL"),
        ROW("'a', 'reply', '{{ message_count }}', 'boolean', NULL"), /* of the first it is */
        ROW("'a', 'close', '{{ closed_by }}', NULL, ':closed_by <> ''person'''"),
        CHOICE_STEP ROW("'a', 'close', '{{ ok }}', NULL, '@ok = ''Yes'''"),
        CHOICE_STEP ROW("'a', 'close', '{{ ok }}', NULL, '@ok <> '''''"), /* was it answered? */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        ruleset_free(load_rows(SHOP, ROWS[i]));
}

static void more_names_than_a_profile_takes_are_refused(void **state)
{
    struct buf rows = { 0 };
    struct error error = { 0 };

    (void)state;
    buf_add_text(&rows, "INSERT INTO attribute (name, at, value) VALUES ");
    for (int i = 0; i <= 100; i++)
        buf_addf(&rows, "%s('a%d', 'reply', 'x')", i > 0 ? ", " : "", i);
    buf_add_text(&rows, ";");
    assert_null(try_rows(SHOP, buf_text(&rows), &error));
    assert_non_null(strstr(error.text, "at most 100 attributes"));
    buf_release(&rows);
}

/* Decisions --------------------------------------------------------------------------------------------------- */

struct ask {
    const char *text, *variables;
    bool is_opted_out;
};

/* The attributes that a message sets, as a JSON object; with what was none of its type behind it. */
static void decide_about(const struct ruleset *ruleset, const struct ask *ask, struct buf *out)
{
    struct decide_state state = { .channel = "whatsapp", .owner = "bot", .first_name = "Ana", .language = "en",
                                  .time_zone = "", .message_count = 3, .fields = "{}", .variables = ask->variables,
                                  .is_opted_out = ask->is_opted_out };
    struct decide_input input = { .text = ask->text };
    struct decision decision = { 0 };
    struct matcher *matcher = matcher_new(true);
    struct buf text = { 0 };
    struct json *trace;

    decide(ruleset, matcher, &state, &input, 1778500000000, &decision);
    decide_format_trace(ruleset, &decision, &text);
    assert_int_equal(json_parse(buf_text(&text), text.len, JSON_STRICT, &trace, NULL), 0);
    if (json_get(trace, "attributes") != NULL)
        json_format(json_get(trace, "attributes"), out);
    if (json_get(trace, "unset") != NULL)
        json_format(json_get(trace, "unset"), out);
    json_free(trace);
    buf_release(&text);
    decision_release(&decision);
    matcher_free(matcher);
}

static void each_moment_has_its_rows(void **state)
{
    static const struct {
        struct ask ask;
        const char *wanted;
    } CASES[] = {
        { { .text = "order 4711" }, "{\"last_order\":\"4711\",\"topic\":\"order\",\"count\":3,\"newest\":\"4711\"}" },
        { { .text = "person please" }, "{\"with\":\"Ana\",\"topic\":\"person\",\"count\":3}" },
        { { .text = "stop" }, "{\"gone\":true,\"topic\":\"out\",\"count\":3}" },
        { { .text = "stop", .is_opted_out = true }, "" },
        { { .text = "blah" }, "" },
        { { .text = "nobody takes this" }, "" },
        { { .text = "angry blah" }, "{\"mood\":\"cross\",\"calm\":null}" },
    };
    struct ruleset *ruleset =
        load_rows(SHOP, "INSERT INTO attribute (name, at, value, type) VALUES\n"
                        "  ('topic', 'reply', '{{ rule }}', NULL),\n"
                        "  ('count', 'reply', '{{ message_count }}', 'number'),\n"
                        "  ('last_order', 'rule:order', '{{ id }}', 'text'),\n"
                        "  ('with', 'handoff', '{{ first_name }}', NULL),\n"
                        "  ('gone', 'opt_out', 'yes', 'boolean'),\n"
                        "  ('mood', 'rule:cross', 'cross', NULL), ('calm', 'rule:cross', NULL, NULL);\n"
                        "INSERT INTO attribute (name, at, value, only_if) VALUES\n"
                        "  ('newest', 'reply', '{{ newest }}', '@newest IS NOT NULL');\n");

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct buf got = { 0 };

        decide_about(ruleset, &CASES[i].ask, &got);
        if (strcmp(buf_text(&got), CASES[i].wanted) != 0)
            fail_msg("'%s' sets %s", CASES[i].ask.text, buf_text(&got));
        buf_release(&got);
    }
    ruleset_free(ruleset);
}

/* Of one name: the rule's own row before the general one; the first whose condition is true and whose value fits. */
static void of_one_name_the_first_that_fits_counts(void **state)
{
    static const struct {
        struct ask ask;
        const char *wanted;
    } CASES[] = {
        { { .text = "order 4711" }, "{\"kind\":\"big\"}" },
        { { .text = "order 12" }, "{\"kind\":\"small\"}" },
        { { .text = "where is my parcel" }, "{\"kind\":\"small\"}" },
        { { .text = "person" }, "{\"kind\":\"answered\"}" },
        { { .text = "order 9 for 2026-05-12" },
          "{\"due\":\"2026-05-12\",\"kind\":\"small\"}" },
        { { .text = "order 9 for tomorrow" },
          "{\"due\":\"2000-01-01\",\"kind\":\"small\"}"
          "[{\"name\":\"due\",\"at\":\"rule:order\",\"text\":\"tomorrow\",\"why\":\"is no time\"}]" },
    };
    struct ruleset *ruleset =
        load_rows(SHOP, "INSERT INTO attribute (name, at, value, type, only_if) VALUES\n"
                        "  ('due', 'rule:order', '{{ day }}', 'time', '@day IS NOT NULL'),\n"
                        "  ('due', 'rule:order', '2000-01-01', 'time', '@day = ''tomorrow'''),\n"
                        "  ('kind', 'reply', 'answered', NULL, NULL),\n"
                        "  ('kind', 'rule:order', 'big', NULL, 'CAST(@id AS INTEGER) > 100'),\n"
                        "  ('kind', 'rule:order', 'small', NULL, NULL);\n");

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct buf got = { 0 };

        decide_about(ruleset, &CASES[i].ask, &got);
        if (strcmp(buf_text(&got), CASES[i].wanted) != 0)
            fail_msg("'%s' sets %s", CASES[i].ask.text, buf_text(&got));
        buf_release(&got);
    }
    ruleset_free(ruleset);
}

/* A condition sees what the message sets, and what was remembered before it. */
static void conditions_know_what_the_message_sets(void **state)
{
    struct ruleset *ruleset =
        load_rows(SHOP, "INSERT INTO attribute (name, at, value, only_if) VALUES\n"
                        "  ('again', 'reply', 'yes', '@newest = ''7''');\n");
    static const struct ask NOW = { .text = "order 7", .variables = "{\"newest\":\"8\"}" };
    static const struct ask BEFORE = { .text = "person", .variables = "{\"newest\":\"7\"}" };
    static const struct ask OTHER = { .text = "order 8", .variables = "{\"newest\":\"7\"}" };
    struct buf got = { 0 };

    (void)state;
    decide_about(ruleset, &NOW, &got);
    decide_about(ruleset, &BEFORE, &got);
    decide_about(ruleset, &OTHER, &got);
    assert_string_equal(buf_text(&got), "{\"again\":\"yes\"}{\"again\":\"yes\"}");
    buf_release(&got);
    ruleset_free(ruleset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_becomes_a_literal_or_a_reason),
        cmocka_unit_test(a_long_text_is_cut_between_graphemes),
        cmocka_unit_test(what_a_guesser_takes_for_a_date),
        cmocka_unit_test(a_wrong_row_is_refused_with_its_place),
        cmocka_unit_test(what_can_be_of_its_type_is_taken),
        cmocka_unit_test(more_names_than_a_profile_takes_are_refused),
        cmocka_unit_test(each_moment_has_its_rows),
        cmocka_unit_test(of_one_name_the_first_that_fits_counts),
        cmocka_unit_test(conditions_know_what_the_message_sets),
    };
    return cmocka_run_group_tests(tests, open_zones, close_zones);
}
