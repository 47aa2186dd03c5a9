/*
 * message: the texts of a conversation, and the key by which a message that comes twice is known (tables
 * message, seen).
 */
#ifndef STORE_MESSAGE_H
#define STORE_MESSAGE_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct message { /* borrowed texts; NULL where a column has a default */
    int64_t id, conversation, turn, at, webhook, sent_at;
    const char *kind, *text, *actor, *campaign, *media, *fields;
    int flags;
};

/* The id goes into message->id. */
int message_put(struct db *db, struct message *message, struct error *error);

/* 1 and the first message when this key was seen, else 0. */
int seen_get(struct db *db, const char *channel, const char *identity, const char *dispatch_id,
             int64_t *message, struct error *error);
int seen_put(struct db *db, const char *channel, const char *identity, const char *dispatch_id,
             int64_t message, int64_t now, struct error *error);

/* Drops keys older than `before`, at most `max` of them; the number dropped, or -1. */
int64_t seen_forget(struct db *db, int64_t before, int max, struct error *error);

/* 1 and its id: the same text reached the conversation since `since` through another Braze campaign. */
int message_twin(struct db *db, int64_t conversation, const char *text, const char *campaign, int64_t since,
                 int64_t *message, struct error *error);

#endif
