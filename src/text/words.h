/*
 * words: what a shopkeeper types instead of a regular expression, turned into one.
 *
 *     hours, open, opening*, 영업시간        any of these, as whole words; * at either end leaves that end open
 *     =stop, =unsubscribe                   the whole message, give or take punctuation and politeness
 *                                           ("Stop, please!"), or several of these; such a message is short
 *     not a leak                            a phrase: its words in this order, any blanks or a hyphen between
 *
 * Blind to case and to Latin accents (the pattern spells the accented forms of each Latin letter; ß is ss, æ
 * is ae, œ is oe). An apostrophe may be left out ("dont"), a hyphen be a space or nothing ("e-mail", "email").
 * A Hangul word also takes particles and endings after it and free spacing inside it; of two syllables or
 * more, it takes whatever follows (환불가능한가요) and stands also where it is glued to a particle or to one
 * of a shop's everyday words (주문취소, 빨리환불, 배송언제); of one syllable it takes only particles (개는, not
 * 개인), unless it ends a phrase (다른 게 왔어요). Else its start counts as a word's start: 문의 is not found
 * in 전문의, *문의 is. Words in scripts without spaces (Han, Kana, Thai, Lao, Khmer, Burmese) match anywhere.
 * Emoji and other signs match anywhere.
 *
 * The result is meant for pattern_new_generated and folded text; what compiles here is accepted there. Pure;
 * any thread.
 */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum { WORDS_MAX = 8 * 1024 }; /* bytes of one list of words */

/* Appends the pattern's source. -1: an empty entry, a star in the middle, nothing left, too many … */
int words_compile(const char *words, struct buf *pattern, struct error *error);

/*
 * What every match of an entry contains: the longest piece of it that stands in the text as it is typed here,
 * give or take case, accents, and blanks, hyphens and apostrophes anywhere in it. An end that is
 * WORDS_END_WORD or _HANGUL is the match's own, and stands where a word of that kind starts or ends.
 */
enum words_end { WORDS_END_ANY, WORDS_END_WORD, WORDS_END_HANGUL };

struct words_piece {
    const char *text;
    size_t len;
    enum words_end left, right;
};

typedef void words_piece_visit(void *context, const struct words_piece *piece);

/* One call for each entry of a list that words_compile has accepted. */
void words_pieces(const char *words, words_piece_visit *visit, void *context);

/* One entry of a list, without its marks. */
struct words_entry {
    const char *text; /* borrowed from the list */
    size_t len;
    bool is_whole, star_before, star_after;
};

/* The next entry of a folded list that words_compile takes, from *at on (start with 0): 1, or 0 at the end. */
int words_next(const struct buf *folded, size_t *at, struct words_entry *entry);

/*
 * Does every text that the entry `narrow` takes hold what `wide` takes, whose text stands at the byte `at` of
 * the narrow one's? Both in small letters. True is proven; false means no, or that it cannot be told.
 */
bool words_cover(const struct words_entry *wide, const struct words_entry *narrow, size_t at);

#endif
