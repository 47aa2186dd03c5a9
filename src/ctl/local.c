/*
 * local: see the header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "ctl/local.h"

static void from_tm(const struct tm *tm, struct zone_time *time)
{
    *time = (struct zone_time){
        .year = tm->tm_year + 1900,
        .month = tm->tm_mon + 1,
        .day = tm->tm_mday,
        .hour = tm->tm_hour,
        .minute = tm->tm_min,
        .second = tm->tm_sec,
        .weekday = tm->tm_wday,
        .yearday = tm->tm_yday,
        .offset_seconds = (int)tm->tm_gmtoff,
    };
}

static void wall_time(const struct zone *zone, int64_t at, struct zone_time *time)
{
    time_t seconds = (time_t)calendar_floor(at, 1000);
    struct tm tm = { 0 };

    if (zone != NULL) {
        zone_local(zone, at, time);
        return;
    }
    localtime_r(&seconds, &tm);
    from_tm(&tm, time);
}

static int64_t moment_of(const struct zone *zone, const struct zone_time *time)
{
    struct tm tm = { .tm_year = time->year - 1900,
                     .tm_mon = time->month - 1,
                     .tm_mday = time->day,
                     .tm_hour = time->hour,
                     .tm_min = time->minute,
                     .tm_sec = time->second,
                     .tm_isdst = -1 };

    return zone != NULL ? zone_moment(zone, time) : (int64_t)mktime(&tm) * 1000;
}

int64_t local_midnight(const struct zone *zone, int64_t now, int days)
{
    struct zone_time time;

    wall_time(zone, now, &time);
    time.day += days;
    time.hour = time.minute = time.second = 0;
    return moment_of(zone, &time);
}

/* ".5", ".123": a part of a second. */
static bool parse_fraction(const char **text, int64_t *ms)
{
    static const int64_t WORTH[] = { 100, 10, 1 };
    size_t digits = strspn(*text + 1, "0123456789");

    for (size_t i = 0; i < digits && i < 3; i++)
        *ms += ((*text)[1 + i] - '0') * WORTH[i];
    *text += 1 + digits;
    return digits > 0;
}

/* "Z", "+09:00", "-02:30": how far a clock is ahead of UTC. */
static bool parse_offset(const char *text, int64_t *ms)
{
    struct tm tm = { 0 };
    const char *end;

    *ms = 0;
    if (strcmp(text, "Z") == 0)
        return true;
    if ((*text != '+' && *text != '-') || strlen(text) != 6 || (end = strptime(text + 1, "%H:%M", &tm)) == NULL || *end != '\0')
        return false;
    *ms = (tm.tm_hour * 60 + tm.tm_min) * INT64_C(60000) * (*text == '-' ? -1 : 1);
    return true;
}

static bool parse_date(const struct zone *zone, const char *text, int64_t *at)
{
    struct tm tm = { 0 };
    struct zone_time time;
    const char *end = strptime(text, "%Y-%m-%d", &tm);
    bool has_clock = end != NULL && (*end == ' ' || *end == 'T');
    int64_t ms = 0, offset_ms;

    if (has_clock)
        end = strptime(end + 1, "%H:%M", &tm);
    if (end != NULL && *end == ':')
        end = strptime(end + 1, "%S", &tm);
    if (end != NULL && *end == '.' && (!has_clock || !parse_fraction(&end, &ms)))
        return false;
    from_tm(&tm, &time);
    if (end == NULL || time.year < 1970 || time.day > calendar_month_days(time.year, time.month))
        return false;
    if (*end == '\0')
        *at = moment_of(zone, &time) + ms;
    else if (has_clock && parse_offset(end, &offset_ms))
        *at = (int64_t)timegm(&tm) * 1000 + ms - offset_ms;
    else
        return false;
    return true;
}

/* As JSON has it: thirteen digits are the years from 2001 to 2286, and no other number is meant. */
static bool parse_unix_ms(const char *text, int64_t *at)
{
    if (strlen(text) != 13 || strspn(text, "0123456789") != 13)
        return false;
    *at = strtoll(text, NULL, 10);
    return true;
}

int local_parse(const struct zone *zone, const char *text, int64_t now, int64_t *at)
{
    int64_t ago;

    if (strcmp(text, "today") == 0)
        *at = local_midnight(zone, now, 0);
    else if (strcmp(text, "yesterday") == 0)
        *at = local_midnight(zone, now, -1);
    else if (strcmp(text, "now") == 0)
        *at = now;
    else if (clock_parse_duration(text, &ago) == 0)
        *at = now - ago;
    else
        return parse_unix_ms(text, at) || parse_date(zone, text, at) ? 0 : -1;
    return 0;
}

void local_day(const struct zone *zone, int64_t at, char day[LOCAL_DAY_LEN])
{
    struct zone_time time;

    wall_time(zone, at, &time);
    snprintf(day, LOCAL_DAY_LEN, "%04d-%02d-%02d", time.year % 10000, time.month, time.day);
}

static void add_clock(const struct zone_time *time, char between, struct buf *out)
{
    buf_addf(out, "%04d-%02d-%02d%c%02d:%02d:%02d", time->year, time->month, time->day, between, time->hour, time->minute,
             time->second);
}

void local_format(const struct zone *zone, int64_t at, struct buf *out)
{
    struct zone_time time;

    wall_time(zone, at, &time);
    add_clock(&time, ' ', out);
}

void local_format_iso(const struct zone *zone, int64_t at, struct buf *out)
{
    struct zone_time time;
    int minutes;

    wall_time(zone, at, &time);
    minutes = abs(time.offset_seconds) / 60;
    add_clock(&time, 'T', out);
    buf_addf(out, ".%03d%c%02d:%02d", (int)calendar_rest(at, 1000), time.offset_seconds < 0 ? '-' : '+', minutes / 60,
             minutes % 60);
}
