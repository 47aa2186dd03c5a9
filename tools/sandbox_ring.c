/*
 * sandbox_ring: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

#include "sandbox_ring.h"

struct ring_entry {
    char *name, *json;
    size_t bytes;
};

static struct ring_entry **place(const struct ring *ring, int64_t n)
{
    return &ring->entries[n % RING_MAX];
}

static void drop_first(struct ring *ring)
{
    struct ring_entry **entry = place(ring, ring->first++);

    ring->bytes -= (*entry)->bytes;
    free((*entry)->name);
    free((*entry)->json);
    free(*entry);
    *entry = NULL;
}

void ring_forget(struct ring *ring)
{
    if (ring->entries == NULL)
        return;
    while (ring->first <= ring->last)
        drop_first(ring);
}

void ring_release(struct ring *ring)
{
    ring_forget(ring);
    free(ring->entries);
    *ring = (struct ring){ 0 };
}

void ring_put(struct ring *ring, const char *name, struct buf *json)
{
    if (ring->entries == NULL) {
        ring->entries = alloc_array(RING_MAX, sizeof *ring->entries);
        ring->first = 1;
    }
    while (ring->first <= ring->last &&
           (ring->last - ring->first + 1 == RING_MAX || ring->bytes + json->len > RING_BYTES_MAX))
        drop_first(ring);
    struct ring_entry *entry = alloc_new(sizeof *entry);
    *entry = (struct ring_entry){ .name = alloc_text(name), .bytes = json->len };
    entry->json = buf_detach(json);
    ring->bytes += entry->bytes;
    *place(ring, ++ring->last) = entry;
}

size_t ring_format(const struct ring *ring, const char *list, const char *name, int64_t since, size_t limit,
                   struct jsonw *w, int64_t *last)
{
    int64_t n = since + 1 > ring->first ? since + 1 : ring->first;
    size_t count = 0;

    *last = since;
    jsonw_array(w, list);
    for (; ring->entries != NULL && n <= ring->last && count < limit; n++) {
        const struct ring_entry *entry = *place(ring, n);

        *last = n;
        if (name != NULL && strcmp(entry->name, name) != 0)
            continue;
        jsonw_raw(w, NULL, entry->json);
        count++;
    }
    jsonw_end_array(w);
    jsonw_int(w, "last", *last);
    return count;
}
