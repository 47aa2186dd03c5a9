/*
 * summary_word: the words of a customer's sentence, and what they give away: a greeting, thanks, a question, a wish, a
 * complaint. English, Korean and Spanish together, for a customer's language is often not known. Part of desk/summary.
 */
#ifndef DESK_SUMMARY_WORD_H
#define DESK_SUMMARY_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "text/plain.h"

enum { SAID_WORD_BYTES = 64, SAID_WORDS_MAX = 48 };

struct said_word {
    size_t at, len;              /* in the text */
    char plain[SAID_WORD_BYTES]; /* text/plain.h, shortened */
    enum plain_kind kind;        /* PLAIN_LETTER, PLAIN_DIGIT (digits and letters together too), or PLAIN_HANGUL for all
                                    that needs no spaces */
};

/* The words of valid UTF-8, SAID_WORDS_MAX at the most. */
size_t said_words(const char *text, size_t len, struct said_word words[SAID_WORDS_MAX]);

enum said_class {
    SAID_GREETING,   /* hello */
    SAID_COURTESY,   /* thanks, ok, yes, bye; greetings too */
    SAID_ASKS,       /* how, cuánto, 얼마 */
    SAID_ASKS_FIRST, /* do, is, puedo: at the beginning of a sentence */
    SAID_WISHES      /* want, refund, broken, 환불 */
};
bool said_is(const struct said_word *word, enum said_class class);

/* Is all of the text courtesy, also as a whole ("how are you")? `words`: as said_words has them. Without any word: true. */
bool said_is_courtesy(const char *text, size_t len, const struct said_word *words, size_t count);

#endif
