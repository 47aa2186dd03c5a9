/*
 * search_block: which messages of a block may be hits, by the index. Private to store/search*.
 */
#ifndef STORE_SEARCH_BLOCK_H
#define STORE_SEARCH_BLOCK_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/search_list.h"
#include "text/seek.h"

struct search_reader {
    struct db *db;
    const struct seek *seek;
    int64_t first_leaf_shelf; /* shelves below have no leaves */
    double heard[SEEK_TERMS_MAX]; /* messages so far that have what each term is found by */
};

int search_reader_init(struct search_reader *reader, struct db *db, const struct seek *seek, struct error *error);

/* Takes out of `set` the places of the block that cannot be hits. All terms are counted where `counts` is true. 0, -1. */
int search_block_narrow(struct search_reader *reader, int64_t block, bool counts, struct search_set *set, struct error *error);

#endif
