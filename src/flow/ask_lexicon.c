/*
 * ask_lexicon: the three languages together. Where a word is of two of them, the first counts; what it can be
 * beside that is settled by whoever reads it.
 */
#include <stddef.h>

#include "flow/ask_lexicon.h"

static const struct ask_word *const LISTS[] = { ask_words_en, ask_words_ko, ask_words_es, NULL };

const struct ask_lexicon ask_lexicon_when = { LISTS };

bool ask_word_counts(const struct ask_pieces *pieces, size_t index)
{
    static const int KINDS[] = { WORD_COUNTER, WORD_COUNTER_SINO, WORD_MONEY,     WORD_MINUTES,
                                 WORD_HOURS,   WORD_UNIT_DAY,     WORD_UNIT_WEEK, WORD_UNIT_MONTH };

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (ask_piece_is(pieces, index, KINDS[i]))
            return true;
    return false;
}

bool ask_word_is_il(const struct ask_pieces *pieces, size_t index)
{
    return ask_piece_is(pieces, index, WORD_SINO) && pieces->list[index].value == 1;
}
