/*
 * form: application/x-www-form-urlencoded bodies, pair by pair. Nothing is refused: a percent sign without
 * two hexadecimal digits behind it stands for itself. Pure; any thread.
 */
#ifndef BRAZE_FORM_H
#define BRAZE_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct form {
    const char *text; /* borrowed */
    size_t len;
    size_t at; /* how far the pairs so far went */
};

/* The next pair, decoded into `name` and `value` (cleared first; any bytes) and 1, or 0 at the end. */
int form_next(struct form *form, struct buf *name, struct buf *value);

/* Does this look like a form of ours: a known key followed by "=" at the start of a pair? */
bool form_is_likely(const char *text, size_t len);

#endif
