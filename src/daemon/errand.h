/*
 * errand: calls to services of the business that are under way, and those that ended and are not yet entered in the book;
 * what daemon/flight.h is for calls to Braze. The engine's thread only.
 *
 * The URLs stand in rule files, so they are fetched with the guard of daemon/fetch.h.
 */
#ifndef DAEMON_ERRAND_H
#define DAEMON_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/fetch.h"
#include "daemon/keyring.h"
#include "desk/desk.h"
#include "desk/service.h"

struct errand;

struct errands {
    struct fetcher *fetcher; /* borrowed; drops what is under way before this is released */
    struct keyring keys;
    int64_t rules; /* number of the ruleset whose keys these are; -1: none were read yet */
    struct errand *under_way, *ended;
    int count; /* under way */
};

/* It must stay where it is: its calls point to it. */
void errands_init(struct errands *errands, struct fetcher *fetcher);
void errands_release(struct errands *errands);

/* Reads the keys when another ruleset has come into force. */
void errands_learn(struct errands *errands, const struct ruleset *rules);

/* Takes over the list of calls and starts each. */
void errands_start(struct errands *errands, struct service_call *calls);

bool errands_has_ended(const struct errands *errands);

/* Enters the ended ones, inside the caller's transaction; after its commit errands_drop forgets them. */
int errands_settle(const struct errands *errands, struct desk *desk, int64_t now, struct error *error);
void errands_drop(struct errands *errands);

#endif
