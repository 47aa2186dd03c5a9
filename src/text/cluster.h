/*
 * cluster: cutting a text without cutting into a grapheme cluster (of an emoji of several characters, or a letter
 * with its marks, all or nothing stays). Pure; any thread.
 */
#ifndef TEXT_CLUSTER_H
#define TEXT_CLUSTER_H

#include <stddef.h>

/*
 * The offset behind the last whole cluster among the first `count` characters (code points) of valid UTF-8; the whole
 * length when the text has no more than that. 0: the first cluster alone is longer.
 */
size_t cluster_floor(const char *text, size_t len, size_t count);

#endif
