/* What is typed into a search, and what it finds: never an error, and what a person would expect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/seek.h"

static bool finds(const char *typed, const char *text)
{
    struct seek seek;
    struct units units = { 0 };
    seek_read(typed, strlen(typed), &seek);
    units_cut(text, strlen(text), &units);
    bool found = seek_match(&seek, &units, NULL);
    units_release(&units);
    seek_release(&seek);
    return found;
}

static size_t count_wanted(const char *typed, size_t len)
{
    struct seek seek;
    seek_read(typed, len, &seek);
    size_t wanted = seek.wanted;
    seek_release(&seek);
    return wanted;
}

/* The excerpt, with the marks as brackets. */
static const char *excerpt(const char *typed, const char *text, size_t most)
{
    static char shown[1024];
    struct seek seek;
    struct units units = { 0 };
    struct seek_marks marks = { 0 };
    struct buf part = { 0 }, out = { 0 };
    size_t at = 0;
    seek_read(typed, strlen(typed), &seek);
    units_cut(text, strlen(text), &units);
    assert_true(seek_match(&seek, &units, &marks));
    seek_excerpt(text, strlen(text), most, &marks, &part);
    for (size_t i = 0; i < marks.count; i++) {
        buf_add(&out, part.data + at, marks.spans[i].start - at);
        buf_addf(&out, "[%.*s]", (int)(marks.spans[i].end - marks.spans[i].start), part.data + marks.spans[i].start);
        at = marks.spans[i].end;
    }
    buf_add_text(&out, part.data + at);
    snprintf(shown, sizeof shown, "%s", buf_text(&out));
    buf_release(&out);
    buf_release(&part);
    seek_marks_release(&marks);
    units_release(&units);
    seek_release(&seek);
    return shown;
}

static void all_words_have_to_be_there_in_any_order(void **state)
{
    (void)state;
    assert_true(finds("refund order", "My order? I want a REFUND."));
    assert_false(finds("refund order", "My order?"));
    assert_false(finds("fund", "a refund"));
}

static void case_accents_and_widths_make_no_difference(void **state)
{
    (void)state;
    assert_true(finds("cafe", "Un CAFÉ, por favor"));
    assert_true(finds("CAFÉ", "two cafes? no, one cafe\xcc\x81"));
    assert_true(finds("strasse", "Straße 5"));
    assert_true(finds("istanbul", "İstanbul"));
    assert_true(finds("abc1", "ＡＢＣ１"));
    assert_true(finds("テスト", "ﾃｽﾄ"));
    assert_true(finds("ΣΊΣΥΦΟΣ", "Σίσυφος"));
    assert_true(finds("еще", "Ещё раз"));
    assert_true(finds("محمد", "مُحَمَّد"));
    assert_true(finds("हिन्दी", "मुझे हिन्दी आती है"));
    assert_true(finds("한글", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe1\x84\x80\xe1\x85\xb3\xe1\x86\xaf")); /* jamo */
}

static void a_phrase_is_words_next_to_each_other(void **state)
{
    (void)state;
    assert_true(finds("\"lost parcel\"", "a lost, parcel"));
    assert_false(finds("\"lost parcel\"", "the parcel is lost"));
    assert_true(finds("“lost parcel”", "my lost parcel"));
    assert_true(finds("\"lost par\"*", "my lost parcels"));
    assert_false(finds("\"lost par\"", "my lost parcels"));
    assert_true(finds("\"lost parcel", "a lost parcel")); /* not closed */
}

static void a_star_at_the_end_is_for_words_that_begin_so(void **state)
{
    (void)state;
    assert_true(finds("refund*", "refunds"));
    assert_true(finds("refund*", "refund"));
    assert_false(finds("refund*", "a prerefund"));
    assert_false(finds("re*und", "refund"));
}

static void minus_leaves_messages_out(void **state)
{
    (void)state;
    assert_false(finds("refund -order", "refund of an order"));
    assert_true(finds("refund -order", "refund of orders"));
    assert_false(finds("refund -order*", "refund of orders"));
    assert_false(finds("refund -\"of an\"", "refund of an order"));
    assert_true(finds("refund - order", "refund of an order")); /* a dash of its own is a sign */
}

static void a_korean_word_is_found_in_longer_ones(void **state)
{
    (void)state;
    assert_true(finds("환불", "환불해주세요"));
    assert_true(finds("환불", "전액환불 부탁드려요"));
    assert_false(finds("환불", "환 불"));
    assert_false(finds("환불", "환율"));
    assert_true(finds("불", "환불해주세요"));
}

static void particles_make_no_difference_but_between_quotes(void **state)
{
    (void)state;
    assert_true(finds("영수증을", "영수증은 어디서 받나요"));
    assert_true(finds("매장에서", "매장으로 갈게요"));
    assert_false(finds("\"영수증을\"", "영수증은 어디서 받나요"));
    assert_false(finds("배송지", "배송은 언제 되나요")); /* 지 is no particle */
    assert_false(finds("소아과", "소아용 약")); /* and 과 follows consonants */
    assert_true(finds("환불", "환불을"));
}

static void any_piece_of_chinese_and_japanese_is_found(void **state)
{
    (void)state;
    assert_true(finds("検索", "日本語テキスト検索"));
    assert_true(finds("京", "東京都"));
    assert_true(finds("都", "東京都"));
    assert_false(finds("京東", "東京都"));
    assert_true(finds("ราคา", "สอบถามราคาหน่อย"));
    assert_true(finds("AS센터", "as 센터 번호"));
}

static void signs_part_words_and_are_nothing_themselves(void **state)
{
    (void)state;
    assert_true(finds("010-1234-5678", "call 010 1234 5678"));
    assert_true(finds("ana@example.com", "ana@example.com"));
    assert_false(finds("ana@example.com", "example.com: ana"));
    assert_true(finds("don't", "I don’t know"));
    assert_true(finds("refund !!! ???", "refund"));
    assert_true(finds("👍", "fine 👍🏽"));
    assert_true(finds("👩‍👧", "we are 👩‍👧"));
}

static void nothing_that_is_typed_is_an_error(void **state)
{
    static const char *const texts[] = { "", " ", "\"", "\"\"", "\"\"\"", "*", "-", "--", "-*", "-\"", "!?", "()", "^", ":", "NEAR(",
                                         "\"*\"", "…", "-refund", "- -", "\xff\xfe", "\xf0\x9f", "'", ";--", "* * *", "\"-\"" };
    char many[10001];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(count_wanted(texts[i], strlen(texts[i])), strcmp(texts[i], "NEAR(") == 0);
    assert_int_equal(count_wanted("a\0b c", 5), 2);
    assert_true(finds("cats AND dogs", "cats and dogs"));
    assert_true(finds("body:text (x OR y) NEAR/2 ^z", "near 2 body text x or y z"));
    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    assert_true(finds(many, many));
    for (size_t i = 0; i + 1 < sizeof many; i += 2)
        many[i] = ' ';
    assert_int_equal(count_wanted(many, sizeof many - 1), SEEK_TERMS_MAX);
}

static void marks_stand_on_the_text_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(excerpt("cafe straße", "Ein CAFÉ in der Strasse.", 80), "Ein [CAFÉ] in der [Strasse].");
    assert_string_equal(excerpt("환불", "전액 환불해주세요", 80), "전액 [환불]해주세요");
    assert_string_equal(excerpt("テスト", "これはﾃｽﾄです", 80), "これは[ﾃｽﾄ]です");
    assert_string_equal(excerpt("検索 索エ", "検索エンジン", 80), "[検索エ]ンジン"); /* they touch */
    assert_string_equal(excerpt("e", "e\xcc\x81 x", 80), "[e\xcc\x81] x");
    assert_string_equal(excerpt("\"a b\"", "a, b\nc", 80), "[a, b] c");
}

static void an_excerpt_shows_the_first_mark_and_says_what_it_leaves_out(void **state)
{
    (void)state;
    assert_string_equal(excerpt("parcel", "I have waited for nine days now and the parcel that you have sent has not come", 40),
                        "…now and the [parcel] that you have sent …");
    assert_string_equal(excerpt("one", "one two three four five", 8), "[one] two …");
    assert_string_equal(excerpt("five", "one two three four five", 12), "…[five]");
}

#define T(test) cmocka_unit_test(test)

static const struct CMUnitTest TESTS[] = {
    T(all_words_have_to_be_there_in_any_order),
    T(case_accents_and_widths_make_no_difference),
    T(a_phrase_is_words_next_to_each_other),
    T(a_star_at_the_end_is_for_words_that_begin_so),
    T(minus_leaves_messages_out),
    T(a_korean_word_is_found_in_longer_ones),
    T(particles_make_no_difference_but_between_quotes),
    T(any_piece_of_chinese_and_japanese_is_found),
    T(signs_part_words_and_are_nothing_themselves),
    T(nothing_that_is_typed_is_an_error),
    T(marks_stand_on_the_text_as_it_is),
    T(an_excerpt_shows_the_first_mark_and_says_what_it_leaves_out),
};

int main(void)
{
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
