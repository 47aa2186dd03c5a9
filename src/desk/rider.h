/*
 * rider: values of a contact's profile that ride with a text to him, in recipients[].attributes of the call that sends it:
 * Braze writes them before it sends. Part of desk/dispatch.
 *
 * What rides is put together as the text leaves: the newest values of attributes `with_reply`, and his subscription. It
 * counts as taken when the text is. Never while a call that writes into his profile is under way, nor the other way round.
 * /messages/send has no place for it, a Canvas none for subscriptions, and who is known by an id but writes by the phone alone
 * gets his texts by another profile: there it goes by itself (desk/dispatch_track.h).
 *
 * A text must not be lost for its riders: one that is refused with them goes once more without.
 */
#ifndef DESK_RIDER_H
#define DESK_RIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "braze/send.h"
#include "desk/desk.h"
#include "desk/dispatch.h"

/* Appends what rides with the row of the outbox as a JSON object; nothing when nothing does. */
int rider_gather(struct desk *desk, const struct outbox_row *row, enum send_carrier carrier, int64_t now,
                 struct buf *attributes, struct error *error);

/* They leave with it. */
int rider_claim(struct desk *desk, const struct outbox_row *row, const struct buf *attributes, struct error *error);

/* The text was taken; or nobody knows; or it was refused for that reason, and is to be tried without them. */
int rider_accept(struct desk *desk, const struct call *call, const struct call_row *row, int64_t now, struct error *error);
int rider_doubt(struct desk *desk, const struct call_row *row, int64_t now, struct error *error);
int rider_refuse(struct desk *desk, const struct call_row *row, const char *reason, int64_t now, struct error *error);

#endif
