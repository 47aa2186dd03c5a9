/*
 * breaker: see the header.
 *
 * A refusal, a decline or an empty answer says nothing against a backend: it is there, and took us.
 */
#include <stdio.h>
#include <string.h>

#include "backend/backend.h"
#include "desk/apart.h"
#include "desk/breaker.h"
#include "store/consult_row.h"

static const char PREFIX[] = "backend ";

void breaker_name_lane(const char *backend, char name[BREAKER_LANE_LEN])
{
    snprintf(name, BREAKER_LANE_LEN, "%s%.110s", PREFIX, backend);
}

enum breaker_state breaker_state(const struct lane *lane, int64_t now)
{
    if (lane == NULL || lane->failures < BREAKER_FAILURES)
        return BREAKER_CLOSED;
    return lane->until_at > now ? BREAKER_OPEN : BREAKER_HALF_OPEN;
}

int64_t breaker_wait(const struct desk *desk, const char *backend, int64_t now)
{
    const struct lane *lane;
    char name[BREAKER_LANE_LEN];

    breaker_name_lane(backend, name);
    lane = health_find(&desk->health, name);
    return breaker_state(lane, now) == BREAKER_OPEN ? lane->until_at : 0;
}

int breaker_leave(struct desk *desk, const char *backend, int64_t patience_ms, int64_t now, struct error *error)
{
    const struct lane *lane;
    struct lane trial;
    char name[BREAKER_LANE_LEN];

    breaker_name_lane(backend, name);
    lane = health_find(&desk->health, name);
    if (lane == NULL || lane->failures < BREAKER_FAILURES)
        return 0;
    trial = *lane;
    trial.until_at = now + patience_ms;
    trial.is_probing = true;
    return health_worsen(&desk->health, desk->db, &trial, now, error);
}

static int worsen(struct desk *desk, const char *name, const struct vendor_answer *answer, const char *state,
                  bool is_certain, int64_t left_at, int64_t now, struct error *error)
{
    const struct lane *lane = health_find(&desk->health, name);
    struct lane worse = { .failures = lane != NULL ? lane->failures : 0 };
    /* Those that were under way together fail together: one failure, not twenty. */
    bool is_one_of_many = lane != NULL && !lane->is_probing && left_at <= lane->noted_at;
    int64_t wait_ms = 0;

    if (is_one_of_many && (!is_certain || worse.failures >= BREAKER_FAILURES))
        return 0;
    worse.failures++;
    if (is_certain && worse.failures < BREAKER_FAILURES)
        worse.failures = BREAKER_FAILURES;
    if (worse.failures >= BREAKER_FAILURES)
        wait_ms = answer_target_delay_ms(worse.failures - BREAKER_FAILURES + 1, desk_random(desk));
    if (answer->wait_ms > wait_ms)
        wait_ms = answer->wait_ms;
    worse.until_at = now + wait_ms;
    worse.noted_at = now;
    snprintf(worse.name, sizeof worse.name, "%s", name);
    snprintf(worse.state, sizeof worse.state, "%s", state);
    snprintf(worse.reason, sizeof worse.reason, "%s", answer->reason);
    return health_worsen(&desk->health, desk->db, &worse, now, error);
}

/* Who was put off until the circuit could be tried need not wait so long. */
static int heal(struct desk *desk, const char *backend, const char *name, int64_t now, struct error *error)
{
    static const char WHAT[] = "letting go at once what waited for a backend";
    const struct lane *lane = health_find(&desk->health, name);

    if (lane == NULL)
        return 0;
    if (apart_begin(desk, error) != 0 ||
        apart_end(desk, consult_row_pull(desk->db, backend, lane->until_at, now, error), WHAT, 0, now, error) < 0)
        return -1;
    return health_heal(&desk->health, desk->db, name, now, error);
}

int breaker_note(struct desk *desk, const char *backend, const struct vendor_answer *answer, int64_t left_at, int64_t now,
                 struct error *error)
{
    char name[BREAKER_LANE_LEN];

    /* Rows that have left the rules have no circuit. */
    if (backend_find(desk->rules->backends, desk->rules->backend_count, backend) == NULL)
        return 0;
    breaker_name_lane(backend, name);
    switch (answer->class) {
    case VENDOR_ANSWERED:
    case VENDOR_DECLINED:
    case VENDOR_EMPTY:
    case VENDOR_REFUSED: return heal(desk, backend, name, now, error);
    case VENDOR_BUSY: return worsen(desk, name, answer, "limited", true, left_at, now, error);
    case VENDOR_STOPPED: return worsen(desk, name, answer, "stopped", true, left_at, now, error);
    case VENDOR_GARBAGE:
    case VENDOR_FAILED: break;
    }
    return worsen(desk, name, answer, "backing_off", false, left_at, now, error);
}

static bool is_known(const struct ruleset *rules, const char *lane)
{
    char name[BREAKER_LANE_LEN];

    for (size_t i = 0; i < rules->backend_count; i++) {
        breaker_name_lane(rules->backends[i].name, name);
        if (strcmp(name, lane) == 0)
            return true;
    }
    return false;
}

/* Healing takes a lane off the list, and another one in its place. */
static int forget_unknown(struct desk *desk, const struct ruleset *rules, int64_t now, struct error *error)
{
    for (size_t i = desk->health.count; i > 0; i--) {
        struct lane lane = desk->health.lanes[i - 1];

        if (strncmp(lane.name, PREFIX, sizeof PREFIX - 1) == 0 && !is_known(rules, lane.name) &&
            health_heal(&desk->health, desk->db, lane.name, now, error) != 0)
            return -1;
    }
    return 0;
}

int breaker_retry_all(struct desk *desk, const struct ruleset *rules, int64_t now, struct error *error)
{
    if (forget_unknown(desk, rules, now, error) != 0)
        return -1;
    for (size_t i = 0; i < desk->health.count; i++) {
        struct lane again = desk->health.lanes[i];

        if (strncmp(again.name, PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        again.until_at = now;
        again.is_probing = false;
        if (health_worsen(&desk->health, desk->db, &again, now, error) != 0)
            return -1;
    }
    return 0;
}

int breaker_forgo(struct desk *desk, const char *backend, int64_t now, struct error *error)
{
    const struct lane *lane;
    struct lane again;
    char name[BREAKER_LANE_LEN];

    breaker_name_lane(backend, name);
    lane = health_find(&desk->health, name);
    if (lane == NULL || !lane->is_probing)
        return 0;
    again = *lane;
    again.is_probing = false;
    again.until_at = now;
    return health_worsen(&desk->health, desk->db, &again, now, error);
}
