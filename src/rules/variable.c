/*
 * variable: is that name known?
 *
 * A template that asks for a name nobody knows would be rendered with a hole, in front of a customer; so it
 * is refused at load, with the nearest good name. What a webhook's fields are called is known only when one
 * arrives: field.NAME passes whatever NAME is, and is empty where the field is absent.
 */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/nearest.h"
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
};

static const char *const LATER[] = { "summary", "outcome", NULL };

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

static bool is_later(const char *name)
{
    for (size_t i = 0; LATER[i] != NULL; i++)
        if (strcmp(LATER[i], name) == 0)
            return true;
    return false;
}

bool variable_is_taken(const char *name)
{
    return variable_find(name) != VARIABLE_COUNT || ruleset_has_setting(name) || is_later(name);
}

static int refuse(const struct ruleset *ruleset, const char *name, const struct pattern *pattern,
                  struct error *error)
{
    struct nearest nearest = { .word = name };
    nearest_offer_list(&nearest, variable_names);
    size_t count;
    const struct setting_info *settings = ruleset_settings(&count);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, settings[i].name);
    for (size_t i = 0; pattern != NULL && i < pattern_group_count(pattern); i++)
        nearest_offer(&nearest, pattern_group_name(pattern, i));
    for (size_t i = 0; i < ruleset->variable_count; i++)
        nearest_offer(&nearest, ruleset->variables[i]);

    struct buf advice = { 0 };
    nearest_advise(&nearest, variable_names, &advice);
    if (nearest.best == NULL)
        buf_add_text(&advice, ", field.NAME, phrase.NAME, the settings, the named groups of the rule's "
                              "pattern and what rule_set rows set");
    error_set(error,
              is_later(name) ? "{{ %s }} comes with a later version of frontdesk%s"
                             : "nothing is known by the name {{ %s }}%s",
              name, buf_text(&advice));
    buf_release(&advice);
    return -1;
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
static int check_phrase(const struct ruleset *ruleset, const char *name, const struct pattern *pattern,
                        struct error *error)
{
    size_t found = 0;
    for (size_t i = 0; i < ruleset->phrase_count; i++) {
        const struct phrase *phrase = &ruleset->phrases[i];
        if (strcmp(phrase->name, name) != 0)
            continue;
        found++;
        if (variable_check_template(ruleset, phrase->text, pattern, error) != 0)
            return error_prefix(error, "the phrase %s (%s:%d)", name, phrase->file, phrase->line);
    }
    return found > 0 ? 0 : refuse_phrase(ruleset, name, error);
}

static int check_name(const struct ruleset *ruleset, const char *name, const struct pattern *pattern,
                      struct error *error)
{
    if (strncmp(name, PHRASE, sizeof PHRASE - 1) == 0)
        return check_phrase(ruleset, name + sizeof PHRASE - 1, pattern, error);
    bool is_field = strncmp(name, FIELD, sizeof FIELD - 1) == 0 && name[sizeof FIELD - 1] != '\0';
    bool is_known = is_field || variable_find(name) != VARIABLE_COUNT || ruleset_has_setting(name) ||
                    is_group(pattern, name) || ruleset_has_variable(ruleset, name);
    return is_known ? 0 : refuse(ruleset, name, pattern, error);
}

int variable_check_template(const struct ruleset *ruleset, const struct template *template,
                            const struct pattern *pattern, struct error *error)
{
    for (size_t i = 0; i < template_name_count(template); i++)
        if (check_name(ruleset, template_name(template, i), pattern, error) != 0)
            return -1;
    return 0;
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
