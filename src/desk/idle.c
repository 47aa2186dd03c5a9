/*
 * idle: see the header.
 */
#include <string.h>

#include "desk/apart.h"
#include "desk/idle.h"
#include "desk/parting.h"
#include "store/event.h"
#include "store/idle.h"
#include "store/parting.h"

enum {
    LOOKS_MAX = 10, /* in one round: what is left is due at once */
    PULLS_MAX = 100,
    BUSY_MS = 60 * 1000, /* until what has not ended is looked for again, at most */
};

static int64_t idle_close(const struct desk *desk)
{
    return ruleset_setting_number(desk->rules, "idle_close");
}

int64_t idle_first_at(const struct desk *desk, int64_t now)
{
    return now + idle_close(desk);
}

/* Entering */

/* 1, 0, -1. What has been summed up has been told and counted, and ended for good, whatever the setting is now. */
static int may_reopen(const struct desk *desk, const struct conversation *closed, int64_t now, struct error *error)
{
    int64_t ms = now - closed->closed_at, within = ruleset_setting_number(desk->rules, "reopen_within");
    struct parting parting;

    /* A clock that was set back since says nothing about how long ago it was. */
    if (within <= 0 || ms >= within)
        return 0;
    return parting_of_close(desk->db, closed->id, &parting, error);
}

static int reopen(struct desk *desk, const struct conversation *closed, int64_t now, struct conversation *conversation,
                  struct error *error)
{
    *conversation = *closed;
    if (parting_take_back(desk, conversation, now, error) != 0 ||
        conversation_reopen(desk->db, conversation, idle_first_at(desk, now), error) != 0)
        return -1;
    return event_put(desk->db, conversation->id, "reopen", "customer", "", now, error);
}

int idle_enter(struct desk *desk, const struct conversation *newest, int64_t contact, const char *channel, int64_t now,
               struct conversation *conversation, struct error *error)
{
    struct conversation fresh;
    bool is_open = newest != NULL && strcmp(newest->owner, "closed") != 0;
    int may = newest != NULL && !is_open ? may_reopen(desk, newest, now, error) : 0, result = may < 0 ? -1 : 0;

    if (is_open) {
        fresh = *newest;
    } else if (may == 1) {
        result = reopen(desk, newest, now, &fresh, error);
    } else if (result == 0) {
        result = conversation_open(desk->db, contact, channel, now, idle_first_at(desk, now), &fresh, error);
        /* Two machines that part politely each time are counted on. */
        if (newest != NULL)
            fresh.tally = newest->tally;
    }
    if (result == 0)
        *conversation = fresh;
    return result;
}

/* Looking */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When to look again; 0: it is over. */
static int64_t next_look(const struct idle_look *look, int64_t idle_ms, int64_t now)
{
    if (look->has_run)
        return later(look->run_due_at, now + idle_ms);
    if (look->is_busy)
        return now + (idle_ms < BUSY_MS ? idle_ms : BUSY_MS);
    /* A text of the future was said before the clock was set back, and none since. */
    return look->last_at <= now && look->last_at + idle_ms > now ? look->last_at + idle_ms : 0;
}

static int look_at(struct desk *desk, int64_t id, int64_t now, struct error *error)
{
    struct conversation conversation;
    struct idle_look look;
    int64_t next;
    int found = idle_look(desk->db, id, &look, error);

    if (found != 1)
        return found;
    next = next_look(&look, idle_close(desk), now);
    if (next != 0)
        return idle_put_off(desk->db, id, next, error);
    if (conversation_require(desk->db, id, &conversation, error) != 0 ||
        parting_close(desk, &conversation, "idle", now, error) != 0)
        return -1;
    return event_put(desk->db, id, "close", "daemon", "idle", now, error);
}

static int look_apart(struct desk *desk, int64_t id, int64_t now, struct error *error)
{
    int ended = apart_begin(desk, error);

    if (ended == 0)
        ended = apart_end(desk, look_at(desk, id, now, error), "looking whether to close conversation", id, now, error);
    return ended == 1 ? idle_put_off(desk->db, id, now + APART_AGAIN_MS, error) : ended;
}

/* With other rules. What was due soon enough is looked at then; what is pulled is only looked at, and put off again. */
static void follow_setting(struct desk *desk, int64_t now)
{
    int64_t ms = idle_close(desk);

    if (ms != desk->idle_close_ms)
        desk->idle_latest = ms < desk->idle_close_ms ? now : now + ms;
    desk->idle_close_ms = ms;
}

/* Some in a round. None is looked at before all have been pulled: put off, it would have to be pulled again. */
static int pull(struct desk *desk, struct error *error)
{
    int64_t count;

    if (desk->idle_latest == 0)
        return 0;
    if (idle_pull(desk->db, desk->idle_latest, PULLS_MAX, &count, error) != 0)
        return -1;
    if (count < PULLS_MAX)
        desk->idle_latest = 0;
    return 0;
}

int idle_run(struct desk *desk, int64_t now, struct error *error)
{
    int64_t conversation;
    int found = 1;

    follow_setting(desk, now);
    if (pull(desk, error) != 0)
        return -1;
    for (int i = 0; i < LOOKS_MAX && desk->idle_latest == 0; i++) {
        found = idle_due(desk->db, now, &conversation, error);
        if (found != 1)
            break;
        if (look_apart(desk, conversation, now, error) != 0)
            return -1;
    }
    return found < 0 ? -1 : 0;
}

int idle_next_at(struct desk *desk, int64_t *at, struct error *error)
{
    *at = 0;
    return desk->idle_latest != 0 ? 0 : idle_next(desk->db, at, error);
}

int idle_clamp(struct desk *desk, int64_t now, struct error *error)
{
    int64_t count;

    return idle_pull(desk->db, idle_first_at(desk, now), INT64_MAX, &count, error);
}

int idle_clock_jumped(struct desk *desk, int64_t drift_ms, struct error *error)
{
    return idle_shift(desk->db, drift_ms, idle_close(desk), error);
}
