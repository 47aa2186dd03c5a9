/*
 * vendor_words: a vendor's own words as people may see them in a reason, a log, a terminal: one line, no control
 * characters, nothing that looks like a key. Pure.
 */
#ifndef BACKEND_VENDOR_WORDS_H
#define BACKEND_VENDOR_WORDS_H

#include <stddef.h>

#include "backend/vendor.h"

/* Appends about `max` bytes of the text at most, blanks and line breaks as one space, what looks like a key as "…". */
void vendor_words(const char *text, size_t len, size_t max, struct buf *out);

/* Writes answer->reason, cut on a character. */
void vendor_reason(struct vendor_answer *answer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds to answer->unlisted. */
void vendor_unlisted(struct vendor_answer *answer, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
