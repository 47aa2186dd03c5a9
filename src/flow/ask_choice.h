/*
 * ask_choice: words around a choice. Private to flow/ask*.
 */
#ifndef FLOW_ASK_CHOICE_H
#define FLOW_ASK_CHOICE_H

#include "flow/ask_piece.h"

enum {
    WORD_NUMBER = PIECE_OWN, /* two */
    WORD_PLACE,              /* second */
    WORD_NTH,                /* makes a place of a number: 2nd, 2번, option 2 */
    WORD_NEGATES,
    WORD_ALL, /* both, any */
    WORD_ASKS,
    WORD_LABEL /* and from here on, one kind for each label */
};

extern const struct ask_word ask_words_choice[];

#endif
