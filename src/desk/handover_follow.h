/*
 * handover_follow: a person has a customer who turns out to be somebody we know by another name.
 *
 * A contact known by a phone alone is absorbed by one with an external id who shows the same phone (store/contact.h). What he
 * writes from then on stands in that one's conversations, where the bot would answer over the person. So the case goes along:
 * it keeps its number, its team and whoever has it, in that one's conversation on the channel; the old one is closed.
 * Where a person has him there already, both stay as they are. Inside the caller's transaction.
 */
#ifndef DESK_HANDOVER_FOLLOW_H
#define DESK_HANDOVER_FOLLOW_H

#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"

/* From one contact to another. */
int handover_follow(struct desk *desk, int64_t from, int64_t to, int64_t now, struct error *error);

#endif
