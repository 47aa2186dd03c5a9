/*
 * service: see the header.
 *
 * The dialogue goes on in a savepoint of its own: one that cannot be carried on must not keep the end of its call from
 * the book, or the same would fail in every round to come. It then finds out by the clock that its call has ended
 * (CALL_GRACE_MS of flow/step.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "desk/apart.h"
#include "desk/flow_turn.h"
#include "desk/service.h"
#include "store/outbox.h"
#include "store/service_call.h"

enum { LOOKS_MAX = 4, EXPIRE_MAX = 100, AGAIN_LEAST_MS = 125 };

int service_queue(struct desk *desk, const struct conversation *conversation, const struct service_request *request,
                  int64_t now, struct error *error)
{
    const struct service *service = request->service;
    struct service_call_new row = {
        .contact = conversation->contact,
        .conversation = conversation->id,
        .epoch = conversation->epoch,
        .call = request->call,
        .step = request->step,
        .service = service->name,
        .is_post = service->is_post,
        .url = request->url,
        .body = request->body,
        .key_env = service->key_env,
        .now = now,
        .expires_at = now + service->deadline_ms,
    };

    desk->may_call = true;
    return service_call_put(desk->db, &row, error);
}

/* Ends */

struct ending { /* of one row; borrowed */
    int64_t outbox, conversation, call;
    const char *state, *reason;
    bool has_failed, has_timed_out;
    int status;
    const struct json *answer;
};

static int tell_dialogue(struct desk *desk, const struct ending *ending, int64_t now, struct error *error)
{
    struct decide_input input = {
        .kind = INPUT_RESULT,
        .call = ending->call,
        .has_failed = ending->has_failed,
        .has_timed_out = ending->has_timed_out,
        .status = ending->status,
        .answer = ending->answer,
    };
    struct error why = { 0 };

    if (db_mark(desk->db, error) != 0)
        return -1;
    if (flow_turn_result(desk, ending->conversation, &input, now, &why) == 0)
        return db_unmark(desk->db, error);
    if (db_fault(desk->db) > DB_STATEMENT)
        return error_set(error, "%s", why.text);
    desk_undo(desk);
    log_error("service_result_lost", log_int("outbox", ending->outbox), log_int("conversation", ending->conversation),
              log_text("reason", why.text));
    return 0;
}

/* For people who ask later why the dialogue went on as it did. */
static int keep_answer(struct desk *desk, const struct ending *ending, struct error *error)
{
    struct buf json = { 0 };
    int result = 0;

    if (ending->answer != NULL) {
        json_format(ending->answer, &json);
        result = service_call_answered(desk->db, ending->outbox, buf_text(&json), error);
        buf_release(&json);
    }
    return result;
}

static int end_row(struct desk *desk, const struct ending *ending, int64_t now, struct error *error)
{
    if (keep_answer(desk, ending, error) != 0)
        return -1;
    if (outbox_settle(desk->db, ending->outbox, 0, 0, ending->state, ending->reason, now, error) != 0)
        return -1;
    return tell_dialogue(desk, ending, now, error);
}

static struct ending ending_of(const struct service_call_row *row, const char *state, const char *reason)
{
    return (struct ending){ .outbox = row->id,
                            .conversation = row->conversation,
                            .call = row->call,
                            .state = state,
                            .reason = reason,
                            .has_failed = true };
}

/* Claiming */

void service_call_free(struct service_call *calls)
{
    while (calls != NULL) {
        struct service_call *next = calls->next;

        free(calls->service);
        free(calls->url);
        free(calls->body);
        free(calls->key_env);
        free(calls);
        calls = next;
    }
}

static struct service_call *call_of(const struct desk *desk, struct service_call_row *row, int64_t now)
{
    struct service_call *call = alloc_new(sizeof *call);

    *call = (struct service_call){
        .outbox = row->id,
        .conversation = row->conversation,
        .call = row->call,
        .service = row->service,
        .url = row->url,
        .body = row->body,
        .key_env = row->key_env,
        .is_post = row->is_post,
        .is_ambiguous = row->is_ambiguous,
        .may_be_local = ruleset_setting_number(desk->rules, "allow_local_backends") != 0,
        .failures = row->failures,
        .claimed_at = now,
        .expires_at = row->expires_at,
    };
    snprintf(call->idempotency_key, sizeof call->idempotency_key, "frontdesk-%" PRId64 "-%" PRId64, row->id,
             row->created_at);
    row->service = row->url = row->body = row->key_env = NULL;
    return call;
}

/* Of the calls claimed in this look, those to the same service. */
static int count_same(const struct service_call *calls, const char *service)
{
    int count = 0;

    for (; calls != NULL; calls = calls->next)
        count += strcmp(calls->service, service) == 0;
    return count;
}

/* Whoever has the conversation now must not do a second time what the first attempt may have done. */
static int withhold(struct desk *desk, const struct service_call_row *row, int64_t now, struct error *error)
{
    static const char CHANGED_HANDS[] = "the conversation changed hands before the call left";
    static const char MAY_BE_DONE[] =
        "nobody can tell whether it arrived; the conversation changed hands before it could be made once more";
    bool may_have_arrived = row->is_post && row->is_ambiguous;
    struct ending ending = may_have_arrived ? ending_of(row, "unknown", MAY_BE_DONE) : ending_of(row, "withheld", CHANGED_HANDS);

    return end_row(desk, &ending, now, error);
}

static int place_row(struct desk *desk, struct service_call_row *row, int64_t now, struct service_call **calls,
                     size_t *moved, struct error *error)
{
    struct service_call *call;

    if (row->epoch != row->conversation_epoch) {
        ++*moved;
        return withhold(desk, row, now, error);
    }
    /* What was counted as free before is not, once this look has claimed as many. */
    if (count_same(*calls, row->service) >= SERVICE_CALLS_EACH)
        return 0;
    ++*moved;
    if (outbox_claim(desk->db, row->id, row->service, error) != 0)
        return -1;
    call = call_of(desk, row, now);
    call->next = *calls;
    *calls = call;
    return 0;
}

/* A row of a service that cannot be called. */
static int end_apart(struct desk *desk, int result, const char *what, int64_t outbox, const char *state, int64_t now,
                     struct error *error)
{
    return apart_end_row(desk, result, what, &(struct apart_row){ outbox, 0, state }, now, error);
}

static int place_apart(struct desk *desk, struct service_call_row *row, int64_t now, struct service_call **calls,
                       size_t *moved, struct error *error)
{
    if (apart_begin(desk, error) != 0)
        return -1;
    return end_apart(desk, place_row(desk, row, now, calls, moved, error), "calling a service for outbox row", row->id, "dead",
                     now, error);
}

/* Up to `slots` rows; *moved is how many were claimed or ended. */
static int look(struct desk *desk, int64_t now, int slots, struct service_call **calls, size_t *moved, struct error *error)
{
    struct service_call_row rows[SERVICE_CALLS_MAX];
    size_t count;
    int result = service_call_due(desk->db, now, (size_t)slots, rows, &count, error);

    *moved = 0;
    for (size_t i = 0; i < count; i++) {
        if (result == 0)
            result = place_apart(desk, &rows[i], now, calls, moved, error);
        service_call_row_release(&rows[i]);
    }
    return result;
}

int service_claim(struct desk *desk, int64_t now, struct service_call **calls, struct error *error)
{
    int under_way, result = 0;
    size_t moved = 1;

    *calls = NULL;
    if (!desk->may_call)
        return 0;
    for (int looks = 0; looks < LOOKS_MAX && moved > 0 && result == 0; looks++) {
        result = service_call_under_way(desk->db, &under_way, error);
        if (result != 0 || under_way >= SERVICE_CALLS_MAX)
            break;
        result = look(desk, now, SERVICE_CALLS_MAX - under_way, calls, &moved, error);
    }
    if (result != 0) {
        service_call_free(*calls);
        *calls = NULL;
    }
    return result;
}

/* Settling */

static int note_attempt(struct desk *desk, const struct service_call *call, const struct service_end *end,
                        struct error *error)
{
    struct attempt attempt = {
        .outbox = call->outbox,
        .at = call->claimed_at,
        .took_ms = end->took_ms,
        .class = service_end_class(end),
        .dispatch_id = "",
        .request_id = "",
        .reason = end->reason,
        .status = end->status,
        .batch = 1,
    };

    return attempt_put(desk->db, &attempt, error);
}

static int go_again(struct desk *desk, const struct service_call *call, const struct service_end *end, int64_t now,
                    struct error *error)
{
    struct outbox_again again = {
        .id = call->outbox,
        .due_at = now + AGAIN_LEAST_MS + desk_random(desk) % (SERVICE_AGAIN_MS - AGAIN_LEAST_MS),
        .failures = call->failures + 1,
        .is_ambiguous = end->end != WIRE_NEVER_LEFT,
        .reason = end->reason,
    };

    return outbox_retry(desk->db, &again, error);
}

static int settle(struct desk *desk, const struct service_call *call, const struct service_end *end, int64_t now,
                  struct error *error)
{
    static const char *const STATES[] = {
        [END_ACCEPTED] = "accepted", [END_DEAD] = "dead", [END_EXPIRED] = "expired", [END_UNKNOWN] = "unknown",
    };
    struct service_try try = { call->is_post, call->is_ambiguous, call->failures, now, call->expires_at };
    enum service_fate fate = service_end_fate(end, &try);
    struct ending ending = {
        .outbox = call->outbox,
        .conversation = call->conversation,
        .call = call->call,
        .reason = end->reason,
        .has_failed = fate != END_ACCEPTED,
        .has_timed_out = fate == END_EXPIRED || (fate == END_UNKNOWN && service_end_is_late(&try)),
        .status = end->is_whole ? end->status : 0,
        .answer = fate == END_ACCEPTED ? end->answer : NULL,
    };

    if (note_attempt(desk, call, end, error) != 0)
        return -1;
    if (fate == END_AGAIN)
        return go_again(desk, call, end, now, error);
    ending.state = STATES[fate];
    return end_row(desk, &ending, now, error);
}

int service_settle(struct desk *desk, const struct service_call *call, const struct service_end *end, int64_t now,
                   struct error *error)
{
    if (apart_begin(desk, error) != 0)
        return -1;
    return end_apart(desk, settle(desk, call, end, now, error), "entering the end of a call to a service, of outbox row",
                     call->outbox, "unknown", now, error);
}

static int expire_row(struct desk *desk, const struct service_call_row *row, int64_t now, struct error *error)
{
    bool may_have_arrived = row->is_post && row->is_ambiguous;
    struct ending ending = ending_of(row, may_have_arrived ? "unknown" : "expired",
                                     may_have_arrived ? "nobody can tell whether it arrived, and its time is over"
                                     : row->is_ambiguous ? "no answer came in its time"
                                                         : "its time was over before it could leave");

    ending.has_timed_out = true;
    return end_row(desk, &ending, now, error);
}

int service_expire(struct desk *desk, int64_t now, struct error *error)
{
    struct service_call_row row;
    int found = 1;

    for (int i = 0; i < EXPIRE_MAX && desk->may_call; i++) {
        found = service_call_overdue(desk->db, now + SERVICE_LEAST_MS, &row, error);
        if (found != 1)
            break;
        int result = apart_begin(desk, error);

        if (result == 0)
            result = end_apart(desk, expire_row(desk, &row, now, error), "ending in time the call of outbox row", row.id,
                               "expired", now, error);
        service_call_row_release(&row);
        if (result != 0)
            return -1;
    }
    return found < 0 ? -1 : 0;
}

int service_drop(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    struct service_call_row row;
    int found = service_call_waiting(desk->db, outbox, &row, error);

    if (found != 1)
        return found;
    struct ending ending = ending_of(&row, "dead", "dropped by a person");
    int result = end_row(desk, &ending, now, error);

    service_call_row_release(&row);
    return result == 0 ? 1 : -1;
}

int service_next(struct desk *desk, int64_t *at, struct error *error)
{
    int64_t expires_at;
    int under_way;

    *at = INT64_MAX;
    if (!desk->may_call)
        return 0;
    if (service_call_under_way(desk->db, &under_way, error) != 0 ||
        service_call_next(desk->db, at, &expires_at, error) != 0)
        return -1;
    if (expires_at == INT64_MAX && under_way == 0)
        desk->may_call = false;
    /* Without a free slot nothing may leave before an answer comes, and that wakes the loop by itself. */
    if (under_way >= SERVICE_CALLS_MAX)
        *at = INT64_MAX;
    if (expires_at != INT64_MAX && expires_at - SERVICE_LEAST_MS < *at)
        *at = expires_at - SERVICE_LEAST_MS;
    return 0;
}
