/*
 * faq_private: what faq.c and faq_word.c share: the words that an index knows, and what a message's words weigh and
 * stand for. Not for others.
 */
#ifndef STORE_FAQ_PRIVATE_H
#define STORE_FAQ_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/faq.h"
#include "text/terms.h"

enum { FAQ_PHRASES_MAX = 96 }; /* terms looked for at once */

/* All terms that are in any entry, sorted by their bytes. */
struct faq_known {
    size_t at, len; /* in `text` */
    int64_t entries; /* that have it */
};

struct faq_vocabulary {
    struct buf text;
    struct faq_known *known;
    size_t count, room;
    size_t entries; /* in all */
};

void vocabulary_add(struct faq_vocabulary *vocabulary, const char *term, size_t len, int64_t entries);
void vocabulary_release(struct faq_vocabulary *vocabulary);

/* What a word of an entry weighs. */
double vocabulary_weigh(const struct faq_vocabulary *vocabulary, const struct terms *terms, const struct term_word *word);

/* A message's word, as far as it counts. */
struct faq_word {
    double weight;
    double trust;         /* 1; less when its terms are only near to what was typed */
    uint32_t units;       /* all that can be covered */
    uint32_t said, told;  /* covered by the question or the keywords; by the answer. Of the entry at hand */
};

/* A term that is looked for, and what it covers of which word. */
struct faq_phrase {
    size_t word;
    uint32_t covers;
};

struct faq_reading {
    struct faq_word words[FAQ_WORDS_MAX];
    size_t word_count, unknown_count;
    struct faq_phrase phrases[FAQ_PHRASES_MAX];
    size_t phrase_count;
    struct buf match; /* the phrases, for FTS5 */
    double weight;    /* of all words */
    bool is_empty;    /* nothing but words like "the": the phrases are these */
};

/* Reads a message. The zero value or a released one goes in. */
void faq_read(const struct faq_vocabulary *vocabulary, const struct terms *terms, struct faq_reading *reading);
void faq_reading_release(struct faq_reading *reading);

#endif
