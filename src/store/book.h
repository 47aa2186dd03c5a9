/*
 * book: small facts about the book itself, one text per name (table book): which ruleset is live, whether the
 * last owner closed it, until when the engine goes carefully.
 */
#ifndef STORE_BOOK_H
#define STORE_BOOK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

/* 1 and the value appended, 0 when there is none, -1. */
int book_get(struct db *db, const char *name, struct buf *value, struct error *error);
int book_put(struct db *db, const char *name, const char *value, struct error *error);

/* Numbers; `otherwise` when there is none. */
int book_get_int(struct db *db, const char *name, int64_t otherwise, int64_t *value, struct error *error);
int book_put_int(struct db *db, const char *name, int64_t value, struct error *error);

#endif
