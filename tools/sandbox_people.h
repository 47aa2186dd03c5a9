/*
 * sandbox_people: what each customer received. The newest messages are kept, within bounds; all are counted.
 */
#ifndef TOOLS_SANDBOX_PEOPLE_H
#define TOOLS_SANDBOX_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#include "sandbox_braze.h"

enum { PEOPLE_MESSAGES_MAX = 100000, PEOPLE_BYTES_MAX = 256 * 1024 * 1024 };

struct person_message;

struct people { /* the zero value is empty; set is_count_only to keep no texts */
    bool is_count_only;
    struct person_message **ring; /* the message numbered n lies at n % PEOPLE_MESSAGES_MAX */
    int64_t first, last;          /* numbers of the oldest kept and the newest message; last < first: none */
    size_t bytes;
};

void people_release(struct people *people);

/* Forgets all messages; numbering goes on, so that nobody who waits for "since N" is fooled. */
void people_forget(struct people *people);

/* Takes one message; its number is people->last afterwards. */
void people_put(struct people *people, const struct delivery *delivery, const char *campaign, int64_t at_ms);

/*
 * Appends {"format":1,"messages":[…],"last":N}: the messages after number `since` for `user` (NULL:
 * everybody), oldest first, at most `limit`; `last` is the number up to which was looked, to be given as the
 * next `since`. Returns how many there are.
 */
size_t people_format(const struct people *people, const char *user, int64_t since, size_t limit,
                     struct buf *out, int64_t *last);

const char *address_name(enum address address);

#endif
