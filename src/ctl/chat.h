/*
 * chat: being a customer. What is said goes through the daemon's real webhook; what comes back is fetched
 * from the sandbox, which remembers what each customer received; whether more is to come is read from the
 * book.
 *
 * It never talks to the real Braze: BRAZE_REST_URL must be a loopback address, or chat_open refuses.
 */
#ifndef CTL_CHAT_H
#define CTL_CHAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct client;

struct chat {
    struct client *client;
    struct db *db;      /* borrowed: a reader */
    const char *user;   /* borrowed */
    const char *language; /* of the customer, a tag; borrowed; NULL: Braze does not know it */
    struct buf webhook; /* URL */
    struct buf token;
    struct buf inbox; /* URL of the sandbox's messages for the user, "&since=" at its end */
    int64_t newest;   /* number of the newest message seen there */
    unsigned said;
};

/* Does this URL stay on this machine? Plain http to 127.0.0.0/8, ::1 or localhost, without a user part. */
bool chat_is_loopback(const char *url);

/*
 * `listen` is where the daemon says that webhooks arrive, HOST:PORT; NULL or "": it does not say, and FRONTDESK_LISTEN counts.
 * Reads FRONTDESK_WEBHOOK_TOKENS and BRAZE_REST_URL, too; passes over what the user received before.
 */
int chat_open(struct chat *chat, struct db *db, const char *user, const char *listen, struct error *error);
void chat_close(struct chat *chat);

/* Says one message; its number in *message. -1: it was not accepted. */
int chat_say(struct chat *chat, const char *text, int64_t *message, struct error *error);

/* Hands each new text to the callback, waiting up to wait_ms for the first. The number of texts, or -1. */
/* `buttons` is a JSON array of texts, NULL when there are none; where `list` is not NULL, they are the rows of the list that
 * it opens. */
typedef void chat_reply(void *context, const char *text, const char *buttons, const char *list);
int chat_fetch(struct chat *chat, int wait_ms, chat_reply *reply, void *context, struct error *error);

struct chat_fate {
    char state[16];   /* of the turn */
    bool is_settled;  /* nothing of its answer can still leave */
    int texts;        /* of the answer */
    int accepted;     /* of them taken by Braze */
    char reason[300]; /* of the worst of the others */
};

/* What became of the answer to a message so far. */
int chat_fate(struct chat *chat, int64_t message, struct chat_fate *fate, struct error *error);

#endif
