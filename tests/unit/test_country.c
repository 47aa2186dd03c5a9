/*
 * country: by the longest calling code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/country.h"

static void test_numbers(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = {
        { "+821012345678", "KR" },
        { "+82 10-1234-5678", "KR" },
        { "00821012345678", "KR" },
        { "+12125550123", "US" },
        { "+14165550123", "CA" },
        { "+18095550123", "DO" },
        { "+1", "" },
        { "+79161234567", "RU" },
        { "+77011234567", "KZ" },
        { "+34600111222", "ES" },
        { "+3530851234567", "IE" },
        { "+447700900123", "GB" },
        { "+9981234567", "UZ" },
        { "+2001234567", "EG" },
        { "+6590001234", "SG" },
        { "+9991234567", "" }, /* of no country */
        { "+829999", "" },     /* too short to be a number */
        { "01012345678", "" }, /* of some country, but which? */
        { "821012345678", "" },
        { "", "" },
        { "+", "" },
        { "ana", "" },
        { "00", "" },
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (strcmp(country_of_phone(ROWS[i][0]), ROWS[i][1]) != 0)
            fail_msg("%s: '%s', not '%s'", ROWS[i][0], country_of_phone(ROWS[i][0]), ROWS[i][1]);
}

/* The table is searched by halves, so each code must be found under its own digits. */
static void test_every_code_is_found(void **state)
{
    static const char *const SOME[][2] = {
        { "7", "RU" },    { "20", "EG" },   { "27", "ZA" },   { "290", "SH" },  { "33", "FR" },
        { "39", "IT" },   { "44", "GB" },   { "49", "DE" },   { "52", "MX" },   { "55", "BR" },
        { "61", "AU" },   { "66", "TH" },   { "81", "JP" },   { "84", "VN" },   { "852", "HK" },
        { "86", "CN" },   { "886", "TW" },  { "91", "IN" },   { "971", "AE" },  { "998", "UZ" },
        { "1204", "CA" }, { "1242", "BS" }, { "1939", "PR" }, { "1876", "JM" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof SOME / sizeof SOME[0]; i++) {
        char phone[24] = "+";
        strncat(phone, SOME[i][0], 5);
        strncat(phone, "2000000", 8);
        assert_string_equal(country_of_phone(phone), SOME[i][1]);
    }
}

static void test_calling_codes_lead_back_to_their_country(void **state)
{
    static const char *const ROWS[][2] = {
        { "KR", "82" }, { "ES", "34" }, { "US", "1" }, { "CA", "1" },    { "DO", "1" },
        { "RU", "7" },  { "KZ", "7" },  { "GB", "44" }, { "UZ", "998" }, { "SH", "247" },
        { "", "" },     { "XX", "" },   { "kr", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        assert_string_equal(country_calling_code(ROWS[i][0]), ROWS[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calling_codes_lead_back_to_their_country),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_every_code_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
