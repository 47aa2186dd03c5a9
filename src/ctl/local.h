/*
 * local: times as the owner sees and types them, in the zone of the business. NULL for a zone is the machine's own, for a
 * desk that has no rules yet.
 */
#ifndef CTL_LOCAL_H
#define CTL_LOCAL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/zone.h"

/* When the day of `now` began, or, with -1, the day before it. A day need not begin at 00:00, nor have 24 hours. */
int64_t local_midnight(const struct zone *zone, int64_t now, int days);

/*
 * "2026-05-12", "2026-05-12 14:30", "2026-05-12T14:30:05", "now", "today", "yesterday", or how long ago: "2 hours", 7d; also as
 * CSV and JSON have it: "2026-05-12T14:30:05.123+09:00" (or Z), 1778551200007. 0, or -1 when it is none of these.
 */
int local_parse(const struct zone *zone, const char *text, int64_t now, int64_t *at);

enum { LOCAL_DAY_LEN = 16 };
void local_day(const struct zone *zone, int64_t at, char day[LOCAL_DAY_LEN]); /* "2026-05-12" */

void local_format(const struct zone *zone, int64_t at, struct buf *out);     /* "2026-05-12 14:30:05" */
void local_format_iso(const struct zone *zone, int64_t at, struct buf *out); /* "2026-05-12T14:30:05.123+09:00" */

#endif
