/*
 * notify_body: what another desk reads (desk/notify.h has its form). Reads the book, writes nothing.
 */
#ifndef DESK_NOTIFY_BODY_H
#define DESK_NOTIFY_BODY_H

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"
#include "store/notify_row.h"

/* Appends the JSON of a row: 0, -1. */
int notify_body_write(struct db *db, const struct notify_row *row, struct buf *out, struct error *error);

#endif
