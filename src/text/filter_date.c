/*
 * filter_date: "{{ at | date: '%e %B, %H:%M' }}".
 *
 * The value is a time as text/moment.h reads it, in the render zone where it names none; any other value passes
 * unchanged.
 *
 * Without a format a moment is 2026-05-12 21:00, and a date what it is, 2026-05-12: read alike everywhere.
 *
 * The names of days and months are English, or of the language that is named behind the format (text/locale.h).
 * Formats are those of strftime that are one piece, with "-" against padding (%-d). They are checked at compile
 * time, and strftime itself is not used, since it knows the process's zone and locale only.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/filter.h"
#include "text/locale.h"
#include "text/moment.h"

/* Local time of the value in the zone, or false. */
static bool value_local(const char *text, const struct zone *zone, struct zone_time *local)
{
    int64_t at_ms;
    bool is_day;

    if (!moment_read(text, zone, &at_ms, &is_day))
        return false;
    moment_local(zone, at_ms, local);
    return true;
}

bool filter_is_time(const struct buf *value)
{
    struct zone_time local;

    return strlen(buf_text(value)) == value->len && value_local(buf_text(value), NULL, &local);
}

static int hour12(const struct zone_time *local)
{
    return local->hour % 12 == 0 ? 12 : local->hour % 12;
}

/* A number of `width` places: padded by '0' or ' ', or not at all when `pad` is '-'. */
static void add_number(int number, int width, char pad, struct buf *out)
{
    if (pad == '-')
        buf_addf(out, "%d", number);
    else if (pad == ' ')
        buf_addf(out, "%*d", width, number);
    else
        buf_addf(out, "%0*d", width, number);
}

static void add_offset(int seconds, struct buf *out)
{
    int minutes = abs(seconds) / 60;

    buf_addf(out, "%c%02d%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* Appends what a conversion stands for; false when there is none of that letter. */
static bool add_conversion(char letter, bool is_bare, const struct zone_time *local, const struct locale *locale,
                           struct buf *out)
{
    const struct {
        char letter;
        int number, width;
        char pad;
    } numbers[] = {
        { 'Y', local->year, 4, '0' },       { 'm', local->month, 2, '0' },
        { 'd', local->day, 2, '0' },        { 'e', local->day, 2, ' ' },
        { 'H', local->hour, 2, '0' },       { 'I', hour12(local), 2, '0' },
        { 'M', local->minute, 2, '0' },     { 'S', local->second, 2, '0' },
        { 'y', local->year % 100, 2, '0' }, { 'j', local->yearday + 1, 3, '0' },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].letter == letter) {
            add_number(numbers[i].number, numbers[i].width, is_bare ? '-' : numbers[i].pad, out);
            return true;
        }
    switch (letter) {
    case 'p': buf_add_text(out, local->hour < 12 ? locale->morning : locale->afternoon); return true;
    case 'a': buf_add_text(out, locale->short_weekdays[local->weekday]); return true;
    case 'A': buf_add_text(out, locale->weekdays[local->weekday]); return true;
    case 'b': buf_add_text(out, locale->short_months[local->month - 1]); return true;
    case 'B': buf_add_text(out, locale->months[local->month - 1]); return true;
    case 'z': add_offset(local->offset_seconds, out); return true;
    case 'Z': buf_add_text(out, local->abbreviation); return true;
    case '%': buf_add_char(out, '%'); return true;
    default: return false;
    }
}

/* Appends the formatted time. NULL, or where a conversion stands that is not known. */
static const char *format_time(const char *format, const struct zone_time *local, const struct locale *locale,
                               struct buf *out)
{
    for (const char *at = format; *at != '\0'; at++) {
        const char *start = at;
        bool is_bare = at[0] == '%' && at[1] == '-';

        if (*at != '%') {
            buf_add_char(out, *at);
            continue;
        }
        at += is_bare ? 2 : 1;
        if (*at == '\0' || !add_conversion(*at, is_bare, local, locale, out))
            return start;
    }
    return NULL;
}

int filter_check_date(char *const *args, struct error *error)
{
    struct zone_time epoch;
    struct buf out = { 0 };
    const char *unknown;

    moment_local(NULL, 0, &epoch);
    unknown = format_time(args[0], &epoch, locale_english(), &out);
    buf_release(&out);
    if (unknown != NULL)
        return error_set(
            error,
            "date does not know \"%.3s\"; known are %%Y %%m %%d %%H %%M %%S %%y %%e %%I %%p %%a %%A "
            "%%b %%B %%j %%Z %%z %%%%, and %%-d for a day without its zero.",
            unknown);
    return args[1] == NULL || locale_named(args[1], error) != NULL ? 0 : -1;
}

void filter_date(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    struct zone_time local;
    bool is_day = value->len == strlen("2026-05-12") && strchr(buf_text(value) + 1, '-') != NULL;
    const char *format = args[0] != NULL ? args[0] : is_day ? "%Y-%m-%d" : "%Y-%m-%d %H:%M";

    if (strlen(buf_text(value)) == value->len && value_local(buf_text(value), zone, &local))
        format_time(format, &local, args[1] != NULL ? locale_find(args[1]) : locale_english(), out);
    else
        buf_add(out, value->data, value->len);
}
