/*
 * query_number: queries with one answer: a count, a moment, an id, or that there is such a row. All end the query.
 */
#ifndef STORE_QUERY_NUMBER_H
#define STORE_QUERY_NUMBER_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/* The first column of the first row; `otherwise` where there is no row, or a NULL in it. 0, -1. */
int query_number(struct query *query, int64_t otherwise, int64_t *number, struct error *error);

/* The same, as a look-up: 1; 0 there is no row, and *number stays; -1. */
int query_find(struct query *query, int64_t *number, struct error *error);

/* 1, 0, -1. */
int query_is_there(struct query *query, struct error *error);

#endif
