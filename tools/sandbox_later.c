/*
 * sandbox_later: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

#include "sandbox_later.h"

void later_put(struct later *later, struct verdict *verdict, int64_t due_ms)
{
    struct held *held = alloc_new(sizeof *held);
    struct held **link = &later->first;

    *held = (struct held){ .root = verdict->root, .count = verdict->update_count, .due_ms = due_ms };
    held->updates = alloc_array(held->count + 1, sizeof *held->updates);
    memcpy(held->updates, verdict->updates, held->count * sizeof *held->updates);
    verdict->root = NULL;
    while (*link != NULL)
        link = &(*link)->next;
    *link = held;
}

struct held *later_take(struct later *later, int64_t now_ms)
{
    struct held **link = &later->first;

    while (*link != NULL && (*link)->due_ms > now_ms)
        link = &(*link)->next;
    struct held *held = *link;
    if (held != NULL)
        *link = held->next;
    return held;
}

void held_free(struct held *held)
{
    json_free(held->root);
    free(held->updates);
    free(held);
}

void later_forget(struct later *later)
{
    for (struct held *held; (held = later_take(later, INT64_MAX)) != NULL;)
        held_free(held);
}
