/*
 * ask_numeral: see the header.
 *
 * Words are tallied as they come. `pending` is what no multiplier has taken yet, `done` what a small
 * multiplier (hundred, 백) has, `total` what a big one (thousand, 만) has. Each word must be smaller than the
 * multiplier before it, and only ones may follow tens; so "two three" are two numbers, and "four hundred
 * five" is one.
 *
 * In digits, a comma or point that stands before three digits is a mark of groups where the number can be
 * read so; what is ambiguous (1.234) goes by the style. Groups must be whole: 1,23,456 and 12.03.26 are no
 * numbers.
 */
#include <inttypes.h>
#include <string.h>

#include "flow/ask_lexicon.h"
#include "flow/ask_numeral.h"

static const int64_t UNITS_MAX = 999999999999999;

struct tally {
    int64_t total, done, pending;
    int64_t small, big; /* the last multipliers: what follows is smaller */
    int64_t room;       /* what is added to `pending` next is smaller; 0: nothing may be */
    bool is_begun;
};

static bool tally_add(struct tally *tally, int64_t number, int64_t size, int64_t room)
{
    bool is_free = tally->pending == 0 ? tally->room != 0 : size < tally->room;

    if (!is_free || size > tally->small || size > tally->big)
        return false;
    tally->pending += number;
    tally->room = room;
    tally->is_begun = true;
    return true;
}

static bool tally_times(struct tally *tally, int64_t factor)
{
    int64_t count = tally->pending > 0 ? tally->pending : 1;

    if ((tally->is_begun && tally->room == 0 && tally->pending == 0) || factor >= tally->small ||
        factor >= tally->big || count >= factor * (factor == 12 ? 100 : 1))
        return false;
    tally->done += count * factor;
    tally->pending = 0;
    tally->small = factor;
    tally->room = factor == 12 ? 0 : INT64_MAX;
    tally->is_begun = true;
    return true;
}

static bool tally_times_big(struct tally *tally, int64_t factor)
{
    int64_t count = tally->done + tally->pending;

    if ((tally->is_begun && count == 0) || factor >= tally->big || count > UNITS_MAX / factor)
        return false;
    tally->total += (count > 0 ? count : 1) * factor;
    tally->done = tally->pending = 0;
    tally->small = INT64_MAX;
    tally->big = factor;
    tally->room = INT64_MAX;
    tally->is_begun = true;
    return true;
}

static bool tally_word(struct tally *tally, const struct ask_piece *piece)
{
    switch (piece->kind) {
    case WORD_ONE:
    case WORD_BOUND:
    case WORD_SINO: return tally_add(tally, piece->value, 9, 0);
    case WORD_ONES: return (piece->value > 0 || !tally->is_begun) && tally_add(tally, piece->value, 9, 0);
    case WORD_TEENS: return tally_add(tally, piece->value, 99, 0);
    case WORD_TENS: return tally_add(tally, piece->value, 99, 10);
    case WORD_HUNDREDS: return tally_add(tally, piece->value, 999, 100);
    case WORD_TIMES: return tally_times(tally, piece->value);
    case WORD_TIMES_BIG: return tally_times_big(tally, piece->value);
    case WORD_K: return tally->is_begun && piece->is_glued && tally_times_big(tally, piece->value);
    default: return false;
    }
}

/* What may stand inside a number and says nothing: twenty-five, one hundred and five, treinta y dos. */
static size_t skip_joint(const struct ask_pieces *pieces, size_t at, const struct tally *tally)
{
    const struct ask_piece *before = &pieces->list[at - 1];

    if (before->kind == WORD_TENS && ask_piece_is_sign(pieces, at, '-') && at + 1 < pieces->count &&
        pieces->list[at + 1].is_glued)
        return at + 1;
    if (!ask_piece_is(pieces, at, WORD_AND))
        return at;
    bool joins = before->kind == WORD_TENS || before->kind == WORD_TIMES_BIG ||
                 (before->kind == WORD_TIMES && tally->small == 100);
    return joins ? at + 1 : at;
}

/* Digits take multipliers, but no further words: "5 six" are two numbers. */
static bool is_apart(const struct ask_pieces *pieces, size_t at)
{
    const struct ask_piece *piece = &pieces->list[at], *before = &pieces->list[at - 1];

    return before->kind == PIECE_DIGITS && piece->kind != WORD_TIMES && piece->kind != WORD_TIMES_BIG &&
           piece->kind != WORD_K;
}

/* Words from `at` on, behind what is in the tally. Digits may come again behind a multiplier: 2만 5천. */
static size_t read_words(const struct ask_pieces *pieces, size_t at, struct tally *tally)
{
    while (at < pieces->count) {
        size_t next = tally->is_begun ? skip_joint(pieces, at, tally) : at;

        if (next >= pieces->count || (tally->is_begun && is_apart(pieces, next)))
            break;
        const struct ask_piece *piece = &pieces->list[next];
        if (piece->kind == PIECE_DIGITS && tally->is_begun && next == at) {
            int64_t number = 0;
            size_t len = piece->end - piece->start;

            for (size_t i = piece->start; len <= 4 && i < piece->end; i++)
                number = number * 10 + (pieces->plain.data[i] - '0');
            if (number == 0 || !tally_add(tally, number, number, 0))
                break;
        } else if (!tally_word(tally, piece)) {
            break;
        }
        at = next + 1;
    }
    return at;
}

/* Digits with their marks */

struct figure {
    char digits[NUMERAL_DIGITS + 1]; /* without marks */
    size_t count;
    int places;
};

static bool figure_add(struct figure *figure, const struct ask_pieces *pieces, size_t at)
{
    const struct ask_piece *piece = &pieces->list[at];
    size_t len = piece->end - piece->start;

    if (figure->count + len > NUMERAL_DIGITS)
        return false;
    memcpy(figure->digits + figure->count, pieces->plain.data + piece->start, len);
    figure->count += len;
    return true;
}

/* The mark before the digits at *at, which then are at *at: ',', '.', '\'', ' ', or 0 when the number ends.
 */
static int next_mark(const struct ask_pieces *pieces, size_t *at, size_t *len)
{
    static const char MARKS[] = { ',', '.', '\'' };

    for (size_t i = 0; i < sizeof MARKS; i++)
        if (ask_piece_is_sign(pieces, *at, MARKS[i]) && ask_piece_is(pieces, *at + 1, PIECE_DIGITS) &&
            pieces->list[*at + 1].is_glued) {
            (*at)++;
            *len = pieces->list[*at].end - pieces->list[*at].start;
            return MARKS[i];
        }
    if (!ask_piece_is(pieces, *at, PIECE_DIGITS) || pieces->list[*at].is_glued)
        return 0;
    *len = pieces->list[*at].end - pieces->list[*at].start;
    return *len == 3 ? ' ' : 0;
}

/* Does a single mark before three digits part groups, or the whole from its fraction? Nobody writes three
 * zeros behind a point. */
static bool parts_groups(const struct ask_pieces *pieces, size_t at, int mark, const struct figure *figure,
                         enum numeral_style style)
{
    const struct ask_piece *piece = &pieces->list[at];
    bool has_three = piece->end - piece->start == 3;
    bool are_zeros = has_three && memcmp(pieces->plain.data + piece->start, "000", 3) == 0;

    return has_three && figure->count <= 3 && figure->digits[0] != '0' &&
           (mark != '.' || style == NUMERAL_POINT_GROUPS || are_zeros);
}

/*
 * The marks in order: all but the last part groups of three, and are the same. A last one that is another is
 * the decimal mark.
 */
static size_t read_figure(const struct ask_pieces *pieces, size_t at, enum numeral_style style,
                          struct figure *figure)
{
    int group = 0;
    size_t len, next;

    *figure = (struct figure){ 0 };
    if (!figure_add(figure, pieces, at))
        return 0;
    for (at++; style != NUMERAL_WHOLE; at = next + 1) {
        next = at;
        int mark = next_mark(pieces, &next, &len);
        size_t beyond = next + 1, beyond_len;
        int mark_beyond = mark != 0 ? next_mark(pieces, &beyond, &beyond_len) : 0;

        if (mark == 0 ||
            (mark == ' ' && group != ' ' && (group != 0 || figure->count > 3 || figure->digits[0] == '0')))
            break;
        bool is_group = mark == group || mark == ' ' || mark == '\'' ||
                        (group == 0 && mark_beyond != 0 && mark_beyond != ' ') ||
                        (group == 0 && parts_groups(pieces, next, mark, figure, style));
        if (!figure_add(figure, pieces, next) || (is_group && len != 3) || figure->places > 0 ||
            (is_group && group == 0 && figure->count - len > 3))
            return 0;
        if (is_group)
            group = mark;
        else
            figure->places = (int)len;
    }
    return at;
}

static int64_t figure_units(const struct figure *figure)
{
    int64_t units = 0;

    for (size_t i = 0; i < figure->count; i++)
        units = units * 10 + (figure->digits[i] - '0');
    return units;
}

/* Takes off the zeros behind the point; so equal numbers are the same. */
static void trim(struct numeral *number)
{
    while (number->places > 0 && number->units % 10 == 0) {
        number->units /= 10;
        number->places--;
    }
}

/* 1.5k and 3,5 millones: a multiplier behind a fraction has to make it whole. */
static size_t times_fraction(const struct ask_pieces *pieces, size_t at, struct numeral *number)
{
    int64_t factor = 1;

    if (at >= pieces->count)
        return at;
    const struct ask_piece *piece = &pieces->list[at];
    if (piece->kind != WORD_TIMES_BIG && piece->kind != WORD_TIMES &&
        !(piece->kind == WORD_K && piece->is_glued))
        return at;
    for (int i = 0; i < number->places; i++)
        factor *= 10;
    if (piece->value % factor != 0 || number->units > UNITS_MAX / (piece->value / factor))
        return 0;
    number->units *= piece->value / factor;
    number->places = 0;
    number->has_words = true;
    return at + 1;
}

static size_t read_digits(const struct ask_pieces *pieces, size_t at, enum numeral_style style,
                          struct numeral *number)
{
    struct tally tally = { .small = INT64_MAX, .big = INT64_MAX, .room = INT64_MAX };
    struct figure figure;
    size_t end = read_figure(pieces, at, style, &figure), words_end;

    if (end == 0 || figure.places > NUMERAL_PLACES)
        return 0;
    *number = (struct numeral){ .units = figure_units(&figure),
                                .places = figure.places,
                                .digits = figure.count,
                                .leads_zero = figure.digits[0] == '0' && figure.count > 1 &&
                                              figure.places == 0 };
    trim(number);
    if (style == NUMERAL_WHOLE)
        return end;
    if (number->places > 0)
        return times_fraction(pieces, end, number);
    if (number->units == 0 || !tally_add(&tally, number->units, 1, 0))
        return end;
    words_end = read_words(pieces, end, &tally);
    number->has_words = words_end > end;
    number->units = tally.total + tally.done + tally.pending;
    return number->units <= UNITS_MAX ? words_end : 0;
}

size_t numeral_read(const struct ask_pieces *pieces, size_t at, enum numeral_style style,
                    struct numeral *number)
{
    struct tally tally = { .small = INT64_MAX, .big = INT64_MAX, .room = INT64_MAX };
    const struct ask_piece *first;
    size_t end;

    *number = (struct numeral){ 0 };
    if (at >= pieces->count)
        return 0;
    first = &pieces->list[at];
    if (first->kind == PIECE_DIGITS) {
        end = read_digits(pieces, at, style, number);
        return end > at ? end - at : 0;
    }
    end = read_words(pieces, at, &tally);
    if (end == at)
        return 0;
    *number = (struct numeral){ .units = tally.total + tally.done + tally.pending,
                                .has_words = true,
                                .is_bound = pieces->list[end - 1].kind == WORD_BOUND,
                                .is_article = end == at + 1 && first->kind == WORD_ONE };
    number->is_sino = first->kind == WORD_SINO && number->units < 10;
    return number->units <= UNITS_MAX ? end - at : 0;
}

void numeral_format(const struct numeral *number, bool is_negative, struct buf *out)
{
    int64_t scale = 1;

    for (int i = 0; i < number->places; i++)
        scale *= 10;
    buf_addf(out, "%s%" PRId64, is_negative && number->units != 0 ? "-" : "", number->units / scale);
    if (number->places > 0)
        buf_addf(out, ".%0*" PRId64, number->places, number->units % scale);
}
