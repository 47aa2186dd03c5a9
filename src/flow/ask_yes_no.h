/*
 * ask_yes_no: words that agree and refuse. Private to flow/ask*.
 */
#ifndef FLOW_ASK_YES_NO_H
#define FLOW_ASK_YES_NO_H

#include "flow/ask_piece.h"

enum {
    WORD_YES = PIECE_OWN,
    WORD_WILL,   /* ok, fine: yes among few other words */
    WORD_PLEASE, /* please, 👍: yes where nothing else is said */
    WORD_NO,
    WORD_NEGATES, /* not, 안: turns a yes behind it round */
    WORD_BUT,
    WORD_OPEN, /* maybe */
    WORD_ASKS,
    WORD_O, /* yes and no as Koreans mark them */
    WORD_X
};

extern const struct ask_lexicon ask_lexicon_yes_no;

#endif
