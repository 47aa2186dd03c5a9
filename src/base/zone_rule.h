/*
 * zone_rule: the rule in a time zone file's last line (POSIX TZ), which holds past the file's table.
 * Private to base/zone*.c.
 */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* A kind of local time. */
struct zone_type {
    int offset_seconds; /* east of UTC */
    char abbreviation[8];
};

/* A stretch of time with one local time: from `start` to before `end`, in unix seconds. */
struct zone_span {
    int64_t start, end;
    const struct zone_type *type; /* borrowed */
};

enum zone_day_kind {
    DAY_JULIAN,   /* Jn: day 1 … 365, 29 February never counted */
    DAY_OF_YEAR,  /* n: day 0 … 365 */
    DAY_OF_MONTH, /* Mm.w.d: weekday d in week w (5: the last) of month m */
};

/* When the clock is changed each year. */
struct zone_change {
    enum zone_day_kind kind;
    int month, week, day;
    int at_seconds; /* of that day's wall time before the change; may lie days off */
};

struct zone_rule {
    struct zone_type standard, summer;
    bool has_summer;
    struct zone_change begin, end; /* of summer time */
};

/* Reads "EST5EDT,M3.2.0,M11.1.0" and its like. 0, or -1 when the text is not such a rule to its end. */
int zone_rule_parse(const char *text, struct zone_rule *rule);

/* The stretch that holds `at`. Without summer time it is endless (INT64_MIN … INT64_MAX). */
void zone_rule_span(const struct zone_rule *rule, int64_t at, struct zone_span *span);

#endif
