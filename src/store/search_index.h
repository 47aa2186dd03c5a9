/*
 * search_index: what of the index is there. Private to store/search*.
 */
#ifndef STORE_SEARCH_INDEX_H
#define STORE_SEARCH_INDEX_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/* The id from which on messages are not in the index; 0: none is. */
int search_index_next(struct db *db, int64_t *next, struct error *error);

#endif
