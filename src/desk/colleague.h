/*
 * colleague: what a person of the business writes on her own phone about the cases that she was told of (desk/handover.h).
 *
 * While she has a case, no rule answers her: her texts are for customers. Only opting out and in is still hers, as for
 * anybody whom a person talks to ("stop" alone, or whatever the opt_out rules take; to say that to a customer she puts the
 * number before it). Without a case she is a customer like any other, and may try her own bot.
 *
 * Which customer? A text to the wrong one is the worst that can happen here, so a text goes only where it cannot be meant for
 * anybody else; in doubt it goes nowhere, is kept for COLLEAGUE_KEPT_MS, and she is asked.
 *   - A number at its beginning decides: "#12 We have it in blue". It must be a case of hers that goes on. Two numbers, or a
 *     number of a case that is over or another's, send nothing.
 *   - Without one it goes to her present case. That is the one whose number she wrote last; or the one that she was told of when
 *     she had no other, and none of hers had ended in the last minutes (colleague.quiet_until).
 *   - Being told of a further case takes the present one away: she may be answering either. So does its end.
 *   - A text that was sent before she was told of the present case, or chose it, was not meant for it, however late
 *     it comes in. Nor is any while the case's own text has not got to her: on its way, held, or refused. Nor is one that
 *     names another case of hers anywhere, nor any when nothing was said in the case for COLLEAGUE_LAPSE_MS.
 * The number alone makes a case the present one and sends what was kept, in its order. What was kept is dropped by a text with a
 * number, which takes its place, and by time; she is told either way.
 *
 * Her first answer takes the case, as `frontdesk take` does. A case that somebody else has taken is not hers to answer. #list
 * shows what waits; the settings release_words and close_words, alone or behind a number, end a case; what else begins
 * with # is refused, and sent to nobody. Pictures and files of hers are not passed on; she is told so.
 *
 * Whatever she writes is a message in her own conversation, with the fate `agent`; what reaches the customer is a message of
 * kind `agent` in his, by her address. Both, and the change of hands, stand in the transaction that stores her message, and in
 * it the owner is looked at.
 */
#ifndef DESK_COLLEAGUE_H
#define DESK_COLLEAGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "store/contact.h"
#include "store/conversation.h"

enum {
    COLLEAGUE_KEPT_MS = 10 * 60 * 1000,
    COLLEAGUE_LAPSE_MS = 2 * 60 * 60 * 1000,
    COLLEAGUE_QUIET_MS = 2 * 60 * 1000,  /* after a case that she has ended herself */
    COLLEAGUE_LATE_MS = 10 * 60 * 1000,  /* after one that ended without her doing */
    COLLEAGUE_KEPT_MAX = 10
};

/* Is what this contact writes now for her cases? 1, 0, -1. */
int colleague_is_at_work(struct desk *desk, const struct contact *contact, const char *text, int64_t now,
                         struct error *error);

/* A message of hers that no rule took, once it is stored in her `own` conversation. */
struct colleague_message { /* borrowed */
    const struct contact *contact;
    int64_t message; /* its id, in her own conversation */
    const char *text;
    bool has_media;
    int64_t sent_at; /* 0: not known */
};
int colleague_hear(struct desk *desk, const struct conversation *own, const struct colleague_message *message, int64_t now,
                   struct error *error);

#endif
