/*
 * media: the addresses of pictures, voice notes and documents that come with a message, however the
 * template printed them.
 */
#ifndef BRAZE_MEDIA_H
#define BRAZE_MEDIA_H

#include <stddef.h>

#include "base/buf.h"

enum { MEDIA_MAX = 100 };

/*
 * Appends the addresses in `text` (valid UTF-8) as a JSON array of texts, "[]" when there are none, at most
 * MEDIA_MAX. The text may be a JSON array, a list with commas or blanks, or addresses that run together.
 * Returns how many there were.
 */
size_t media_format(const char *text, size_t len, struct buf *out);

#endif
