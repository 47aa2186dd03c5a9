/*
 * language: one form for each of the many ways to write a language.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/language.h"

static void test_canonical_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tag; /* "": it is none */
    } ROWS[] = {
        { "ko", "ko" },
        { "KO", "ko" },
        { "ko_KR", "ko-KR" },
        { "PT-br", "pt-BR" },
        { "zh_hANT_tw", "zh-Hant-TW" },
        { "es-419", "es-419" },
        { "fil", "fil" },
        { "de-1996", "de-1996" },
        { "sl-ROZAJ", "sl-rozaj" },
        { "", "" },
        { "k", "" },
        { "Korean", "" },
        { "ko-", "" },
        { "ko--KR", "" },
        { "ko KR", "" },
        { "ko-toolonga1", "" },
        { "12", "" },
        { "ko\xed", "" },
        { "en-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefg", "" }, /* 65 bytes */
        { "en-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdef",
          "en-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdef" },
    };
    char tag[LANGUAGE_TAG_MAX];
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        bool is_tag = language_canonical(ROWS[i].text, tag);
        if (is_tag != (ROWS[i].tag[0] != '\0') || strcmp(tag, ROWS[i].tag) != 0)
            fail_msg("%s: %s", ROWS[i].text, tag);
    }
    assert_false(language_canonical(NULL, tag));
    assert_string_equal(tag, "");
}

static void test_the_language_alone(void **state)
{
    (void)state;
    assert_int_equal(language_length("pt-BR"), 2);
    assert_int_equal(language_length("fil"), 3);
    assert_int_equal(language_length(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_forms),
        cmocka_unit_test(test_the_language_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
