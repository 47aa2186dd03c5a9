/*
 * dispatch_track: see the header.
 *
 * The rows of one look are the 75 that have waited longest. A row that has to go alone (its batches were refused, or came
 * to grief twice) goes alone when it is the first; else it waits for its turn. What a row carries is put together here,
 * at the claim, in the transaction that claims.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "braze/track.h"
#include "desk/dispatch_track.h"
#include "store/outbox_track.h"
#include "store/profile.h"

_Static_assert((int)CALL_ROWS_MAX >= (int)TRACK_OBJECTS_MAX, "a call has room for all objects");

struct batch {
    struct desk *desk;
    int64_t now;
    struct call *call;
    struct buf objects;
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

static int take_row(struct batch *batch, const struct outbox_track_row *row, const char *addressee,
                    const char *attributes, struct error *error)
{
    struct call *call = batch->call;

    if (outbox_track_claim(batch->desk->db, row->id, addressee, attributes, error) != 0 ||
        profile_send(batch->desk->db, row->contact, addressee, row->id, attributes, error) != 0)
        return -1;
    batch->addressees[call->count] = alloc_text(addressee);
    call->rows[call->count++] = (struct call_row){
        row->id, row->contact, row->conversation, 0, row->failures, row->is_ambiguous,
    };
    return 0;
}

/* Who cannot be told of has his row ended, and what he should have waits for another id. */
static int refuse_row(struct batch *batch, const struct outbox_track_row *row, const char *addressee,
                      const char *reason, struct error *error)
{
    if (profile_give_up(batch->desk->db, row->contact, addressee, row->id, error) != 0)
        return -1;
    return end_row(batch, row, "dead", reason, error);
}

static int place_object(struct batch *batch, const struct outbox_track_row *row, const char *addressee,
                        const char *attributes, struct error *error)
{
    struct track_object object = { addressee, attributes };
    struct buf json = { 0 };
    struct error refusal = { 0 };
    int result = 0;

    if (track_format_object(&object, &json, &refusal) != 0) {
        result = refuse_row(batch, row, addressee, refusal.text, error);
    } else if (batch->call->count > 0 && batch->objects.len + json.len > TRACK_BODY_MAX) {
        batch->is_full = true;
    } else {
        if (batch->objects.len > 0)
            buf_add_char(&batch->objects, ',');
        buf_add(&batch->objects, json.data, json.len);
        result = take_row(batch, row, addressee, attributes, error);
    }
    buf_release(&json);
    return result;
}

static int place_row(struct batch *batch, const struct outbox_track_row *row, struct error *error)
{
    struct buf addressee = { 0 }, attributes = { 0 };
    size_t count = 0;
    int result = profile_addressee(batch->desk->db, row->contact, &addressee, error);

    /* Two contacts by one address: the second goes with the next call. */
    if (result == 0 && !has_addressee(batch, buf_text(&addressee))) {
        result = profile_news(batch->desk->db, row->contact, buf_text(&addressee), &attributes, &count, error);
        if (result == 0 && count == 0)
            result = end_row(batch, row, "withheld", "what was to be written is there already", error);
        else if (result == 0)
            result = place_object(batch, row, buf_text(&addressee), buf_text(&attributes), error);
    }
    buf_release(&addressee);
    buf_release(&attributes);
    return result;
}

static int place_rows(struct batch *batch, const struct outbox_track_row *rows, size_t count, struct error *error)
{
    bool is_alone = rows[0].is_single;

    for (size_t i = 0; i < count && !batch->is_full; i++) {
        if (i > 0 && (is_alone || rows[i].is_single))
            continue;
        if (place_row(batch, &rows[i], error) != 0)
            return -1;
    }
    return 0;
}

static void finish(struct batch *batch, struct call **tail)
{
    struct call *call = batch->call;

    for (size_t i = 0; i < call->count; i++)
        free(batch->addressees[i]);
    if (call->count > 0) {
        track_format(&batch->objects, &call->body);
        *tail = call;
    } else {
        call_free(call);
    }
    buf_release(&batch->objects);
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
    finish(batch, tail);
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

int dispatch_track_claim(struct desk *desk, int64_t now, bool is_busy, struct call **tail, struct error *error)
{
    struct outbox_track_row rows[TRACK_OBJECTS_MAX];
    size_t count;
    bool is_probe;

    if (!desk->may_track || blocked_until(desk, now, is_busy, &is_probe) != 0)
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
    if (outbox_track_next_due(desk->db, at, error) != 0)
        return -1;
    if (*at == INT64_MAX) {
        desk->may_track = false; /* none is under way either, says the caller */
        return 0;
    }
    until = blocked_until(desk, now, is_busy, &is_probe);
    if (until > *at)
        *at = until;
    return 0;
}

void dispatch_track_put_off(const struct answer *answer, int64_t now, struct outbox_again *again)
{
    bool may_be_applied = answer->class == ANSWER_AMBIGUOUS || answer->class == ANSWER_NOT_DONE;

    if (may_be_applied && again->due_at < now + TRACK_APART_MS)
        again->due_at = now + TRACK_APART_MS;
}

int dispatch_track_end(struct desk *desk, const struct call_row *row, const char *fate, int64_t now,
                       struct error *error)
{
    int result = 0;

    if (strcmp(fate, "accepted") == 0)
        result = profile_accept(desk->db, row->contact, row->outbox, now, error);
    else if (strcmp(fate, "dead") == 0)
        result = profile_refuse(desk->db, row->contact, row->outbox, error);
    desk->may_track = true;
    if (result != 0)
        return -1;
    return outbox_track_queue(desk->db, row->contact, row->conversation, TRACK_APART_MS, now, NULL, error);
}
