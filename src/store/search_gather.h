/*
 * search_gather: pieces of many messages, put together by piece. Private to store/search*.
 */
#ifndef STORE_SEARCH_GATHER_H
#define STORE_SEARCH_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct search_word {
    size_t at, len; /* in gather.text */
    uint32_t hash;
    uint32_t first, last; /* of gather.places */
    uint32_t count;
};

struct search_place {
    uint16_t place;
    uint32_t next;
};

/* The zero value is empty and releasable. */
struct search_gather {
    struct buf text;
    struct search_word *words;
    size_t word_count, word_room;
    struct search_place *places;
    size_t place_count, place_room;
    uint32_t *slots; /* index of a word and one; 0: free */
    size_t slot_count;
};

/* Places of a piece come in rising order; one that comes twice counts once. */
void search_gather_add(struct search_gather *gather, const void *piece, size_t len, size_t place);

/* By their bytes. */
void search_gather_sort(struct search_gather *gather);

/* Appends the word's list (store/search_list.h). */
void search_gather_list(const struct search_gather *gather, const struct search_word *word, struct buf *out);

void search_gather_release(struct search_gather *gather);

#endif
