/*
 * flood: how much is going on in a conversation, counted for the limits that keep a flood from costing money and a bot from
 * talking to a bot. What a limit means is decided in desk/decide_flood.
 *
 * Clock minutes and hours are counted, each from nothing. The customer says the same again when his text, folded, is that of
 * his message before, or one of the two that we said last: so an answering machine is known, and an echo. A row of such
 * messages begins anew with another text, after ten minutes without a message, and while it is no longer than its limit also
 * ten minutes after its first. What has no text (a picture) is never the same.
 *
 * Pure: the tally is a value, and goes where its conversation goes (store/conversation.h).
 */
#ifndef DESK_FLOOD_H
#define DESK_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "desk/decide.h"
#include "rules/ruleset.h"
#include "store/conversation.h"

/* Counts a message of the customer that is about to be decided. `last_in_at`: when the one before came. */
void flood_hear(struct tally *tally, const struct ruleset *ruleset, const char *text, int64_t last_in_at, int64_t now);

/* The message was no repetition after all: a button that was pressed, or the answer to a question. */
void flood_spare(struct tally *tally);

/* Tells the state of a message that has just been counted; of what is decided later: only what was said and asked. */
void flood_tell(const struct tally *tally, int64_t now, struct decide_state *state);
void flood_tell_late(const struct tally *tally, int64_t now, struct decide_state *state);

/* Counts what a decision says, and asks of backends unless it joins a question that stands. */
void flood_count(struct tally *tally, const struct decision *decision, bool joins, int64_t now);

/* Counts a notice to the customer among the replies; false, and not counted: it would be one more than replies_per_hour
 * allows. `text`: NULL where the campaign has its own. */
bool flood_notice(struct tally *tally, const struct ruleset *ruleset, const char *text, int64_t now);

/* What the decision about a message means for the next: does the limit go on, and was a question answered? */
void flood_settle(struct tally *tally, const struct decision *decision);

#endif
