/*
 * sandbox_later: what was taken and is not yet written into the profiles, because another request is to overtake it.
 */
#ifndef TOOLS_SANDBOX_LATER_H
#define TOOLS_SANDBOX_LATER_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox_braze.h"

struct held {
    struct json *root; /* owned; the updates are borrowed from it */
    struct track_update *updates;
    size_t count;
    int64_t due_ms;
    struct held *next;
};

struct later { /* the zero value is empty */
    struct held *first;
};

/* Takes the updates of a verdict, and its tree with them, to be written at due_ms at the latest. */
void later_put(struct later *later, struct verdict *verdict, int64_t due_ms);

/* The oldest that is due by now, taken out, or NULL. */
struct held *later_take(struct later *later, int64_t now_ms);

void held_free(struct held *held);
void later_forget(struct later *later);

#endif
