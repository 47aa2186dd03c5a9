/*
 * longest: see the header. The usual way in n log n: for every length the run of that length that ends lowest is
 * remembered, and each number lengthens the longest run that ends below it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/longest.h"

/* The length of the longest run that ends below `number`. */
static size_t find_length(const size_t *numbers, const size_t *ends, size_t length, size_t number)
{
    size_t from = 0, to = length;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (numbers[ends[middle]] < number)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

size_t longest_rising(const size_t *numbers, size_t count, bool *belongs)
{
    size_t *ends = alloc_array(count + 1, sizeof *ends);         /* by length - 1: where that run ends */
    size_t *previous = alloc_array(count + 1, sizeof *previous); /* within its run: index + 1, 0: none */
    size_t length = 0;

    memset(belongs, 0, count * sizeof *belongs);
    for (size_t i = 0; i < count; i++) {
        size_t below = find_length(numbers, ends, length, numbers[i]);

        previous[i] = below > 0 ? ends[below - 1] + 1 : 0;
        ends[below] = i;
        if (below == length)
            length++;
    }
    for (size_t at = length > 0 ? ends[length - 1] + 1 : 0; at != 0; at = previous[at - 1])
        belongs[at - 1] = true;
    free(ends);
    free(previous);
    return length;
}
