/*
 * sandbox_calls: the requests that write into profiles, and what should not have been among them.
 *
 * Braze may apply two requests in either order. So two of them must not be under way at once when both touch one profile: that is
 * a violation. Others, which Braze would take as well, are two objects of attributes for one profile in a request, an event that
 * is sent twice, and a control character. A request is under way until the last byte of its answer has left, or until the peer
 * has given up.
 */
#ifndef TOOLS_SANDBOX_CALLS_H
#define TOOLS_SANDBOX_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox_braze.h"
#include "sandbox_ring.h"

struct call_under_way;

struct call_report { /* borrowed */
    const char *path, *outcome;
    int status; /* 0: none */
    bool is_taken;
};

struct calls { /* the zero value is empty */
    struct ring ring; /* {"n","at","path","status","outcome","taken","objects","attributes","events","purchases","at_once",
                         "users":["external:mia",…]}, by path */
    struct ring violations; /* {"n","at","what":"together"|"twice"|"repeated event"|"control character","user","kind","why"}, by
                               user */
    struct call_under_way *under_way;
    int64_t at_once, most_at_once; /* requests to /users/track under way */
    int64_t violation_count, last_ticket;
};

void calls_release(struct calls *calls);
void calls_forget(struct calls *calls); /* what is under way stays so */

/* A request was read and its answer is known. Returns its ticket, to be given to calls_end. */
int64_t calls_begin(struct calls *calls, const struct verdict *verdict, const struct call_report *report, int64_t at_ms);
void calls_end(struct calls *calls, int64_t ticket);

void calls_note_violation(struct calls *calls, const struct track_update *update, const char *what, const char *why,
                          int64_t at_ms);

#endif
