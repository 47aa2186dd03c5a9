/*
 * josa: the Korean particle that fits a word. 사과를, but 수박을; 서울로, but 부산으로.
 *
 * A particle comes in two forms, and the sound on which the word before it ends decides: a vowel, a
 * consonant, or ㄹ, which counts as a vowel for (으)로 only. What that sound is:
 *
 *     Hangul        the last syllable's own final consonant
 *     digits        as the number is read: 3 삼, 6 육, 10 십, 1,000 천; ₩12,000 ends in 원, $5 in 달러,
 *                   500ml in 리터, 2kg in 그램, 20% in 퍼센트
 *     Latin         a single letter, and capitals of up to three letters or without a vowel, by the names of
 *                   the letters (엘, 엠, 엔, 알 have a final, all others have none): VIP는, HTML을. Any other
 *                   word by how Koreans usually read its end: Apple 애플, cake 케이크, online 온라인
 *     Kana          ん is a final, the rest is vowels
 *
 * Looked through: punctuation, quotes, brackets, emoji, blanks and single letters of Hangul (ㅋㅋ) at the
 * end; and what stands in round brackets behind a word, as the rules of spelling want it: 사과(apple)를. A
 * word that ends in anything else gets both forms, like 을(를), as Koreans write it where they cannot know.
 *
 * Pure; any thread.
 */
#ifndef TEXT_JOSA_H
#define TEXT_JOSA_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct josa;

/*
 * The pair as typed: '을/를', '를/을', '을(를)', '를(을)', and for those that add a syllable '(으)로'. NULL,
 * with a sentence that lists the known ones, for any other.
 */
const struct josa *josa_find(const char *typed, struct error *error);

/* The form that fits behind the text (valid UTF-8, else as unknown). A constant. */
const char *josa_pick(const struct josa *josa, const char *text, size_t len);

/* Appends to a text the form that fits its end. An unknown pair aborts: for pairs written in our own code. */
void josa_add(struct buf *text, const char *pair);

#endif
