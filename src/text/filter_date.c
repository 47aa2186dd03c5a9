/*
 * filter_date: "{{ at | date: '%e %B, %H:%M' }}".
 *
 * The value is a count of seconds since 1970, a count of milliseconds (any number from 100,000,000,000 on: as
 * seconds that would be the year 5138), or ISO 8601: a date, or a date and a time with "T" or a blank
 * between. A time with "Z" or an offset is a moment, and is shown in the render zone; without one it is local
 * there already. The years 1 to 9999 are known. Any other value passes unchanged.
 *
 * Without a format a moment is 2026-05-12 21:00, and a date what it is, 2026-05-12: read alike everywhere.
 *
 * The names of days and months are English: messages in other languages use numbers, or phrases. Formats are
 * those of strftime that do not depend on a locale, with "-" against padding (%-d). They are checked at
 * compile time, and strftime itself is not used, since it knows the process's zone only.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "text/filter.h"

enum { DAY_SECONDS = 24 * 60 * 60, NO_OFFSET = INT32_MAX };

static const int64_t MILLISECONDS_FROM = 100000000000;
static const int64_t FIRST_MS = -62135596800000; /* 0001-01-01 */
static const int64_t LAST_MS = 253402300799999;  /* 9999-12-31 */

static const char *const DAYS[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                    "Thursday", "Friday", "Saturday" };
static const char *const MONTHS[] = { "January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December" };

/* A moment, or a wall time that still wants a zone. */
struct reading {
    struct zone_time local;
    int offset_seconds; /* NO_OFFSET: local is in the render zone */
};

static void utc_local(int64_t at_ms, struct zone_time *out)
{
    int64_t seconds = calendar_floor(at_ms, 1000);
    int64_t day = calendar_floor(seconds, DAY_SECONDS);
    int rest = (int)calendar_rest(seconds, DAY_SECONDS);
    int64_t year;

    *out = (struct zone_time){ .hour = rest / 3600,
                               .minute = rest / 60 % 60,
                               .second = rest % 60,
                               .weekday = calendar_weekday(day),
                               .abbreviation = "UTC" };
    calendar_date(day, &year, &out->month, &out->day);
    out->year = (int)year;
    out->yearday = (int)(day - calendar_day(year, 1, 1));
}

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
        if (!isdigit((unsigned char)**at))
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
    if ((take_sign(at, ":") || isdigit((unsigned char)**at)) && !take_number(at, 2, 0, 59, &minutes))
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

/* Local time of the value in the zone, or false. */
static bool value_local(const char *text, const struct zone *zone, struct zone_time *local)
{
    struct reading reading;
    int64_t at_ms;

    if (!read_count(text, &at_ms)) {
        if (!read_iso(text, &reading))
            return false;
        if (reading.offset_seconds == NO_OFFSET)
            at_ms = zone != NULL ? zone_moment(zone, &reading.local) : utc_moment(&reading.local);
        else
            at_ms = utc_moment(&reading.local) - (int64_t)reading.offset_seconds * 1000;
    }
    if (!in_years(at_ms))
        return false;
    if (zone != NULL)
        zone_local(zone, at_ms, local);
    else
        utc_local(at_ms, local);
    return true;
}

static int hour12(const struct zone_time *local)
{
    return local->hour % 12 == 0 ? 12 : local->hour % 12;
}

/* A number of `width` places: padded by '0' or ' ', or not at all when `pad` is '-'. */
static void add_number(int number, int width, char pad, struct buf *out)
{
    if (pad == '-')
        buf_addf(out, "%d", number);
    else if (pad == ' ')
        buf_addf(out, "%*d", width, number);
    else
        buf_addf(out, "%0*d", width, number);
}

static void add_offset(int seconds, struct buf *out)
{
    int minutes = abs(seconds) / 60;

    buf_addf(out, "%c%02d%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* Appends what a conversion stands for; false when there is none of that letter. */
static bool add_conversion(char letter, bool is_bare, const struct zone_time *local, struct buf *out)
{
    const struct {
        char letter;
        int number, width;
        char pad;
    } numbers[] = {
        { 'Y', local->year, 4, '0' },       { 'm', local->month, 2, '0' },
        { 'd', local->day, 2, '0' },        { 'e', local->day, 2, ' ' },
        { 'H', local->hour, 2, '0' },       { 'I', hour12(local), 2, '0' },
        { 'M', local->minute, 2, '0' },     { 'S', local->second, 2, '0' },
        { 'y', local->year % 100, 2, '0' }, { 'j', local->yearday + 1, 3, '0' },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].letter == letter) {
            add_number(numbers[i].number, numbers[i].width, is_bare ? '-' : numbers[i].pad, out);
            return true;
        }
    switch (letter) {
    case 'p': buf_add_text(out, local->hour < 12 ? "AM" : "PM"); return true;
    case 'a': buf_add(out, DAYS[local->weekday], 3); return true;
    case 'A': buf_add_text(out, DAYS[local->weekday]); return true;
    case 'b': buf_add(out, MONTHS[local->month - 1], 3); return true;
    case 'B': buf_add_text(out, MONTHS[local->month - 1]); return true;
    case 'z': add_offset(local->offset_seconds, out); return true;
    case 'Z': buf_add_text(out, local->abbreviation); return true;
    case '%': buf_add_char(out, '%'); return true;
    default: return false;
    }
}

/* Appends the formatted time. NULL, or where a conversion stands that is not known. */
static const char *format_time(const char *format, const struct zone_time *local, struct buf *out)
{
    for (const char *at = format; *at != '\0'; at++) {
        const char *start = at;
        bool is_bare = at[0] == '%' && at[1] == '-';

        if (*at != '%') {
            buf_add_char(out, *at);
            continue;
        }
        at += is_bare ? 2 : 1;
        if (*at == '\0' || !add_conversion(*at, is_bare, local, out))
            return start;
    }
    return NULL;
}

int filter_check_date(char *const *args, struct error *error)
{
    struct zone_time epoch;
    struct buf out = { 0 };
    const char *unknown;

    utc_local(0, &epoch);
    unknown = format_time(args[0], &epoch, &out);
    buf_release(&out);
    if (unknown != NULL)
        return error_set(
            error,
            "date does not know \"%.3s\"; known are %%Y %%m %%d %%H %%M %%S %%y %%e %%I %%p %%a %%A "
            "%%b %%B %%j %%Z %%z %%%%, and %%-d for a day without its zero.",
            unknown);
    return 0;
}

void filter_date(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    struct zone_time local;
    bool is_day = value->len == strlen("2026-05-12") && strchr(buf_text(value) + 1, '-') != NULL;
    const char *format = args[0] != NULL ? args[0] : is_day ? "%Y-%m-%d" : "%Y-%m-%d %H:%M";

    if (strlen(buf_text(value)) == value->len && value_local(buf_text(value), zone, &local))
        format_time(format, &local, out);
    else
        buf_add(out, value->data, value->len);
}
