/*
 * needles: which of very many literals occur in a text?
 *
 * Made once from a set of literals (literal.h), then immutable: any thread may search with it, each with a
 * scratch of its own. The answer is a set of owners, each once, however many of its literals occur and
 * however often. The time of a search grows with the text and with what is found, not with the number of
 * literals.
 */
#ifndef TEXT_NEEDLES_H
#define TEXT_NEEDLES_H

#include <stddef.h>
#include <stdint.h>

#include "text/literal.h"
#include "text/skeleton.h"

struct needles;

/* Memory that searches use again and again, so that none is allocated for a message. Zero value valid. */
struct scratch {
    struct squeezed squeezed; /* the text, for the caller */
    uint64_t *bits;           /* the owners, for the caller */
    size_t bits_room;
    uint32_t *seen; /* per needle: the search that last reported it */
    size_t seen_room;
    uint32_t search;
};

struct needles *needles_new(const struct literals *literals);
void needles_free(struct needles *needles);
size_t needles_count(const struct needles *needles); /* distinct ones */

/* Sets bit n of `bits` for each owner n one of whose literals occurs in the text. */
void needles_search(const struct needles *needles, const struct squeezed *text, struct scratch *scratch,
                    uint64_t *bits);

/* Room for `count` bits in scratch->bits; what they hold is not defined. */
void scratch_reserve(struct scratch *scratch, size_t count);
void scratch_release(struct scratch *scratch);

#endif
