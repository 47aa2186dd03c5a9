/*
 * vendor_turn: the exchange so far as models take it. Several vendors, and the chat templates of many open models, want
 * the customer to begin and the two sides to take turns, so all of them get it so: what one side wrote in a row is one
 * turn of several lines, and where the business wrote first, a customer's "…" stands before it. A colleague's words are
 * the bot's side, marked "[colleague] ". Lines of blanks alone are left out. Pure.
 */
#ifndef BACKEND_VENDOR_TURN_H
#define BACKEND_VENDOR_TURN_H

#include <stdbool.h>

#include "backend/vendor.h"

struct vendor_turn {
    bool is_customer;
    struct buf text;
};

struct vendor_turns { /* owned; the zero value is releasable */
    struct vendor_turn *list;
    size_t count;
};

void vendor_turns_put(const struct consult *consult, struct vendor_turns *turns);
void vendor_turns_release(struct vendor_turns *turns);

/* Appends what the customer wrote in this turn, a line for each message. */
void vendor_turn_message(const struct consult *consult, struct buf *out);

/* The same words with the mark of a colleague, if it is one's. */
void vendor_turn_line(const struct ask_line *line, struct buf *out);

#endif
