/*
 * verdict: how a decision is shown, for `why` (a stored one) and `rules try` (one just made). Both are told
 * from the same JSON (desk/decide.h: state and trace), so that what is tried and what is stored cannot be
 * told differently.
 */
#ifndef CTL_VERDICT_H
#define CTL_VERDICT_H

#include <stdint.h>

#include "base/error.h"
#include "ctl/output.h"

struct verdict {                                                       /* borrowed */
    int64_t message, conversation, at, ruleset;                        /* 0 where they mean nothing */
    const char *user, *text, *rule, *action, *turn_state, *rules_from; /* NULL where they mean nothing */
    const char *state, *trace;                                         /* JSON */
};

/* 0, or -1 and a sentence when the JSON cannot be read. */
int verdict_show(struct output *output, const struct verdict *verdict, struct error *error);

#endif
