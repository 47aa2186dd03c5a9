/*
 * moment: a time as values carry it, for the filter `date` and for attributes of the type time.
 *
 * A count of seconds since 1970, a count of milliseconds (any number from 100,000,000,000 on: as seconds that would be
 * the year 5138), or ISO 8601: a date, or a date and a time with "T" or a blank between. A time with "Z" or an offset
 * is a moment; one without is a wall time of the zone. The years 1 to 9999 are known. Pure; any thread.
 */
#ifndef TEXT_MOMENT_H
#define TEXT_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/zone.h"

/*
 * Unix milliseconds in *at_ms, with `zone` (NULL: UTC) where the text names none; *is_day: it is a date without a
 * time, and *at_ms its beginning there. False: the text is no time.
 */
bool moment_read(const char *text, const struct zone *zone, int64_t *at_ms, bool *is_day);

/* The wall time of a moment in `zone`; NULL: in UTC, without asking tzdata. */
void moment_local(const struct zone *zone, int64_t at_ms, struct zone_time *local);

#endif
