/*
 * restored: making a backup fit to be the book again. What happened between the backup and now is not in it, but has happened:
 * texts have left, profiles were written, conversations went on, numbers were given. So nothing that the backup has pending is
 * done by itself any more; each such row says so, and a person may ask for it after all (outbox retry).
 *
 *   texts that wait or are held, calls to services       unknown: they may have been sent since
 *   questions to backends                                expired
 *   messages that wait to be decided                     decided as lost, their turns expired
 *   what was received and not read                       aside (webhooks replay)
 *   values and entries for profiles                      taken for done; the next value of each name is written in any case
 *   dialogues, and conversations of the bot              closed without word and summary; the next message begins anew
 *   money spent                                          at least what the book at hand knows
 *   numbers                                              go on behind those that the lost part may have given
 *   people whom the book at hand has erased since        erased again (store/erasure_again.h)
 *
 * What a person has taken stays with them.
 */
#ifndef STORE_RESTORED_H
#define STORE_RESTORED_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct restored { /* what was settled */
    int64_t texts, calls, questions, messages, webhooks, values, conversations, people;
};

/*
 * The writer, inside a transaction, on a book of this program's schema. `present` is the book that it takes the place of, for
 * reading; NULL: there is none that can be read.
 */
int restored_settle(struct db *db, struct db *present, const char *actor, int64_t now, struct restored *restored,
                    struct error *error);

#endif
