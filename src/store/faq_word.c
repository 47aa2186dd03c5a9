/*
 * faq_word: what the words of a message weigh, and for which terms of the index they stand.
 *
 * A word's weight is the logarithm of how rare it is, on a scale from the rarest (in one entry: 1) to one that every
 * entry has; raised to STEEP, so that "bread" does not speak for a bakery's every message. That makes weights the same
 * for small and large indexes: what is in one of ten tells as much as what is in one of 5,000.
 *
 * The constants are those that part the messages of tests/unit/test_faq.c best.
 *
 * A word that no entry has is first taken for two that were written as one (glutenfree), then looked for with another
 * ending (aceptan for acepta), then with one letter wrong, left out, doubled or swapped (delivry). Its first letter must
 * be right, which keeps both the search and the blunders small.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/faq.h"
#include "store/faq_private.h"

enum { NEAR_LEN = 4, TYPO_LEN = 5, ENDING_MAX = 3, NEAR_MAX = 3, PART_LEN = 2, PARTS_LEN = 6 };

/*
 * What a word weighs that no entry has, and each further one in proportion to the one before; one like "where"; how
 * far a word is trusted that was found by another ending, or by a slip.
 */
static const double UNKNOWN = 0.55, FURTHER = 0.8, WEAK = 0.2, ENDING = 0.75, SLIP = 0.6, STEEP = 1.5;

/* The vocabulary */

void vocabulary_add(struct faq_vocabulary *vocabulary, const char *term, size_t len, int64_t entries)
{
    if (vocabulary->count == vocabulary->room) {
        vocabulary->room = vocabulary->room == 0 ? 256 : 2 * vocabulary->room;
        vocabulary->known = alloc_resize(vocabulary->known, vocabulary->room, sizeof *vocabulary->known);
    }
    vocabulary->known[vocabulary->count++] = (struct faq_known){ vocabulary->text.len, len, entries };
    buf_add(&vocabulary->text, term, len);
}

void vocabulary_release(struct faq_vocabulary *vocabulary)
{
    buf_release(&vocabulary->text);
    free(vocabulary->known);
    *vocabulary = (struct faq_vocabulary){ 0 };
}

static const char *known_text(const struct faq_vocabulary *vocabulary, const struct faq_known *known)
{
    return buf_text(&vocabulary->text) + known->at;
}

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* The first known term that does not stand before this one. */
static size_t find_from(const struct faq_vocabulary *vocabulary, const char *term, size_t len)
{
    size_t low = 0, high = vocabulary->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct faq_known *known = &vocabulary->known[middle];
        if (compare(known_text(vocabulary, known), known->len, term, len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct faq_known *find(const struct faq_vocabulary *vocabulary, const char *term, size_t len)
{
    size_t at = find_from(vocabulary, term, len);
    const struct faq_known *known = &vocabulary->known[at];
    bool is_it = at < vocabulary->count && compare(known_text(vocabulary, known), known->len, term, len) == 0;
    return is_it ? known : NULL;
}

/* Weights */

static double weigh_known(const struct faq_vocabulary *vocabulary, const struct faq_known *known)
{
    double entries = (double)vocabulary->entries;
    return pow(log(1 + entries / (double)known->entries) / log(1 + entries), STEEP);
}

static double weigh_kind(enum term_kind kind)
{
    return kind == TERM_FULL ? 1 : kind == TERM_WEAK ? WEAK : 0;
}

double vocabulary_weigh(const struct faq_vocabulary *vocabulary, const struct terms *terms, const struct term_word *word)
{
    double most = 0;
    for (size_t i = word->first; i < word->first + word->count; i++) {
        const struct faq_known *known = find(vocabulary, buf_text(&terms->text) + terms->terms[i].at, terms->terms[i].len);
        most = fmax(most, known != NULL ? weigh_known(vocabulary, known) : 0);
    }
    return (most > 0 ? most : UNKNOWN) * weigh_kind(word->kind);
}

/* Near words */

/* Is one the other with one letter more, less or changed, or with two neighbours swapped? */
static bool is_one_slip(const char *a, size_t a_len, const char *b, size_t b_len)
{
    if (a_len > b_len)
        return is_one_slip(b, b_len, a, a_len);
    size_t at = 0;
    while (at < a_len && a[at] == b[at])
        at++;
    if (b_len - a_len > 1)
        return false;
    if (b_len > a_len)
        return memcmp(a + at, b + at + 1, a_len - at) == 0;
    if (at == a_len || memcmp(a + at + 1, b + at + 1, a_len - at - 1) == 0)
        return true;
    return at + 1 < a_len && a[at] == b[at + 1] && a[at + 1] == b[at] &&
           memcmp(a + at + 2, b + at + 2, a_len - at - 2) == 0;
}

static bool has_other_ending(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t least = a_len < b_len ? a_len : b_len, most = a_len < b_len ? b_len : a_len;
    return least >= NEAR_LEN && most - least <= ENDING_MAX && memcmp(a, b, least) == 0;
}

static bool is_mistyped(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len >= TYPO_LEN && b_len >= NEAR_LEN && is_one_slip(a, a_len, b, b_len);
}

typedef bool nearness(const char *a, size_t a_len, const char *b, size_t b_len);

static size_t find_near(const struct faq_vocabulary *vocabulary, const char *term, size_t len, nearness *is_near,
                        const struct faq_known **found)
{
    size_t count = 0;
    for (size_t at = find_from(vocabulary, term, 1); at < vocabulary->count && count < NEAR_MAX; at++) {
        const struct faq_known *known = &vocabulary->known[at];
        const char *text = known_text(vocabulary, known);
        if (text[0] != term[0])
            break;
        if (is_near(term, len, text, known->len))
            found[count++] = known;
    }
    return count;
}

/* Reading */

static void add_phrase(struct faq_reading *reading, const char *term, size_t len, uint32_t covers)
{
    if (reading->phrase_count == FAQ_PHRASES_MAX)
        return;
    buf_addf(&reading->match, "%s\"%.*s\"", reading->phrase_count > 0 ? " OR " : "", (int)len, term);
    reading->phrases[reading->phrase_count++] = (struct faq_phrase){ reading->word_count, covers };
}

/* Two known terms in a row; one of them is long, for nothing is more common than two short ones (car-pet). */
static bool read_parts(const struct faq_vocabulary *vocabulary, const char *term, size_t len, struct faq_reading *reading,
                       struct faq_word *word)
{
    for (size_t at = len > PART_LEN ? len - PART_LEN : 0; at > PART_LEN; at--) {
        const struct faq_known *first = find(vocabulary, term, at), *second = find(vocabulary, term + at, len - at);
        if (len <= PARTS_LEN || (at < NEAR_LEN && len - at < NEAR_LEN) || first == NULL || second == NULL)
            continue;
        word->units = 3;
        word->weight = fmax(weigh_known(vocabulary, first), weigh_known(vocabulary, second));
        add_phrase(reading, term, at, 1);
        add_phrase(reading, term + at, len - at, 2);
        return true;
    }
    return false;
}

/* The terms of the index that a word without known terms may stand for. */
static void read_near(const struct faq_vocabulary *vocabulary, const char *term, size_t len, struct faq_reading *reading,
                      struct faq_word *word)
{
    const struct faq_known *near[NEAR_MAX];
    double trust = ENDING, most = 0;
    size_t count = find_near(vocabulary, term, len, has_other_ending, near);
    if (count == 0) {
        trust = SLIP;
        count = find_near(vocabulary, term, len, is_mistyped, near);
    }
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, weigh_known(vocabulary, near[i]));
        add_phrase(reading, known_text(vocabulary, near[i]), near[i]->len, 1);
    }
    if (count > 0) {
        word->weight = most;
        word->trust = trust;
    }
}

/* Adds the terms of a word that are known; are there any? */
static bool read_known(const struct faq_vocabulary *vocabulary, const struct terms *terms, const struct term_word *from,
                       struct faq_reading *reading)
{
    bool is_known = false;
    for (size_t i = from->first; i < from->first + from->count; i++) {
        const struct term *term = &terms->terms[i];
        const char *text = buf_text(&terms->text) + term->at;
        if (find(vocabulary, text, term->len) == NULL)
            continue;
        add_phrase(reading, text, term->len, term->covers);
        is_known = true;
    }
    return is_known;
}

static void read_word(const struct faq_vocabulary *vocabulary, const struct terms *terms, const struct term_word *from,
                      struct faq_reading *reading)
{
    struct faq_word word = { .trust = 1, .units = from->units };
    const struct term *only = &terms->terms[from->first];
    const char *text = buf_text(&terms->text) + only->at;
    size_t phrases = reading->phrase_count;
    word.weight = vocabulary_weigh(vocabulary, terms, from);
    if (!read_known(vocabulary, terms, from, reading) && from->is_latin && from->kind == TERM_FULL &&
        only->len >= NEAR_LEN && !read_parts(vocabulary, text, only->len, reading, &word))
        read_near(vocabulary, text, only->len, reading, &word);
    if (reading->phrase_count == phrases)
        word.weight *= pow(FURTHER, (double)reading->unknown_count++);
    reading->weight += word.weight;
    reading->words[reading->word_count++] = word;
}

/* All terms of a word, as they stand in the text. */
static const char *span_of(const struct terms *terms, const struct term_word *word, size_t *len)
{
    const struct term *first = &terms->terms[word->first], *last = first + word->count - 1;
    *len = last->at + last->len - first->at;
    return buf_text(&terms->text) + first->at;
}

static bool is_said_before(const struct terms *terms, size_t index)
{
    size_t len, other_len;
    const char *span = span_of(terms, &terms->words[index], &len);
    for (size_t i = 0; i < index; i++) {
        const char *other = span_of(terms, &terms->words[i], &other_len);
        if (compare(span, len, other, other_len) == 0)
            return true;
    }
    return false;
}

static void read_kind(const struct faq_vocabulary *vocabulary, const struct terms *terms, bool is_stop,
                      struct faq_reading *reading)
{
    for (size_t i = 0; i < terms->word_count && reading->word_count < FAQ_WORDS_MAX; i++)
        if ((terms->words[i].kind == TERM_STOP) == is_stop && !is_said_before(terms, i))
            read_word(vocabulary, terms, &terms->words[i], reading);
}

void faq_read(const struct faq_vocabulary *vocabulary, const struct terms *terms, struct faq_reading *reading)
{
    read_kind(vocabulary, terms, false, reading);
    reading->is_empty = reading->word_count == 0;
    if (reading->is_empty)
        read_kind(vocabulary, terms, true, reading);
}

void faq_reading_release(struct faq_reading *reading)
{
    buf_release(&reading->match);
    *reading = (struct faq_reading){ 0 };
}
