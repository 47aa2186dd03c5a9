/*
 * chores: see the header.
 */
#include "desk/apart.h"
#include "desk/chores.h"
#include "desk/erasure.h"
#include "desk/handover.h"
#include "desk/idle.h"
#include "desk/parting.h"
#include "desk/retention.h"
#include "store/search.h"

enum {
    APART_MS = 10, /* a round of them takes one or two, and as much at the disk */
    LATE_MS = 100,
    SEARCH_LOOK_MS = 1000,
    SEARCH_LATE_MS = 1000, /* a step takes ten milliseconds: one message in a hundred waits for it */
};

void chores_begin(struct desk *desk, bool is_busy, int64_t now)
{
    desk->is_busy = is_busy;
    desk->is_pressed = now < desk->chores_at + (is_busy ? LATE_MS : APART_MS);
}

/* Whoever searches reads what is new anyway: there is no hurry, and no round of its own until there is enough to do. */
static int fill_search(struct desk *desk, int64_t now, struct error *error)
{
    int result;

    if (now < desk->index_at)
        return 0;
    result = search_fill(desk->db, error);
    desk->has_to_index = result == 1;
    desk->index_at = now + (result != 1 ? SEARCH_LOOK_MS : desk->is_busy ? SEARCH_LATE_MS : 0);
    return result < 0 ? -1 : 0;
}

int chores_run(struct desk *desk, int64_t now, struct error *error)
{
    if (desk->is_pressed)
        return 0;
    desk->chores_at = now;
    if (apart_run(desk, STEP_ERASE, erasure_run, now, error) != 0 || apart_run(desk, STEP_IDLE, idle_run, now, error) != 0 ||
        apart_run(desk, STEP_PARTING, parting_run, now, error) != 0)
        return -1;
    /* Behind what sums up: a summary that is there goes with it. */
    if (apart_run(desk, STEP_HANDOVER, handover_run, now, error) != 0 ||
        apart_run(desk, STEP_SEARCH, fill_search, now, error) != 0)
        return -1;
    return apart_run(desk, STEP_RETENTION, retention_run, now, error);
}

int64_t chores_allow(const struct desk *desk, int64_t at)
{
    int64_t rested_at = desk->chores_at + APART_MS;

    return at > rested_at ? at : rested_at;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int chores_next(struct desk *desk, int64_t *at, struct error *error)
{
    int64_t idle, parting, handover, search = desk->has_to_index ? desk->index_at : INT64_MAX;

    if (idle_next_at(desk, &idle, error) != 0 || parting_next_at(desk, &parting, error) != 0 ||
        handover_next_at(desk, &handover, error) != 0)
        return -1;
    idle = earlier(apart_allow(desk, STEP_IDLE, idle), apart_allow(desk, STEP_SEARCH, search));
    *at = earlier(apart_allow(desk, STEP_PARTING, parting), apart_allow(desk, STEP_HANDOVER, handover));
    *at = chores_allow(desk, earlier(*at, idle));
    *at = earlier(*at, apart_allow(desk, STEP_ERASE, erasure_next_at(desk)));
    *at = earlier(*at, apart_allow(desk, STEP_RETENTION, retention_next_at(desk)));
    return 0;
}
