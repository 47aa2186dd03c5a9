/*
 * opening: questions about moments.
 *
 * The hours of a day become stretches of time, and a moment is asked for among the stretches of its local day
 * and of the days around it: the day before may reach over midnight, and where a clock is put back over
 * midnight, the day after has begun already. zone_moment keeps the order of wall times, so the stretches of
 * ascending days ascend, and the first one that fits is the earliest.
 *
 * An opening is a start before which it was closed: of two stretches that touch (until 24:00, and from 00:00
 * on), the second is none. Searches end after a year, which holds every weekday and every yearly holiday.
 */
#include <stdlib.h>

#include "base/calendar.h"
#include "rules/opening_day.h"

int64_t opening_day(const struct zone *zone, int64_t at)
{
    struct zone_time local;
    zone_local(zone, at, &local);
    return calendar_day(local.year, local.month, local.day);
}

int64_t holiday_day_of_year(int month, int day)
{
    return calendar_day(2000, month, day) - calendar_day(2000, 1, 1);
}

/* `day` is counted as the holiday's own are. */
bool holiday_covers(const struct holiday *holiday, int64_t day)
{
    if (holiday->first <= holiday->last)
        return day >= holiday->first && day <= holiday->last;
    return day >= holiday->first || day <= holiday->last; /* over New Year */
}

const struct day_hours *opening_day_hours(const struct opening *opening, int64_t day)
{
    const struct day_hours *found = &opening->week[calendar_weekday(day)];
    int64_t year;
    int month, day_of_month;
    calendar_date(day, &year, &month, &day_of_month);
    int64_t day_of_year = holiday_day_of_year(month, day_of_month);

    for (size_t i = 0; i < opening->holiday_count; i++) {
        const struct holiday *holiday = &opening->holidays[i];
        if (!holiday_covers(holiday, holiday->is_yearly ? day_of_year : day))
            continue;
        found = &holiday->hours;
        if (!holiday->is_yearly)
            break;
    }
    return found;
}

static int64_t moment(const struct zone *zone, int64_t day, int minute)
{
    struct zone_time local = { .minute = minute };
    int64_t year;
    calendar_date(day, &year, &local.month, &local.day);
    local.year = (int)year;
    return zone_moment(zone, &local);
}

bool opening_stretch(const struct zone *zone, int64_t day, const struct hours *hours, struct stretch *stretch)
{
    stretch->start = moment(zone, day, hours->opens);
    stretch->end = moment(zone, day, hours->closes);
    return stretch->start < stretch->end;
}

bool opening_is_open_on(const struct opening *opening, int64_t day)
{
    return opening_day_hours(opening, day)->count > 0;
}

bool opening_is_open(const struct opening *opening, const struct zone *zone, int64_t at)
{
    int64_t today = opening_day(zone, at);

    for (int64_t day = today - 1; day <= today + 1; day++) {
        const struct day_hours *hours = opening_day_hours(opening, day);
        for (size_t i = 0; i < hours->count; i++) {
            struct stretch stretch;
            if (opening_stretch(zone, day, &hours->list[i], &stretch) && stretch.start <= at && at < stretch.end)
                return true;
        }
    }
    return false;
}

int64_t opening_next(const struct opening *opening, const struct zone *zone, int64_t at)
{
    int64_t today = opening_day(zone, at);
    for (int64_t day = today - 1; day <= today + OPENING_SEARCH_DAYS; day++) {
        const struct day_hours *hours = opening_day_hours(opening, day);
        for (size_t i = 0; i < hours->count; i++) {
            struct stretch stretch;
            if (opening_stretch(zone, day, &hours->list[i], &stretch) && stretch.start > at &&
                !opening_is_open(opening, zone, stretch.start - 1))
                return stretch.start;
        }
    }
    return OPENING_NEVER;
}

void opening_free(struct opening *opening)
{
    if (opening == NULL)
        return;
    free(opening->holidays);
    free(opening);
}
