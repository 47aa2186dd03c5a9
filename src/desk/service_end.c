/*
 * service_end: see the header.
 */
#include <stdio.h>
#include <string.h>

#include "desk/service_end.h"

static void read_answer(const struct wire *wire, struct service_end *end)
{
    struct error why = { 0 };

    if (wire->status < 200 || wire->status > 299)
        snprintf(end->reason, sizeof end->reason, "it answered %d", wire->status);
    else if (wire->body_len > 0 && json_parse(wire->body, wire->body_len, JSON_STRICT, &end->answer, &why) != 0)
        snprintf(end->reason, sizeof end->reason, "its answer: %.250s", why.text);
}

void service_end_read(const struct wire *wire, int64_t took_ms, struct service_end *end)
{
    *end = (struct service_end){
        .end = wire->end,
        .status = wire->status,
        .is_whole = wire->end == WIRE_ANSWERED && !wire->is_cut && !wire->is_broken,
        .is_cut = wire->is_cut,
        .is_hopeless = wire->is_barred,
        .took_ms = took_ms,
    };
    if (end->is_whole)
        read_answer(wire, end);
    else if (wire->is_cut)
        snprintf(end->reason, sizeof end->reason, "its answer is longer than 1 MiB");
    else if (wire->end == WIRE_ANSWERED)
        snprintf(end->reason, sizeof end->reason, "its answer broke off: %.200s", wire->failure);
    else
        snprintf(end->reason, sizeof end->reason, "%.280s", wire->failure);
}

void service_end_refuse(const char *reason, struct service_end *end)
{
    *end = (struct service_end){ .end = WIRE_NEVER_LEFT, .is_hopeless = true };
    snprintf(end->reason, sizeof end->reason, "%.280s", reason);
}

void service_end_release(struct service_end *end)
{
    json_free(end->answer);
    end->answer = NULL;
}

static bool is_success(const struct service_end *end)
{
    return end->is_whole && end->status >= 200 && end->status < 300;
}

/* Could a second try come to another end, without harm? */
static bool is_worth_a_try(const struct service_end *end, const struct service_try *try)
{
    if (end->is_hopeless || end->is_cut)
        return false;
    return !end->is_whole || (!try->is_post && end->status >= 500);
}

/* A refusal of the same words, by the same key, would have been the first one's answer, too. */
static bool may_be_done_already(const struct service_end *end, const struct service_try *try)
{
    return try->is_post && try->is_ambiguous && (end->end == WIRE_NEVER_LEFT || (end->is_whole && end->status >= 500));
}

bool service_end_is_late(const struct service_try *try)
{
    return try->now + SERVICE_AGAIN_MS + SERVICE_LEAST_MS >= try->expires_at;
}

enum service_fate service_end_fate(const struct service_end *end, const struct service_try *try)
{
    bool is_late = service_end_is_late(try);

    if (is_success(end))
        return END_ACCEPTED;
    if (is_worth_a_try(end, try) && try->failures == 0 && !is_late)
        return END_AGAIN;
    if (may_be_done_already(end, try))
        return END_UNKNOWN;
    if (end->is_whole || end->is_cut || end->is_hopeless)
        return END_DEAD;
    if (try->is_post && end->end != WIRE_NEVER_LEFT)
        return END_UNKNOWN;
    return is_late ? END_EXPIRED : END_DEAD;
}

const char *service_end_class(const struct service_end *end)
{
    if (is_success(end))
        return answer_class_name(ANSWER_ACCEPTED);
    if (end->is_whole || end->is_cut)
        return answer_class_name(end->status >= 500 ? ANSWER_NOT_DONE : ANSWER_REFUSED);
    return answer_class_name(end->end == WIRE_NEVER_LEFT ? ANSWER_NOT_SENT : ANSWER_AMBIGUOUS);
}
