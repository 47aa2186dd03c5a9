/*
 * decide_faq: what the table faq says to a customer's words, as he reads it. It needs nobody outside, so that a talk and
 * `rules try` answer by it like the daemon does. Pure; uses the ruleset's index (rules/faq.h).
 */
#ifndef DESK_DECIDE_FAQ_H
#define DESK_DECIDE_FAQ_H

#include <stdint.h>

#include "base/buf.h"
#include "desk/decide.h"

struct faq;

/* Appends what an entry says. It knows what phrases know, and the contact; `text` is the message. */
void decide_faq_render(const struct ruleset *ruleset, const struct decide_state *state, const char *text, int64_t now,
                       const struct faq *faq, struct buf *out);

/* The entry that a backend of the kind faq would find, and what it says; NULL: none reaches its score. */
const struct faq *decide_faq(const struct ruleset *ruleset, const struct backend *backend,
                             const struct decide_state *state, const char *text, int64_t now, double *score,
                             struct buf *out);

#endif
