/*
 * calendar: days of the Gregorian calendar, without any time zone.
 *
 * The year is taken to begin in March, so that the leap day is its last day. Then the days before a
 * month follow one line, (153 m + 2) / 5 for m = 0 (March) … 11 (February): months alternate 31 and 30
 * in groups of five that make 153 days. The calendar repeats after 400 years of 146,097 days; all
 * divisions round down, so the formulas hold before 1970, and before year 0, as well.
 *
 * The way back takes the day apart in the same units: era of 400 years, year within it (a day is taken
 * off for each leap day passed, one given back for each century), then the month by the inverse of the
 * line. Numbers of years are bounded only by 64 bits; milliseconds in 64 bits reach year 292 million.
 */
#include "base/calendar.h"

enum {
    DAYS_IN_ERA = 146097,   /* 400 years */
    MARCH_OF_YEAR_0 = 719468 /* days from 0000-03-01 to 1970-01-01 */
};

int64_t calendar_floor(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

int64_t calendar_rest(int64_t number, int64_t by)
{
    int64_t rest = number % by;

    return rest < 0 ? rest + by : rest;
}

int64_t calendar_day(int64_t year, int64_t month, int64_t day)
{
    int64_t months = month - 3; /* from March on */

    year += calendar_floor(months, 12);
    months = calendar_rest(months, 12);
    int64_t era = calendar_floor(year, 400);
    int64_t year_of_era = calendar_rest(year, 400);
    int64_t day_of_year = (153 * months + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_IN_ERA + day_of_era - MARCH_OF_YEAR_0;
}

void calendar_date(int64_t number, int64_t *year, int *month, int *day)
{
    int64_t era = calendar_floor(number + MARCH_OF_YEAR_0, DAYS_IN_ERA);
    int64_t of_era = calendar_rest(number + MARCH_OF_YEAR_0, DAYS_IN_ERA);
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t months = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * months + 2) / 5 + 1);
    *month = (int)(months < 10 ? months + 3 : months - 9);
    *year = era * 400 + year_of_era + (*month <= 2);
}

int calendar_weekday(int64_t number)
{
    return (int)calendar_rest(number + 4, 7); /* 1970-01-01 was a Thursday */
}

bool calendar_is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int calendar_month_days(int64_t year, int month)
{
    return (int)(calendar_day(year, month + 1, 1) - calendar_day(year, month, 1));
}
