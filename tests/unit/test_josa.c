/*
 * josa: words as they stand on price lists and in messages, with the particle that a Korean would write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/josa.h"

struct row {
    const char *word, *pair, *wanted;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error error = { 0 };
        const struct josa *josa = josa_find(rows[i].pair, &error);
        const char *got;

        if (josa == NULL)
            fail_msg("%s", error.text);
        got = josa_pick(josa, rows[i].word, strlen(rows[i].word));
        if (strcmp(got, rows[i].wanted) != 0)
            fail_msg("%s: wanted %s, got %s", rows[i].word, rows[i].wanted, got);
    }
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows)[0])

static void hangul(void **state)
{
    static const struct row rows[] = {
        { "사과", "을/를", "를" },
        { "수박", "을/를", "을" },
        { "쌀", "을/를", "을" },
        { "크림", "은/는", "은" },
        { "토너", "은/는", "는" },
        { "선크림", "이/가", "이" },
        { "쿠션 파운데이션", "이/가", "이" },
        { "마스크", "이/가", "가" },
        { "빵", "과/와", "과" },
        { "커피", "과/와", "와" },
        { "민준", "아/야", "아" },
        { "지수", "아/야", "야" },
        { "서울", "(으)로", "로" },
        { "부산", "(으)로", "으로" },
        { "제주", "(으)로", "로" },
        { "이메일", "으로/로", "로" },
        { "택배", "으로/로", "로" },
        { "우편", "으로/로", "으로" },
        { "가을", "이랑/랑", "이랑" },
        { "언니", "이랑/랑", "랑" },
        { "딸기", "이나/나", "나" },
        { "귤", "(이)나", "이나" },
        { "영업일", "이에요/예요", "이에요" },
        { "휴무", "이에요/예요", "예요" },
        { "배송", "이라고/라고", "이라고" },
        { "값", "이라도/라도", "이라도" },
        { "\u1100\u1161\u11ab", "을/를", "을" }, /* 간 in three letters, as some phones send it */
    };

    (void)state;
    CHECK(rows);
}

static void spellings_of_pairs(void **state)
{
    static const struct row rows[] = {
        { "수박", "를/을", "을" },    { "수박", "을(를)", "을" },          { "사과", "를(을)", "를" },
        { "수박", "는/은", "은" },    { "수박", "가/이", "이" },           { "수박", "와/과", "과" },
        { "수박", "와(과)", "과" },   { "수박", "야/아", "아" },           { "서울", "로/으로", "로" },
        { "수박", "(으)로", "으로" }, { "수박", "로(으로)", "으로" },      { "수박", "(이)랑", "이랑" },
        { "사과", "랑/이랑", "랑" },  { "수박", "예요/이에요", "이에요" },
    };

    (void)state;
    CHECK(rows);
}

static void digits(void **state)
{
    static const struct row rows[] = {
        { "0", "을/를", "을" },
        { "1", "을/를", "을" },
        { "1", "(으)로", "로" },
        { "2", "을/를", "를" },
        { "3", "을/를", "을" },
        { "3", "(으)로", "으로" },
        { "4", "이/가", "가" },
        { "5", "이/가", "가" },
        { "6", "(으)로", "으로" },
        { "7", "(으)로", "로" },
        { "7", "은/는", "은" },
        { "8", "(으)로", "로" },
        { "9", "은/는", "는" },
        { "10", "은/는", "은" },
        { "주문 1204", "이/가", "가" },
        { "12,000", "을/를", "을" },
        { "₩12,000", "이/가", "이" },
        { "₩12,005", "이/가", "이" },
        { "$15", "이/가", "가" },
        { "€13.01", "을/를", "를" },
        { "¥300", "은/는", "은" },
        { "3.5", "을/를", "를" },
        { "1.50", "을/를", "을" },
        { "1,000,000,000,000", "이/가", "가" },
        { "1000000000000000", "이/가", "가" },
        { "100,000,000", "이/가", "이" },
        { "10000000000000000", "이/가", "이" },
        { "20%", "을/를", "를" },
        { "500ml", "은/는", "는" },
        { "2kg", "은/는", "은" },
        { "100 g", "을/를", "을" },
        { "180cm", "이/가", "가" },
        { "-3°", "이/가", "가" },
        { "１３", "은/는", "은" },
        { "1+1", "을/를", "을" },
    };

    (void)state;
    CHECK(rows);
}

static void latin(void **state)
{
    static const struct row rows[] = {
        { "A", "을/를", "를" },         { "L", "을/를", "을" },         { "L", "(으)로", "로" },
        { "M", "(으)로", "으로" },      { "N", "이/가", "이" },         { "R", "(으)로", "로" },
        { "XL", "을/를", "을" },        { "VIP", "은/는", "는" },       { "ATM", "을/를", "을" },
        { "HTML", "을/를", "을" },      { "SMS", "(으)로", "로" },      { "LED", "이/가", "가" },
        { "Apple", "을/를", "을" },     { "Google", "(으)로", "로" },   { "cake", "을/를", "를" },
        { "online", "(으)로", "으로" }, { "game", "을/를", "을" },      { "Instagram", "(으)로", "으로" },
        { "email", "(으)로", "로" },    { "book", "을/를", "을" },      { "cup", "을/를", "을" },
        { "boat", "은/는", "는" },      { "marketing", "을/를", "을" }, { "design", "이/가", "이" },
        { "coffee", "을/를", "를" },    { "Starbucks", "이/가", "가" }, { "chocolate", "은/는", "은" },
        { "snack", "을/를", "을" },     { "set", "을/를", "를" },       { "app", "을/를", "을" },
        { "Café", "을/를", "를" },      { "résumé", "을/를", "를" },    { "iPhone", "이/가", "이" },
        { "shampoo", "을/를", "를" },   { "bag", "이/가", "이" },       { "Seoul", "(으)로", "로" },
        { "MUSIC", "을/를", "을" },     { "SALE", "을/를", "을" },      { "ＶＩＰ", "은/는", "는" },
    };

    (void)state;
    CHECK(rows);
}

static void looked_through(void **state)
{
    static const struct row rows[] = {
        { "“수박”", "을/를", "을" },     { "'사과'", "을/를", "를" },
        { "「토너」", "은/는", "는" },   { "크림!", "은/는", "은" },
        { "크림 🍓", "은/는", "은" },     { "사과 👩‍👩‍👧", "을/를", "를" },
        { "귤❤️", "을/를", "을" },  { "사과(apple)", "을/를", "를" },
        { "수박 (대)", "을/를", "을" },  { "(주)", "은/는", "는" },
        { "수박（大）", "을/를", "을" }, { "민지ㅋㅋ", "이/가", "가" },
        { "준혁ㅠㅠ", "이/가", "이" },   { "수박…", "을/를", "을" },
        { "수박  ", "을/를", "을" },     { "수박\n", "을/를", "을" },
        { "사과[품절]", "을/를", "을" }, { "(사과", "을/를", "를" },
    };

    (void)state;
    CHECK(rows);
}

static void unknown(void **state)
{
    static const struct row rows[] = {
        { "", "을/를", "을(를)" },
        { "🍓", "이/가", "이(가)" },
        { "東京", "(으)로", "(으)로" },
        { "Москва", "은/는", "은(는)" },
        { "?!", "과/와", "와(과)" },
        { "()", "아/야", "아(야)" },
        { "\xff\xfe", "을/를", "을(를)" },
        { "ㅋㅋㅋ", "이랑/랑", "(이)랑" },
        { "東京", "이에요/예요", "이에요(예요)" },
        { "ラーメン", "을/를", "을" },
        { "すし", "을/를", "를" },
        { "カレー", "을/를", "를" },
    };

    (void)state;
    CHECK(rows);
}

/* Only the end is read, and a text of signs ends the reading. */
static void long_texts(void **state)
{
    struct buf text = { 0 };

    (void)state;
    for (int i = 0; i < 20000; i++)
        buf_add_text(&text, "가");
    buf_add_text(&text, "박");
    josa_add(&text, "을/를");
    assert_string_equal(text.data + text.len - strlen("박을"), "박을");
    buf_clear(&text);
    buf_add_text(&text, "박");
    for (int i = 0; i < 20000; i++)
        buf_add_text(&text, ")");
    josa_add(&text, "을/를");
    assert_string_equal(text.data + text.len - strlen("을(를)"), "을(를)");
    buf_release(&text);
}

static void wrong_pairs(void **state)
{
    static const char *const rows[] = {
        "", "을", "을를", "을/을", "은/를", "을/를 ", "을,를", "에서", "로/를"
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = { 0 };

        if (josa_find(rows[i], &error) != NULL)
            fail_msg("'%s' is no pair", rows[i]);
        assert_non_null(strstr(error.text, rows[i]));
        assert_non_null(strstr(error.text, "known are 은/는, 이/가, 을/를, 과/와, 아/야, 으로/로"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hangul),     cmocka_unit_test(spellings_of_pairs), cmocka_unit_test(digits),
        cmocka_unit_test(latin),      cmocka_unit_test(looked_through),     cmocka_unit_test(unknown),
        cmocka_unit_test(long_texts), cmocka_unit_test(wrong_pairs),
    };

    return cmocka_run_group_tests_name("josa", tests, NULL, NULL);
}
