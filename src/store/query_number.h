/*
 * query_number: the one number that a query answers with: a count, a moment, the newest id.
 */
#ifndef STORE_QUERY_NUMBER_H
#define STORE_QUERY_NUMBER_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/* The first column of the first row; `otherwise` where there is no row, or a NULL in it. Ends the query. 0, -1. */
int query_number(struct query *query, int64_t otherwise, int64_t *number, struct error *error);

#endif
