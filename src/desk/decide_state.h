/*
 * decide_state: the state of a decision, read back from the JSON that its row keeps (decide_format_state). Part
 * of desk/decide.
 *
 * The JSON may be older or younger than this program. A member that is missing or null has the value of a fact
 * that is not known: what an older program did not look at is no reason not to judge. A member that is not known
 * here is counted and otherwise left alone; one of the wrong kind is an error. Pure; any thread.
 */
#ifndef DESK_DECIDE_STATE_H
#define DESK_DECIDE_STATE_H

#include <stddef.h>

#include "base/error.h"
#include "base/json.h"
#include "desk/decide.h"

enum { STATE_OWNED_MAX = 16 };

/* The zero value is valid and releasable. */
struct decide_record {
    struct decide_state state; /* borrows from the rest */
    size_t unknown;            /* members that this program does not know */
    struct json *tree;
    void *owned[STATE_OWNED_MAX]; /* what is not in the tree as it is wanted */
    size_t owned_count;
};

/* The zero value or a released record goes in, and wants a release after a failure, too. 0 or -1. */
int decide_parse_state(const char *text, size_t len, struct decide_record *record, struct error *error);
void decide_record_release(struct decide_record *record);

#endif
