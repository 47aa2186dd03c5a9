/*
 * bulletin: what another desk is being told at this moment, and what has ended and is not yet entered in the book; what
 * daemon/errand.h is for services. The engine's thread only.
 *
 * A secret comes from the keyring that the errands keep, signs, and never stands in anything that is kept. The URLs stand in
 * rule files, so they are fetched with the guard of daemon/fetch.h. The timestamp that is signed is this try's.
 */
#ifndef DAEMON_BULLETIN_H
#define DAEMON_BULLETIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/fetch.h"
#include "daemon/keyring.h"
#include "desk/desk.h"
#include "desk/notify.h"

struct bulletin;

struct bulletins {
    struct fetcher *fetcher; /* borrowed; drops what is under way before this is released */
    struct keyring *keys;    /* borrowed */
    struct bulletin *under_way, *ended;
    int count; /* under way */
};

/* It must stay where it is: its calls point to it. */
void bulletins_init(struct bulletins *bulletins, struct fetcher *fetcher, struct keyring *keys);
void bulletins_release(struct bulletins *bulletins);

/* Takes over the list of calls and starts each. */
void bulletins_start(struct bulletins *bulletins, struct notify_call *calls);

bool bulletins_has_ended(const struct bulletins *bulletins);

/* Enters the ended ones, inside the caller's transaction; after its commit bulletins_drop forgets them. */
int bulletins_settle(const struct bulletins *bulletins, struct desk *desk, int64_t now, struct error *error);
void bulletins_drop(struct bulletins *bulletins);

#endif
