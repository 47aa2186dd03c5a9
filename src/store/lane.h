/*
 * lane: the health of what we call, kept apart from the fate of a message (table lane). No row means all is
 * well.
 */
#ifndef STORE_LANE_H
#define STORE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct lane {
    char name[128]; /* "braze", "braze/campaigns/trigger/send", "campaign reply" */
    char state[12]; /* backing_off, limited, stopped; "" well */
    int64_t until_at;
    int failures;
    bool is_probing; /* one row is out to look; not stored */
    int64_t noted_at; /* of the newest failure, where that is told; not stored */
    char reason[300];
};

/* Reads at most `max` lanes. */
int lane_list(struct db *db, struct lane *lanes, size_t max, size_t *count, struct error *error);

/* Stores the lane, or drops its row when its state is "". */
int lane_put(struct db *db, const struct lane *lane, int64_t now, struct error *error);

#endif
