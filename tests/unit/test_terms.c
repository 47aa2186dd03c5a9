/*
 * terms: which terms a text is found by, and what its words say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/terms.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct sample {
    const char *text, *terms;
};

static void check_all(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct terms terms = { 0 };
        terms_cut(samples[i].text, strlen(samples[i].text), 100, &terms);
        if (strcmp(buf_text(&terms.text), samples[i].terms) != 0)
            fail_msg("%s becomes '%s', not '%s'", samples[i].text, buf_text(&terms.text), samples[i].terms);
        terms_release(&terms);
    }
}

/* The words of each text have one term, the same for all. */
static void check_alike(const char *words)
{
    struct terms terms = { 0 };
    terms_cut(words, strlen(words), 100, &terms);
    const char *text = buf_text(&terms.text);
    assert_true(terms.count > 1);
    for (size_t i = 1; i < terms.count; i++)
        if (terms.terms[i].len != terms.terms[0].len ||
            memcmp(text + terms.terms[i].at, text + terms.terms[0].at, terms.terms[0].len) != 0)
            fail_msg("%s: %s", words, text);
    terms_release(&terms);
}

static void test_forms_of_a_latin_word_have_one_term(void **state)
{
    (void)state;
    static const char *const FORMS[] = {
        "parking park parks parked PARKING", "cake cakes Cake", "allergy allergies alergy alergia alergias allergic", "box boxes",
        "delivery deliver delivers delivering deliveries", "close closed closes", "bake baking baked", "cancel cancelling cancelled",
        "coffee coffees cofee", "café cafes CAFÉ", "abierto abierta abiertos abiertas", "dirección direccion direcciones",
        "menú menu menus", "wi-fi wifi WiFi", "e-mail email e-mails", "baker's bakers baker’s", "straße strasse", "ｐａｒｋ park",
    };
    for (size_t i = 0; i < COUNT(FORMS); i++)
        check_alike(FORMS[i]);
}

static void test_short_words_and_others_are_left_alone(void **state)
{
    (void)state;
    static const struct sample SAMPLES[] = {
        { "bus", "bus" },           { "red king", "red king" },      { "gluten-free", "gluten fre" },
        { "speed glass", "sped glas" }, { "24/7 at 10:30", "24 7 at 10 30" }, { "окна", "окна" }, { "हिन्दी", "हिन्दी" },
        { "", "" },                 { "👍 !? ㅋㅋㅋ", "" },
    };
    check_all(SAMPLES, COUNT(SAMPLES));
}

static void test_korean_words_lose_particles_and_endings(void **state)
{
    (void)state;
    static const struct sample SAMPLES[] = {
        { "주차", "주차" },             { "주차는", "주차" },          { "주차가능한가요?", "주차" },   { "주차 되나요", "주차 되" },
        { "환불해주세요", "환불" },     { "환불하고싶어요", "환불" },  { "배송이에요", "배송" },        { "열어요", "열" },
        { "주차장에서는", "주차 차장" }, { "생일케이크를", "생일 일케 케이 이크" }, { "사과를", "사과 사" }, { "사과", "사과 사" },
        { "빵은", "빵은 빵" },          { "빵", "빵" },                { "ㅎㅎ 빵ㅋㅋ", "빵" },
    };
    check_all(SAMPLES, COUNT(SAMPLES));
}

static void test_scripts_without_spaces_are_cut_into_pairs(void **state)
{
    (void)state;
    static const struct sample SAMPLES[] = {
        { "停车场", "停车 车场" },
        { "駐車場はどこ", "駐車 車場 はど どこ" },
        { "Wi-Fiのパスワード", "wifi の パス スワ ワー ード" },
        { "ﾊﾟﾝ", "パン" },
    };
    check_all(SAMPLES, COUNT(SAMPLES));
}

static void test_words_say_much_little_or_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum term_kind kind;
    } WORDS[] = {
        { "the", TERM_STOP },  { "A", TERM_STOP },        { "Yours", TERM_STOP },   { "don't", TERM_STOP },  { "al", TERM_STOP },
        { "yo", TERM_STOP },   { "también", TERM_STOP },  { "있나요", TERM_STOP },  { "혹시", TERM_STOP },   { "돼요", TERM_STOP },
        { "가능한가요", TERM_STOP }, { "알려주세요", TERM_STOP }, { "x", TERM_STOP }, { "where", TERM_WEAK }, { "dónde", TERM_WEAK },
        { "adonde", TERM_WEAK }, { "언제", TERM_WEAK },   { "오늘은", TERM_WEAK },  { "2026", TERM_WEAK },   { "です", TERM_WEAK },
        { "parking", TERM_FULL }, { "sin", TERM_FULL },   { "주차", TERM_FULL },    { "빵", TERM_FULL },     { "車", TERM_FULL },
    };
    for (size_t i = 0; i < COUNT(WORDS); i++) {
        struct terms terms = { 0 };
        terms_cut(WORDS[i].word, strlen(WORDS[i].word), 100, &terms);
        assert_int_equal(terms.word_count, 1);
        if (terms.words[0].kind != WORDS[i].kind)
            fail_msg("%s is of kind %d", WORDS[i].word, terms.words[0].kind);
        terms_release(&terms);
    }
}

/* Every unit of every word is covered by some term. */
static void check_covered(const struct terms *terms)
{
    for (size_t i = 0; i < terms->word_count; i++) {
        uint32_t covered = 0;
        for (size_t k = terms->words[i].first; k < terms->words[i].first + terms->words[i].count; k++) {
            assert_int_equal(terms->terms[k].word, i);
            covered |= terms->terms[k].covers;
        }
        assert_int_equal(covered, terms->words[i].units);
    }
}

static void test_long_words_are_cut_and_counted(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct terms terms = { 0 };
    for (int i = 0; i < 100; i++)
        buf_add_text(&text, "빵");
    buf_add_char(&text, ' ');
    for (int i = 0; i < 100; i++)
        buf_add_char(&text, (char)('a' + i % 26));
    terms_cut(buf_text(&text), text.len, 100, &terms);
    assert_int_equal(terms.word_count, 8); /* 32 + 32 + 32 + 4 characters, twice */
    check_covered(&terms);
    terms_release(&terms);
    terms_cut(buf_text(&text), text.len, 3, &terms);
    assert_int_equal(terms.word_count, 3);
    check_covered(&terms);
    terms_release(&terms);
    buf_release(&text);
}

struct seen {
    struct buf text;
};

static void see(void *context, const struct terms *terms, const char *typed, size_t len)
{
    struct seen *seen = context;
    buf_addf(&seen->text, "[%.*s=%s]", (int)len, typed, buf_text(&terms->text));
}

static void test_a_list_is_cut_at_its_commas(void **state)
{
    (void)state;
    struct seen seen = { { 0 } };
    terms_cut_list("car park, , Wi-Fi,,  주차장은 ,!", 100, see, &seen);
    assert_string_equal(buf_text(&seen.text), "[car park=car park][Wi-Fi=wifi][주차장은 =주차 차장]");
    buf_clear(&seen.text);
    terms_cut_list(NULL, 100, see, &seen);
    terms_cut_list("", 100, see, &seen);
    assert_int_equal(seen.text.len, 0);
    buf_release(&seen.text);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(test_forms_of_a_latin_word_have_one_term),
        cmocka_unit_test(test_short_words_and_others_are_left_alone),
        cmocka_unit_test(test_korean_words_lose_particles_and_endings),
        cmocka_unit_test(test_scripts_without_spaces_are_cut_into_pairs),
        cmocka_unit_test(test_words_say_much_little_or_nothing),
        cmocka_unit_test(test_long_words_are_cut_and_counted),
        cmocka_unit_test(test_a_list_is_cut_at_its_commas),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
