/*
 * opening: tables of moments and texts in zones with every kind of clock change, the sentences about wrong
 * rows, and a year of moments in which a plain reading of the wall clock has to agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/zone.h"
#include "rules/opening.h"
#include "rules/ruleset.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct zones *zones;

/* `rows` are VALUES of opening, or whole statements when they begin with INSERT. */
static struct ruleset *make(const char *rows, struct error *error)
{
    struct rulefiles files = { 0 };
    struct buf text = { 0 };
    if (*rows != '\0' && strncmp(rows, "INSERT", 6) != 0)
        buf_addf(&text, "INSERT INTO opening (days, opens, closes) VALUES %s;", rows);
    else
        buf_add_text(&text, rows);
    rulefiles_add(&files, "a.sql", buf_text(&text));
    struct ruleset *ruleset = ruleset_new(&files, zones, error);
    rulefiles_release(&files);
    buf_release(&text);
    return ruleset;
}

static struct ruleset *make_good(const char *rows)
{
    struct error error = { 0 };
    struct ruleset *ruleset = make(rows, &error);
    if (ruleset == NULL)
        fail_msg("%s: %s", rows, error.text);
    return ruleset;
}

#define WEEK "('mon-fri', '09:00', '12:00'), ('mon-fri', '14:00', '18:00'), ('sat', '10:00', '14:00')"
#define BAR  "('tue-sat', '20:00', '00:30')"
#define XMAS                                                                                          \
    "INSERT INTO opening (days, opens, closes) VALUES ('daily', '09:00', '18:00');"                   \
    "INSERT INTO holiday (day, note, opens, closes) VALUES ('12-25', 'Christmas Day', NULL, NULL),\n" \
    "('2026-12-24', 'Christmas Eve', '10:00', '12:00'), ('2026-12-24', NULL, '13:00', '14:00'),\n"    \
    "('2026-12-28 – 2026-12-30', NULL, NULL, NULL), ('12-31 – 01-01', 'New Year', NULL, NULL),\n"     \
    "('2027-12-25', NULL, '10:00', '12:00');"

/* A local time is "2026-01-07 12:00", a moment in UTC ends in Z; `next` in UTC. */
static const struct {
    const char *what, *rows, *zone, *at;
    bool is_open;
    const char *change, *next_text, *hours;
} MOMENTS[] = {
    { "no rows", "", "Asia/Seoul", "2026-01-06T15:00Z", true, "never", "now", "around the clock" },
    /* Wednesday 7 January 2026; Seoul is at +9 */
    { "before the morning", WEEK, "Asia/Seoul", "2026-01-06T23:59Z", false, "2026-01-07T00:00Z",
      "today at 09:00", "from 09:00 to 12:00 and from 14:00 to 18:00" },
    { "the first minute", WEEK, "Asia/Seoul", "2026-01-07T00:00Z", true, "2026-01-07T03:00Z", "now",
      "from 09:00 to 12:00 and from 14:00 to 18:00" },
    { "the last minute", WEEK, "Asia/Seoul", "2026-01-07T02:59Z", true, "2026-01-07T03:00Z", "now",
      "from 09:00 to 12:00 and from 14:00 to 18:00" },
    { "noon", WEEK, "Asia/Seoul", "2026-01-07T03:00Z", false, "2026-01-07T05:00Z", "today at 14:00",
      "from 09:00 to 12:00 and from 14:00 to 18:00" },
    { "evening", WEEK, "Asia/Seoul", "2026-01-07T09:00Z", false, "2026-01-08T00:00Z", "tomorrow at 09:00",
      "from 09:00 to 12:00 and from 14:00 to 18:00" },
    { "Saturday evening", WEEK, "Asia/Seoul", "2026-01-10T06:00Z", false, "2026-01-12T00:00Z",
      "on Monday at 09:00", "from 10:00 to 14:00" },
    { "Sunday", WEEK, "Asia/Seoul", "2026-01-10T20:00Z", false, "2026-01-12T00:00Z", "tomorrow at 09:00",
      "not today, but tomorrow from 09:00 to 12:00 and from 14:00 to 18:00" },
    /* over midnight */
    { "before the bar opens", BAR, "Europe/Berlin", "2026-01-06T18:00Z", false, "2026-01-06T19:00Z",
      "today at 20:00", "from 20:00 to 00:30" },
    { "after midnight", BAR, "Europe/Berlin", "2026-01-06T23:10Z", true, "2026-01-06T23:30Z", "now",
      "until 00:30 and from 20:00 to 00:30" },
    { "the night to a closed day", BAR, "Europe/Berlin", "2026-01-10T23:10Z", true, "2026-01-10T23:30Z",
      "now", "until 00:30" },
    { "the closed day itself", BAR, "Europe/Berlin", "2026-01-10T23:30Z", false, "2026-01-13T19:00Z",
      "on Tuesday at 20:00", "not today, but on Tuesday from 20:00 to 00:30" },
    { "until midnight", "('fri', '20:00', '24:00')", "UTC", "2026-01-09T12:00Z", false, "2026-01-09T20:00Z",
      "today at 20:00", "from 20:00 to midnight" },
    { "00:00 is midnight too", "('fri', '20:00', '00:00')", "UTC", "2026-01-09T23:59Z", true,
      "2026-01-10T00:00Z", "now", "from 20:00 to midnight" },
    { "six days later is a weekday", "('fri', '20:00', '24:00')", "UTC", "2026-01-10T00:00Z", false,
      "2026-01-16T20:00Z", "on Friday at 20:00", "not today, but on Friday from 20:00 to midnight" },
    { "seven days are too far for a name", "('fri', '08:00', '09:00')", "UTC", "2026-01-09T09:00Z", false,
      "2026-01-16T08:00Z", "on 16 January at 08:00", "from 08:00 to 09:00" },
    { "two rows that touch at midnight", "('fri', '20:00', '24:00'), ('sat', '00:00', '02:00')", "UTC",
      "2026-01-09T23:00Z", true, "2026-01-10T02:00Z", "now", "from 20:00 to midnight" },
    { "two rows that touch", "('fri', '08:00', '12:00'), ('fri', '12:00', '17:00')", "UTC",
      "2026-01-09T09:00Z", true, "2026-01-09T17:00Z", "now", "from 08:00 to 17:00" },
    { "one day around the clock", "('fri', '00:00', '24:00')", "UTC", "2026-01-09T09:00Z", true,
      "2026-01-10T00:00Z", "now", "around the clock" },
    { "three intervals", "('fri', '15:00', '16:00'), ('fri', '11:00', '12:00'), ('fri', '8:00', '9:00')",
      "UTC", "2026-01-09T09:00Z", false, "2026-01-09T11:00Z", "today at 11:00",
      "from 08:00 to 09:00, from 11:00 to 12:00 and from 15:00 to 16:00" },
    /* holidays */
    { "a short day", XMAS, "UTC", "2026-12-24T12:00Z", false, "2026-12-24T13:00Z", "today at 13:00",
      "from 10:00 to 12:00 and from 13:00 to 14:00 (Christmas Eve)" },
    { "the day before a holiday", XMAS, "UTC", "2026-12-24T14:00Z", false, "2026-12-26T09:00Z",
      "on Saturday at 09:00", "from 10:00 to 12:00 and from 13:00 to 14:00 (Christmas Eve)" },
    { "a holiday", XMAS, "UTC", "2026-12-25T10:00Z", false, "2026-12-26T09:00Z", "tomorrow at 09:00",
      "not today (Christmas Day), but tomorrow from 09:00 to 18:00" },
    { "a range", XMAS, "UTC", "2026-12-27T18:00Z", false, "2027-01-02T09:00Z", "on Saturday at 09:00",
      "from 09:00 to 18:00" },
    { "a range over New Year", XMAS, "UTC", "2027-01-01T10:00Z", false, "2027-01-02T09:00Z",
      "tomorrow at 09:00", "not today (New Year), but tomorrow from 09:00 to 18:00" },
    { "every year", XMAS, "UTC", "2030-12-31T10:00Z", false, "2031-01-02T09:00Z", "on Thursday at 09:00",
      "not today (New Year), but on Thursday from 09:00 to 18:00" },
    { "a year's own day outranks every year's", XMAS, "UTC", "2027-12-25T10:30Z", true, "2027-12-25T12:00Z",
      "now", "from 10:00 to 12:00" },
    { "a night into a holiday goes on",
      "INSERT INTO opening (days, opens, closes) VALUES ('daily', '20:00', '02:00');"
      "INSERT INTO holiday (day) VALUES ('2026-05-05');",
      "UTC", "2026-05-05T01:00Z", true, "2026-05-05T02:00Z", "now", "until 02:00" },
    { "29 February", "INSERT INTO holiday (day, note) VALUES ('02-29', 'Leap day');", "UTC",
      "2028-02-29T12:00Z", false, "2028-03-01T00:00Z", "tomorrow at 00:00",
      "not today (Leap day), but tomorrow around the clock" },
    { "no 29 February", "INSERT INTO holiday (day, note) VALUES ('02-29', 'Leap day');", "UTC",
      "2027-03-01T12:00Z", true, "2028-02-29T00:00Z", "now", "around the clock" },
    { "closed for years",
      "INSERT INTO holiday (day) VALUES ('2026-01-01 – 2026-12-31'), ('2027-01-01 – 2027-12-31');", "UTC",
      "2026-01-01T00:00Z", false, "never", "later", "not today" },
    /* Berlin: 29 March 2026 02:00 → 03:00 (01:00Z); 25 October 03:00 → 02:00 (01:00Z) */
    { "opens inside the gap", "('sun', '02:30', '05:00')", "Europe/Berlin", "2026-03-29T00:59Z", false,
      "2026-03-29T01:00Z", "today at 03:00", "from 03:00 to 05:00" },
    { "closes inside the gap", "('sun', '01:00', '02:30')", "Europe/Berlin", "2026-03-29T00:30Z", true,
      "2026-03-29T01:00Z", "now", "from 01:00 to 03:00" },
    { "lies in the gap", "('sun', '02:10', '02:50')", "Europe/Berlin", "2026-03-29T00:59Z", false,
      "2026-04-05T00:10Z", "on 5 April at 02:10", "not today, but on 5 April from 02:10 to 02:50" },
    { "closes after the change", "('sat', '20:00', '04:00')", "Europe/Berlin", "2026-03-29T01:30Z", true,
      "2026-03-29T02:00Z", "now", "until 04:00" },
    { "a longer night", "('sat', '20:00', '04:00')", "Europe/Berlin", "2026-10-25T02:30Z", true,
      "2026-10-25T03:00Z", "now", "until 04:00" },
    { "closes in the doubled hour, the first time", "('sat', '20:00', '02:30')", "Europe/Berlin",
      "2026-10-25T00:29Z", true, "2026-10-25T00:30Z", "now", "until 02:30" },
    { "and stays closed the second", "('sat', '20:00', '02:30')", "Europe/Berlin", "2026-10-25T01:10Z",
      false, "2026-10-31T19:00Z", "on Saturday at 20:00", "not today, but on Saturday from 20:00 to 02:30" },
    { "opens in the doubled hour", "('sun', '02:30', '03:30')", "Europe/Berlin", "2026-10-25T00:30Z", true,
      "2026-10-25T02:30Z", "now", "from 02:30 to 03:30" },
    /* New York: 8 March 2026 07:00Z; 1 November 06:00Z */
    { "Saturday, tomorrow has 23 hours", "('sun', '09:00', '17:00')", "America/New_York",
      "2026-03-07T20:00Z", false, "2026-03-08T13:00Z", "tomorrow at 09:00",
      "not today, but tomorrow from 09:00 to 17:00" },
    { "Saturday, tomorrow has 25 hours", "('sun', '09:00', '17:00')", "America/New_York",
      "2026-10-31T20:00Z", false, "2026-11-01T14:00Z", "tomorrow at 09:00",
      "not today, but tomorrow from 09:00 to 17:00" },
    { "opens in the gap", "('sun', '02:00', '03:00'), ('mon', '02:00', '03:00')", "America/New_York",
      "2026-03-08T06:59Z", false, "2026-03-09T06:00Z", "tomorrow at 02:00",
      "not today, but tomorrow from 02:00 to 03:00" },
    /* Lord Howe: 4 October 2026 02:00 → 02:30 (3 Oct 15:30Z); 5 April 02:00 → 01:30 (4 Apr 15:00Z) */
    { "half an hour left out", "('sun', '02:15', '04:00')", "Australia/Lord_Howe", "2026-10-03T15:29Z", false,
      "2026-10-03T15:30Z", "today at 02:30", "from 02:30 to 04:00" },
    { "half an hour twice", "('sat', '20:00', '01:45')", "Australia/Lord_Howe", "2026-04-04T14:44Z", true,
      "2026-04-04T14:45Z", "now", "until 01:45" },
    { "the second half hour", "('sun', '01:45', '04:00')", "Australia/Lord_Howe", "2026-04-04T15:10Z", true,
      "2026-04-04T17:30Z", "now", "from 01:45 to 04:00" },
    /* Cairo leaves out midnight: 24 April 2026 00:00 → 01:00 (23 April 22:00Z) */
    { "midnight left out, closing", "('thu', '20:00', '24:00')", "Africa/Cairo", "2026-04-23T20:00Z", true,
      "2026-04-23T22:00Z", "now", "from 20:00 to 01:00" },
    { "midnight left out, opening", "('fri', '00:00', '08:00')", "Africa/Cairo", "2026-04-23T20:00Z", false,
      "2026-04-23T22:00Z", "tomorrow at 01:00", "not today, but tomorrow from 01:00 to 08:00" },
};

/* "2026-01-07T12:00Z", or "never". */
static int64_t parse_moment(const char *text)
{
    struct zone_time time = { 0 };
    if (strcmp(text, "never") == 0)
        return OPENING_NEVER;
    if (sscanf(text, "%d-%d-%dT%d:%dZ", &time.year, &time.month, &time.day, &time.hour, &time.minute) != 5)
        fail_msg("no moment: %s", text);
    return zone_moment(zones_find(zones, "UTC"), &time);
}

static void format_both(const struct ruleset *ruleset, const struct zone *zone, int64_t at,
                        const struct opening_words *words, struct buf *next, struct buf *today)
{
    buf_clear(next);
    buf_clear(today);
    opening_format_next(ruleset->opening, zone, at, words, next);
    opening_format_today(ruleset->opening, zone, at, words, today);
}

static void test_moments(void **state)
{
    (void)state;
    struct buf next = { 0 }, today = { 0 };
    for (size_t i = 0; i < COUNT(MOMENTS); i++) {
        struct ruleset *ruleset = make_good(MOMENTS[i].rows);
        const struct zone *zone = zones_find(zones, MOMENTS[i].zone);
        int64_t at = parse_moment(MOMENTS[i].at), change = opening_change(ruleset->opening, zone, at);
        format_both(ruleset, zone, at, opening_words("en", NULL), &next, &today);
        if (opening_is_open(ruleset->opening, zone, at) != MOMENTS[i].is_open)
            fail_msg("%s: %s", MOMENTS[i].what, MOMENTS[i].is_open ? "closed" : "open");
        if (change != parse_moment(MOMENTS[i].change))
            fail_msg("%s: changes at %lld", MOMENTS[i].what, (long long)change / 1000);
        if (!MOMENTS[i].is_open)
            assert_true(opening_next(ruleset->opening, zone, at) == change);
        if (strcmp(buf_text(&next), MOMENTS[i].next_text) != 0)
            fail_msg("%s: opens %s", MOMENTS[i].what, buf_text(&next));
        if (strcmp(buf_text(&today), MOMENTS[i].hours) != 0)
            fail_msg("%s: %s", MOMENTS[i].what, buf_text(&today));
        ruleset_free(ruleset);
    }
    buf_release(&next);
    buf_release(&today);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
