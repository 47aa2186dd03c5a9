/*
 * opening_day: the private side of an opening, for rules/opening*.c: the hours of one day.
 */
#ifndef RULES_OPENING_DAY_H
#define RULES_OPENING_DAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"
#include "rules/opening.h"

enum { DAY_MINUTES = 24 * 60, DAY_HOURS_MAX = 12, OPENING_SEARCH_DAYS = 366 };

/* An interval: minutes of the wall clock after the day's first; opens < closes <= opens + one day. */
struct hours {
    int opens, closes;
    const struct row *row; /* while it is built */
};

struct day_hours {
    struct hours list[DAY_HOURS_MAX]; /* ascending, apart from each other */
    size_t count;
    const char *note; /* of a holiday; NULL: none */
};

/* From `first` to `last`: numbers of days (base/calendar.h), or days of a leap year, 0 … 365, in a circle. */
struct holiday {
    bool is_yearly;
    int64_t first, last;
    struct day_hours hours;
    const struct row *row; /* while it is built */
};

struct opening {
    struct day_hours week[7]; /* from Sunday */
    struct holiday *holidays;
    size_t holiday_count;
};

/* An interval of a certain day, from `start` to before `end`. */
struct stretch {
    int64_t start, end;
};

/* The number of the local day that holds the moment. */
int64_t opening_day(const struct zone *zone, int64_t at);

/* What counts on that day: its holiday's hours, or its weekday's. */
const struct day_hours *opening_day_hours(const struct opening *opening, int64_t day);

/* False when nothing is left of it: the clock leaves it out. */
bool opening_stretch(const struct zone *zone, int64_t day, const struct hours *hours,
                     struct stretch *stretch);

bool holiday_covers(const struct holiday *holiday, int64_t day);
int64_t holiday_day_of_year(int month, int day);

#endif
