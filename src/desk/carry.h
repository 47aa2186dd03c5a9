/*
 * carry: what was decided, carried out inside the caller's transaction: ownership, texts, what is remembered, the
 * dialogue, calls, attributes, the ledger. For decisions about a message and about what happens in between alike.
 */
#ifndef DESK_CARRY_H
#define DESK_CARRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/decide.h"
#include "desk/desk.h"
#include "store/conversation.h"

struct carry { /* borrowed */
    struct desk *desk;
    struct conversation *conversation; /* its owner and epoch follow what happens */
    const struct decision *decision;
    int64_t turn;    /* whose answer the texts are */
    int64_t message; /* the customer's that it is about */
    int64_t now;
    int64_t until;   /* when what is said comes too late; 0: as the setting says, from now on */
    bool is_deed;    /* what changes hands, changes it by a backend's deed */
    int64_t joins;   /* the row of the turn that the message becomes part of; 0: it has a turn of its own */
};

int carry_out(const struct carry *carry, struct error *error);

/* Whose doing an effect is, for the ledger: "rule NAME", "step FLOW.STEP", or the moment at which it came. */
void carry_format_actor(const struct effect *effect, struct buf *actor);

/* The row that tells what was decided about carry->message, and from what. Before carry_out, which changes the latter. */
int carry_put_decision(const struct carry *carry, const struct decide_state *state, struct error *error);

/* The fate of the customer's message as far as the decision settles it; open: something has to leave first. */
const char *carry_turn_state(const struct decision *decision);

/* Ends the dialogue of a conversation, if it has one, for a reason from outside; what it has collected stays, an event tells. */
int carry_drop_run(struct desk *desk, int64_t conversation, int64_t contact, const char *actor, const char *why,
                   int64_t now, struct error *error);

#endif
