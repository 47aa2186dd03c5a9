/*
 * handover_follow: see the header.
 */
#include <string.h>

#include "desk/flow_turn.h"
#include "desk/handover_follow.h"
#include "desk/idle.h"
#include "desk/notify.h"
#include "desk/parting.h"
#include "store/event.h"
#include "store/handover.h"

struct way { /* borrowed */
    struct desk *desk;
    struct conversation *old, *here;
    const char *team, *agent;
    int64_t now;
};

static const char *actor(const struct way *way)
{
    return *way->agent != '\0' ? way->agent : "daemon";
}

static int give(const struct way *way, struct error *error)
{
    struct desk *desk = way->desk;
    const char *kind = *way->agent != '\0' ? "take" : "handoff";

    if (conversation_give(desk->db, way->here, "agent", way->team, way->agent, 0, error) != 0 ||
        event_put(desk->db, way->here->id, kind, actor(way), *way->agent != '\0' ? "" : way->team, way->now, error) != 0 ||
        flow_turn_abandon(desk, way->here, actor(way), kind, way->now, error) != 0 ||
        notify_hand_over(desk, way->here, way->team, way->now, error) != 0)
        return -1;
    return *way->agent != '\0' ? notify_change(desk, way->here, "taken", way->now, error) : 0;
}

/* The case has gone before, so that its people are not told of an end. */
static int leave(const struct way *way, struct error *error)
{
    struct buf detail = { 0 };
    int result;

    buf_addf(&detail, "goes on in conversation %lld", (long long)way->here->id);
    result = parting_close(way->desk, way->old, "person", way->now, error);
    if (result == 0)
        result = event_put(way->desk->db, way->old->id, "close", actor(way), buf_text(&detail), way->now, error);
    buf_release(&detail);
    return result;
}

static int move(const struct way *way, struct error *error)
{
    struct handover handover;
    int found = handover_open(way->desk->db, way->old->id, &handover, error);

    if (found < 0 || (found == 1 && handover_move(way->desk->db, handover.number, way->here->id, error) != 0) ||
        conversation_heard_before(way->desk->db, way->here, way->old->last_in_at, error) != 0)
        return -1;
    return give(way, error) == 0 ? leave(way, error) : -1;
}

static int follow(struct desk *desk, struct conversation *old, int64_t to, int64_t now, struct error *error)
{
    struct conversation newest, here;
    struct buf team = { 0 };
    int found = conversation_newest(desk->db, to, old->channel, &newest, error), result = 0;

    if (found < 0 || idle_enter(desk, found == 1 ? &newest : NULL, to, old->channel, now, &here, error) != 0 ||
        notify_row_team(desk->db, old->id, &team, error) < 0)
        result = -1;
    if (result == 0 && strcmp(here.owner, "agent") != 0)
        result = move(&(struct way){ desk, old, &here, buf_text(&team), old->agent, now }, error);
    buf_release(&team);
    return result;
}

int handover_follow(struct desk *desk, int64_t from, int64_t to, int64_t now, struct error *error)
{
    struct conversation old = { 0 };
    int found;

    while ((found = conversation_with_person(desk->db, from, old.id, &old, error)) == 1)
        if (follow(desk, &old, to, now, error) != 0)
            return -1;
    return found;
}
