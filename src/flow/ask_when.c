/*
 * ask_when: the walk through the text, and what becomes of the marks.
 *
 * An hour from 1 to 12 that nothing places in the day has two readings. The opening hours of that day choose
 * one; if they take both or none, it is the one still to come; if that is both or none, the hour as it is
 * written. A part of the day ("in the evening") settles it at once. The night goes on behind midnight: one
 * o'clock on Friday night, and midnight on Friday, are moments of Saturday.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/calendar.h"
#include "flow/ask_lexicon.h"
#include "flow/ask_read.h"
#include "flow/ask_when.h"

enum {
    HOUR = 60,
    HALF_DAY = 12 * HOUR,
    DAY_MINUTES = 24 * HOUR,
    MINUTE_MS = 60 * 1000,
    DAY_MS = 86400 * 1000
};

/* The wall time of a moment, and the moment of one, where a zone may be missing. */
static void wall_time(const struct zone *zone, int64_t at, struct zone_time *local)
{
    int64_t day = calendar_floor(at, DAY_MS), year;
    int minutes = (int)(calendar_rest(at, DAY_MS) / MINUTE_MS);

    if (zone != NULL) {
        zone_local(zone, at, local);
        return;
    }
    *local = (struct zone_time){ .hour = minutes / 60,
                                 .minute = minutes % 60,
                                 .weekday = calendar_weekday(day) };
    calendar_date(day, &year, &local->month, &local->day);
    local->year = (int)year;
}

static int64_t moment_of(const struct zone *zone, int64_t day, int64_t minutes)
{
    struct zone_time local = { .hour = (int)(minutes / 60), .minute = (int)(minutes % 60) };
    int64_t year;

    if (zone == NULL)
        return day * DAY_MS + minutes * MINUTE_MS;
    calendar_date(day, &year, &local.month, &local.day);
    local.year = (int)year;
    return zone_moment(zone, &local);
}

void when_mark(struct when *when, struct mark *mark, int64_t value)
{
    if (mark->is_set && mark->value != value)
        when->is_doubtful = true;
    *mark = (struct mark){ .is_set = true, .value = value };
}

static bool is_before_noon(int part)
{
    return part >= PART_AM && part <= PART_DAWN;
}

/* The more exact of two parts; "am" and "pm" go with the parts of their half, and the night goes with both.
 */
void when_part(struct when *when, int part)
{
    int before = when->part;

    if (before == PART_NONE || before == part || before == PART_AM || before == PART_PM)
        when->part = part;
    if (part == PART_NIGHT || before == PART_NIGHT)
        when->part = PART_NIGHT;
    if (before != PART_NONE && is_before_noon(before) != is_before_noon(part) &&
        !(before == PART_AM && part == PART_NIGHT) && !(before == PART_NIGHT && part == PART_AM))
        when->is_doubtful = true;
}

bool when_is_loose(const struct when *when)
{
    return when->ask->kind != ASK_NUMBER;
}

size_t when_number(const struct when *when, size_t at, struct numeral *number)
{
    size_t count = numeral_read(when->pieces, at, NUMERAL_WHOLE, number);
    bool is_spanish = when->ask->language == NULL || strncmp(when->ask->language, "en", 2) != 0;

    if (count == 0 && ask_piece_is(when->pieces, at, WORD_ONCE) &&
        (is_spanish || (at > 0 && ask_piece_is(when->pieces, at - 1, WORD_AT)))) {
        *number = (struct numeral){ .units = 11, .has_words = true };
        return 1;
    }
    return count;
}

/* The walk */

/* A number that nobody took: of something, or perhaps the hour. */
static size_t take_number(struct when *when, size_t at)
{
    const struct ask_pieces *pieces = when->pieces;
    struct numeral number;
    size_t count = when_number(when, at, &number);

    bool has_unit = ask_piece_is(pieces, at + count, PIECE_UNKNOWN) && pieces->list[at + count].is_glued;
    if (count == 0 || has_unit || ask_word_counts(pieces, at + count))
        return count;
    if ((number.is_article && when->ask->kind != ASK_TIME) || number.is_bound || number.is_sino)
        return count;
    bool is_for = at > 0 && ask_piece_is(pieces, at - 1, WORD_FOR) && when->ask->kind != ASK_TIME;
    if (is_for || ask_piece_is(pieces, at + count, PIECE_UNKNOWN)) {
        when->has_quantity = true;
        return count;
    }
    when->bare = (struct mark){ .is_set = true, .value = number.units };
    when->bare_at = at;
    when->bare_digits = number.digits;
    when->bare_leads_zero = number.leads_zero;
    when->bare_count++;
    return count;
}

static void walk(struct when *when)
{
    for (size_t at = 0; at < when->pieces->count;) {
        size_t count = when_day(when, at);

        if (count == 0)
            count = when_clock(when, at);
        if (count > 0) {
            memset(when->used + at, true, count);
            at += count;
            continue;
        }
        count = when_is_loose(when) ? take_number(when, at) : 0;
        at += count > 0 ? count : 1;
    }
}

/* Words that nobody took and that change the meaning of the rest. */
static bool is_doubt(const struct when *when, size_t at)
{
    static const int KINDS[] = { WORD_FEW, WORD_LIMIT, WORD_VAGUE, WORD_NOT,  WORD_ASKS,
                                 WORD_OR,  WORD_AGO,   WORD_LATER, WORD_MINUS };
    const struct ask_piece *piece = &when->pieces->list[at];

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (piece->kind == KINDS[i])
            return true;
    if (piece->kind == WORD_NO)
        return memchr(when->used, true, at) != NULL;
    /* A month without a day; but "may" is a word of its own. */
    return piece->kind == WORD_MONTH &&
           strncmp(when->pieces->plain.data + piece->start, "may", piece->end - piece->start) != 0;
}

void when_read(struct when *when, const struct ask *ask, const struct ask_pieces *pieces)
{
    *when = (struct when){ .ask = ask, .pieces = pieces };
    when->used = alloc_array(pieces->count + 1, sizeof when->used[0]);
    wall_time(ask->zone, ask->now, &when->local);
    when->today = calendar_day(when->local.year, when->local.month, when->local.day);
    walk(when);
    for (size_t at = 0; at < pieces->count; at++)
        if (!when->used[at] && is_doubt(when, at))
            when->is_doubtful = true;
}

void when_release(struct when *when)
{
    free(when->used);
    when->used = NULL;
}

/* What was left open */

static bool has_day_mark(const struct when *when)
{
    return when->day.is_set || when->monthday.is_set || when->weekday.is_set;
}

/* "9.30" is a time beside a day, and a day beside a time. */
static void settle_dotted(struct when *when)
{
    int64_t first = when->dotted.value / 100, second = when->dotted.value % 100;
    bool is_clock = when->ask->kind == ASK_TIME || (when->ask->kind == ASK_DATETIME && has_day_mark(when));

    if (!when->dotted.is_set)
        return;
    if (!is_clock || when->clock.is_set)
        when_pair(when, first, second);
    else if (when->dotted_is_clock)
        when_clock_hour(when, first * 100 + second, first > 9 ? 4 : 3, false);
    else
        when->is_doubtful = true;
}

/* "Viernes 15" is Friday the 15th when it is one: no hour. */
static bool is_date_of_weekday(const struct when *when)
{
    int64_t day, year;
    int month, monthday;

    if (when_resolve_day(when, &day) != 1)
        return false;
    calendar_date(day, &year, &month, &monthday);
    return monthday == when->bare.value;
}

static bool bare_follows_weekday(const struct when *when)
{
    return when->weekday.is_set && when->bare_at == when->weekday_at;
}

/* Behind a weekday, where the time is said or none is wanted; or alone, where a day is wanted. */
static bool bare_is_monthday(const struct when *when)
{
    if (when->ask->kind == ASK_TIME)
        return false;
    if (bare_follows_weekday(when))
        return when->clock.is_set || when->ask->kind == ASK_DATE;
    return when->ask->kind == ASK_DATE && !has_day_mark(when) && !when->clock.is_set &&
           when->part == PART_NONE && when->bare.value >= 1 && when->bare.value <= 31 &&
           !ask_piece_has(when->pieces, PIECE_UNKNOWN);
}

static bool bare_is_hour(const struct when *when)
{
    if (when->ask->kind == ASK_DATE || when->clock.is_set)
        return false;
    if (when->ask->kind == ASK_TIME)
        return !ask_piece_has(when->pieces, PIECE_UNKNOWN);
    return !bare_follows_weekday(when) || !is_date_of_weekday(when);
}

static void settle_bare(struct when *when)
{
    if (when->has_quantity && !when->clock.is_set && when->ask->kind != ASK_DATE)
        when->is_doubtful = true;
    if (!when->bare.is_set)
        return;
    if (when->bare_count > 1)
        when->is_doubtful = true;
    else if (bare_is_monthday(when))
        when_mark(when, &when->monthday, when->bare.value);
    else if (!bare_is_hour(when) ||
             !when_clock_hour(when, when->bare.value, when->bare_digits, when->bare_leads_zero))
        when->is_doubtful = true;
}

/* The hour in its part of the day, from 0 to 28 (the night's small hours are the next day's), or -1. */
static int64_t hour_in_part(int part, int64_t hour)
{
    if (is_before_noon(part))
        return hour < 12 ? hour : hour > 12 || part == PART_MORNING ? -1 : part == PART_MANANA ? 12 : 0;
    if (hour > 12)
        return hour;
    switch (part) {
    case PART_MIDDAY: return hour >= 1 && hour <= 5 ? hour + 12 : hour;
    case PART_EVENING: return hour == 12 ? 24 : hour + 12;
    case PART_NIGHT: return hour == 12 || hour < 5 ? (hour == 12 ? 24 : hour + 24) : hour + 12;
    default: return hour == 12 ? 12 : hour + 12;
    }
}

static bool is_open(const struct when *when, int64_t day, int64_t minutes)
{
    return when->ask->is_open == NULL ||
           when->ask->is_open(when->ask->context, moment_of(when->ask->zone, day, minutes));
}

/* By the opening hours of a day, or of any day of a week when none was said: -1 early, 1 late, 0 both or
 * none. */
static int choose_open(const struct when *when, int64_t day, int64_t early, int64_t late)
{
    int days = when->ask->kind == ASK_TIME && !has_day_mark(when) ? 7 : 1;
    bool is_early = is_open(when, day, early), is_late = is_open(when, day, late);

    for (int i = 1; i < days && is_early == is_late && !is_early; i++) {
        is_early = is_open(when, day + i, early);
        is_late = is_open(when, day + i, late);
    }
    return (int)is_late - (int)is_early;
}

/* Is the clock's day today only because it is the weekday's name? Then a time that is over is next week's. */
static bool is_todays_weekday(const struct when *when, int64_t day)
{
    return day == when->today && when->weekday.is_set && !when->day.is_set && !when->monthday.is_set &&
           !when->week_from.is_set && when->weekday_mode == WEEKDAY_PLAIN;
}

static int64_t choose_half(const struct when *when, int64_t day, int64_t minutes)
{
    bool is_twelve = minutes >= HALF_DAY;
    int64_t other = minutes + HALF_DAY; /* of twelve, midnight at the day's end */
    int choice = choose_open(when, day, minutes, other);
    int64_t now = when->ask->now;

    if (choice != 0)
        return choice < 0 ? minutes : other;
    bool is_over = moment_of(when->ask->zone, day, minutes) <= now;
    bool is_to_come = moment_of(when->ask->zone, day, other) > now;
    if (when->clock_form == CLOCK_LOOSE && is_over && is_to_come && !is_twelve)
        return other;
    return minutes;
}

/* Minutes from the day's midnight on; false: no such time. */
static bool resolve_minutes(const struct when *when, int64_t day, int64_t *minutes)
{
    int64_t hour = when->clock.value / HOUR, minute = when->clock.value % HOUR;

    *minutes = when->clock.value;
    if (when->part != PART_NONE && when->clock.value < DAY_MINUTES &&
        !(hour == 12 && when->clock_form == CLOCK_EXACT)) {
        hour = hour_in_part(when->part, hour);
        *minutes = hour * HOUR + minute;
        return hour >= 0;
    }
    if (when->clock_form != CLOCK_EXACT)
        *minutes = choose_half(when, day, when->clock.value);
    return true;
}

static void format_date(int64_t day, struct buf *out)
{
    int64_t year;
    int month, monthday;

    calendar_date(day, &year, &month, &monthday);
    buf_addf(out, "%04d-%02d-%02d", (int)year, month, monthday);
}

/* A moment that was said as such; "now" only where nothing else was. */
static bool take_moment(struct when *when)
{
    if (!when->moment.is_set && !has_day_mark(when) && !when->clock.is_set &&
        ask_piece_has(when->pieces, WORD_NOW) && !ask_piece_has(when->pieces, PIECE_UNKNOWN))
        when_mark(when, &when->moment, when->ask->now);
    return when->moment.is_set;
}

static enum ask_result read_moment(const struct when *when, struct ask_answer *answer)
{
    struct zone_time local;

    if (has_day_mark(when) || when->clock.is_set)
        return ASK_NO;
    wall_time(when->ask->zone, when->moment.value, &local);
    if (when->ask->kind == ASK_DATE)
        buf_addf(&answer->value, "%04d-%02d-%02d", local.year, local.month, local.day);
    else if (when->ask->kind == ASK_TIME)
        buf_addf(&answer->value, "%02d:%02d", local.hour, local.minute);
    else
        ask_answer_int(answer, when->moment.value);
    return ASK_READ;
}

static enum ask_result read_time(const struct when *when, int has_day, int64_t day, struct ask_answer *answer)
{
    int64_t minutes;

    if (!when->clock.is_set || !resolve_minutes(when, has_day == 1 ? day : when->today, &minutes))
        return ASK_NO;
    minutes %= DAY_MINUTES;
    buf_addf(&answer->value, "%02d:%02d", (int)(minutes / HOUR), (int)(minutes % HOUR));
    return ASK_READ;
}

static enum ask_result read_datetime(const struct when *when, int64_t day, struct ask_answer *answer)
{
    int64_t minutes, moment;

    if (!when->clock.is_set || !resolve_minutes(when, day, &minutes))
        return ASK_NO;
    moment = moment_of(when->ask->zone, day, minutes);
    if (moment <= when->ask->now && is_todays_weekday(when, day)) {
        if (!resolve_minutes(when, day + 7, &minutes))
            return ASK_NO;
        moment = moment_of(when->ask->zone, day + 7, minutes);
    }
    ask_answer_int(answer, moment);
    return ASK_READ;
}

static enum ask_result read_settled(struct when *when, struct ask_answer *answer)
{
    int64_t day;

    settle_dotted(when);
    settle_bare(when);
    if (when->is_doubtful)
        return ASK_NO;
    if (take_moment(when))
        return read_moment(when, answer);
    int has_day = when_resolve_day(when, &day);
    if (has_day < 0 || (has_day == 0 && when->ask->kind != ASK_TIME))
        return ASK_NO;
    if (when->ask->kind == ASK_TIME)
        return read_time(when, has_day, day, answer);
    if (when->ask->kind == ASK_DATETIME)
        return read_datetime(when, day, answer);
    format_date(day, &answer->value);
    return ASK_READ;
}

enum ask_result ask_read_when(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    struct ask_pieces pieces;
    struct when when;
    enum ask_result result;

    ask_pieces_cut(&pieces, text, &ask_lexicon_when);
    when_read(&when, ask, &pieces);
    result = read_settled(&when, answer);
    when_release(&when);
    ask_pieces_release(&pieces);
    return result;
}
