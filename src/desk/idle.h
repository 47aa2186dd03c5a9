/*
 * idle: when the bot's conversations begin, and how they end where nobody says anything any more (setting idle_close). All
 * inside the caller's transaction.
 *
 * A conversation is closed when for idle_close nobody has said anything in it: neither the customer nor we. Never while a
 * dialogue is under way (its own times end it), a person holds the conversation, or something has not ended: a text on its
 * way, a call, a question, a message that waits. Then it is looked at again later.
 */
#ifndef DESK_IDLE_H
#define DESK_IDLE_H

#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "store/conversation.h"

/* When a conversation that becomes the bot's now is looked at. */
int64_t idle_first_at(const struct desk *desk, int64_t now);

/*
 * Which conversation a message of the customer belongs to, given his newest on the channel (NULL: there is none): that one
 * while it is open; within reopen_within after its close that one again; else a new one. It goes into *conversation, which
 * may be *newest.
 */
int idle_enter(struct desk *desk, const struct conversation *newest, int64_t contact, const char *channel, int64_t now,
               struct conversation *conversation, struct error *error);

/* Closes those that are over, a bounded number of them. After new rules it looks at all whose time has become shorter. */
int idle_run(struct desk *desk, int64_t now, struct error *error);
int idle_next_at(struct desk *desk, int64_t *at, struct error *error);

/* The clock jumped by `drift_ms`; or nobody knows what it did, and nothing is due later than it would be from now. */
int idle_clock_jumped(struct desk *desk, int64_t drift_ms, struct error *error);
int idle_clamp(struct desk *desk, int64_t now, struct error *error);

#endif
