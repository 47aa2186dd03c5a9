/*
 * chores: the work that nobody waits for and that comes in heaps: conversations that end of themselves, their summaries, what
 * is written to profiles, the index of what was said (store/search.h). Ten thousand at once would hold up every reply that comes
 * meanwhile, in the engine and at the disk. So a round does a few, some milliseconds apart, and one that brings messages does
 * none, unless there has been no other for a while. What comes alone waits for nothing.
 *
 * All inside the caller's transaction.
 */
#ifndef DESK_CHORES_H
#define DESK_CHORES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"

/* At the beginning of a round: says whether it is one for chores (desk->is_pressed: it is not). Without a word all are. */
void chores_begin(struct desk *desk, bool is_busy, int64_t now);

/* Those of the book. What is written to profiles is claimed with the calls (desk/dispatch_track.h). */
int chores_run(struct desk *desk, int64_t now, struct error *error);
int chores_next(struct desk *desk, int64_t *at, struct error *error);

/* When what is due at `at` may be done. */
int64_t chores_allow(const struct desk *desk, int64_t at);

#endif
