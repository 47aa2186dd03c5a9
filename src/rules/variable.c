/*
 * variable: is that name known?
 *
 * A template that asks for a name nobody knows would be rendered with a hole, in front of a customer; so it
 * is refused at load, with the nearest good name. What a webhook's fields are called is known only when one
 * arrives: field.NAME passes whatever NAME is, and is empty where the field is absent.
 */
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "rules/build_flow.h"
#include "rules/variable.h"

const char *const variable_names[VARIABLE_COUNT + 1] = {
    [VARIABLE_MESSAGE] = "message",
    [VARIABLE_MESSAGE_COUNT] = "message_count",
    [VARIABLE_FIRST_NAME] = "first_name",
    [VARIABLE_LANGUAGE] = "language",
    [VARIABLE_LOCALE] = "locale",
    [VARIABLE_CHANNEL] = "channel",
    [VARIABLE_HOURS_TODAY] = "hours_today",
    [VARIABLE_NEXT_OPENING] = "next_opening",
    [VARIABLE_NOW] = "now",
    [VARIABLE_RULE] = "rule",
    [VARIABLE_SUMMARY] = "summary",
    [VARIABLE_SUMMARY_BY] = "summary_by",
    [VARIABLE_OUTCOME] = "outcome",
    [VARIABLE_CLOSED_BY] = "closed_by",
    [VARIABLE_FLOW] = "flow",
};

enum { FLOW_NAMES_SHOWN = 12 };

const char VARIABLE_TITLE[] = "title";

static const char FIELD[] = "field.", PHRASE[] = "phrase.";

enum variable variable_find(const char *name)
{
    for (size_t i = 0; i < VARIABLE_COUNT; i++)
        if (strcmp(variable_names[i], name) == 0)
            return (enum variable)i;
    return VARIABLE_COUNT;
}

static bool is_group(const struct pattern *pattern, const char *name)
{
    for (size_t i = 0; pattern != NULL && i < pattern_group_count(pattern); i++)
        if (strcmp(pattern_group_name(pattern, i), name) == 0)
            return true;
    return false;
}

static bool is_of_parting(enum variable variable)
{
    return variable >= VARIABLE_SUMMARY && variable < VARIABLE_COUNT;
}

bool variable_is_taken(const char *name)
{
    return variable_find(name) != VARIABLE_COUNT || ruleset_has_setting(name);
}

/* Where a template stands: what it knows beside what all of them know. */
struct place {
    const struct ruleset *ruleset;
    const struct pattern *pattern; /* NULL: no groups */
    const struct scope *scope;     /* NULL: not in a flow */
    bool is_prompt;                /* nothing but PROMPT and the settings */
    bool is_parting;               /* the conversation has been summed up; scope: what flows have collected */
    bool is_close;                 /* and it is over */
};

/* What a prompt knows beside settings and phrases: nothing that a customer writes goes among instructions. */
static const enum variable PROMPT[] = { VARIABLE_FIRST_NAME, VARIABLE_LANGUAGE, VARIABLE_CHANNEL, VARIABLE_HOURS_TODAY,
                                        VARIABLE_NEXT_OPENING };
enum { PROMPT_COUNT = sizeof PROMPT / sizeof PROMPT[0] };

static int check_template(const struct place *place, const struct template *template, struct error *error);

static bool is_known_there(const struct place *place, enum variable variable)
{
    if (variable == VARIABLE_CLOSED_BY)
        return place->is_close;
    return variable != VARIABLE_COUNT && (place->is_parting || !is_of_parting(variable));
}

static void offer_all(const struct place *place, struct nearest *nearest)
{
    size_t count;
    const struct setting_info *settings = ruleset_settings(&count);
    for (enum variable i = 0; i < VARIABLE_COUNT; i++)
        if (is_known_there(place, i))
            nearest_offer(nearest, variable_names[i]);
    for (size_t i = 0; i < count; i++)
        nearest_offer(nearest, settings[i].name);
    for (size_t i = 0; place->pattern != NULL && i < pattern_group_count(place->pattern); i++)
        nearest_offer(nearest, pattern_group_name(place->pattern, i));
    for (size_t i = 0; i < place->ruleset->variable_count; i++)
        nearest_offer(nearest, place->ruleset->variables[i]);
    for (size_t i = 0; place->scope != NULL && i < place->scope->count; i++)
        nearest_offer(nearest, place->scope->names[i].name);
    if (place->scope != NULL && !place->is_parting)
        nearest_offer(nearest, VARIABLE_TITLE);
}

static void add_flow_names(const struct scope *scope, struct buf *out)
{
    buf_add_text(out, "; a flow also knows title");
    for (size_t i = 0; i < scope->count && i < FLOW_NAMES_SHOWN; i++)
        buf_addf(out, ", %s", scope->names[i].name);
    buf_add_text(out, scope->count > FLOW_NAMES_SHOWN ? " …" : "");
}

static bool asks_for(const struct row *row, const char *name)
{
    const char *full_name = row_value(row, "name"), *dot = full_name != NULL ? strchr(full_name, '.') : NULL;
    return dot != NULL && strcmp(dot + 1, name) == 0 && row_value(row, "ask") != NULL;
}

static bool gives(const struct row *row, const char *name)
{
    const char *given = row_value(row, "name");
    return given != NULL && strcmp(given, name) == 0;
}

/* Whoever brings the name into a flow, as typed: flows may not stand yet. NULL: nobody. */
static const char *find_giver(const struct ruleset *ruleset, const char *name, const char **noun)
{
    static const struct {
        const char *table, *noun, *column;
        bool (*is_giver)(const struct row *row, const char *name);
    } GIVERS[] = { { "step", "step", "name", asks_for },
                   { "step_set", "step", "step", gives },
                   { "service_value", "service", "service", gives } };
    const struct row *row;
    for (size_t i = 0; i < sizeof GIVERS / sizeof GIVERS[0]; i++)
        for (size_t at = 0; (row = rows_next(&ruleset->private->rows, GIVERS[i].table, &at)) != NULL;)
            if (GIVERS[i].is_giver(row, name)) {
                *noun = GIVERS[i].noun;
                return row_value(row, GIVERS[i].column);
            }
    return NULL;
}

/* Closed by a NULL. */
static void list_names(const struct place *place, const char *names[VARIABLE_COUNT + 1])
{
    size_t count = 0;
    for (enum variable i = 0; i < VARIABLE_COUNT; i++)
        if (is_known_there(place, i))
            names[count++] = variable_names[i];
    names[count] = NULL;
}

static int refuse(const struct place *place, const char *name, struct error *error)
{
    const char *names[VARIABLE_COUNT + 1], *giver, *noun;
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    if (place->is_parting && variable_find(name) == VARIABLE_CLOSED_BY)
        return error_set(error,
                         "{{ %s }} is empty at handoff, when nothing has been closed; only what stands at close may ask for it",
                         name);
    if (is_of_parting(variable_find(name)))
        return error_set(error,
                         "{{ %s }} is not known before a conversation has been summed up; only what stands at close or "
                         "handoff may ask for it",
                         name);
    giver = find_giver(place->ruleset, name, &noun);
    if (giver != NULL)
        return error_set(error, "{{ %s }} is of the %s %s, and known in %s, at close and at handoff alone", name, noun, giver,
                         strcmp(noun, "step") == 0 ? "its flow" : "the flows that call it");
    offer_all(place, &nearest);
    list_names(place, names);
    nearest_advise(&nearest, names, &advice);
    if (nearest.best == NULL && place->is_parting)
        buf_add_text(&advice, ", field.NAME, phrase.NAME, the settings, the names of steps that ask, and what step_set, "
                              "service_value and rule_set rows set");
    else if (nearest.best == NULL && place->scope != NULL)
        add_flow_names(place->scope, &advice);
    else if (nearest.best == NULL)
        buf_add_text(&advice, ", field.NAME, phrase.NAME, the settings, the named groups of the rule's "
                              "pattern and what rule_set rows set");
    error_set(error, "nothing is known by the name {{ %s }}%s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int refuse_in_prompt(const char *name, struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    size_t count;
    const struct setting_info *settings = ruleset_settings(&count);
    for (size_t i = 0; i < PROMPT_COUNT; i++)
        nearest_offer(&nearest, variable_names[PROMPT[i]]);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, settings[i].name);
    nearest_advise(&nearest, NULL, &advice);
    if (nearest.best == NULL) {
        buf_add_text(&advice, "; known are ");
        for (size_t i = 0; i < PROMPT_COUNT; i++)
            buf_addf(&advice, "%s, ", variable_names[PROMPT[i]]);
        buf_add_text(&advice, "phrase.NAME and the settings");
    }
    error_set(error, "a prompt knows nothing by the name {{ %s }}%s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int check_in_prompt(const char *name, struct error *error)
{
    for (size_t i = 0; i < PROMPT_COUNT; i++)
        if (strcmp(variable_names[PROMPT[i]], name) == 0)
            return 0;
    return ruleset_has_setting(name) ? 0 : refuse_in_prompt(name, error);
}

static int refuse_phrase(const struct ruleset *ruleset, const char *name, struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    for (size_t i = 0; i < ruleset->phrase_count; i++)
        nearest_offer(&nearest, ruleset->phrases[i].name);
    nearest_advise(&nearest, NULL, &advice);
    error_set(error, "there is no phrase '%s'%s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

/* All its texts: which of them is said depends on the contact. Phrases do not nest deeply (build_phrase). */
static int check_phrase(const struct place *place, const char *name, struct error *error)
{
    size_t found = 0;
    for (size_t i = 0; i < place->ruleset->phrase_count; i++) {
        const struct phrase *phrase = &place->ruleset->phrases[i];
        if (strcmp(phrase->name, name) != 0)
            continue;
        found++;
        if (check_template(place, phrase->text, error) != 0)
            return error_prefix(error, "the phrase %s (%s:%d)", name, phrase->file, phrase->line);
    }
    return found > 0 ? 0 : refuse_phrase(place->ruleset, name, error);
}

static bool is_of_flow(const struct place *place, const char *name)
{
    if (place->scope == NULL)
        return false;
    return (strcmp(name, VARIABLE_TITLE) == 0 && !place->is_parting) || scope_find(place->scope, name) != NULL;
}

static int check_name(const struct place *place, const char *name, struct error *error)
{
    if (strncmp(name, PHRASE, sizeof PHRASE - 1) == 0)
        return check_phrase(place, name + sizeof PHRASE - 1, error);
    if (place->is_prompt)
        return check_in_prompt(name, error);
    bool is_field = strncmp(name, FIELD, sizeof FIELD - 1) == 0 && name[sizeof FIELD - 1] != '\0';
    bool is_known = is_field || is_known_there(place, variable_find(name)) || ruleset_has_setting(name) ||
                    is_group(place->pattern, name) || ruleset_has_variable(place->ruleset, name) ||
                    is_of_flow(place, name);
    return is_known ? 0 : refuse(place, name, error);
}

static int check_template(const struct place *place, const struct template *template, struct error *error)
{
    for (size_t i = 0; i < template_name_count(template); i++)
        if (check_name(place, template_name(template, i), error) != 0)
            return -1;
    return 0;
}

int variable_check_template(const struct ruleset *ruleset, const struct template *template,
                            const struct pattern *pattern, struct error *error)
{
    return check_template(&(struct place){ .ruleset = ruleset, .pattern = pattern }, template, error);
}

int variable_check_in_flow(const struct ruleset *ruleset, const struct template *template,
                           const struct scope *scope, struct error *error)
{
    return check_template(&(struct place){ .ruleset = ruleset, .scope = scope }, template, error);
}

int variable_check_in_prompt(const struct ruleset *ruleset, const struct template *template, struct error *error)
{
    return check_template(&(struct place){ .ruleset = ruleset, .is_prompt = true }, template, error);
}

int variable_check_at_parting(const struct ruleset *ruleset, const struct template *template, bool is_close,
                              struct error *error)
{
    const struct place place = { .ruleset = ruleset, .scope = &ruleset->private->flow->collected, .is_parting = true,
                                 .is_close = is_close };
    return check_template(&place, template, error);
}

bool variable_is_name(const char *name)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t len = strlen(name);
    return len > 0 && len <= VARIABLE_NAME_MAX && strspn(name, LETTERS) == len && !ascii_is_digit(name[0]);
}

int variable_check_groups(const struct pattern *pattern, struct error *error)
{
    for (size_t i = 0; i < pattern_group_count(pattern); i++) {
        const char *name = pattern_group_name(pattern, i);
        if (variable_find(name) != VARIABLE_COUNT || ruleset_has_setting(name))
            return error_set(error,
                             "the group (?<%s>…) has the name of a variable that templates know already; "
                             "choose another",
                             name);
    }
    return 0;
}
