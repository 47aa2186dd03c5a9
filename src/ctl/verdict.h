/*
 * verdict: how a decision is shown, for `why` (a stored one, made once more where that is possible) and `rules try`
 * (one just made). Both are told from the same JSON (desk/decide.h: state and trace), so that what is tried and what is
 * stored cannot be told differently. A thorough decision, where there is one, tells more than a stored trace: each rule
 * that was passed over, on which words and by which values, and the effects.
 *
 * JSON: a record "decision", then "variables", "tags", "set", "passed_over", "state", "effects" (not of a stored trace),
 * "faq" (what a backend of that kind, where one is asked, would answer: "backend", and of the entry "question", "score" and
 * "text"; of what is tried), "attributes" (of the Braze profile: "name", "value"), "entries" (done to it once: "kind", "name",
 * "value"), "notices" ("name", "to", "text", "properties") and "unset" (of which nothing came: "name", "at", "text", "why"). Of
 * "passed_over", "why" is one of the words of desk/decide.h, and "because" the sentence that people are shown.
 * "matched" in "decision" are the words that won as the rules saw them, "matched_written" the same as the customer wrote
 * them, null where that cannot be told. "unmatched" is the number of rules whose words are not in the text; they are listed
 * in "passed_over" where few rules are.
 */
#ifndef CTL_VERDICT_H
#define CTL_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "ctl/output.h"
#include "desk/decide.h"

struct verdict {                                                       /* borrowed */
    int64_t message, conversation, at, ruleset;                        /* 0 where they mean nothing */
    const char *user, *text, *rule, *action, *turn_state, *rules_from; /* NULL where they mean nothing */
    bool has_media; /* a picture or a file came with the text */
    const char *state, *trace;                                         /* JSON */
    const struct ruleset *rules;     /* with the decision; NULL: there is only what was noted at the time */
    const struct decision *decision; /* … which then is told instead of the trace */
    const struct decide_state *stands; /* with the decision: what the FAQ would answer is shown. NULL: it is not */
    int64_t now;                       /* … at that time */
    bool is_stored;
    const char *doubt; /* of a stored decision: why there is only the trace; NULL: there is more */
};

/* 0, or -1 and a sentence when the JSON cannot be read. */
int verdict_show(struct output *output, const struct verdict *verdict, struct error *error);

#endif
