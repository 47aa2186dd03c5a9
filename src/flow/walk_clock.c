/*
 * walk_clock: what time does to a run.
 *
 * A question has up to three dates: its own timeout, counted from when it was put, and the flow's reminder
 * and expiry, counted from the customer's last word. The earliest that is not in the future is dealt with,
 * and then it is looked again, since a timeout may have led to another question. Each does away with its own
 * date, so this ends.
 */
#include "flow/walk.h"

enum date { DATE_NONE, DATE_CALL, DATE_TIMEOUT, DATE_REMINDER, DATE_EXPIRY };

static void keep_earlier(enum date date, int64_t at, enum date *earliest, int64_t *earliest_at)
{
    if (at < *earliest_at) {
        *earliest = date;
        *earliest_at = at;
    }
}

/* Where two fall together, the first of them in this order. */
static enum date next_date(const struct walk *walk, int64_t *at)
{
    const struct run *run = walk->run;
    enum date date = DATE_NONE;
    *at = INT64_MAX;
    if (run->waits == RUN_WAITS_CALL) {
        keep_earlier(DATE_CALL, run->asked_at + walk_call_ms(walk->step) + CALL_GRACE_MS, &date, at);
        return date;
    }
    if (walk->step->timeout_ms > 0)
        keep_earlier(DATE_TIMEOUT, run->asked_at + walk->step->timeout_ms, &date, at);
    keep_earlier(DATE_EXPIRY, run->heard_at + walk->flow->expires_ms, &date, at);
    if (walk->flow->remind_ms > 0 && !run->is_reminded)
        keep_earlier(DATE_REMINDER, run->heard_at + walk->flow->remind_ms, &date, at);
    return date;
}

int64_t walk_due(const struct walk *walk)
{
    int64_t at;
    if (walk->run->depth == 0)
        return INT64_MAX;
    if (!walk_stands(walk))
        return walk->env->now;
    next_date(walk, &at);
    return at;
}

static void expire(struct walk *walk)
{
    if (!walk_say(walk, walk->flow->expired))
        walk_say_phrase(walk, FLOW_SAYS_EXPIRED);
    walk_end(walk, "expired");
}

static void remind(struct walk *walk)
{
    int64_t at;
    walk->run->is_reminded = true;
    next_date(walk, &at);
    if (at <= walk->env->now || walk_say_offer(walk, walk->flow->reminder))
        return;
    walk_say_phrase(walk, FLOW_SAYS_REMINDER);
    walk_say_step(walk);
}

static void time_out(struct walk *walk)
{
    struct way way;
    bool may_go_on = walk->run->timeouts < FLOW_TIMEOUTS_MAX;
    if (may_go_on)
        walk->run->timeouts++;
    if (may_go_on && walk_trouble(walk, (struct walk_trouble){ .has_timed_out = true }, &way))
        walk_on(walk, way);
    else
        expire(walk);
}

static void lose_call(struct walk *walk)
{
    struct way way;
    if (walk_call_ended(walk, (struct walk_trouble){ .has_failed = true, .has_timed_out = true }, &way))
        walk_on(walk, way);
}

enum flow_verdict walk_clock(struct walk *walk)
{
    enum flow_verdict verdict = FLOW_IDLE;
    struct way way;
    if (!walk_stands(walk)) {
        verdict = FLOW_STEPPED;
        if (walk_give_up(walk, FLOW_SAYS_CHANGED, &way))
            walk_on(walk, way);
    }
    while (walk->run->depth > 0) {
        int64_t at;
        enum date date = next_date(walk, &at);
        if (at > walk->env->now)
            break;
        verdict = FLOW_STEPPED;
        switch (date) {
        case DATE_CALL: lose_call(walk); break;
        case DATE_TIMEOUT: time_out(walk); break;
        case DATE_REMINDER: remind(walk); break;
        case DATE_EXPIRY: expire(walk); break;
        case DATE_NONE: break;
        }
    }
    return verdict;
}
