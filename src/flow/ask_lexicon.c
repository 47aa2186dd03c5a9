/*
 * ask_lexicon: the three languages together. Where a word is of two of them, the first counts; what it can be
 * beside that is settled by whoever reads it.
 */
#include <stddef.h>

#include "flow/ask_lexicon.h"

static const struct ask_word *const LISTS[] = { ask_words_en, ask_words_ko, ask_words_es, NULL };

const struct ask_lexicon ask_lexicon_when = { LISTS };
