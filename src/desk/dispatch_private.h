/*
 * dispatch_private: what the two files of desk/dispatch.h share.
 */
#ifndef DESK_DISPATCH_PRIVATE_H
#define DESK_DISPATCH_PRIVATE_H

#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "store/outbox.h"

extern const char DISPATCH_LANE_STOPPED[]; /* the reason of rows that a stopped lane has put off; they are found by it */

/* The row is due again at again->due_at. Others of the contact are not to wait for a notice that has to. */
int dispatch_go_later(struct desk *desk, const struct outbox_again *again, int64_t contact, int64_t now, struct error *error);

/* The text ends. Whoever wrote it on her phone sees no outbox: she is told when it did not get through. */
int dispatch_end_text(struct desk *desk, int64_t outbox, int64_t contact, int64_t turn, const char *state, const char *reason,
                      int64_t now, struct error *error);

#endif
