/*
 * decide_variable: the values behind {{ names }}.
 *
 * The sources are asked in turn: the variables of rules/variable.h (READERS has one reader for each),
 * field.NAME out of the webhook's other fields, phrase.NAME, the settings, the named groups of the match, and
 * what matches have set, in this message or an earlier one. Names of two sources never collide, for the
 * ruleset was refused if they did; save that a group may have the name of what is remembered: when it took
 * part in the match, it is the news.
 *
 * The groups are read from the matcher itself, so nothing may be matched between the winner's match and the
 * rendering. The webhook's fields are parsed only when a template asks for one, at most once a decision;
 * fields that are no JSON object have no members.
 */
#include <string.h>

#include "desk/decide_say.h"
#include "desk/decide_variable.h"
#include "flow/step.h"
#include "rules/opening.h"
#include "rules/variable.h"
#include "text/filter.h"

static const char FIELD[] = "field.", PHRASE[] = "phrase.";

static void read_message(const struct variables *variables, struct buf *value)
{
    buf_add_text(value, variables->input->text);
}

static void read_message_count(const struct variables *variables, struct buf *value)
{
    buf_addf(value, "%lld", (long long)variables->state->message_count);
}

static void read_first_name(const struct variables *variables, struct buf *value)
{
    buf_add_text(value, variables->state->first_name);
}

static const struct opening_words *opening_words_of(const struct variables *variables)
{
    return opening_words(variables->state->language, ruleset_setting(variables->ruleset, "default_language"));
}

static void read_hours_today(const struct variables *variables, struct buf *value)
{
    const struct ruleset *ruleset = variables->ruleset;
    opening_format_today(ruleset->opening, ruleset->zone, variables->now, opening_words_of(variables), value);
}

static void read_next_opening(const struct variables *variables, struct buf *value)
{
    const struct ruleset *ruleset = variables->ruleset;
    opening_format_next(ruleset->opening, ruleset->zone, variables->now, opening_words_of(variables), value);
}

static void read_language(const struct variables *variables, struct buf *value)
{
    char tag[LANGUAGE_TAG_MAX];
    ruleset_language(variables->ruleset, variables->state->language, tag);
    buf_add(value, tag, language_length(tag));
}

static void read_locale(const struct variables *variables, struct buf *value)
{
    char tag[LANGUAGE_TAG_MAX];
    ruleset_language(variables->ruleset, variables->state->language, tag);
    buf_add_text(value, tag);
}

static void read_channel(const struct variables *variables, struct buf *value)
{
    buf_add_text(value, variables->state->channel);
}

static void read_now(const struct variables *variables, struct buf *value)
{
    buf_addf(value, "%lld", (long long)variables->now);
}

/* Of a backend's answer the rule that had asked it. */
static void read_rule(const struct variables *variables, struct buf *value)
{
    const struct decide_input *input = variables->input;
    const char *wanted_by = input->reply != NULL ? input->reply->wanted_by : NULL;

    if (variables->decision->rule != NULL)
        buf_add_text(value, variables->decision->rule->name);
    else if (input->parting != NULL)
        buf_add_text(value, input->parting->rule);
    else if (wanted_by != NULL && ruleset_rule(variables->ruleset, wanted_by) != NULL)
        buf_add_text(value, wanted_by);
}

static void read_summary(const struct variables *variables, struct buf *value)
{
    if (variables->input->parting != NULL)
        buf_add_text(value, variables->input->parting->summary);
}

static void read_summary_by(const struct variables *variables, struct buf *value)
{
    if (variables->input->parting != NULL)
        buf_add_text(value, variables->input->parting->summary_by);
}

static void read_outcome(const struct variables *variables, struct buf *value)
{
    if (variables->input->parting != NULL)
        buf_add_text(value, variables->input->parting->outcome);
}

static void read_closed_by(const struct variables *variables, struct buf *value)
{
    if (variables->input->parting != NULL)
        buf_add_text(value, variables->input->parting->closed_by);
}

static void read_flow(const struct variables *variables, struct buf *value)
{
    if (variables->input->parting != NULL)
        buf_add_text(value, variables->input->parting->flow);
}

static void (*const READERS[VARIABLE_COUNT])(const struct variables *, struct buf *) = {
    [VARIABLE_MESSAGE] = read_message,
    [VARIABLE_MESSAGE_COUNT] = read_message_count,
    [VARIABLE_FIRST_NAME] = read_first_name,
    [VARIABLE_LANGUAGE] = read_language,
    [VARIABLE_LOCALE] = read_locale,
    [VARIABLE_CHANNEL] = read_channel,
    [VARIABLE_HOURS_TODAY] = read_hours_today,
    [VARIABLE_NEXT_OPENING] = read_next_opening,
    [VARIABLE_NOW] = read_now,
    [VARIABLE_RULE] = read_rule,
    [VARIABLE_SUMMARY] = read_summary,
    [VARIABLE_SUMMARY_BY] = read_summary_by,
    [VARIABLE_OUTCOME] = read_outcome,
    [VARIABLE_CLOSED_BY] = read_closed_by,
    [VARIABLE_FLOW] = read_flow,
};

static bool read_field(struct variables *variables, const char *name, struct buf *value)
{
    if (!variables->has_read_fields) {
        const char *text = variables->state->fields;
        variables->has_read_fields = true;
        if (text != NULL)
            json_parse(text, strlen(text), JSON_FIRST_KEY_WINS, &variables->fields, NULL);
    }
    return json_scalar(json_get(variables->fields, name), value);
}

static bool read_group(const struct variables *variables, const char *name, struct buf *value)
{
    for (size_t i = 0; variables->pattern != NULL && i < pattern_group_count(variables->pattern); i++) {
        if (strcmp(pattern_group_name(variables->pattern, i), name) != 0)
            continue;
        struct span group = matcher_group(variables->matcher, variables->pattern, i);
        if (group.start == (size_t)-1)
            return false;
        buf_add(value, variables->matched + group.start, group.end - group.start);
        return true;
    }
    return false;
}

const struct json *variables_remembered(struct variables *variables)
{
    const char *text = variables->state->variables;
    if (!variables->has_read_remembered && text != NULL)
        json_parse(text, strlen(text), JSON_FIRST_KEY_WINS, &variables->remembered, NULL);
    variables->has_read_remembered = true;
    return variables->remembered;
}

static bool read_remembered(struct variables *variables, const char *name, struct buf *value)
{
    const struct effect *set = decide_value(variables->decision, name);
    /* What a dialogue has left is known to the parting alone: to the next dialogue it would be an answer. */
    if (set == NULL && ruleset_collects(variables->ruleset, name) && variables->input->kind != INPUT_PARTING)
        return false;
    if (set == NULL)
        return json_scalar(json_get(variables_remembered(variables), name), value);
    buf_add_text(value, set->text);
    return true;
}

const struct template *variables_phrase(const struct variables *variables, const char *name)
{
    const struct phrase *phrase = NULL;
    if (strncmp(name, PHRASE, sizeof PHRASE - 1) == 0)
        phrase = ruleset_phrase(variables->ruleset, name + sizeof PHRASE - 1, variables->state->language);
    return phrase != NULL ? phrase->text : NULL;
}

/* A phrase's own names are looked up like those around it; it holds one more phrase at most (build_phrase). */
static bool read_phrase(struct variables *variables, const char *name, struct buf *value)
{
    struct template_env env = { variables_lookup, variables, variables->ruleset->zone };
    const struct template *text = variables_phrase(variables, name);
    if (text == NULL)
        return false;
    template_render(text, &env, FILTER_VALUE_MAX, value);
    return true;
}

/* In a flow its own go before all else. */
static bool read_answer(const struct variables *variables, const char *name, struct buf *value)
{
    const struct run_variable *answer = variables->answers != NULL ? run_variables_find(variables->answers, name) : NULL;

    if (answer != NULL)
        buf_add_text(value, answer->value);
    else if (variables->title != NULL && strcmp(name, VARIABLE_TITLE) == 0)
        buf_add_text(value, variables->title);
    else
        return false;
    return true;
}

bool variables_lookup(void *context, const char *name, struct buf *value)
{
    struct variables *variables = context;
    enum variable variable = variable_find(name);
    if (read_answer(variables, name, value))
        return true;
    if (variable != VARIABLE_COUNT) {
        READERS[variable](variables, value);
        return true;
    }
    if (strncmp(name, FIELD, sizeof FIELD - 1) == 0)
        return read_field(variables, name + sizeof FIELD - 1, value);
    if (strncmp(name, PHRASE, sizeof PHRASE - 1) == 0)
        return read_phrase(variables, name, value);
    if (ruleset_has_setting(name)) {
        buf_add_text(value, ruleset_setting(variables->ruleset, name));
        return true;
    }
    return read_group(variables, name, value) || read_remembered(variables, name, value);
}

void variables_release(struct variables *variables)
{
    json_free(variables->fields);
    json_free(variables->remembered);
    *variables = (struct variables){ 0 };
}
