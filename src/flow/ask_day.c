/*
 * ask_day: days as they are told from today, weekdays, and which day it all comes to.
 *
 * A weekday is the first one from today on. "Next Friday" is the Friday of next week, weeks beginning on
 * Monday; "el próximo viernes" is the first one after today, as it is in Spanish. What no calendar has (30
 * February) is a doubt, and so is a weekday that does not fit its date.
 */
#include "base/calendar.h"
#include "flow/ask_lexicon.h"
#include "flow/ask_when.h"

enum { COUNT_MAX = 3660, COUNT_MONTHS_MAX = 120, MINUTE_MS = 60 * 1000 };

static bool is_kind(const struct when *when, size_t at, int kind)
{
    return ask_piece_is(when->pieces, at, kind);
}

enum unit { UNIT_NONE, UNIT_MINUTES, UNIT_HOURS, UNIT_DAYS, UNIT_WEEKS, UNIT_MONTHS };

static enum unit unit_at(const struct when *when, size_t at)
{
    if (at >= when->pieces->count)
        return UNIT_NONE;
    switch (when->pieces->list[at].kind) {
    case WORD_MINUTES: return UNIT_MINUTES;
    case WORD_H:
    case WORD_HOURS: return UNIT_HOURS;
    case WORD_UNIT_DAY: return UNIT_DAYS;
    case WORD_UNIT_WEEK: return UNIT_WEEKS;
    case WORD_UNIT_MONTH: return UNIT_MONTHS;
    default: return ask_word_is_il(when->pieces, at) ? UNIT_DAYS : UNIT_NONE;
    }
}

/* What comes on top of hours: "and a half", 반, "30 minutes". */
static size_t minutes_at(const struct when *when, size_t at, int64_t *minutes)
{
    struct numeral number;
    size_t joint = is_kind(when, at, WORD_AND), count;

    if (is_kind(when, at, WORD_AND_HALF) || is_kind(when, at, WORD_HALF)) {
        *minutes = 30;
        return 1;
    }
    count = when_number(when, at + joint, &number);
    if (count == 0 || number.units > 59 || !is_kind(when, at + joint + count, WORD_MINUTES))
        return 0;
    *minutes = number.units;
    return joint + count + 1;
}

/* "3 days", "a week", 이틀, "an hour and a half": *count of *unit, and minutes on top of hours. */
static size_t span_at(const struct when *when, size_t at, int64_t *count, enum unit *unit, int64_t *minutes)
{
    struct numeral number;
    size_t from = at, taken;

    *minutes = 0;
    if (is_kind(when, at, WORD_SPAN_DAYS)) {
        *count = when->pieces->list[at].value;
        *unit = UNIT_DAYS;
        return 1;
    }
    if (is_kind(when, from, PIECE_FILLER))
        from++;
    if (is_kind(when, from, WORD_HALF) && unit_at(when, from + 1) == UNIT_HOURS) {
        *count = 30;
        *unit = UNIT_MINUTES;
        return from + 2 - at;
    }
    taken = when_number(when, from, &number);
    *unit = unit_at(when, from + taken);
    *count = taken > 0 ? number.units : 1;
    if (*unit == UNIT_NONE || (taken == 0 && from == at && *unit != UNIT_HOURS))
        return 0;
    taken++;
    if (*unit == UNIT_HOURS)
        taken += minutes_at(when, from + taken, minutes);
    return from + taken - at;
}

static void mark_span(struct when *when, int64_t count, enum unit unit, int64_t minutes, int sign)
{
    int64_t year;
    int month, day;

    if (count > (unit == UNIT_MONTHS ? COUNT_MONTHS_MAX : COUNT_MAX)) {
        when->is_doubtful = true;
        return;
    }
    count *= sign;
    switch (unit) {
    case UNIT_MINUTES: when_mark(when, &when->moment, when->ask->now + count * MINUTE_MS); break;
    case UNIT_HOURS:
        when_mark(when, &when->moment, when->ask->now + (count * 60 + sign * minutes) * MINUTE_MS);
        break;
    case UNIT_DAYS: when_mark(when, &when->day, when->today + count); break;
    case UNIT_WEEKS: when_mark(when, &when->day, when->today + 7 * count); break;
    case UNIT_MONTHS: /* the 31st becomes the last of a shorter month */
        calendar_date(calendar_day(when->local.year, when->local.month + count, 1), &year, &month, &day);
        day = calendar_month_days(year, month);
        when_mark(when, &when->day, calendar_day(year, month, when->local.day < day ? when->local.day : day));
        break;
    case UNIT_NONE: break;
    }
}

static size_t read_span(struct when *when, size_t at)
{
    bool comes = is_kind(when, at, WORD_IN), went = is_kind(when, at, WORD_SINCE);
    size_t from = at + (comes || went), count;
    enum unit unit;
    int64_t number, minutes;

    if (!when_is_loose(when))
        return 0;
    count = span_at(when, from, &number, &unit, &minutes);
    if (count == 0)
        return 0;
    if (is_kind(when, from + count, PIECE_ENDING))
        count++;
    bool has_later = is_kind(when, from + count, WORD_LATER), has_ago = is_kind(when, from + count, WORD_AGO);
    if (!comes && !went && !has_later && !has_ago)
        return 0;
    mark_span(when, number, unit, minutes, went || has_ago ? -1 : 1);
    return from + count + (has_later || has_ago) - at;
}

/* Weekdays */

static bool mode_at(const struct when *when, size_t at, enum weekday_mode *mode)
{
    if (at >= when->pieces->count)
        return false;
    switch (when->pieces->list[at].kind) {
    case WORD_THIS: *mode = WEEKDAY_PLAIN; return true;
    case WORD_NEXT: *mode = WEEKDAY_NEXT; return true;
    case WORD_NEAREST: *mode = WEEKDAY_NEAREST; return true;
    case WORD_LAST: *mode = WEEKDAY_LAST; return true;
    default: return false;
    }
}

static size_t read_weekday(struct when *when, size_t at)
{
    enum weekday_mode mode = WEEKDAY_PLAIN;
    size_t from = at + mode_at(when, at, &mode);

    if (!is_kind(when, from, WORD_WEEKDAY))
        return 0;
    when_mark(when, &when->weekday, when->pieces->list[from].value);
    from++;
    from += mode_at(when, from, &mode);
    if (mode != WEEKDAY_PLAIN)
        when->weekday_mode = mode;
    when->weekday_at = from;
    return from - at;
}

/* Single words */

static size_t read_word(struct when *when, size_t at)
{
    const struct ask_piece *piece = &when->pieces->list[at];

    switch (piece->kind) {
    case WORD_DAY: when_mark(when, &when->day, when->today + piece->value); return 1;
    case WORD_TODAY_PART:
        when_mark(when, &when->day, when->today);
        when_part(when, piece->value);
        return 1;
    case WORD_FEAST:
        when_mark(when, &when->month, piece->value / 100);
        when_mark(when, &when->monthday, piece->value % 100);
        return 1;
    case WORD_WEEK_FROM: when_mark(when, &when->week_from, piece->value); return 1;
    case WORD_MONTH_FROM: when_mark(when, &when->month_from, piece->value); return 1;
    case WORD_YEAR_FROM: when_mark(when, &when->year_from, piece->value); return 1;
    default: return 0;
    }
}

size_t when_day(struct when *when, size_t at)
{
    static size_t (*const READERS[])(struct when *, size_t) = { when_date, read_span, read_weekday,
                                                                read_word };
    size_t count = 0;
    bool has_the = is_kind(when, at, WORD_THE);

    for (size_t i = 0; count == 0 && i < sizeof READERS / sizeof READERS[0]; i++) {
        count = at + has_the < when->pieces->count ? READERS[i](when, at + has_the) : 0;
        count += count > 0 && has_the;
    }
    return count > 0 ? count : when_monthday(when, at);
}

/* All marks together */

static bool date_exists(int64_t year, int64_t month, int64_t day)
{
    return year >= WHEN_YEAR_FIRST && year <= WHEN_YEAR_LAST && day <= calendar_month_days(year, (int)month);
}

/* A day of a year: of the one that was said, else the next one; 29 February may be some years away. */
static int resolve_month(const struct when *when, int64_t *day)
{
    int64_t year = when->local.year;
    bool has_year = when->year.is_set || when->year_from.is_set;

    if (when->year.is_set)
        year = when->year.value;
    else if (when->year_from.is_set)
        year += when->year_from.value;
    for (int tries = has_year ? 1 : 9; tries > 0; tries--, year++) {
        *day = calendar_day(year, when->month.value, when->monthday.value);
        if (date_exists(year, when->month.value, when->monthday.value) && (has_year || *day >= when->today))
            return 1;
    }
    return -1;
}

/* A day of a month that was not named: of this month, or of the next that has it. */
static int resolve_monthday(const struct when *when, int64_t *day)
{
    int64_t months = when->month_from.is_set ? when->month_from.value : 0, year;
    int month, first;

    for (int tries = when->month_from.is_set ? 1 : 3; tries > 0; tries--, months++) {
        calendar_date(calendar_day(when->local.year, when->local.month + months, 1), &year, &month, &first);
        *day = calendar_day(year, month, when->monthday.value);
        if (date_exists(year, month, when->monthday.value) &&
            (when->month_from.is_set || *day >= when->today))
            return 1;
    }
    return -1;
}

static int64_t resolve_weekday(const struct when *when)
{
    int64_t monday = when->today - (calendar_weekday(when->today) + 6) % 7;
    int64_t of_week = (when->weekday.value + 6) % 7;
    int64_t ahead = (when->weekday.value - calendar_weekday(when->today) + 7) % 7;

    if (when->week_from.is_set)
        return monday + 7 * when->week_from.value + of_week;
    switch (when->weekday_mode) {
    case WEEKDAY_NEXT: return monday + 7 + of_week;
    case WEEKDAY_NEAREST: return when->today + (ahead > 0 ? ahead : 7);
    case WEEKDAY_LAST: return when->today + ahead - 7;
    case WEEKDAY_PLAIN: break;
    }
    return when->today + ahead;
}

/* The same day said twice, in two ways. */
static bool agrees(const struct when *when, int64_t day)
{
    int64_t year;
    int month, monthday;

    calendar_date(day, &year, &month, &monthday);
    return (!when->weekday.is_set || when->weekday.value == calendar_weekday(day)) &&
           (!when->monthday.is_set || when->monthday.value == monthday) &&
           (!when->month.is_set || when->month.value == month) &&
           (!when->year.is_set || when->year.value == year);
}

int when_resolve_day(const struct when *when, int64_t *day)
{
    int result;

    if (when->is_doubtful)
        return -1;
    if (when->day.is_set) {
        *day = when->day.value;
        result = 1;
    } else if (when->monthday.is_set) {
        result = when->month.is_set ? resolve_month(when, day) : resolve_monthday(when, day);
    } else if (when->weekday.is_set) {
        *day = resolve_weekday(when);
        result = 1;
    } else {
        return 0;
    }
    return result == 1 && agrees(when, *day) ? 1 : -1;
}
