/*
 * terms: what a text can be found by.
 *
 * A text is folded and cut into words, and each word becomes the terms that are looked for: small letters, digits
 * and syllables only, so that two spellings of one word have a term in common.
 *
 *     Latin          one term: without accents, doubled letters made single, the commonest endings of English and
 *                    Spanish off (parking, parked: park; alergias, allergy: alergi). An apostrophe joins (baker's),
 *                    a hyphen parts, unless a part has but two letters (wi-fi: wifi)
 *     Hangul         particles and endings off (주차장은, 환불해주세요, 가능한가요), and then overlapping pairs of
 *                    syllables, so that spacing is free; a word of one syllable is its own term
 *     Han, Kana, Thai and the like    overlapping pairs of the characters of one script
 *     all else       the word in small letters
 *
 * The endings come off by their looks, without a dictionary. What that spoils (사과 loses what looks like a particle)
 * it spoils in the same way wherever the word stands; a word of two syllables keeps both its readings.
 *
 * A word says much, little (TERM_WEAK: where, how, 언제, numbers, hiragana between kanji) or nothing (TERM_STOP: the,
 * please, 있나요); the lists are those of English, Spanish and Korean together, for a contact's language is often not
 * known, or not the one he writes in.
 *
 * Pure; any thread.
 */
#ifndef TEXT_TERMS_H
#define TEXT_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { TERM_UNITS_MAX = 32 }; /* characters of one word; a longer one is cut into several */

enum term_kind { TERM_FULL, TERM_WEAK, TERM_STOP };

struct term {
    size_t at, len;  /* in terms.text; terms are parted by single spaces there */
    size_t word;     /* whose it is */
    uint32_t covers; /* which units of the word, one bit each */
};

struct term_word {
    enum term_kind kind;
    uint32_t units;       /* all bits that its terms can cover */
    bool is_latin;        /* of letters that are typed one by one, and mistyped */
    size_t first, count;  /* its terms */
};

/* The zero value is empty and releasable. */
struct terms {
    struct buf text; /* all terms in their order */
    struct term *terms;
    size_t count, room;
    struct term_word *words;
    size_t word_count, word_room;
};

/* Appends the words of a text (valid UTF-8), `most` in all at the most. */
void terms_cut(const char *text, size_t len, size_t most, struct terms *terms);
/* Cuts each entry of a list parted by commas (NULL: none); `typed` is how it stands there. One without a word is passed over. */
typedef void terms_visit(void *context, const struct terms *terms, const char *typed, size_t len);
void terms_cut_list(const char *list, size_t most, terms_visit *each, void *context);

void terms_release(struct terms *terms);

#endif
