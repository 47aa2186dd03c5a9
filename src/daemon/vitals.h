/*
 * vitals: what the engine keeps an eye on beside its work: room on the disk, the file under its feet, the
 * length of the log, and the wall clock against the monotonic one. The engine's thread only.
 */
#ifndef DAEMON_VITALS_H
#define DAEMON_VITALS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

struct vitals {                    /* times in monotonic ms, but for wall_at */
    int64_t wall_at, monotonic_at; /* of the last look at the clocks */
    int64_t measured_at, looked_at, alarmed_at;
    bool is_short_of_disk; /* intake stops while there is still room for what was promised */
    bool is_book_lost;     /* moved, replaced or deleted under us */
};

/* By how much the wall clock jumped since the last call; 0 when it did not (small corrections are none). */
int64_t vitals_clock_jump(struct vitals *vitals, int64_t monotonic, int64_t wall);

/* Looks at the disk now and then, at file and log once a second; true when it did the latter. */
bool vitals_look(struct vitals *vitals, struct db *db, const char *path, int64_t monotonic);

#endif
