/*
 * when: a local time as people write it, for examples and `rules try --at`. Pure; any thread.
 *
 *     '2026-05-12 18:00'   '2026-05-12'   'sat 23:30'   'saturday'   '23:30'
 *
 * What is left out: the day is that of `base`, the time is noon. A weekday is the first one from the day of
 * `base` on. Times are the wall clock's in `zone`, 00:00 to 23:59; one that the clock leaves out is the
 * moment at which it goes on, one that comes twice the first.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdint.h>

#include "base/error.h"
#include "base/zone.h"

/* 0 and unix milliseconds in *at, or -1. */
int when_parse(const char *text, const struct zone *zone, int64_t base, int64_t *at, struct error *error);

/* "sun" … "sat". */
extern const char *const when_weekdays[7];

#endif
