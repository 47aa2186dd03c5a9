/*
 * faq: which of many questions with answers is the one that a message asks.
 *
 * An index lives on its own connection in memory (FTS5) and is built whole. What is indexed are the terms of
 * text/terms.h: of the question, of the keywords (parted by commas), and of the answer as customers would read it.
 *
 * The score of an entry is 0 to 1 and means the same for ten entries and for 5,000:
 *
 *     share × (a + (1 − a) × fit) × substance
 *
 * share      How much of what the message says does the entry say? Each word of the message weighs by how rare it is
 *            among the entries (1: in one of them; one that is in all of them next to nothing). Words that are in no
 *            entry weigh too, since they say that something else is meant. A word that only the answer has counts for
 *            a part: an answer says many things in passing.
 * fit        How much of the entry's question does the message say? 1 as well when one of its keywords is all there.
 * substance  Less than 1 when nothing in the message is telling, as in "where?".
 *
 * A message that is the question word for word scores 1, whatever its words are, and no other does; words like "the"
 * and "please" count nowhere else. A word that no entry has is taken for two known ones in a row, or for the nearest
 * that differs by an ending or by one letter, which counts for a little less.
 *
 * Of entries that reach the floor, those in the contact's language or in none come before those in the default
 * language, and these before the rest, unless the later one's score is better by a quarter or more: people write in
 * other languages than their phones'. After that the score decides, then BM25, then the order of the entries. So the
 * same message always gets the same answer.
 *
 * Only the first FAQ_TEXT_MAX bytes and FAQ_WORDS_MAX words of a message count. No text is ever SQL, or FTS5's
 * language of queries: terms hold letters and digits only, and are quoted. An index belongs to one thread at a time.
 */
#ifndef STORE_FAQ_H
#define STORE_FAQ_H

#include <stddef.h>

enum { FAQ_TEXT_MAX = 500, FAQ_WORDS_MAX = 40, FAQ_ENTRIES_MAX = 5000 };

struct faq_index;

struct faq_entry {
    const char *question, *answer; /* valid UTF-8, of any length */
    const char *keywords;          /* parted by commas; NULL: none */
    const char *language;          /* a canonical tag (base/language.h); "": any */
};

struct faq_hit {
    size_t entry; /* its place in the list that the index was made of */
    double score;
};

struct faq_query {
    const char *text;
    size_t len;
    const char *language;         /* the contact's, a canonical tag; "" or NULL: not known */
    const char *default_language; /* likewise */
    double floor;                 /* lower scores are no hits */
};

/* The texts need not stay. */
struct faq_index *faq_index_new(const struct faq_entry *entries, size_t count);
void faq_index_free(struct faq_index *index); /* NULL is fine */

/* The best `most` hits, best first. Returns how many there are. */
size_t faq_search(struct faq_index *index, const struct faq_query *query, struct faq_hit *hits, size_t most);

#endif
