/*
 * ask_when: what a cut text says of days and times. Private to flow/ask*.
 *
 * The text is gone through once. Readers (ask_day.c, ask_date.c, ask_clock.c) take what they know and leave
 * marks: the day of a month, a weekday, the hour … Two marks of a kind that differ make the whole doubtful.
 * When all is read, the marks are put together: the 12th and Friday must be the same day.
 *
 * Pure.
 */
#ifndef FLOW_ASK_WHEN_H
#define FLOW_ASK_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"
#include "flow/ask.h"
#include "flow/ask_numeral.h"
#include "flow/ask_piece.h"

enum { WHEN_YEAR_FIRST = 1900, WHEN_YEAR_LAST = 2199 };

struct mark {
    bool is_set;
    int64_t value;
};

enum weekday_mode { WEEKDAY_PLAIN, WEEKDAY_NEXT, WEEKDAY_NEAREST, WEEKDAY_LAST };

enum clock_form {
    CLOCK_LOOSE,  /* "at 9", "9:30": of the morning or of the evening */
    CLOCK_PADDED, /* "10:30": of the morning, unless the opening hours say otherwise */
    CLOCK_EXACT   /* "09:30", 21:30, noon */
};

struct when {
    const struct ask *ask;
    const struct ask_pieces *pieces;
    bool *used;             /* which pieces belong to a day or a time */
    struct zone_time local; /* now */
    int64_t today;          /* number of the day (base/calendar.h) */
    bool is_doubtful;

    struct mark day;                   /* its number: tomorrow */
    struct mark year, month, monthday; /* 12 March 2026, or the 12th alone */
    struct mark weekday;
    enum weekday_mode weekday_mode;
    size_t weekday_at; /* the piece behind it */
    struct mark week_from, month_from, year_from;

    struct mark clock; /* minutes of the day as typed, to 24:00 */
    enum clock_form clock_form;
    int part;
    struct mark moment; /* "in two hours" */

    struct mark dotted;   /* 9.30: a day or a time; hundreds and ones */
    bool dotted_is_clock; /* could be one */
    struct mark bare;     /* a number that may be an hour, or the day of a month */
    size_t bare_at, bare_digits, bare_count;
    bool bare_leads_zero;
    bool has_quantity; /* "for 4": no time, if there is another */
};

/* Reads all of it. With ASK_NUMBER only what cannot be a plain number is taken. */
void when_read(struct when *when, const struct ask *ask, const struct ask_pieces *pieces);
void when_release(struct when *when);

/* A mark is set once; again, and otherwise, makes a doubt. */
void when_mark(struct when *when, struct mark *mark, int64_t value);
void when_part(struct when *when, int part);

/* Day and month, or month and day. */
void when_pair(struct when *when, int64_t first, int64_t second);

/* Is the reading for days, for times? False for ASK_NUMBER. */
bool when_is_loose(const struct when *when);

/* A whole number at a piece: how many pieces it takes, or 0. */
size_t when_number(const struct when *when, size_t at, struct numeral *number);

/*
 * The readers: how many pieces from `at` on they took, or 0. when_clock_hour takes the hour and minutes typed
 * without a colon, if they can be some (930, 2130).
 */
size_t when_day(struct when *when, size_t at);
size_t when_date(struct when *when, size_t at);     /* one of them: 12/03, 12 March */
size_t when_monthday(struct when *when, size_t at); /* the last of them: the 12th */
size_t when_clock(struct when *when, size_t at);
bool when_clock_hour(struct when *when, int64_t number, size_t digits, bool leads_zero);

/* The number of the day that was meant: 1, 0 without one, -1 in doubt. */
int when_resolve_day(const struct when *when, int64_t *day);

#endif
