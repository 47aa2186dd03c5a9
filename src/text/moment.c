/*
 * moment: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "text/moment.h"

enum { DAY_SECONDS = 24 * 60 * 60, NO_OFFSET = INT32_MAX };

static const int64_t MILLISECONDS_FROM = 100000000000;
static const int64_t FIRST_MS = -62135596800000; /* 0001-01-01 */
static const int64_t LAST_MS = 253402300799999;  /* 9999-12-31 */

/* A moment, or a wall time that still wants a zone. */
struct reading {
    struct zone_time local;
    int offset_seconds; /* NO_OFFSET: local is in the zone that is asked for */
};

static int64_t utc_moment(const struct zone_time *local)
{
    int64_t day = calendar_day(local->year, local->month, local->day);

    return (day * DAY_SECONDS + local->hour * 3600 + local->minute * 60 + local->second) * 1000;
}

/* Exactly `count` digits at *at, as a number within bounds. */
static bool take_number(const char **at, int count, int min, int max, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!ascii_is_digit((unsigned char)**at))
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return *number >= min && *number <= max;
}

static bool take_sign(const char **at, const char *signs)
{
    if (**at == '\0' || strchr(signs, **at) == NULL)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct zone_time *local)
{
    return take_number(at, 4, 1, 9999, &local->year) && take_sign(at, "-") &&
           take_number(at, 2, 1, 12, &local->month) && take_sign(at, "-") &&
           take_number(at, 2, 1, calendar_month_days(local->year, local->month), &local->day);
}

/* hh:mm, hh:mm:ss, hh:mm:ss.fff; a leap second counts as the one before it. */
static bool take_time(const char **at, struct zone_time *local)
{
    if (!take_number(at, 2, 0, 23, &local->hour) || !take_sign(at, ":") ||
        !take_number(at, 2, 0, 59, &local->minute))
        return false;
    if (!take_sign(at, ":"))
        return true;
    if (!take_number(at, 2, 0, 60, &local->second))
        return false;
    if (local->second == 60)
        local->second = 59;
    if (take_sign(at, ".,"))
        *at += strspn(*at, "0123456789");
    return true;
}

/* Z, +09, +0900, +09:00, or nothing. */
static bool take_offset(const char **at, int *offset_seconds)
{
    bool is_west = **at == '-';
    int hours, minutes = 0;

    *offset_seconds = NO_OFFSET;
    if (**at == '\0')
        return true;
    *offset_seconds = 0;
    if (take_sign(at, "Zz"))
        return true;
    if (!take_sign(at, "+-") || !take_number(at, 2, 0, 23, &hours))
        return false;
    if ((take_sign(at, ":") || ascii_is_digit((unsigned char)**at)) && !take_number(at, 2, 0, 59, &minutes))
        return false;
    *offset_seconds = (hours * 60 + minutes) * (is_west ? -60 : 60);
    return true;
}

static bool read_iso(const char *text, struct reading *reading)
{
    *reading = (struct reading){ .offset_seconds = NO_OFFSET };
    if (!take_date(&text, &reading->local))
        return false;
    if (*text == '\0')
        return true;
    return take_sign(&text, "Tt ") && take_time(&text, &reading->local) &&
           take_offset(&text, &reading->offset_seconds) && *text == '\0';
}

static bool read_count(const char *text, int64_t *at_ms)
{
    bool is_negative = *text == '-';
    size_t digits = strspn(text + is_negative, "0123456789");
    int64_t count;

    if (digits == 0 || digits > 15 || text[is_negative + digits] != '\0')
        return false;
    count = strtoll(text + is_negative, NULL, 10);
    *at_ms = (count >= MILLISECONDS_FROM ? count : count * 1000) * (is_negative ? -1 : 1);
    return true;
}

static bool in_years(int64_t at_ms)
{
    return at_ms >= FIRST_MS && at_ms <= LAST_MS;
}

bool moment_read(const char *text, const struct zone *zone, int64_t *at_ms, bool *is_day)
{
    struct reading reading;

    *is_day = false;
    if (!read_count(text, at_ms)) {
        if (!read_iso(text, &reading))
            return false;
        *is_day = strlen(text) == strlen("2026-05-12");
        if (reading.offset_seconds == NO_OFFSET)
            *at_ms = zone != NULL ? zone_moment(zone, &reading.local) : utc_moment(&reading.local);
        else
            *at_ms = utc_moment(&reading.local) - (int64_t)reading.offset_seconds * 1000;
    }
    return in_years(*at_ms);
}

void moment_local(const struct zone *zone, int64_t at_ms, struct zone_time *local)
{
    int64_t seconds = calendar_floor(at_ms, 1000);
    int64_t day = calendar_floor(seconds, DAY_SECONDS), year;
    int rest = (int)calendar_rest(seconds, DAY_SECONDS);

    if (zone != NULL) {
        zone_local(zone, at_ms, local);
        return;
    }
    *local = (struct zone_time){ .hour = rest / 3600,
                                 .minute = rest / 60 % 60,
                                 .second = rest % 60,
                                 .weekday = calendar_weekday(day),
                                 .abbreviation = "UTC" };
    calendar_date(day, &year, &local->month, &local->day);
    local->year = (int)year;
    local->yearday = (int)(day - calendar_day(year, 1, 1));
}
