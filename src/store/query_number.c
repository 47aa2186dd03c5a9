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

int query_find(struct query *query, int64_t *number, struct error *error)
{
    int found = query_step(query, error);

    if (found == 1)
        *number = query_int(query, 0);
    query_end(query);
    return found;
}

int query_is_there(struct query *query, struct error *error)
{
    int found = query_step(query, error);

    query_end(query);
    return found;
}
