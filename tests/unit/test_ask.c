/*
 * ask: text, pattern, media, telephone numbers, addresses.
 */
#include "ask_table.h"

static void test_text(void **state)
{
    const struct ask ask = { .kind = ASK_TEXT };
    static const struct typed ROWS[] = {
        { "Ana", "Ana" },
        { "  two words \n", "two words" },
        { "　전각 공백　", "전각 공백" },
        { "Línea 1\nlínea 2", "Línea 1\nlínea 2" },
        { "👍", "👍" },
        { "?", "?" },
        { "", NULL },
        { "   \n\t", NULL },
        { "\u200b\u200d", NULL }, /* nothing to see */
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_a_long_text_is_cut_between_characters(void **state)
{
    const struct ask ask = { .kind = ASK_TEXT };
    struct ask_answer answer;
    struct buf text = { 0 };

    (void)state;
    for (int i = 0; i < 400; i++)
        buf_add_text(&text, "한");
    assert_int_equal(ask_read(&ask, text.data, NULL, &answer), ASK_READ);
    assert_int_equal(answer.value.len, 999);
    ask_answer_release(&answer);
    buf_release(&text);
}

static void test_a_long_text_is_no_other_answer(void **state)
{
    static const enum ask_kind KINDS[] = {
        ASK_NUMBER, ASK_YES_NO, ASK_DATE, ASK_TIME, ASK_DATETIME, ASK_PHONE
    };
    struct ask_answer answer;
    struct buf text = { 0 };

    (void)state;
    buf_add_text(&text, "yes tomorrow at 9 4 people +14155550100");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&text, " .");
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const struct ask ask = { .kind = KINDS[i] };
        assert_int_equal(ask_read(&ask, text.data, NULL, &answer), ASK_NO);
    }
    buf_release(&text);
}

static void test_pattern(void **state)
{
    struct error error = { 0 };
    struct ask ask = { .kind = ASK_PATTERN, .matcher = matcher_new(true) };
    struct pattern *whole = pattern_new("[A-Z]{2}-?\\d{4}", &error);
    struct pattern *group = pattern_new("order\\s*(?:no\\.? )?(?<value>\\d+)|(?<other>none)", &error);
    struct pattern *blank = pattern_new("x*", &error);
    static const struct typed WHOLE[] = {
        { "my code is ab-1234!", "ab-1234" },
        { "ＡＢ１２３４", "AB1234" },
        { "AB–1234", "AB-1234" },
        { "1234", NULL },
    };
    static const struct typed GROUP[] = { { "Order no. 77", "77" }, { "none", "none" }, { "order", NULL } };
    static const struct typed BLANK[] = { { "abc", NULL }, { "xx", "xx" } };

    (void)state;
    ask.pattern = whole;
    CHECK_TABLE(&ask, WHOLE);
    ask.pattern = group;
    CHECK_TABLE(&ask, GROUP);
    ask.pattern = blank;
    CHECK_TABLE(&ask, BLANK);
    pattern_free(whole);
    pattern_free(group);
    pattern_free(blank);
    matcher_free(ask.matcher);
}

static void test_media(void **state)
{
    static const struct {
        const char *media, *value;
    } ROWS[] = {
        { "[\"https://a.example/1.jpg\",\"https://a.example/2.jpg\"]", "https://a.example/1.jpg" },
        { "[null,\"\",\"https://a.example/2.jpg\"]", "https://a.example/2.jpg" },
        { "[]", NULL },
        { NULL, NULL },
        { "\"https://a.example/1.jpg\"", NULL },
        { "[", NULL },
    };
    const struct ask ask = { .kind = ASK_MEDIA };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct ask_answer answer;
        enum ask_result result = ask_read(&ask, "see the picture", ROWS[i].media, &answer);

        assert_int_equal(result, ROWS[i].value != NULL ? ASK_READ : ASK_NO);
        assert_string_equal(buf_text(&answer.value), ROWS[i].value != NULL ? ROWS[i].value : "");
        ask_answer_release(&answer);
    }
}

static void test_numbers_with_a_country(void **state)
{
    const struct ask ask = { .kind = ASK_PHONE, .country = "" };
    static const struct typed ROWS[] = {
        { "+14155550100", "+14155550100" },
        { "+1 (415) 555-0100", "+14155550100" },
        { "+82 10-1234-5678", "+821012345678" },
        { "+82 010-1234-5678", "+821012345678" },
        { "0082 10 1234 5678", "+821012345678" },
        { "＋３４ ６００ １１１ ２２２", "+34600111222" },
        { "+44 (0)20 7946 0958", "+442079460958" },
        { "+34 600 111 222 gracias", "+34600111222" },
        { "call me: +34-600-111-222.", "+34600111222" },
        { "+52 1 55 1234 5678", "+525512345678" },
        { "+39 06 1234 5678", "+390612345678" }, /* Italy keeps its 0 */
        { "+7 916 123-45-67", "+79161234567" },
        { "+998 90 123 45 67", "+998901234567" },
        { "600 111 222", NULL }, /* of which country? */
        { "+34 600 111 22", NULL },
        { "+34 600 111 2222", NULL },
        { "+34 100 111 222", NULL }, /* no Spanish number begins with 1 */
        { "+1 415 555 010", NULL },
        { "+1 115 555 0100", NULL },
        { "+999 123 456 789", NULL },
        { "+12345678901234567", NULL },
        { "+34 600 111 222 or +34 600 111 333", NULL },
        { "+", NULL },
        { "my number", NULL },
        { "", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_numbers_of_the_businesss_country(void **state)
{
    struct ask ask = { .kind = ASK_PHONE };
    static const struct typed KOREA[] = {
        { "010-1234-5678", "+821012345678" },
        { "01012345678", "+821012345678" },
        { "010 1234 5678이요", "+821012345678" },
        { "번호는 010-1234-5678이에요", "+821012345678" },
        { "번호는010.1234.5678", "+821012345678" },
        { "٠١٠١٢٣٤٥٦٧٨", "+821012345678" },
        { "10-1234-5678", "+821012345678" },
        { "82 10 1234 5678", "+821012345678" },
        { "02-123-4567", "+8221234567" },
        { "+1 415 555 0100", "+14155550100" },
        { "010-1234-5678, 네 맞아요 010-1234-5678", "+821012345678" },
        { "1234-5678", NULL },
        { "010-1234-567", NULL },
        { "010-1234-56789", NULL },
        { "010-1234-5678 / 010-9999-8888", NULL },
        { "12/03/2026", NULL },
        { "2026-05-15", NULL },
        { "A01012345678", NULL },
        { "오후 3시", NULL },
    };
    static const struct typed SPAIN[] = {
        { "600 111 222", "+34600111222" },
        { "600111222", "+34600111222" },
        { "91 123 45 67", "+34911234567" },
        { "34 600 111 222", "+34600111222" },
        { "0034600111222", "+34600111222" },
        { "060011122", NULL },
        { "60011122", NULL },
        { "6001112223", NULL },
    };
    static const struct typed AMERICA[] = {
        { "(415) 555-0100", "+14155550100" },
        { "415.555.0100", "+14155550100" },
        { "1-415-555-0100", "+14155550100" },
        { "011 34 600 111 222", "+34600111222" },
        { "555-0100", NULL },
        { "115 555 0100", NULL },
    };
    static const struct typed BRITAIN[] = {
        { "07700 900123", "+447700900123" },
        { "020 7946 0958", "+442079460958" },
        { "7946 0958", NULL },
    };
    (void)state;
    ask.country = "KR";
    CHECK_TABLE(&ask, KOREA);
    ask.country = "ES";
    CHECK_TABLE(&ask, SPAIN);
    ask.country = "US";
    CHECK_TABLE(&ask, AMERICA);
    ask.country = "CA";
    CHECK_TABLE(&ask, AMERICA);
    ask.country = "GB";
    CHECK_TABLE(&ask, BRITAIN);
}

static void test_email(void **state)
{
    const struct ask ask = { .kind = ASK_EMAIL };
    static const struct typed ROWS[] = {
        { "ana@example.com", "ana@example.com" },
        { "Ana.Lopez+shop@Mail.Example.COM", "Ana.Lopez+shop@mail.example.com" },
        { "Ana <ana@example.com>", "ana@example.com" },
        { "my mail is ana@example.com.", "ana@example.com" },
        { "(ana@example.com)", "ana@example.com" },
        { "'ana@example.com'", "ana@example.com" },
        { "mailto:ana@example.com", "ana@example.com" },
        { "ana@example.com, thanks!", "ana@example.com" },
        { "ana@example.com입니다", "ana@example.com" },
        { "메일은ana@example.com이에요", "ana@example.com" },
        { "o'brien@example.ie", "o'brien@example.ie" },
        { "ana_1@sub-domain.example.co.uk", "ana_1@sub-domain.example.co.uk" },
        { "ana＠example．com", "ana@example.com" },
        { "ana@예시.한국", "ana@예시.한국" },
        { "ana@müller.de", "ana@müller.de" },
        { "ana@example.com or ANA@example.com", "ana@example.com" },
        { "ana@example.com bea@example.com", NULL },
        { "ana@example", NULL },
        { "ana@example.c", NULL },
        { "ana@example.123", NULL },
        { "ana@1.2.3.4", NULL },
        { "@example.com", NULL },
        { "ana@", NULL },
        { "ana@@example.com", NULL },
        { "a@b@example.com", NULL },
        { "ana@.example.com", NULL },
        { "ana@example..com", NULL },
        { "ana..lopez@example.com", NULL },
        { ".ana@example.com", NULL },
        { "ana.@example.com", NULL },
        { "ana@-example.com", NULL },
        { "ana@example-.com", NULL },
        { "ana @ example.com", NULL },
        { "josé@example.com", NULL },
        { "ana at example dot com", NULL },
        { "www.example.com", NULL },
        { "@ana", NULL },
        { "", NULL },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com",
          NULL }, /* 65 letters */
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_every_kind_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(ask_names[ASK_NOTHING], "");
    assert_string_equal(ask_names[ASK_YES_NO], "yes_no");
    assert_string_equal(ask_names[ASK_DATETIME], "datetime");
    assert_string_equal(ask_names[ASK_MEDIA], "media");
    assert_null(ask_names[ASK_MEDIA + 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_a_long_text_is_cut_between_characters),
        cmocka_unit_test(test_a_long_text_is_no_other_answer),
        cmocka_unit_test(test_pattern),
        cmocka_unit_test(test_media),
        cmocka_unit_test(test_numbers_with_a_country),
        cmocka_unit_test(test_numbers_of_the_businesss_country),
        cmocka_unit_test(test_email),
        cmocka_unit_test(test_every_kind_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
