/*
 * summary_pick: which of a customer's sentences tell what the conversation was about. Part of desk/summary.
 *
 * Questions tell most, then wishes and complaints, then what holds a number; a longer sentence more than a word. What only
 * answered the question of a dialogue tells less, for what was collected tells it again. Greetings, thanks, a yes or no
 * tell nothing, nor does what has been said before; card numbers and passwords little. Words that opt out or ask for a
 * person are told by the end.
 */
#ifndef DESK_SUMMARY_PICK_H
#define DESK_SUMMARY_PICK_H

#include <stddef.h>

struct speech; /* desk/summary_speech.h */

enum { PICKS_MAX = 4 };

struct pick { /* a sentence, borrowed from what was heard */
    const char *text;
    size_t len;
    int score;
    size_t place; /* the greater, the later it was said */
};

/* The best first. A conversation of courtesies alone gives none. */
size_t summary_pick(const struct speech *speech, struct pick picks[PICKS_MAX]);

#endif
