/*
 * clock: the two clocks, and times as text.
 *
 * The wall clock stamps what is kept; the monotonic one (which stands still for nobody's correction)
 * measures intervals. Below daemon, ctl and tools nobody calls either: the time is a parameter, so that
 * a decision can be repeated and a test has its own time.
 *
 * Durations are written as people write them: one whole number and one unit. The table holds each
 * unit's spellings; the first two of a row, one and many, are those we write ourselves. No fractions
 * and no sums ("1 hour 30 minutes"): 90 minutes says it, and one form is easier to check than ten.
 * Months and years are no durations, for their length varies.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/calendar.h"
#include "base/clock.h"

enum { MS_PER_SECOND = 1000, MS_PER_DAY = 86400000 };

static const int64_t LONGEST_MS = (int64_t)3653 * MS_PER_DAY; /* ten years */

struct unit {
    int64_t ms;
    const char *names[7];
};

/* From the longest to the shortest. */
static const struct unit UNITS[] = {
    { (int64_t)7 * MS_PER_DAY, { "week", "weeks", "w" } },
    { MS_PER_DAY, { "day", "days", "d" } },
    { 3600 * MS_PER_SECOND, { "hour", "hours", "h", "hr", "hrs" } },
    { 60 * MS_PER_SECOND, { "minute", "minutes", "m", "min", "mins" } },
    { MS_PER_SECOND, { "second", "seconds", "s", "sec", "secs" } },
    { 1, { "ms", "ms", "millisecond", "milliseconds" } },
};

enum { UNIT_COUNT = sizeof UNITS / sizeof UNITS[0] };

static int64_t read_ms(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

void clock_format_utc(int64_t ms, struct buf *out)
{
    int64_t year;
    int month, day;
    int of_day = (int)calendar_rest(ms, MS_PER_DAY);
    int second = of_day / MS_PER_SECOND;

    calendar_date(calendar_floor(ms, MS_PER_DAY), &year, &month, &day);
    buf_addf(out, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", (long long)year, month, day, second / 3600,
             second / 60 % 60, second % 60, of_day % MS_PER_SECOND);
}

static bool has_name(const struct unit *unit, const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof unit->names / sizeof unit->names[0] && unit->names[i] != NULL; i++)
        if (strlen(unit->names[i]) == len && strncasecmp(unit->names[i], name, len) == 0)
            return true;
    return false;
}

static const struct unit *find_unit(const char *name, size_t len)
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (has_name(&UNITS[i], name, len))
            return &UNITS[i];
    return NULL;
}

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " \t");
}

int clock_parse_duration(const char *text, int64_t *ms)
{
    int64_t number = 0;
    const char *at = skip_spaces(text);

    if (*at < '0' || *at > '9')
        return -1;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (*at - '0');
        if (number > LONGEST_MS)
            return -1;
    }
    at = skip_spaces(at);
    size_t len = strcspn(at, " \t");
    const struct unit *unit = find_unit(at, len);
    if (unit == NULL || *skip_spaces(at + len) != '\0' || number > LONGEST_MS / unit->ms)
        return -1;
    *ms = number * unit->ms;
    return 0;
}

void clock_format_duration(int64_t ms, struct buf *out)
{
    uint64_t size = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    const struct unit *unit = &UNITS[UNIT_COUNT - 2];

    for (size_t i = 0; size > 0; i++) {
        unit = &UNITS[i];
        if (size % (uint64_t)unit->ms == 0)
            break;
    }
    uint64_t number = size / (uint64_t)unit->ms;
    buf_addf(out, "%s%llu %s", ms < 0 ? "-" : "", (unsigned long long)number, unit->names[number != 1]);
}

void clock_format_age(int64_t ms, struct buf *out)
{
    static const int64_t SIZES[] = { 86400000, 3600000, 60000, 1000 };

    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++)
        if (ms >= SIZES[i]) {
            clock_format_duration(ms - ms % SIZES[i], out);
            return;
        }
    buf_add_text(out, "a moment");
}
