/*
 * track_load: what one row of the outbox carries into a contact's Braze profile: an object of attributes (values that are
 * set, increments, changes of arrays) and events. Put together, and claimed, as the row leaves. Part of desk/dispatch_track.
 */
#ifndef DESK_TRACK_LOAD_H
#define DESK_TRACK_LOAD_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"
#include "store/outbox_track.h"

struct track_load { /* the zero value is releasable */
    struct buf addressee;     /* whose profile: "external:ana" … */
    struct buf sets;          /* JSON object: the values that are set */
    struct buf attributes;    /* JSON object: they, and what entries change; empty: nothing */
    struct buf events;        /* as they stand in the body, parted by commas */
    struct buf event_list;    /* the same for the book, a JSON array */
    size_t event_count;
};

/*
 * Gathers at most `room` objects, at least 1, and claims the entries among them. Nothing was found when both attributes
 * and events are empty. load->addressee must be known, and good (track_check).
 */
int track_load_gather(struct track_load *load, struct db *db, const struct outbox_track_row *row, size_t room,
                      int64_t now, struct error *error);

/* Appends the attributes as they stand in the body, where there are any. */
int track_load_format(const struct track_load *load, struct buf *object, struct error *error);

/* The row leaves with it. One that does not must have its entries back: entry_return. */
int track_load_claim(const struct track_load *load, struct db *db, const struct outbox_track_row *row, struct error *error);

void track_load_release(struct track_load *load);

#endif
