/*
 * chores: see the header.
 */
#include "desk/chores.h"
#include "desk/handover.h"
#include "desk/idle.h"
#include "desk/parting.h"

enum {
    APART_MS = 10, /* a round of them takes one or two, and as much at the disk */
    LATE_MS = 100,
};

void chores_begin(struct desk *desk, bool is_busy, int64_t now)
{
    desk->is_pressed = now < desk->chores_at + (is_busy ? LATE_MS : APART_MS);
}

int chores_run(struct desk *desk, int64_t now, struct error *error)
{
    if (desk->is_pressed)
        return 0;
    desk->chores_at = now;
    if (idle_run(desk, now, error) != 0 || parting_run(desk, now, error) != 0)
        return -1;
    return handover_run(desk, now, error); /* behind what sums up: a summary that is there goes with it */
}

int64_t chores_allow(const struct desk *desk, int64_t at)
{
    int64_t rested_at = desk->chores_at + APART_MS;

    return at > rested_at ? at : rested_at;
}

int chores_next(struct desk *desk, int64_t *at, struct error *error)
{
    int64_t idle, parting, handover, first;

    if (idle_next_at(desk, &idle, error) != 0 || parting_next_at(desk, &parting, error) != 0 ||
        handover_next_at(desk, &handover, error) != 0)
        return -1;
    first = idle < parting ? idle : parting;
    *at = chores_allow(desk, first < handover ? first : handover);
    return 0;
}
