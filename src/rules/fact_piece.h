/*
 * fact_piece: the text of a condition as a row of pieces, for the checks that look at how it was typed. Private to
 * fact_*.c.
 *
 * A piece is what belongs together for who reads it: a name with its sigil, the two signs of <=, a text without its
 * quotes. There is no tree; what stands before and behind a piece tells whether it is meant as it is (behind AND, but
 * not behind +). Pure; any thread.
 */
#ifndef RULES_FACT_PIECE_H
#define RULES_FACT_PIECE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { PIECES_MAX = 2000 }; /* a condition has at most so many bytes */

enum piece_kind {
    PIECE_NAME,
    PIECE_COMPARES,
    PIECE_NUMBER,
    PIECE_TEXT,
    PIECE_WORD,
    PIECE_OPEN,
    PIECE_CLOSE,
    PIECE_COMMA,
    PIECE_OTHER
};

struct piece {
    enum piece_kind kind;
    const char *start; /* of a text: behind its quote */
    size_t len;
};

struct pieces {
    struct piece list[PIECES_MAX + 1];
    size_t count;
};

void pieces_read(const char *source, struct pieces *pieces);

bool piece_spells(const struct piece *piece, const char *word);
bool piece_is_word(const struct piece *piece, const char *word);

/* Is the piece before (or behind) one that leaves a name or a value alone, as AND does and + does not? */
bool pieces_leave_alone(const struct pieces *pieces, size_t at, bool is_before);

/*
 * fact_chain.c: two comparisons in a row, as in 1 < @n < 6, and a value that has lost its comparison, as in
 * :weekday = 'sat' OR 'sun'. SQL takes both, for something else. -1: a sentence without place.
 */
int fact_check_chains(const struct pieces *pieces, struct error *error);

#endif
