/*
 * agent: what the agents of another desk do (POST /v1/agent/…, daemon/public.h), in the transaction that does it.
 *
 *     say      {"conversation": N, "agent": "Ann", "id": "…", "text": "…"}   to the customer, word for word
 *     note     the same, for the book alone
 *     take     {"conversation": N, "agent": "Ann", "team": "…"}              from the bot, or from a colleague of the same desk
 *     release  {"conversation": N, "agent": "Ann"}                           back to the bot
 *     close    the same
 *
 * In the ledger each is the doing of 'agent Ann via relay'. Only what is with a person takes a word of hers, and only of
 * the one who has it: a conversation that waits becomes hers by what she says; one of the bot's, a closed one, or another's
 * is a 409 with the sentence, and nothing has happened. A colleague may end what another has begun. What a person of the
 * house has taken (frontdesk take) is not theirs to release, close, or take.
 *
 * `id` is the caller's own for what it wants done, at most AGENT_ID_MAX visible characters: the same once more, for 30 days,
 * is answered as it was the first time, and not done again; with anything else in it, it is a 409. say and note need one,
 * since nobody could tell otherwise whether a call whose answer was lost has been heard. What was refused is forgotten.
 *
 * `team` (take alone) is whose the case will be, so that its relay_url hears the customer. Left out, it is the one that has it,
 * or the only one with a relay_url.
 */
#ifndef DESK_AGENT_H
#define DESK_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "desk/desk.h"

enum { AGENT_NAME_MAX = 64, AGENT_ID_MAX = 128 };

/* As desk_command of desk/desk.h, whose acts it uses; *verb is one of the above. */
int agent_command(struct desk *desk, const char *verb, const struct json *arguments, int64_t now, struct buf *reply,
                  int64_t *contact, struct error *error);

/* Are these two people of the other desk, as actors? Then one may take over from the other. */
bool agent_are_colleagues(const char *actor, const char *other);

#endif
