/*
 * parcel: a text of the outbox as the campaign that carries it takes it.
 *
 * The campaign shows some of the texts that are offered below it, as buttons or in a list, whose own words speak the
 * contact's language; the rest are lines of the text. Further trigger
 * properties go with the campaign that the text was written for and with no other: outside the 24-hour window a
 * template may carry the text, and knows nothing of them. A notice may have no text, but the campaign's own. Pure.
 */
#ifndef DESK_PARCEL_H
#define DESK_PARCEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "braze/send.h"
#include "desk/button.h"
#include "rules/ruleset.h"
#include "store/outbox.h"

struct parcel { /* the zero value is releasable */
    const struct outbox_row *row; /* borrowed */
    struct buf text;
    struct button_list buttons;
    size_t shown;
    bool is_list;
    struct buf list_button, list_title;
    struct send_list list;  /* of these two */
    const char *properties; /* of the row; NULL: none */
    struct buf attributes;  /* of the contact's profile, that ride with it (desk/rider.h); empty: none */
};

/* *parcel is a zero value; the row must outlive it. */
void parcel_pack(struct parcel *parcel, const struct ruleset *rules, const struct outbox_row *row,
                 const struct campaign *campaign);
void parcel_release(struct parcel *parcel);

/* May one message serve both? /messages/send carries one for all its users. */
bool parcel_is_same(const struct parcel *a, const struct parcel *b);

/* Borrows from the parcel. */
struct send_recipient parcel_recipient(const struct parcel *parcel);

#endif
