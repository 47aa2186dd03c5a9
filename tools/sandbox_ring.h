/*
 * sandbox_ring: a log that the sandbox keeps: JSON objects, each under a name. The newest are kept, within bounds; all are
 * numbered.
 */
#ifndef TOOLS_SANDBOX_RING_H
#define TOOLS_SANDBOX_RING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

enum { RING_MAX = 20000, RING_BYTES_MAX = 64 * 1024 * 1024 };

struct ring_entry;

struct ring { /* the zero value is empty */
    struct ring_entry **entries; /* the one numbered n lies at n % RING_MAX */
    int64_t first, last;         /* numbers of the oldest kept and the newest; last < first: none */
    size_t bytes;
};

void ring_release(struct ring *ring);

/* Forgets all; the numbering goes on. */
void ring_forget(struct ring *ring);

/* Keeps a JSON object, which is taken over; its number was ring->last + 1. */
void ring_put(struct ring *ring, const char *name, struct buf *json);

/*
 * Appends the members "LIST":[…],"last":N to an object: the entries after number `since` under `name` (NULL: all), oldest
 * first, at most `limit`. Returns how many; *last is the number up to which was looked.
 */
size_t ring_format(const struct ring *ring, const char *list, const char *name, int64_t since, size_t limit,
                   struct jsonw *w, int64_t *last);

#endif
