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
#include "desk/decide_say.h"
#include "rules/attribute.h"
#include "rules/occasion.h"

enum { TRACE_ROOM = 600 }; /* what most traces need: the buf then does not grow in steps */

static const char *const REASONS[] = {
    [PASS_NO_MATCH] = "no match",
    [PASS_UNLESS] = "unless matched",
    [PASS_CONDITION] = "only_if is false",
    [PASS_LIMIT] = "its pattern or only_if took too many steps",
    [PASS_SPENT] = "the patterns before it took too many steps",
    [PASS_DISABLED] = "disabled",
    [PASS_COOLING] = "cooling down until ",
    [PASS_BREAKS_OFF] = "while a flow waits, that word is no opt-out",
    [PASS_CONSULTS] = "",
    [PASS_TAGGED] = "tagged",
};

static void write_text(struct jsonw *json, const char *name, const char *text)
{
    if (text != NULL && *text != '\0')
        jsonw_text(json, name, text);
}

static void write_number(struct jsonw *json, const char *name, int64_t number)
{
    if (number != 0)
        jsonw_int(json, name, number);
}

static void write_flag(struct jsonw *json, const char *name, bool is_set)
{
    if (is_set)
        jsonw_bool(json, name, true);
}

static void write_json(struct jsonw *json, const char *name, const char *value, const char *empty)
{
    if (value != NULL && *value != '\0' && strcmp(value, empty) != 0)
        jsonw_raw(json, name, value);
}

static void write_names(struct jsonw *json, const char *name, const char *const *names)
{
    if (names == NULL || *names == NULL)
        return;
    jsonw_array(json, name);
    for (; *names != NULL; names++)
        jsonw_text(json, NULL, *names);
    jsonw_end_array(json);
}

static void write_cooling(struct jsonw *json, const struct decide_state *state)
{
    if (state->cooling_count == 0)
        return;
    jsonw_object(json, "cooling");
    for (size_t i = 0; i < state->cooling_count; i++)
        jsonw_int(json, state->cooling[i].rule, state->cooling[i].until_at);
    jsonw_end_object(json);
}

void decide_format_state(const struct decide_state *state, struct buf *out)
{
    static const char *const OPEN[] = { [OPEN_BY_HOURS] = NULL, [OPEN_YES] = "yes", [OPEN_NO] = "no" };
    struct jsonw json = { .out = out };
    jsonw_object(&json, NULL);
    jsonw_text(&json, "channel", state->channel);
    jsonw_text(&json, "owner", state->owner);
    write_flag(&json, "is_opted_out", state->is_opted_out);
    write_text(&json, "first_name", state->first_name);
    write_text(&json, "language", state->language);
    write_text(&json, "time_zone", state->time_zone);
    write_text(&json, "country", state->country);
    write_flag(&json, "is_first_contact", state->is_first_contact);
    write_number(&json, "message_count", state->message_count);
    write_number(&json, "last_in_at", state->last_in_at);
    write_text(&json, "last_rule", state->last_rule);
    write_text(&json, "campaign", state->campaign);
    write_number(&json, "sent_at", state->sent_at);
    write_text(&json, "open", OPEN[state->open]);
    write_json(&json, "fields", state->fields, "{}");
    write_json(&json, "variables", state->variables, "{}");
    write_names(&json, "disabled_rules", state->disabled_rules);
    write_cooling(&json, state);
    write_json(&json, "choices", state->choices, "[]");
    write_json(&json, "run", state->run, "{}");
    write_number(&json, "messages_this_minute", state->messages_this_minute);
    write_number(&json, "replies_this_hour", state->replies_this_hour);
    write_number(&json, "consults_this_hour", state->consults_this_hour);
    write_number(&json, "same_in_a_row", state->same_in_a_row);
    write_flag(&json, "was_flooding", state->was_flooding);
    jsonw_end_object(&json);
}

/* Nothing for a span of nothing. */
static void write_span(struct jsonw *json, const char *name, const struct decision *decision, struct span span)
{
    if (span.start == (size_t)-1)
        return;
    jsonw_object(json, name);
    jsonw_bytes(json, "text", buf_text(&decision->folded) + span.start, span.end - span.start);
    jsonw_int(json, "start", (int64_t)span.start);
    jsonw_int(json, "end", (int64_t)span.end);
    jsonw_end_object(json);
}

static void write_match(struct jsonw *json, const struct decision *decision)
{
    if (decision->rule == NULL || decision->match.start == (size_t)-1)
        jsonw_null(json, "matched");
    else
        write_span(json, "matched", decision, decision->match);
}

static size_t count_unmatched(const struct decision *decision)
{
    size_t count = 0;
    for (size_t i = 0; i < decision->passed_over_count; i++)
        count += decision->passed_over[i].why == PASS_NO_MATCH;
    return count;
}

/* In the business's time, which is the owner's. */
static void write_reason(struct jsonw *json, const struct ruleset *ruleset, const struct passed_over *passed)
{
    struct buf why = { 0 };
    buf_add_text(&why, REASONS[passed->why]);
    if (passed->why == PASS_COOLING) {
        struct zone_time at;
        zone_local(ruleset->zone, passed->until_at, &at);
        buf_addf(&why, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour, at.minute,
                 at.second);
    }
    if (passed->why == PASS_CONSULTS)
        decide_format_limit(ruleset, LIMIT_CONSULTS, &why);
    jsonw_text(json, "why", buf_text(&why));
    buf_release(&why);
}

/* What a thorough decision knows besides. */
static void write_details(struct jsonw *json, const struct decision *decision, const struct passed_over *passed)
{
    write_span(json, "matched", decision, passed->match);
    write_span(json, "unless", decision, passed->unless);
    if (passed->facts != NULL) {
        jsonw_text(json, "only_if", passed->rule->source_only_if);
        jsonw_raw(json, "facts", passed->facts);
    }
    write_number(json, "until_at", passed->until_at);
    if (passed->why == PASS_TAGGED)
        jsonw_text(json, "tag", passed->rule->tag);
}

static void write_passed_over(struct jsonw *json, const struct ruleset *ruleset,
                              const struct decision *decision)
{
    bool has_room = decision->passed_over_count <= PASSED_LISTED_MAX;
    jsonw_array(json, "passed_over");
    for (size_t i = 0; i < decision->passed_over_count; i++) {
        const struct passed_over *passed = &decision->passed_over[i];
        if (!has_room && passed->why == PASS_NO_MATCH)
            continue;
        jsonw_object(json, NULL);
        jsonw_text(json, "rule", passed->rule->name);
        write_reason(json, ruleset, passed);
        if (decision->is_thorough)
            write_details(json, decision, passed);
        jsonw_end_object(json);
    }
    jsonw_end_array(json);
    if (decision->is_thorough)
        jsonw_int(json, "unmatched", (int64_t)count_unmatched(decision));
}

static void write_tags(struct jsonw *json, const char *key, const struct decision *decision)
{
    jsonw_array(json, key);
    for (size_t i = 0; i < decision->effect_count; i++)
        if (decision->effects[i].kind == EFFECT_TAG)
            jsonw_text(json, NULL, decision->effects[i].name);
    jsonw_end_array(json);
}

void decide_format_tags(const struct decision *decision, struct buf *out)
{
    struct jsonw json = { .out = out };
    write_tags(&json, NULL, decision);
}

/* Of a variable that was set twice the last value, which is the one that stays. */
static void write_set(struct jsonw *json, const struct decision *decision)
{
    jsonw_object(json, "set");
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        if (effect->kind != EFFECT_SET || decide_value(decision, effect->name) != effect)
            continue;
        jsonw_text(json, effect->name, *effect->text != '\0' ? effect->text : NULL);
    }
    jsonw_end_object(json);
}

static void write_attributes(struct jsonw *json, const struct decision *decision)
{
    size_t count = 0;
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        if (effect->kind != EFFECT_ATTRIBUTE)
            continue;
        if (count++ == 0)
            jsonw_object(json, "attributes");
        jsonw_raw(json, effect->name, effect->text);
    }
    if (count > 0)
        jsonw_end_object(json);
}

static void write_entries(struct jsonw *json, const struct decision *decision)
{
    if (!decision_has(decision, EFFECT_ENTRY))
        return;
    jsonw_array(json, "entries");
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        if (effect->kind != EFFECT_ENTRY)
            continue;
        jsonw_object(json, NULL);
        jsonw_text(json, "kind", entry_kind_names[effect->entry]);
        jsonw_text(json, "name", effect->name);
        jsonw_raw(json, "value", effect->text);
        jsonw_end_object(json);
    }
    jsonw_end_array(json);
}

static void write_notices(struct jsonw *json, const struct decision *decision)
{
    if (!decision_has(decision, EFFECT_NOTICE))
        return;
    jsonw_array(json, "notices");
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        if (effect->kind != EFFECT_NOTICE)
            continue;
        jsonw_object(json, NULL);
        jsonw_text(json, "name", effect->notice->name);
        write_text(json, "to", effect->notice->to);
        write_text(json, "text", effect->text);
        if (effect->properties != NULL)
            jsonw_raw(json, "properties", effect->properties);
        jsonw_end_object(json);
    }
    jsonw_end_array(json);
}

static void write_unset(struct jsonw *json, const struct decision *decision)
{
    if (decision->unset_count == 0)
        return;
    jsonw_array(json, "unset");
    for (size_t i = 0; i < decision->unset_count; i++) {
        const struct unset *unset = &decision->unset[i];
        struct buf at = { 0 };
        struct buf name = { 0 };
        occasion_format(unset->when, &at);
        buf_addf(&name, "%s%s%s", unset->of != NULL ? unset->of : "", unset->of != NULL ? "." : "", unset->name);
        jsonw_object(json, NULL);
        jsonw_text(json, "name", buf_text(&name));
        jsonw_text(json, "at", buf_text(&at));
        jsonw_text(json, "text", unset->text);
        jsonw_text(json, "why", unset->why);
        jsonw_end_object(json);
        buf_release(&at);
        buf_release(&name);
    }
    jsonw_end_array(json);
}

static void write_dialogue(struct jsonw *json, const struct decision *decision)
{
    if (decision->reading == NULL && decision->station.len == 0)
        return;
    jsonw_object(json, "dialogue");
    write_text(json, "at", buf_text(&decision->station));
    write_text(json, "reading", decision->reading);
    if (decision->run_change == RUN_IS_OVER)
        write_text(json, "ended", decision->run_outcome);
    jsonw_end_object(json);
}

static void write_limit(struct jsonw *json, const struct ruleset *ruleset, const struct decision *decision)
{
    struct buf why = { 0 };
    if (!decision->is_silenced)
        return;
    decide_format_limit(ruleset, decision->limit, &why);
    jsonw_text(json, "limit", buf_text(&why));
    buf_release(&why);
}

void decide_format_trace(const struct ruleset *ruleset, const struct decision *decision, struct buf *out)
{
    struct jsonw json = { .out = out };
    buf_reserve(out, TRACE_ROOM);
    jsonw_object(&json, NULL);
    jsonw_bytes(&json, "folded", buf_text(&decision->folded), decision->folded.len);
    jsonw_int(&json, "tried", (int64_t)decision->tried);
    write_match(&json, decision);
    jsonw_raw(&json, "variables", decision->variables.len > 0 ? buf_text(&decision->variables) : "{}");
    write_passed_over(&json, ruleset, decision);
    jsonw_array(&json, "limit_hits");
    for (size_t i = 0; i < decision->limit_hit_count; i++)
        jsonw_text(&json, NULL, decision->limit_hits[i]->name);
    jsonw_end_array(&json);
    write_tags(&json, "tags", decision);
    write_set(&json, decision);
    write_attributes(&json, decision);
    write_entries(&json, decision);
    write_notices(&json, decision);
    write_unset(&json, decision);
    write_dialogue(&json, decision);
    write_limit(&json, ruleset, decision);
    jsonw_end_object(&json);
}
