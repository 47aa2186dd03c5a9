/*
 * health: see the header.
 *
 * The workspace lane is left when any answer proves that Braze is there and takes us (accepted, refused: both
 * are answers to a good key). An endpoint's and a campaign's lane are left only by an accepted call, since a
 * refusal says nothing about them; that of /users/track by a refusal too, for it is its workspace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "braze/track.h"
#include "desk/health.h"
#include "store/defect.h"
#include "store/event.h"

enum {
    HOUR_MS = 3600 * 1000,
    PROBE_PATIENCE_MS = 15 * 1000,
    RESERVE_PARTS = 50,
    BACKING_OFF_MAX_MS = 60 * 1000,
    LIMITED_MAX_MS = HOUR_MS
};

static const char WORKSPACE[] = "braze";

int health_load(struct health *health, struct db *db, struct error *error)
{
    return lane_list(db, health->lanes, HEALTH_LANES_MAX, &health->count, error);
}

/* Lanes */

struct lane *health_find(const struct health *health, const char *name)
{
    for (size_t i = 0; i < health->count; i++)
        if (strcmp(health->lanes[i].name, name) == 0)
            return (struct lane *)&health->lanes[i];
    return NULL;
}

int health_learn_reasons(struct health *health, struct db *db, struct error *error)
{
    struct health *kept = alloc_new(sizeof *kept);
    int result = health_load(kept, db, error);

    for (size_t i = 0; i < kept->count && result == 0; i++) {
        struct lane *lane = health_find(health, kept->lanes[i].name);

        if (lane != NULL)
            memcpy(lane->reason, kept->lanes[i].reason, sizeof lane->reason);
    }
    free(kept);
    return result;
}

static void name_lane(enum answer_scope scope, const char *path, const char *campaign, char name[128])
{
    switch (scope) {
    case SCOPE_WORKSPACE: snprintf(name, 128, "%s", WORKSPACE); break;
    case SCOPE_ENDPOINT: snprintf(name, 128, "%s%s", WORKSPACE, path); break;
    case SCOPE_CAMPAIGN: snprintf(name, 128, "campaign %s", campaign); break;
    }
}

static struct lane *find_scope(const struct health *health, enum answer_scope scope, const char *path,
                               const char *campaign)
{
    char name[128];

    name_lane(scope, path, campaign, name);
    return health_find(health, name);
}

static bool is_track(const char *path)
{
    return strcmp(path, TRACK_PATH) == 0;
}

/* The lane of that name, made when there is none yet; NULL when the table is full (64 lanes, all of them sick). */
static struct lane *need_lane(struct health *health, const char *name)
{
    struct lane *lane = health_find(health, name);

    if (lane != NULL || health->count == HEALTH_LANES_MAX)
        return lane;
    lane = &health->lanes[health->count++];
    memset(lane, 0, sizeof *lane);
    snprintf(lane->name, sizeof lane->name, "%s", name);
    return lane;
}

static struct lane *need_scope(struct health *health, enum answer_scope scope, const char *path,
                               const char *campaign)
{
    char name[128];

    name_lane(scope, path, campaign, name);
    return need_lane(health, name);
}

/*
 * What is known of a lane is true in memory, and Braze is left alone by it. Where the book does not take it, it is forgotten
 * once the lanes are read from there again (after a restart, or what was undone): no reason to undo what an answer has made of
 * a text.
 */
static int excuse(struct db *db, int result, int64_t now, struct error *error)
{
    static const char WHAT[] = "writing down how a lane is";
    struct error why = *error;

    if (result == 0 || db_fault(db) > DB_STATEMENT)
        return result;
    log_error("thing_failed", log_text("what", WHAT), log_text("reason", why.text));
    *error = (struct error){ 0 };
    return defect_note(db, WHAT, 0, why.text, now, error);
}

static int keep_lane(struct db *db, const struct lane *lane, int64_t now, struct error *error)
{
    return excuse(db, lane_put(db, lane, now, error), now, error);
}

static int change_state(struct db *db, struct lane *lane, const char *state, int64_t now, struct error *error)
{
    bool is_news = strcmp(lane->state, state) != 0;

    snprintf(lane->state, sizeof lane->state, "%s", state);
    if (keep_lane(db, lane, now, error) != 0)
        return -1;
    if (!is_news)
        return 0;
    if (*state == '\0')
        log_info("lane_well", log_text("lane", lane->name));
    else
        log_warn("lane_unwell", log_text("lane", lane->name), log_text("state", state),
                 log_text("reason", lane->reason));
    return excuse(db, event_put(db, 0, "lane", "daemon", lane->name, now, error), now, error);
}

static int drop_lane(struct health *health, struct db *db, struct lane *lane, int64_t now,
                     struct error *error)
{
    int result = change_state(db, lane, "", now, error);

    if (result == 0)
        *lane = health->lanes[--health->count];
    return result;
}

/* May calls go? */

/* Of the clock hour that it is. */
static int64_t used_of_hour(const struct health *health, int64_t now)
{
    return health->counts.hour == now / HOUR_MS ? health->counts.used : 0;
}

int64_t health_wait_until(const struct health *health, int64_t now, int64_t calls_per_hour)
{
    const struct lane *workspace = health_find(health, WORKSPACE);
    int64_t until = workspace != NULL ? workspace->until_at : 0;

    if (health->counts.spaced_until_at > until)
        until = health->counts.spaced_until_at;
    if (used_of_hour(health, now) >= calls_per_hour && (now / HOUR_MS + 1) * HOUR_MS > until)
        until = (now / HOUR_MS + 1) * HOUR_MS;
    return until > now ? until : 0;
}

int health_slots(struct health *health, int64_t now, int under_way, int64_t calls_max, int64_t calls_per_hour,
                 bool *is_trial)
{
    int64_t slots = calls_max, left = calls_per_hour - used_of_hour(health, now);

    *is_trial = health_find(health, WORKSPACE) != NULL;
    if (health_wait_until(health, now, calls_per_hour) != 0)
        return 0;
    if (*is_trial)
        slots = 1;
    else if (health->counts.ramp > 0 && health->counts.ramp < slots)
        slots = health->counts.ramp;
    if (left < slots - under_way)
        slots = left + under_way;
    return slots > under_way ? (int)slots - under_way : 0;
}

void health_count_call(struct health *health, int64_t now)
{
    health->counts.used = used_of_hour(health, now) + 1;
    health->counts.hour = now / HOUR_MS;
}

int64_t health_block(const struct health *health, int64_t now, const char *path, const char *campaign,
                     bool *is_probe)
{
    int64_t until = 0;

    *is_probe = false;
    for (enum answer_scope scope = SCOPE_ENDPOINT; scope <= SCOPE_CAMPAIGN; scope++) {
        const struct lane *lane = find_scope(health, scope, path, campaign);

        if (lane == NULL)
            continue;
        *is_probe = true;
        if (lane->until_at > now && lane->until_at > until)
            until = lane->until_at;
    }
    return until;
}

int64_t health_block_track(const struct health *health, int64_t now, bool *is_probe)
{
    const struct lane *workspace = health_find(health, WORKSPACE);
    int64_t until = health_block(health, now, TRACK_PATH, "", is_probe);

    *is_probe |= workspace != NULL;
    if (workspace != NULL && workspace->until_at > now && workspace->until_at > until)
        until = workspace->until_at;
    if (health->counts.track_spaced_until_at > now && health->counts.track_spaced_until_at > until)
        until = health->counts.track_spaced_until_at;
    return until;
}

int health_probe(struct health *health, struct db *db, const char *path, const char *campaign, int64_t now,
                 struct error *error)
{
    for (enum answer_scope scope = SCOPE_ENDPOINT; scope <= SCOPE_CAMPAIGN; scope++) {
        struct lane *lane = find_scope(health, scope, path, campaign);

        if (lane == NULL)
            continue;
        lane->until_at = now + PROBE_PATIENCE_MS;
        lane->is_probing = true;
        if (keep_lane(db, lane, now, error) != 0)
            return -1;
    }
    return 0;
}

/* What answers say */

static int worsen(struct health *health, struct db *db, const struct answer *answer, enum answer_scope scope,
                  const char *state, const char *path, const char *campaign, int64_t wait_ms, int64_t now,
                  struct error *error)
{
    struct lane *lane = need_scope(health, scope, path, campaign);

    if (lane == NULL)
        return 0;
    /* Calls that were under way together fail together: one failure, not four. A probe is out alone. */
    if (lane->is_probing || lane->until_at <= now || strcmp(lane->state, state) != 0)
        lane->failures++;
    if (lane->is_probing || now + wait_ms > lane->until_at)
        lane->until_at = now + wait_ms;
    lane->is_probing = false;
    snprintf(lane->reason, sizeof lane->reason, "%s", answer->problem);
    if (!is_track(path))
        health->counts.ramp = 1;
    return change_state(db, lane, state, now, error);
}

static int64_t delay_of(const struct health *health, enum answer_scope scope, const char *path,
                        const char *campaign, uint32_t random)
{
    const struct lane *lane = find_scope(health, scope, path, campaign);

    return answer_target_delay_ms(lane != NULL ? lane->failures + 1 : 1, random);
}

static int recover(struct health *health, struct db *db, enum answer_scope scope, const char *path,
                   const char *campaign, int64_t now, bool *has_reopened, struct error *error)
{
    struct lane *lane = find_scope(health, scope, path, campaign);

    if (lane == NULL)
        return 0;
    *has_reopened = true;
    return drop_lane(health, db, lane, now, error);
}

/* Braze's own count: the last fiftieth of it is spread over the rest of its window. */
static void space_out(const struct answer *answer, int64_t now, int64_t *spaced_until_at)
{
    *spaced_until_at = 0;
    if (answer->remaining < 0 || answer->limit <= 0 || answer->reset_in_ms <= 0)
        return;
    if (answer->remaining * RESERVE_PARTS < answer->limit)
        *spaced_until_at = now + answer->reset_in_ms / (answer->remaining + 1);
}

static int note_success(struct health *health, struct db *db, bool is_accepted, const char *path,
                        const char *campaign, int64_t now, bool *has_reopened, struct error *error)
{
    if (health->counts.ramp > 0 && !is_track(path))
        health->counts.ramp = health->counts.ramp < 1024 ? health->counts.ramp * 2 : 0;
    if (is_accepted && (recover(health, db, SCOPE_ENDPOINT, path, campaign, now, has_reopened, error) != 0 ||
                        recover(health, db, SCOPE_CAMPAIGN, path, campaign, now, has_reopened, error) != 0))
        return -1;
    return recover(health, db, SCOPE_WORKSPACE, path, campaign, now, &(bool){ false }, error);
}

int health_note(struct health *health, struct db *db, const struct answer *answer, const char *path,
                const char *campaign, int64_t now, uint32_t random, bool *has_reopened, struct error *error)
{
    enum answer_scope shared = is_track(path) ? SCOPE_ENDPOINT : SCOPE_WORKSPACE;
    int64_t wait_ms;

    *has_reopened = false;
    space_out(answer, now, is_track(path) ? &health->counts.track_spaced_until_at : &health->counts.spaced_until_at);
    switch (answer->class) {
    case ANSWER_ACCEPTED_BUT:
        /* A paused campaign takes every reply and sends none: stop before it has eaten them all. */
        if (answer->is_notice && !is_track(path))
            return worsen(health, db, answer, SCOPE_CAMPAIGN, "stopped", path, campaign,
                          delay_of(health, SCOPE_CAMPAIGN, path, campaign, random), now, error);
        return note_success(health, db, true, path, campaign, now, has_reopened, error);
    case ANSWER_ACCEPTED:
    case ANSWER_REFUSED:
        return note_success(health, db, answer->class != ANSWER_REFUSED || is_track(path), path, campaign, now,
                            has_reopened, error);
    case ANSWER_LATER:
        wait_ms = answer->wait_ms + (int64_t)(answer->wait_ms / 10 * (random >> 16) >> 16);
        if (wait_ms > LIMITED_MAX_MS)
            wait_ms = LIMITED_MAX_MS;
        /* Told nothing, or told again and again: our own ladder is the least. */
        if (wait_ms < delay_of(health, shared, path, campaign, random))
            wait_ms = delay_of(health, shared, path, campaign, random);
        return worsen(health, db, answer, shared, "limited", path, campaign, wait_ms, now, error);
    case ANSWER_STOPPED:
        if (!is_track(path))
            shared = answer->scope;
        wait_ms = delay_of(health, shared, path, campaign, random);
        return worsen(health, db, answer, shared, "stopped", path, campaign, wait_ms, now, error);
    case ANSWER_NOT_SENT:
    case ANSWER_NOT_DONE:
    case ANSWER_AMBIGUOUS:
        wait_ms = delay_of(health, shared, path, campaign, random);
        if (wait_ms < answer->wait_ms)
            wait_ms = answer->wait_ms;
        return worsen(health, db, answer, shared, "backing_off", path, campaign, wait_ms, now, error);
    }
    return 0;
}

int health_shift(struct health *health, struct db *db, int64_t drift_ms, int64_t now, struct error *error)
{
    if (health->counts.spaced_until_at != 0)
        health->counts.spaced_until_at += drift_ms;
    if (health->counts.track_spaced_until_at != 0)
        health->counts.track_spaced_until_at += drift_ms;
    for (size_t i = 0; i < health->count; i++) {
        health->lanes[i].until_at += drift_ms;
        health->lanes[i].noted_at += drift_ms;
        if (keep_lane(db, &health->lanes[i], now, error) != 0)
            return -1;
    }
    return 0;
}

int health_clamp(struct health *health, struct db *db, int64_t now, struct error *error)
{
    for (size_t i = 0; i < health->count; i++) {
        struct lane *lane = &health->lanes[i];
        int64_t longest = strcmp(lane->state, "limited") == 0 ? LIMITED_MAX_MS : BACKING_OFF_MAX_MS;

        if (lane->until_at <= now + longest)
            continue;
        lane->until_at = now + longest;
        if (keep_lane(db, lane, now, error) != 0)
            return -1;
    }
    return 0;
}

bool health_is_well(const struct health *health, const char *path)
{
    if (is_track(path))
        return find_scope(health, SCOPE_ENDPOINT, path, "") == NULL;
    return health_find(health, WORKSPACE) == NULL;
}

int health_worsen(struct health *health, struct db *db, const struct lane *worse, int64_t now, struct error *error)
{
    struct lane *lane = need_lane(health, worse->name);

    if (lane == NULL)
        return 0;
    lane->failures = worse->failures;
    lane->until_at = worse->until_at;
    lane->is_probing = worse->is_probing;
    lane->noted_at = worse->noted_at;
    snprintf(lane->reason, sizeof lane->reason, "%s", worse->reason);
    return change_state(db, lane, worse->state, now, error);
}

int health_heal(struct health *health, struct db *db, const char *name, int64_t now, struct error *error)
{
    struct lane *lane = health_find(health, name);

    return lane == NULL ? 0 : drop_lane(health, db, lane, now, error);
}

int health_clear(struct health *health, struct db *db, int64_t now, struct error *error)
{
    for (size_t i = 0; i < health->count; i++) {
        health->lanes[i].until_at = now;
        if (keep_lane(db, &health->lanes[i], now, error) != 0)
            return -1;
    }
    return 0;
}
