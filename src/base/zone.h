/*
 * zone: local time anywhere. Reads the system's tzdata files itself, since glibc knows one zone per process.
 *
 * A zone table is loaded once at start (zones_open reads the list of names from tzdata's own index, never
 * a path built from outside text): names that come from webhooks or rule files are looked up, never opened.
 * Immutable after open; any thread may read.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct zones; /* all zones */
struct zone;  /* one of them; borrowed from the table */

/* A broken-down local time. */
struct zone_time {
    int year, month, day;            /* month 1 … 12, day 1 … 31 */
    int hour, minute, second;        /* 0 … 23, 0 … 59, 0 … 59 */
    int weekday;                     /* 0 Sunday … 6 Saturday */
    int yearday;                     /* 0 … 365 */
    int offset_seconds;              /* east of UTC */
    char abbreviation[8];            /* "KST" */
};

/* Reads tzdata below `folder` (NULL: /usr/share/zoneinfo). Without tzdata only "UTC" is known. Never NULL. */
struct zones *zones_open(const char *folder);

/* The same with one zone beside "UTC", for who has looked the name up before and only shows times. Opens one file. */
struct zones *zones_open_one(const char *name);
void zones_close(struct zones *zones);

/* How many names there are: 1 means that tzdata is not installed. */
size_t zones_count(const struct zones *zones);

/* By name ("Asia/Seoul", "UTC"; exact case), or NULL when there is none of that name. */
const struct zone *zones_find(const struct zones *zones, const char *name);
const char *zone_name(const struct zone *zone);

/* Local time at a moment, by tzdata's rules (also past the table's end). */
void zone_local(const struct zone *zone, int64_t at_ms, struct zone_time *out);

/*
 * The moment of a local wall time: year … second are read, and roll over where they are out of range (day 0
 * is the day before the first, hour 24 the next midnight). In a gap: the moment at which it ends; in an
 * overlap: the first of the two.
 */
int64_t zone_moment(const struct zone *zone, const struct zone_time *local);

#endif
