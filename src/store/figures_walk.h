/*
 * figures_walk: the messages of a period in their order, each with what became of it. Private to figures.c.
 *
 * In pieces, each some statements that are far below the bound that readers have, whatever the filter leaves over.
 */
#ifndef STORE_FIGURES_WALK_H
#define STORE_FIGURES_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/filter.h"

struct figures_row { /* borrowed until the callback returns */
    int64_t id, at, turn, conversation;
    int64_t settled_at;       /* of ours: when Braze accepted it, if it is the first part of an answer; 0 */
    const char *kind, *text;
    const char *state;        /* of the customer's: of its turn; "" there is none */
    const char *rule, *action; /* of the decision about it; "" */
    bool is_consulted;        /* a backend was asked … */
    const char *backend;      /* … and this one answered; "" none did */
};

typedef void figures_take(void *context, const struct figures_row *row);

/* What may be of the filter's period, and somewhat before and behind it (store/moment.h). Notes are left out, and of the
 * customer's messages those that the filter does not want. */
int figures_walk(struct db *db, const struct filter *filter, figures_take *take, void *context, struct error *error);

#endif
