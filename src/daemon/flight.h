/*
 * flight: calls to Braze that are under way, and those that ended and are not yet entered in the book. The
 * engine's thread only.
 */
#ifndef DAEMON_FLIGHT_H
#define DAEMON_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/fetch.h"
#include "desk/desk.h"
#include "desk/dispatch.h"

struct flight;

struct flights {
    struct fetcher *fetcher;           /* borrowed; drops what is under way before this is released */
    const char *braze_url, *braze_key; /* borrowed */
    int timeout_ms;
    struct flight *under_way, *ended;
    int count;       /* under way */
    uint64_t serial; /* of the next one */
};

struct flights_tally { /* what entering the ended ones added */
    int64_t accepted, ended;
};

/* It must stay where it is: its calls point to it. */
void flights_init(struct flights *flights, struct fetcher *fetcher, const char *braze_url, const char *braze_key,
                  int timeout_ms);
void flights_release(struct flights *flights);

/* Takes over the list of calls and starts each. */
void flights_start(struct flights *flights, struct call *calls);

/* What fetch_collect has told to have ended, and is not entered yet: is there any? */
bool flights_has_ended(const struct flights *flights);

/* Enters the ended ones, inside the caller's transaction; after its commit flights_drop forgets them. */
int flights_settle(const struct flights *flights, struct desk *desk, int64_t now, struct error *error);
struct flights_tally flights_drop(struct flights *flights);

/* Is a text to that person under way that was started before `serial`? Where the book cannot tell who is the same: yes. */
bool flights_has_older(const struct flights *flights, struct db *db, int64_t contact, uint64_t serial);

#endif
