/*
 * problems: what is wrong with rule files, as a table: errors, proofs that fail, warnings.
 *
 *     {"level": "error" | "warning", "kind": "error" | "proof" | the warning's kind (rules/check.h),
 *      "rule": "…" or null, "file": "…" or null, "line": 7 or null, "sentence": "…"}
 *
 * People see the level and the sentence with its place in front. Below it, of each talk that fails, what was expected and
 * what was said side by side, up to the first line that differs ("failing_talks": ctl/output.h; "who" is one of
 * desk/talk.h's).
 */
#ifndef CTL_PROBLEMS_H
#define CTL_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/zone.h"
#include "ctl/output.h"
#include "rules/ruleset.h"
#include "store/rulefile.h"

struct problems {
    struct output *output;
    const char *folder; /* where the files are from */
    bool is_strict;     /* warnings are told as errors */
    size_t failures, warnings;
};

/* Judges the files. The ruleset, or NULL when they do not even make one. */
struct ruleset *problems_judge(struct problems *problems, const struct rulefiles *files,
                               const struct zones *zones);

/* Tells the warnings about files that are in force by now. */
void problems_warn(struct problems *problems, const struct rulefiles *files, const struct zones *zones);

#endif
