/*
 * decide_trace: a decision as JSON, for the decision row and `why`.
 *
 * What was read stands beside how it came out, so that a later replay can put the same question to other
 * rules. The trace is bounded by construction: folded text, spans and groups by what rules may see, the
 * lists by their sizes.
 */
#include <string.h>

#include "base/json.h"
#include "desk/decide.h"

enum { TRACE_ROOM = 600 }; /* what most traces need: the buf then does not grow in steps */

static const char *const REASONS[] = {
    [PASS_NO_MATCH] = "no match", [PASS_UNLESS] = "unless matched", [PASS_LIMIT] = "limit hit",
    [PASS_DISABLED] = "disabled",
};

void decide_format_state(const struct decide_state *state, struct buf *out)
{
    struct jsonw json = { .out = out };
    jsonw_object(&json, NULL);
    jsonw_text(&json, "channel", state->channel);
    jsonw_text(&json, "owner", state->owner);
    jsonw_bool(&json, "is_opted_out", state->is_opted_out);
    jsonw_text(&json, "first_name", state->first_name);
    jsonw_text(&json, "language", state->language);
    jsonw_text(&json, "time_zone", state->time_zone);
    jsonw_int(&json, "message_count", state->message_count);
    jsonw_raw(&json, "fields", state->fields != NULL && *state->fields != '\0' ? state->fields : "{}");
    jsonw_array(&json, "disabled_rules");
    for (const char *const *name = state->disabled_rules; name != NULL && *name != NULL; name++)
        jsonw_text(&json, NULL, *name);
    jsonw_end_array(&json);
    jsonw_end_object(&json);
}

static void write_match(struct jsonw *json, const struct decision *decision)
{
    if (decision->rule == NULL || decision->match.start == (size_t)-1) {
        jsonw_null(json, "matched");
        return;
    }
    struct span match = decision->match;
    jsonw_object(json, "matched");
    jsonw_bytes(json, "text", buf_text(&decision->folded) + match.start, match.end - match.start);
    jsonw_int(json, "start", (int64_t)match.start);
    jsonw_int(json, "end", (int64_t)match.end);
    jsonw_end_object(json);
}

static void write_passed_over(struct jsonw *json, const struct decision *decision)
{
    jsonw_array(json, "passed_over");
    for (size_t i = 0; i < decision->passed_over_count; i++) {
        jsonw_object(json, NULL);
        jsonw_text(json, "rule", decision->passed_over[i].rule->name);
        jsonw_text(json, "why", REASONS[decision->passed_over[i].why]);
        jsonw_end_object(json);
    }
    jsonw_end_array(json);
}

void decide_format_trace(const struct ruleset *ruleset, const struct decision *decision, struct buf *out)
{
    struct jsonw json = { .out = out };
    (void)ruleset;
    buf_reserve(out, TRACE_ROOM);
    jsonw_object(&json, NULL);
    jsonw_bytes(&json, "folded", buf_text(&decision->folded), decision->folded.len);
    jsonw_int(&json, "tried", (int64_t)decision->tried);
    write_match(&json, decision);
    jsonw_raw(&json, "variables", decision->variables.len > 0 ? buf_text(&decision->variables) : "{}");
    write_passed_over(&json, decision);
    jsonw_array(&json, "limit_hits");
    for (size_t i = 0; i < decision->limit_hit_count; i++)
        jsonw_text(&json, NULL, decision->limit_hits[i]->name);
    jsonw_end_array(&json);
    jsonw_end_object(&json);
}
