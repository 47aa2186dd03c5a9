/*
 * complete: what a shell may offer for the word under the cursor.
 *
 * Shells call "frontdesk complete -- WORD...", where the words are those behind "frontdesk" and the last one, maybe empty, is
 * under the cursor. Each line of the answer is a candidate, a tab, and what it is; ":files" or ":folders" alone says
 * that the shell shall offer its own. The scripts that call it stand in ctl/command_completion.c.
 *
 * All comes from the table of commands and its options. Names that only the book knows (rules, customers …) come from
 * `names`, which is asked by the name of the hole or of the option's value: USER, RULE, TABLE … Pure.
 */
#ifndef CTL_COMPLETE_H
#define CTL_COMPLETE_H

#include <stddef.h>

#include "base/buf.h"
#include "ctl/command.h"

/* Gives every name of this kind to complete_offer, or none. */
struct complete;
typedef void complete_names(void *context, const char *kind, size_t kind_len, struct complete *complete);

/* Takes a name, if it begins with what is typed; `help` may be "". One with control characters is left out. */
void complete_offer(struct complete *complete, const char *name, const char *help);

void complete_words(const struct command *commands, const char *const *words, size_t word_count, complete_names *names,
                    void *context, struct buf *out);

/* The options that stand whole before the word under the cursor, as command_parse would take them: --db FILE … */
void complete_options(const char *const *words, size_t word_count, const char *options[OPTION_COUNT]);

#endif
