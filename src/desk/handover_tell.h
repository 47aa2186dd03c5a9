/*
 * handover_tell: the people of a team are told of a case, and of what goes on in it. Part of desk/handover; desk/colleague
 * answers them by the same way.
 *
 * Whatever a person is told of another case than her present one may be what she answers next: it takes the present one away
 * (desk/colleague.h).
 */
#ifndef DESK_HANDOVER_TELL_H
#define DESK_HANDOVER_TELL_H

#include <stdint.h>

#include "base/error.h"
#include "desk/colleague_phrase.h"
#include "desk/desk.h"
#include "store/conversation.h"
#include "store/handover.h"

struct telling { /* borrowed */
    struct desk *desk;
    const struct handover *handover;
    const struct conversation *conversation; /* the customer's */
    int64_t now;
};

/* One person, one text, which is notice of the case `handover`, or (NULL) of none: then `conversation` is her own. */
int handover_tell_text(const struct telling *telling, int64_t contact, const char *text, struct error *error);

/* One of the phrases that need nothing but the number, the customer and `text`; to everybody who was told but `except`. */
int handover_tell_phrase(const struct telling *telling, enum colleague_phrase phrase, const char *text, int64_t except,
                         struct error *error);

int handover_tell_one(const struct telling *telling, enum colleague_phrase phrase, const char *text, int64_t contact,
                      struct error *error);

/* The whole case, to the people of its team. `summary`: NULL where it is late; `lead`: how long nobody has come, or NULL. How
 * many were told goes to *count. */
int handover_tell_case(const struct telling *telling, const char *summary, const char *lead, size_t *count,
                       struct error *error);

/* What the customer says, to everybody who was told. */
int handover_tell_words(const struct telling *telling, const char *text, const char *media, struct error *error);

/* It is not hers any more. `by_her`: she has ended it herself. */
int handover_leave(struct desk *desk, int64_t contact, int64_t number, bool by_her, int64_t now, struct error *error);

#endif
