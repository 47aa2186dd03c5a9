/*
 * owner: a file that this user may not open. Whose it is, and the way out.
 */
#ifndef STORE_OWNER_H
#define STORE_OWNER_H

#include "base/error.h"

/* `done`: what may not be done with it, "read" or "written". -1. */
int owner_tell(const char *path, const char *done, struct error *error);

#endif
