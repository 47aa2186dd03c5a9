/*
 * when: see the header. A day and a time, in this order, either of them alone; each has its reader, which
 * takes the text from *at on, moves it, and leaves the rest of the time as it was.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/calendar.h"
#include "base/when.h"

const char *const when_weekdays[7] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

static const char *const FULL_NAMES[7] = { "sunday",   "monday", "tuesday", "wednesday",
                                           "thursday", "friday", "saturday" };

/* Exactly `count` digits. */
static bool read_digits(const char **at, int count, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return **at < '0' || **at > '9';
}

static bool read_mark(const char **at, char mark)
{
    bool is_there = **at == mark;
    *at += is_there;
    return is_there;
}

static bool read_date(const char **at, struct zone_time *time)
{
    const char *place = *at;
    int year, month, day;
    if (!read_digits(&place, 4, &year) || !read_mark(&place, '-') || !read_digits(&place, 2, &month) ||
        !read_mark(&place, '-') || !read_digits(&place, 2, &day))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > calendar_month_days(year, month))
        return false;
    time->year = year;
    time->month = month;
    time->day = day;
    *at = place;
    return true;
}

static bool read_weekday(const char **at, struct zone_time *time)
{
    size_t len = strcspn(*at, " ");
    for (int i = 0; i < 7; i++) {
        const char *name = len == 3 ? when_weekdays[i] : FULL_NAMES[i];
        if (strlen(name) != len || strncasecmp(*at, name, len) != 0)
            continue;
        time->day += (i - time->weekday + 7) % 7; /* may pass the month's end: zone_moment rolls over */
        *at += len;
        return true;
    }
    return false;
}

static bool read_clock(const char **at, struct zone_time *time)
{
    const char *place = *at;
    int hour, minute;
    if (!read_digits(&place, 2, &hour) || !read_mark(&place, ':') || !read_digits(&place, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    time->hour = hour;
    time->minute = minute;
    *at = place;
    return true;
}

int when_parse(const char *text, const struct zone *zone, int64_t base, int64_t *at, struct error *error)
{
    struct zone_time time;
    const char *place = text;
    zone_local(zone, base, &time);
    time.hour = 12;
    time.minute = time.second = 0;

    bool has_day = read_date(&place, &time) || read_weekday(&place, &time);
    while (has_day && *place == ' ')
        place++;
    bool has_clock = read_clock(&place, &time);
    if (*place != '\0' || (!has_day && !has_clock))
        return error_set(
            error, "'%s' is no time; write '2026-05-12 18:00', 'sat 23:30', or the day or the time alone",
            text);
    *at = zone_moment(zone, &time);
    return 0;
}
