/*
 * health: is what we call well? Kept per lane, apart from the fate of any message:
 *
 *     braze                          the workspace: unreachable, 5xx, 429, a bad key
 *     braze/campaigns/trigger/send   an endpoint: the key lacks its permission
 *     braze/users/track              the endpoint of profiles, and whatever goes wrong there
 *     campaign NAME                  a campaign row: Braze does not know its id
 *     backend NAME                   a backend (desk/breaker.h)
 *
 * A lane that fails backs off (1, 2, 4 … 60 s) and then lets one row through as a trial; when that succeeds,
 * the number of calls under way grows again from one, doubling. A stopped lane keeps its rows and probes in
 * the same way. The hourly budget is a share of Braze's limit per clock hour. Pure but for the rows of table
 * lane, which keep it over a restart.
 *
 * /users/track stands apart: it has limits of its own, and replies must not wait for it. Its troubles stay with its own
 * lane; the workspace's hold it back as well. That it answers proves that Braze is there.
 */
#ifndef DESK_HEALTH_H
#define DESK_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "braze/answer.h"
#include "store/db.h"
#include "store/lane.h"

enum { HEALTH_LANES_MAX = 256 };

struct health_counts {
    int ramp;     /* calls that may be under way; 0: no bound but the setting's */
    int64_t hour; /* number of the clock hour that `used` counts */
    int64_t used;
    int64_t spaced_until_at; /* Braze's own count nears its end: no call before */
    int64_t track_spaced_until_at; /* the same, of /users/track */
};

struct health {
    struct lane lanes[HEALTH_LANES_MAX];
    size_t count;
    struct health_counts counts;
};

/* Reads the lanes (again); what is counted beside them stays. */
int health_load(struct health *health, struct db *db, struct error *error);

/* The reasons as they are in the book: one that names somebody who is erased is emptied there, and must not be written again. */
int health_learn_reasons(struct health *health, struct db *db, struct error *error);

/* How many calls may start now, when `under_way` are; *is_trial: only one row each. */
int health_slots(struct health *health, int64_t now, int under_way, int64_t calls_max, int64_t calls_per_hour,
                 bool *is_trial);

/* When may the workspace be called again? 0: now. */
int64_t health_wait_until(const struct health *health, int64_t now, int64_t calls_per_hour);

/*
 * May a row go by this endpoint and campaign? 0: yes. Else the moment from which on one may try; when that
 * has come, the caller that gets 0 is the probe, and *is_probe says so.
 */
int64_t health_block(const struct health *health, int64_t now, const char *path, const char *campaign,
                     bool *is_probe);

/* The same for /users/track. Also a probe: the call that looks whether the workspace is well again. */
int64_t health_block_track(const struct health *health, int64_t now, bool *is_probe);

/* A probe leaves: others wait for its answer. */
int health_probe(struct health *health, struct db *db, const char *path, const char *campaign, int64_t now,
                 struct error *error);

void health_count_call(struct health *health, int64_t now);

/*
 * What an answer says about the lanes. *has_reopened: rows that an endpoint or a campaign has put off may leave at once. A
 * change of state is written to the ledger and the log.
 */
int health_note(struct health *health, struct db *db, const struct answer *answer, const char *path,
                const char *campaign, int64_t now, uint32_t random, bool *has_reopened,
                struct error *error);

/*
 * The wall clock jumped by `drift_ms`: waits keep their length. At a start nobody knows by how much it did since the last
 * life: health_clamp bounds each wait by the longest that our own ladder, or a limit's hour, can have.
 */
int health_shift(struct health *health, struct db *db, int64_t drift_ms, int64_t now, struct error *error);
int health_clamp(struct health *health, struct db *db, int64_t now, struct error *error);

/* Is the lane on which calls by this path fail together free of trouble: that of /users/track, else the workspace's? */
bool health_is_well(const struct health *health, const char *path);

/*
 * For lanes of other targets (desk/breaker.h), which have names of their own. find: NULL: it is well. worsen counts a
 * failure, and lets nobody through before until_at; heal drops the lane.
 */
struct lane *health_find(const struct health *health, const char *name);
int health_worsen(struct health *health, struct db *db, const struct lane *worse, int64_t now, struct error *error);
int health_heal(struct health *health, struct db *db, const char *name, int64_t now, struct error *error);

/* A person asks for another try now. */
int health_clear(struct health *health, struct db *db, int64_t now, struct error *error);

#endif
