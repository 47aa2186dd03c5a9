/*
 * as_talk: conversations of the book as SQL for a rule file: a talk, tried with the rules in force. What it cannot tell,
 * and what would fail, stands in comments above it.
 */
#ifndef CTL_AS_TALK_H
#define CTL_AS_TALK_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/call.h"

/*
 * Of one contact, in order: an exit code, having said why not. `why` is empty when the talk holds; else it tells what
 * differs.
 */
int as_talk(struct call *call, struct db *db, const int64_t *conversations, size_t count, struct buf *sql,
            struct buf *why);

#endif
