/*
 * alloc: memory that is there or ends the process.
 *
 * Allocation failure aborts: the durable state is on disk and recovery at start is tested, so a
 * half-working process would be the worse outcome. Sizes that come from the network are capped by
 * the caller before they reach this module. Any thread may call these.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Zeroed memory for one object of `size` bytes, or for `count` of them (overflow aborts). */
void *alloc_new(size_t size);
void *alloc_array(size_t count, size_t size);

/* Resizes `old` (may be NULL) to `count` elements of `size` bytes; new room is not zeroed. */
void *alloc_resize(void *old, size_t count, size_t size);

/* A NUL-terminated copy of `text` (NULL gives NULL), or of its first `len` bytes. Free with free(). */
char *alloc_text(const char *text);
char *alloc_bytes(const char *bytes, size_t len);

#endif
