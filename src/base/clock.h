/*
 * clock: the two clocks, and times as text. Below daemon, ctl and tools nobody reads a clock: the time is
 * passed in.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/buf.h"

int64_t clock_wall_ms(void);      /* unix milliseconds UTC; may jump */
int64_t clock_monotonic_ms(void); /* for intervals; never goes back */

/* "2026-05-12T09:30:00.123Z" */
void clock_format_utc(int64_t ms, struct buf *out);

/*
 * "30 minutes", "2 seconds", "1 hour", "90s", "7d", "500 ms": a whole number and a unit in any case (ms, s,
 * sec(s), second(s), m, min(s), minute(s), h, hr(s), hour(s), d, day(s), w, week(s)) into milliseconds.
 * 0 or -1; never negative, at most ten years.
 */
int clock_parse_duration(const char *text, int64_t *ms);

/* In the longest unit that is exact: "30 minutes", "90 seconds", "1 day". */
void clock_format_duration(int64_t ms, struct buf *out);

/* In the greatest unit that fits: "3 hours", not "3 hours 12 minutes"; "a moment". */
void clock_format_age(int64_t ms, struct buf *out);

#endif
