/*
 * opening: when the business is open, by the tables
 *
 *     opening (days, opens, closes)        'mon-fri', '09:00', '18:00'
 *     holiday (day, note, opens, closes)   '2026-12-25', 'Christmas Day'
 *
 * Days are mon … sun or their full names, ranges ('fri-mon'), lists ('mon, wed'), daily, weekdays, weekend. A
 * day may have several rows. Times are the wall clock's, 00:00 to 24:00; a closing that is not after the
 * opening is on the next day, and still belongs to the day on which the business opened.
 *
 * A holiday is a day, or a range '2026-12-24 – 2026-12-26', of one year or (without the year) of every year.
 * It takes the place of the weekday: closed, or open from `opens` to `closes`. A day of one year outranks one
 * of every year. Its note is told to customers. Without a row in `opening` the business is always open, but
 * for its holidays.
 *
 * Every interval is turned into two moments by the zone, and all answers come from these moments; so they
 * agree across midnight and daylight saving. A time that the clock leaves out is the moment at which it goes
 * on; a time that comes twice is the first. What lies whole in such a gap does not take place that day.
 *
 * Immutable once built; pure; any thread. Moments are unix milliseconds.
 */
#ifndef RULES_OPENING_H
#define RULES_OPENING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/zone.h"
#include "rules/row.h"

#define OPENING_NEVER INT64_MAX /* not within a year */

struct opening;

/* NULL and "file:line: sentence" when a row is wrong. Texts are borrowed from the rows. */
struct opening *opening_new(const struct rows *rows, struct error *error);
void opening_free(struct opening *opening); /* NULL is fine */

bool opening_is_open(const struct opening *opening, const struct zone *zone, int64_t at);

/* At some time of that local day (base/calendar.h)? */
bool opening_is_open_on(const struct opening *opening, int64_t day);

/* The next moment after `at` at which it opens (closed a millisecond before), or OPENING_NEVER. */
int64_t opening_next(const struct opening *opening, const struct zone *zone, int64_t at);

/* The words of a language: the first of the two that is known ("es", "ko-KR", …; may be NULL), or English. */
struct opening_words;
const struct opening_words *opening_words(const char *language, const char *otherwise);

/*
 * {{ next_opening }}, to stand in "We answer {{ next_opening }}.": "now" while open; else "today at 14:00",
 * "tomorrow at 09:00", "on Monday at 09:00" within six days, "on 2 January at 09:00" after that, and "later"
 * when there is no opening within a year. In Korean a 부터 goes well behind it.
 */
void opening_format_next(const struct opening *opening, const struct zone *zone, int64_t at,
                         const struct opening_words *words, struct buf *out);

/*
 * {{ hours_today }}, to stand in "We are open {{ hours_today }}.": "from 09:00 to 12:00 and from 14:00 to
 * 18:00", "around the clock"; what began yesterday and still lasts comes first, as "until 02:00". On a closed
 * day the next open one: "not today (Christmas Day), but tomorrow from 09:00 to 18:00".
 */
void opening_format_today(const struct opening *opening, const struct zone *zone, int64_t at,
                          const struct opening_words *words, struct buf *out);

#endif
