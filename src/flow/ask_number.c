/*
 * ask_number: how many.
 *
 * Days and times are taken out first (ask_when.h), so "4 people at 9pm on the 5th" is four. What is left must
 * hold one number; the same one may come twice ("4, four"), unless it counts two things ("2 adults and 2
 * kids"). Approximations
 * ("4 or 5", 두세 명, "at least 4"), telephone numbers and codes (B12) are no answer; "a couple" is two and
 * "just me" one.
 *
 * Korean words for numbers are also half of its other words, so they count only where they show what they
 * are: 네 and 한 before a counter, 이 and 삼 before one that goes with them, or alone.
 */
#include <string.h>

#include "base/ascii.h"
#include "flow/ask_lexicon.h"
#include "flow/ask_numeral.h"
#include "flow/ask_read.h"
#include "flow/ask_when.h"

enum { FRACTION_SLASH = 0x2044, DIGITS_PHONE = 7 };

struct count {
    const struct ask *ask;
    const struct ask_pieces *pieces;
    const struct when *when;
    enum numeral_style style;
    struct numeral number; /* the answer so far */
    bool is_negative, is_set, is_weak;
    bool is_refused;
    size_t end; /* behind it */
};

/* Where a point parts groups of digits and a comma the fraction. */
static enum numeral_style style_of(const struct ask *ask)
{
    static const char LANGUAGES[] = "es de it pt nl id tr da el hr sl ro vi";
    static const char POINT_COUNTRIES[] = "MX US GT HN SV NI PA DO PR PE"; /* of those that speak Spanish */
    const char *language = ask->language != NULL ? ask->language : "";
    const char *country = ask->country != NULL ? ask->country : "";
    char tag[3] = { 0 };

    if (strlen(language) < 2 || (language[2] != '\0' && language[2] != '-'))
        return NUMERAL_POINT;
    memcpy(tag, language, 2);
    if (strstr(LANGUAGES, tag) == NULL)
        return NUMERAL_POINT;
    if (strcmp(tag, "es") == 0 && country[0] != '\0' && strstr(POINT_COUNTRIES, country) != NULL)
        return NUMERAL_POINT;
    return NUMERAL_POINT_GROUPS;
}

static const struct ask_piece *piece_at(const struct count *count, size_t at)
{
    return at < count->pieces->count ? &count->pieces->list[at] : NULL;
}

static bool is_kind(const struct count *count, size_t at, int kind)
{
    return ask_piece_is(count->pieces, at, kind);
}

/* Does the text right before the number make a code of it, or a part (B12, 3/4, .5)? */
static bool is_spoiled_before(const struct count *count, size_t at)
{
    const struct ask_piece *before;

    if (at == 0 || !count->pieces->list[at].is_glued)
        return false;
    before = &count->pieces->list[at - 1];
    if (before->kind == PIECE_SIGN)
        return before->value == '/' || before->value == FRACTION_SLASH || before->value == '_' ||
               (before->value == ':' && is_kind(count, at - 2, PIECE_DIGITS)) ||
               (before->value == '.' && !before->is_glued);
    return before->kind != WORD_COUNTER &&
           ascii_is_letter((unsigned char)count->pieces->plain.data[before->end - 1]);
}

static bool is_spoiled_after(const struct count *count, size_t end)
{
    const struct ask_piece *after = piece_at(count, end);

    if (after == NULL || !after->is_glued)
        return false;
    if (after->kind == PIECE_SIGN)
        return after->value == '/' || after->value == FRACTION_SLASH || after->value == '_';
    /* 12b; but 3꼬치 is three of something. */
    return after->kind == PIECE_UNKNOWN &&
           ascii_is_letter((unsigned char)count->pieces->plain.data[after->start]);
}

/* "+82 10 …", 01012345678: no quantity. */
static bool is_phone(const struct count *count, size_t at, const struct numeral *number)
{
    bool has_plus = at > 0 && ask_piece_is_one_of(count->pieces, at - 1, "+");

    return number->digits >= DIGITS_PHONE && (number->leads_zero || has_plus);
}

static bool has_minus(const struct count *count, size_t at)
{
    if (at > 0 && is_kind(count, at - 1, WORD_MINUS))
        return true;
    return at > 0 && ask_piece_is_one_of(count->pieces, at - 1, "-") && count->pieces->list[at].is_glued &&
           !(at > 1 && count->pieces->list[at - 1].is_glued);
}

/* Between two mentions of the same number nothing may stand that makes a sum or a list of them. */
static bool is_repetition(const struct count *count, size_t at, size_t end)
{
    for (size_t i = count->end; i < at; i++)
        if (is_kind(count, i, PIECE_UNKNOWN) || is_kind(count, i, WORD_AND) || is_kind(count, i, WORD_TO) ||
            ask_piece_is_one_of(count->pieces, i, "+&-/*"))
            return false;
    return !is_kind(count, end, PIECE_UNKNOWN);
}

static void count_add(struct count *count, const struct numeral *number, bool is_negative, bool is_weak,
                      size_t at, size_t end)
{
    bool is_first = !count->is_set || (count->is_weak && !is_weak);

    if (is_weak && count->is_set)
        return;
    if (!is_first && (number->units != count->number.units || number->places != count->number.places ||
                      is_negative != count->is_negative || !is_repetition(count, at, end)))
        count->is_refused = true;
    count->number = *number;
    count->is_negative = is_negative;
    count->is_weak = is_weak;
    count->is_set = true;
    count->end = end;
}

/* "Two and a half", 한 개 반: half of one on top, before or behind the counter. */
static size_t add_half(const struct count *count, size_t end, struct numeral *number)
{
    size_t at = end + (ask_word_counts(count->pieces, end) ? 1 : 0);

    if (!is_kind(count, at, WORD_AND_HALF) && !(at > end && is_kind(count, at, WORD_HALF)))
        return end;
    if (number->places == 0 && number->units < 1000 * 1000) {
        number->units = number->units * 10 + 5;
        number->places = 1;
    }
    return at + 1;
}

/* Is a numeral of Korean words one, here? */
static bool is_korean_number(const struct count *count, size_t at, size_t end, const struct numeral *number)
{
    bool is_particle = number->has_words && count->pieces->list[at].is_glued && at > 0 &&
                       ask_word_counts(count->pieces, at - 1);
    bool has_small_counter = is_kind(count, end, WORD_COUNTER_SINO) || is_kind(count, end, WORD_MONEY);

    if (is_particle)
        return false;
    if (number->is_bound)
        return ask_word_counts(count->pieces, end);
    if (number->is_sino && count->pieces->list[at].is_glued && !is_kind(count, at - 1, PIECE_SIGN))
        return false;
    if (number->is_sino && !has_small_counter)
        return !ask_piece_has(count->pieces, PIECE_UNKNOWN) && !ask_word_counts(count->pieces, end) &&
               !is_kind(count, end, WORD_SINO);
    return true;
}

/* "One table for 4": an article, unless it counts something or stands alone. */
static bool is_article(const struct count *count, size_t at, size_t end, const struct numeral *number)
{
    if (!number->is_article || ask_word_counts(count->pieces, end))
        return false;
    return is_kind(count, end, PIECE_UNKNOWN) || is_kind(count, end, PIECE_FILLER) ||
           (at > 0 && is_kind(count, at - 1, PIECE_UNKNOWN));
}

/* "The blue one" counts nothing. */
static bool is_pronoun(const struct count *count, size_t at, size_t end, const struct numeral *number)
{
    if (!number->is_article || ask_word_counts(count->pieces, end))
        return false;
    for (size_t back = 1; back <= 3 && back <= at; back++)
        if (is_kind(count, at - back, WORD_THE) || is_kind(count, at - back, WORD_THIS) ||
            is_kind(count, at - back, WORD_LAST) || is_kind(count, at - back, WORD_NEXT))
            return true;
    return false;
}

/* "Me and 3 friends" are not three. */
static bool is_added(const struct count *count, size_t at)
{
    return at > 1 && is_kind(count, at - 1, WORD_AND);
}

/* Reads the number at a piece, if there is one, and returns how many pieces that took. */
static size_t count_number(struct count *count, size_t at)
{
    struct numeral number;
    size_t taken = numeral_read(count->pieces, at, count->style, &number), end = at + taken;
    bool is_digits = is_kind(count, at, PIECE_DIGITS);

    if (taken == 0 && is_kind(count, at, WORD_ONCE))
        taken = when_number(count->when, at, &number), end = at + taken;
    if (taken == 0) {
        count->is_refused |= is_digits;
        return 1;
    }
    if (is_spoiled_before(count, at) || is_spoiled_after(count, end) || is_phone(count, at, &number)) {
        count->is_refused = true;
        return taken;
    }
    if (!is_korean_number(count, at, end, &number) || is_pronoun(count, at, end, &number) ||
        (at > 0 && is_kind(count, at - 1, WORD_OUT_OF)))
        return taken;
    count->is_refused |= is_added(count, at);
    if (ask_word_is_il(count->pieces, end) && count->pieces->list[end].is_glued)
        end++; /* 3일: days, and no one */
    end = add_half(count, end, &number);
    count_add(count, &number, has_minus(count, at), is_article(count, at, at + taken, &number), at, end);
    return end - at;
}

/* "None", "just me": numbers of people in other words. */
static size_t count_word(struct count *count, size_t at)
{
    const struct ask_piece *piece = &count->pieces->list[at];
    struct numeral number = { .units = piece->value, .has_words = true };

    if (piece->kind != WORD_NONE && piece->kind != WORD_ALONE)
        return 0;
    count_add(count, &number, false, false, at, at + 1);
    return 1;
}

static bool is_refusal(const struct count *count, size_t at)
{
    static const int KINDS[] = { WORD_FEW, WORD_LIMIT, WORD_NOT, WORD_ASKS, WORD_OR };

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (is_kind(count, at, KINDS[i]))
            return true;
    return false;
}

static void count_walk(struct count *count)
{
    for (size_t at = 0; at < count->pieces->count && !count->is_refused;) {
        size_t taken = 1;

        if (is_refusal(count, at))
            count->is_refused = true;
        else if (!count->when->used[at]) {
            taken = count_word(count, at);
            if (taken == 0)
                taken = count_number(count, at);
        }
        at += taken;
    }
}

/* Nothing but stars, for a rating: ★★★★. */
static void count_stars(struct count *count)
{
    static const int STARS[] = { 0x2605, 0x2b50, 0x1f31f };
    const struct ask_pieces *pieces = count->pieces;
    size_t stars = 0;

    for (size_t i = 0; i < pieces->count; i++)
        for (size_t s = 0; s < sizeof STARS / sizeof STARS[0]; s++)
            stars += is_kind(count, i, PIECE_SIGN) && pieces->list[i].value == STARS[s];
    if (stars == 0 || stars != pieces->count)
        return;
    count->number = (struct numeral){ .units = (int64_t)stars };
    count->is_set = true;
}

enum ask_result ask_read_number(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    struct ask_pieces pieces;
    struct when when;
    struct count count = { .ask = ask, .pieces = &pieces, .when = &when, .style = style_of(ask) };

    ask_pieces_cut(&pieces, text, &ask_lexicon_when);
    when_read(&when, ask, &pieces);
    count_walk(&count);
    count_stars(&count);
    if (count.is_set && !count.is_refused) {
        numeral_format(&count.number, count.is_negative, &answer->value);
        answer->is_number = true;
    }
    when_release(&when);
    ask_pieces_release(&pieces);
    return answer->value.len > 0 ? ASK_READ : ASK_NO;
}
