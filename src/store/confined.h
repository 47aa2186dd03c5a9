/*
 * confined: a private database in memory, for SQL that people typed. For store/ only.
 *
 * It is opened free, so that its owner can make its tables, and then confined for good: no extension, trigger or
 * view, a schema that nothing writes to, and lengths and counts bounded. What a statement may do is the owner's
 * authorizer's to say. A fresh database in memory gives none of this a reason to fail, so failure aborts. One
 * thread.
 */
#ifndef STORE_CONFINED_H
#define STORE_CONFINED_H

#include <stdbool.h>

#include <sqlite3.h>

struct confinement { /* the bounds that differ */
    int value_bytes, sql_bytes;
    int depth; /* of an expression */
    int selects, instructions, arguments, parameters;
    bool takes_double_quotes; /* for a text, since there is no column that they could name */
};

sqlite3 *confined_open(void); /* closed by sqlite3_close */
void confined_begin(sqlite3 *db, const struct confinement *confinement);

void confined_must(int code); /* aborts, unless SQLITE_OK */

#endif
