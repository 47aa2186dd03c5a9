/*
 * dispatch_settle: the answers' half of desk/dispatch.h. Each row of a call has a fate of its own: what Braze named is told apart
 * from its neighbours, and what the answer leaves open goes on alone.
 */
#include <string.h>

#include "desk/apart.h"
#include "desk/dispatch.h"
#include "desk/dispatch_private.h"
#include "desk/handover.h"
#include "desk/health.h"
#include "desk/rider.h"
#include "desk/track_fate.h"
#include "store/outbox.h"

const char DISPATCH_LANE_STOPPED[] = "its lane is stopped; see frontdesk status";

int dispatch_go_later(struct desk *desk, const struct outbox_again *again, int64_t contact, int64_t now, struct error *error)
{
    if (outbox_retry(desk->db, again, error) != 0)
        return -1;
    return again->due_at > now ? outbox_give_way(desk->db, contact, now, error) : 0;
}

int dispatch_end_text(struct desk *desk, int64_t outbox, int64_t contact, int64_t turn, const char *state, const char *reason,
                      int64_t now, struct error *error)
{
    bool is_lost = strcmp(state, "accepted") != 0 && strcmp(state, "held") != 0;

    if (outbox_settle(desk->db, outbox, contact, turn, state, reason, now, error) != 0)
        return -1;
    return is_lost ? handover_lost(desk, outbox, now, error) : 0;
}

static bool is_named(const struct answer *answer, size_t index)
{
    for (size_t i = 0; i < answer->bad_count; i++)
        if (answer->bad_index[i] == (int)index)
            return true;
    return false;
}

static bool names_somebody(const struct answer *answer, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_named(answer, i))
            return true;
    return false;
}

void dispatch_suspect(const struct call *call, const struct call_row *row, const struct answer *answer, int64_t now,
                      uint32_t random, struct outbox_again *again)
{
    int64_t wait_ms = answer_target_delay_ms(row->failures + 1, random);

    again->failures = row->failures + 1;
    again->is_single = again->failures > 1;
    if (again->is_single && call->count == 1)
        again->due_at = now + (wait_ms > answer->wait_ms ? wait_ms : answer->wait_ms);
}

/* What is wrong with the named ones is no word about the others. */
static const char *reason_of(const struct call *call, size_t index, const struct answer *answer)
{
    return names_somebody(answer, call->count) && !is_named(answer, index) ? "" : answer->problem;
}

/* The fate of one row: a final state, or NULL to try again as *again says. */
static const char *fate_of(const struct call *call, size_t index, const struct answer *answer, int64_t now,
                           uint32_t random, struct outbox_again *again)
{
    const struct call_row *row = &call->rows[index];

    *again = (struct outbox_again){ .id = row->outbox,
                                    .due_at = now,
                                    .failures = row->failures,
                                    .is_single = false,
                                    .is_ambiguous = row->is_ambiguous,
                                    .reason = answer->problem };
    switch (answer->class) {
    case ANSWER_ACCEPTED: return "accepted";
    case ANSWER_ACCEPTED_BUT:
        if (names_somebody(answer, call->count))
            return is_named(answer, index) ? "dead" : "accepted";
        /* A notice is about all of them. Else, of a batch nobody knows who is meant; of one row it is clear.
         */
        return call->count == 1 || answer->is_notice ? "dead" : "unknown";
    case ANSWER_REFUSED: again->is_single = true; return call->count == 1 ? "dead" : NULL;
    case ANSWER_AMBIGUOUS:
        again->is_ambiguous = true;
        again->is_single = true; /* whoever hangs a batch shall not do it to the same neighbours twice */
        again->failures = row->failures + 1;
        again->due_at = now + answer_row_delay_ms(again->failures, random);
        return row->is_ambiguous ? "unknown" : NULL;
    case ANSWER_NOT_DONE: dispatch_suspect(call, row, answer, now, random, again); break;
    case ANSWER_NOT_SENT:
    case ANSWER_LATER:
    case ANSWER_STOPPED: break;
    }
    return NULL;
}

/* Itself, and not as one of many? */
static bool is_refused(const struct call *call, size_t index, const struct answer *answer)
{
    if (answer->class == ANSWER_ACCEPTED_BUT)
        return is_named(answer, index) || (call->count == 1 && !answer->is_notice);
    return answer->class == ANSWER_REFUSED && call->count == 1;
}

static int go_without_riders(struct desk *desk, const struct call_row *row, const struct answer *answer, int64_t now,
                             struct error *error)
{
    struct outbox_again again = {
        .id = row->outbox,
        .due_at = now,
        .failures = row->failures,
        .is_single = true,
        .is_ambiguous = row->is_ambiguous,
        .reason = answer->problem,
    };

    return rider_refuse(desk, row, answer->problem, now, error) == 0 ? outbox_retry(desk->db, &again, error) : -1;
}

/* `status`: of the answer, for what may be behind a 5xx (desk/track_fate.h). */
static int settle_riders(struct desk *desk, const struct call *call, const struct call_row *row, const struct answer *answer,
                         int status, const char *fate, int64_t now, struct error *error)
{
    bool is_doubtful = answer->class == ANSWER_ACCEPTED_BUT || answer->class == ANSWER_AMBIGUOUS ||
                       (answer->class == ANSWER_NOT_DONE && (status == 500 || status == 504));

    if (fate != NULL && strcmp(fate, "accepted") == 0)
        return rider_accept(desk, call, row, now, error);
    return is_doubtful ? rider_doubt(desk, row, now, error) : 0;
}

static int settle_row(struct desk *desk, const struct call *call, size_t index, const struct answer *answer,
                      int status, int64_t took_ms, int64_t now, struct error *error)
{
    const struct call_row *row = &call->rows[index];
    struct attempt attempt = {
        .outbox = row->outbox,
        .at = call->started_at,
        .took_ms = took_ms,
        .class = answer_class_name(answer->class),
        .dispatch_id = answer->dispatch_id,
        .request_id = answer->request_id,
        .reason = answer->problem,
        .status = status,
        .batch = call->count,
    };
    struct outbox_again again;
    const char *fate;

    if (attempt_put(desk->db, &attempt, error) != 0)
        return -1;
    if (call->is_track)
        return track_fate_settle(desk, call, row, answer, status, now, error);
    if (row->has_riders && is_refused(call, index, answer))
        return go_without_riders(desk, row, answer, now, error);
    fate = fate_of(call, index, answer, now, desk_random(desk), &again);
    if (row->has_riders && settle_riders(desk, call, row, answer, status, fate, now, error) != 0)
        return -1;
    if (fate == NULL)
        return dispatch_go_later(desk, &again, row->contact, now, error);
    return dispatch_end_text(desk, row->outbox, row->contact, row->turn, fate, reason_of(call, index, answer), now, error);
}

/* What was accepted stays accepted; else nobody knows, or it can be sent once more by hand. */
static const char *state_aside(const struct answer *answer)
{
    switch (answer->class) {
    case ANSWER_ACCEPTED: return "accepted";
    case ANSWER_ACCEPTED_BUT:
    case ANSWER_AMBIGUOUS: return "unknown";
    default: return "dead";
    }
}

static int settle_apart(struct desk *desk, const struct call *call, size_t index, const struct answer *answer, int status,
                        int64_t took_ms, int64_t now, struct error *error)
{
    struct apart_row row = { call->rows[index].outbox, call->rows[index].contact, state_aside(answer) };

    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end_row(desk, settle_row(desk, call, index, answer, status, took_ms, now, error),
                         "entering the end of a call to Braze, of outbox row", &row, now, error);
}

/* Each would leave in its own time anyway. */
static int let_go(struct desk *desk, int64_t now, struct error *error)
{
    static const char WHAT[] = "letting go at once what a lane had put off";

    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end(desk, outbox_pull(desk->db, DISPATCH_LANE_STOPPED, now, error), WHAT, 0, now, error) < 0 ? -1 : 0;
}

int dispatch_settle(struct desk *desk, const struct call *call, const struct answer *answer, int status,
                    int64_t took_ms, int64_t now, struct error *error)
{
    bool is_suspect = call->count == 1 && call->rows[0].failures > 1 &&
                      (answer->class == ANSWER_NOT_DONE || (call->is_track && answer->class == ANSWER_AMBIGUOUS));
    bool has_reopened = false;

    /* While all others get through, a single row that keeps failing says nothing about Braze. */
    if (!(is_suspect && health_is_well(&desk->health, call->path)) &&
        health_note(&desk->health, desk->db, answer, call->path, call->campaign, now, desk_random(desk),
                    &has_reopened, error) != 0)
        return -1;
    for (size_t i = 0; i < call->count; i++)
        if (settle_apart(desk, call, i, answer, status, took_ms, now, error) != 0)
            return -1;
    return has_reopened ? let_go(desk, now, error) : 0;
}

/* Backends that fail for a while have others to answer for them: no customer of theirs waits for a trial at each start. */
static bool is_mendable(const struct lane *lane, bool is_start)
{
    bool is_of_braze = strncmp(lane->name, "braze", 5) == 0;

    return strcmp(lane->state, "stopped") == 0 || (is_start && is_of_braze && strcmp(lane->state, "backing_off") == 0);
}

int dispatch_retry_mended(struct desk *desk, bool is_start, int64_t now, struct error *error)
{
    bool has_one = false;

    for (size_t i = 0; i < desk->health.count; i++) {
        struct lane again = desk->health.lanes[i];

        if (!is_mendable(&again, is_start) || again.until_at <= now)
            continue;
        again.until_at = now;
        again.is_probing = false;
        if (health_worsen(&desk->health, desk->db, &again, now, error) != 0)
            return -1;
        desk->may_track = has_one = true;
    }
    return has_one ? outbox_pull(desk->db, DISPATCH_LANE_STOPPED, now, error) : 0;
}
