/*
 * zone: local times that history (and `date`) know, the rule line, and files that are not sound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/calendar.h"
#include "base/zone.h"
#include "base/zone_file.h"
#include "base/zone_rule.h"

static int open_zones(void **state)
{
    *state = zones_open(NULL);
    return 0;
}

static int close_zones(void **state)
{
    zones_close(*state);
    return 0;
}

static void test_names(void **state)
{
    static const char *const BAD[] = {
        "",
        "asia/seoul",
        "Asia/Seoul ",
        "Asia",
        "/etc/passwd",
        "../zoneinfo/Asia/Seoul",
        "posix/Asia/Seoul",
        "right/UTC",
        "localtime",
        "tzdata.zi",
    };
    static const char *const GOOD[] = { "Asia/Seoul", "ROK", "UTC", "Etc/GMT+10", "America/Port-au-Prince" };

    assert_in_range(zones_count(*state), 400, 2000);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (zones_find(*state, BAD[i]) != NULL)
            fail_msg("found: %s", BAD[i]);
    assert_null(zones_find(*state, NULL));
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        const struct zone *zone = zones_find(*state, GOOD[i]);
        assert_non_null(zone);
        assert_string_equal(zone_name(zone), GOOD[i]);
    }
}

static void test_without_tzdata(void **state)
{
    struct zones *zones = zones_open("/nonexistent");
    struct zone_time local;

    (void)state;
    assert_int_equal(zones_count(zones), 1);
    assert_null(zones_find(zones, "Asia/Seoul"));
    zone_local(zones_find(zones, "UTC"), 951782400000, &local);
    assert_int_equal(local.year, 2000);
    assert_int_equal(local.month, 2);
    assert_int_equal(local.day, 29);
    assert_string_equal(local.abbreviation, "UTC");
    zones_close(zones);
    zones_close(NULL);
}

static void test_local(void **state)
{
    /* As `TZ=… date -d @… '+%F %T %w %j %z %Z'` says, the offset in seconds. */
    static const struct {
        const char *zone;
        int64_t at;
        const char *local;
    } CASES[] = {
        { "UTC", 0, "1970-01-01 00:00:00 4 001 0 UTC" },
        { "Asia/Seoul", 0, "1970-01-01 09:00:00 4 001 32400 KST" },
        { "Asia/Seoul", 1747042200, "2025-05-12 18:30:00 1 132 32400 KST" },
        { "Asia/Seoul", 583725600, "1988-07-01 12:00:00 5 183 36000 KDT" },
        { "Asia/Seoul", 2856000000, "2060-07-02 22:20:00 5 184 32400 KST" },
        { "Asia/Seoul", -2524521600, "1890-01-01 08:27:52 3 001 30472 LMT" },
        { "America/New_York", 1741503599, "2025-03-09 01:59:59 0 068 -18000 EST" },
        { "America/New_York", 1741503600, "2025-03-09 03:00:00 0 068 -14400 EDT" },
        { "America/New_York", 1762063199, "2025-11-02 01:59:59 0 306 -14400 EDT" },
        { "America/New_York", 1762063200, "2025-11-02 01:00:00 0 306 -18000 EST" },
        { "America/New_York", 2856000000, "2060-07-02 09:20:00 5 184 -14400 EDT" },
        { "America/New_York", 2846473199, "2060-03-14 01:59:59 0 074 -18000 EST" },
        { "America/New_York", 2846473200, "2060-03-14 03:00:00 0 074 -14400 EDT" },
        { "America/New_York", -1, "1969-12-31 18:59:59 3 365 -18000 EST" },
        { "Australia/Lord_Howe", 1747042200, "2025-05-12 20:00:00 1 132 37800 +1030" },
        { "Australia/Lord_Howe", 1741503599, "2025-03-09 17:59:59 0 068 39600 +11" },
        { "Australia/Lord_Howe", 2841354000, "2060-01-15 12:00:00 4 015 39600 +11" },
        { "Europe/Dublin", 2856000000, "2060-07-02 14:20:00 5 184 3600 IST" },
        { "Europe/Dublin", 1741503600, "2025-03-09 07:00:00 0 068 0 GMT" },
        { "Asia/Kathmandu", 1747042200, "2025-05-12 15:15:00 1 132 20700 +0545" },
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[100];
        struct zone_time local;

        zone_local(zones_find(*state, CASES[i].zone), CASES[i].at * 1000, &local);
        snprintf(text, sizeof text, "%d-%02d-%02d %02d:%02d:%02d %d %03d %d %s", local.year, local.month,
                 local.day, local.hour, local.minute, local.second, local.weekday, local.yearday + 1,
                 local.offset_seconds, local.abbreviation);
        if (strcmp(text, CASES[i].local) != 0)
            fail_msg("%s at %lld: %s", CASES[i].zone, (long long)CASES[i].at, text);
    }
}

static void test_milliseconds_round_down(void **state)
{
    struct zone_time local;

    zone_local(zones_find(*state, "UTC"), -1, &local);
    assert_int_equal(local.year, 1969);
    assert_int_equal(local.second, 59);
    zone_local(zones_find(*state, "UTC"), 999, &local);
    assert_int_equal(local.second, 0);
}

static void test_moment(void **state)
{
    static const struct {
        const char *what;
        const char *zone;
        int year, month, day, hour, minute;
        int64_t at;
    } CASES[] = {
        { "plain", "Asia/Seoul", 2026, 5, 12, 18, 30, 1778578200 },
        { "before the gap", "America/New_York", 2025, 3, 9, 1, 59, 1741503540 },
        { "the gap's first minute", "America/New_York", 2025, 3, 9, 2, 0, 1741503600 },
        { "inside the gap", "America/New_York", 2025, 3, 9, 2, 59, 1741503600 },
        { "after the gap", "America/New_York", 2025, 3, 9, 3, 0, 1741503600 },
        { "before the overlap", "America/New_York", 2025, 11, 2, 0, 59, 1762059540 },
        { "in the overlap", "America/New_York", 2025, 11, 2, 1, 30, 1762061400 },
        { "after the overlap", "America/New_York", 2025, 11, 2, 2, 0, 1762066800 },
        { "by the rule line", "America/New_York", 2060, 7, 4, 12, 0, 2856182400 },
        { "a gap by the rule line", "America/New_York", 2060, 3, 14, 2, 30, 2846473200 },
        { "a gap of half an hour", "Australia/Lord_Howe", 2025, 10, 5, 2, 15, 1759591800 },
        { "after it", "Australia/Lord_Howe", 2025, 10, 5, 2, 30, 1759591800 },
        { "an overlap of half an hour", "Australia/Lord_Howe", 2025, 4, 6, 1, 45, 1743864300 },
        { "a day that never was", "Pacific/Apia", 2011, 12, 30, 12, 0, 1325239200 },
        { "the minute before it", "Pacific/Apia", 2011, 12, 29, 23, 59, 1325239140 },
        { "hour 24", "Asia/Seoul", 2026, 5, 11, 24, 0, 1778511600 },
        { "day 0", "Asia/Seoul", 2026, 6, 0, 0, 0, 1780153200 },
        { "month 13", "UTC", 2025, 13, 1, 0, 0, 1767225600 },
        { "30 February", "UTC", 2024, 2, 30, 0, 0, 1709251200 },
        { "a minute before midnight, from the next day", "UTC", 2024, 3, 1, 0, -1, 1709251140 },
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct zone_time local = {
            .year = CASES[i].year,
            .month = CASES[i].month,
            .day = CASES[i].day,
            .hour = CASES[i].hour,
            .minute = CASES[i].minute,
        };
        int64_t at = zone_moment(zones_find(*state, CASES[i].zone), &local);
        if (at != CASES[i].at * 1000)
            fail_msg("%s: %lld", CASES[i].what, (long long)at);
    }
}

/* Except in an overlap's second half, a moment's local time leads back to the moment. */
static void test_there_and_back(void **state)
{
    static const char *const ZONES[] = {
        "America/New_York",  "Australia/Lord_Howe", "Europe/Dublin",    "Pacific/Apia",
        "Africa/Casablanca", "Asia/Tehran",         "Antarctica/Troll",
    };

    for (size_t i = 0; i < sizeof ZONES / sizeof ZONES[0]; i++) {
        const struct zone *zone = zones_find(*state, ZONES[i]);

        for (int64_t at = -2000000000; at < 4000000000; at += 1799 * 31) {
            struct zone_time local, again;

            zone_local(zone, at * 1000, &local);
            int64_t back = zone_moment(zone, &local) / 1000;
            zone_local(zone, back * 1000, &again);
            bool is_same_wall = again.day == local.day && again.hour == local.hour &&
                                again.minute == local.minute && again.second == local.second;
            if (back > at || at - back > 86400 || !is_same_wall)
                fail_msg("%s: %lld comes back as %lld", ZONES[i], (long long)at, (long long)back);
            if (back != at)
                assert_int_equal(at - back, again.offset_seconds - local.offset_seconds);
        }
    }
}

static void test_far_years_end(void **state)
{
    const struct zone *zone = zones_find(*state, "America/New_York");
    struct zone_time local = { .year = INT32_MAX, .month = INT32_MAX, .day = INT32_MAX };
    struct zone_time out;

    assert_true(zone_moment(zone, &local) > (int64_t)9000000000000000000);
    local.year = local.month = local.day = INT32_MIN;
    assert_true(zone_moment(zone, &local) < (int64_t)-9000000000000000000);
    zone_local(zone, INT64_MAX, &out);
    zone_local(zone, INT64_MIN, &out);
}

/* Each begin and end is in seconds after the first second, UTC, of the given year. */
static void test_rules(void **state)
{
    static const struct {
        const char *text;
        int64_t year, begin_day, begin_second, end_day, end_second;
    } CASES[] = {
        { "EST5EDT,M3.2.0,M11.1.0", 2060, 73, 7 * 3600, 311, 6 * 3600 },
        { "EST5EDT4,M3.2.0/2,M11.1.0/2:00:00", 2060, 73, 7 * 3600, 311, 6 * 3600 },
        { "AAA0BBB,J60/0,J300", 2023, 59, 0, 299, 3600 },
        { "AAA0BBB,J60/0,J300", 2024, 60, 0, 300, 3600 },
        { "AAA0BBB,59/0,299", 2024, 59, 0, 299, 3600 },
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2025, 88, 3600, 298, 3600 },
        { "IST-2IDT,M3.4.4/26,M10.5.0", 2025, 86, 0, 297, 23 * 3600 },
        { "CET-1CEST,M3.5.0,M10.5.0/3", 2026, 87, 3600, 297, 3600 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct zone_rule rule;
        struct zone_span span;
        int64_t first_day = calendar_day(CASES[i].year, 1, 1);

        assert_int_equal(zone_rule_parse(CASES[i].text, &rule), 0);
        zone_rule_span(&rule, (first_day + 200) * 86400, &span);
        assert_ptr_equal(span.type, &rule.summer);
        if (span.start != (first_day + CASES[i].begin_day) * 86400 + CASES[i].begin_second)
            fail_msg("%s begins at %lld", CASES[i].text, (long long)(span.start - first_day * 86400));
        if (span.end != (first_day + CASES[i].end_day) * 86400 + CASES[i].end_second)
            fail_msg("%s ends at %lld", CASES[i].text, (long long)(span.end - first_day * 86400));
    }
}

static void test_summer_without_end(void **state)
{
    struct zone_rule rule;
    struct zone_span span;

    (void)state;
    assert_int_equal(zone_rule_parse("XXX3EDT4,0/0,J365/23", &rule), 0);
    for (int64_t day = 0; day < 800; day++) {
        for (int64_t hour = 0; hour < 24; hour++) {
            zone_rule_span(&rule, calendar_day(2039, 12, 30) * 86400 + day * 86400 + hour * 3600, &span);
            assert_string_equal(span.type->abbreviation, "EDT");
        }
    }
}

static void test_bad_rules(void **state)
{
    static const char *const CASES[] = {
        "",
        "UT0",
        "UTC",
        "5",
        "UTC25",
        "UTC0 ",
        "<UTC0",
        "<>0",
        "ABCDEFGH0",
        "UTC0:60",
        "UTC0:",
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J9",
        "EST5EDT,J366,J9",
        "EST5EDT,366,9",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0x",
        "EST5EDT,M3.2,M11.1.0",
        "EST99999999999999999999",
        "EST5EDT,Jx,J9",
        "EST5EDT,x,9",
    };
    struct zone_rule rule;

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        if (zone_rule_parse(CASES[i], &rule) != -1)
            fail_msg("taken: %s", CASES[i]);
}

/* A version 2 file with two types and one moment, the first body empty but for what must be there. */
static const unsigned char SMALL_FILE[] = "TZif2"
                                          "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                          "\0\0\0\0"
                                          "\0\0\0\0"
                                          "\0\0\0\0"
                                          "\0\0\0\0"
                                          "\0\0\0\1"
                                          "\0\0\0\4"
                                          "\0\0\0\0"
                                          "\0"
                                          "\0"
                                          "AAA\0"
                                          "TZif2"
                                          "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                          "\0\0\0\0"
                                          "\0\0\0\0"
                                          "\0\0\0\0"
                                          "\0\0\0\1"
                                          "\0\0\0\2"
                                          "\0\0\0\10"
                                          "\0\0\0\0\0\0\x10\0"
                                          "\1"
                                          "\0\0\0\0"
                                          "\0"
                                          "\0"
                                          "\0\0\x0E\x10"
                                          "\0"
                                          "\4"
                                          "AAA\0BBB\0"
                                          "\nCCC-2\n";

enum {
    SMALL_SIZE = sizeof SMALL_FILE - 1,
    AT_BODY = 44 + 10 + 44, /* of the second one */
    AT_COUNTS = 44 + 10 + 20,
};

static void test_small_file(void **state)
{
    struct zone_file file;
    struct zone_span span;

    (void)state;
    assert_int_equal(zone_file_parse(SMALL_FILE, SMALL_SIZE, &file), 0);
    zone_file_span(&file, 4095, &span);
    assert_string_equal(span.type->abbreviation, "AAA");
    assert_int_equal(span.end, 4096);
    zone_file_span(&file, 4096, &span);
    assert_string_equal(span.type->abbreviation, "CCC");
    assert_int_equal(span.type->offset_seconds, 7200);
    assert_int_equal(span.start, 4096);
    assert_true(span.end == INT64_MAX);
    zone_file_release(&file);
}

static void test_small_file_cut_anywhere(void **state)
{
    (void)state;
    for (size_t len = 0; len < SMALL_SIZE; len++) {
        unsigned char *bytes = (unsigned char *)alloc_bytes((const char *)SMALL_FILE, len);
        struct zone_file file;

        if (zone_file_parse(bytes, len, &file) != -1)
            fail_msg("taken: the first %zu bytes", len);
        free(bytes);
    }
}

static void test_unsound_files(void **state)
{
    static const struct {
        const char *what;
        size_t at;
        unsigned char byte;
    } CASES[] = {
        { "no TZif", 0, 't' },
        { "more moments than bytes", AT_COUNTS + 12, 0xFF },
        { "one moment too many", AT_COUNTS + 15, 2 },
        { "no type", AT_COUNTS + 19, 0 },
        { "leap seconds", AT_COUNTS + 11, 1 },
        { "no letters", AT_COUNTS + 23, 0 },
        { "a moment of a type that is not there", AT_BODY + 8, 2 },
        { "a day's offset", AT_BODY + 9, 1 },
        { "a name behind the letters", AT_BODY + 9 + 5, 8 },
        { "a rule that is none", SMALL_SIZE - 2, 'x' },
        { "no line break before the rule", SMALL_SIZE - 7, 'x' },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        unsigned char bytes[SMALL_SIZE];
        struct zone_file file;

        memcpy(bytes, SMALL_FILE, SMALL_SIZE);
        bytes[CASES[i].at] = CASES[i].byte;
        if (zone_file_parse(bytes, SMALL_SIZE, &file) != -1)
            fail_msg("taken: %s", CASES[i].what);
    }
}

static void test_calendar(void **state)
{
    static const struct {
        int64_t number, year;
        int month, day, weekday;
    } CASES[] = {
        { 0, 1970, 1, 1, 4 },      { -1, 1969, 12, 31, 3 },    { 11016, 2000, 2, 29, 2 },
        { 11017, 2000, 3, 1, 3 },  { -25509, 1900, 2, 28, 3 }, { -25508, 1900, 3, 1, 4 },
        { 47540, 2100, 2, 28, 0 }, { 47541, 2100, 3, 1, 1 },   { -719468, 0, 3, 1, 3 },
        { -719469, 0, 2, 29, 2 },  { 20585, 2026, 5, 12, 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t year;
        int month, day;

        assert_int_equal(calendar_day(CASES[i].year, CASES[i].month, CASES[i].day), CASES[i].number);
        calendar_date(CASES[i].number, &year, &month, &day);
        assert_int_equal(year, CASES[i].year);
        assert_int_equal(month, CASES[i].month);
        assert_int_equal(day, CASES[i].day);
        assert_int_equal(calendar_weekday(CASES[i].number), CASES[i].weekday);
    }
    assert_int_equal(calendar_day(2025, 0, 1), calendar_day(2024, 12, 1));
    assert_int_equal(calendar_day(2025, -11, 1), calendar_day(2024, 1, 1));
    assert_int_equal(calendar_month_days(2024, 2), 29);
    assert_int_equal(calendar_month_days(2100, 2), 28);
    assert_int_equal(calendar_month_days(2025, 12), 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_without_tzdata),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_milliseconds_round_down),
        cmocka_unit_test(test_moment),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_far_years_end),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_summer_without_end),
        cmocka_unit_test(test_bad_rules),
        cmocka_unit_test(test_small_file),
        cmocka_unit_test(test_small_file_cut_anywhere),
        cmocka_unit_test(test_unsound_files),
        cmocka_unit_test(test_calendar),
    };

    return cmocka_run_group_tests(tests, open_zones, close_zones);
}
