/*
 * ask_piece: a text cut into the words of a lexicon. Private to flow/ask*.
 *
 * A lexicon is a few lists of words in plain form (text/plain.h), each with a kind and a value that mean
 * something to its reader. Of all ways to cover the text, the one with the fewest unknown words and then the
 * fewest pieces is taken: "pasado manana" is one word and not two, and 세명이요 falls into 세, 명 and 이요. A
 * word of letters starts and ends where letters do (but may touch a digit: 9pm). A word of Hangul is covered
 * as a whole or not at all, so that 네일 is no four; blanks in it may be there or not: 다음 주, 다음주. A
 * blank of a lexicon's word stands for a hyphen, too.
 *
 * Pure; a cut text belongs to one thread.
 */
#ifndef FLOW_ASK_PIECE_H
#define FLOW_ASK_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A longer text is no answer that has to be cut. */
enum { ASK_TEXT_MAX = 1000 };

enum {
    PIECE_UNKNOWN, /* a whole word */
    PIECE_DIGITS,  /* 0 … 9 in a row */
    PIECE_SIGN,    /* value: the character */
    PIECE_ENDING,  /* a particle or an ending of Korean; of the lexicon */
    PIECE_FILLER,  /* a word that says nothing; of the lexicon */
    PIECE_OWN      /* from here on, the kinds of each lexicon */
};

struct ask_word {
    const char *text; /* NULL ends a list */
    int kind;
    int value;
};

struct ask_lexicon {
    const struct ask_word *const *lists; /* NULL-terminated; where all is equal the first word wins */
};

struct ask_piece {
    int kind, value;
    size_t start, end; /* bytes of `plain` */
    bool is_glued;     /* no blank before it */
};

struct ask_pieces { /* zero value or a released one goes in */
    struct buf plain;
    struct ask_piece *list;
    size_t count;
};

/* `text` as typed. One that is too long has no pieces. */
void ask_pieces_cut(struct ask_pieces *pieces, const char *text, const struct ask_lexicon *lexicon);
void ask_pieces_release(struct ask_pieces *pieces);

/* Is there a piece of this kind at the index? */
bool ask_piece_is(const struct ask_pieces *pieces, size_t index, int kind);
/* The same, and it follows the piece before it without a blank. */
bool ask_piece_is_sign(const struct ask_pieces *pieces, size_t index, int sign);
/* Is there one of these ASCII signs, wherever the blanks are? */
bool ask_piece_is_one_of(const struct ask_pieces *pieces, size_t index, const char *signs);
bool ask_piece_has(const struct ask_pieces *pieces, int kind); /* anywhere */

#endif
