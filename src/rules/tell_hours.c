/*
 * tell_hours: opening hours and holidays. Days of the week in a row that have the same hours are told
 * together, from Monday on; holidays as they were typed.
 */
#include <string.h>

#include "rules/build.h"
#include "rules/opening_day.h"
#include "rules/tell_write.h"

enum { MONDAY = 1, DAYS = 7 };

static const struct day_hours *hours_of(const struct teller *teller, int day)
{
    return &teller->ruleset->opening->week[day % DAYS];
}

static bool is_same(const struct day_hours *a, const struct day_hours *b)
{
    bool is_equal = a->count == b->count;

    for (size_t i = 0; is_equal && i < a->count; i++)
        is_equal = a->list[i].opens == b->list[i].opens && a->list[i].closes == b->list[i].closes;
    return is_equal;
}

static void add_clock(struct buf *out, int minute)
{
    buf_addf(out, "%02d:%02d", minute / 60, minute % 60);
}

/* "from 09:00 to 12:00 and from 14:00 to 18:00" */
static void format_hours(const struct teller *teller, const struct day_hours *day, struct buf *out)
{
    struct tell_list members = { 0 };

    for (size_t i = 0; i < day->count; i++) {
        struct buf opens = { 0 }, closes = { 0 }, member = { 0 };
        int end = day->list[i].closes;

        add_clock(&opens, day->list[i].opens);
        add_clock(&closes, end > DAY_MINUTES ? end - DAY_MINUTES : end);
        tell_fill(&member, teller->voice->interval, (const char *[]){ buf_text(&opens), buf_text(&closes) });
        tell_list_take(&members, &member);
        buf_release(&opens);
        buf_release(&closes);
    }
    tell_list_format(&members, teller->voice->comma, teller->voice->and, out);
    tell_list_release(&members);
}

static void add_hours(const struct teller *teller, struct tell_item *item, const char *days,
                      const struct day_hours *hours)
{
    struct buf intervals = { 0 };

    format_hours(teller, hours, &intervals);
    tell_add_sentence(teller, item, hours->count > 0 ? TELL_OPEN : TELL_CLOSED,
                      (const char *[]){ days, buf_text(&intervals) });
    buf_release(&intervals);
}

static const char *day_name(const struct teller *teller, int day)
{
    static const char *const CODES[DAYS] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

    return tell_find(teller->voice->weekdays, CODES[day % DAYS]);
}

static void add_week(const struct teller *teller, struct tell_item *item)
{
    for (int first = MONDAY, last; first < MONDAY + DAYS; first = last + 1) {
        struct buf days = { 0 };

        for (last = first; last + 1 < MONDAY + DAYS; last++)
            if (!is_same(hours_of(teller, first), hours_of(teller, last + 1)))
                break;
        if (first == last)
            buf_add_text(&days, day_name(teller, first));
        else
            tell_fill(&days, teller->voice->range,
                      (const char *[]){ day_name(teller, first), day_name(teller, last) });
        add_hours(teller, item, buf_text(&days), hours_of(teller, first));
        buf_release(&days);
    }
}

static void add_holiday(const struct teller *teller, struct tell_item *item, const struct row *row)
{
    const char *note = row_value(row, "note"), *opens = row_value(row, "opens");
    struct buf day = { 0 }, interval = { 0 };

    buf_add_text(&day, row_value(row, "day"));
    if (note != NULL)
        buf_addf(&day, " (%s)", note);
    if (opens != NULL)
        tell_fill(&interval, teller->voice->interval, (const char *[]){ opens, row_value(row, "closes") });
    tell_add_sentence(teller, item, opens != NULL ? TELL_OPEN : TELL_CLOSED,
                      (const char *[]){ buf_text(&day), buf_text(&interval) });
    buf_release(&day);
    buf_release(&interval);
}

void tell_hours(struct teller *teller)
{
    const struct rows *rows = &teller->ruleset->private->rows;
    const struct row *row;
    struct tell_item *item;

    if (rows_count(rows, "opening") + rows_count(rows, "holiday") == 0)
        return;
    item = tell_add_item(teller, teller->voice->parts[PART_HOURS], NULL);
    add_week(teller, item);
    for (size_t at = 0; (row = rows_next(rows, "holiday", &at)) != NULL;)
        add_holiday(teller, item, row);
}
