/*
 * error: a finished sentence on its way to whoever decides what happens next.
 *
 * Functions that can fail return 0 or -1 (look-ups: 1 found, 0 not found, -1 failed) and take a
 * `struct error *` last. On failure it holds one sentence that may be shown to a user as it is; on
 * success it is left alone. The zero value is an empty error; nothing is allocated.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>

struct error {
    char text[600]; /* UTF-8, cut on a character border, never with a trailing newline */
};

/* Writes the sentence (a NULL error is ignored) and returns -1: `return error_set(…)` reads well. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "words: " in front of the sentence that is already there, and returns -1. */
int error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
