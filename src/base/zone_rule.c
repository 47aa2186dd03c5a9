/*
 * zone_rule: the rule in a time zone file's last line.
 *
 * The text is that of the TZ variable of POSIX as RFC 8536 widens it: a name (letters, or anything in
 * <…>), an offset that counts west, and where there is summer time its name, an offset (an hour more
 * if left out) and the two changes. A change is a day (J60, 59 or M3.2.0) and a time of day, which may
 * be negative or many hours long: "the Sunday after the last Saturday" is written as a Saturday's 24:00
 * and more. POSIX's default for rules left out means whatever the system likes; it is refused.
 *
 * A moment is looked up by listing the changes of its year and of two years on either side (a change may
 * lie a week off its day) in order of time; the last one before the moment says which time it is. Years
 * need not be halved: north, south and
 * Ireland (whose winter is the "summer") differ only in which change comes first. Where one year's
 * summer ends in the very second the next begins (zones that keep summer time all year are written so)
 * the earlier entry stays without a length, because equal moments keep the order of the list.
 */
#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "base/zone_rule.h"

enum {
    DAY_SECONDS = 86400,
    MAX_OFFSET_HOURS = 24,
    MAX_CHANGE_HOURS = 167, /* RFC 8536, 3.3.1 */
    YEARS_LISTED = 5,
};

/* Reads digits up to `max`. NULL when there is no number, or a greater one. */
static const char *read_number(const char *at, int max, int *number)
{
    if (at == NULL || *at < '0' || *at > '9')
        return NULL;
    *number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        *number = *number * 10 + (*at - '0');
        if (*number > max)
            return NULL;
    }
    return at;
}

/* Reads [+-]hh[:mm[:ss]]. */
static const char *read_time(const char *at, int max_hours, int *seconds)
{
    int hours, minutes = 0, rest = 0;
    int sign = *at == '-' ? -1 : 1;

    if (*at == '-' || *at == '+')
        at++;
    at = read_number(at, max_hours, &hours);
    if (at != NULL && *at == ':')
        at = read_number(at + 1, 59, &minutes);
    if (at != NULL && *at == ':')
        at = read_number(at + 1, 59, &rest);
    *seconds = at != NULL ? sign * (hours * 3600 + minutes * 60 + rest) : 0;
    return at;
}

static const char *read_name(const char *at, struct zone_type *type)
{
    size_t len;
    const char *end;

    if (*at == '<') {
        len = strcspn(++at, ">");
        end = at + len + 1;
        if (at[len] == '\0')
            return NULL;
    } else {
        for (len = 0; ascii_is_letter(at[len]); len++)
            ;
        end = at + len;
    }
    if (len < 3 || len >= sizeof type->abbreviation)
        return NULL;
    memcpy(type->abbreviation, at, len);
    type->abbreviation[len] = '\0';
    return end;
}

static const char *read_month_day(const char *at, struct zone_change *change)
{
    change->kind = DAY_OF_MONTH;
    at = read_number(at, 12, &change->month);
    if (at == NULL || *at != '.')
        return NULL;
    at = read_number(at + 1, 5, &change->week);
    if (at == NULL || *at != '.' || change->month < 1 || change->week < 1)
        return NULL;
    return read_number(at + 1, 6, &change->day);
}

static const char *read_change(const char *at, struct zone_change *change)
{
    *change = (struct zone_change){ .kind = DAY_OF_YEAR, .at_seconds = 2 * 3600 };
    if (*at != ',')
        return NULL;
    at++;
    if (*at == 'M') {
        at = read_month_day(at + 1, change);
    } else if (*at == 'J') {
        change->kind = DAY_JULIAN;
        at = read_number(at + 1, 365, &change->day);
        if (change->day < 1)
            return NULL;
    } else {
        at = read_number(at, 365, &change->day);
    }
    if (at != NULL && *at == '/')
        at = read_time(at + 1, MAX_CHANGE_HOURS, &change->at_seconds);
    return at;
}

/* Offsets are written as what to add to local time to get UTC. */
static const char *read_offset(const char *at, struct zone_type *type)
{
    int west;

    at = read_time(at, MAX_OFFSET_HOURS, &west);
    type->offset_seconds = -west;
    return at;
}

int zone_rule_parse(const char *text, struct zone_rule *rule)
{
    *rule = (struct zone_rule){ 0 };
    const char *at = read_name(text, &rule->standard);
    if (at != NULL)
        at = read_offset(at, &rule->standard);
    if (at == NULL)
        return -1;
    if (*at == '\0')
        return 0;
    rule->has_summer = true;
    at = read_name(at, &rule->summer);
    rule->summer.offset_seconds = rule->standard.offset_seconds + 3600;
    if (at != NULL && *at != ',')
        at = read_offset(at, &rule->summer);
    if (at != NULL)
        at = read_change(at, &rule->begin);
    if (at != NULL)
        at = read_change(at, &rule->end);
    return at != NULL && *at == '\0' ? 0 : -1;
}

static int64_t month_day(const struct zone_change *change, int64_t year)
{
    int64_t first = calendar_day(year, change->month, 1);
    int64_t day = first + calendar_rest(change->day - calendar_weekday(first), 7) + 7 * (change->week - 1);

    /* Week 5 is the last one, be it the fourth. */
    return day - first < calendar_month_days(year, change->month) ? day : day - 7;
}

static int64_t change_day(const struct zone_change *change, int64_t year)
{
    int64_t first = calendar_day(year, 1, 1);

    switch (change->kind) {
    case DAY_JULIAN:
        return first + change->day - 1 + (calendar_is_leap(year) && change->day >= 60);
    case DAY_OF_YEAR:
        return first + change->day;
    default:
        return month_day(change, year);
    }
}

/* `before` is the local time in force until the change. */
static int64_t change_moment(const struct zone_change *change, int64_t year, const struct zone_type *before)
{
    return change_day(change, year) * DAY_SECONDS + change->at_seconds - before->offset_seconds;
}

/* Puts the change behind all that are not later. */
static void insert(struct zone_span *list, size_t count, int64_t start, const struct zone_type *type)
{
    size_t at = count;

    for (; at > 0 && list[at - 1].start > start; at--)
        list[at] = list[at - 1];
    list[at] = (struct zone_span){ .start = start, .type = type };
}

static int64_t year_of(int64_t at)
{
    int64_t year;
    int month, day;

    calendar_date(calendar_floor(at, DAY_SECONDS), &year, &month, &day);
    return year;
}

void zone_rule_span(const struct zone_rule *rule, int64_t at, struct zone_span *span)
{
    struct zone_span list[2 * YEARS_LISTED];
    size_t count = 0;

    *span = (struct zone_span){ INT64_MIN, INT64_MAX, &rule->standard };
    if (!rule->has_summer)
        return;
    int64_t first_year = year_of(at) - YEARS_LISTED / 2;
    for (int64_t year = first_year; year < first_year + YEARS_LISTED; year++) {
        insert(list, count++, change_moment(&rule->begin, year, &rule->standard), &rule->summer);
        insert(list, count++, change_moment(&rule->end, year, &rule->summer), &rule->standard);
    }
    for (size_t i = 0; i + 1 < count; i++) {
        *span = list[i];
        span->end = list[i + 1].start;
        if (at < span->end)
            return;
    }
}
