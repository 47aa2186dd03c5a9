/*
 * late: calls of an erased person that are delivered once more, and are known for that without knowing of whom.
 *
 * Whoever sends webhooks repeats one whose answer was lost, up to a day later. The key that tells it (store/message.h: struct
 * seen) names the person, and an erasure drops it. In its place stands a digest, of the key under a secret, until no
 * repetition can come any more. The secret is in no book and no backup: it has a file of its own beside the book,
 * BOOK.secret, made when the first digest is wanted and removed when the last one has gone. Without it, as where a backup is
 * restored on another machine, digests say nothing, and such a call is a message of somebody new.
 *
 * The engine's thread. All but late_open and late_release inside the caller's transaction.
 */
#ifndef STORE_LATE_H
#define STORE_LATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/sha256.h"
#include "store/db.h"
#include "store/message.h"

struct late { /* the zero value knows nothing */
    char *path;   /* of the file; NULL: the book is in memory */
    uint8_t secret[SHA256_SIZE];
    bool is_there; /* without a secret there is nothing to find */
};

/* Reads the secret, where there is one. One that cannot be read is told to the log, and is none. */
void late_open(struct late *late, struct db *db);
void late_release(struct late *late);

/* In the place of that key, unless it is too old to come again; `at` is its own. */
int late_leave(struct late *late, struct db *db, const struct seen *key, int64_t now, struct error *error);

/* 1: it is one of those that were left, and key->message is what it stands for; 0; -1. */
int late_find(const struct late *late, struct db *db, struct seen *key, struct error *error);

/* They go with the oldest keys (seen_forget); with the last of them the secret does. */
int late_forget(struct late *late, struct db *db, struct error *error);

#endif
