/*
 * test_local: the owner's clock: what is typed, what is shown, and the days on which clocks are changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "ctl/local.h"

static const int64_t HOUR = 3600 * 1000;
static const int64_t MAY_12 = INT64_C(1778551200000); /* 2026-05-12T02:00:00Z */

static const struct zone *zone(void **state, const char *name)
{
    zones_close(*state);
    *state = zones_open_one(name);
    assert_non_null(zones_find(*state, name));
    return zones_find(*state, name);
}

static int tear_down(void **state)
{
    zones_close(*state);
    return 0;
}

static void one_moment_reads_differently_in_each_zone(void **state)
{
    static const struct {
        const char *zone, *shown, *iso, *day;
    } cases[] = {
        { "UTC", "2026-05-12 02:00:00", "2026-05-12T02:00:00.007+00:00", "2026-05-12" },
        { "Asia/Seoul", "2026-05-12 11:00:00", "2026-05-12T11:00:00.007+09:00", "2026-05-12" },
        { "America/Los_Angeles", "2026-05-11 19:00:00", "2026-05-11T19:00:00.007-07:00", "2026-05-11" },
        { "America/St_Johns", "2026-05-11 23:30:00", "2026-05-11T23:30:00.007-02:30", "2026-05-11" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct zone *here = zone(state, cases[i].zone);
        struct buf text = { 0 };
        char day[LOCAL_DAY_LEN];

        local_format(here, MAY_12 + 7, &text);
        assert_string_equal(buf_text(&text), cases[i].shown);
        buf_clear(&text);
        local_format_iso(here, MAY_12 + 7, &text);
        assert_string_equal(buf_text(&text), cases[i].iso);
        local_day(here, MAY_12 + 7, day);
        assert_string_equal(day, cases[i].day);
        buf_release(&text);
    }
}

static void assert_typed(const struct zone *zone, const char *text, int64_t now, const char *expected)
{
    struct buf iso = { 0 };
    int64_t at = 0;

    assert_int_equal(local_parse(zone, text, now, &at), 0);
    local_format_iso(zone, at, &iso);
    assert_string_equal(buf_text(&iso), expected);
    buf_release(&iso);
}

static void what_is_typed_is_meant_in_the_zone(void **state)
{
    const struct zone *seoul = zone(state, "Asia/Seoul");

    assert_typed(seoul, "2026-05-12", MAY_12, "2026-05-12T00:00:00.000+09:00");
    assert_typed(seoul, "2026-05-12 14:30", MAY_12, "2026-05-12T14:30:00.000+09:00");
    assert_typed(seoul, "2026-05-12T14:30:05", MAY_12, "2026-05-12T14:30:05.000+09:00");
    assert_typed(seoul, "today", MAY_12, "2026-05-12T00:00:00.000+09:00");
    assert_typed(seoul, "yesterday", MAY_12, "2026-05-11T00:00:00.000+09:00");
    assert_typed(seoul, "2 hours", MAY_12, "2026-05-12T09:00:00.000+09:00");
    assert_typed(zone(state, "America/Los_Angeles"), "today", MAY_12, "2026-05-11T00:00:00.000-07:00");
}

/* Of our own CSV and JSON, and of another program's. */
static void what_is_shown_can_be_typed_again(void **state)
{
    const struct zone *seoul = zone(state, "Asia/Seoul");

    assert_typed(seoul, "2026-05-12T11:00:00.007+09:00", MAY_12, "2026-05-12T11:00:00.007+09:00");
    assert_typed(seoul, "2026-05-11T23:30:00.5-02:30", MAY_12, "2026-05-12T11:00:00.500+09:00");
    assert_typed(seoul, "2026-05-12T02:00:00Z", MAY_12, "2026-05-12T11:00:00.000+09:00");
    assert_typed(seoul, "2026-05-12 02:00Z", MAY_12, "2026-05-12T11:00:00.000+09:00");
    assert_typed(seoul, "1778551200007", MAY_12, "2026-05-12T11:00:00.007+09:00");
    assert_typed(seoul, "now", MAY_12 + 7, "2026-05-12T11:00:00.007+09:00");
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const wrong[] = { "", "soon", "2026-02-29", "2026-13-01", "2026-05-12 25:00", "2026-05-12x", "1969-05-12",
                                         "-2 hours", "2026-05-12 14:30:05 UTC", "2026-05-12Z", "2026-05-12T02:00:00+9",
                                         "2026-05-12T02:00:00+09:00x", "2026-05-12T02:00:00+24:00", "2026-05-12T02:00:00.Z", "30",
                                         "1778551200", "17785512000070", "1778551200007x" };
    int64_t at;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(local_parse(NULL, wrong[i], MAY_12, &at), -1);
}

/* In Berlin 2026-03-29 has 23 hours and 2026-10-25 has 25; in Santiago 2026-09-06 begins at 01:00. */
static void days_on_which_clocks_change_begin_where_they_do(void **state)
{
    const struct zone *berlin = zone(state, "Europe/Berlin");
    int64_t at, next;

    assert_typed(berlin, "2026-03-29 02:30", MAY_12, "2026-03-29T03:00:00.000+02:00");
    assert_typed(berlin, "2026-10-25 02:30", MAY_12, "2026-10-25T02:30:00.000+02:00");
    assert_int_equal(local_parse(berlin, "2026-03-29", MAY_12, &at), 0);
    assert_int_equal(local_parse(berlin, "2026-03-30", MAY_12, &next), 0);
    assert_int_equal(next - at, 23 * HOUR);
    assert_int_equal(local_midnight(berlin, next - 1, 0), at);
    assert_int_equal(local_midnight(berlin, next, -1), at);
    assert_int_equal(local_parse(berlin, "2026-10-25", MAY_12, &at), 0);
    assert_int_equal(local_midnight(berlin, at + 25 * HOUR - 1, 0), at);
    assert_int_equal(local_midnight(berlin, at + 25 * HOUR, 0), at + 25 * HOUR);
    assert_typed(zone(state, "America/Santiago"), "2026-09-06", MAY_12, "2026-09-06T01:00:00.000-03:00");
}

/* Without rules there is no business whose zone it could be. */
static void without_a_zone_the_machine_tells(void **state)
{
    struct buf text = { 0 };

    (void)state;
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    local_format_iso(NULL, MAY_12, &text);
    assert_string_equal(buf_text(&text), "2026-05-12T11:00:00.000+09:00");
    assert_typed(NULL, "today", MAY_12, "2026-05-12T00:00:00.000+09:00");
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_moment_reads_differently_in_each_zone, tear_down),
        cmocka_unit_test_teardown(what_is_typed_is_meant_in_the_zone, tear_down),
        cmocka_unit_test_teardown(what_is_shown_can_be_typed_again, tear_down),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test_teardown(days_on_which_clocks_change_begin_where_they_do, tear_down),
        cmocka_unit_test(without_a_zone_the_machine_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
