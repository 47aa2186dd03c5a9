/*
 * search_list: lists of messages as bytes, for the index (store/search.h). Private to store/search*.
 *
 * A list holds places of messages in a block, below SEARCH_BLOCK and rising: how many there are, and the steps from one to the
 * next; or, where that is shorter, a zero and one bit for each place. In a leaf they count from its first message. There is no
 * empty list. Pure; any thread.
 */
#ifndef STORE_SEARCH_LIST_H
#define STORE_SEARCH_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { SEARCH_BLOCK = 65536, SEARCH_SHELVES = 128 /* of a block */ };

/* A set of places in a block. */
struct search_set {
    uint64_t bits[SEARCH_BLOCK / 64];
};

static inline void search_set_add(struct search_set *set, size_t place)
{
    set->bits[place / 64] |= UINT64_C(1) << (place % 64);
}

static inline bool search_set_has(const struct search_set *set, size_t place)
{
    return (set->bits[place / 64] >> (place % 64) & 1) != 0;
}

size_t search_set_count(const struct search_set *set);

/* Numbers of up to 64 bits, seven bits a byte. search_number_get moves *at; false: the bytes end before. */
void search_number_put(uint64_t number, struct buf *out);
bool search_number_get(const unsigned char *bytes, size_t len, size_t *at, uint64_t *number);

/* Writes the list of what is in the set, which has something. */
void search_list_put(const struct search_set *set, struct buf *out);

/* Adds what is in the list at bytes[*at], which moves behind it, each place moved up by `base`; false: it is damaged. */
bool search_list_get(const unsigned char *bytes, size_t len, size_t *at, size_t base, struct search_set *set);

/* A leaf's words: the length of each, its bytes, its list. Moves *at behind the next word; false: there is none. */
struct search_entry {
    const unsigned char *word;
    size_t len;
    size_t list; /* where its list begins */
};
bool search_entry_next(const unsigned char *bytes, size_t len, size_t *at, struct search_entry *entry);

/* Which shelf of a block a piece stands on. */
unsigned search_shelf_of(const void *piece, size_t len);

#endif
