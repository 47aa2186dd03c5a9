/*
 * rider: see the header.
 *
 * Requests are applied in the order of their own choosing: a value that a call of its own wrote a moment before the text left
 * may be applied after it. What rode within TRACK_APART_MS of such a call is taken for uncertain, and set once more.
 */
#include <string.h>

#include "desk/erasure.h"
#include "desk/rider.h"
#include "desk/subscription.h"
#include "store/outbox_track.h"
#include "store/profile.h"

/* What this text cannot carry goes by itself, if it is not to wait for ever. */
static int leave_behind(struct desk *desk, const struct outbox_row *row, int64_t now, struct error *error)
{
    bool changed;

    if (profile_unride(desk->db, row->contact, SUBSCRIPTION_NAME, &changed, error) != 0)
        return -1;
    desk->may_track |= changed;
    return changed ? outbox_track_queue(desk->db, row->contact, row->conversation, now, NULL, error) : 0;
}

/* Does the text go to the profile that the values are wanted of? The number and Braze's own id lead to the same. */
static bool is_same_profile(const struct outbox_row *row, const char *addressee)
{
    size_t len = strlen(row->address_kind);

    if (strncmp(addressee, row->address_kind, len) == 0 && addressee[len] == ':')
        return strcmp(addressee + len + 1, row->address) == 0;
    return strncmp(addressee, "braze:", strlen("braze:")) == 0 && strcmp(row->address_kind, "phone") == 0;
}

static int gather(struct desk *desk, const struct outbox_row *row, enum send_carrier carrier, const char *addressee,
                  struct buf *attributes, struct error *error)
{
    const char *but = carrier == CARRIER_CANVAS ? SUBSCRIPTION_NAME : NULL;
    int is_kept_out = outbox_track_is_claimed_for(desk->db, row->contact, error);
    size_t count = 0;
    int result;

    if (is_kept_out == 0)
        is_kept_out = outbox_track_is_barred(desk->db, row->id, error);
    if (is_kept_out == 0)
        is_kept_out = erasure_keeps_profile(desk, row->contact, error);
    if (is_kept_out != 0)
        return is_kept_out < 0 ? -1 : 0;
    result = profile_riders(desk->db, row->contact, addressee, but, SEND_ATTRIBUTES_MAX, attributes, &count, error);
    if (count == 0)
        buf_clear(attributes);
    return result;
}

int rider_gather(struct desk *desk, const struct outbox_row *row, enum send_carrier carrier, int64_t now,
                 struct buf *attributes, struct error *error)
{
    struct buf addressee = { 0 };
    int found = profile_has_riders(desk->db, row->contact, error), result;
    bool is_same;

    if (found != 1)
        return found;
    result = profile_addressee(desk->db, row->contact, &addressee, error);
    is_same = result == 0 && is_same_profile(row, buf_text(&addressee));
    if (result == 0 && (carrier != CARRIER_CAMPAIGN || !is_same))
        result = leave_behind(desk, row, now, error);
    if (result == 0 && carrier != CARRIER_MESSAGE && is_same)
        result = gather(desk, row, carrier, buf_text(&addressee), attributes, error);
    buf_release(&addressee);
    return result;
}

int rider_claim(struct desk *desk, const struct outbox_row *row, const struct buf *attributes, struct error *error)
{
    struct buf addressee = { 0 };
    int result = profile_addressee(desk->db, row->contact, &addressee, error);

    if (result == 0)
        result = outbox_track_ride(desk->db, row->id, buf_text(&addressee), buf_text(attributes), error);
    if (result == 0)
        result = profile_send(desk->db, row->contact, buf_text(&addressee), row->id, buf_text(attributes), error);
    buf_release(&addressee);
    return result;
}

int rider_accept(struct desk *desk, const struct call *call, const struct call_row *row, int64_t now, struct error *error)
{
    struct db *db = desk->db;
    int64_t noted_at;
    bool is_early;

    if (outbox_track_noted(db, row->contact, &noted_at, error) != 0)
        return -1;
    is_early = noted_at != 0 && noted_at > call->started_at - TRACK_APART_MS;
    if (profile_accept_riders(db, row->contact, row->outbox, is_early, now, error) != 0 ||
        outbox_track_note(db, row->contact, now, error) != 0 ||
        outbox_track_spare(db, row->contact, now, error) != 0)
        return -1;
    desk->may_track = true;
    return outbox_track_queue(db, row->contact, row->conversation, now, NULL, error);
}

/* What leaves soon may be overtaken by it. */
int rider_doubt(struct desk *desk, const struct call_row *row, int64_t now, struct error *error)
{
    return outbox_track_note(desk->db, row->contact, now, error);
}

int rider_refuse(struct desk *desk, const struct call_row *row, const char *reason, int64_t now, struct error *error)
{
    if (profile_refuse_riders(desk->db, row->contact, row->outbox, reason, now, error) != 0 ||
        outbox_track_bar(desk->db, row->outbox, error) != 0)
        return -1;
    desk->may_track = true;
    return outbox_track_queue(desk->db, row->contact, row->conversation, now, NULL, error);
}
