/*
 * queue: the customers that are a person's, those who wait first. Only reads; serves readers and the writer alike.
 */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct queue_row { /* borrowed until the callback returns; "" and 0 where there is none */
    int64_t conversation, number; /* of the case; 0: none is known */
    const char *user, *first_name, *channel, *team;
    const char *agent;     /* who has it; "" nobody yet */
    int64_t since;         /* when it was handed over, or taken */
    int64_t waits_since;   /* the customer, for an answer; 0: he has it */
    const char *text;      /* what the customer said last */
    bool has_media;        /* … and a picture or a file came with it */
    const char *told;      /* who of the business was told on their own phones: "kim, lee" */
    const char *trouble;   /* who of them was not, and why: "kim: held: …; lee: dead: …"; else why his last answer has not gone */
    const char *summary;
};

/* Who waits for longest first, then those who have their answer. How many, or -1. */
struct queue_filter {
    bool is_untold; /* only those of which somebody of the business could not be told */
    int64_t limit;  /* 0: all */
};
typedef void queue_row_visit(void *context, const struct queue_row *row);
int queue_list(struct db *db, const struct queue_filter *filter, queue_row_visit *visit, void *context, struct error *error);

#endif
