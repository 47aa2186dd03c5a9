/*
 * search: finding messages by their words, among millions of them (tables search_leaf, search_word).
 *
 * The index is filled behind the road: search_fill does a small step in a transaction of the writer, and the position it has
 * come to is a row of `book`, so that a crash loses and doubles nothing. What is not in the index yet is read through as it
 * stands, the newest SEARCH_TAIL_MAX messages of it; `missed` says how many older ones were not.
 *
 * The index is a table of ours and not FTS5's, which cannot forget: in SQLite 3.40 a word that was deleted from it stays in the
 * file until the whole index has been written anew. Here each word has a row per 65,536 messages, and what is forgotten is gone
 * from its rows in the same transaction. Newest first is the order that it is kept in, so a frequent word costs no more than a
 * rare one.
 *
 * The index says which messages may be hits: those that have the words' pieces. Their texts then decide (text/seek.h), so
 * phrases need no places in the index, and a hit is always true of the text as it stands.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/filter.h"
#include "text/seek.h"

enum {
    SEARCH_TAIL_MAX = 20000,   /* messages that are read through for want of an index */
    SEARCH_LOOKS_MAX = 50000,  /* texts that one search looks at */
    SEARCH_RANKED_MAX = 5000,  /* the newest hits, of which the best are chosen */
};

/* Filling and forgetting: the writer's, inside the caller's transaction. */

/* One step of some milliseconds; 1: there was something to do, and may be more; 0: all is done that can be; -1. */
int search_fill(struct db *db, struct error *error);

/*
 * Takes a message out of the index. `text` is its text as it was stored: give it before it is changed or deleted. Of a message
 * that is not in the index there is nothing to take out. What was written over is in the log until that is truncated
 * (db_checkpoint), as with any other row.
 */
int search_forget(struct db *db, int64_t message, const char *text, struct error *error);

/*
 * Is something left in the tables of messages that were forgotten? 1 only while an index of an older form is being thrown away,
 * which search_fill does step by step; 0, -1.
 */
int search_is_left(struct db *db, struct error *error);

/* Searching: any connection, outside of transactions. A search has some of its own, one after the other. */

struct search_hit { /* texts are borrowed until the callback returns */
    int64_t message, conversation, at;
    const char *user, *first_name, *channel, *kind, *actor, *text;
};
typedef void search_row(void *context, const struct search_hit *hit);

struct search_query {
    const struct seek *seek;
    struct filter filter;  /* since, until, user, phone, channel, limit */
    bool is_by_relevance;  /* else the newest first */
};

struct search_outcome {
    bool has_more;       /* than the limit */
    bool is_ranked_part; /* only the newest SEARCH_RANKED_MAX hits were ranked */
    int64_t stopped_at;  /* id of the message before which SEARCH_LOOKS_MAX ended the search; 0: it came to the end */
    int64_t missed;      /* messages that are neither in the index nor were read through */
};

/* The number of hits given to `row`, or -1. */
int search_run(struct db *db, const struct search_query *query, search_row *row, void *context,
               struct search_outcome *outcome, struct error *error);

#endif
