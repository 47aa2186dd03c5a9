/*
 * defect: what could not be done because a row that it needs is missing or broken, noted in the book for status and doctor
 * (table book, names "defect …"). No program of ours leaves such a row: the book is damaged, or was written by hand.
 *
 * One note for a thing, which is named by what is done to it and a number: "closing conversation", 7. Noted once more it is as
 * new. The newest DEFECTS_MAX are kept, for DEFECT_KEPT_MS.
 */
#ifndef STORE_DEFECT_H
#define STORE_DEFECT_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum { DEFECTS_MAX = 200 };

#define DEFECT_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)
/* Whatever is tried again is tried again sooner: what has not failed for that long is over. */
#define DEFECT_FRESH_MS (INT64_C(24) * 3600 * 1000)

/* `id` 0: the thing has none. */
int defect_note(struct db *db, const char *what, int64_t id, const char *reason, int64_t now, struct error *error);

/* Of those that failed at `since` or later, the newest first, at most `limit`. */
struct defect {
    const char *what, *reason; /* borrowed for the call */
    int64_t at;
};
typedef void defect_row(void *context, const struct defect *defect);
int defect_list(struct db *db, int64_t since, int64_t limit, defect_row *row, void *context, struct error *error);
int defect_count(struct db *db, int64_t since, int64_t *count, struct error *error);

#endif
