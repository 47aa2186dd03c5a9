/*
 * decide_attribute: an attribute row whose moment has come. Part of desk/decide.
 *
 * A value that is none of its type sets nothing, and the next row of that name has its turn; it is noted, for the trace.
 * Whether a value is news to Braze is not asked here: that is the store's to know.
 */
#ifndef DESK_DECIDE_ATTRIBUTE_H
#define DESK_DECIDE_ATTRIBUTE_H

#include <stdbool.h>

#include "desk/decide_moment.h"

/* Has none stood before it that it would set or count once more? */
bool decide_may_set(const struct moment_at *at, const struct attribute *attribute);

/* Sets it, or makes the entry. */
void decide_attribute(struct moment_at *at, const struct attribute *attribute);

#endif
