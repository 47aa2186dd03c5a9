/*
 * literal: what every match of a pattern must contain.
 *
 * For a pattern, or a list of words, these functions derive a set of literals, written as skeletons
 * (skeleton.h), such that
 *
 *     whenever it matches somewhere in a folded text, one of its literals occurs in the text's skeleton,
 *
 * and, where a literal says that it starts or ends with the match, not inside a word there. A text whose
 * skeleton holds none of them needs no PCRE2. The set may be too large, never too small: what is not
 * understood yields no set at all, and its owner is looked at for every message.
 *
 * Pure; any thread.
 */
#ifndef TEXT_LITERAL_H
#define TEXT_LITERAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/skeleton.h"

struct literal {
    size_t start, len;         /* in the set's bytes; len is never 0 */
    unsigned char left, right; /* kinds of marks (skeleton.h) that may not stand at this end of it */
    uint32_t owner;            /* for the caller: whose it is */
};

/* Grows from several calls. The zero value is valid and empty. */
struct literals {
    struct buf bytes;
    struct literal *list;
    size_t count, room;
};

/*
 * Append the literals with that owner and return 1; or 0, when there is no such set, and nothing is added.
 * The pattern is the source as typed, and was accepted by pattern_new; the words by words_compile.
 */
int literals_of_pattern(const struct skeleton *skeleton, const char *pattern, uint32_t owner,
                        struct literals *literals);
int literals_of_words(const struct skeleton *skeleton, const char *words, uint32_t owner,
                      struct literals *literals);

/* Takes back all that came after the first `count`. */
void literals_truncate(struct literals *literals, size_t count);
void literals_release(struct literals *literals);

#endif
