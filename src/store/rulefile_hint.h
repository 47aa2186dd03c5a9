/*
 * rulefile_hint: says in the words of a shopkeeper what SQLite found wrong with a statement. Pure; any
 * thread.
 */
#ifndef STORE_RULEFILE_HINT_H
#define STORE_RULEFILE_HINT_H

#include "base/error.h"
#include "store/rulefile_scan.h"

/* The functions that may stand in a row, for the authorizer and for the sentence. NULL-terminated. */
extern const char *const rulefile_functions[];

/*
 * Turns SQLite's message into a sentence and sets statement->line to the line to blame. `offset` is what
 * sqlite3_error_offset said: bytes into the statement, or -1.
 */
void rulefile_hint(struct statement *statement, const char *message, int offset, struct error *error);

/* The same for a placeholder (?, :name, @name) that stands outside of a text. */
void rulefile_hint_placeholder(struct statement *statement, struct error *error);

#endif
