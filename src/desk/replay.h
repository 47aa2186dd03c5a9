/*
 * replay: what would a draft have done with the messages that came? Each recorded message is put to decide once
 * more: its own text, the state that its decision kept, its own time, and the rules of the draft. What would go
 * elsewhere is counted by pairs of rules. Nothing is written, nothing is sent; no backend is asked.
 *
 * Each message is judged for itself, as the conversation really stood: what the draft would have changed about
 * the messages before it is not played on. Rules that were out of play are in play again, as they are after every
 * load. Texts are compared as they were said; how a reply is cut into parts is no difference.
 *
 * Memory is bounded by PAIRS_MAX pairs, however many messages there are. One thread.
 */
#ifndef DESK_REPLAY_H
#define DESK_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rules/ruleset.h"
#include "store/db.h"
#include "store/record.h"

enum replay_kind {
    REPLAY_RULE,   /* another rule wins */
    REPLAY_ACTION, /* the same rule, which does something else */
    REPLAY_TEXT,   /* the same rule, which says something else */
    REPLAY_KINDS,
};
enum { REPLAY_EXAMPLES_MAX = 3, REPLAY_PAIRS_MAX = 10 * 1000, REPLAY_TEXT_MAX = 400 };

struct replay_example {
    int64_t message, at;
    char *text, *said, *says; /* the customer's; what was said and would be said, NULL: nothing. Cut to TEXT_MAX bytes */
};

struct replay_pair {
    enum replay_kind kind;
    char *was, *becomes; /* rules; NULL: no rule */
    size_t count;
    struct replay_example examples[REPLAY_EXAMPLES_MAX]; /* the newest, each with other words */
    size_t example_count;
};

/* The zero value is valid and releasable. */
struct replay {
    size_t judged; /* unchanged + changed of each kind */
    size_t unchanged;
    size_t changed[REPLAY_KINDS];
    size_t unreadable; /* not judged: the recorded state cannot be read */
    size_t unlisted;   /* changed, but beyond PAIRS_MAX pairs */
    int64_t oldest_at, newest_at; /* of what was judged */
    struct replay_pair **pairs; /* replay_run leaves them with the most frequent first */
    size_t pair_count, pair_room;
};

/* `limit`: judge at most so many, the newest; 0: all. 0 or -1. */
int replay_run(struct db *db, const struct ruleset *draft, const struct record_filter *filter, size_t limit,
               struct replay *replay, struct error *error);
void replay_release(struct replay *replay);

#endif
