/*
 * query_number: see the header.
 */
#include "store/query_number.h"

int query_number(struct query *query, int64_t otherwise, int64_t *number, struct error *error)
{
    int found = query_step(query, error);

    *number = found == 1 && !query_is_null(query, 0) ? query_int(query, 0) : otherwise;
    query_end(query);
    return found < 0 ? -1 : 0;
}
