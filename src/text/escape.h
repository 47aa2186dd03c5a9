/*
 * escape: values put into a place that has a grammar of its own, so that they stay data there.
 *
 * The functions are of the kind template_render_escaped wants. Pure; any thread.
 */
#ifndef TEXT_ESCAPE_H
#define TEXT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * A part of a URL: all but A-Z a-z 0-9 - . _ ~ percent-encoded. That does not make every value a segment of a path:
 * none, "." and ".." would name another address, and cannot be said in any other way. See escape_url_is_whole.
 */
void escape_url(const char *before, size_t before_len, const struct buf *value, struct buf *out);

/* One letter, whatever the value: the URL's outline, which shows where values stand. */
void escape_outline(const char *before, size_t before_len, const struct buf *value, struct buf *out);

/*
 * The same template, rendered by escape_url and by escape_outline: is every segment of the path that a value has a part
 * in one that a path can have, neither empty nor "." nor ".."? What the owner wrote himself is not judged.
 */
bool escape_url_is_whole(const char *url, const char *outline);

/*
 * JSON: inside quotes the text; outside of them a number, true or false as it is, nothing as null, and anything
 * else as a string with quotes of its own.
 */
void escape_json(const char *before, size_t before_len, const struct buf *value, struct buf *out);

/* The same for what is a text whatever it looks like: outside of quotes "5" stays a string. */
void escape_json_text(const char *before, size_t before_len, const struct buf *value, struct buf *out);

/* Each % as %25. */
void escape_percent(const char *text, struct buf *out);

/* A word of a command line that somebody is to type: in quotes where a shell would read more than the word into it. */
void escape_shell(const char *word, struct buf *out);

#endif
