/*
 * piece: the pieces of a command's pattern (ctl/command.h): literal words and typed holes. Pure.
 */
#ifndef CTL_PIECE_H
#define CTL_PIECE_H

#include <stdbool.h>
#include <stddef.h>

struct piece { /* borrowed from the pattern */
    const char *text;
    size_t len; /* without brackets and dots */
    bool is_hole, is_optional, is_rest;
};

/* The piece at *pattern, which moves behind it; false at the end. */
bool piece_next(const char **pattern, struct piece *piece);

/* The piece that word `index` falls on: the last one for all words behind TEXT... */
bool piece_at(const char *pattern, size_t index, struct piece *piece);

bool piece_is(const struct piece *piece, const char *text);

/* N and ID are numbers. */
bool piece_is_number(const struct piece *piece);

/* Does a typed word fit? A hole takes any; a literal word itself or its beginning. */
enum fit { FIT_NOT, FIT_PREFIX, FIT_WHOLE };
enum fit piece_fit(const struct piece *piece, const char *word);

#endif
