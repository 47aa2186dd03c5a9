/*
 * recount_given: what services and backends answered in conversations of the book, as rows of talk_given. Part of
 * desk/recount.
 */
#ifndef DESK_RECOUNT_GIVEN_H
#define DESK_RECOUNT_GIVEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "desk/decide.h"
#include "desk/recount.h"
#include "store/db.h"

/* Takes a text that the recount owns from then on. */
const char *recount_keep(struct recount *recount, char *text);

/* `state` and `now`: of the first decision. */
int recount_given(struct db *db, const int64_t *conversations, size_t count, const struct ruleset *rules,
                  const struct decide_state *state, int64_t now, struct recount *recount, struct error *error);

/* Appends what goes before a machine's first answer to somebody, with the blank line behind it; nothing: there is none. */
void recount_notice(const struct ruleset *rules, const struct decide_state *state, int64_t now, struct buf *out);

#endif
