/*
 * message: the texts of a conversation, and the key by which a message that comes twice is known (tables
 * message, seen).
 */
#ifndef STORE_MESSAGE_H
#define STORE_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct message { /* borrowed texts; NULL where a column has a default */
    int64_t id, conversation, turn, at, webhook, sent_at;
    const char *kind, *text, *actor, *campaign, *media, *fields;
    const char *buttons; /* out: JSON array of the texts offered below it */
    const char *tags;    /* in: JSON array */
    const char *properties; /* out: JSON object of further trigger properties */
    int flags;
};

/* The next message's id; message_put takes one of its own where message->id is 0. */
int message_number(struct db *db, int64_t *id, struct error *error);
int message_put(struct db *db, struct message *message, struct error *error);

/* A message of the customer, read back; owned texts. The zero value is releasable. */
struct heard {
    int64_t id, turn, at, sent_at;
    char *text, *campaign, *media, *fields;
};

/* By its id; or the newest of a conversation. 1, 0, -1. */
int heard_get(struct db *db, int64_t id, struct heard *heard, struct error *error);
int heard_newest(struct db *db, int64_t conversation, struct heard *heard, struct error *error);
void heard_release(struct heard *heard);

/* The tags that were noted when it was decided late. */
int message_set_tags(struct db *db, int64_t id, const char *tags, struct error *error);

/* How long a key is kept. */
#define SEEN_KEPT_MS ((int64_t)30 * 24 * 3600 * 1000)

struct seen { /* borrowed */
    const char *channel, *identity, *dispatch_id; /* the key; the identity as received */
    int64_t message;
    int64_t at; /* never before an older key's, since the oldest are forgotten first */
};

/* 1: the key is new and stands for seen->message from now on; 0: it came before, and seen->message is what it stands for. */
int seen_claim(struct db *db, struct seen *seen, struct error *error);

/* 1: it is there, and seen->message is what it stands for; 0; -1. */
int seen_get(struct db *db, struct seen *seen, struct error *error);

/* Lets a key that is there stand for seen->message. */
int seen_point(struct db *db, const struct seen *seen, struct error *error);

/* The time of the newest key; 0: there is none. */
int seen_newest(struct db *db, int64_t *at, struct error *error);

/* Drops keys older than `before`, at most `max` of them; the number dropped, or -1. */
int64_t seen_forget(struct db *db, int64_t before, int max, struct error *error);

/* The newest text of ours in the conversation that is no notice: what it offers, and the campaign row that carried it, "" when
 * none did so far. 1, 0, -1. */
int message_offered(struct db *db, int64_t conversation, struct buf *buttons, struct buf *sent_by,
                    struct error *error);

/* 1 and its id: the same text reached the conversation since `since` through another Braze campaign. */
int message_twin(struct db *db, int64_t conversation, const char *text, const char *campaign, int64_t since,
                 int64_t *message, struct error *error);

#endif
