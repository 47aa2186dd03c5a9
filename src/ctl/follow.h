/*
 * follow: what is new in the book, shown as it comes: messages, what became of them, and what else happened (the ledger).
 *
 * Every POLL_MS the book is asked whether anybody has written into it, and only then what. It is read by id, in pieces and in
 * short transactions of their own, and nothing is being read while something is shown. What became of a message is
 * told when it is known: people hear of it when it went wrong, or well after all; programs always.
 *
 * Ends with EXIT_DONE on Ctrl-C, SIGTERM, or when nobody reads any more what is shown; and with a sentence when the
 * book was moved or replaced.
 */
#ifndef CTL_FOLLOW_H
#define CTL_FOLLOW_H

#include <stdint.h>

#include "base/error.h"
#include "ctl/call.h"
#include "ctl/lines.h"

enum { FATES_MAX = 256 }; /* messages whose fate is waited for; of more the newest */

struct fate {
    int64_t message;
    char state[16];
    bool was_bad; /* people were told so */
};

struct follow { /* set the first four; zero the rest, and release it */
    struct output *output;
    int64_t contact;      /* 0: of everybody */
    int64_t message;      /* the newest that was shown */
    int64_t conversation; /* that was shown last; 0: none */
    int64_t event;        /* the newest that was shown, by follow_open */
    int64_t version;
    struct fate fates[FATES_MAX];
    size_t fate_count;
};

/* Notes where the ledger ends: before messages are read. 0, -1. */
int follow_open(struct follow *follow, struct db *db, struct error *error);

/* Waits for what became of a message that was shown. */
void follow_watch(struct follow *follow, const struct exchange_line *line);

/* Within an open exchange (EXCHANGE_LIVE). Returns an exit code. */
int follow_run(struct follow *follow, struct call *call, struct db *db);

#endif
