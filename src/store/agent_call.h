/*
 * agent_call: what another desk's agents have asked for, by the ids that they gave it (table agent_call), so that what is
 * asked for twice is done once. Inside the caller's transaction.
 */
#ifndef STORE_AGENT_CALL_H
#define STORE_AGENT_CALL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct agent_call { /* borrowed */
    const char *id, *digest, *reply;
    int64_t conversation, at;
};
int agent_call_put(struct db *db, const struct agent_call *call, struct error *error);

/* 1 with the reply appended, and what was asked for; 0: it is new; -1. */
enum { AGENT_DIGEST_LEN = 65 };
int agent_call_get(struct db *db, const char *id, char digest[AGENT_DIGEST_LEN], int64_t *conversation, struct buf *reply,
                   struct error *error);

/* Drops those older than `before`, at most `max`; how many, or -1. */
int64_t agent_call_forget(struct db *db, int64_t before, int max, struct error *error);

#endif
