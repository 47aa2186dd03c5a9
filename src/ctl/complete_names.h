/*
 * complete_names: the names that only the book knows, for complete_words. Where there is no book, or none that can be read,
 * there are none; nothing is said of it.
 */
#ifndef CTL_COMPLETE_NAMES_H
#define CTL_COMPLETE_NAMES_H

#include "ctl/call.h"
#include "ctl/complete.h"

/* `context` is a struct call. */
void complete_names_of_book(void *context, const char *kind, size_t kind_len, struct complete *complete);

#endif
