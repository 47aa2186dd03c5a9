/*
 * clock: times and durations as text, and that the monotonic clock does not go back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static void test_utc(void **state)
{
    /* As `date -u -d @…` says. */
    static const struct {
        int64_t ms;
        const char *text;
    } CASES[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { 1778578200123, "2026-05-12T09:30:00.123Z" },
        { 951827696000, "2000-02-29T12:34:56.000Z" },
        { 4107542399999, "2100-02-28T23:59:59.999Z" },
        { 253402300800000, "10000-01-01T00:00:00.000Z" },
        { INT64_MAX, "292278994-08-17T07:12:55.807Z" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf out = { 0 };

        clock_format_utc(CASES[i].ms, &out);
        assert_string_equal(buf_text(&out), CASES[i].text);
        buf_release(&out);
    }
}

static void test_parse_duration(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } CASES[] = {
        { "30 minutes", 1800000 },
        { "2 seconds", 2000 },
        { "1 hour", 3600000 },
        { "90s", 90000 },
        { "7d", 604800000 },
        { "500 ms", 500 },
        { "1 Week", 604800000 },
        { "5 min", 300000 },
        { "5 mins", 300000 },
        { "5m", 300000 },
        { "3 hrs", 10800000 },
        { " 1\tday ", 86400000 },
        { "0 s", 0 },
        { "007 s", 7000 },
        { "3653 days", 315619200000 },
        { "3654 days", -1 },
        { "315619200000 ms", 315619200000 },
        { "315619200001 ms", -1 },
        { "99999999999999999999 s", -1 },
        { "", -1 },
        { "30", -1 },
        { "minutes", -1 },
        { "-5 s", -1 },
        { "+5 s", -1 },
        { "1.5 hours", -1 },
        { "1 hour 30 minutes", -1 },
        { "5 months", -1 },
        { "5 mi", -1 },
        { "5 sx", -1 },
        { "5 s\n", -1 },
        { "0x5 s", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t ms = -1;
        int result = clock_parse_duration(CASES[i].text, &ms);

        if (ms != CASES[i].ms || result != (CASES[i].ms < 0 ? -1 : 0))
            fail_msg("%s gives %lld", CASES[i].text, (long long)ms);
    }
}

static void test_format_duration(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } CASES[] = {
        { 1800000, "30 minutes" }, { 90000, "90 seconds" },   { 86400000, "1 day" },
        { 172800000, "2 days" },   { 604800000, "1 week" },   { 3600000, "1 hour" },
        { 1000, "1 second" },      { 5400000, "90 minutes" }, { 1, "1 ms" },
        { 1500, "1500 ms" },       { 0, "0 seconds" },        { -60000, "-1 minute" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf out = { 0 };
        int64_t back;

        clock_format_duration(CASES[i].ms, &out);
        assert_string_equal(buf_text(&out), CASES[i].text);
        if (CASES[i].ms >= 0) {
            assert_int_equal(clock_parse_duration(buf_text(&out), &back), 0);
            assert_int_equal(back, CASES[i].ms);
        }
        buf_release(&out);
    }
}

static void test_clocks_run(void **state)
{
    int64_t before = clock_monotonic_ms();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic_ms();
        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_wall_ms() > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utc),
        cmocka_unit_test(test_parse_duration),
        cmocka_unit_test(test_format_duration),
        cmocka_unit_test(test_clocks_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
