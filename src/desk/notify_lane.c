/*
 * notify_lane: see the header.
 */
#include <stdio.h>
#include <string.h>

#include "desk/apart.h"
#include "desk/notify_lane.h"

static bool is_open(const struct lane *lane)
{
    return lane == NULL || lane->failures < NOTIFY_FAILURES;
}

static int worsen(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                  struct error *error)
{
    const struct lane *lane = health_find(&desk->health, call->row.target);
    struct lane worse = { .failures = lane != NULL ? lane->failures : 0, .noted_at = now };
    const char *state = notify_end_lane(end);
    bool is_certain = strcmp(state, "backing_off") != 0;
    int64_t wait_ms = 0;

    /* Those that were under way together fail together: one failure, not four. */
    if (lane != NULL && !lane->is_probing && call->claimed_at <= lane->noted_at && (!is_certain || !is_open(lane)))
        return 0;
    worse.failures = is_certain && worse.failures + 1 < NOTIFY_FAILURES ? NOTIFY_FAILURES : worse.failures + 1;
    if (worse.failures >= NOTIFY_FAILURES)
        wait_ms = answer_target_delay_ms(worse.failures - NOTIFY_FAILURES + 1, desk_random(desk));
    worse.until_at = now + (end->wait_ms > wait_ms ? end->wait_ms : wait_ms);
    snprintf(worse.name, sizeof worse.name, "%s", call->row.target);
    snprintf(worse.state, sizeof worse.state, "%s", state);
    snprintf(worse.reason, sizeof worse.reason, "%s", end->reason);
    return health_worsen(&desk->health, desk->db, &worse, now, error);
}

/* Who was put off while nothing got through need not wait so long; after one failure alone, the row is to blame, and waits. */
static int heal(struct desk *desk, const char *target, int64_t now, struct error *error)
{
    static const char WHAT[] = "letting go at once what waited for another desk";
    const struct lane *lane = health_find(&desk->health, target);

    if (lane == NULL)
        return 0;
    if (!is_open(lane) && (apart_begin(desk, error) != 0 ||
                           apart_end(desk, notify_row_pull(desk->db, target, now, error), WHAT, 0, now, error) < 0))
        return -1;
    return health_heal(&desk->health, desk->db, target, now, error);
}

int notify_lane_free(const struct desk *desk, const char *target, int under_way, int64_t now)
{
    const struct lane *lane = health_find(&desk->health, target);

    if (is_open(lane))
        return NOTIFY_CALLS_EACH - under_way;
    return lane->until_at <= now && under_way == 0 ? 1 : 0;
}

int notify_lane_leave(struct desk *desk, const char *target, int64_t now, struct error *error)
{
    const struct lane *lane = health_find(&desk->health, target);
    struct lane trial;

    if (is_open(lane))
        return 0;
    trial = *lane;
    trial.until_at = now + NOTIFY_TIMEOUT_MS;
    trial.is_probing = true;
    return health_worsen(&desk->health, desk->db, &trial, now, error);
}

int notify_lane_note(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                     struct error *error)
{
    return notify_end_lane(end)[0] == '\0' ? heal(desk, call->row.target, now, error) : worsen(desk, call, end, now, error);
}

int64_t notify_lane_opens_at(const struct desk *desk, const char *target)
{
    const struct lane *lane = health_find(&desk->health, target);

    return is_open(lane) ? 0 : lane->until_at;
}

bool notify_lane_is_one(const char *name)
{
    return strncmp(name, "notify ", 7) == 0 || strncmp(name, "relay ", 6) == 0;
}
