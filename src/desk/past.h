/*
 * past: what a decision that no webhook has brought about reads of the book: about a message that waited, or about what
 * happens between the customer's messages.
 */
#ifndef DESK_PAST_H
#define DESK_PAST_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "desk/consult.h"
#include "desk/decide.h"
#include "desk/desk.h"
#include "desk/recall.h"
#include "store/contact.h"
#include "store/conversation.h"
#include "store/message.h"

struct past { /* owned; the zero value is releasable */
    struct contact contact;
    struct buf phone;
    struct heard heard; /* the message that is decided, or the customer's newest; none: the zero value */
    struct recall recall;
    struct consult_standing standing;
    struct decide_state state; /* borrows from all of these, and from the conversation */
    struct decision decision;  /* the caller's; released with the rest */
};

/* With past->heard there, or not. What waited for a turn joins none any more. */
int past_load(struct past *past, struct desk *desk, const struct conversation *conversation, int64_t now,
              struct error *error);
void past_release(struct past *past);

/* What the customer said, or "". */
const char *past_text(const struct past *past);

#endif
