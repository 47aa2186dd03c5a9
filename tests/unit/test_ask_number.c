/*
 * ask_number: how many.
 */
#include "ask_table.h"

static const struct ask ENGLISH = { .kind = ASK_NUMBER, .language = "en", .now = 1778608800000 };

static void test_figures(void **state)
{
    static const struct typed ROWS[] = {
        { "4", "4" },
        { " 4 ", "4" },
        { "4.", "4" },
        { "4!", "4" },
        { "(4)", "4" },
        { "#4", "4" },
        { "0", "0" },
        { "007", "7" },
        { "-3", "-3" },
        { "−3", "-3" }, /* U+2212 */
        { "menos 3", "-3" },
        { "-0", "0" },
        { "2.5", "2.5" },
        { "2,5", "2.5" },
        { "2.50", "2.5" },
        { "0,125", "0.125" },
        { "1,234.5", "1234.5" },
        { "1.234,5", "1234.5" },
        { "1 234,5", "1234.5" },
        { "1 234 567", "1234567" },
        { "1,234,567", "1234567" },
        { "1.234.567", "1234567" },
        { "1'234.50", "1234.5" },
        { "12,000", "12000" },
        { "12.000", "12000" },
        { "٤", "4" },
        { "١٢", "12" },
        { "۴", "4" }, /* Persian */
        { "４２", "42" },
        { "④", "4" },
        { "4️⃣", "4" },
        { "$20", "20" },
        { "20 €", "20" },
        { "20%", "20" },
        { "x4", "4" },
        { "4x", "4" },
        { "4ppl", "4" },
        { "10k", "10000" },
        { "1.5k", "1500" },
        { "2 million", "2000000" },
        { "3,5 millones", "3500000" },
        { "999999999999999", "999999999999999" },
        { "9999999999999999", NULL }, /* one digit too many to be exact */
        { "1.1234567", NULL },
        { "1,23,456", NULL },
        { "12.03.26", NULL },
        { "1.5.", "1.5" },
        { ".5", NULL },
        { "½", NULL },
        { "2½", NULL },
        { "1/2", NULL },
        { "IV", NULL },
        { "B12", NULL },
        { "12b", NULL },
        { "a4 paper", NULL },
        { "1e5", NULL },
        { "", NULL },
        { "  ", NULL },
        { "?", NULL },
        { "-", NULL },
    };
    (void)state;
    CHECK_TABLE(&ENGLISH, ROWS);
}

static void test_english(void **state)
{
    static const struct typed ROWS[] = {
        { "four", "4" },
        { "Four please", "4" },
        { "we are 4", "4" },
        { "we're four", "4" },
        { "we will be 6", "6" },
        { "there'll be 4 people", "4" },
        { "4 people", "4" },
        { "a table for 4", "4" },
        { "one table for 4", "4" },
        { "table for four please, thanks", "4" },
        { "party of 12", "12" },
        { "hi! 3 of us", "3" },
        { "one", "1" },
        { "just one", "1" },
        { "one person", "1" },
        { "just me", "1" },
        { "a couple", "2" },
        { "a couple of us", "2" },
        { "a dozen", "12" },
        { "two dozen", "24" },
        { "half a dozen", "6" },
        { "nobody", "0" },
        { "zero", "0" },
        { "twelve", "12" },
        { "twenty-five", "25" },
        { "twenty five", "25" },
        { "one hundred", "100" },
        { "a hundred", "100" },
        { "one hundred and five", "105" },
        { "two thousand three hundred", "2300" },
        { "two and a half", "2.5" },
        { "2 and a half", "2.5" },
        { "4 (four)", "4" },
        { "5 out of 5", "5" },
        { "★★★★", "4" },
        { "⭐️⭐️⭐️⭐️⭐️", "5" },
        { "me and 3 friends", NULL },
        { "3 more", NULL },
        { "4 plus 1", NULL },
        { "★★★☆☆", NULL },
        { "4 people, yes, 4", "4" },
        { "about 4", "4" },
        { "maybe 5", "5" },
        { "4 people at 9pm", "4" },
        { "4 people on friday at 21:30", "4" },
        { "for 4 on March 12th", "4" },
        { "2 days", "2" },
        { "30 minutes", "30" },
        { "4 or 5", NULL },
        { "4-5", NULL },
        { "4 to 6 people", NULL },
        { "four, five", NULL },
        { "two three", NULL },
        { "2 adults and 2 kids", NULL },
        { "2 adults 2 kids", NULL },
        { "4 adults and 2 kids", NULL },
        { "not 4", NULL },
        { "a few", NULL },
        { "at least 4", NULL },
        { "more than 10", NULL },
        { "up to 8", NULL },
        { "4 or more", NULL },
        { "how many can you take? 20?", NULL },
        { "the blue one", NULL },
        { "this one", NULL },
        { "someone", NULL },
        { "9pm", NULL },
        { "at 9", NULL },
        { "21:30", NULL },
        { "12/03", NULL },
        { "12/03/2026", NULL },
        { "2026-03-12", NULL },
        { "march 12", NULL },
        { "the 5th", NULL },
        { "tomorrow", NULL },
        { "half past nine", NULL },
        { "+1 415 555 0100", NULL },
        { "415-555-0100", NULL },
        { "once", NULL },
        { "I don't know", NULL },
        { "one moment please", NULL },
        { "where is my order #12345?", NULL },
        { "4 please, one moment", "4" },
    };
    (void)state;
    CHECK_TABLE(&ENGLISH, ROWS);
}

static void test_korean(void **state)
{
    const struct ask ask = { .kind = ASK_NUMBER, .language = "ko", .now = 1778608800000 };
    static const struct typed ROWS[] = {
        { "세 개", "3" },
        { "3개", "3" },
        { "3개요", "3" },
        { "세개 주세요", "3" },
        { "세명이요", "3" },
        { "4명입니다", "4" },
        { "4명이에요", "4" },
        { "네 명", "4" },
        { "네, 네명이요", "4" },
        { "네 4명이요", "4" },
        { "저희 4명이요", "4" },
        { "총 네명입니다", "4" },
        { "총4명", "4" },
        { "한 4명 정도요", "4" }, /* 한 is "about" here */
        { "한 명", "1" },
        { "혼자요", "1" },
        { "둘이요", "2" },
        { "둘이서 갈게요", "2" },
        { "셋", "3" },
        { "다섯", "5" },
        { "열두 명", "12" },
        { "스무명", "20" },
        { "스물한 명", "21" },
        { "서른다섯 명이요", "35" },
        { "삼십", "30" },
        { "삼십이요", "30" },
        { "십오 명", "15" },
        { "이십명", "20" },
        { "백이십", "120" },
        { "이인분", "2" },
        { "2인분 주세요", "2" },
        { "만원", "10000" },
        { "12,000원", "12000" },
        { "2만5천원", "25000" },
        { "3천원이요", "3000" },
        { "한 개 반", "1.5" },
        { "4명만요", "4" },
        { "4명이 갑니다", "4" },
        { "사람 4명", "4" },
        { "4 사람", "4" },
        { "3일이요", "3" },
        { "두 시간", "2" },
        { "금요일 7시에 4명이요", "4" },
        { "0명", "0" },
        { "없어요", "0" },
        { "4명ㅋㅋㅋ", "4" },
        { "네", NULL },
        { "네네", NULL },
        { "네일", NULL },
        { "한국", NULL },
        { "사이", NULL },
        { "사장님", NULL },
        { "이사", NULL },
        { "오이", NULL },
        { "두부", NULL },
        { "이분", NULL },
        { "두세 명", NULL },
        { "네다섯명이요", NULL },
        { "서너 명", NULL },
        { "네 다섯 명", NULL },
        { "4~5명", NULL },
        { "4명 이상", NULL },
        { "20명 넘어요", NULL },
        { "저랑 3명", NULL },
        { "4명 아니고요", NULL },
        { "몇 명까지 돼요?", NULL },
        { "어른 2명 아이 1명", NULL },
        { "3시", NULL },
        { "3시 30분", NULL },
        { "3월 12일", NULL },
        { "010-1234-5678", NULL },
        { "01012345678", NULL },
        { "안녕하세요", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_spanish(void **state)
{
    const struct ask ask = { .kind = ASK_NUMBER, .language = "es", .country = "ES", .now = 1778608800000 };
    static const struct typed ROWS[] = {
        { "dos", "2" },
        { "somos cuatro", "4" },
        { "Somos 4, por favor", "4" },
        { "seremos 6 personas", "6" },
        { "una mesa para 4", "4" },
        { "una persona", "1" },
        { "uno", "1" },
        { "solo yo", "1" },
        { "un par", "2" },
        { "un par de personas", "2" },
        { "una docena", "12" },
        { "media docena", "6" },
        { "once", "11" },
        { "quince", "15" },
        { "dieciséis", "16" },
        { "veintidós", "22" },
        { "treinta y dos", "32" },
        { "cien", "100" },
        { "ciento cincuenta y cinco", "155" },
        { "mil doscientos", "1200" },
        { "dos mil", "2000" },
        { "3 mil", "3000" },
        { "dos y medio", "2.5" },
        { "ninguno", "0" },
        { "más o menos 4", "4" },
        { "8 sobre 10", "8" },
        { "tres personas más", NULL },
        { "yo y 3 amigos", NULL },
        { "1.234", "1234" },
        { "1.5", "1.5" },
        { "4 para el viernes a las 9", "4" },
        { "4 o 5", NULL },
        { "dos o tres", NULL },
        { "uno o dos", NULL },
        { "unos cuantos", NULL },
        { "gracias, un saludo", NULL },
        { "un momento", NULL },
        { "un niño", "1" },
        { "más de 10", NULL },
        { "al menos 4", NULL },
        { "dos adultos y dos niños", NULL },
        { "a las nueve", NULL },
        { "12 de marzo", NULL },
        { "¿cuántos caben?", NULL },
        { "no sé", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

/* 1.234 is a thousand and more where the point parts groups, else a bit more than one. */
static void test_the_language_settles_what_a_point_is(void **state)
{
    static const struct typed POINT[] = { { "1.234", "1.234" }, { "1,234", "1234" } };
    static const struct typed GROUPS[] = {
        { "1.234", "1234" }, { "1,234", "1234" }, { "1,5", "1.5" }, { "7.8360", "7.836" } /* no group has four digits */
    };
    struct ask ask = { .kind = ASK_NUMBER, .language = "en" };

    (void)state;
    CHECK_TABLE(&ask, POINT);
    ask.language = "";
    CHECK_TABLE(&ask, POINT);
    ask.language = "ko";
    CHECK_TABLE(&ask, POINT);
    ask.language = "es";
    CHECK_TABLE(&ask, GROUPS);
    ask.language = "es-MX";
    ask.country = "MX";
    CHECK_TABLE(&ask, POINT);
    ask.language = "de";
    ask.country = "";
    CHECK_TABLE(&ask, GROUPS);
}

static void test_the_value_is_a_number(void **state)
{
    struct ask_answer answer;

    (void)state;
    assert_int_equal(ask_read(&ENGLISH, "4 people", NULL, &answer), ASK_READ);
    assert_true(answer.is_number);
    ask_answer_release(&answer);
    assert_int_equal(ask_read(&ENGLISH, "people", NULL, &answer), ASK_NO);
    assert_false(answer.is_number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_english),
        cmocka_unit_test(test_korean),
        cmocka_unit_test(test_spanish),
        cmocka_unit_test(test_the_language_settles_what_a_point_is),
        cmocka_unit_test(test_the_value_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
