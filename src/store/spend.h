/*
 * spend: what backends cost (tables spend, usage), in millionths. Caps are reckoned against `spend`, which is written before
 * a call and corrected after it; `usage` is for the owner to read. All inside the caller's transaction.
 */
#ifndef STORE_SPEND_H
#define STORE_SPEND_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/filter.h"

/* What was charged to a scope on a day. */
int spend_get(struct db *db, const char *day, const char *scope, int64_t *cost, struct error *error);

/* Adds to it; a correction may be negative. */
int spend_add(struct db *db, const char *day, const char *scope, int64_t cost, struct error *error);

struct usage { /* borrowed; all that is added */
    const char *day, *backend, *wanted_by;
    int64_t contact;
    int64_t asked, answered, tokens_in, tokens_out, cost;
};
int usage_add(struct db *db, const struct usage *usage, struct error *error);

/*
 * By one of these, the newest day or the dearest first; of some days, and of the filter's backend, rule (or step) and contact.
 * How many, or -1.
 */
struct usage_days {
    const char *first, *last; /* both included; "": there is no such bound */
};
enum usage_by { USAGE_BY_DAY, USAGE_BY_BACKEND, USAGE_BY_RULE, USAGE_BY_CONTACT };
typedef void usage_row(void *context, const char *key, const struct usage *sum);
int usage_list(struct db *db, enum usage_by by, const struct usage_days *days, const struct filter *filter, usage_row *row,
               void *context, struct error *error);

#endif
