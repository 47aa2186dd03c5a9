/*
 * when: local times as typed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/when.h"

static struct zones *zones;

/* In Berlin, from Wednesday, 29 April 2026, 15:30. */
static int parse(const char *text, struct buf *out)
{
    const struct zone *zone = zones_find(zones, "Europe/Berlin");
    const struct zone_time base = { .year = 2026, .month = 4, .day = 29, .hour = 15, .minute = 30 };
    struct zone_time local;
    struct error error = { 0 };
    int64_t at;
    if (when_parse(text, zone, zone_moment(zone, &base), &at, &error) != 0) {
        assert_non_null(strstr(error.text, text));
        return -1;
    }
    assert_string_equal(error.text, "");
    zone_local(zone, at, &local);
    buf_clear(out);
    buf_addf(out, "%s %04d-%02d-%02d %02d:%02d:%02d", when_weekdays[local.weekday], local.year, local.month,
             local.day, local.hour, local.minute, local.second);
    return 0;
}

static void test_what_is_understood(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = {
        { "2026-05-12 18:00", "tue 2026-05-12 18:00:00" },
        { "2026-05-12", "tue 2026-05-12 12:00:00" },
        { "2024-02-29 00:00", "thu 2024-02-29 00:00:00" },
        { "sat 23:30", "sat 2026-05-02 23:30:00" }, /* in the next month */
        { "SUNDAY", "sun 2026-05-03 12:00:00" },
        { "wed 09:05", "wed 2026-04-29 09:05:00" }, /* today, though it is past */
        { "tue", "tue 2026-05-05 12:00:00" },
        { "23:59", "wed 2026-04-29 23:59:00" },
        { "2026-03-29 02:30", "sun 2026-03-29 03:00:00" }, /* left out by the clock */
    };
    struct buf out = { 0 };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        assert_int_equal(parse(ROWS[i][0], &out), 0);
        assert_string_equal(buf_text(&out), ROWS[i][1]);
    }
    buf_release(&out);
}

static void test_what_is_not(void **state)
{
    (void)state;
    static const char *const ROWS[] = {
        "",
        "noon",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-05-1",
        "24:00",
        "12:60",
        "9:00",
        "sat 9",
        "satu",
        "sat23:30",
        "12:00 sat",
        "2026-05-12T18:00",
        "2026-05-12 18:00:00",
        "2026-05-12 ago",
        " 12:00",
        "sat sun",
        "1969-12-31",
        "20260512",
    };
    struct buf out = { 0 };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (parse(ROWS[i], &out) == 0)
            fail_msg("'%s' was taken as %s", ROWS[i], buf_text(&out));
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_understood),
        cmocka_unit_test(test_what_is_not),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
