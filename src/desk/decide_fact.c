/*
 * decide_fact: the values behind :facts and @variables.
 *
 * READERS has one reader for each fact of rules/fact.h. Only what a condition names is worked out, and what
 * costs something (the local time, the JSON of fields and variables) once for all conditions of a message.
 *
 * The groups of the rule's own match are read from the matcher. By the time a condition is tested the matcher
 * holds those of `unless`, so the pattern is matched once more, and only when the condition names a variable;
 * a match is repeatable. A group outranks a variable of the conversation by the same name: it is news.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/language.h"
#include "base/utf8.h"
#include "base/when.h"
#include "desk/decide_fact.h"
#include "desk/decide_say.h"
#include "flow/step.h"
#include "rules/fact.h"
#include "rules/opening.h"

enum { MINUTE_MS = 60 * 1000 };

static void set_int(struct expression_value *value, int64_t number)
{
    *value = (struct expression_value){ .kind = EXPRESSION_INT, .number = number };
}

static void set_text(struct expression_value *value, const char *text)
{
    if (text == NULL)
        text = "";
    *value = (struct expression_value){ .kind = EXPRESSION_TEXT, .text = text, .len = strlen(text) };
}

static const struct zone_time *local_time(struct facts *facts)
{
    if (!facts->has_local)
        zone_local(facts->ruleset->zone, facts->now, &facts->local);
    facts->has_local = true;
    return &facts->local;
}

/* NULL when the text is no JSON object. */
static const struct json *parse_once(const char *text, bool *is_done, struct json **json)
{
    if (!*is_done && text != NULL)
        json_parse(text, strlen(text), JSON_FIRST_KEY_WINS, json, NULL);
    *is_done = true;
    return *json;
}

static const struct json *field(struct facts *facts, const char *name)
{
    return json_get(parse_once(facts->state->fields, &facts->has_fields, &facts->fields), name);
}

/* Readers */

static void read_campaign(struct facts *facts, struct expression_value *value)
{
    set_text(value, facts->state->campaign);
}

static void read_channel(struct facts *facts, struct expression_value *value)
{
    set_text(value, facts->state->channel);
}

static void read_contact_hour(struct facts *facts, struct expression_value *value)
{
    const struct zone *zone = zones_find(facts->ruleset->zones, facts->state->time_zone);
    struct zone_time time;
    zone_local(zone != NULL ? zone : facts->ruleset->zone, facts->now, &time);
    set_int(value, time.hour);
}

/* What the profile says, else what the phone says. */
static void read_country(struct facts *facts, struct expression_value *value)
{
    const char *said = json_text(field(facts, "country"));
    if (said == NULL || strlen(said) != 2 || !ascii_is_letter(said[0]) || !ascii_is_letter(said[1])) {
        set_text(value, facts->state->country);
        return;
    }
    buf_clear(&facts->text);
    for (int i = 0; i < 2; i++)
        buf_add_char(&facts->text, (char)(said[i] & ~0x20));
    set_text(value, buf_text(&facts->text));
}

static void read_date(struct facts *facts, struct expression_value *value)
{
    const struct zone_time *time = local_time(facts);
    buf_clear(&facts->text);
    buf_addf(&facts->text, "%04d-%02d-%02d", time->year, time->month, time->day);
    set_text(value, buf_text(&facts->text));
}

static void read_first_contact(struct facts *facts, struct expression_value *value)
{
    set_int(value, facts->state->is_first_contact);
}

static void read_has_media(struct facts *facts, struct expression_value *value)
{
    set_int(value, facts->input->has_media);
}

static void read_hour(struct facts *facts, struct expression_value *value)
{
    set_int(value, local_time(facts)->hour);
}

static void read_locale(struct facts *facts, struct expression_value *value)
{
    char tag[LANGUAGE_TAG_MAX];
    ruleset_language(facts->ruleset, facts->state->language, tag);
    buf_clear(&facts->text);
    buf_add_text(&facts->text, tag);
    set_text(value, buf_text(&facts->text));
}

static void read_language(struct facts *facts, struct expression_value *value)
{
    read_locale(facts, value);
    value->len = language_length(value->text);
}

static void read_last_rule(struct facts *facts, struct expression_value *value)
{
    set_text(value, facts->state->last_rule);
}

static void read_late(struct facts *facts, struct expression_value *value)
{
    int64_t sent_at = facts->state->sent_at;
    set_int(value,
            sent_at > 0 && facts->now - sent_at > ruleset_setting_number(facts->ruleset, "late_after"));
}

static void read_message_count(struct facts *facts, struct expression_value *value)
{
    set_int(value, facts->state->message_count);
}

/* A clock that was set back makes no negative minutes. */
static void read_minutes_since_last(struct facts *facts, struct expression_value *value)
{
    int64_t last = facts->state->last_in_at;
    if (last > 0)
        set_int(value, facts->now > last ? (facts->now - last) / MINUTE_MS : 0);
}

static void read_new_conversation(struct facts *facts, struct expression_value *value)
{
    set_int(value, facts->state->message_count <= 1);
}

static void read_now(struct facts *facts, struct expression_value *value)
{
    set_int(value, facts->now);
}

static bool is_open(const struct facts *facts)
{
    return opening_is_open(facts->ruleset->opening, facts->ruleset->zone, facts->now);
}

static void read_open(struct facts *facts, struct expression_value *value)
{
    enum open_claim claim = facts->state->open;
    set_int(value, claim == OPEN_BY_HOURS ? is_open(facts) : claim == OPEN_YES);
}

static void read_opted_out(struct facts *facts, struct expression_value *value)
{
    set_int(value, facts->state->is_opted_out);
}

static void read_owner(struct facts *facts, struct expression_value *value)
{
    set_text(value, facts->state->owner);
}

static void read_time(struct facts *facts, struct expression_value *value)
{
    const struct zone_time *time = local_time(facts);
    buf_clear(&facts->text);
    buf_addf(&facts->text, "%02d:%02d", time->hour, time->minute);
    set_text(value, buf_text(&facts->text));
}

static void read_weekday(struct facts *facts, struct expression_value *value)
{
    set_text(value, when_weekdays[local_time(facts)->weekday]);
}

static void (*const READERS[FACT_COUNT])(struct facts *, struct expression_value *) = {
    [FACT_CAMPAIGN] = read_campaign,
    [FACT_CHANNEL] = read_channel,
    [FACT_CONTACT_HOUR] = read_contact_hour,
    [FACT_COUNTRY] = read_country,
    [FACT_DATE] = read_date,
    [FACT_FIRST_CONTACT] = read_first_contact,
    [FACT_HAS_MEDIA] = read_has_media,
    [FACT_HOUR] = read_hour,
    [FACT_LANGUAGE] = read_language,
    [FACT_LAST_RULE] = read_last_rule,
    [FACT_LATE] = read_late,
    [FACT_LOCALE] = read_locale,
    [FACT_MESSAGE_COUNT] = read_message_count,
    [FACT_MINUTES_SINCE_LAST] = read_minutes_since_last,
    [FACT_NEW_CONVERSATION] = read_new_conversation,
    [FACT_NOW] = read_now,
    [FACT_OPEN] = read_open,
    [FACT_OPTED_OUT] = read_opted_out,
    [FACT_OWNER] = read_owner,
    [FACT_TIME] = read_time,
    [FACT_WEEKDAY] = read_weekday,
};

/* Fields, variables, groups */

static void read_real(struct facts *facts, const struct json *json, struct expression_value *value)
{
    buf_clear(&facts->text);
    json_scalar(json, &facts->text);
    *value = (struct expression_value){ .kind = EXPRESSION_REAL,
                                        .real = strtod(buf_text(&facts->text), NULL) };
}

/* By its own type; whole numbers of more than 15 digits are texts (base/json). */
static void read_json(struct facts *facts, const struct json *json, struct expression_value *value)
{
    bool flag = false;
    int64_t number;
    switch (json_kind(json)) {
    case JSON_NONE:
    case JSON_NULL: return;
    case JSON_BOOL: set_int(value, json_bool(json, &flag) && flag); return;
    case JSON_NUMBER:
        if (json_int(json, &number))
            set_int(value, number);
        else
            read_real(facts, json, value);
        return;
    case JSON_TEXT: set_text(value, json_text(json)); return;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    buf_clear(&facts->text);
    json_format(json, &facts->text);
    set_text(value, buf_text(&facts->text));
}

static bool match_again(struct facts *facts)
{
    const struct pattern *pattern = facts->pattern;
    if (!facts->has_groups)
        facts->is_matched = pattern != NULL && pattern_match(pattern, facts->matcher, buf_text(facts->folded),
                                                             facts->folded->len, NULL) == PATTERN_YES;
    facts->has_groups = true;
    return facts->is_matched;
}

/* Is the name a group of the rule's pattern? One that took no part in the match is NULL. */
static bool read_group(struct facts *facts, const char *name, struct expression_value *value)
{
    const struct pattern *pattern = facts->pattern;
    for (size_t i = 0; pattern != NULL && i < pattern_group_count(pattern); i++) {
        if (strcmp(pattern_group_name(pattern, i), name) != 0)
            continue;
        if (!match_again(facts))
            return true;
        struct span group = matcher_group(facts->matcher, pattern, i);
        if (group.start != (size_t)-1)
            *value = (struct expression_value){ .kind = EXPRESSION_TEXT,
                                                .text = buf_text(facts->folded) + group.start,
                                                .len = group.end - group.start };
        return true;
    }
    return false;
}

/* One that this message removes is NULL. */
static bool read_set(struct facts *facts, const char *name, struct expression_value *value)
{
    const struct effect *set = facts->decision != NULL ? decide_value(facts->decision, name) : NULL;
    if (set != NULL && *set->text != '\0')
        set_text(value, set->text);
    return set != NULL;
}

static bool read_answer(const struct facts *facts, const char *name, struct expression_value *value)
{
    const struct run_variable *answer = facts->answers != NULL ? run_variables_find(facts->answers, name) : NULL;

    if (answer != NULL)
        run_variable_value(answer, value);
    return answer != NULL;
}

static void read_variable(struct facts *facts, const char *name, struct expression_value *value)
{
    if (read_answer(facts, name, value) || read_group(facts, name, value) || read_set(facts, name, value))
        return;
    /* As in desk/decide_variable.c: what a dialogue has left is known to the parting alone. */
    if (ruleset_collects(facts->ruleset, name) && facts->input->kind != INPUT_PARTING)
        return;
    const struct json *variables = parse_once(facts->state->variables, &facts->has_variables,
                                              &facts->variables);
    read_json(facts, json_get(variables, name), value);
}

/* How the conversation ended, once that is known. */
static bool read_parting(const struct facts *facts, const char *name, struct expression_value *value)
{
    const struct decide_parting *parting = facts->input->parting;

    if (strcmp(name, "outcome") == 0)
        set_text(value, parting != NULL ? parting->outcome : "");
    else if (strcmp(name, "closed_by") == 0)
        set_text(value, parting != NULL ? parting->closed_by : "");
    else
        return false;
    return true;
}

static void look_up(void *context, const char *name, struct expression_value *value)
{
    struct facts *facts = context;
    if (name[0] == '@') {
        read_variable(facts, name + 1, value);
        return;
    }
    enum fact fact = fact_find(name + 1);
    if (fact != FACT_COUNT)
        READERS[fact](facts, value);
    else if (!read_parting(facts, name + 1, value))
        read_json(facts, field(facts, name + 1 + strlen(FACT_FIELD)), value);
}

static void begin(struct facts *facts, const struct pattern *pattern, bool is_matched)
{
    facts->pattern = pattern;
    facts->has_groups = facts->is_matched = is_matched;
}

void facts_look_up(void *context, const char *name, struct expression_value *value)
{
    begin(context, NULL, false);
    look_up(context, name, value);
}

enum expression_result facts_test(struct facts *facts, const struct expression *only_if, const struct pattern *pattern)
{
    begin(facts, pattern, false);
    return expression_test(only_if, look_up, facts);
}

enum expression_result facts_test_matched(struct facts *facts, const struct expression *only_if,
                                          const struct pattern *pattern)
{
    begin(facts, pattern, true);
    return expression_test(only_if, look_up, facts);
}

static void write_value(struct jsonw *json, const char *name, const struct expression_value *value)
{
    size_t len = value->len;
    switch (value->kind) {
    case EXPRESSION_NULL: jsonw_null(json, name); break;
    case EXPRESSION_INT: jsonw_int(json, name, value->number); break;
    case EXPRESSION_REAL: jsonw_real(json, name, value->real); break;
    case EXPRESSION_TEXT:
        if (len > FACT_SHOWN_MAX)
            len = utf8_floor(value->text, len, FACT_SHOWN_MAX);
        jsonw_bytes(json, name, value->text, len);
        break;
    }
}

void facts_format(struct facts *facts, const struct expression *only_if, const struct pattern *pattern, struct buf *out)
{
    size_t effort = matcher_effort(facts->matcher);
    struct jsonw json = { .out = out };

    begin(facts, pattern, false);
    jsonw_object(&json, NULL);
    for (size_t i = 0; i < expression_name_count(only_if); i++) {
        struct expression_value value = { 0 };

        look_up(facts, expression_name(only_if, i), &value);
        write_value(&json, expression_name(only_if, i), &value);
    }
    jsonw_end_object(&json);
    matcher_set_effort(facts->matcher, effort);
}

void facts_release(struct facts *facts)
{
    json_free(facts->fields);
    json_free(facts->variables);
    buf_release(&facts->text);
    *facts = (struct facts){ 0 };
}
