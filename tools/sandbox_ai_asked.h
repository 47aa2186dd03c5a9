/*
 * sandbox_ai_asked: what the AI vendors were asked. The newest requests are kept, within bounds; all are numbered.
 */
#ifndef TOOLS_SANDBOX_AI_ASKED_H
#define TOOLS_SANDBOX_AI_ASKED_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { ASKED_MAX = 2000, ASKED_BYTES_MAX = 64 * 1024 * 1024 };

struct asked_one;

struct asked { /* the zero value is empty */
    struct asked_one **ring; /* the request numbered n lies at n % ASKED_MAX */
    int64_t first, last;     /* numbers of the oldest kept and the newest; last < first: none */
    size_t bytes;
};

void asked_release(struct asked *asked);

/* Forgets all; the numbering goes on. */
void asked_forget(struct asked *asked);

/* Keeps a request as the JSON object that asked_format shows, which is taken over; its number was asked->last + 1. */
void asked_put(struct asked *asked, const char *vendor, struct buf *json);

/*
 * Appends {"format":1,"asked":[…],"last":N}: the requests after number `since` to `vendor` (NULL: all), oldest first, at
 * most `limit`. Returns how many; *last is the number up to which was looked.
 */
size_t asked_format(const struct asked *asked, const char *vendor, int64_t since, size_t limit, struct buf *out,
                    int64_t *last);

#endif
