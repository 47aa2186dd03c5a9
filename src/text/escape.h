/*
 * escape: values put into a place that has a grammar of its own, so that they stay data there.
 *
 * The functions are of the kind template_render_escaped wants. Pure; any thread.
 */
#ifndef TEXT_ESCAPE_H
#define TEXT_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * A part of a URL: all but A-Z a-z 0-9 - . _ ~ percent-encoded. What is nothing but dots is left out, since it would
 * climb in a path and cannot be said in any other way.
 */
void escape_url(const char *before, size_t before_len, const struct buf *value, struct buf *out);

/*
 * JSON: inside quotes the text; outside of them a number, true or false as it is, nothing as null, and anything
 * else as a string with quotes of its own.
 */
void escape_json(const char *before, size_t before_len, const struct buf *value, struct buf *out);

#endif
