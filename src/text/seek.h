/*
 * seek: what somebody looks for, as typed into a search.
 *
 *     refund order      both, wherever they stand in the message
 *     "lost parcel"     next to each other, in this order
 *     parcel*           words that begin so
 *     -invoice          not in the message; also -"lost parcel", -parcel*
 *
 * Nothing that can be typed is an error. All other signs part words, so that 010-1234 and ana@example.com are looked for as
 * phrases; AND, OR and NEAR are words. A quote that is not closed goes to the end. What holds no word, character or picture
 * (units.h) is passed over.
 *
 * Words are found whole, whatever their case and accents. Characters are found wherever they stand: 환불 in 환불해주세요, 東京 in
 * 東京都, and one alone too, be it a syllable of Hangul. A particle (은 는 이 가 을 를 의 에 에서 으로 …) is taken off a word
 * of three syllables or more, so that 영수증을 finds 영수증은; between quotes it stays.
 *
 * Pure; any thread.
 */
#ifndef TEXT_SEEK_H
#define TEXT_SEEK_H

#include <stdbool.h>
#include <stddef.h>

#include "text/pattern.h"
#include "text/units.h"

enum { SEEK_TERMS_MAX = 16, SEEK_UNITS_MAX = 64 /* of one term */ };

struct seek_term {
    size_t first, count; /* of seek.units */
    bool is_prefix;      /* the last unit is a word, and others may begin with it */
    bool is_without;     /* the message must not have it */
};

/* The zero value is empty and releasable. */
struct seek {
    struct units units;
    struct seek_term terms[SEEK_TERMS_MAX];
    size_t count;
    size_t wanted; /* terms that are not `is_without`; 0: there is nothing to look for */
    bool is_cut;   /* there was more than can be looked for at once */
};

void seek_read(const char *text, size_t len, struct seek *seek);
void seek_release(struct seek *seek);

/* Where the terms stand in a text. The zero value is empty and releasable. */
struct seek_marks {
    struct span *spans; /* in order, none touching another */
    size_t count, room;
    size_t found[SEEK_TERMS_MAX]; /* how often each term was found */
};

/* Is the text a hit? `marks` may be NULL; else what was in it is replaced. */
bool seek_match(const struct seek *seek, const struct units *text, struct seek_marks *marks);
void seek_marks_release(struct seek_marks *marks);

/*
 * A part of the text with its first marks, about `most` characters long, on one line; "…" where something is left out. The marks
 * are moved along, and those outside of it dropped: of a text that is no UTF-8, where characters cannot be counted, perhaps all.
 */
void seek_excerpt(const char *text, size_t len, size_t most, struct seek_marks *marks, struct buf *out);

#endif
