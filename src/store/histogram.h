/*
 * histogram: how long things took, in bounded memory: exact below 256, within one part in 128 above. Pure.
 */
#ifndef STORE_HISTOGRAM_H
#define STORE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_EXACT = 256, HISTOGRAM_STEPS = 128, HISTOGRAM_SLOTS = HISTOGRAM_EXACT + 32 * HISTOGRAM_STEPS };

struct histogram { /* the zero value is empty */
    uint32_t slots[HISTOGRAM_SLOTS];
    int64_t count;
};

void histogram_add(struct histogram *histogram, int64_t value); /* below 0 counts as 0; above 2^40 as that */

/* The least value that `percent` of them do not exceed; -1: there are none. */
int64_t histogram_at(const struct histogram *histogram, int percent);

#endif
