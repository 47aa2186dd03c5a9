/*
 * dispatch: see the header.
 *
 * One look at the outbox brings up to 50 due rows. Each passes the clearance gate; what may not go is settled
 * on the spot. The rest is grouped by what one request can carry: the same campaign row (for /messages/send
 * also the same message to the letter). A row whose lane is stopped is put off to the lane's next probe, which takes it out of
 * the way of the others, and a notice out of that of the same customer's texts. When all rows of a look were settled or put
 * off, another look follows, a bounded number of times per round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "desk/apart.h"
#include "desk/clearance.h"
#include "desk/dispatch.h"
#include "desk/dispatch_private.h"
#include "desk/dispatch_track.h"
#include "desk/health.h"
#include "desk/parcel.h"
#include "desk/rider.h"
#include "store/outbox.h"

enum { LOOKS_MAX = 8 };

struct group {
    const struct campaign *campaign;
    struct parcel *parcels[SEND_RECIPIENTS_MAX];
    size_t count;
    bool is_closed; /* takes no further row: single, or a probe */
    bool is_probe;  /* of a stopped lane */
};

struct round {
    struct desk *desk;
    int64_t now;
    int slots;
    bool is_trial;
    struct outbox_row rows[SEND_RECIPIENTS_MAX];
    size_t row_count;
    struct parcel parcels[SEND_RECIPIENTS_MAX]; /* of those that may go */
    size_t parcel_count;
    struct group groups[SEND_RECIPIENTS_MAX];
    size_t group_count;
    size_t moved; /* rows settled or put off: reason for another look */
    struct call **tail;
};

void call_free(struct call *call)
{
    while (call != NULL) {
        struct call *next = call->next;

        buf_release(&call->body);
        free(call);
        call = next;
    }
}

/* Groups */

static enum send_carrier carrier_of(const struct campaign *campaign)
{
    return campaign->campaign_id != NULL ? CARRIER_CAMPAIGN
           : campaign->canvas_id != NULL ? CARRIER_CANVAS
                                         : CARRIER_MESSAGE;
}

static bool same_address(const struct outbox_row *a, const struct outbox_row *b)
{
    return strcmp(a->address_kind, b->address_kind) == 0 && strcmp(a->address, b->address) == 0;
}

static bool takes(const struct group *group, const struct campaign *campaign, const struct parcel *parcel)
{
    if (group->campaign != campaign || group->is_closed || group->count == SEND_RECIPIENTS_MAX)
        return false;
    if (carrier_of(campaign) == CARRIER_MESSAGE && !parcel_is_same(group->parcels[0], parcel))
        return false;
    /* Braze sends one message to a user who is named twice in a request. */
    for (size_t i = 0; i < group->count; i++)
        if (same_address(group->parcels[i]->row, parcel->row))
            return false;
    return true;
}

static void join_group(struct round *round, const struct campaign *campaign, const struct outbox_row *row,
                       bool is_alone, bool is_probe)
{
    struct parcel *parcel = &round->parcels[round->parcel_count++];
    struct group *group = NULL;

    parcel_pack(parcel, round->desk->rules, row, campaign);
    for (size_t i = 0; i < round->group_count && group == NULL && !is_alone; i++)
        if (takes(&round->groups[i], campaign, parcel))
            group = &round->groups[i];
    if (group == NULL) {
        group = &round->groups[round->group_count++];
        *group = (struct group){ .campaign = campaign, .is_closed = is_alone, .is_probe = is_probe };
    }
    group->parcels[group->count++] = parcel;
}

static int put_off(struct round *round, const struct outbox_row *row, int64_t until, struct error *error)
{
    struct outbox_again again = {
        .id = row->id,
        .due_at = until,
        .failures = row->failures,
        .is_single = row->is_single,
        .is_ambiguous = row->is_ambiguous,
        .reason = DISPATCH_LANE_STOPPED,
    };

    round->moved++;
    return dispatch_go_later(round->desk, &again, row->contact, round->now, error);
}

static int settle_uncleared(struct round *round, const struct outbox_row *row, enum clearance clearance,
                            const char *reason, struct error *error)
{
    round->moved++;
    return dispatch_end_text(round->desk, row->id, row->contact, row->turn, clearance_state(clearance), reason, round->now,
                             error);
}

static int place_row(struct round *round, const struct outbox_row *row, struct error *error)
{
    struct health *health = &round->desk->health;
    const struct campaign *campaign = NULL;
    struct buf reason = { 0 };
    bool is_probe;
    int64_t until;
    enum clearance clearance = clearance_of(round->desk->rules, row, round->now, &campaign, &reason);
    int result;

    if (clearance != CLEARANCE_SEND) {
        result = settle_uncleared(round, row, clearance, buf_text(&reason), error);
        buf_release(&reason);
        return result;
    }
    until = health_block(health, round->now, send_path(carrier_of(campaign)), campaign->name, &is_probe);
    if (until != 0)
        return put_off(round, row, until, error);
    join_group(round, campaign, row, row->is_single || is_probe || round->is_trial, is_probe);
    return 0;
}

static int place_apart(struct round *round, const struct outbox_row *row, struct error *error)
{
    struct desk *desk = round->desk;

    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end_row(desk, place_row(round, row, error), "looking at outbox row",
                         &(struct apart_row){ row->id, row->contact, "dead" }, round->now, error);
}

/* Calls */

static int format_call(const struct group *group, struct call *call, struct error *error)
{
    struct send_recipient recipients[SEND_RECIPIENTS_MAX];
    const struct campaign *campaign = group->campaign;
    struct send_target target = {
        .carrier = carrier_of(campaign),
        .campaign_id = campaign->campaign_id != NULL ? campaign->campaign_id : campaign->canvas_id,
        .app_id = campaign->app_id,
        .subscription_group_id = campaign->subscription_group_id,
        .text_property = campaign->text_property,
        .is_template = campaign->layout == LAYOUT_TEMPLATE,
    };

    for (size_t i = 0; i < group->count; i++)
        recipients[i] = parcel_recipient(group->parcels[i]);
    call->path = send_path(target.carrier);
    snprintf(call->campaign, sizeof call->campaign, "%s", campaign->name);
    return send_format(&target, recipients, group->count, &call->body, error);
}

static int gather_riders(struct round *round, const struct group *group, struct error *error)
{
    enum send_carrier carrier = carrier_of(group->campaign);

    for (size_t i = 0; i < group->count; i++) {
        struct parcel *parcel = group->parcels[i];

        if (rider_gather(round->desk, parcel->row, carrier, round->now, &parcel->attributes, error) != 0)
            return -1;
    }
    return 0;
}

static int claim_rows(struct round *round, const struct group *group, struct call *call, struct error *error)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct parcel *parcel = group->parcels[i];
        const struct outbox_row *row = parcel->row;

        call->rows[call->count++] = (struct call_row){
            .outbox = row->id,
            .contact = row->contact,
            .conversation = row->conversation,
            .turn = row->turn,
            .failures = row->failures,
            .is_ambiguous = row->is_ambiguous,
            .has_riders = parcel->attributes.len > 0,
            .attributes_at = -1,
        };
        if (outbox_claim(round->desk->db, row->id, call->campaign, error) != 0 ||
            (parcel->attributes.len > 0 && rider_claim(round->desk, row, &parcel->attributes, error) != 0))
            return -1;
    }
    return 0;
}

static int give_up_row(struct round *round, const struct outbox_row *row, bool is_of_batch, const char *reason,
                       struct error *error)
{
    struct outbox_again again = { .id = row->id,
                                  .due_at = round->now,
                                  .failures = row->failures,
                                  .is_single = true,
                                  .is_ambiguous = row->is_ambiguous,
                                  .reason = reason };

    if (is_of_batch)
        return outbox_retry(round->desk->db, &again, error);
    return dispatch_end_text(round->desk, row->id, row->contact, row->turn, "dead", reason, round->now, error);
}

/* A request that we cannot even write is nobody's to retry: of a batch the rows go singly, a single row is
 * dead. */
static int give_up_group(struct round *round, const struct group *group, const char *reason,
                         struct error *error)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct outbox_row *row = group->parcels[i]->row;

        if (apart_begin(round->desk, error) != 0 ||
            apart_end_row(round->desk, give_up_row(round, row, group->count > 1, reason, error), "giving up outbox row",
                          &(struct apart_row){ row->id, row->contact, "dead" }, round->now, error) != 0)
            return -1;
    }
    return 0;
}

/* Only one probe at a time: the rows of a second one wait for its answer. */
static int begin_probe(struct round *round, const struct group *group, bool *is_mine, struct error *error)
{
    struct health *health = &round->desk->health;
    const char *path = send_path(carrier_of(group->campaign)), *name = group->campaign->name;
    bool is_probe;
    int64_t until = health_block(health, round->now, path, name, &is_probe);

    *is_mine = until == 0;
    if (until != 0)
        return put_off(round, group->parcels[0]->row, until, error);
    return health_probe(health, round->desk->db, path, name, round->now, error);
}

static int make_call(struct round *round, const struct group *group, struct error *error)
{
    struct call *call = alloc_new(sizeof *call);
    struct error refusal = { 0 };
    bool is_mine = true;
    int result = group->is_probe ? begin_probe(round, group, &is_mine, error) : 0;

    if (result == 0 && is_mine)
        result = gather_riders(round, group, error);
    if (result != 0 || !is_mine) {
        call_free(call);
        return result;
    }
    call->started_at = round->now;
    if (format_call(group, call, &refusal) != 0) {
        call_free(call);
        return give_up_group(round, group, refusal.text, error);
    }
    if (claim_rows(round, group, call, error) != 0) {
        call_free(call);
        return -1;
    }
    health_count_call(&round->desk->health, round->now);
    round->slots--;
    *round->tail = call;
    round->tail = &call->next;
    return 0;
}

/* Which of a batch cannot leave is not known: each goes alone in the next look. */
static int make_call_apart(struct round *round, const struct group *group, struct error *error)
{
    int64_t id = group->parcels[0]->row->id, now = round->now;
    int ended = apart_begin(round->desk, error);

    if (ended == 0)
        ended = apart_end(round->desk, make_call(round, group, error), "sending outbox row", id, now, error);
    return ended == 1 ? give_up_group(round, group, APART_ROW_FAILED, error) : ended;
}

static int make_calls(struct round *round, bool probes, struct error *error)
{
    int result = 0;

    for (size_t i = 0; i < round->group_count && result == 0 && round->slots > 0; i++)
        if (round->groups[i].is_probe == probes)
            result = make_call_apart(round, &round->groups[i], error);
    return result;
}

/* Probes first: behind the rest they would never get a slot under load, and a lane would stay stopped. */
static int look(struct round *round, struct error *error)
{
    size_t max = round->is_trial ? 1 : SEND_RECIPIENTS_MAX;
    int result;

    round->row_count = round->parcel_count = round->group_count = round->moved = 0;
    result = outbox_due(round->desk->db, round->now, max, round->rows, &round->row_count, error);
    for (size_t i = 0; i < round->row_count && result == 0; i++)
        result = place_apart(round, &round->rows[i], error);
    if (result == 0)
        result = make_calls(round, true, error);
    if (result == 0)
        result = make_calls(round, false, error);
    for (size_t i = 0; i < round->parcel_count; i++)
        parcel_release(&round->parcels[i]);
    for (size_t i = 0; i < round->row_count; i++)
        outbox_row_release(&round->rows[i]);
    return result;
}

/* Replies do not wait for profiles, neither where those cannot be written. */
static int claim_track(struct round *round, bool is_busy, struct error *error)
{
    struct desk *desk = round->desk;

    if (apart_rests(desk, STEP_CLAIM_TRACKS, round->now))
        return 0;
    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end_step(desk, STEP_CLAIM_TRACKS, dispatch_track_claim(desk, round->now, is_busy, round->tail, error),
                          round->now, error);
}

int dispatch_claim(struct desk *desk, int64_t now, int under_way, struct call **calls, struct error *error)
{
    struct round *round = alloc_new(sizeof *round);
    int tracks = dispatch_track_under_way(desk, error), result = tracks < 0 ? -1 : 0;

    *calls = NULL;
    round->desk = desk;
    round->now = now;
    round->tail = calls;
    round->slots = health_slots(&desk->health, now, under_way - tracks,
                                ruleset_setting_number(desk->rules, "calls_in_flight"),
                                ruleset_setting_number(desk->rules, "calls_per_hour"), &round->is_trial);
    for (int looks = 0; looks < LOOKS_MAX && round->slots > 0 && result == 0; looks++) {
        result = look(round, error);
        if (round->moved == 0 && round->row_count < SEND_RECIPIENTS_MAX)
            break;
    }
    if (result == 0 && tracks == 0)
        result = claim_track(round, under_way > 0 || *calls != NULL, error);
    if (result != 0) {
        call_free(*calls);
        *calls = NULL;
    }
    free(round);
    return result;
}

int dispatch_next(struct desk *desk, int64_t now, int under_way, int64_t *at, struct error *error)
{
    bool is_trial;
    int64_t until = health_wait_until(&desk->health, now,
                                      ruleset_setting_number(desk->rules, "calls_per_hour"));
    int tracks = dispatch_track_under_way(desk, error);
    int64_t track_at = INT64_MAX;

    if (tracks < 0 || outbox_next_due(desk->db, at, error) != 0)
        return -1;
    if (*at != INT64_MAX && until > *at)
        *at = until;
    /* Without a free slot nothing may leave before an answer comes, and that wakes the loop by itself. */
    if (until == 0 &&
        health_slots(&desk->health, now, under_way - tracks,
                     ruleset_setting_number(desk->rules, "calls_in_flight"),
                     ruleset_setting_number(desk->rules, "calls_per_hour"), &is_trial) == 0)
        *at = INT64_MAX;
    if (tracks == 0 && dispatch_track_next(desk, now, under_way > 0, &track_at, error) != 0)
        return -1;
    track_at = apart_allow(desk, STEP_CLAIM_TRACKS, track_at);
    if (tracks == 0 && track_at < *at)
        *at = track_at;
    return 0;
}
