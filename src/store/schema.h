/*
 * schema: bringing a book to the program's version.
 *
 * The files schema/NNN-title.sql are embedded at build and applied by user_version, one transaction each;
 * before the first one runs on a book that already has tables, a copy is written beside it
 * ("<db>.before-NNN"). A book that is newer than the program, or that is no frontdesk book (application_id),
 * is refused.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

int schema_version(void); /* what this program writes */

/* Writer: migrates. `desk` is FRONTDESK_DESK: ids start at desk << 40. */
int schema_apply(struct db *db, int64_t desk, struct error *error);

/*
 * The copies beside the book that upgrades and restores have made, or that were left behind by who was killed, as far as they
 * were written at `since` (unix ms) or later: each goes to `each`, until that returns -1.
 */
typedef int schema_each_copy(void *context, const char *path, struct error *error);
int schema_copies(struct db *db, int64_t since, schema_each_copy *each, void *context, struct error *error);

/* Reader: 0 when the book has exactly the program's version. */
int schema_check(struct db *db, struct error *error);

/* 0 when this is a book that this program knows, of its own schema or of an older one. schema_of: of which. */
int schema_is_book(struct db *db, struct error *error);
int schema_of(struct db *db, int64_t *version, struct error *error);

/* Integrity check at start, bounded by `budget_ms` and the size of the book: often without a verdict. -1: the file is damaged.
 */
int schema_quick_check(struct db *db, int budget_ms, struct error *error);

#endif
