/*
 * recall: what a decision reads of the past beside the contact and the conversation's own row: the dialogue under way,
 * variables, rules that rest, texts that were offered. Each costs one look-up by an index, and is looked up only where
 * the rules in force, and the message, have a use for it; the dialogue always, since it outlives the rules.
 */
#ifndef DESK_RECALL_H
#define DESK_RECALL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "desk/decide.h"
#include "rules/ruleset.h"
#include "store/conversation.h"
#include "store/db.h"

struct recall { /* the zero value is empty; what a decide_state got from it is borrowed */
    struct buf variables, choices, run;
    struct cooling *cooling; /* names owned */
    size_t cooling_count, cooling_room;
};

/* For a message of the conversation, whose number *state has already. Fills the other members of *state. */
int recall_load(struct recall *recall, struct db *db, const struct ruleset *rules,
                const struct conversation *conversation, const char *text, int64_t now,
                struct decide_state *state, struct error *error);

/* 1 when the bot's last message offers what the customer has said, be it by its number; 0, -1. */
int recall_was_offered(struct db *db, int64_t conversation, const char *text, struct error *error);
void recall_release(struct recall *recall);

#endif
