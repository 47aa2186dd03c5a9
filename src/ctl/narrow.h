/*
 * narrow: the options that narrow a list, read into the filter of the store.
 */
#ifndef CTL_NARROW_H
#define CTL_NARROW_H

#include "ctl/call.h"
#include "store/filter.h"

/*
 * Reads --since, --until, --user, --phone, --channel, --rule, --flow, --backend, --owner, --outcome, --unanswered and --limit
 * (`rows` without it), as far as they were given; texts are borrowed from the command line. A value that cannot be is told,
 * with what could. Returns an exit code.
 */
int narrow_read(const struct call *call, int64_t rows, struct filter *filter);

#endif
