/*
 * ask_date: days as a calendar has them, in figures and with the names of months.
 *
 * Of two numbers with a mark between them the business's order says which is the month, unless only the other
 * way is a day. In Korean, Chinese and Japanese the month always comes first, and a year before it. "9.30"
 * may be a time; that is left open until the rest is known.
 */
#include <string.h>

#include "flow/ask_lexicon.h"
#include "flow/ask_when.h"

static bool is_kind(const struct when *when, size_t at, int kind)
{
    return ask_piece_is(when->pieces, at, kind);
}

/* Does the piece make a time, or a number of something, of the number before it? */
static bool makes_no_day(const struct when *when, size_t at)
{
    return ask_word_counts(when->pieces, at) || is_kind(when, at, WORD_HALF_DAY) ||
           is_kind(when, at, WORD_H) || is_kind(when, at, WORD_KO_HOUR) ||
           ask_piece_is_sign(when->pieces, at, ':');
}

static bool writes_month_first(const struct when *when)
{
    static const char *const LANGUAGES[] = { "ko", "ja", "zh" };

    for (size_t i = 0; when->ask->language != NULL && i < sizeof LANGUAGES / sizeof LANGUAGES[0]; i++)
        if (strncmp(when->ask->language, LANGUAGES[i], 2) == 0)
            return true;
    return when->ask->month_first;
}

static bool is_korean(const struct when *when)
{
    return when->ask->language != NULL && strncmp(when->ask->language, "ko", 2) == 0;
}

static void mark_date(struct when *when, int64_t month, int64_t day)
{
    if (month < 1 || month > 12 || day < 1 || day > 31)
        when->is_doubtful = true;
    when_mark(when, &when->month, month);
    when_mark(when, &when->monthday, day);
}

/* A year of two digits is at most twenty years ahead, else of the last century. */
static void mark_year(struct when *when, int64_t year, size_t digits)
{
    if (digits == 2)
        year += year + 2000 <= when->local.year + 20 ? 2000 : 1900;
    else if (digits != 4)
        when->is_doubtful = true;
    when_mark(when, &when->year, year);
}

/* Digits with signs between */

struct group {
    int64_t numbers[3];
    size_t digits[3];
    size_t count;
    int sign;
    bool ends_in_sign; /* "12.3." */
    bool leads_zero;
};

static int64_t digits_at(const struct when *when, size_t at, size_t *count)
{
    const struct ask_piece *piece = &when->pieces->list[at];
    int64_t number = 0;

    *count = piece->end - piece->start;
    for (size_t i = piece->start; i < piece->end && *count <= 8; i++)
        number = number * 10 + (when->pieces->plain.data[i] - '0');
    return number;
}

/* The sign behind the digits at a piece, or 0. */
static int sign_behind(const struct when *when, size_t at)
{
    static const char SIGNS[] = { '/', '.', '-' };

    for (size_t i = 0; i < sizeof SIGNS; i++)
        if (ask_piece_is_sign(when->pieces, at + 1, SIGNS[i]))
            return SIGNS[i];
    return 0;
}

/* Do further digits follow behind the sign? A blank may come before them in "2026. 3. 12." and in Korean. */
static bool goes_on(const struct when *when, size_t at, const struct group *group)
{
    bool may_be_spaced = group->sign == '.' && (group->digits[0] == 4 || is_korean(when));

    return ask_piece_is(when->pieces, at + 2, PIECE_DIGITS) &&
           (may_be_spaced || when->pieces->list[at + 2].is_glued);
}

/* Two or three runs of digits with the same sign between them. How many pieces they are. */
static size_t read_group(const struct when *when, size_t at, struct group *group)
{
    size_t start = at;

    *group = (struct group){ .sign = is_kind(when, at, PIECE_DIGITS) ? sign_behind(when, at) : 0 };
    while (group->sign != 0) {
        size_t i = group->count++;

        group->numbers[i] = digits_at(when, at, &group->digits[i]);
        group->leads_zero |= when->pieces->plain.data[when->pieces->list[at].start] == '0';
        bool has_sign = ask_piece_is_sign(when->pieces, at + 1, group->sign);
        if (!has_sign || group->count == 3 || !goes_on(when, at, group)) {
            group->ends_in_sign = has_sign && !(ask_piece_is(when->pieces, at + 2, PIECE_DIGITS) &&
                                                when->pieces->list[at + 2].is_glued);
            break;
        }
        at += 2;
    }
    return group->count > 0 ? at + 1 - start + group->ends_in_sign : 0;
}

void when_pair(struct when *when, int64_t first, int64_t second)
{
    bool month_first = writes_month_first(when);
    int64_t month = month_first ? first : second, day = month_first ? second : first;

    if (month > 12 && day <= 12)
        mark_date(when, day, month);
    else
        mark_date(when, month, day);
}

static void mark_triple(struct when *when, const struct group *group)
{
    bool year_first = group->digits[0] == 4 || (is_korean(when) && group->digits[2] <= 2);

    mark_year(when, group->numbers[year_first ? 0 : 2], group->digits[year_first ? 0 : 2]);
    if (year_first)
        mark_date(when, group->numbers[1], group->numbers[2]);
    else
        when_pair(when, group->numbers[0], group->numbers[1]);
}

/* "9.30" is a day or a time: that is settled when the rest is known. */
static bool mark_dotted(struct when *when, const struct group *group)
{
    bool could_be_clock = group->digits[1] == 2 && group->numbers[1] < 60 && group->numbers[0] <= 24;

    if (!when_is_loose(when))
        return false;
    when->dotted_is_clock = could_be_clock;
    when_mark(when, &when->dotted, group->numbers[0] * 100 + group->numbers[1]);
    return true;
}

/* Days and months have at most two digits, years two or four. */
static bool is_date(const struct group *group)
{
    bool year_first = group->digits[0] == 4;
    size_t year = group->digits[year_first ? 0 : 2];

    if (group->count == 3)
        return group->digits[1] <= 2 && group->digits[year_first ? 2 : 0] <= 2 && (year == 2 || year == 4);
    return group->count == 2 && group->digits[0] <= 2 && group->digits[1] <= 2;
}

static size_t read_signed(struct when *when, size_t at)
{
    struct group group;
    size_t count = read_group(when, at, &group);

    if (!is_date(&group) || makes_no_day(when, at + count) ||
        (at > 0 && when->pieces->list[at].is_glued && ask_piece_is_sign(when->pieces, at - 1, '/')))
        return 0;
    if (group.count == 3) {
        mark_triple(when, &group);
        return count;
    }
    if (group.sign == '/' || (group.sign == '-' && group.leads_zero && when_is_loose(when)) ||
        (group.sign == '.' && group.ends_in_sign && when_is_loose(when) && group.numbers[1] <= 12))
        when_pair(when, group.numbers[0], group.numbers[1]);
    else if (group.sign != '.' || !mark_dotted(when, &group))
        return 0;
    return count;
}

/* 20260312, and in Korean 260312. */
static size_t read_compact(struct when *when, size_t at)
{
    size_t digits;
    int64_t number;

    if (!when_is_loose(when) || !is_kind(when, at, PIECE_DIGITS))
        return 0;
    number = digits_at(when, at, &digits);
    if (digits != 8 && !(digits == 6 && is_korean(when)))
        return 0;
    mark_year(when, number / 10000, digits - 4);
    mark_date(when, number / 100 % 100, number % 100);
    return 1;
}

/* Months by name */

static bool is_joint(const struct when *when, size_t at)
{
    return is_kind(when, at, WORD_OF) || is_kind(when, at, WORD_THE) ||
           ask_piece_is_one_of(when->pieces, at, ",.-/");
}

static size_t skip_joints(const struct when *when, size_t at)
{
    while (is_joint(when, at))
        at++;
    return at;
}

/* "ago" is August behind a number: 12 ago. */
static bool month_at(const struct when *when, size_t at, bool follows_number, int *month)
{
    if (!is_kind(when, at, WORD_MONTH) && !(follows_number && is_kind(when, at, WORD_AGO)))
        return false;
    *month = when->pieces->list[at].value;
    return *month > 0;
}

/* A year of four digits, behind commas and "de". How many pieces, 0: none. */
static size_t year_at(struct when *when, size_t at)
{
    size_t year = skip_joints(when, at), digits;

    if (!is_kind(when, year, PIECE_DIGITS) || digits_at(when, year, &digits) < WHEN_YEAR_FIRST ||
        digits_at(when, year, &digits) > 2099 || ask_piece_is_sign(when->pieces, year + 1, ':') ||
        is_kind(when, year + 1, WORD_H) || is_kind(when, year + 1, WORD_HOURS))
        return 0;
    when_mark(when, &when->year, digits_at(when, year, &digits));
    return year + 1 - at;
}

/* The day of a month: 12, 12th, twelfth. */
static size_t monthday_at(const struct when *when, size_t at, int64_t *day)
{
    struct numeral number;
    size_t count;

    if (is_kind(when, at, WORD_ORDINAL_DAY)) {
        *day = when->pieces->list[at].value;
        return 1;
    }
    count = when_number(when, at, &number);
    if (count == 0 || number.units < 1 || number.units > 31)
        return 0;
    *day = number.units;
    bool has_ordinal = is_kind(when, at + count, WORD_ORDINAL) ||
                       (is_kind(when, at + count, WORD_OR) &&
                        when->pieces->list[at + count].is_glued); /* 1º */
    return count + has_ordinal;
}

static size_t read_named_month(struct when *when, size_t at)
{
    size_t end;
    int64_t day;
    int month;

    if (month_at(when, at, false, &month)) {
        size_t from = skip_joints(when, at + 1), count = monthday_at(when, from, &day);

        if (count == 0 || makes_no_day(when, from + count))
            return 0;
        end = from + count;
        if (ask_word_is_il(when->pieces, end))
            end++;
    } else {
        size_t count = monthday_at(when, at, &day);

        end = skip_joints(when, at + count);
        if (count == 0 || !month_at(when, end, true, &month))
            return 0;
        end++;
    }
    mark_date(when, month, day);
    return end + year_at(when, end) - at;
}

/* 이십일 is 20일, since 21일 is 이십일일. */
static bool ends_in_korean_day(const struct when *when, size_t end, const struct numeral *day)
{
    return day->has_words && day->units > 10 && ask_word_is_il(when->pieces, end - 1);
}

/* 2026년 3월 12일; the year and, before a blank or the end, the last 일 may be left out. */
static size_t read_korean_month(struct when *when, size_t at)
{
    struct numeral year = { 0 }, month, day;
    size_t end = at, count = when_number(when, at, &year);

    if (count > 0 && is_kind(when, at + count, WORD_KO_YEAR))
        end = at + count + 1;
    else
        year.digits = 0;
    count = when_number(when, end, &month);
    if (count == 0 || !is_kind(when, end + count, WORD_KO_MONTH))
        return 0;
    end += count + 1;
    if (year.digits > 0)
        mark_year(when, year.units, year.digits);
    count = when_number(when, end, &day);
    if (count == 0 || makes_no_day(when, end + count)) {
        when_mark(when, &when->month, month.units);
        return end - at;
    }
    end += count;
    if (ask_word_is_il(when->pieces, end))
        end++;
    else if (ends_in_korean_day(when, end, &day))
        day.units--;
    mark_date(when, month.units, day.units);
    return end - at;
}

/* The day of a month without its month: the 5th, el 5, el día 5, 5일. */
size_t when_monthday(struct when *when, size_t at)
{
    bool has_the = is_kind(when, at, WORD_THE);
    size_t from = at + has_the, count;
    struct numeral number;
    int64_t day;

    if (is_kind(when, from, WORD_UNIT_DAY) && when->pieces->list[from].value == 1) {
        has_the = true;
        from++;
    }
    count = monthday_at(when, from, &day);
    if (count == 0 || makes_no_day(when, from + count))
        return 0;
    size_t end = from + count;
    bool is_ordinal = is_kind(when, end - 1, WORD_ORDINAL);
    if (has_the && (is_kind(when, end, WORD_COUNTER) || is_kind(when, end, PIECE_UNKNOWN)) && !is_ordinal)
        return 0;
    if (is_kind(when, end - 1, WORD_ORDINAL_DAY) && !has_the)
        return 0;
    when_number(when, from, &number);
    if (ask_word_is_il(when->pieces, end) && when_is_loose(when))
        end++;
    else if (ends_in_korean_day(when, end, &number) && when_is_loose(when) && when->ask->kind != ASK_TIME)
        day--;
    else if (!is_ordinal && !(has_the && when_is_loose(when)))
        return 0;
    when_mark(when, &when->monthday, day);
    return end - at;
}

size_t when_date(struct when *when, size_t at)
{
    static size_t (*const READERS[])(struct when *, size_t) = { read_korean_month, read_named_month,
                                                                read_signed, read_compact };
    size_t count = 0;

    for (size_t i = 0; count == 0 && i < sizeof READERS / sizeof READERS[0]; i++)
        count = READERS[i](when, at);
    return count;
}
