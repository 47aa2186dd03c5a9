/*
 * pager: what is longer than the terminal is read with a pager.
 *
 * The whole of what a command shows is gathered first, and nobody pages before the command has ended: the book is closed by
 * then, however long somebody reads. What it has to say on stderr comes behind that.
 *
 * The pager is FRONTDESK_PAGER, else PAGER, else less (with LESS=FRX where LESS is not set); empty and "cat" are none.
 */
#ifndef CTL_PAGER_H
#define CTL_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ctl/command.h"

struct pager {
    struct buf text, talk;
    const char *program; /* NULL: there is none, and nothing is gathered */
};

/* For a terminal. Commands that talk back and forth, that wait or never end, have none; nor has --no-pager. */
void pager_init(struct pager *pager, const struct parsed *parsed, bool is_terminal);

/* Shows the text, through the program when it has more lines than the terminal, and then the talk. Releases both. */
void pager_end(struct pager *pager, size_t rows, size_t columns);

#endif
