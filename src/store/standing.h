/*
 * standing: where a customer stands in the book, as the decision about his next message would read it. For
 * `rules try --as`.
 */
#ifndef STORE_STANDING_H
#define STORE_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct standing { /* owned texts, never NULL once read */
    char *first_name, *language, *time_zone, *phone;
    char *channel, *owner; /* of the conversation; owner may be closed: the next message begins a new one */
    char *last_rule;
    char *fields, *campaign; /* of the newest webhook in the conversation */
    bool is_opted_out;
    int64_t message_count, last_in_at; /* of the conversation so far */
};

/* By a conversation: 1, 0, -1. The zero value goes in; standing_release afterwards. */
int standing_get(struct db *db, int64_t conversation, struct standing *standing, struct error *error);
void standing_release(struct standing *standing);

#endif
