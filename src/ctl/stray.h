/*
 * stray: a word of a command line that fits no command, and what was probably meant by it. Pure.
 */
#ifndef CTL_STRAY_H
#define CTL_STRAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ctl/command.h"

/*
 * Appends a sentence about words[index]; fits[i] tells which commands the words before it fit. It names the nearest command
 * line: one with a few letters swapped, missing or too many, one that begins alike, or, of the first word, one that has it as
 * its second ("check": "frontdesk rules check"). Where nothing is near it tells what could stand there, or where all of it
 * is listed.
 */
void stray_explain(const struct command *commands, const bool *fits, const char *const *words, size_t index, struct buf *out);

#endif
