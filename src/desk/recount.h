/*
 * recount: conversations of the book, told as a talk that the rules in force play the same way (rules/talk.h).
 *
 * It begins with the customer's first message, in the state in which that was decided: language, channel, country. Time
 * passes as it did: by whole minutes where the talk then holds, else by seconds. What a talk has no words for is left
 * out: pictures and files, the fields of webhooks, people who step in (the talk ends where one writes). Of a service
 * the book keeps answers up to a length; of a longer one what was picked from it is null. What a model wrote is not kept:
 * its answer is what was sent of it, and what it did then but for the variables that it set. The FAQ answers by itself.
 * The messages of a burst that a backend answered as one are one. A recount may fail; it is told why. The customer's
 * first name is not repeated: a * stands for it.
 */
#ifndef DESK_RECOUNT_H
#define DESK_RECOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rules/talk.h"
#include "store/db.h"
#include "text/pattern.h"

struct recount { /* owned; the zero value is releasable */
    struct talk talk;
    bool holds, is_cut; /* is_cut: the conversation went on */
    bool has_blanks;    /* what services answered is to be filled in */
    struct buf why;     /* it does not hold: a sentence without place */

    struct talk_line *lines;
    size_t line_room;
    struct talk_given *given;
    size_t given_room;
    char **texts; /* that the lines borrow */
    size_t text_count, text_room;
};

/* Of one contact and channel, in order. The ruleset must live as long as the recount is used. 1; 0: nothing was said. */
int recount_read(struct db *db, const int64_t *conversations, size_t count, const struct ruleset *rules,
                 struct matcher *matcher, struct recount *recount, struct error *error);
void recount_release(struct recount *recount);

#endif
