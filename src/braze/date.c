/*
 * date: reading moments.
 *
 * Two things need it: `sent_at` of a webhook, which a template may render in any of Liquid's ways, and the
 * date form of Retry-After. Both come from outside, so each field is checked (31 April is no date) and the
 * text must end where the date ends. The C library's zone and locale stay out of it.
 *
 * A bare number is seconds below 10^11 and milliseconds from there on: read the wrong way round, 10^11
 * would be the year 5138 or March 1973, and neither is meant. What falls outside 2000 … 2099 is senseless,
 * and senseless is "not told": a template that renders a birthday or a zero must not date a message.
 */
#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"

#include "braze/date.h"

static const int64_t MOMENT_MIN = 946684800000, MOMENT_MAX = 4102444800000; /* 2000-01-01, 2100-01-01 */

struct date {
    int year, month, day, hour, minute, second, ms, offset_minutes;
};

/* Reads exactly `count` digits. */
static bool take_digits(const char **at, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!ascii_is_digit(**at))
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool is_possible(const struct date *date)
{
    if (date->month < 1 || date->month > 12 || date->day < 1)
        return false;
    return date->day <= calendar_month_days(date->year, date->month) && date->hour < 24 &&
           date->minute < 60 && date->second <= 60;
}

static int64_t to_unix_ms(const struct date *date)
{
    int64_t days = calendar_day(date->year, date->month, date->day);
    int64_t minutes = (days * 24 + date->hour) * 60 + date->minute - date->offset_minutes;
    return (minutes * 60 + date->second) * 1000 + date->ms;
}

/* A fraction of any length; three digits of it count. */
static bool take_fraction(const char **at, int *ms)
{
    if (!ascii_is_digit(**at))
        return false;
    *ms = 0;
    for (int weight = 100; ascii_is_digit(**at); weight /= 10, (*at)++)
        *ms += weight * (**at - '0');
    return true;
}

static bool take_time(const char **at, struct date *date)
{
    if (!take_digits(at, 2, &date->hour) || !take_char(at, ':') || !take_digits(at, 2, &date->minute))
        return false;
    if (!take_char(at, ':'))
        return true;
    if (!take_digits(at, 2, &date->second))
        return false;
    return !take_char(at, '.') || take_fraction(at, &date->ms);
}

/* "Z", "UTC", "GMT", "+09:00", "+0900", "+09", or nothing. */
static bool take_zone(const char **at, struct date *date)
{
    while (take_char(at, ' '))
        continue;
    if (take_char(at, 'Z') || **at == '\0')
        return true;
    if (strncmp(*at, "UTC", 3) == 0 || strncmp(*at, "GMT", 3) == 0) {
        *at += 3;
        return true;
    }
    int sign = **at == '-' ? -1 : 1, hours, minutes = 0;
    if ((**at != '+' && **at != '-') || (++*at, !take_digits(at, 2, &hours)))
        return false;
    if ((take_char(at, ':') || ascii_is_digit(**at)) && !take_digits(at, 2, &minutes))
        return false;
    date->offset_minutes = sign * (hours * 60 + minutes);
    return hours <= 14 && minutes < 60;
}

static bool parse_iso(const char *text, int64_t *ms)
{
    struct date date = { 0 };
    const char *at = text;
    if (!take_digits(&at, 4, &date.year) || !take_char(&at, '-') || !take_digits(&at, 2, &date.month) ||
        !take_char(&at, '-') || !take_digits(&at, 2, &date.day))
        return false;
    bool has_time = *at == 'T' || (at[0] == ' ' && ascii_is_digit(at[1]));
    if (has_time && (at++, !take_time(&at, &date)))
        return false;
    if (!take_zone(&at, &date) || *at != '\0' || !is_possible(&date))
        return false;
    *ms = to_unix_ms(&date);
    return true;
}

static bool parse_number(const char *text, int64_t *ms)
{
    const char *at = text;
    int64_t number = 0;
    int fraction = 0;
    for (; ascii_is_digit(*at); at++) {
        if (at - text >= 15)
            return false;
        number = number * 10 + (*at - '0');
    }
    if (at == text || (take_char(&at, '.') && !take_fraction(&at, &fraction)) || *at != '\0')
        return false;
    *ms = number < 100000000000 ? number * 1000 + fraction : number;
    return true;
}

int64_t date_parse_moment(const char *text)
{
    int64_t ms;
    if (!parse_number(text, &ms) && !parse_iso(text, &ms))
        return 0;
    return ms >= MOMENT_MIN && ms < MOMENT_MAX ? ms : 0;
}

bool date_parse_http(const char *text, int64_t *ms)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct date date = { 0 };
    const char *at = text;
    if (strlen(text) != 29 || text[3] != ',' || text[4] != ' ')
        return false;
    at += 5;
    if (!take_digits(&at, 2, &date.day) || !take_char(&at, ' '))
        return false;
    for (int i = 0; i < 12; i++)
        if (strncmp(at, MONTHS + (ptrdiff_t)3 * i, 3) == 0)
            date.month = i + 1;
    at += 3;
    if (!take_char(&at, ' ') || !take_digits(&at, 4, &date.year) || !take_char(&at, ' '))
        return false;
    if (!take_time(&at, &date) || strcmp(at, " GMT") != 0 || !is_possible(&date))
        return false;
    *ms = to_unix_ms(&date);
    return true;
}
