/*
 * news: what is new in the book, for who follows it. Messages are read by transcript_news; here are the ledger's events, and
 * where to begin.
 *
 * There is one writer, and ids rise: what has an id above the last one read was written later, and nothing is missed.
 * Each call is a read transaction of its own, and a short one. Only reads.
 */
#ifndef STORE_NEWS_H
#define STORE_NEWS_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

/* A number that is another one whenever somebody has written into the book since. 0, -1. */
int news_version(struct db *db, int64_t *version, struct error *error);

/* The message behind which the newest `count` messages stand, of all conversations or of a contact's (0: all). 0, -1. */
int news_tail(struct db *db, int64_t contact, int64_t count, int64_t *message, struct error *error);

/* The newest event; 0: there is none. 0, -1. */
int news_event(struct db *db, int64_t *event, struct error *error);

struct news_event { /* borrowed */
    int64_t id, at, conversation; /* 0: of none */
    const char *kind, *actor, *detail;
    const char *user, *first_name, *channel; /* of the conversation's contact; "" where there is none */
};
typedef void news_event_row(void *context, const struct news_event *event);

/* The events behind one, at most `limit`; of a contact only those of its conversations. Their number, or -1. */
int news_events(struct db *db, int64_t after, int64_t contact, int64_t limit, news_event_row *row, void *context,
                struct error *error);

#endif
