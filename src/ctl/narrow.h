/*
 * narrow: the options that narrow a list, read into the filter of the store.
 */
#ifndef CTL_NARROW_H
#define CTL_NARROW_H

#include "ctl/call.h"
#include "store/filter.h"

/*
 * Reads --since, --until, --user, --phone, --channel, --rule, --flow, --backend, --owner, --outcome, --unanswered, --state and
 * --limit (`rows` without it), as far as they were given; texts are borrowed from the command line. A value that cannot be is
 * told, with what could. --state is as it was typed: which there are its list knows. Returns an exit code.
 */
int narrow_read(const struct call *call, int64_t rows, struct filter *filter);

/*
 * Nothing fits: is that because there is no such rule, flow, backend, channel or customer, neither in the rules in force nor in
 * the book? Then that is told, with the nearest name that there is, and EXIT_NOTHING returned. EXIT_DONE: all of them are known.
 */
int narrow_check_names(struct call *call, struct db *db, const struct filter *filter);

#endif
