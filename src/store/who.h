/*
 * who: a person by what somebody typed, where a mistake would hand out, or erase, another one.
 *
 * An external id or Braze id names one contact; a phone names all that have it; a number is also a conversation's. Where
 * that is more than one, "external:12", "braze:…", "phone:+82…" and "conversation:12" say what is meant. "#12" (or "case:12")
 * is the customer of that case, as colleagues know it on their phones. Whoever acts on one person acts only when exactly one
 * contact is meant. Reads only; readers and the writer alike.
 */
#ifndef STORE_WHO_H
#define STORE_WHO_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

/*
 * 1: *contact is the only one meant. 0: nobody is. 2: several are, and `names` tells them apart, as "external:ana,
 * conversation:7", each by what finds that one alone. -1: the book could not be read.
 */
int who_find(struct db *db, const char *typed, int64_t *contact, struct buf *names, struct error *error);

/* The kind that stands before what was typed, as in "external:", which then begins behind it; "" when none does. */
const char *who_kind(const char **typed);

#endif
