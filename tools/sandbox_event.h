/*
 * sandbox_event: the custom events and purchases of all users, in the order in which they were written. Braze writes an event
 * that is sent twice twice; so does the sandbox, and says so.
 */
#ifndef TOOLS_SANDBOX_EVENT_H
#define TOOLS_SANDBOX_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox_braze.h"
#include "sandbox_ring.h"

struct events { /* the zero value is empty */
    struct ring ring;  /* {"n","at","user","kind","what":"event"|"purchase","name","time","properties","repeated"}, by user */
    uint64_t *seen;    /* open addressing over the hashes of all events; 0: free */
    size_t seen_count, seen_room;
    int64_t count, repeated;
};

void events_release(struct events *events);
void events_forget(struct events *events);

/* False: this user has had one that is equal in name, time and properties. `update` is an event or a purchase. */
bool events_put(struct events *events, const struct track_update *update, int64_t at_ms);

#endif
