/*
 * calendar: days of the Gregorian calendar, counted from 1970-01-01, without any time zone. Pure; any thread.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* The day's number; months and days beyond their range roll over (month 13 is January of the next year). */
int64_t calendar_day(int64_t year, int64_t month, int64_t day);

/* The date of a day's number: month 1 … 12, day 1 … 31. */
void calendar_date(int64_t number, int64_t *year, int *month, int *day);

/* 0 Sunday … 6 Saturday. */
int calendar_weekday(int64_t number);

bool calendar_is_leap(int64_t year);
int calendar_month_days(int64_t year, int month);

/* Division that rounds down, and its remainder, which is never negative. `by` is positive. */
int64_t calendar_floor(int64_t number, int64_t by);
int64_t calendar_rest(int64_t number, int64_t by);

#endif
