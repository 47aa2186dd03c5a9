/*
 * talk_build: what the rows of talks become, with which sentence wrong ones are refused, and what is written of them.
 */

#include "base/buf.h"
#include "flow/flow.h"
#include "rules/talk.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* One line, so that the rows of a test begin on the second. */
#define SHOP                                                                                                       \
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'); "                                       \
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('sms', 'sms', 'c', 'response'); "           \
    "INSERT INTO service (name, url) VALUES ('diary', 'https://diary.example.com/'), ('stock', 'https://s.example/'); " \
    "INSERT INTO service (name, url) VALUES ('twin', 'https://t.example/'); "                                      \
    "INSERT INTO team (name) VALUES ('support'); "                                                                 \
    "INSERT INTO backend (name, kind, model, key_env, acts) VALUES ('twin', 'openai', 'm', 'K', NULL), "           \
    "  ('helper', 'openai', 'm', 'K', 'handoff support, close'); "                                                 \
    "INSERT INTO flow (name) VALUES ('table'); "                                                                   \
    "INSERT INTO step (name, say, ask) VALUES ('table.people', 'How many?', 'number'); "                           \
    "INSERT INTO rule (name, words, action, target) VALUES ('book', 'table', 'flow', 'table'); "                   \
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'Pardon?');\n"
#define TALK(columns, values) "INSERT INTO talk (" columns ") VALUES (" values ");\n"
#define GIVEN(columns, values) "INSERT INTO talk_given (" columns ") VALUES (" values ");\n"
#define LINE(columns, values) "INSERT INTO talk_line (" columns ") VALUES (" values ");\n"
#define T    TALK("name", "'t'")
#define HI   LINE("talk, customer", "'t', 'hi'")

static void test_a_talk_is_what_was_written(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        SHOP "INSERT INTO talk (name, starts, language, channel, country, open, first_contact) VALUES\n"
             "  ('evening', '2026-05-12 18:00', 'ko', 'sms', 'KR', 'no', 'yes'), ('noon', NULL, NULL, NULL, NULL, "
             "NULL, NULL);\n"
             "INSERT INTO talk_given (talk, source, answer, status) VALUES ('evening', 'diary', '{\"free\": 1}', NULL),\n"
             "  ('noon', 'stock', NULL, 404), ('evening', 'diary', NULL, 'timeout'), ('evening', 'stock', NULL, '204');\n"
             "INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES ('noon', NULL, 'a', 'b', NULL),\n"
             "  ('evening', NULL, 'table', 'How many?', '@people IS NULL'), ('evening', '90 seconds', NULL, NULL, NULL),\n"
             "  ('evening', '1 hour', '4', 'Four', NULL), ('evening', NULL, NULL, 'And more', NULL);");
    assert_int_equal(ruleset->talk_count, 2);
    const struct talk *evening = &ruleset->talks[0], *noon = &ruleset->talks[1];
    assert_string_equal(evening->name, "evening");
    assert_int_equal(evening->starts_at, 1778576400000); /* nine hours before it is 18:00 in London */
    assert_string_equal(evening->language, "ko");
    assert_string_equal(evening->channel, "sms");
    assert_string_equal(evening->country, "KR");
    assert_int_equal(evening->open, OPEN_NO);
    assert_true(evening->is_first_contact);
    assert_int_equal(evening->given_count, 3);
    assert_string_equal(evening->given[0].service->name, "diary");
    assert_int_equal(evening->given[0].status, 200);
    assert_int_equal(evening->given[1].status, 0);
    assert_null(evening->given[1].answer);
    assert_int_equal(evening->given[2].status, 204);
    assert_int_equal(evening->line_count, 4);
    assert_non_null(evening->lines[0].expect);
    assert_string_equal(evening->lines[0].source_expect, "@people IS NULL");
    assert_int_equal(evening->lines[0].line, 7);
    assert_int_equal(evening->lines[1].after_ms, 90 * 1000);
    assert_null(evening->lines[1].bot);
    assert_true(talk_line_begins(&evening->lines[1]));
    assert_string_equal(evening->lines[2].customer, "4");
    assert_false(talk_line_begins(&evening->lines[3]));
    assert_int_equal(noon->line_count, 1);
    assert_int_equal(noon->open, OPEN_YES);
    assert_int_equal(noon->starts_at, ruleset_example_time(ruleset));
    assert_int_equal(noon->given[0].status, 404);
    ruleset_free(ruleset);
}

/* With a start of its own a talk goes by the hours. */
static void test_a_start_asks_the_hours(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(SHOP TALK("name, starts", "'t', 'sat 23:30'") HI);
    assert_int_equal(ruleset->talks[0].open, OPEN_BY_HOURS);
    assert_int_equal(ruleset->talks[0].starts_at, ruleset_example_time(ruleset) + (3 * 24 * 60 + 11 * 60 + 30) * 60 * 1000LL);
    ruleset_free(ruleset);
}

static const struct {
    const char *text, *error;
} WRONG[] = {
    /* talk */
    { TALK("name", "NULL"), "a.sql:2: this talk row lacks its name" },
    { TALK("name", "''"), "a.sql:2: name is empty; a talk row needs one" },
    { T HI T, "a.sql:4: there is already a talk 't' in a.sql:2" },
    { T, "a.sql:2: the talk t has no line; add one, as in INSERT INTO talk_line (talk, customer, bot) VALUES ('t', "
      "'hello', '*');" },
    { TALK("name, starts", "'t', 'soon'"),
      "a.sql:2: starts: 'soon' is no time; write '2026-05-12 18:00', 'sat 23:30', or the day or the time alone" },
    { TALK("name, language", "'t', 'English'"), "a.sql:2: language is a language's code like en, ko or pt-BR, not 'English'" },
    { TALK("name, channel", "'t', 'whatsap'"), "a.sql:2: there is no channel 'whatsap'; did you mean 'whatsapp'?" },
    { TALK("name, country", "'t', 'Korea'"), "a.sql:2: country is two capital letters like KR or US, not 'Korea'" },
    { TALK("name, open", "'t', 'maybe'"), "a.sql:2: open is yes or no, not 'maybe'" },
    { TALK("name, first_contact", "'t', 'maybe'"), "a.sql:2: first_contact is yes or no, not 'maybe'" },
    { TALK("name, user", "'t', 'ana'"), "a.sql:2: talk has no column 'user'; known are name, starts, language, "
      "channel, country, "
                                        "open, first_contact" },
    /* talk_given */
    { T GIVEN("source, answer", "'diary', '1'"), "a.sql:3: this talk_given row lacks its talk" },
    { T HI GIVEN("talk, source, answer", "'u', 'diary', '1'"), "a.sql:4: there is no talk 'u'; known is t" },
    { T GIVEN("talk, answer", "'t', '1'"), "a.sql:3: this talk_given row lacks its source" },
    { T GIVEN("talk, source, answer", "'t', 'dairy', '1'"), "a.sql:3: there is no service or backend 'dairy'; did you mean 'diary'?" },
    { T GIVEN("talk, source", "'t', 'diary'"),
      "a.sql:3: this talk_given row gives nothing: it needs an answer, as in '{\"free\": 1}', or a status, as in 503 "
      "or timeout" },
    { T GIVEN("talk, source, answer", "'t', 'diary', '{free: 1}'"),
      "a.sql:3: answer is JSON, as in '{\"free\": 1}': This is not the JSON that is taken here: a key in quotes was expected "
      "(at offset 1)." },
    { T GIVEN("talk, source, answer, status", "'t', 'diary', '{}', 'late'"),
      "a.sql:3: status is what HTTP calls it, as in 200, 404 or 503, or the word timeout, not 'late'" },
    { T GIVEN("talk, source, status", "'t', 'diary', 600"),
      "a.sql:3: status is what HTTP calls it, as in 200, 404 or 503, or the word timeout, not '600'" },
    { T GIVEN("talk, source, status", "'t', 'diary', '20O'"),
      "a.sql:3: status is what HTTP calls it, as in 200, 404 or 503, or the word timeout, not '20O'" },
    { T GIVEN("talk, source, answer, status", "'t', 'diary', '{}', 'timeout'"),
      "a.sql:3: a call that fails, with the status timeout, brings no answer; write NULL there, or a status from 200 to 299" },
    { T GIVEN("talk, source, answer, status", "'t', 'diary', '{}', 404"),
      "a.sql:3: a call that fails, with the status 404, brings no answer; write NULL there, or a status from 200 to 299" },
    /* … of a backend */
    { T GIVEN("talk, source, answer", "'t', 'twin', '1'"),
      "a.sql:3: 'twin' is the name of a service and of a backend, so it is not clear which of them answers; give one of them "
      "another name" },
    { T GIVEN("talk, source, answer", "'t', 'helpr', '1'"), "a.sql:3: there is no service or backend 'helpr'; did you mean "
      "'helper'?" },
    { T GIVEN("talk, source", "'t', 'helper'"),
      "a.sql:3: this talk_given row gives nothing: it needs an answer, as in 'Yes, **every day**.', or a status, as in 503 "
      "or timeout" },
    { T GIVEN("talk, source, answer, status", "'t', 'helper', 'Yes.', 500"),
      "a.sql:3: a call that fails, with the status 500, brings no answer; write NULL there, or a status from 200 to 299" },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{say: 1}'"),
      "a.sql:3: answer: what begins with a brace is JSON, as in {\"say\": \"Gladly!\"}: This is not the JSON that is taken "
      "here: a key in quotes was expected (at offset 1)." },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{}'"), "a.sql:3: answer: what a backend answers has say or sent, and do" },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{\"text\": \"Yes.\"}'"),
      "a.sql:3: answer: there is no text in what a backend answers; it has say or sent, and do" },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{\"say\": 1}'"), "a.sql:3: answer: say is a text, as in {\"say\": "
      "\"Gladly!\"}" },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{\"say\": \"a\", \"sent\": \"a\"}'"),
      "a.sql:3: answer: say and sent are two ways to write the same text; keep one of them" },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{\"do\": \"close\"}'"),
      "a.sql:3: answer: do is a list, as in [{\"act\": \"hand_off\"}]" },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{\"say\": \"a\", \"do\": [{\"act\": \"start_flow\", \"flow\": \"table\"}]}'"),
      "a.sql:3: answer: the backend helper may not do this: start_flow table; what it may do stands in its acts" },
    { T GIVEN("talk, source, answer", "'t', 'helper', '{\"do\": [{\"act\": \"dance\"}]}'"),
      "a.sql:3: answer: the backend helper may not do this: dance; what it may do stands in its acts" },
    /* talk_line */
    { T LINE("customer, bot", "'a', 'b'"), "a.sql:3: this talk_line row lacks its talk" },
    { TALK("name", "'booking'") LINE("talk, customer", "'boking', 'a'"),
      "a.sql:3: there is no talk 'boking'; did you mean 'booking'?" },
    { T LINE("talk, bot", "'t', 'Hello'"), "a.sql:3: a talk begins with what the customer writes; give its first row "
      "a customer" },
    { T LINE("talk, after, bot", "'t', '1 hour', 'Hello'"),
      "a.sql:3: a talk begins with what the customer writes; give its first row a customer" },
    { T HI LINE("talk", "'t'"),
      "a.sql:4: a talk_line row with neither customer nor after is a further text of the bot, and needs its bot" },
    { T HI LINE("talk, bot", "'t', 'Hello'"),
      "a.sql:4: the row before it expects silence of the bot, so it can say nothing further here; write this bot into "
      "that row" },
    { T LINE("talk, customer, bot", "'t', 'hi', ' null '"),
      "a.sql:3: bot is the word NULL between quotes; write NULL without them where the bot is silent" },
    { T LINE("talk, customer, bot", "'t', 'hi', '  '"),
      "a.sql:3: bot holds nothing but blanks; write NULL where the bot is silent" },
    { T LINE("talk, customer, bot", "'t', 'hi', ''"), "a.sql:3: bot is empty; write NULL where nothing is meant" },
    { T LINE("talk, customer, after", "'t', 'hi', 'soon'"),
      "a.sql:3: after is a duration from 1 second to 365 days, as in '10 minutes', not 'soon'" },
    { T LINE("talk, customer, after", "'t', 'hi', '500 ms'"),
      "a.sql:3: after is a duration from 1 second to 365 days, as in '10 minutes', not '500 ms'" },
    { T LINE("talk, customer, expect", "'t', 'hi', '@people ='"), "a.sql:3: expect: a value is missing where the "
      "condition, or a parenthesis in it, ends; write both sides of the comparison, as in :hour >= 22" },
    { T LINE("talk, customer, expect", "'t', 'hi', '@peeple = 4'"),
      "a.sql:3: expect: there is no variable @peeple; did you mean @people?" },
    { T LINE("talk, customer, expect", "'t', 'hi', ':owner = ''robot'''"),
      "a.sql:3: expect: :owner is never 'robot'; did you mean 'bot'?" },
    { T LINE("talk, customer, expect", "'t', 'hi', ':last_rule = ''bok'''"),
      "a.sql:3: expect: :last_rule is never 'bok': there is no rule of that name; did you mean 'book'?" },
    { T LINE("talk, customer, expect", "'t', 'hi', ':failed'"),
      "a.sql:3: expect: :failed tells how a step went; only a branch and accept_if may ask for it" },
};

static void test_wrong_rows_are_refused_with_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(WRONG); i++) {
        struct error error = { 0 };
        struct buf text = { 0 };
        buf_addf(&text, "%s%s", SHOP, WRONG[i].text);
        if (make(buf_text(&text), &error) != NULL)
            fail_msg("%s\nwas taken", WRONG[i].text);
        if (strcmp(error.text, WRONG[i].error) != 0)
            fail_msg("%swanted %s\ngot    %s", WRONG[i].text, WRONG[i].error, error.text);
        buf_release(&text);
    }
}

static void test_one_talk_is_bounded(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct error error = { 0 };
    buf_add_text(&text, SHOP T "INSERT INTO talk_line (talk, customer) VALUES ('t', 'a')");
    for (int i = 0; i < TALK_LINES_MAX; i++)
        buf_add_text(&text, ",\n('t', 'a')");
    buf_add_text(&text, ";");
    assert_null(make(buf_text(&text), &error));
    assert_string_equal(error.text, "a.sql:303: there are more than 300 talk_line rows of one talk");
    buf_release(&text);
}

static void test_a_star_stands_for_anything(void **state)
{
    static const struct {
        const char *bot, *text;
        bool fits;
    } rows[] = {
        { "Hello", "Hello", true },
        { "Hello", "hello", false },
        { "Hello", "Hello!", false },
        { "Hello", " \nHello\r\n ", true },
        { " Hello ", "Hello", true },
        { "*", "anything\nat all", true },
        { "For 4, *21:00. Shall I?", "For 4, Friday 21:00. Shall I?", true },
        { "For 4, *21:00. Shall I?", "For 4, 21:00. Shall I?", true },
        { "For 4, *21:00. Shall I?", "For 4, Friday 21:30. Shall I?", false },
        { "a*b*c", "a b c", true },
        { "a*b*c", "a c b", false },
        { "ab*b", "ab", false }, /* the two b are two */
        { "ab*b", "abb", true },
        { "*end", "the end, at the end", true },
        { "*end", "the end.", false },
        { "in *bold*, and 2 * 2", "in *bold*, and 2 * 2", true }, /* a star fits itself */
        { "**", "x", true },
        { "안녕*요", "안녕하세요", true },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (talk_fits(rows[i].bot, rows[i].text) != rows[i].fits)
            fail_msg("'%s' and '%s'", rows[i].bot, rows[i].text);
}

/* Writing */

static void assert_written(const char *text, const char *wanted)
{
    struct ruleset *ruleset = make_good(text);
    struct buf out = { 0 };
    for (size_t i = 0; i < ruleset->talk_count; i++)
        talk_format(&ruleset->talks[i], ruleset->zone, &out);
    assert_string_equal(buf_text(&out), wanted);
    ruleset_free(ruleset);
    buf_release(&out);
}

static void test_a_talk_is_written_as_it_would_be_typed(void **state)
{
    static const char talk[] =
        "INSERT INTO talk (name, starts, country) VALUES\n"
        "  ('it''s', '2026-05-12 18:00', 'KR');\n"
        "INSERT INTO talk_given (talk, source, answer, status) VALUES\n"
        "  ('it''s', 'diary', '{\"free\": 1}', '200'),\n"
        "  ('it''s', 'stock', NULL, 'timeout'),\n"
        "  ('it''s', 'helper', '{\"say\": \"Bye!\", \"do\": [{\"act\": \"close_conversation\"}]}', '200'),\n"
        "  ('it''s', 'helper', NULL, '503');\n"
        "INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES\n"
        "  ('it''s', NULL, 'don''t\npanic', 'How many?', '@people IS NULL'),\n"
        "  ('it''s', '90 seconds', NULL, NULL, NULL);\n";
    struct buf text = { 0 };
    (void)state;
    buf_addf(&text, "%s%s", SHOP, talk);
    assert_written(buf_text(&text), talk);
    buf_release(&text);
}

/* What a terminal would obey is never written as it is, and comes back the same. */
static void test_hostile_text_is_written_in_pieces_and_comes_back(void **state)
{
    static const char HOSTILE[] = "\x1b]0;x\x07 it's\t\xe2\x80\xae over\r\n\x7f\x1b[2J'); DROP TABLE talk; --\x1b";
    struct buf sql = { 0 }, many = { 0 };
    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_add_text(&many, "\x1b[m");
    const char *const texts[] = { HOSTILE, "\x1b", "\x1b\x1b", "a\x1b", "\x1b" "a", buf_text(&many) };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct talk_line line = { .customer = texts[i], .bot = "*" };
        struct talk talk = { .name = "t", .starts_at = 1778576400000, .lines = &line, .line_count = 1 };
        buf_clear(&sql);
        buf_add_text(&sql, SHOP);
        size_t start = sql.len;
        struct ruleset *ruleset = make_good(SHOP);
        talk_format(&talk, ruleset->zone, &sql);
        ruleset_free(ruleset);
        for (const char *at = sql.data + start; *at != '\0'; at++)
            assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        assert_null(strstr(sql.data + start, "\xe2\x80\xae"));
        ruleset = make_good(buf_text(&sql));
        assert_string_equal(ruleset->talks[0].lines[0].customer, texts[i]);
        ruleset_free(ruleset);
    }
    buf_release(&sql);
    buf_release(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_talk_is_what_was_written),
        cmocka_unit_test(test_a_start_asks_the_hours),
        cmocka_unit_test(test_wrong_rows_are_refused_with_their_place),
        cmocka_unit_test(test_one_talk_is_bounded),
        cmocka_unit_test(test_a_star_stands_for_anything),
        cmocka_unit_test(test_a_talk_is_written_as_it_would_be_typed),
        cmocka_unit_test(test_hostile_text_is_written_in_pieces_and_comes_back),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
