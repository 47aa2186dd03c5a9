/*
 * date: texts that name a moment, as Braze, its operators and HTTP write them. No clock, no locale, no zone
 * table.
 */
#ifndef BRAZE_DATE_H
#define BRAZE_DATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Unix seconds or milliseconds ("1747042200", "1747042200.25", "1747042200123"), or a date of ISO 8601
 * ("2026-05-12T09:30:00Z", "2026-05-12 09:30:00 +0900", "2026-05-12"; UTC where no zone is told). Gives
 * unix milliseconds, 0 for anything else and for moments before the year 2000 or after 2099.
 */
int64_t date_parse_moment(const char *text);

/* "Tue, 12 May 2026 09:30:00 GMT", the one form that HTTP still writes; false when it is not that. */
bool date_parse_http(const char *text, int64_t *ms);

#endif
