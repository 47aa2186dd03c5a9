/*
 * dispatch_track: see the header.
 *
 * The rows of one look are the 75 that have waited longest. A row that has to go alone (its batches were refused, or came
 * to grief twice) goes alone when it is the first; else it waits for its turn. What a row carries is put together here,
 * at the claim, in the transaction that claims; what finds no room any more goes with a later row.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "braze/track.h"
#include "desk/apart.h"
#include "desk/chores.h"
#include "desk/dispatch_track.h"
#include "desk/subscription.h"
#include "desk/track_load.h"
#include "store/entry.h"
#include "store/outbox_track.h"
#include "store/profile.h"

_Static_assert((int)CALL_ROWS_MAX >= (int)TRACK_OBJECTS_MAX, "a call has room for all objects");

enum { HOLD_MS = TRACK_APART_MS, HOLD_LONG_MS = 5 * 60 * 1000, QUIET_MS = 1000 };

struct batch {
    struct desk *desk;
    int64_t now;
    struct call *call;
    struct buf attributes, events; /* objects, parted by commas */
    char *addressees[TRACK_OBJECTS_MAX]; /* of the call's rows */
    bool is_full;
};

int dispatch_track_under_way(struct desk *desk, struct error *error)
{
    return desk->may_track ? outbox_track_is_claimed(desk->db, error) : 0;
}

static bool has_addressee(const struct batch *batch, const char *addressee)
{
    for (size_t i = 0; i < batch->call->count; i++)
        if (strcmp(batch->addressees[i], addressee) == 0)
            return true;
    return false;
}

static int end_row(struct batch *batch, const struct outbox_track_row *row, const char *state, const char *reason,
                   struct error *error)
{
    return outbox_settle(batch->desk->db, row->id, row->contact, 0, state, reason, batch->now, error);
}

static void add_objects(struct buf *list, const struct buf *objects)
{
    buf_add_text(list, list->len > 0 && objects->len > 0 ? "," : "");
    buf_add(list, buf_text(objects), objects->len);
}

static int take_row(struct batch *batch, const struct outbox_track_row *row, const struct track_load *load,
                    const struct buf *object, struct error *error)
{
    struct call *call = batch->call;
    bool has_attributes = object->len > 0;

    if (track_load_claim(load, batch->desk->db, row, error) != 0)
        return -1;
    add_objects(&batch->attributes, object);
    add_objects(&batch->events, &load->events);
    batch->addressees[call->count] = alloc_text(buf_text(&load->addressee));
    call->rows[call->count++] = (struct call_row){
        .outbox = row->id,
        .contact = row->contact,
        .conversation = row->conversation,
        .failures = row->failures,
        .is_ambiguous = row->is_ambiguous,
        .attributes_at = has_attributes ? call->attribute_count : -1,
        .events_at = call->event_count,
        .event_count = (int)load->event_count,
    };
    call->attribute_count += has_attributes;
    call->event_count += (int)load->event_count;
    return 0;
}

/*
 * Who cannot be told of has his row ended. Values that are set are news again under another id; what is done once is refused
 * with the row, until a person asks for that once more.
 */
static int refuse_row(struct batch *batch, const struct outbox_track_row *row, const char *addressee,
                      const char *reason, struct error *error)
{
    struct db *db = batch->desk->db;

    if (profile_give_up(db, row->contact, addressee, row->id, error) != 0 || entry_return(db, row->id, error) != 0 ||
        entry_give_up(db, row->contact, row->id, reason, batch->now, error) != 0)
        return -1;
    return end_row(batch, row, "dead", reason, error);
}

static int hold_until(struct batch *batch, const struct outbox_track_row *row, int64_t until, const char *reason,
                      struct error *error)
{
    struct outbox_again again = {
        .id = row->id,
        .due_at = until,
        .failures = row->failures,
        .is_single = row->is_single,
        .is_ambiguous = row->is_ambiguous,
        .reason = reason,
    };

    return outbox_retry(batch->desk->db, &again, error);
}

/* It waits for texts to leave and a while after the last of them, or has others ride with one. A person may drop that text. */
static int hold_row(struct batch *batch, const struct outbox_track_row *row, struct error *error)
{
    int64_t now = batch->now, until, pause_end;

    if (profile_paused_until(batch->desk->db, row->contact, now, &pause_end, error) != 0 ||
        outbox_track_text_due(batch->desk->db, row->contact, &until, error) != 0)
        return -1;
    if (until <= now || (until == INT64_MAX && pause_end == INT64_MAX))
        until = now + HOLD_MS;
    else if (until > now + HOLD_LONG_MS)
        until = now + HOLD_LONG_MS;
    return hold_until(batch, row, pause_end < until ? pause_end : until,
                      pause_end < INT64_MAX ? "the pause after the last text to the customer comes first"
                                            : "texts to the customer go first",
                      error);
}

/* Nothing is left to say; or what there was is of unknown fate, and not repeated. */
static int end_empty(struct batch *batch, const struct outbox_track_row *row, struct error *error)
{
    int has_news = outbox_track_has_news(batch->desk->db, row->contact, error);
    int is_unknown = has_news == 0 ? entry_is_unknown(batch->desk->db, row->id, error) : 0;

    if (has_news < 0 || is_unknown < 0)
        return -1;
    if (has_news == 1)
        return hold_row(batch, row, error);
    return end_row(batch, row, is_unknown ? "unknown" : "withheld",
                   is_unknown ? "nobody knows whether Braze has done it, and it is not repeated"
                              : "what was to be written is there already",
                   error);
}

static size_t room_in(const struct batch *batch)
{
    return TRACK_OBJECTS_MAX - (size_t)(batch->call->attribute_count + batch->call->event_count);
}

static int place_load(struct batch *batch, const struct outbox_track_row *row, const struct track_load *load,
                      struct error *error)
{
    struct buf object = { 0 };
    struct error refusal = { 0 };
    int result;

    if (load->attributes.len == 0 && load->event_count == 0) {
        result = end_empty(batch, row, error);
    } else if (track_load_format(load, &object, &refusal) != 0) {
        result = refuse_row(batch, row, buf_text(&load->addressee), refusal.text, error);
    } else if (batch->call->count > 0 &&
               batch->attributes.len + batch->events.len + object.len + load->events.len > TRACK_BODY_MAX) {
        batch->is_full = true;
        result = entry_return(batch->desk->db, row->id, error);
    } else {
        result = take_row(batch, row, load, &object, error);
        batch->is_full = room_in(batch) == 0;
    }
    buf_release(&object);
    return result;
}

/* A clock that was set back makes nobody wait. */
static bool is_too_close(const struct batch *batch, const struct outbox_track_row *row)
{
    return row->noted_at <= batch->now && batch->now - row->noted_at < TRACK_APART_MS;
}

static int place_row(struct batch *batch, const struct outbox_track_row *row, struct error *error)
{
    struct db *db = batch->desk->db;
    struct track_load load = { 0 };
    struct error refusal = { 0 };
    int rides = profile_rides(db, row->contact, error), result;

    if (rides != 0)
        return rides < 0 ? -1 : hold_row(batch, row, error);
    if (is_too_close(batch, row))
        return hold_until(batch, row, row->noted_at + TRACK_APART_MS, "another request about the customer comes first", error);
    result = profile_addressee(db, row->contact, &load.addressee, error);
    if (result == 0)
        result = profile_ripen(db, row->contact, batch->now + SUBSCRIPTION_PAUSE_MS, error);
    if (result != 0 || has_addressee(batch, buf_text(&load.addressee))) {
        /* Two contacts by one address: the second goes with the next call. */
    } else if (track_check(buf_text(&load.addressee), &refusal) != 0) {
        result = refuse_row(batch, row, buf_text(&load.addressee), refusal.text, error);
    } else {
        result = track_load_gather(&load, db, row, room_in(batch), batch->now, error);
        if (result == 0)
            result = place_load(batch, row, &load, error);
    }
    track_load_release(&load);
    return result;
}

static int place_apart(struct batch *batch, const struct outbox_track_row *row, struct error *error)
{
    struct apart_row aside = { row->id, row->contact, "dead" };

    if (apart_begin(batch->desk, error) != 0)
        return -1;
    return apart_end_row(batch->desk, place_row(batch, row, error), "writing into a profile by outbox row", &aside, batch->now,
                         error);
}

static int place_rows(struct batch *batch, const struct outbox_track_row *rows, size_t count, struct error *error)
{
    bool is_alone = rows[0].is_single;

    for (size_t i = 0; i < count && !batch->is_full; i++) {
        if (i > 0 && (is_alone || rows[i].is_single))
            continue;
        if (place_apart(batch, &rows[i], error) != 0)
            return -1;
    }
    return 0;
}

static void finish(struct batch *batch, int result, struct call **tail)
{
    struct call *call = batch->call;

    for (size_t i = 0; i < call->count; i++)
        free(batch->addressees[i]);
    if (result == 0 && call->count > 0) {
        batch->desk->tracked_at = batch->now;
        track_format(&batch->attributes, &batch->events, &call->body);
        *tail = call;
    } else {
        call_free(call);
    }
    buf_release(&batch->attributes);
    buf_release(&batch->events);
}

static int make_call(struct desk *desk, int64_t now, const struct outbox_track_row *rows, size_t count, bool is_probe,
                     struct call **tail, struct error *error)
{
    struct batch *batch = alloc_new(sizeof *batch);
    int result;

    batch->desk = desk;
    batch->now = now;
    batch->call = alloc_new(sizeof *batch->call);
    batch->call->path = TRACK_PATH;
    batch->call->is_track = true;
    batch->call->started_at = now;
    result = place_rows(batch, rows, count, error);
    if (result == 0 && is_probe && batch->call->count > 0)
        result = health_probe(&desk->health, desk->db, TRACK_PATH, "", now, error);
    finish(batch, result, tail);
    free(batch);
    return result;
}

/* When it may go: now is 0. The trial of a workspace that is not well belongs to the replies, as long as one is out. */
static int64_t blocked_until(const struct desk *desk, int64_t now, bool is_busy, bool *is_probe)
{
    int64_t until = health_block_track(&desk->health, now, is_probe);

    if (until == 0 && is_busy && !health_is_well(&desk->health, ""))
        return INT64_MAX;
    return until;
}

/*
 * When a call is worth while: with a full batch at once, otherwise not so soon behind the one before. So what comes alone
 * leaves alone, and ten thousand conversations that end together leave in full batches. INT64_MAX: there is nothing.
 */
static int worth_while_at(struct desk *desk, int64_t now, int64_t *at, struct error *error)
{
    int64_t full_at, quiet_at = desk->tracked_at <= now ? desk->tracked_at + QUIET_MS : now;
    bool is_single;

    if (outbox_track_next_due(desk->db, 1, at, &is_single, error) != 0)
        return -1;
    if (*at >= quiet_at || is_single)
        return 0;
    if (outbox_track_next_due(desk->db, TRACK_OBJECTS_MAX, &full_at, NULL, error) != 0)
        return -1;
    *at = full_at < quiet_at ? full_at : quiet_at;
    return 0;
}

int dispatch_track_claim(struct desk *desk, int64_t now, bool is_busy, struct call **tail, struct error *error)
{
    struct outbox_track_row rows[TRACK_OBJECTS_MAX];
    int64_t at;
    size_t count;
    bool is_probe;

    if (!desk->may_track || desk->is_pressed || blocked_until(desk, now, is_busy, &is_probe) != 0)
        return 0;
    if (worth_while_at(desk, now, &at, error) != 0)
        return -1;
    if (at > now)
        return 0;
    if (outbox_track_due(desk->db, now, is_probe ? 1 : TRACK_OBJECTS_MAX, rows, &count, error) != 0)
        return -1;
    return count > 0 ? make_call(desk, now, rows, count, is_probe, tail, error) : 0;
}

int dispatch_track_next(struct desk *desk, int64_t now, bool is_busy, int64_t *at, struct error *error)
{
    bool is_probe;
    int64_t until;

    *at = INT64_MAX;
    if (!desk->may_track)
        return 0;
    if (worth_while_at(desk, now, at, error) != 0)
        return -1;
    if (*at == INT64_MAX) {
        desk->may_track = false; /* none is under way either, says the caller */
        return 0;
    }
    until = blocked_until(desk, now, is_busy, &is_probe);
    *at = chores_allow(desk, until > *at ? until : *at);
    return 0;
}
