/*
 * upkeep: see the header. A timer is taken off the list and put back for its next time in the same
 * transaction; when there was more to do than one step takes, its next time is now.
 */
#include <string.h>

#include "base/log.h"
#include "desk/apart.h"
#include "desk/chores.h"
#include "desk/consult.h"
#include "desk/erasure.h"
#include "desk/flow_turn.h"
#include "desk/handover.h"
#include "desk/idle.h"
#include "desk/notify.h"
#include "desk/parting.h"
#include "desk/retention.h"
#include "desk/service.h"
#include "desk/upkeep.h"
#include "store/agent_call.h"
#include "store/consult_row.h"
#include "store/cooldown.h"
#include "store/defect.h"
#include "store/message.h"
#include "store/notify_row.h"
#include "store/outbox.h"
#include "store/parting.h"
#include "store/run_row.h"
#include "store/service_call.h"
#include "store/timer.h"

enum {
    STEP_MAX = 500,
    ORPHANS_MAX = 20,
    TIMERS_PER_ROUND = 8,
    FORGET_EVERY_MS = 3600 * 1000,
    EXPIRE_EVERY_MS = 10 * 1000,
    SOON_MS = 50,
    SERVICE_LONGEST_MS = 2 * 60 * 1000, /* the longest deadline of a service */
    CONSULT_LONGEST_MS = 5 * 60 * 1000, /* and of a turn that a backend answers */
    LONGEST_MS = 3600 * 1000, /* no row and no timer waits longer by itself */
};

static const int64_t COOLDOWN_MAX_MS = (int64_t)365 * 24 * 3600 * 1000;

static int forget(struct desk *desk, int64_t now, int64_t *next, struct error *error)
{
    int64_t dropped = seen_forget(desk->db, now - SEEN_KEPT_MS, STEP_MAX, error);

    int64_t rested = dropped < 0 ? -1 : cooldown_forget(desk->db, now, STEP_MAX, error);
    int64_t asked = rested < 0 ? -1 : agent_call_forget(desk->db, now - SEEN_KEPT_MS, STEP_MAX, error);

    if (asked >= 0 && late_forget(&desk->late, desk->db, error) != 0)
        asked = -1;
    *next = now + (dropped == STEP_MAX || rested == STEP_MAX || asked == STEP_MAX ? SOON_MS : FORGET_EVERY_MS);
    return asked < 0 ? -1 : 0;
}

static int tell_lost(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end(desk, handover_lost(desk, outbox, now, error), "telling a colleague of the loss of outbox row", outbox, now,
                     error) < 0 ? -1 : 0;
}

static int end_row(struct desk *desk, const struct outbox_brief *row, const char *state, const char *reason, int64_t now,
                   struct error *error)
{
    const struct apart_row aside = { row->id, row->contact, state };

    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end_row(desk, outbox_settle(desk->db, row->id, row->contact, row->turn, state, reason, now, error),
                         "ending outbox row", &aside, now, error);
}

static int end_orphans(struct desk *desk, int64_t now, struct error *error)
{
    static const char WHAT[] = "finding what belongs to outbox row";
    struct outbox_brief row = { 0 };
    int found = 1;

    for (int i = 0; i < ORPHANS_MAX && found == 1; i++) {
        found = outbox_orphan(desk->db, &row.id, error);
        if (found != 1)
            break;
        log_error("thing_failed", log_text("what", WHAT), log_int("id", row.id), log_text("reason", APART_ROW_FAILED));
        if (defect_note(desk->db, WHAT, row.id, "the row is missing; this one is dead", now, error) != 0 ||
            end_row(desk, &row, "dead", APART_ROW_FAILED, now, error) != 0)
            return -1;
    }
    return found < 0 ? -1 : 0;
}

static int end_overdue(struct desk *desk, const struct outbox_brief *row, int64_t now, struct error *error)
{
    return row->is_ambiguous ? end_row(desk, row, "unknown", OUTBOX_NOT_AGAIN "its deadline passed", now, error)
                             : end_row(desk, row, "expired", "its deadline passed before it could leave", now, error);
}

static int expire(struct desk *desk, int64_t now, int64_t *next, struct error *error)
{
    struct outbox_brief rows[STEP_MAX];
    int ended;

    if (outbox_overdue(desk->db, now, STEP_MAX, rows, &ended, error) != 0)
        return -1;
    for (int i = 0; i < ended; i++)
        if (end_overdue(desk, &rows[i], now, error) != 0 || tell_lost(desk, rows[i].id, now, error) != 0)
            return -1;
    if (notify_expire(desk, now, error) != 0 || end_orphans(desk, now, error) != 0)
        return -1;
    if (ended > 0)
        log_warn("replies_expired", log_int("count", ended));
    *next = now + (ended >= STEP_MAX ? SOON_MS : EXPIRE_EVERY_MS);
    return 0;
}

static const struct {
    const char *kind;
    enum desk_step step;
    int (*run)(struct desk *desk, int64_t now, int64_t *next, struct error *error);
} KINDS[] = { { "forget", STEP_FORGET, forget }, { "expire", STEP_EXPIRE, expire } };

/* One that fails is tried again as any step is. */
static int run_timer(struct desk *desk, const struct timer *timer, int64_t now, struct error *error)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        int64_t next = now + APART_REST_MS;
        int ended;

        if (strcmp(KINDS[i].kind, timer->kind) != 0)
            continue;
        if (apart_begin(desk, error) != 0)
            return -1;
        ended = apart_end_step(desk, KINDS[i].step, KINDS[i].run(desk, now, &next, error), now, error);
        return ended == 0 ? timer_put(desk->db, timer->kind, 0, next, error) : -1; /* of no conversation, whatever it says */
    }
    log_warn("timer_unknown", log_text("kind", timer->kind));
    return 0;
}

static int run_timers(struct desk *desk, int64_t now, struct error *error)
{
    struct timer timer;
    int found = 1;

    for (int i = 0; i < TIMERS_PER_ROUND && found == 1; i++) {
        found = timer_take(desk->db, now, &timer, error);
        if (found == 1 && run_timer(desk, &timer, now, error) != 0)
            return -1;
    }
    return found < 0 ? -1 : 0;
}

int upkeep_run(struct desk *desk, int64_t now, struct error *error)
{
    db_wake(desk->db, now);
    /* An end that has come goes before the clock, which would take the call for lost. */
    if (run_timers(desk, now, error) != 0 || apart_run(desk, STEP_HOLD, erasure_hold, now, error) != 0 ||
        apart_run(desk, STEP_SERVICES, service_expire, now, error) != 0 ||
        apart_run(desk, STEP_CONSULTS, consult_expire, now, error) != 0 ||
        apart_run(desk, STEP_RUNS, flow_turn_clock, now, error) != 0)
        return -1;
    return chores_run(desk, now, error);
}

int upkeep_clock_jumped(struct desk *desk, int64_t drift_ms, int64_t now, struct error *error)
{
    desk->chores_at = desk->parting_seen = desk->index_at = 0;
    desk->erasure_at = desk->erasure_again_at = desk->scrubbed_at = desk->tidied_at = 0;
    desk->retention_at = now + RETENTION_AFTER_MS; /* not by the drift: a round that fails is done again, with all of it */
    memset(desk->rests_until, 0, sizeof desk->rests_until);
    db_wake(desk->db, INT64_MAX);
    if (health_shift(&desk->health, desk->db, drift_ms, now, error) != 0 ||
        cooldown_shift(desk->db, drift_ms, error) != 0 || service_call_shift(desk->db, drift_ms, error) != 0 ||
        consult_row_shift(desk->db, drift_ms, error) != 0 || notify_row_shift(desk->db, drift_ms, error) != 0 ||
        flow_turn_shift(desk, drift_ms, error) != 0 || idle_clock_jumped(desk, drift_ms, error) != 0 ||
        handover_clock_jumped(desk, drift_ms, error) != 0)
        return -1;
    /* What lies ahead now was planned by the old clock; lanes still hold back what must wait. */
    if (drift_ms >= 0)
        return 0;
    return outbox_clamp(desk->db, now, now, error) == 0 && parting_clamp(desk->db, now, now, error) == 0
               ? timer_clamp(desk->db, now, now, error)
               : -1;
}

int upkeep_clamp(struct desk *desk, int64_t now, struct error *error)
{
    if (health_clamp(&desk->health, desk->db, now, error) != 0 ||
        outbox_clamp(desk->db, now + LONGEST_MS, now, error) != 0 ||
        cooldown_clamp(desk->db, now + COOLDOWN_MAX_MS, now, error) != 0 ||
        service_call_clamp(desk->db, now + SERVICE_LONGEST_MS, error) != 0 ||
        consult_row_clamp(desk->db, now + CONSULT_LONGEST_MS, error) != 0 ||
        notify_row_clamp(desk->db, now + LONGEST_MS, now + NOTIFY_EXPIRES_MS, now, error) != 0 ||
        flow_turn_clamp(desk, now, error) != 0 ||
        parting_clamp(desk->db, now + LONGEST_MS, now, error) != 0 ||
        idle_clamp(desk, now, error) != 0 || handover_clamp(desk, now, error) != 0)
        return -1;
    return timer_clamp(desk->db, now + LONGEST_MS, now, error);
}

int upkeep_next(struct desk *desk, int64_t *at, struct error *error)
{
    int64_t others[2];

    if (timer_next(desk->db, at, error) != 0 || run_row_next_due(desk->db, &others[0], error) != 0 ||
        chores_next(desk, &others[1], error) != 0)
        return -1;
    others[0] = apart_allow(desk, STEP_RUNS, others[0]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] < *at)
            *at = others[i];
    return 0;
}

void upkeep_count_pending(struct desk *desk, int64_t *pending)
{
    outbox_count_pending(desk->db, pending, NULL);
}
