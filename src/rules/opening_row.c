/*
 * opening_row: the tables `opening` and `holiday`, read.
 *
 * Owners type what stands on their door, so days are taken in the ways in which doors say them; but a time is
 * taken in one way only, because "9" and "7.30" are read differently by different people. What is not taken
 * is refused with the likely right way to write it.
 *
 * Intervals of one day may touch (then they become one) and may not overlap, also where one of the day before
 * reaches over midnight. Two holidays of the same kind may not share a day, unless they are the same days,
 * each row with hours of its own.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/calendar.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "rules/opening_day.h"

enum { OPENINGS_MAX = 500, HOLIDAYS_MAX = 1000, NOTE_MAX = 100, HOLIDAY_DAYS_MAX = 366, LEAP_YEAR = 2000 };

#define BIT(weekday) (1u << (weekday))

/* Each weekday is told by a bit, from Sunday; what is more than one day cannot end or begin a range. */
static const struct {
    const char *name;
    unsigned days;
} DAYS[] = {
    { "sunday", BIT(0) },    { "monday", BIT(1) }, { "tuesday", BIT(2) },  { "wednesday", BIT(3) },
    { "thursday", BIT(4) },  { "friday", BIT(5) }, { "saturday", BIT(6) }, { "sun", BIT(0) },
    { "mon", BIT(1) },       { "tue", BIT(2) },    { "wed", BIT(3) },      { "thu", BIT(4) },
    { "fri", BIT(5) },       { "sat", BIT(6) },    { "tues", BIT(2) },     { "thur", BIT(4) },
    { "thurs", BIT(4) },     { "daily", 0x7f },    { "every day", 0x7f },  { "everyday", 0x7f },
    { "weekdays", 0x3e },    { "weekday", 0x3e },  { "weekend", 0x41 },    { "weekends", 0x41 },
};

enum { DAY_NAMES = sizeof DAYS / sizeof DAYS[0] };

static const char *const WEEKDAY_NAMES[7] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                              "Thursday", "Friday", "Saturday" };

/* Signs and words that stand for "until" between two days. */
static const char *const DASHES[] = { "–", "—", "-", "~", "to ", ".." };

/* The length of the dash at `text`, 0 when there is none. */
static size_t dash_length(const char *text)
{
    for (size_t i = 0; i < sizeof DASHES / sizeof DASHES[0]; i++)
        if (strncasecmp(text, DASHES[i], strlen(DASHES[i])) == 0)
            return strlen(DASHES[i]);
    return 0;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* Takes a word's letters and inner blanks, up to a comma, a dash, " to " or the end, without outer blanks. */
static const char *take_word(const char *at, struct buf *word)
{
    buf_clear(word);
    at = skip_blanks(at);
    while (*at != '\0' && *at != ',' && *at != '&') {
        bool is_after_blank = word->len > 0 && at[-1] == ' ';
        if (dash_length(at) > 0 && (*at != 't' || is_after_blank) && (*at != 'T' || is_after_blank))
            break;
        buf_add_char(word, *at++);
    }
    while (word->len > 0 && isspace((unsigned char)word->data[word->len - 1]))
        buf_truncate(word, word->len - 1);
    return at;
}

static unsigned find_day(const char *word)
{
    for (size_t i = 0; i < DAY_NAMES; i++)
        if (strcasecmp(DAYS[i].name, word) == 0)
            return DAYS[i].days;
    return 0;
}

static int refuse_day(const struct row *row, const char *word, struct error *error)
{
    struct nearest nearest = { .word = word };
    struct buf advice = { 0 };
    for (size_t i = 0; i < DAY_NAMES; i++)
        nearest_offer(&nearest, DAYS[i].name);
    if (strncasecmp(word, "holiday", 7) == 0)
        buf_add_text(&advice, "; holidays have a table of their own: INSERT INTO holiday (day) VALUES "
                              "('12-25');");
    else if (nearest.best != NULL)
        nearest_advise(&nearest, NULL, &advice);
    else
        buf_add_text(&advice, "; days are written like mon, mon-fri, 'sat, sun', daily, weekdays or weekend");
    row_refuse(row, error, *word != '\0' ? "there is no day '%s'%s" : "a day is missing in days%s%s", word,
               buf_text(&advice));
    buf_release(&advice);
    return -1;
}

/* The weekday of a single bit, or -1. */
static int single_day(unsigned days)
{
    for (int i = 0; i < 7; i++)
        if (days == BIT(i))
            return i;
    return -1;
}

/* Adds one part of the list, a day or a range; *at moves behind it. */
static int take_part(const struct row *row, const char **at, struct buf *word, unsigned *days,
                     struct error *error)
{
    *at = take_word(*at, word);
    unsigned first = find_day(buf_text(word)), last;
    if (first == 0)
        return refuse_day(row, buf_text(word), error);
    size_t dash = dash_length(*at);
    *days |= first;
    if (dash == 0)
        return 0;
    *at = take_word(*at + dash, word);
    last = find_day(buf_text(word));
    if (last == 0)
        return refuse_day(row, buf_text(word), error);
    if (single_day(first) < 0 || single_day(last) < 0 || dash_length(*at) > 0)
        return row_refuse(row, error, "a range goes from one day to another, as in 'mon-fri', not '%s'",
                          row_value(row, "days"));
    for (int day = single_day(first); day != single_day(last); day = (day + 1) % 7)
        *days |= BIT(day);
    *days |= last;
    return 0;
}

static int take_days(const struct row *row, unsigned *days, struct error *error)
{
    const char *at;
    struct buf word = { 0 };
    int result = row_require(row, "days", &at, error);
    *days = 0;
    while (result == 0) {
        result = take_part(row, &at, &word, days, error);
        if (result != 0 || *at == '\0')
            break;
        at++;
    }
    buf_release(&word);
    return result;
}

/* What "9", "9.30", "9 pm" or "25:30" was probably meant to be; false when nothing comes to mind. */
static bool guess_time(const char *text, int *minute)
{
    char *end;
    long hour = strtol(text, &end, 10), minutes = 0;
    if (end == text || hour < 0 || hour > 47)
        return false;
    if (*end != '\0' && strchr(":.hH", *end) != NULL && isdigit((unsigned char)end[1]))
        minutes = strtol(end + 1, &end, 10);
    end += strspn(end, " hH");
    if (hour <= 12 && strncasecmp(end, "pm", 2) == 0)
        hour = hour % 12 + 12;
    else if (hour == 12 && strncasecmp(end, "am", 2) == 0)
        hour = 0;
    else if (*end != '\0' && strncasecmp(end, "am", 2) != 0 && strncasecmp(end, "Uhr", 3) != 0)
        return false;
    if (minutes > 59)
        return false;
    *minute = (int)(hour % 24) * 60 + (int)minutes;
    return true;
}

static int refuse_time(const struct row *row, const char *column, const char *text, struct error *error)
{
    int minute;
    if (guess_time(text, &minute))
        return row_refuse(row, error, "%s '%s' is no time of day; did you mean '%02d:%02d'?", column, text,
                          minute / 60, minute % 60);
    return row_refuse(row, error,
                      "%s '%s' is no time of day; times are written from 00:00 to 23:59, as in 09:00 or "
                      "18:30, and a closing also 24:00",
                      column, text);
}

/* h:mm or hh:mm. */
static int take_time(const struct row *row, const char *column, int most, int *minute, struct error *error)
{
    const char *text;
    if (row_require(row, column, &text, error) != 0)
        return -1;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 2 || text[digits] != ':' ||
        strspn(text + digits + 1, "0123456789") != 2 || text[digits + 3] != '\0')
        return refuse_time(row, column, text, error);
    long minutes = strtol(text + digits + 1, NULL, 10);
    *minute = (int)(strtol(text, NULL, 10) * 60 + minutes);
    return minutes <= 59 && *minute <= most ? 0 : refuse_time(row, column, text, error);
}

static int take_hours(const struct row *row, struct hours *hours, struct error *error)
{
    *hours = (struct hours){ .row = row };
    if (take_time(row, "opens", DAY_MINUTES - 1, &hours->opens, error) != 0 ||
        take_time(row, "closes", DAY_MINUTES, &hours->closes, error) != 0)
        return -1;
    if (hours->opens == hours->closes)
        return row_refuse(row, error, "it opens and closes at the same time, '%s'; for a whole day write "
                                      "'00:00' and '24:00'",
                          row_value(row, "opens"));
    if (hours->closes < hours->opens)
        hours->closes += DAY_MINUTES;
    return 0;
}

static int refuse_overlap(const struct hours *later, const struct hours *earlier, const char *when,
                          struct error *error)
{
    if (later->row->line < earlier->row->line && strcmp(later->row->file, earlier->row->file) == 0)
        return refuse_overlap(earlier, later, when, error);
    return row_refuse(later->row, error,
                      "the hours from %s to %s overlap those from %s to %s in %s:%d, on %s",
                      row_value(later->row, "opens"), row_value(later->row, "closes"),
                      row_value(earlier->row, "opens"), row_value(earlier->row, "closes"),
                      earlier->row->file, earlier->row->line, when);
}

/* Keeps the list in order. */
static int add_hours(struct day_hours *day, const struct hours *hours, const char *when, struct error *error)
{
    if (day->count == DAY_HOURS_MAX)
        return row_refuse(hours->row, error, "there are more than %d rows for %s", DAY_HOURS_MAX, when);
    size_t at = day->count;
    for (; at > 0 && day->list[at - 1].opens > hours->opens; at--)
        day->list[at] = day->list[at - 1];
    day->list[at] = *hours;
    day->count++;
    for (size_t i = 1; i < day->count; i++)
        if (day->list[i].opens < day->list[i - 1].closes)
            return refuse_overlap(&day->list[i], &day->list[i - 1], when, error);
    return 0;
}

/* Intervals that touch become one, for the texts; but none over a day: its end would look like its start. */
static void join_hours(struct day_hours *day)
{
    size_t kept = 0;
    for (size_t i = 1; i < day->count; i++)
        if (day->list[i].opens == day->list[kept].closes &&
            day->list[i].closes - day->list[kept].opens <= DAY_MINUTES)
            day->list[kept].closes = day->list[i].closes;
        else
            day->list[++kept] = day->list[i];
    if (day->count > 0)
        day->count = kept + 1;
}

/* Only the last interval of a day reaches over midnight, and only the first of the next can be in its way. */
static int check_nights(const struct opening *opening, struct error *error)
{
    for (size_t i = 0; i < 7; i++) {
        const struct day_hours *day = &opening->week[i], *next = &opening->week[(i + 1) % 7];
        if (day->count == 0 || next->count == 0)
            continue;
        const struct hours *last = &day->list[day->count - 1], *first = &next->list[0];
        if (last->closes - DAY_MINUTES > first->opens)
            return refuse_overlap(first, last, WEEKDAY_NAMES[(i + 1) % 7], error);
    }
    return 0;
}

static int take_week(struct opening *opening, const struct rows *rows, struct error *error)
{
    const struct row *row;
    size_t count = 0;
    for (size_t at = 0; (row = rows_next(rows, "opening", &at)) != NULL; count++) {
        struct hours hours;
        unsigned days;
        if (count == OPENINGS_MAX)
            return row_refuse(row, error, "there are more than %d rows in opening", OPENINGS_MAX);
        if (take_days(row, &days, error) != 0 || take_hours(row, &hours, error) != 0)
            return -1;
        for (int i = 0; i < 7; i++)
            if ((days & BIT(i)) != 0 && add_hours(&opening->week[i], &hours, WEEKDAY_NAMES[i], error) != 0)
                return -1;
    }
    for (size_t i = 0; count == 0 && i < 7; i++)
        opening->week[i] = (struct day_hours){ .list = { { .closes = DAY_MINUTES } }, .count = 1 };
    return count == 0 ? 0 : check_nights(opening, error);
}

/* A date, with or without its year. */
struct date {
    bool has_year;
    int year, month, day;
};

static bool take_digits(const char **at, int count, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, ++*at) {
        if (!isdigit((unsigned char)**at))
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

/* yyyy-mm-dd or mm-dd, a day that exists; *at moves behind it. */
static bool take_date(const char **at, struct date *date)
{
    const char *start = *at;
    *date = (struct date){ 0 };
    date->has_year = take_digits(at, 4, &date->year) && **at == '-';
    *at = date->has_year ? *at + 1 : start;
    if (!take_digits(at, 2, &date->month) || *(*at)++ != '-' || !take_digits(at, 2, &date->day))
        return false;
    int year = date->has_year ? date->year : LEAP_YEAR;
    return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
           date->day <= calendar_month_days(year, date->month) && (!date->has_year || year >= 1970);
}

static int64_t date_day(const struct date *date)
{
    return date->has_year ? calendar_day(date->year, date->month, date->day)
                          : holiday_day_of_year(date->month, date->day);
}

static int refuse_date(const struct row *row, struct error *error)
{
    return row_refuse(row, error,
                      "'%s' is no day of the calendar; holidays are written like '2026-12-25', '12-25' for "
                      "every year, or '2026-12-24 – 2026-12-26'",
                      row_value(row, "day"));
}

static int take_dates(const struct row *row, struct holiday *holiday, struct error *error)
{
    struct date first, last;
    const char *at;
    if (row_require(row, "day", &at, error) != 0)
        return -1;
    at = skip_blanks(at);
    if (!take_date(&at, &first))
        return refuse_date(row, error);
    last = first;
    at = skip_blanks(at);
    size_t dash = dash_length(at);
    at = skip_blanks(at + dash);
    if (dash > 0 && !take_date(&at, &last))
        return refuse_date(row, error);
    if (*skip_blanks(at) != '\0')
        return refuse_date(row, error);
    if (first.has_year != last.has_year)
        return row_refuse(row, error, "write both days of '%s' with their year, or none",
                          row_value(row, "day"));
    holiday->is_yearly = !first.has_year;
    holiday->first = date_day(&first);
    holiday->last = date_day(&last);
    if (!holiday->is_yearly && holiday->last < holiday->first)
        return row_refuse(row, error, "'%s' ends before it begins", row_value(row, "day"));
    if (!holiday->is_yearly && holiday->last - holiday->first >= HOLIDAY_DAYS_MAX)
        return row_refuse(row, error, "'%s' is longer than a year", row_value(row, "day"));
    return 0;
}

static int take_holiday_hours(const struct row *row, struct holiday *holiday, struct error *error)
{
    struct hours hours;
    if (row_value(row, "opens") == NULL && row_value(row, "closes") == NULL)
        return 0;
    if (take_hours(row, &hours, error) != 0)
        return -1;
    return add_hours(&holiday->hours, &hours, row_value(row, "day"), error);
}

static int take_note(const struct row *row, struct holiday *holiday, struct error *error)
{
    const char *note = row_value(row, "note");
    if (note != NULL && utf8_count(note, strlen(note)) > NOTE_MAX)
        return row_refuse(row, error, "note is longer than %d characters; customers are told it", NOTE_MAX);
    holiday->hours.note = note;
    return 0;
}

static bool is_same_days(const struct holiday *a, const struct holiday *b)
{
    return a->first == b->first && a->last == b->last;
}

static bool do_meet(const struct holiday *a, const struct holiday *b)
{
    return a->is_yearly == b->is_yearly && (holiday_covers(a, b->first) || holiday_covers(b, a->first));
}

/* A further row of the same days brings further hours; any other that shares a day is refused. */
static int keep_holiday(struct opening *opening, const struct holiday *holiday, struct error *error)
{
    for (size_t i = 0; i < opening->holiday_count; i++) {
        struct holiday *same = &opening->holidays[i];
        if (!do_meet(same, holiday))
            continue;
        if (!is_same_days(same, holiday) || same->hours.count == 0 || holiday->hours.count == 0)
            return row_refuse(holiday->row, error, "the holiday '%s' shares a day with '%s' in %s:%d",
                              row_value(holiday->row, "day"), row_value(same->row, "day"), same->row->file,
                              same->row->line);
        if (same->hours.note == NULL)
            same->hours.note = holiday->hours.note;
        return add_hours(&same->hours, &holiday->hours.list[0], row_value(holiday->row, "day"), error);
    }
    opening->holidays[opening->holiday_count++] = *holiday;
    return 0;
}

static int take_holidays(struct opening *opening, const struct rows *rows, struct error *error)
{
    const struct row *row;
    size_t room = rows_count(rows, "holiday");
    opening->holidays = alloc_array(room, sizeof *opening->holidays);
    for (size_t at = 0; (row = rows_next(rows, "holiday", &at)) != NULL;) {
        struct holiday holiday = { .row = row };
        if (room > HOLIDAYS_MAX)
            return row_refuse(row, error, "there are more than %d rows in holiday", HOLIDAYS_MAX);
        if (take_dates(row, &holiday, error) != 0 || take_holiday_hours(row, &holiday, error) != 0 ||
            take_note(row, &holiday, error) != 0 || keep_holiday(opening, &holiday, error) != 0)
            return -1;
    }
    return 0;
}

/* The week repeats, so a year without an open day is one that the yearly holidays close whole. */
static int check_year(const struct opening *opening, struct error *error)
{
    const struct row *row = NULL;
    for (int64_t day = 0; day < HOLIDAY_DAYS_MAX; day++) {
        bool is_closed = false;
        for (size_t i = 0; !is_closed && i < opening->holiday_count; i++) {
            const struct holiday *holiday = &opening->holidays[i];
            is_closed = holiday->is_yearly && holiday->hours.count == 0 && holiday_covers(holiday, day);
            row = is_closed ? holiday->row : row;
        }
        if (!is_closed)
            return 0;
    }
    return row_refuse(row, error, "with this holiday no day of the year is open any more");
}

struct opening *opening_new(const struct rows *rows, struct error *error)
{
    struct opening *opening = alloc_new(sizeof *opening);
    if (take_week(opening, rows, error) != 0 || take_holidays(opening, rows, error) != 0 ||
        check_year(opening, error) != 0) {
        opening_free(opening);
        return NULL;
    }
    for (size_t i = 0; i < 7; i++)
        join_hours(&opening->week[i]);
    for (size_t i = 0; i < opening->holiday_count; i++)
        join_hours(&opening->holidays[i].hours);
    return opening;
}
