/*
 * longest: the most numbers of a sequence that already stand in rising order, as when two orders of the same
 * things are compared: what belongs to them has stayed, the rest has moved. Pure; any thread.
 */
#ifndef BASE_LONGEST_H
#define BASE_LONGEST_H

#include <stdbool.h>
#include <stddef.h>

/* Sets belongs[i] for each of the `count` numbers (no two alike); returns how many belong. */
size_t longest_rising(const size_t *numbers, size_t count, bool *belongs);

#endif
