/*
 * env: settings and secrets from outside. X comes from the variable X, else from the file named by X_FILE,
 * else from $CREDENTIALS_DIRECTORY/X. A line break at a file's end is not part of the value; at most 64 KiB.
 */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * 1 and the value appended, 0 when X is set nowhere (or empty), -1 when a named file cannot be read or the
 * name is none: only letters, digits and underscores are (names come from rule files too).
 */
int env_get(const char *name, struct buf *value, struct error *error);

/*
 * Takes the variables of a file, as if they had been set before the program began; what is set already gives
 * way. The form is systemd's EnvironmentFile=, and a shell can read it, too: lines NAME=value, blank ones, and
 * ones that begin with "#"; a value may stand in 'single' quotes, or in "double" ones, inside which a
 * backslash takes the next character as it is. -1: the file cannot be read, or "file:line: …". Before any
 * thread is started.
 */
int env_load(const char *path, struct error *error);

/* Equal, and not empty? The time depends on the two lengths only, not on where the first difference lies. */
bool env_secret_equal(const char *given, size_t len, const char *secret, size_t secret_len);

#endif
