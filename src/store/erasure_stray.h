/*
 * erasure_stray: webhooks that became no message (unreadable, set aside, not read yet) and speak of the person. No row says
 * whose they are, so their bytes are looked through for what the person was known by. Part of store/erasure_rows.
 *
 * An id counts where it stands alone, not inside a longer word; a phone by its digits, whatever stands between them. Bodies are
 * JSON or a form, and damaged: \uXXXX, \/ and %XX are read as what they stand for.
 */
#ifndef STORE_ERASURE_STRAY_H
#define STORE_ERASURE_STRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/erasure.h"

/* Looks through the next of them behind erasure->upto: 1 with *upto moved on, 0 when there are no more, -1. */
int erasure_stray_empty(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error);

/* Do the bytes speak of whoever is known by that? Pure. `is_phone`: value is digits, give or take a plus before them. */
bool erasure_stray_mentions(const char *body, size_t len, const char *value, bool is_phone);

#endif
