/*
 * opening_text: opening hours in the customer's language.
 *
 * SPEECH has a row per language, made of the pieces that stand around days and times; a new language is a new
 * row. Times are told by the 24-hour clock. They are the written ones, except where the clock leaves such a
 * time out: there it is what the clock shows instead.
 *
 * Both texts complete a sentence that the owner wrote without knowing which case it will be, so every case
 * has to fit behind "We are open" or "We answer": hence "not today, but …" and "now".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/calendar.h"
#include "rules/opening_day.h"
#include "text/locale.h"

struct opening_words {
    const char *language;
    const char *now, *later;
    const char *today, *tomorrow;
    const char *weekday_before; /* "on " */
    const char *date_before, *date_between, *date_after;
    bool is_month_first;
    const char *at, *at_one; /* between day and time; at_one before 01:00 */
    const char *from, *to, *to_after;
    const char *until, *until_one, *until_after;
    const char *always, *midnight;
    const char *comma, *and;              /* between intervals; the last time */
    const char *closed, *closed_but, *but; /* on its own; with the next open day; before that day */
};

static const struct opening_words SPEECH[] = {
    { .language = "en",
      .now = "now", .later = "later", .today = "today", .tomorrow = "tomorrow",
      .weekday_before = "on ",
      .date_before = "on ", .date_between = " ", .date_after = "",
      .at = " at ", .at_one = " at ",
      .from = "from ", .to = " to ", .to_after = "",
      .until = "until ", .until_one = "until ", .until_after = "",
      .always = "around the clock", .midnight = "midnight",
      .comma = ", ", .and = " and ",
      .closed = "not today", .closed_but = "not today", .but = ", but " },
    { .language = "ko",
      .now = "지금", .later = "나중에", .today = "오늘", .tomorrow = "내일",
      .weekday_before = "",
      .date_before = "", .date_between = " ", .date_after = "일", .is_month_first = true,
      .at = " ", .at_one = " ",
      .from = "", .to = "부터 ", .to_after = "까지",
      .until = "", .until_one = "", .until_after = "까지",
      .always = "24시간", .midnight = "24:00",
      .comma = ", ", .and = ", ",
      .closed = "오늘은 휴무", .closed_but = "오늘은 쉬고", .but = " " },
    { .language = "es",
      .now = "ahora", .later = "más tarde", .today = "hoy", .tomorrow = "mañana",
      .weekday_before = "el ",
      .date_before = "el ", .date_between = " de ", .date_after = "",
      .at = " a las ", .at_one = " a la ",
      .from = "de ", .to = " a ", .to_after = "",
      .until = "hasta las ", .until_one = "hasta la ", .until_after = "",
      .always = "las 24 horas", .midnight = "24:00",
      .comma = ", ", .and = " y ",
      .closed = "no hoy", .closed_but = "no hoy", .but = ", sino " },
};

enum { SPEECH_COUNT = sizeof SPEECH / sizeof SPEECH[0] };

/* "es", "es-MX" and "ES_mx" are Spanish; "est" is not. */
static const struct opening_words *find_words(const char *language)
{
    for (size_t i = 0; language != NULL && i < SPEECH_COUNT; i++) {
        size_t len = strlen(SPEECH[i].language);
        if (strncasecmp(language, SPEECH[i].language, len) == 0 && strchr("-_", language[len]) != NULL)
            return &SPEECH[i];
    }
    return NULL;
}

const struct opening_words *opening_words(const char *language, const char *otherwise)
{
    const struct opening_words *words = find_words(language);
    if (words == NULL)
        words = find_words(otherwise);
    return words != NULL ? words : &SPEECH[0];
}

/* The hour and minute of a moment, as minutes of its day. */
static int clock_minute(const struct zone *zone, int64_t at)
{
    struct zone_time local;
    zone_local(zone, at, &local);
    return local.hour * 60 + local.minute;
}

static void add_clock(int minute, struct buf *out)
{
    buf_addf(out, "%02d:%02d", minute / 60, minute % 60);
}

/* A closing, of which 24:00 has a name of its own. */
static void add_closing(const struct zone *zone, const struct hours *hours, int64_t end,
                        const struct opening_words *words, struct buf *out)
{
    int minute = clock_minute(zone, end);
    if (hours->closes == DAY_MINUTES && minute == 0)
        buf_add_text(out, words->midnight);
    else
        add_clock(minute, out);
}

static void add_date(int64_t day, const struct opening_words *words, struct buf *out)
{
    int64_t year;
    int month, day_of_month;
    calendar_date(day, &year, &month, &day_of_month);
    const char *name = locale_find(words->language)->months[month - 1];
    buf_add_text(out, words->date_before);
    if (words->is_month_first)
        buf_addf(out, "%s%s%d", name, words->date_between, day_of_month);
    else
        buf_addf(out, "%d%s%s", day_of_month, words->date_between, name);
    buf_add_text(out, words->date_after);
}

/* A weekday's name is clear for six days; after a week it would mean today. */
static void add_day(int64_t today, int64_t day, const struct opening_words *words, struct buf *out)
{
    if (day == today)
        buf_add_text(out, words->today);
    else if (day == today + 1)
        buf_add_text(out, words->tomorrow);
    else if (day > today && day < today + 7)
        buf_addf(out, "%s%s", words->weekday_before, locale_find(words->language)->weekdays[calendar_weekday(day)]);
    else
        add_date(day, words, out);
}

void opening_format_next(const struct opening *opening, const struct zone *zone, int64_t at,
                         const struct opening_words *words, struct buf *out)
{
    if (opening_is_open(opening, zone, at)) {
        buf_add_text(out, words->now);
        return;
    }
    int64_t next = opening_next(opening, zone, at);
    if (next == OPENING_NEVER) {
        buf_add_text(out, words->later);
        return;
    }
    int minute = clock_minute(zone, next);
    add_day(opening_day(zone, at), opening_day(zone, next), words, out);
    buf_add_text(out, minute / 60 == 1 ? words->at_one : words->at);
    add_clock(minute, out);
}

/* The list of what a text tells: its intervals, with the words between them. */
struct telling {
    const struct zone *zone;
    const struct opening_words *words;
    struct buf items[DAY_HOURS_MAX * 2];
    size_t count;
};

static void tell_until(struct telling *telling, const struct hours *hours, const struct stretch *stretch)
{
    const struct opening_words *words = telling->words;
    struct buf *item = &telling->items[telling->count++];
    bool is_one = clock_minute(telling->zone, stretch->end) / 60 == 1;
    buf_add_text(item, is_one ? words->until_one : words->until);
    add_closing(telling->zone, hours, stretch->end, words, item);
    buf_add_text(item, words->until_after);
}

static void tell_hours(struct telling *telling, const struct hours *hours, const struct stretch *stretch)
{
    const struct opening_words *words = telling->words;
    struct buf *item = &telling->items[telling->count++];
    if (hours->opens == 0 && hours->closes == DAY_MINUTES) {
        buf_add_text(item, words->always);
        return;
    }
    buf_add_text(item, words->from);
    add_clock(clock_minute(telling->zone, stretch->start), item);
    buf_add_text(item, words->to);
    add_closing(telling->zone, hours, stretch->end, words, item);
    buf_add_text(item, words->to_after);
}

/* What began on the day before and holds `at`. */
static void tell_yesterday(struct telling *telling, const struct opening *opening, int64_t today, int64_t at)
{
    const struct day_hours *hours = opening_day_hours(opening, today - 1);
    for (size_t i = 0; i < hours->count; i++) {
        struct stretch stretch;
        if (opening_stretch(telling->zone, today - 1, &hours->list[i], &stretch) && stretch.start <= at &&
            stretch.end > at)
            tell_until(telling, &hours->list[i], &stretch);
    }
}

/* True when anything takes place on that day. */
static bool tell_day(struct telling *telling, const struct opening *opening, int64_t day)
{
    const struct day_hours *hours = opening_day_hours(opening, day);
    size_t before = telling->count;
    for (size_t i = 0; i < hours->count; i++) {
        struct stretch stretch;
        if (opening_stretch(telling->zone, day, &hours->list[i], &stretch))
            tell_hours(telling, &hours->list[i], &stretch);
    }
    return telling->count > before;
}

static void add_note(const struct opening *opening, int64_t day, struct buf *out)
{
    const char *note = opening_day_hours(opening, day)->note;
    if (note != NULL)
        buf_addf(out, " (%s)", note);
}

static void telling_write(struct telling *telling, struct buf *out)
{
    const struct opening_words *words = telling->words;
    for (size_t i = 0; i < telling->count; i++) {
        if (i > 0)
            buf_add_text(out, i + 1 == telling->count ? words->and : words->comma);
        buf_add_text(out, buf_text(&telling->items[i]));
        buf_release(&telling->items[i]);
    }
    telling->count = 0;
}

/* "not today", and the hours of the next day that has any. */
static void tell_closed(struct telling *telling, const struct opening *opening, int64_t today,
                        struct buf *out)
{
    const struct opening_words *words = telling->words;
    int64_t day = today + 1;
    while (day <= today + OPENING_SEARCH_DAYS && !tell_day(telling, opening, day))
        day++;
    bool is_found = telling->count > 0;
    buf_add_text(out, is_found ? words->closed_but : words->closed);
    add_note(opening, today, out);
    if (!is_found)
        return;
    buf_add_text(out, words->but);
    add_day(today, day, words, out);
    buf_add_char(out, ' ');
    telling_write(telling, out);
    add_note(opening, day, out);
}

void opening_format_today(const struct opening *opening, const struct zone *zone, int64_t at,
                          const struct opening_words *words, struct buf *out)
{
    struct telling telling = { .zone = zone, .words = words };
    int64_t today = opening_day(zone, at);
    tell_yesterday(&telling, opening, today, at);
    bool has_hours = tell_day(&telling, opening, today);
    if (telling.count == 0) {
        tell_closed(&telling, opening, today, out);
        return;
    }
    telling_write(&telling, out);
    if (has_hours)
        add_note(opening, today, out);
}
