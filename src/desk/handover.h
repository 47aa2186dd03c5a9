/*
 * handover: cases, each one time that a conversation is a person's (table handover): who is told, what reaches them, and what
 * happens when nobody comes. All inside the caller's transaction, so that a case and what it brings about stand or fall with
 * the message or the act behind it. One thread at a time.
 *
 * A case begins with a hand-over, or when a person takes a conversation unasked, and ends when it is released, closed, or
 * given up on. There is one at most for a conversation. Whoever changes the owner of a conversation tells this module.
 *
 * Being told. The people of the team (team.notify_user: external ids, or phones with a +, commas between) get the case as
 * a text in their own conversation on the channel of team.campaign: its number, who, on which channel, the customer's last
 * words, the summary. It waits for the summary, but no longer than HANDOVER_SUMMARY_MS. What the customer writes from then on
 * reaches them with the number before it. These texts are notices (desk/notice.h): they know the window of 24 hours,
 * opt-out, and being held; no limit on notices counts them, and they never pass one another.
 * The very customer is not told of his own case.
 *
 * Nobody comes. Within the setting take_timeout from when the team was told somebody has to take the case. Else the customer
 * hears the team's `nobody`, once a case, and the case goes to the team's `next`, or where there is none is told once more
 * to its own team; then it waits on. Of a team that has left the rules nothing is known: the customer hears the phrase `sorry`.
 * The time stands still while the business is closed: the customer has been told so at the hand-over (team.closed,
 * desk/decide_handoff.h).
 *
 * Nobody answers. Where somebody has the case, and the customer has written, and for agent_timeout nobody has answered,
 * the bot gets the conversation back (event 'timeout'), and the customer hears `nobody`, unless this case has said it; `sorry`
 * where it is no team's, since a person took it unasked.
 *
 * Both are lazy timers in the row (due_at): a restart loses none, and a jump of the clock moves them along. 0 seconds switches
 * either off.
 */
#ifndef DESK_HANDOVER_H
#define DESK_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "store/conversation.h"

enum { HANDOVER_SUMMARY_MS = 10 * 1000 };

/* The conversation has just been given to the team, or (`agent` is not "") taken by a person. */
int handover_begin(struct desk *desk, const struct conversation *conversation, const char *team, const char *agent,
                   int64_t now, struct error *error);

/* It has just been taken from the bot's or the team's hands; `taker` is her contact, 0 where it is not known. */
int handover_take(struct desk *desk, const struct conversation *conversation, const char *agent, int64_t taker, int64_t now,
                  struct error *error);

/* It is no person's any more. `why`: release, close, timeout; `doer`: whose doing it is, as in handover_take. */
int handover_end(struct desk *desk, const struct conversation *conversation, const char *why, int64_t doer, int64_t now,
                 struct error *error);

/* The hand-over has been summed up. */
int handover_summed_up(struct desk *desk, const struct conversation *conversation, const char *summary, int64_t now,
                       struct error *error);

/* The customer has written, and nobody but a person is to answer. `media`: a JSON array of addresses. */
int handover_hear(struct desk *desk, const struct conversation *conversation, const char *text, const char *media,
                  int64_t now, struct error *error);

/*
 * People who leave. Who is in no team's notify_user of new rules any more has no case any more: she is told nothing further of
 * them, what she writes reaches nobody, and what she had waits for its team again, which is told. The other people of a case
 * keep it, whatever team they are in now.
 */

/* A contact that is about to be erased, while it has its identities: as above, but that it is told nothing at all. */
int handover_erase(struct desk *desk, int64_t contact, int64_t now, struct error *error);

/* A person has answered. */
int handover_answer(struct desk *desk, const struct conversation *conversation, int64_t now, struct error *error);

/* A text to the customer that is over without having been accepted, be it that its time was over: if it was a
 * person's, and nothing else has answered the customer, agent_timeout runs again; and who wrote it on her phone is told. */
int handover_lost(struct desk *desk, int64_t outbox, int64_t now, struct error *error);

/* Does what is due, a bounded number. When the next is; INT64_MAX: not before something happens. */
int handover_run(struct desk *desk, int64_t now, struct error *error);
int handover_next_at(struct desk *desk, int64_t *at, struct error *error);

/* The clock jumped by `drift_ms`; or nobody knows what it did, and nothing is due later than it would be from now. */
int handover_clock_jumped(struct desk *desk, int64_t drift_ms, struct error *error);
int handover_clamp(struct desk *desk, int64_t now, struct error *error);

#endif
