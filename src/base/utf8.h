/*
 * utf8: reading, checking and repairing UTF-8 (RFC 3629: no surrogates, no overlong forms, at most
 * U+10FFFF). Pure; any thread.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Decodes the character at text[0 … len-1] into *code and returns its length in bytes, or 0 when the
 * bytes there are no character (then *code is U+FFFD). len 0 returns 0.
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);

/* Appends one character; codes that are none are appended as U+FFFD. */
void utf8_encode(uint32_t code, struct buf *out);

/* How many bytes at the start are ASCII: most texts are done with it. */
size_t utf8_ascii_run(const char *text, size_t len);

bool utf8_is_valid(const char *text, size_t len);

/* Appends the text with each maximal bad part, and each NUL, replaced by U+FFFD (what Unicode advises). */
void utf8_repair(const char *text, size_t len, struct buf *out);

/* Does the character act on a terminal instead of being shown: C0, DEL, C1, line separators, marks of direction? */
bool utf8_is_control(uint32_t code);

/* Number of characters (code points) in valid UTF-8. */
size_t utf8_count(const char *text, size_t len);

/* The greatest offset <= max that lies on a character border of valid UTF-8. */
size_t utf8_floor(const char *text, size_t len, size_t max);

#endif
