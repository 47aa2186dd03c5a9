/*
 * inquiry: questions to backends that are under way, and those that ended and are not yet entered in the book; what
 * daemon/errand.h is for services. The engine's thread only.
 *
 * The URLs stand in rule files, so they are fetched with the guard of daemon/fetch.h. Keys come from the keyring that the
 * errands keep, are added here, and never stand in a request that anything else sees.
 */
#ifndef DAEMON_INQUIRY_H
#define DAEMON_INQUIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/fetch.h"
#include "daemon/keyring.h"
#include "desk/consult.h"
#include "desk/desk.h"

struct inquiry;

struct inquiries {
    struct fetcher *fetcher; /* borrowed; drops what is under way before this is released */
    struct keyring *keys;    /* borrowed */
    struct inquiry *under_way, *ended;
    int count; /* under way */
};

/* It must stay where it is: its calls point to it. */
void inquiries_init(struct inquiries *inquiries, struct fetcher *fetcher, struct keyring *keys);
void inquiries_release(struct inquiries *inquiries);

/* Takes over the list of calls and starts each. */
void inquiries_start(struct inquiries *inquiries, struct consult_call *calls);

bool inquiries_has_ended(const struct inquiries *inquiries);

/* Enters the ended ones, inside the caller's transaction; after its commit inquiries_drop forgets them. */
int inquiries_settle(const struct inquiries *inquiries, struct desk *desk, int64_t now, struct error *error);
void inquiries_drop(struct inquiries *inquiries);

/* Breaks off those that are asked again anyway: they end as lost. Inside a transaction, or between two. */
void inquiries_break_off(struct inquiries *inquiries, struct desk *desk);

#endif
