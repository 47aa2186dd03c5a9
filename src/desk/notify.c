/*
 * notify: see the header.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "desk/apart.h"
#include "desk/notify.h"
#include "desk/notify_body.h"
#include "desk/notify_lane.h"
#include "store/outbox.h"

enum { EXPIRE_MAX = 100, WAYS = 2, NAME_WHOLE_MAX = 110, NAME_CUT_MAX = 90 };

static const char GONE[] = "no team of the rules in force wants to hear it there any more";

/* Endpoints */

struct endpoint { /* borrowed from the ruleset */
    const char *way, *url, *secret_env;
    char target[NOTIFY_TARGET_LEN];
};

/* Two long names that begin alike are two endpoints: what is for one must not go to the other. */
static void write_target(const char *way, const char *name, char target[NOTIFY_TARGET_LEN])
{
    size_t len = strlen(name);
    uint8_t digest[SHA256_SIZE];

    if (len <= NAME_WHOLE_MAX) {
        snprintf(target, NOTIFY_TARGET_LEN, "%s %s", way, name);
        return;
    }
    sha256(name, len, digest);
    snprintf(target, NOTIFY_TARGET_LEN, "%s %.*s… %02x%02x%02x%02x", way, (int)utf8_floor(name, len, NAME_CUT_MAX), name,
             digest[0], digest[1], digest[2], digest[3]);
}

/* false: the team has none of that sort. */
static bool endpoint_of(const struct team *team, int way, struct endpoint *endpoint)
{
    *endpoint = way == 0 ? (struct endpoint){ .way = "notify", .url = team->notify_url, .secret_env = team->notify_secret_env }
                         : (struct endpoint){ .way = "relay", .url = team->relay_url, .secret_env = team->relay_secret_env };
    write_target(endpoint->way, team->name, endpoint->target);
    return endpoint->url != NULL;
}

static const struct team *find_team(const struct ruleset *rules, const char *name)
{
    for (size_t i = 0; i < rules->team_count; i++)
        if (strcmp(rules->teams[i].name, name) == 0)
            return &rules->teams[i];
    return NULL;
}

static bool find_target(const struct ruleset *rules, const char *target, struct endpoint *endpoint)
{
    for (size_t i = 0; i < rules->team_count; i++)
        for (int way = 0; way < WAYS; way++)
            if (endpoint_of(&rules->teams[i], way, endpoint) && strcmp(endpoint->target, target) == 0)
                return true;
    return false;
}

/* Queueing */

struct telling { /* of what; borrowed */
    const struct conversation *conversation;
    const struct team *team;
    const char *type;
    int64_t message, now, due_at;
    bool is_relay_only;
};

static int queue(struct desk *desk, const struct telling *telling, struct error *error)
{
    for (int way = telling->is_relay_only ? 1 : 0; telling->team != NULL && way < WAYS; way++) {
        struct endpoint endpoint;
        struct notify_new row = {
            .contact = telling->conversation->contact,
            .conversation = telling->conversation->id,
            .epoch = telling->conversation->epoch,
            .team = telling->team->name,
            .type = telling->type,
            .message = telling->message,
            .now = telling->now,
            .due_at = telling->due_at,
            .expires_at = telling->now + NOTIFY_EXPIRES_MS,
        };

        if (!endpoint_of(telling->team, way, &endpoint))
            continue;
        row.way = endpoint.way;
        row.target = endpoint.target;
        desk->may_notify = true;
        if (notify_row_put(desk->db, &row, error) != 0)
            return -1;
    }
    return 0;
}

int notify_hand_over(struct desk *desk, const struct conversation *conversation, const char *team, int64_t now,
                     struct error *error)
{
    struct telling telling = { .conversation = conversation, .team = find_team(desk->rules, team), .type = "handoff",
                               .now = now, .due_at = now + NOTIFY_SUMMARY_MS };

    return queue(desk, &telling, error);
}

int notify_summed_up(struct desk *desk, int64_t conversation, int64_t now, struct error *error)
{
    return desk->may_notify ? notify_row_hasten(desk->db, conversation, now, error) : 0;
}

/* Most businesses have no endpoint at all, and pay nothing. */
static bool has_endpoints(const struct ruleset *rules)
{
    for (size_t i = 0; i < rules->team_count; i++)
        if (rules->teams[i].notify_url != NULL || rules->teams[i].relay_url != NULL)
            return true;
    return false;
}

static int queue_for_present(struct desk *desk, struct telling *telling, struct error *error)
{
    struct buf name = { 0 };
    int result = 0;

    if (!has_endpoints(desk->rules))
        return 0;
    if (notify_row_team(desk->db, telling->conversation->id, &name, error) < 0)
        result = -1;
    telling->team = find_team(desk->rules, buf_text(&name));
    if (result == 0)
        result = queue(desk, telling, error);
    buf_release(&name);
    return result;
}

int notify_change(struct desk *desk, const struct conversation *conversation, const char *type, int64_t now,
                  struct error *error)
{
    struct telling telling = { .conversation = conversation, .type = type, .now = now, .due_at = now };

    return queue_for_present(desk, &telling, error);
}

int notify_hear(struct desk *desk, const struct conversation *conversation, int64_t message, int64_t now, struct error *error)
{
    struct telling telling = { .conversation = conversation, .type = "message", .message = message, .now = now, .due_at = now,
                               .is_relay_only = true };

    return queue_for_present(desk, &telling, error);
}

/* Claiming */

void notify_call_free(struct notify_call *calls)
{
    while (calls != NULL) {
        struct notify_call *next = calls->next;

        notify_row_release(&calls->row);
        free(calls->url);
        free(calls->secret_env);
        free(calls);
        calls = next;
    }
}

/* 1: it may leave; 0: nothing can be said about it any more, and it has ended. */
static int write_body(struct desk *desk, struct notify_row *row, int64_t now, struct error *error)
{
    struct buf body = { 0 };
    struct error why = { 0 };
    int result = 1;

    if (row->body != NULL)
        return 1;
    if (notify_body_write(desk->db, row, &body, &why) != 0) {
        result = db_fault(desk->db) > DB_STATEMENT ? error_set(error, "%s", why.text) : 0;
        if (result == 0 && notify_row_settle(desk->db, row, "dead", why.text, now, error) != 0)
            result = -1;
    } else if (notify_row_write(desk->db, row->id, buf_text(&body), error) != 0) {
        result = -1;
    } else {
        row->body = buf_detach(&body);
    }
    buf_release(&body);
    return result;
}

static void add_call(const struct desk *desk, const struct endpoint *endpoint, struct notify_row *row, int64_t now,
                     struct notify_call **calls)
{
    struct notify_call *call = alloc_new(sizeof *call);

    *call = (struct notify_call){
        .next = *calls,
        .row = *row,
        .url = alloc_text(endpoint->url),
        .secret_env = alloc_text(endpoint->secret_env),
        .may_be_local = ruleset_setting_number(desk->rules, "allow_local_backends") != 0,
        .claimed_at = now,
    };
    snprintf(call->id, sizeof call->id, "frontdesk-%" PRId64 "-%" PRId64, row->id, row->created_at);
    *row = (struct notify_row){ 0 };
    *calls = call;
}

static int end_apart(struct desk *desk, int result, const char *what, int64_t outbox, const char *state, int64_t now,
                     struct error *error)
{
    return apart_end_row(desk, result, what, &(struct apart_row){ outbox, 0, state }, now, error);
}

static int claim_row(struct desk *desk, const struct endpoint *endpoint, struct notify_row *row, int64_t now,
                     struct notify_call **calls, struct error *error)
{
    int may_leave = write_body(desk, row, now, error);

    if (may_leave != 1)
        return may_leave;
    if (outbox_claim(desk->db, row->id, endpoint->target, error) != 0 ||
        notify_lane_leave(desk, endpoint->target, now, error) != 0)
        return -1;
    add_call(desk, endpoint, row, now, calls);
    return 0;
}

/* 1: one was claimed or ended; 0: none is due. */
static int claim_one(struct desk *desk, const struct endpoint *endpoint, int64_t now, struct notify_call **calls,
                     struct error *error)
{
    struct notify_row row = { 0 };
    int found = notify_row_due(desk->db, endpoint->target, now, &row, error);
    int64_t id = row.id;

    if (found == 1 && (apart_begin(desk, error) != 0 ||
                       end_apart(desk, claim_row(desk, endpoint, &row, now, calls, error), "telling another desk of outbox row",
                                 id, "dead", now, error) != 0))
        found = -1;
    notify_row_release(&row);
    return found;
}

static int claim_for(struct desk *desk, const struct endpoint *endpoint, int64_t now, int *slots, struct notify_call **calls,
                     struct error *error)
{
    int under_way, found = 1, room;

    if (notify_row_under_way(desk->db, endpoint->target, &under_way, error) != 0)
        return -1;
    room = notify_lane_free(desk, endpoint->target, under_way, now);
    for (; room > 0 && *slots > 0 && found == 1; room--) {
        found = claim_one(desk, endpoint, now, calls, error);
        *slots -= found == 1;
    }
    return found < 0 ? -1 : 0;
}

int notify_claim(struct desk *desk, int64_t now, struct notify_call **calls, struct error *error)
{
    const struct ruleset *rules = desk->rules;
    struct endpoint endpoint;
    int slots, result = 0;

    *calls = NULL;
    if (!desk->may_notify)
        return 0;
    if (notify_row_under_way(desk->db, NULL, &slots, error) != 0)
        return -1;
    slots = NOTIFY_CALLS_MAX - slots;
    for (size_t i = 0; i < rules->team_count && result == 0; i++)
        for (int way = 0; way < WAYS && result == 0; way++)
            if (endpoint_of(&rules->teams[i], way, &endpoint))
                result = claim_for(desk, &endpoint, now, &slots, calls, error);
    if (result != 0) {
        notify_call_free(*calls);
        *calls = NULL;
    }
    return result;
}

/* Settling */

static int note_attempt(struct desk *desk, const struct notify_call *call, const struct notify_end *end, struct error *error)
{
    struct attempt attempt = {
        .outbox = call->row.id,
        .at = call->claimed_at,
        .took_ms = end->took_ms,
        .class = notify_end_class(end),
        .dispatch_id = "",
        .request_id = "",
        .reason = end->reason,
        .status = end->status,
        .batch = 1,
    };

    return attempt_put(desk->db, &attempt, error);
}

static int go_again(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                    struct error *error)
{
    struct outbox_again again = {
        .id = call->row.id,
        .due_at = now + notify_end_delay_ms(end, call->row.failures, desk_random(desk)),
        .failures = call->row.failures + 1,
        .is_ambiguous = end->end == WIRE_LEFT_NO_ANSWER,
        .reason = end->reason,
    };

    return outbox_retry(desk->db, &again, error);
}

static int note_lane(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                     struct error *error)
{
    struct endpoint endpoint;

    /* An endpoint that has left the rules has no health, and a telling that would go there again is to end. */
    if (!find_target(desk->rules, call->row.target, &endpoint)) {
        desk->told_rules = -1;
        return 0;
    }
    return notify_lane_note(desk, call, end, now, error);
}

static int settle(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                  struct error *error)
{
    static const char *const STATES[] = { [NOTIFY_ACCEPTED] = "accepted", [NOTIFY_DEAD] = "dead",
                                          [NOTIFY_EXPIRED] = "expired" };
    enum notify_fate fate = notify_end_fate(end, call->row.failures, now, call->row.expires_at);

    if (note_attempt(desk, call, end, error) != 0)
        return -1;
    if (fate == NOTIFY_AGAIN ? go_again(desk, call, end, now, error) != 0
                             : notify_row_settle(desk->db, &call->row, STATES[fate], end->reason, now, error) != 0)
        return -1;
    return note_lane(desk, call, end, now, error);
}

int notify_settle(struct desk *desk, const struct notify_call *call, const struct notify_end *end, int64_t now,
                  struct error *error)
{
    if (apart_begin(desk, error) != 0)
        return -1;
    return end_apart(desk, settle(desk, call, end, now, error), "entering the end of a call to another desk, of outbox row",
                     call->row.id, "unknown", now, error);
}

/* What ends otherwise */

static int end_row(struct desk *desk, const struct notify_row *row, const char *state, const char *reason, int64_t now,
                   struct error *error)
{
    if (apart_begin(desk, error) != 0)
        return -1;
    return end_apart(desk, notify_row_settle(desk->db, row, state, reason, now, error), "ending outbox row", row->id, state, now,
                     error);
}

static int expire_overdue(struct desk *desk, int64_t now, struct error *error)
{
    struct notify_row row = { 0 };
    int found = 1;

    for (int i = 0; i < EXPIRE_MAX && found == 1; i++) {
        found = notify_row_overdue(desk->db, now, &row, error);
        if (found == 1 && end_row(desk, &row, "expired", "it could not be told in a day", now, error) != 0)
            found = -1;
        notify_row_release(&row);
    }
    return found < 0 ? -1 : 0;
}

static int end_strays(struct desk *desk, int64_t now, struct error *error)
{
    struct notify_row row = { 0 };
    int64_t after = 0;
    int found = 1;

    while (found == 1) {
        struct endpoint endpoint;

        found = notify_row_open(desk->db, after, &row, error);
        after = row.id;
        if (found == 1 && !find_target(desk->rules, row.target, &endpoint) &&
            end_row(desk, &row, "dead", GONE, now, error) != 0)
            found = -1;
        notify_row_release(&row);
    }
    return found;
}

int notify_expire(struct desk *desk, int64_t now, struct error *error)
{
    if (!desk->may_notify)
        return 0;
    if (desk->told_rules != desk->rules->number && end_strays(desk, now, error) != 0)
        return -1;
    desk->told_rules = desk->rules->number;
    return expire_overdue(desk, now, error);
}

/* People */

int notify_retry(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    struct notify_row row = { 0 };
    int found = notify_row_get(desk->db, outbox, &row, error);

    if (found == 1 && (notify_row_revive(desk->db, &row, now, now + NOTIFY_EXPIRES_MS, error) != 0 ||
                       health_clear(&desk->health, desk->db, now, error) != 0))
        found = -1;
    notify_row_release(&row);
    desk->may_notify = true;
    desk->told_rules = -1;
    return found;
}

int notify_drop(struct desk *desk, int64_t outbox, const char *reason, int64_t now, struct error *error)
{
    struct notify_row row = { 0 };
    int found = notify_row_get(desk->db, outbox, &row, error);

    if (found == 1 && notify_row_settle(desk->db, &row, "dead", reason, now, error) != 0)
        found = -1;
    notify_row_release(&row);
    return found;
}

/* Rules */

/* Healing takes a lane off the list, and another one in its place. */
int notify_retry_all(struct desk *desk, const struct ruleset *rules, int64_t now, struct error *error)
{
    struct endpoint endpoint;

    for (size_t i = desk->health.count; i > 0; i--) {
        struct lane lane = desk->health.lanes[i - 1];
        int result = 0;

        if (!notify_lane_is_one(lane.name))
            continue;
        lane.until_at = now;
        lane.is_probing = false;
        if (!find_target(rules, lane.name, &endpoint))
            result = health_heal(&desk->health, desk->db, lane.name, now, error);
        else
            result = health_worsen(&desk->health, desk->db, &lane, now, error);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* When */

static int next_for(struct desk *desk, const struct endpoint *endpoint, int64_t now, int64_t *at, struct error *error)
{
    int64_t due_at, opens_at = notify_lane_opens_at(desk, endpoint->target);
    int under_way;

    if (notify_row_under_way(desk->db, endpoint->target, &under_way, error) != 0 ||
        notify_row_next_due(desk->db, endpoint->target, &due_at, error) != 0)
        return -1;
    /* Where none may leave before an answer comes, that wakes the loop by itself. */
    if (under_way >= (opens_at == 0 ? NOTIFY_CALLS_EACH : 1) || due_at == INT64_MAX)
        return 0;
    if (opens_at > due_at)
        due_at = opens_at;
    if (due_at < *at)
        *at = due_at < now ? now : due_at;
    return 0;
}

int notify_next(struct desk *desk, int64_t now, int64_t *at, struct error *error)
{
    const struct ruleset *rules = desk->rules;
    struct endpoint endpoint;
    int any, all;

    *at = INT64_MAX;
    if (!desk->may_notify)
        return 0;
    any = notify_row_any(desk->db, error);
    if (any < 0 || notify_row_under_way(desk->db, NULL, &all, error) != 0)
        return -1;
    desk->may_notify = any == 1;
    if (all >= NOTIFY_CALLS_MAX)
        return 0;
    for (size_t i = 0; i < rules->team_count; i++)
        for (int way = 0; way < WAYS; way++)
            if (endpoint_of(&rules->teams[i], way, &endpoint) && next_for(desk, &endpoint, now, at, error) != 0)
                return -1;
    return 0;
}
