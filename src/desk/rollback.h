/*
 * rollback: the files of a ruleset that was in force once, for a new load of them. A rollback is a load like any
 * other: it gets a number of its own, and the files have to prove themselves again, since the program may have
 * changed in between.
 */
#ifndef DESK_ROLLBACK_H
#define DESK_ROLLBACK_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/rulefile.h"

/*
 * An HTTP status, as desk_command returns it: 200 with the files; 404 there is no such ruleset; 409 its files are
 * in force already; 503 the book cannot be read. All but 200 leave a sentence and no files.
 */
int rollback_read(struct db *db, int64_t number, struct rulefiles *files, struct error *error);

#endif
