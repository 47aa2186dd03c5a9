/*
 * ask_numeral: one number, in digits, in words or both, at a place in a cut text. Private to flow/ask*.
 *
 *     4    1,234.5    1.234,5    1 234,5    10k    2만 5천    twenty-five    treinta y dos    스물한 삼십이
 *
 * Numbers are decimal and exact: at most NUMERAL_DIGITS digits, of them NUMERAL_PLACES behind the point.
 * Pure.
 */
#ifndef FLOW_ASK_NUMERAL_H
#define FLOW_ASK_NUMERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "flow/ask_piece.h"

enum { NUMERAL_DIGITS = 15, NUMERAL_PLACES = 6 };

struct numeral {
    int64_t units; /* of the last place */
    int places;
    bool has_words;  /* not digits alone */
    bool is_bound;   /* ends in 한 두 세 네: only with a counter */
    bool is_sino;    /* of 일, 이, 삼 … alone, and below ten */
    bool is_article; /* one, un, una and nothing else */
    size_t digits;   /* how many were typed, when it is of digits alone */
    bool leads_zero;
};

enum numeral_style {
    NUMERAL_WHOLE,       /* digits in a row: what days and times are made of */
    NUMERAL_POINT,       /* 1.234 is a bit more than one */
    NUMERAL_POINT_GROUPS /* 1.234 is a thousand and more */
};

/* How many pieces from `at` on are the number; 0: none begins there, or it is too long. */
size_t numeral_read(const struct ask_pieces *pieces, size_t at, enum numeral_style style,
                    struct numeral *number);

void numeral_format(const struct numeral *number, bool is_negative, struct buf *out);

#endif
