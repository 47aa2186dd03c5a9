/*
 * ask_yes_no, ask_choice: yes and no, and which of several.
 */
#include "ask_table.h"
#include "text/words.h"

static void test_yes_and_no(void **state)
{
    const struct ask ask = { .kind = ASK_YES_NO, .language = "" };
    static const struct typed ROWS[] = {
        { "yes", "1" },
        { "YES!!", "1" },
        { "Yes please", "1" },
        { "yep", "1" },
        { "yesss", "1" },
        { "yeah sure", "1" },
        { "of course", "1" },
        { "ok", "1" },
        { "okay, thanks", "1" },
        { "sounds good", "1" },
        { "please do", "1" },
        { "please", "1" },
        { "no problem", "1" },
        { "why not", "1" },
        { "that's right", "1" },
        { "y", "1" },
        { "k", "1" },
        { "yes, at 8 then", "1" },
        { "I would", "1" },
        { "true", "1" },
        { "1", "1" },
        { "네", "1" },
        { "넵", "1" },
        { "넹", "1" },
        { "네네", "1" },
        { "네네네", "1" },
        { "예", "1" },
        { "응", "1" },
        { "ㅇㅇ", "1" },
        { "ㅇㅋ", "1" },
        { "네~", "1" },
        { "네ㅋㅋ", "1" },
        { "네요", "1" },
        { "좋아요", "1" },
        { "좋습니다!", "1" },
        { "그래요", "1" },
        { "네 부탁드려요", "1" },
        { "부탁드립니다", "1" },
        { "예약해주세요", "1" },
        { "물론이죠", "1" },
        { "맞아요", "1" },
        { "네, 괜찮아요", "1" },
        { "할게요", "1" },
        { "sí", "1" },
        { "Si", "1" },
        { "síííí", "1" },
        { "siiii", "1" },
        { "sí, por favor", "1" },
        { "claro que sí", "1" },
        { "por supuesto", "1" },
        { "vale", "1" },
        { "de acuerdo", "1" },
        { "sí, quiero", "1" },
        { "¡Sí!", "1" },
        { "👍", "1" },
        { "👍🏽", "1" },
        { "👍👍👍", "1" },
        { "✅", "1" },
        { "✔️", "1" },
        { "👌🏻", "1" },
        { "🙆🏻‍♀️", "1" },
        { "no", "0" },
        { "No.", "0" },
        { "nooo", "0" },
        { "nope", "0" },
        { "nah", "0" },
        { "no thanks", "0" },
        { "no, thank you", "0" },
        { "not really", "0" },
        { "of course not", "0" },
        { "I don't think so", "0" },
        { "not now", "0" },
        { "no please don't", "0" },
        { "no but thanks", "0" },
        { "no, change the day", "0" },
        { "don't", "0" },
        { "n", "0" },
        { "0", "0" },
        { "아니요", "0" },
        { "아니오", "0" },
        { "아뇨", "0" },
        { "아뇨 괜찮아요", "0" },
        { "ㄴㄴ", "0" },
        { "싫어요", "0" },
        { "안 할래요", "0" },
        { "안해요", "0" },
        { "하지 마세요", "0" },
        { "안 좋아요", "0" },
        { "아닙니다", "0" },
        { "필요 없어요", "0" },
        { "no gracias", "0" },
        { "claro que no", "0" },
        { "no puedo ir", "0" },
        { "para nada", "0" },
        { "mejor no", "0" },
        { "👎", "0" },
        { "👎🏿", "0" },
        { "❌", "0" },
        { "🙅‍♂️", "0" },
    };
    static const struct typed NEITHER[] = {
        { "yes no maybe", NULL },
        { "yes and no", NULL },
        { "maybe", NULL },
        { "perhaps later", NULL },
        { "not sure", NULL },
        { "I don't know", NULL },
        { "yes?", NULL },
        { "ok?", NULL },
        { "ok where is it", NULL },
        { "yes but at 8", NULL },
        { "yes if it is free", NULL },
        { "what?", NULL },
        { "thanks", NULL },
        { "I'm good", NULL },
        { "no worries", NULL },
        { "hello", NULL },
        { "we have no kids", NULL },
        { "2", NULL },
        { "10", NULL },
        { "", NULL },
        { "...", NULL },
        { "👍👎", NULL },
        { "🤷", NULL },
        { "🙏", NULL },
        { "괜찮아요", NULL },
        { "됐어요", NULL },
        { "네?", NULL },
        { "아니 좋아요", NULL },
        { "네이버", NULL },
        { "노래", NULL },
        { "예전에요", NULL },
        { "글쎄요", NULL },
        { "다음에요", NULL },
        { "모르겠어요", NULL },
        { "언제요", NULL },
        { "감사합니다", NULL },
        { "sí o no", NULL },
        { "quizás", NULL },
        { "no sé", NULL },
        { "depende", NULL },
        { "o", NULL },
        { "x", NULL },
        { "notable", NULL },
        { "yesterday", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
    CHECK_TABLE(&ask, NEITHER);
}

static void test_koreans_write_o_and_x(void **state)
{
    const struct ask ask = { .kind = ASK_YES_NO, .language = "ko" };
    static const struct typed ROWS[] = { { "O", "1" }, { "X", "0" }, { "x!", NULL }, { "oo", NULL } };

    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

/* Choices */

static void check_choices(const struct ask_choice *choices, size_t count, const struct typed *rows,
                          size_t row_count)
{
    struct ask ask = { .kind = ASK_CHOICE, .language = "", .choices = choices, .choice_count = count };

    ask.matcher = matcher_new(true);
    check_table(&ask, rows, row_count);
    matcher_free(ask.matcher);
}

#define CHECK_CHOICES(choices, rows) \
    check_choices(choices, sizeof(choices) / sizeof(choices)[0], rows, sizeof(rows) / sizeof(rows)[0])

static struct pattern *words(const char *list)
{
    struct error error = { 0 };
    struct buf source = { 0 };

    assert_int_equal(words_compile(list, &source, &error), 0);
    struct pattern *pattern = pattern_new_generated(source.data, &error);
    buf_release(&source);
    return pattern;
}

static void test_choice_by_label_words_and_number(void **state)
{
    struct pattern *agree = words("ok, sure, 👍"), *change = words("change, other time*, not now");
    const struct ask_choice choices[] = { { "Yes", agree }, { "Another day", change } };
    static const struct typed ROWS[] = {
        { "Yes", "Yes" },
        { "yes!", "Yes" },
        { "Another day", "Another day" },
        { "ANOTHER DAY.", "Another day" },
        { "another-day", "Another day" },
        { "rather another day", "Another day" },
        { "I'd like another day please", "Another day" },
        { "change it", "Another day" },
        { "some other times", "Another day" },
        { "not now", "Another day" },
        { "ok", "Yes" },
        { "👍", "Yes" },
        { "👍🏽", "Yes" },
        { "yep", "Yes" },
        { "네", "Yes" },
        { "no problem", "Yes" },
        { "1", "Yes" },
        { "2", "Another day" },
        { "2.", "Another day" },
        { "2)", "Another day" },
        { "#2", "Another day" },
        { "2 please", "Another day" },
        { "two", "Another day" },
        { "number two", "Another day" },
        { "option 2", "Another day" },
        { "the second one", "Another day" },
        { "2nd", "Another day" },
        { "the last one", "Another day" },
        { "첫 번째", "Yes" },
        { "두번째요", "Another day" },
        { "두 번째 거요", "Another day" },
        { "2번이요", "Another day" },
        { "la segunda", "Another day" },
        { "opción 2", "Another day" },
        { "another", "Another day" },
        { "anoth", "Another day" },
        { "an", NULL },
        { "no", NULL },
        { "no thanks", NULL },
        { "0", NULL },
        { "3", NULL },
        { "the third", NULL },
        { "1 or 2", NULL },
        { "12", NULL },
        { "2 days later", NULL },
        { "both", NULL },
        { "any", NULL },
        { "yes another day", NULL },
        { "ok, change it", NULL },
        { "not another day", NULL },
        { "don't change it", NULL },
        { "what is another day?", NULL },
        { "another day my mother went there with her old dog", NULL },
        { "maybe", NULL },
        { "", NULL },
        { "?!", NULL },
    };
    (void)state;
    CHECK_CHOICES(choices, ROWS);
    pattern_free(agree);
    pattern_free(change);
}

static void test_labels_that_are_numbers_beat_places(void **state)
{
    static const struct ask_choice PEOPLE[] = { { "2 people", NULL },
                                                { "4 people", NULL },
                                                { "6 people", NULL } };
    static const struct typed PEOPLE_ROWS[] = {
        { "2", "2 people" },
        { "4", "4 people" },
        { "six", "6 people" },
        { "4 people please", "4 people" },
        { "3", NULL },
        { "1", NULL },
        { "the second one", "4 people" },
        { "people", NULL },
    };
    static const struct ask_choice BARE[] = { { "3", NULL }, { "1", NULL }, { "2", NULL } };
    static const struct typed BARE_ROWS[] = {
        { "1", "1" }, { "2", "2" }, { "3", "3" }, { "first", "3" }, { "4", NULL }
    };
    static const struct ask_choice PHONES[] = { { "iPhone 15", NULL }, { "iPhone 16", NULL } };
    static const struct typed PHONE_ROWS[] = {
        { "15", "iPhone 15" }, { "1", "iPhone 15" },         { "2", "iPhone 16" },
        { "iphone", NULL },    { "iphone 16", "iPhone 16" },
    };
    (void)state;
    CHECK_CHOICES(PEOPLE, PEOPLE_ROWS);
    CHECK_CHOICES(BARE, BARE_ROWS);
    CHECK_CHOICES(PHONES, PHONE_ROWS);
}

static void test_labels_inside_labels_and_in_other_scripts(void **state)
{
    static const struct ask_choice CHOICES[] = {
        { "Large", NULL },   { "Extra large", NULL }, { "Café ☕", NULL },   { "피자", NULL },
        { "다른 날", NULL }, { "토요일 저녁", NULL }, { "C++ book", NULL }, { "C# book", NULL },
    };
    static const struct typed ROWS[] = {
        { "large", "Large" },
        { "extra large", "Extra large" },
        { "Extra large please", "Extra large" },
        { "large or extra large", NULL },
        { "cafe", "Café ☕" },
        { "un CAFÉ por favor", "Café ☕" },
        { "피자", "피자" },
        { "피자요", "피자" },
        { "피자로 할게요", "피자" },
        { "피자 말고 다른 날", NULL },
        { "피자 말고", NULL },
        { "다른날", "다른 날" },
        { "다른 날이요", "다른 날" },
        { "다른", "다른 날" },
        { "토요일", "토요일 저녁" },
        { "토요일이요", "토요일 저녁" },
        { "저녁", "토요일 저녁" },
        { "c++ book", "C++ book" },
        { "c book", NULL },
        { "not large", NULL },
        { "enlarged", NULL },
        { "피자집", NULL },
    };
    (void)state;
    CHECK_CHOICES(CHOICES, ROWS);
}

static void test_yes_and_no_as_labels(void **state)
{
    static const struct ask_choice CHOICES[] = { { "Sí, reserva", NULL }, { "No, gracias", NULL } };
    static const struct typed ROWS[] = {
        { "sí", "Sí, reserva" },
        { "yes please", "Sí, reserva" },
        { "claro", "Sí, reserva" },
        { "👍", "Sí, reserva" },
        { "네", "Sí, reserva" },
        { "no", "No, gracias" },
        { "nope", "No, gracias" },
        { "아니요", "No, gracias" },
        { "no gracias", "No, gracias" },
        { "quizás", NULL },
        { "sí o no", NULL },
    };
    static const struct ask_choice EMOJI[] = { { "👍", NULL }, { "👎", NULL } };
    static const struct typed EMOJI_ROWS[] = {
        { "👍", "👍" }, { "👎🏿", "👎" }, { "yes", "👍" }, { "no", "👎" }, { "🤷", NULL }
    };

    (void)state;
    CHECK_CHOICES(CHOICES, ROWS);
    CHECK_CHOICES(EMOJI, EMOJI_ROWS);
}

static void test_the_answer_tells_which_choice(void **state)
{
    static const struct ask_choice CHOICES[] = { { "Red", NULL }, { "Blue", NULL } };
    struct ask ask = { .kind = ASK_CHOICE, .choices = CHOICES, .choice_count = 2 };
    struct ask_answer answer;

    (void)state;
    assert_int_equal(ask_read(&ask, "blue", NULL, &answer), ASK_READ);
    assert_int_equal(answer.choice, 1);
    assert_false(answer.is_number);
    ask_answer_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yes_and_no),
        cmocka_unit_test(test_koreans_write_o_and_x),
        cmocka_unit_test(test_choice_by_label_words_and_number),
        cmocka_unit_test(test_labels_that_are_numbers_beat_places),
        cmocka_unit_test(test_labels_inside_labels_and_in_other_scripts),
        cmocka_unit_test(test_yes_and_no_as_labels),
        cmocka_unit_test(test_the_answer_tells_which_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
