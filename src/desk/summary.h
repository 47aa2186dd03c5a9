/*
 * summary: a conversation in one line of at most SUMMARY_MAX characters, cut between graphemes, in the language of the
 * business (English, Korean, Spanish; English for all others). Extractive: the customer's own telling words in their order,
 * between quotation marks, and around them what answered them, which dialogues ran, what was collected, and how it ended.
 * Nothing is made up, and nothing that a customer writes can pose as one of our labels. Card numbers and passwords are masked
 * (text/mask.h), for it goes further than the conversation. Pure; any thread.
 */
#ifndef DESK_SUMMARY_H
#define DESK_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct story; /* desk/story.h */

enum { SUMMARY_MAX = 255 };

void summary_write(const struct story *story, struct buf *out);

/* Does the text hold nothing but greetings, thanks, a yes or no, laughter, signs? Blank: true. */
bool summary_is_courtesy(const char *text);

/* Did the customer say anything that is worth more than to be quoted? */
bool summary_is_worth_it(const struct story *story);

#endif
