/*
 * datelike: see the header. Rather too much than too little is taken for a date: what is told so is only put into
 * quotation marks.
 */
#include <string.h>

#include "base/ascii.h"
#include "text/datelike.h"

struct reader {
    const char *at, *end;
};

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* How many digits there are; they are taken. */
static size_t take_digits(struct reader *reader)
{
    const char *start = reader->at;

    while (reader->at < reader->end && ascii_is_digit((unsigned char)*reader->at))
        reader->at++;
    return (size_t)(reader->at - start);
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
        reader->at++;
}

static bool is_short(size_t digits)
{
    return digits == 1 || digits == 2;
}

/* Day, month and year in any of the usual orders. */
static bool take_date(struct reader *reader)
{
    size_t first = take_digits(reader), second, third;
    char mark = reader->at < reader->end ? *reader->at : '\0';

    if (mark != '-' && mark != '/')
        return false;
    reader->at++;
    second = take_digits(reader);
    if (!take(reader, mark))
        return false;
    third = take_digits(reader);
    return is_short(second) &&
           ((first == 4 && is_short(third)) || (is_short(first) && (third == 2 || third == 4)));
}

/* "9:30" and whatever follows. */
static bool is_clock(struct reader reader)
{
    return is_short(take_digits(&reader)) && take(&reader, ':') && take_digits(&reader) >= 2;
}

/* "T09:30" or " 9:30", or the end at once. */
static bool is_time(struct reader reader)
{
    if (reader.at == reader.end)
        return true;
    if (!take(&reader, 'T') && !take(&reader, 't') && !take(&reader, ' '))
        return false;
    skip_blanks(&reader);
    return is_clock(reader);
}

static bool take_number(struct reader *reader)
{
    return take(reader, ' ') && is_short(take_digits(reader));
}

/* "Tue 05 12 09:30 …": any three letters will do. */
static bool is_weekday_first(struct reader reader)
{
    for (size_t i = 0; i < 3; i++, reader.at++)
        if (reader.at == reader.end || !ascii_is_letter((unsigned char)*reader.at))
            return false;
    return take_number(&reader) && take_number(&reader) && take(&reader, ' ') && is_clock(reader);
}

/* "Tue … 09:30:00 … 2026" */
static bool is_year_last(struct reader reader)
{
    static const char DAYS[][4] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    size_t len = (size_t)(reader.end - reader.at);
    bool is_day = false;

    if (len < 12)
        return false;
    for (size_t i = 0; i < sizeof DAYS / sizeof DAYS[0]; i++)
        is_day |= (reader.at[0] | 0x20) == DAYS[i][0] && (reader.at[1] | 0x20) == DAYS[i][1] &&
                  (reader.at[2] | 0x20) == DAYS[i][2];
    for (size_t i = 1; i <= 4; i++)
        is_day = is_day && ascii_is_digit((unsigned char)reader.end[-(ptrdiff_t)i]);
    return is_day && strchr(" ,", reader.at[3]) != NULL && memchr(reader.at, ':', len) != NULL;
}

bool datelike_match(const char *text, size_t len)
{
    struct reader reader = { text, text + len };

    skip_blanks(&reader);
    while (reader.end > reader.at && (reader.end[-1] == ' ' || reader.end[-1] == '\t'))
        reader.end--;
    if (is_weekday_first(reader) || is_year_last(reader))
        return true;
    return take_date(&reader) && is_time(reader);
}
