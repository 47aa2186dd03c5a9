/*
 * decide_fact: what the names in a condition stand for at the moment of a decision. Part of desk/decide.
 */
#ifndef DESK_DECIDE_FACT_H
#define DESK_DECIDE_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/zone.h"
#include "desk/decide.h"
#include "rules/ruleset.h"
#include "store/expression.h"
#include "text/pattern.h"

/* The upper half is set by the caller, and borrowed; the rest begins as zero, and is worked out at most once.
 */
struct facts {
    const struct ruleset *ruleset;
    const struct decide_state *state;
    const struct decide_input *input;
    int64_t now;
    struct matcher *matcher;
    const struct buf *folded; /* what the rules see */

    const struct rule *rule; /* whose condition is tested */
    bool has_groups;         /* the matcher holds the groups of its pattern */
    bool is_matched;         /* … which matched */
    struct zone_time local;  /* at the business */
    struct json *fields, *variables;
    bool has_local, has_fields, has_variables;
    struct buf text; /* of the value last asked for */
};

/* The rule's only_if, which it has. What the matcher held is lost. */
enum expression_result facts_test(struct facts *facts, const struct rule *rule);
void facts_release(struct facts *facts);

#endif
