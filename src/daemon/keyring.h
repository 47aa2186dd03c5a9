/*
 * keyring: the keys of the business's services and backends, and the secrets of its teams, by the names under which the rules ask
 * for them (key_env, notify_secret_env, relay_secret_env).
 *
 * They are read from outside (base/env.h) when a ruleset comes into force, so that a key that was changed in its file
 * counts from the next reload on. A key that is not set is told at once, in the log, and not only when a customer's
 * dialogue wants it. No key is ever logged, or written into the book. The engine's thread only.
 */
#ifndef DAEMON_KEYRING_H
#define DAEMON_KEYRING_H

#include <stddef.h>

#include "base/error.h"
#include "rules/ruleset.h"

struct keyring { /* the zero value is empty */
    struct key *keys;
    size_t count;
};

/* Reads those that the ruleset asks for; the former ones are wiped. */
void keyring_load(struct keyring *keyring, const struct ruleset *rules);
void keyring_release(struct keyring *keyring);

/* Borrowed until the next load. NULL and a sentence when it is not set, or cannot be read. */
const char *keyring_get(struct keyring *keyring, const char *name, struct error *error);

#endif
