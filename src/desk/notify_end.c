/*
 * notify_end: see the header.
 */
#include <stdio.h>

#include "desk/notify_end.h"

void notify_end_read(const struct wire *wire, int64_t now, int64_t took_ms, struct notify_end *end)
{
    struct answer answer;

    *end = (struct notify_end){ .end = wire->end, .status = wire->end == WIRE_ANSWERED ? wire->status : 0, .took_ms = took_ms };
    if (end->end != WIRE_ANSWERED) {
        snprintf(end->reason, sizeof end->reason, "%s", wire->failure != NULL ? wire->failure : "no answer came");
        return;
    }
    if (end->status >= 200 && end->status <= 299)
        return;
    snprintf(end->reason, sizeof end->reason, "it answered %d", end->status);
    /* Only for its reading of Retry-After: as 429 that counts for a 503, too. */
    if (end->status == 429 || (end->status == 503 && wire->retry_after != NULL)) {
        struct wire told = { .end = WIRE_ANSWERED, .status = 429, .retry_after = wire->retry_after };

        answer_read(&told, now, &answer);
        end->wait_ms = answer.wait_ms;
    }
}

void notify_end_refuse(const char *reason, struct notify_end *end)
{
    *end = (struct notify_end){ .end = WIRE_NEVER_LEFT, .is_unready = true };
    snprintf(end->reason, sizeof end->reason, "%.299s", reason);
}

static bool is_accepted(const struct notify_end *end)
{
    return end->status >= 200 && end->status <= 299;
}

static bool is_refused(int status)
{
    return status == 400 || status == 413 || status == 415 || status == 422;
}

enum notify_fate notify_end_fate(const struct notify_end *end, int failures, int64_t now, int64_t expires_at)
{
    if (is_accepted(end))
        return NOTIFY_ACCEPTED;
    if (end->status == 410 || (is_refused(end->status) && failures + 1 >= NOTIFY_REFUSALS_MAX))
        return NOTIFY_DEAD;
    return now >= expires_at ? NOTIFY_EXPIRED : NOTIFY_AGAIN;
}

int64_t notify_end_delay_ms(const struct notify_end *end, int failures, uint32_t random)
{
    if (end->end == WIRE_NEVER_LEFT)
        return 0;
    return answer_target_delay_ms(failures + 1, random);
}

const char *notify_end_lane(const struct notify_end *end)
{
    if (end->is_unready)
        return "stopped";
    if (end->end != WIRE_ANSWERED)
        return "backing_off";
    if (is_accepted(end) || is_refused(end->status) || end->status == 410)
        return "";
    if (end->wait_ms > 0)
        return "limited";
    return end->status >= 500 ? "backing_off" : "stopped";
}

const char *notify_end_class(const struct notify_end *end)
{
    if (is_accepted(end))
        return answer_class_name(ANSWER_ACCEPTED);
    if (end->end != WIRE_ANSWERED)
        return answer_class_name(end->end == WIRE_NEVER_LEFT ? ANSWER_NOT_SENT : ANSWER_AMBIGUOUS);
    return answer_class_name(end->status >= 500 || end->status == 429 ? ANSWER_NOT_DONE : ANSWER_REFUSED);
}
