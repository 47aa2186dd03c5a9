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

struct run_variables; /* flow/step.h */

/* The upper half is set by the caller, and borrowed; the rest begins as zero, and is worked out at most once.
 */
struct facts {
    const struct ruleset *ruleset;
    const struct decide_state *state;
    const struct decide_input *input;
    int64_t now;
    struct matcher *matcher;
    const struct buf *folded; /* what the rules see */
    const struct run_variables *answers; /* of a dialogue, while a row of one of its steps is judged; else NULL */
    const struct decision *decision; /* what this message has set so far counts; NULL: it does not */

    const struct pattern *pattern; /* whose groups the condition may ask for; NULL: none */
    bool has_groups;         /* the matcher holds them */
    bool is_matched;         /* … which matched */
    struct zone_time local;  /* at the business */
    struct json *fields, *variables;
    bool has_local, has_fields, has_variables;
    struct buf text; /* of the value last asked for */
};

/*
 * Is the condition true, of a rule with that pattern (or NULL)? What the matcher held is lost. facts_test_matched:
 * once the pattern has matched, and the matcher holds its groups; it holds them afterwards.
 */
enum expression_result facts_test(struct facts *facts, const struct expression *only_if, const struct pattern *pattern);
enum expression_result facts_test_matched(struct facts *facts, const struct expression *only_if,
                                          const struct pattern *pattern);

/* An expression_lookup for what is no rule's condition: no groups. The context is a struct facts. */
void facts_look_up(void *context, const char *name, struct expression_value *value);

/*
 * What the names in it stand for, each once, as a JSON object: {":hour": 23, "@size": null}. Texts are cut to
 * FACT_SHOWN_MAX bytes. What the matcher held is lost, and its effort is put back: a question of people costs nothing.
 */
enum { FACT_SHOWN_MAX = 200 };
void facts_format(struct facts *facts, const struct expression *only_if, const struct pattern *pattern,
                  struct buf *out);
void facts_release(struct facts *facts);

#endif
