/*
 * option_words: the words that options take where they take certain words only. What is checked, what help says and what
 * shells offer comes from here.
 */
#ifndef CTL_OPTION_WORDS_H
#define CTL_OPTION_WORDS_H

#include "base/buf.h"
#include "ctl/command.h"

/* NULL-terminated; NULL: the command takes any text there. */
const char *const *option_words(const char *pattern, enum option_id id);

/* Appends what --help says of the option of that command: what it is for, and the words. */
void option_explain(const char *pattern, enum option_id id, struct buf *out);

#endif
