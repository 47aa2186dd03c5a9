/*
 * keyring: see the header. A row that was put under a former ruleset may ask for a name that the one in force does not
 * know: such a key is read when it is asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/env.h"
#include "base/log.h"
#include "daemon/keyring.h"
#include "flow/flow.h"

struct key {
    char *name, *value; /* value NULL: it is not set, or cannot be read */
    char why[200];
};

static struct key *find(const struct keyring *keyring, const char *name)
{
    for (size_t i = 0; i < keyring->count; i++)
        if (strcmp(keyring->keys[i].name, name) == 0)
            return &keyring->keys[i];
    return NULL;
}

static void read_value(struct key *key)
{
    struct buf value = { 0 };
    struct error error = { 0 };
    int found = env_get(key->name, &value, &error);

    if (found == 1) {
        key->value = alloc_text(buf_text(&value));
        log_hide(key->value);
        explicit_bzero(value.data, value.len);
    } else if (found == 0) {
        snprintf(key->why, sizeof key->why, "its key is missing: %.100s is not set", key->name);
    } else {
        snprintf(key->why, sizeof key->why, "its key is missing: %.160s", error.text);
    }
    buf_release(&value);
}

static struct key *add(struct keyring *keyring, const char *name)
{
    struct key *key;

    keyring->keys = alloc_resize(keyring->keys, keyring->count + 1, sizeof *keyring->keys);
    key = &keyring->keys[keyring->count++];
    *key = (struct key){ .name = alloc_text(name) };
    read_value(key);
    return key;
}

static void learn(struct keyring *keyring, const char *kind, const char *owner, const char *name)
{
    const struct key *key;

    if (name == NULL)
        return;
    key = find(keyring, name);
    if (key == NULL)
        key = add(keyring, name);
    if (key->value == NULL)
        log_warn("key_missing", log_text(kind, owner), log_text("reason", key->why),
                 log_text("meaning", "every call to it fails until the variable is set and the rules are loaded again, "
                                     "or the daemon is started again"));
}

void keyring_load(struct keyring *keyring, const struct ruleset *rules)
{
    keyring_release(keyring);
    for (size_t i = 0; i < rules->service_count; i++)
        learn(keyring, "service", rules->services[i].name, rules->services[i].key_env);
    for (size_t i = 0; i < rules->team_count; i++) {
        learn(keyring, "team", rules->teams[i].name, rules->teams[i].notify_secret_env);
        learn(keyring, "team", rules->teams[i].name, rules->teams[i].relay_secret_env);
    }
    for (size_t i = 0; i < rules->backend_count; i++)
        learn(keyring, "backend", rules->backends[i].name, rules->backends[i].key_env);
}

void keyring_release(struct keyring *keyring)
{
    for (size_t i = 0; i < keyring->count; i++) {
        struct key *key = &keyring->keys[i];

        if (key->value != NULL)
            explicit_bzero(key->value, strlen(key->value));
        free(key->value);
        free(key->name);
    }
    free(keyring->keys);
    *keyring = (struct keyring){ 0 };
}

const char *keyring_get(struct keyring *keyring, const char *name, struct error *error)
{
    const struct key *key = find(keyring, name);

    if (key == NULL)
        key = add(keyring, name);
    if (key->value == NULL)
        error_set(error, "%s", key->why);
    return key->value;
}
