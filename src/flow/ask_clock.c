/*
 * ask_clock: times of the day, as they are written.
 *
 * Each reader below knows one way to write a time. What is marked as a time ("at 9", "9pm", "9시", "21:30")
 * is taken in every text; a mere number only when it is known that there is no other meaning for it
 * (ask_when.c).
 */
#include <string.h>

#include "flow/ask_lexicon.h"
#include "flow/ask_when.h"

enum { HOUR = 60, QUARTER = 15, HALF = 30, DAY_MINUTES = 24 * HOUR };

static bool is_kind(const struct when *when, size_t at, int kind)
{
    return ask_piece_is(when->pieces, at, kind);
}

static bool is_sign(const struct when *when, size_t at, int sign)
{
    return ask_piece_is_sign(when->pieces, at, sign);
}

/* Is the word the one that is given, not only of its kind? */
static bool is_word(const struct when *when, size_t at, const char *word)
{
    const struct ask_piece *piece = &when->pieces->list[at];
    size_t len = strlen(word);

    return at < when->pieces->count && piece->end - piece->start == len &&
           memcmp(when->pieces->plain.data + piece->start, word, len) == 0;
}

/* 24:00 is the end of the day, and ten to one is ten to thirteen. A time that no clock shows is a doubt. */
static void mark_clock(struct when *when, int64_t hour, int64_t minute, enum clock_form form)
{
    if (hour == 1 && minute < 0 && form == CLOCK_LOOSE) {
        hour = 12;
        minute += HOUR;
    }
    if (hour > 24 || minute < -59 || minute > 59 || hour * HOUR + minute > DAY_MINUTES ||
        hour * HOUR + minute < 0)
        when->is_doubtful = true;
    when_mark(when, &when->clock, hour * HOUR + minute);
    when->clock_form = hour == 0 || hour > 12 ? CLOCK_EXACT : form;
}

static bool is_hour(const struct numeral *number)
{
    return number->units >= 0 && number->units <= 24 && number->places == 0 && number->digits <= 2;
}

/* An hour of the face of a clock: what is past, to, or half in words. */
static size_t face_at(const struct when *when, size_t at, int64_t *hour)
{
    struct numeral number;
    size_t skipped = is_kind(when, at, WORD_AT), count = when_number(when, at + skipped, &number);

    if (count == 0 || number.units < 1 || !is_hour(&number))
        return 0;
    *hour = number.units;
    return skipped + count;
}

static enum clock_form form_of(const struct numeral *number)
{
    return number->leads_zero ? CLOCK_EXACT : CLOCK_LOOSE;
}

static size_t two_digits_at(const struct when *when, size_t at, struct numeral *number)
{
    size_t count = is_kind(when, at, PIECE_DIGITS) ? when_number(when, at, number) : 0;

    return count == 1 && number->digits == 2 && number->units < 60 ? 1 : 0;
}

/* What may follow any time and adds nothing but its half of the day: pm, h, horas, sharp. */
static size_t read_tail(struct when *when, size_t at)
{
    size_t from = at;

    if (is_kind(when, at, WORD_H) || is_kind(when, at, WORD_HOURS))
        at++;
    if (is_kind(when, at, WORD_OCLOCK))
        at++;
    if (is_kind(when, at, WORD_HALF_DAY)) {
        when_part(when, when->pieces->list[at].value);
        at++;
    }
    return at - from;
}

/* 21:30, 9:30 pm, 21:30:00; with `is_marked`, and before "pm" or "h", also 9.30. */
static size_t read_colon(struct when *when, size_t at, bool is_marked)
{
    struct numeral hour, minute, second;
    size_t end = at + 3;

    if (!is_kind(when, at, PIECE_DIGITS) || when_number(when, at, &hour) != 1 || !is_hour(&hour) ||
        two_digits_at(when, at + 2, &minute) == 0 || !when->pieces->list[at + 2].is_glued)
        return 0;
    bool has_unit = is_kind(when, end, WORD_HALF_DAY) || is_kind(when, end, WORD_H);
    if (!is_sign(when, at + 1, ':') &&
        (!is_sign(when, at + 1, '.') || is_sign(when, end, '.') || (!is_marked && !has_unit)))
        return 0;
    if (is_sign(when, end, ':') && two_digits_at(when, end + 1, &second) == 1)
        end += 2;
    mark_clock(when, hour.units, minute.units,
               hour.leads_zero    ? CLOCK_EXACT
               : hour.digits == 2 ? CLOCK_PADDED
                                  : CLOCK_LOOSE);
    return end + read_tail(when, end) - at;
}

/* 21h30, 21h, 21 horas; "3 hours" is no time unless something says so. */
static size_t read_h(struct when *when, size_t at, bool is_marked)
{
    struct numeral hour, minute;
    size_t count = when_number(when, at, &hour), end = at + count + 1;

    if (count == 0 || !is_hour(&hour))
        return 0;
    if (is_kind(when, at + count, WORD_HOURS)) {
        if (!is_marked && hour.units < 13)
            return 0;
        mark_clock(when, hour.units, 0, form_of(&hour));
        return count + 1;
    }
    if (!is_kind(when, at + count, WORD_H) || (!is_marked && !when_is_loose(when) && hour.units < 13))
        return 0;
    bool has_minutes = two_digits_at(when, end, &minute) == 1 && when->pieces->list[end].is_glued;
    mark_clock(when, hour.units, has_minutes ? minute.units : 0, form_of(&hour));
    return end + has_minutes - at;
}

/* 3시, 세 시 반, 3시 30분, 9시 5분 전 */
static size_t read_korean(struct when *when, size_t at, bool is_marked)
{
    struct numeral hour, minute;
    size_t count = when_number(when, at, &hour), end = at + count + 1;

    (void)is_marked;
    if (count == 0 || !is_hour(&hour) || !is_kind(when, at + count, WORD_KO_HOUR))
        return 0;
    if (is_kind(when, end, WORD_HALF)) {
        mark_clock(when, hour.units, HALF, form_of(&hour));
        return end + 1 - at;
    }
    count = when_number(when, end, &minute);
    if (count == 0 || !is_kind(when, end + count, WORD_MINUTES) || minute.units > 59) {
        mark_clock(when, hour.units, 0, form_of(&hour));
        return end - at;
    }
    end += count + 1;
    bool is_before = is_kind(when, end, WORD_AGO);
    mark_clock(when, hour.units, is_before ? -minute.units : minute.units, form_of(&hour));
    return end + is_before - at;
}

/* Minutes in words: ten, 10 minutes, a quarter, half. 0: none. */
static size_t minutes_at(const struct when *when, size_t at, int64_t *minutes, bool *is_figure)
{
    struct numeral number;
    size_t count;

    *is_figure = false;
    if (is_kind(when, at, WORD_QUARTER) || is_kind(when, at, WORD_HALF)) {
        *minutes = is_kind(when, at, WORD_HALF) ? HALF : QUARTER;
        return 1;
    }
    count = when_number(when, at, &number);
    if (count == 0 || number.units < 1 || number.units > 59 || number.digits > 2)
        return 0;
    *minutes = number.units;
    *is_figure = number.digits > 0;
    if (is_kind(when, at + count, WORD_MINUTES)) {
        *is_figure = false;
        count++;
    }
    return count;
}

/*
 * Ten past nine, quarter to 8, half past 9, half nine; diez para las nueve. "5 to 9" is as good as "from 5 to
 * 9", so before "to" minutes in figures must be such as are no hour.
 */
static size_t read_past_to(struct when *when, size_t at, bool is_marked)
{
    int64_t minutes, hour;
    bool is_figure;
    size_t count = minutes_at(when, at, &minutes, &is_figure), end = at + count, face;

    (void)is_marked;
    if (count == 0)
        return 0;
    bool is_past = is_kind(when, end, WORD_PAST) || is_word(when, end, "after");
    bool is_to = is_kind(when, end, WORD_TO) ||
                 (is_kind(when, end, WORD_FOR) && is_kind(when, end + 1, WORD_AT));
    bool is_half = is_kind(when, at, WORD_HALF) && when_is_loose(when);
    if (is_kind(when, end, WORD_TO) && is_figure && minutes != 20 && minutes != 25)
        return 0;
    end += is_past || is_to;
    face = is_past || is_to || is_half ? face_at(when, end, &hour) : 0;
    if (face == 0 || hour > 12)
        return 0;
    mark_clock(when, hour, is_to ? -minutes : minutes, CLOCK_LOOSE);
    end += face;
    return end + read_tail(when, end) - at;
}

/* Nueve y media, 9 y cuarto, nueve menos diez; nine thirty. */
static size_t read_face(struct when *when, size_t at, bool is_marked)
{
    struct numeral hour, minute;
    int64_t minutes;
    bool is_figure;
    size_t count = when_number(when, at, &hour), end = at + count, more;

    if (count == 0 || !is_hour(&hour) || (!is_marked && !when_is_loose(when)))
        return 0;
    if (is_kind(when, end, WORD_AND_HALF)) {
        mark_clock(when, hour.units, HALF, form_of(&hour));
        return count + 1;
    }
    if (is_word(when, end, "y") || is_kind(when, end, WORD_MINUS)) {
        more = minutes_at(when, end + 1, &minutes, &is_figure);
        if (more == 0)
            return 0;
        mark_clock(when, hour.units, is_kind(when, end, WORD_MINUS) ? -minutes : minutes, form_of(&hour));
        return count + 1 + more;
    }
    more = when_number(when, end, &minute);
    bool is_spoken = hour.has_words && minute.has_words && minute.units > 9 && minute.units < 60 &&
                     hour.units > 0 && hour.units <= 12;
    bool is_spaced = hour.digits > 0 && minute.digits == 2 && minute.units < 60 &&
                     (is_marked || when->ask->kind == ASK_TIME) && !when->pieces->list[end].is_glued;
    if (more == 0 || (!is_spoken && !is_spaced) || is_kind(when, end + more, WORD_COUNTER))
        return 0;
    mark_clock(when, hour.units, minute.units, form_of(&hour));
    return count + more;
}

bool when_clock_hour(struct when *when, int64_t number, size_t digits, bool leads_zero)
{
    bool has_minutes = digits == 3 || digits == 4;

    if (digits > 4 || (has_minutes ? number % 100 > 59 || number / 100 > 24 : number > 24))
        return false;
    mark_clock(when, has_minutes ? number / 100 : number, has_minutes ? number % 100 : 0,
               leads_zero    ? CLOCK_EXACT
               : digits == 4 ? CLOCK_PADDED
                             : CLOCK_LOOSE);
    return true;
}

/* An hour that something says to be one: "at" before it, a half or part of the day around it. */
static size_t read_hour(struct when *when, size_t at, bool is_marked)
{
    struct numeral hour;
    size_t count = when_number(when, at, &hour), end = at + count;
    bool has_part_before = at > 0 &&
                           (is_kind(when, at - 1, WORD_PART) || is_kind(when, at - 1, WORD_HALF_DAY));

    if (count == 0 || is_kind(when, end, WORD_COUNTER) || is_kind(when, end, WORD_MONEY))
        return 0;
    bool has_part = is_kind(when, end, WORD_HALF_DAY) || is_kind(when, end, WORD_PART) ||
                    is_kind(when, end, WORD_OCLOCK) ||
                    (when_is_loose(when) && is_kind(when, end, WORD_TODAY_PART));
    if (!is_marked && !has_part && !has_part_before)
        return 0;
    if (!is_marked && has_part_before && !has_part && !when_is_loose(when))
        return 0;
    if (!when_clock_hour(when, hour.units, hour.digits, hour.leads_zero))
        return 0;
    return count + read_tail(when, end);
}

/* Half days and parts of the day that stand before a time, noon, midnight. */
static size_t read_word(struct when *when, size_t at)
{
    const struct ask_piece *piece = &when->pieces->list[at];
    struct numeral number;

    switch (piece->kind) {
    case WORD_PART: when_part(when, piece->value); return 1;
    case WORD_HALF_DAY:
        if (when_number(when, at + 1, &number) == 0)
            return 0;
        when_part(when, piece->value);
        return 1;
    case WORD_NOON: mark_clock(when, 12, 0, CLOCK_EXACT); return 1;
    case WORD_MIDNIGHT: mark_clock(when, 24, 0, CLOCK_EXACT); return 1;
    default: return 0;
    }
}

size_t when_clock(struct when *when, size_t at)
{
    static size_t (*const READERS[])(struct when *, size_t, bool) = { read_colon, read_korean, read_past_to,
                                                                      read_face,  read_h,      read_hour };
    bool is_marked = is_kind(when, at, WORD_AT);
    size_t from = at + is_marked, count = 0;

    if (from >= when->pieces->count)
        return 0;
    for (size_t i = 0; count == 0 && i < sizeof READERS / sizeof READERS[0]; i++)
        count = READERS[i](when, from, is_marked);
    if (count == 0)
        count = read_word(when, from);
    return count > 0 ? count + is_marked : 0;
}
