/*
 * list: a list that is narrowed by a filter, newest first, shown as a table.
 *
 * What fits is found first, then row by row is read and shown: however slowly somebody reads on (a pager, a pipe), no read
 * transaction stays open meanwhile.
 */
#ifndef CTL_LIST_H
#define CTL_LIST_H

#include "ctl/call.h"
#include "store/filter.h"
#include "store/pick.h"

enum { LIST_ROWS = 50 }; /* without --limit */

struct list_noun {
    const char *noun; /* in JSON */
    const struct column *columns;
    size_t column_count;
    int (*pick)(struct db *db, const struct filter *filter, struct picked *picked, struct error *error);
    /* Shows one with output_row: 1, 0 when it is gone, -1. */
    int (*show)(struct db *db, int64_t id, struct output *output, struct error *error);
    const char *nothing; /* the sentence when nothing fits */
};

/* Opens the book and shows what fits. Returns an exit code. */
int list_show(struct call *call, const struct list_noun *noun, const struct filter *filter);

#endif
