/*
 * ask_lexicon: the words of numbers, days and times in English, Korean and Spanish. Private to flow/ask*.
 *
 * Constants.
 */
#ifndef FLOW_ASK_LEXICON_H
#define FLOW_ASK_LEXICON_H

#include "flow/ask_piece.h"

enum {
    /* Numbers; the value is the number's. */
    WORD_ONES = PIECE_OWN, /* 0 … 9; also 하나 … 아홉 where they stand by themselves */
    WORD_ONE,              /* an article, perhaps: one, un, una */
    WORD_BOUND,            /* 한 두 세 네: only before a counter */
    WORD_SINO,             /* 일 … 구 */
    WORD_TEENS,            /* 10 … 29 in one word */
    WORD_TENS,             /* 20 … 90, 열 … 아흔: ones may follow */
    WORD_HUNDREDS,         /* 100 … 900 in one word */
    WORD_TIMES,            /* 백, hundred, dozen: multiplies what is before it, within a thousand */
    WORD_TIMES_BIG,        /* 만, thousand, mil: multiplies all before it */
    WORD_ONCE,             /* once: 11, but not in English */
    WORD_K,                /* 10k */
    WORD_NONE,             /* nobody */
    WORD_ALONE,            /* just me */
    WORD_AND_HALF,
    WORD_HALF,
    WORD_QUARTER,
    WORD_MINUS,
    WORD_COUNTER,      /* people, 명 */
    WORD_COUNTER_SINO, /* 인분: goes with 일, 이, 삼 */
    WORD_MONEY,        /* 원, dollars, % */

    /* What makes an answer none, or two. */
    WORD_FEW,   /* 두세, several */
    WORD_LIMIT, /* at least, 이상 */
    WORD_VAGUE, /* before, until, any: of days and times only */
    WORD_NOT,
    WORD_NO,   /* opens a message, or says no to what is before it: "el viernes no" */
    WORD_ASKS, /* what time, 몇: a question of the customer */
    WORD_OR,
    WORD_AND,
    WORD_TO,
    WORD_FOR,
    WORD_OUT_OF, /* 8 out of 10 */

    /* Days */
    WORD_DAY,        /* days from today: tomorrow */
    WORD_TODAY_PART, /* tonight; the value is a part */
    WORD_WEEKDAY,    /* 0 Sunday … 6 */
    WORD_MONTH,      /* 1 … 12 */
    WORD_FEAST,      /* 1225 */
    WORD_WEEK_FROM,  /* weeks from this one: next week */
    WORD_MONTH_FROM, /* months from this one */
    WORD_YEAR_FROM,  /* years from this one */
    WORD_THIS,       /* this, coming */
    WORD_NEXT,       /* next: of the next week */
    WORD_NEAREST,    /* próximo: the first after today */
    WORD_LAST,
    WORD_ORDINAL,     /* st nd rd th */
    WORD_ORDINAL_DAY, /* first … thirty-first */
    WORD_THE,         /* the, el: before a day of the month */
    WORD_OF,
    WORD_KO_YEAR,   /* 년 */
    WORD_KO_MONTH,  /* 월 */
    WORD_SPAN_DAYS, /* 이틀, 일주일 */
    WORD_UNIT_DAY,  /* days */
    WORD_UNIT_WEEK,
    WORD_UNIT_MONTH,
    WORD_IN,    /* in, dentro de */
    WORD_SINCE, /* hace */
    WORD_LATER, /* from now, 뒤 */
    WORD_AGO,   /* ago, 전 */
    WORD_NOW,

    /* Times */
    WORD_AT,
    WORD_PART,     /* of the day */
    WORD_HALF_DAY, /* am, pm; the value is a part */
    WORD_OCLOCK,
    WORD_H,       /* 21h30 */
    WORD_KO_HOUR, /* 시 */
    WORD_HOURS,   /* how long */
    WORD_MINUTES, /* minutes, 분 */
    WORD_PAST,
    WORD_NOON,
    WORD_MIDNIGHT
};

/* Parts of the day. */
enum {
    PART_NONE,
    PART_AM,
    PART_MORNING, /* its 12 is no time */
    PART_MANANA,  /* its 12 is noon */
    PART_DAWN,
    PART_PM,
    PART_MIDDAY,
    PART_AFTERNOON,
    PART_EVENING,
    PART_NIGHT
};

extern const struct ask_word ask_words_en[], ask_words_ko[], ask_words_es[];
extern const struct ask_lexicon ask_lexicon_when;

/* Does the piece make a quantity of the number before it: people, 명, euros, hours? */
bool ask_word_counts(const struct ask_pieces *pieces, size_t index);

/* Is it the 일 that is either "day" or "one"? */
bool ask_word_is_il(const struct ask_pieces *pieces, size_t index);

#endif
