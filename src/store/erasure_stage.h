/*
 * erasure_stage: the rows of a person lose what they say of her, stage by stage (see store/erasure_rows.h for what stays). A
 * stage is done in pieces, each a short transaction's worth, however much there is of a kind: `upto` is the last row that is
 * done. Inside the caller's transaction.
 */
#ifndef STORE_ERASURE_STAGE_H
#define STORE_ERASURE_STAGE_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/erasure.h"

enum { ERASURE_STAGES = 9 };

/* One piece of erasure->stage behind erasure->upto. 1: there is more of that stage, *upto moved on; 0: it is over; -1. */
int erasure_stage_run(struct db *db, const struct erasure *erasure, int64_t now, int64_t *upto, struct error *error);

#endif
