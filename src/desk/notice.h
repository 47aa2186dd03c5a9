/*
 * notice: a campaign that is triggered at a moment, for the customer of a conversation or for a person of the business.
 *
 * It stands as a message of the bot, by the actor 'notice NAME', in a conversation of its recipient on the campaign's channel:
 * in the very one that it tells of where that is the customer's on this channel, else in his newest there; a closed one is
 * made for who has none. It belongs to no turn, so that no message's fate hangs on it. On its way out it is a text like any
 * other: parts, line, window, opt-out, deadline, at most one repetition in doubt. To the customer it bears the conversation's
 * epoch and is withheld while a person has him; to a person of the business neither counts.
 *
 * A notice over notices_per_hour of its recipient, or over replies_per_hour of the customer, is put into the book and
 * withheld, with the reason. None is put that would tell somebody of his own conversation, or whose text came out empty;
 * the ledger's event 'notice' of the conversation tells of these, too.
 */
#ifndef DESK_NOTICE_H
#define DESK_NOTICE_H

#include "base/error.h"
#include "desk/carry.h"

/* effect: EFFECT_NOTICE. Inside the caller's transaction; counts in the tally of carry->conversation. */
int notice_queue(const struct carry *carry, const struct effect *effect, struct error *error);

#endif
