/*
 * histogram: see the header. Above HISTOGRAM_EXACT each doubling has HISTOGRAM_STEPS slots.
 */
#include "store/histogram.h"

enum { EXACT_BITS = 8, STEP_BITS = 7, MOST_BITS = 40 };

static size_t slot_of(uint64_t value)
{
    int high = 63 - __builtin_clzll(value | 1);

    if (high < EXACT_BITS)
        return value;
    return HISTOGRAM_EXACT + (size_t)(high - EXACT_BITS) * HISTOGRAM_STEPS +
           (value >> (high - STEP_BITS) & (HISTOGRAM_STEPS - 1));
}

/* The middle of what a slot stands for. */
static int64_t value_of(size_t slot)
{
    size_t above = slot - HISTOGRAM_EXACT;
    int shift = (int)(above / HISTOGRAM_STEPS) + EXACT_BITS - STEP_BITS;

    if (slot < HISTOGRAM_EXACT)
        return (int64_t)slot;
    return ((int64_t)(HISTOGRAM_STEPS + above % HISTOGRAM_STEPS) << shift) + ((INT64_C(1) << shift) - 1) / 2;
}

void histogram_add(struct histogram *histogram, int64_t value)
{
    const int64_t most = (INT64_C(1) << MOST_BITS) - 1;

    histogram->slots[slot_of((uint64_t)(value < 0 ? 0 : value > most ? most : value))]++;
    histogram->count++;
}

int64_t histogram_at(const struct histogram *histogram, int percent)
{
    int64_t wanted = (histogram->count * percent + 99) / 100, seen = 0;

    if (histogram->count == 0)
        return -1;
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++)
        if ((seen += histogram->slots[slot]) >= wanted && seen > 0)
            return value_of(slot);
    return -1;
}
