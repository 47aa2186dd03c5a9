/*
 * notice_row: which texts are notices, whom they are for and which conversation they tell of (table notice).
 *
 * A notice is a message of the recipient's own conversation on the channel, and leaves as any text does.
 */
#ifndef STORE_NOTICE_ROW_H
#define STORE_NOTICE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/conversation.h"
#include "store/db.h"

struct notice_row { /* borrowed */
    int64_t message;      /* one part of it */
    const char *name;
    int64_t conversation; /* that it tells of */
    int64_t contact, at;
    int64_t handover;     /* the case that it tells of; -1: none, but it is the desk's word to a colleague; 0: neither */
    bool is_over;         /* over a limit, and withheld at once: does not count against one */
};
int notice_row_put(struct db *db, const struct notice_row *row, struct error *error);

/* How many were put for a contact since then, as far as `most`; one in parts is one, one about a case is none. */
int notice_row_count(struct db *db, int64_t contact, int64_t since, int64_t most, int64_t *count, struct error *error);

/*
 * Where a notice to a contact stands: his newest conversation on the channel; for somebody who has never written there a
 * closed one that is made for it, whose window has never been open.
 */
int notice_row_place(struct db *db, int64_t contact, const char *channel, int64_t now, struct conversation *place,
                     struct error *error);

#endif
