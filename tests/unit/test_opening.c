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
#include "desk/decide.h"
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
    { "in whichever order they stand",
      "INSERT INTO holiday (day, opens, closes) VALUES ('2027-12-25', '10:00', '12:00'),"
      "('12-25', NULL, NULL);",
      "UTC", "2027-12-25T10:30Z", true, "2027-12-25T12:00Z", "now", "from 10:00 to 12:00" },
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

static void check_change(const struct opening *opening, const struct zone *zone, size_t i)
{
    int64_t change = parse_moment(MOMENTS[i].change);

    if (!MOMENTS[i].is_open)
        assert_true(opening_next(opening, zone, parse_moment(MOMENTS[i].at)) == change);
    else if (change != OPENING_NEVER &&
             (!opening_is_open(opening, zone, change - 1) || opening_is_open(opening, zone, change)))
        fail_msg("%s: does not close at %s", MOMENTS[i].what, MOMENTS[i].change);
}

static void test_moments(void **state)
{
    (void)state;
    struct buf next = { 0 }, today = { 0 };
    for (size_t i = 0; i < COUNT(MOMENTS); i++) {
        struct ruleset *ruleset = make_good(MOMENTS[i].rows);
        const struct zone *zone = zones_find(zones, MOMENTS[i].zone);
        int64_t at = parse_moment(MOMENTS[i].at);
        format_both(ruleset, zone, at, opening_words("en", NULL), &next, &today);
        if (opening_is_open(ruleset->opening, zone, at) != MOMENTS[i].is_open)
            fail_msg("%s: %s", MOMENTS[i].what, MOMENTS[i].is_open ? "closed" : "open");
        check_change(ruleset->opening, zone, i);
        if (strcmp(buf_text(&next), MOMENTS[i].next_text) != 0)
            fail_msg("%s: opens %s", MOMENTS[i].what, buf_text(&next));
        if (strcmp(buf_text(&today), MOMENTS[i].hours) != 0)
            fail_msg("%s: %s", MOMENTS[i].what, buf_text(&today));
        ruleset_free(ruleset);
    }
    buf_release(&next);
    buf_release(&today);
}

/* Later today, tomorrow, on Monday, on a date, at one o'clock. */
static const struct {
    const char *rows, *at, *language, *otherwise, *next_text, *hours;
} LANGUAGES[] = {
    { WEEK, "2026-01-07T12:30Z", "ko", NULL, "오늘 14:00", "09:00부터 12:00까지, 14:00부터 18:00까지" },
    { WEEK, "2026-01-07T12:30Z", "es", NULL, "hoy a las 14:00", "de 09:00 a 12:00 y de 14:00 a 18:00" },
    { WEEK, "2026-01-07T20:00Z", "ko-KR", "es", "내일 09:00", "09:00부터 12:00까지, 14:00부터 18:00까지" },
    { WEEK, "2026-01-07T20:00Z", "ES_mx", "ko", "mañana a las 09:00",
      "de 09:00 a 12:00 y de 14:00 a 18:00" },
    { WEEK, "2026-01-10T20:00Z", "de", "ko", "월요일 09:00", "10:00부터 14:00까지" },
    { WEEK, "2026-01-10T20:00Z", "", "es", "el lunes a las 09:00", "de 10:00 a 14:00" },
    { WEEK, "2026-01-10T20:00Z", "est", "kok", "on Monday at 09:00", "from 10:00 to 14:00" },
    { WEEK, "2026-01-07T10:00Z", "ko", "en", "지금", "09:00부터 12:00까지, 14:00부터 18:00까지" },
    { WEEK, "2026-01-07T10:00Z", "es", "en", "ahora", "de 09:00 a 12:00 y de 14:00 a 18:00" },
    { "('fri', '01:00', '02:00')", "2026-01-09T02:00Z", "ko", NULL, "1월 16일 01:00", "01:00부터 02:00까지" },
    { "('fri', '01:00', '02:00')", "2026-01-09T02:00Z", "es", NULL, "el 16 de enero a la 01:00",
      "de 01:00 a 02:00" },
    { "('fri', '20:00', '01:15')", "2026-01-10T01:00Z", "es", NULL, "ahora", "hasta la 01:15" },
    { "('fri', '20:00', '02:15')", "2026-01-10T01:00Z", "es", NULL, "ahora", "hasta las 02:15" },
    { "('fri', '20:00', '02:15')", "2026-01-10T01:00Z", "ko", NULL, "지금", "02:15까지" },
    { "('fri', '20:00', '24:00')", "2026-01-08T01:00Z", "ko", NULL, "내일 20:00",
      "오늘은 쉬고 내일 20:00부터 24:00까지" },
    { "('fri', '20:00', '24:00')", "2026-01-08T01:00Z", "es", NULL, "mañana a las 20:00",
      "no hoy, sino mañana de 20:00 a 24:00" },
    { "", "2026-01-08T01:00Z", "ko", NULL, "지금", "24시간" },
    { "", "2026-01-08T01:00Z", "es", NULL, "ahora", "las 24 horas" },
    { XMAS, "2026-12-25T10:00Z", "ko", NULL, "내일 09:00", "오늘은 쉬고 (Christmas Day) 내일 09:00부터 18:00까지" },
    { XMAS, "2026-12-25T10:00Z", "es", NULL, "mañana a las 09:00",
      "no hoy (Christmas Day), sino mañana de 09:00 a 18:00" },
};

static void test_languages(void **state)
{
    (void)state;
    struct buf next = { 0 }, today = { 0 };
    for (size_t i = 0; i < COUNT(LANGUAGES); i++) {
        struct ruleset *ruleset = make_good(LANGUAGES[i].rows);
        format_both(ruleset, zones_find(zones, "UTC"), parse_moment(LANGUAGES[i].at),
                    opening_words(LANGUAGES[i].language, LANGUAGES[i].otherwise), &next, &today);
        assert_string_equal(buf_text(&next), LANGUAGES[i].next_text);
        assert_string_equal(buf_text(&today), LANGUAGES[i].hours);
        ruleset_free(ruleset);
    }
    buf_release(&next);
    buf_release(&today);
}

/* Which days the words mean, from Sunday on. */
static const struct {
    const char *days, *open;
} DAYS[] = {
    { "mon", "-m-----" },
    { "mon-fri", "-mtwtf-" },
    { "fri-mon", "sm---fs" },
    { "mon-mon", "-m-----" },
    { "Monday – Friday", "-mtwtf-" },
    { "monday to wednesday", "-mtw---" },
    { " tue ,thu,  SAT", "--t-t-s" },
    { "sat & sun", "s-----s" },
    { "mon-tue, thu-fri", "-mt-tf-" },
    { "daily", "smtwtfs" },
    { "every day", "smtwtfs" },
    { "weekdays", "-mtwtf-" },
    { "weekend, tues", "s-t---s" },
    { "mon,mon", "-m-----" },
    { "mon, thurs", "-m--t--" },
};

static void test_names_of_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(DAYS); i++) {
        char rows[100], open[8] = "";
        snprintf(rows, sizeof rows, "('%s', '09:00', '18:00')", DAYS[i].days);
        struct ruleset *ruleset = make_good(rows);
        for (int day = 0; day < 7; day++) {
            int64_t noon = parse_moment("2026-01-04T12:00Z") + day * (int64_t)86400000;
            bool is_open = opening_is_open(ruleset->opening, zones_find(zones, "UTC"), noon);
            open[day] = "smtwtfs"[day];
            if (!is_open)
                open[day] = '-';
        }
        if (strcmp(open, DAYS[i].open) != 0)
            fail_msg("%s: %s", DAYS[i].days, open);
        ruleset_free(ruleset);
    }
}

#define HOLIDAY "INSERT INTO holiday (day, opens, closes) VALUES "
#define NO_DAY                                                                                      \
    " is no day of the calendar; holidays are written like '2026-12-25', '12-25' for every year, " \
    "or '2026-12-24 – 2026-12-26'"

static const struct {
    const char *rows, *error;
} BAD[] = {
    /* days */
    { "('mondy', '09:00', '18:00')", "a.sql:1: there is no day 'mondy'; did you mean 'monday'?" },
    { "('mon-fry', '09:00', '18:00')", "a.sql:1: there is no day 'fry'; did you mean 'fri'?" },
    { "('mon', '09:00', '18:00'),\n('holidays', '09:00', '18:00')",
      "a.sql:2: there is no day 'holidays'; holidays have a table of their own: INSERT INTO holiday (day) "
      "VALUES ('12-25');" },
    { "('월', '09:00', '18:00')",
      "a.sql:1: there is no day '월'; days are written like mon, mon-fri, 'sat, sun', daily, weekdays or "
      "weekend" },
    { "('mon,', '09:00', '18:00')", "a.sql:1: a day is missing in days; days are written like" },
    { "('-fri', '09:00', '18:00')", "a.sql:1: a day is missing in days" },
    { "('mon--fri', '09:00', '18:00')", "a.sql:1: a day is missing in days" },
    { "('mon-wed-fri', '09:00', '18:00')", "a.sql:1: a range goes from one day to another" },
    { "('weekdays-sat', '09:00', '18:00')", "a.sql:1: a range goes from one day to another" },
    { "(NULL, '09:00', '18:00')", "a.sql:1: this opening row lacks its days" },
    /* times */
    { "('mon', '9', '18:00')", "a.sql:1: opens '9' is no time of day; did you mean '09:00'?" },
    { "('mon', '09:00', '6pm')", "a.sql:1: closes '6pm' is no time of day; did you mean '18:00'?" },
    { "('mon', '9:30 AM', '18:00')", "a.sql:1: opens '9:30 AM' is no time of day; did you mean '09:30'?" },
    { "('mon', '12am', '18:00')", "a.sql:1: opens '12am' is no time of day; did you mean '00:00'?" },
    { "('mon', '09.30', '18:00')", "a.sql:1: opens '09.30' is no time of day; did you mean '09:30'?" },
    { "('mon', '09:00', '25:30')", "a.sql:1: closes '25:30' is no time of day; did you mean '01:30'?" },
    { "('mon', '24:00', '02:00')", "a.sql:1: opens '24:00' is no time of day; did you mean '00:00'?" },
    { "('mon', '09:60', '18:00')", "a.sql:1: opens '09:60' is no time of day; times are written from 00:00" },
    { "('mon', '09:00', '24:01')", "a.sql:1: closes '24:01' is no time of day; did you mean '00:01'?" },
    { "('mon', '-1:00', '18:00')", "a.sql:1: opens '-1:00' is no time of day; times" },
    { "('mon', '09:00:00', '18:00')", "a.sql:1: opens '09:00:00' is no time of day; times" },
    { "('mon', '9:5', '18:00')", "a.sql:1: opens '9:5' is no time of day; did you mean '09:05'?" },
    { "('mon', 'noon', '18:00')", "a.sql:1: opens 'noon' is no time of day; times" },
    { "('mon', '99999999999999999999:00', '18:00')", "a.sql:1: opens '99999999999999999999:00' is no time" },
    { "('mon', '9:99999999999999999999', '18:00')", "a.sql:1: opens '9:99999999999999999999' is no time" },
    { "('mon', '09:00', NULL)", "a.sql:1: this opening row lacks its closes" },
    { "('mon', '09:00', '09:00')",
      "a.sql:1: it opens and closes at the same time, '09:00'; for a whole day write '00:00' and '24:00'" },
    /* overlaps */
    { "('mon', '09:00', '13:00'),\n('mon-fri', '12:00', '15:00')",
      "a.sql:2: the hours from 12:00 to 15:00 overlap those from 09:00 to 13:00 in a.sql:1, on Monday" },
    { "('mon-fri', '12:00', '15:00'),\n('fri', '09:00', '13:00')",
      "a.sql:2: the hours from 09:00 to 13:00 overlap those from 12:00 to 15:00 in a.sql:1, on Friday" },
    { "('mon', '09:00', '18:00'),\n('mon', '10:00', '11:00')", "a.sql:2: the hours from 10:00 to 11:00" },
    { "('mon', '09:00', '18:00'),\n('mon', '09:00', '18:00')", "a.sql:2: the hours from 09:00 to 18:00" },
    { "('fri', '20:00', '02:00'),\n('sat', '01:00', '05:00')",
      "a.sql:2: the hours from 01:00 to 05:00 overlap those from 20:00 to 02:00 in a.sql:1, on Saturday" },
    { "('sun', '00:00', '05:00'),\n('sat', '20:00', '00:01')",
      "a.sql:2: the hours from 20:00 to 00:01 overlap those from 00:00 to 05:00 in a.sql:1, on Sunday" },
    { "('mon','0:00','0:10'),('mon','1:00','1:10'),('mon','2:00','2:10'),('mon','3:00','3:10'),"
      "('mon','4:00','4:10'),('mon','5:00','5:10'),('mon','6:00','6:10'),('mon','7:00','7:10'),"
      "('mon','8:00','8:10'),('mon','9:00','9:10'),('mon','10:00','10:10'),('mon','11:00','11:10'),\n"
      "('mon','12:00','12:10')",
      "a.sql:2: there are more than 12 rows for Monday" },
    /* holidays */
    { HOLIDAY "('2026-02-30', NULL, NULL);", "a.sql:1: '2026-02-30'" NO_DAY },
    { HOLIDAY "('02-30', NULL, NULL);", "a.sql:1: '02-30'" NO_DAY },
    { HOLIDAY "('2026-02-29', NULL, NULL);", "a.sql:1: '2026-02-29'" NO_DAY },
    { HOLIDAY "('25.12.2026', NULL, NULL);", "a.sql:1: '25.12.2026'" NO_DAY },
    { HOLIDAY "('2026-12-25x', NULL, NULL);", "a.sql:1: '2026-12-25x'" NO_DAY },
    { HOLIDAY "('2026-12-24 –', NULL, NULL);", "a.sql:1: '2026-12-24 –'" NO_DAY },
    { HOLIDAY "('12-24 – 12-26 – 12-27', NULL, NULL);", "a.sql:1: '12-24 – 12-26 – 12-27'" NO_DAY },
    { HOLIDAY "('2026', NULL, NULL);", "a.sql:1: '2026'" NO_DAY },
    { HOLIDAY "(NULL, NULL, NULL);", "a.sql:1: this holiday row lacks its day" },
    { HOLIDAY "('2026-12-24 – 12-26', NULL, NULL);",
      "a.sql:1: write both days of '2026-12-24 – 12-26' with their year, or none" },
    { HOLIDAY "('2026-12-26 – 2026-12-24', NULL, NULL);", "a.sql:1: '2026-12-26 – 2026-12-24' ends before" },
    { HOLIDAY "('2026-01-01 – 2027-01-02', NULL, NULL);", "a.sql:1: '2026-01-01 – 2027-01-02' is longer" },
    { HOLIDAY "('12-25', '10:00', NULL);", "a.sql:1: this holiday row lacks its closes" },
    { HOLIDAY "('12-25', NULL, '10:00');", "a.sql:1: this holiday row lacks its opens" },
    { HOLIDAY "('12-24 – 12-26', NULL, NULL),\n('12-25', NULL, NULL);",
      "a.sql:2: the holiday '12-25' shares a day with '12-24 – 12-26' in a.sql:1" },
    { HOLIDAY "('01-01', NULL, NULL),\n('12-30 – 01-02', NULL, NULL);",
      "a.sql:2: the holiday '12-30 – 01-02' shares a day with '01-01' in a.sql:1" },
    { HOLIDAY "('12-25', NULL, NULL),\n('12-25', '10:00', '12:00');",
      "a.sql:2: the holiday '12-25' shares a day with '12-25' in a.sql:1" },
    { HOLIDAY "('12-25', '10:00', '12:00'),\n('12-25', '11:00', '13:00');",
      "a.sql:2: the hours from 11:00 to 13:00 overlap those from 10:00 to 12:00 in a.sql:1, on 12-25" },
    { HOLIDAY "('01-01 – 06-30', NULL, NULL),\n('07-01 – 12-31', NULL, NULL);",
      "a.sql:2: with this holiday no day of the year is open any more" },
    { "INSERT INTO holidays (day) VALUES ('12-25');",
      "a.sql:1: there is no table 'holidays'; did you mean 'holiday'?" },
};

static void test_wrong_rows_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct error error = { 0 };
        struct ruleset *ruleset = make(BAD[i].rows, &error);
        if (ruleset != NULL)
            fail_msg("accepted: %s", BAD[i].rows);
        if (strncmp(error.text, BAD[i].error, strlen(BAD[i].error)) != 0)
            fail_msg("%s\nwanted: %s\ngot:    %s", BAD[i].rows, BAD[i].error, error.text);
    }
}

static void test_too_many_holidays(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct error error = { 0 };
    buf_add_text(&text, HOLIDAY);
    for (int i = 0; i <= 1000; i++)
        buf_addf(&text, "%s\n('%d-%02d-%02d', NULL, NULL)", i > 0 ? "," : "", 2000 + i / 300, i % 12 + 1,
                 i % 300 / 12 + 1);
    assert_null(make(buf_text(&text), &error));
    assert_string_equal(error.text, "a.sql:2: there are more than 1000 rows in holiday");
    buf_release(&text);
}

/* An owner's sign at the door, read with nothing but the clock on the wall. */
struct sign {
    unsigned days; /* a bit each, from Sunday */
    int opens, closes;
};

/* All times are multiples of STEP. */
static const struct {
    struct sign signs[4];
} SIGNS[] = {
    { { { 0x3e, 540, 720 }, { 0x3e, 840, 1080 }, { 0x41, 600, 840 } } },
    { { { 0x7c, 1200, 30 }, { 0x01, 120, 180 } } },
    { { { 0x7f, 120, 150 }, { 0x7f, 165, 300 }, { 0x7f, 1380, 60 } } },
    { { { 0x21, 0, 1440 }, { 0x40, 0, 105 }, { 0x02, 1200, 0 }, { 0x04, 0, 120 } } },
    { { { 0x40, 1200, 240 }, { 0x10, 1200, 1440 }, { 0x08, 135, 120 }, { 0x02, 90, 165 } } },
};

static const char *const ZONES[] = { "Asia/Seoul",   "Europe/Berlin",  "America/New_York",
                                     "Africa/Cairo", "America/Havana", "Australia/Lord_Howe" };

enum { STEP = 15 * 60 * 1000, YEAR_STEPS = 366 * 24 * 4 };

static struct ruleset *make_signs(const struct sign *signs)
{
    static const char *const NAMES[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
    struct buf rows = { 0 };
    for (size_t i = 0; i < 4 && signs[i].days != 0; i++)
        for (int day = 0; day < 7; day++)
            if ((signs[i].days >> day & 1) != 0)
                buf_addf(&rows, "%s('%s', '%02d:%02d', '%02d:%02d')", rows.len > 0 ? ", " : "", NAMES[day],
                         signs[i].opens / 60, signs[i].opens % 60, signs[i].closes / 60,
                         signs[i].closes % 60);
    struct ruleset *ruleset = make_good(buf_text(&rows));
    buf_release(&rows);
    return ruleset;
}

static bool is_open_by_signs(const struct sign *signs, const struct zone_time *local)
{
    int minute = local->hour * 60 + local->minute, yesterday = (local->weekday + 6) % 7;
    for (size_t i = 0; i < 4; i++) {
        bool is_night = signs[i].closes <= signs[i].opens;
        if ((signs[i].days >> local->weekday & 1) != 0 && minute >= signs[i].opens &&
            (is_night || minute < signs[i].closes))
            return true;
        if (is_night && (signs[i].days >> yesterday & 1) != 0 && minute < signs[i].closes)
            return true;
    }
    return false;
}

static bool shows_same(const struct zone_time *a, const struct zone_time *b)
{
    return a->day == b->day && a->hour == b->hour && a->minute == b->minute;
}

/* Does the clock show this time twice? Then the sign alone does not tell which one is meant. */
static bool comes_twice(const struct zone *zone, int64_t at, const struct zone_time *local)
{
    for (int minutes = -60; minutes <= 60; minutes += 30) {
        struct zone_time other;
        zone_local(zone, at + minutes * 60000, &other);
        if (minutes != 0 && shows_same(local, &other))
            return true;
    }
    return false;
}

/* The minute of the day at `text`, which begins with hh:mm or "midnight". */
static int read_clock(const char *text)
{
    int hour, minute;
    if (strncmp(text, "midnight", 8) == 0)
        return 1440;
    assert_int_equal(sscanf(text, "%2d:%2d", &hour, &minute), 2);
    return hour * 60 + minute;
}

/* What a customer would make of "until 00:30 and from 20:00 to 00:30" at that minute of the day. */
static bool is_open_by_text(const char *text, int minute)
{
    if (strcmp(text, "around the clock") == 0)
        return true;
    if (strncmp(text, "not today", 9) == 0)
        return false;
    if (strncmp(text, "until ", 6) == 0 && minute < read_clock(text + 6))
        return true;
    while ((text = strstr(text, "from ")) != NULL) {
        int opens = read_clock(text += 5);
        int closes = read_clock(strstr(text, " to ") + 4);
        if (minute >= opens && (minute < closes || closes <= opens))
            return true;
    }
    return false;
}

/* The text of the next opening has to name the day and the time of the moment. */
static void check_next_text(const struct zone *zone, int64_t at, int64_t next, const char *text)
{
    struct zone_time now, then;
    char time[20];
    zone_local(zone, at, &now);
    zone_local(zone, next, &then);
    snprintf(time, sizeof time, " at %02d:%02d", then.hour, then.minute);
    const char *found = strstr(text, time);
    bool is_today = now.day == then.day && next - at < 2 * (int64_t)86400000;
    if (found == NULL || strlen(found) != strlen(time) || (strncmp(text, "today", 5) == 0) != is_today)
        fail_msg("%s: \"%s\" at %lld", zone_name(zone), text, (long long)at / 1000);
}

/* A walk along the year; `next` was foretold when it last opened. */
struct walk {
    const struct ruleset *ruleset;
    const struct zone *zone;
    bool was_open;
    int64_t next;
    struct buf next_text, today_text;
    size_t compared, changes;
};

static void check_foretold(struct walk *walk, int64_t at, bool is_open)
{
    const struct opening *opening = walk->ruleset->opening;
    if (is_open == walk->was_open) {
        if (walk->next <= at)
            fail_msg("%s: no opening at %lld", zone_name(walk->zone), (long long)at / 1000);
        return;
    }
    if (is_open && walk->next != at)
        fail_msg("%s: not foretold: %lld", zone_name(walk->zone), (long long)at / 1000);
    assert_int_equal(opening_is_open(opening, walk->zone, at - 1), !is_open);
    if (is_open)
        walk->next = opening_next(opening, walk->zone, at);
    walk->was_open = is_open;
    walk->changes++;
}

static void check_texts(struct walk *walk, int64_t at, bool is_open)
{
    format_both(walk->ruleset, walk->zone, at, opening_words("en", NULL), &walk->next_text,
                &walk->today_text);
    if (is_open)
        assert_string_equal(buf_text(&walk->next_text), "now");
    else
        check_next_text(walk->zone, at, walk->next, buf_text(&walk->next_text));
}

/* Only where the clock on the wall tells one moment from all others. */
static void check_by_clock(struct walk *walk, const struct sign *signs, int64_t at, bool is_open)
{
    struct zone_time local;
    zone_local(walk->zone, at, &local);
    if (comes_twice(walk->zone, at, &local))
        return;
    walk->compared++;
    if (is_open != is_open_by_signs(signs, &local))
        fail_msg("%s: %d-%02d-%02d %02d:%02d is %s", zone_name(walk->zone), local.year, local.month,
                 local.day, local.hour, local.minute, is_open ? "open" : "closed");
    if (is_open_by_text(buf_text(&walk->today_text), local.hour * 60 + local.minute) != is_open)
        fail_msg("%s: %lld is %s, not \"%s\"", zone_name(walk->zone), (long long)at / 1000,
                 is_open ? "open" : "closed", buf_text(&walk->today_text));
}

static void walk_a_year(struct walk *walk, const struct sign *signs)
{
    int64_t start = parse_moment("2026-01-05T00:00Z");
    walk->was_open = opening_is_open(walk->ruleset->opening, walk->zone, start);
    walk->next = opening_next(walk->ruleset->opening, walk->zone, start);
    for (int64_t i = 1; i < YEAR_STEPS; i++) {
        int64_t at = start + i * STEP;
        bool is_open = opening_is_open(walk->ruleset->opening, walk->zone, at);
        check_foretold(walk, at, is_open);
        check_texts(walk, at, is_open);
        check_by_clock(walk, signs, at, is_open);
    }
}

static void test_a_year_by_the_wall_clock(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SIGNS); i++) {
        struct ruleset *ruleset = make_signs(SIGNS[i].signs);
        for (size_t j = 0; j < COUNT(ZONES); j++) {
            struct walk walk = { .ruleset = ruleset, .zone = zones_find(zones, ZONES[j]) };
            assert_non_null(walk.zone);
            walk_a_year(&walk, SIGNS[i].signs);
            assert_in_range(walk.compared, YEAR_STEPS - 9, YEAR_STEPS - 1);
            assert_true(walk.changes > 300);
            buf_release(&walk.next_text);
            buf_release(&walk.today_text);
        }
        ruleset_free(ruleset);
    }
}

static void test_the_ends_of_time(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(WEEK);
    const struct zone *zone = zones_find(zones, "America/New_York");
    const int64_t moments[] = { INT64_MAX, INT64_MIN, INT64_MAX / 1000, INT64_MIN / 1000, -1, 0 };
    struct buf next = { 0 }, today = { 0 };
    for (size_t i = 0; i < COUNT(moments); i++) {
        opening_is_open(ruleset->opening, zone, moments[i]);
        opening_next(ruleset->opening, zone, moments[i]);
        format_both(ruleset, zone, moments[i], opening_words(NULL, NULL), &next, &today);
        assert_true(next.len > 0 && today.len > 0);
    }
    buf_release(&next);
    buf_release(&today);
    ruleset_free(ruleset);
}

/* By the road of a message: the zone of the business, the language of the contact. */
static void test_templates(void **state)
{
    static const struct {
        const char *language, *said;
    } CASES[] = {
        { "en", "on Monday at 09:00 | from 10:00 to 14:00" },
        { "ko", "월요일 09:00 | 10:00부터 14:00까지" },
        { "", "el lunes a las 09:00 | de 10:00 a 14:00" },
        { "fr", "el lunes a las 09:00 | de 10:00 a 14:00" },
    };
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO opening (days, opens, closes) VALUES " WEEK ";"
        "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'), ('default_language', 'es');"
        "INSERT INTO rule (name, say) VALUES ('r', '{{ next_opening }} | {{ hours_today }}');");
    struct matcher *matcher = matcher_new(true);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct decide_state contact = {
            .channel = "sms", .owner = "bot", .first_name = "", .language = CASES[i].language,
            .time_zone = "UTC", .message_count = 1, .fields = "{}",
        };
        struct decide_input input = { .text = "hi" };
        struct decision decision = { 0 };
        decide(ruleset, matcher, &contact, &input, parse_moment("2026-01-10T06:00Z"), &decision);
        assert_int_equal(decision.effect_count, 1);
        assert_string_equal(decision.effects[0].text, CASES[i].said);
        decision_release(&decision);
    }
    matcher_free(matcher);
    ruleset_free(ruleset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_names_of_days),
        cmocka_unit_test(test_wrong_rows_are_refused),
        cmocka_unit_test(test_too_many_holidays),
        cmocka_unit_test(test_a_year_by_the_wall_clock),
        cmocka_unit_test(test_the_ends_of_time),
        cmocka_unit_test(test_templates),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
