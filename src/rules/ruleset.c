/*
 * ruleset: made whole or not at all, then only read.
 *
 * ruleset_new loads the rows, then builds settings, opening hours, channels, campaigns, teams, phrases, services,
 * backends, rules with all that hangs on them, flows, faq, examples and talks in this order, each from rows and from what
 * stands already. The first thing that is wrong ends it; what was made by then is freed the same way as a finished
 * ruleset, so there is one way to take one apart.
 *
 * Ownership: the rows own all texts; the lists in `private` own the structs; each rule owns its compiled
 * patterns and template; all conditions belong to one set. The public lists are read-only views.
 *
 * Asking for a setting that does not exist aborts: names are written by us. All other look-ups answer NULL.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rules/build.h"
#include "rules/index.h"
#include "rules/ruleset.h"

static struct ruleset *ruleset_alloc(void)
{
    struct ruleset *ruleset = alloc_new(sizeof *ruleset);
    ruleset->private = alloc_new(sizeof *ruleset->private);
    settings_init(&ruleset->private->settings);
    return ruleset;
}

static int build_settings(struct ruleset *ruleset, const struct zones *zones, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    if (settings_take(&private->settings, &private->rows, zones, error) != 0)
        return -1;
    ruleset->zone = zones_find(zones, ruleset_setting(ruleset, "time_zone"));
    ruleset->zones = zones;
    build_flow_words(ruleset);
    return 0;
}

static int build_opening(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    ruleset->opening = private->opening = opening_new(&private->rows, error);
    return private->opening != NULL ? 0 : -1;
}

static int build(struct ruleset *ruleset, const struct zones *zones, struct error *error)
{
    if (build_settings(ruleset, zones, error) != 0 || build_opening(ruleset, error) != 0 ||
        build_channels(ruleset, error) != 0 ||
        build_campaigns(ruleset, error) != 0 || build_teams(ruleset, error) != 0 ||
        build_variables(ruleset, error) != 0 || build_phrases(ruleset, error) != 0 ||
        build_services(ruleset, error) != 0 || build_flow_names(ruleset, error) != 0 ||
        build_backends(ruleset, error) != 0 || build_rules(ruleset, error) != 0 || build_sets(ruleset, error) != 0 ||
        build_flows(ruleset, error) != 0 || build_backend_acts(ruleset, error) != 0 ||
        build_attributes(ruleset, error) != 0 || build_events(ruleset, error) != 0 || build_notices(ruleset, error) != 0 ||
        build_team_texts(ruleset, error) != 0 || check_phrases(ruleset, error) != 0 ||
        build_faqs(ruleset, error) != 0)
        return -1;
    ruleset->index = ruleset->private->index = rule_index_new(ruleset->rules, ruleset->rule_count);
    return build_examples(ruleset, error) == 0 ? build_talks(ruleset, error) : -1;
}

static struct ruleset *make(const struct rulefiles *files, const struct zones *zones, bool is_stored, struct error *error)
{
    struct ruleset *ruleset = ruleset_alloc();
    ruleset->private->is_stored = is_stored;
    if (rows_load(files, &ruleset->private->rows, error) == 0 && build(ruleset, zones, error) == 0)
        return ruleset;
    ruleset_free(ruleset);
    return NULL;
}

struct ruleset *ruleset_new(const struct rulefiles *files, const struct zones *zones, struct error *error)
{
    return make(files, zones, false, error);
}

struct ruleset *ruleset_new_stored(const struct rulefiles *files, const struct zones *zones, struct error *error)
{
    return make(files, zones, true, error);
}

struct ruleset *ruleset_empty(const struct zones *zones)
{
    struct ruleset *ruleset = ruleset_alloc();
    if (build(ruleset, zones, NULL) != 0)
        abort();
    return ruleset;
}

static void release_rule(struct rule *rule)
{
    pattern_free(rule->pattern);
    pattern_free(rule->words);
    pattern_free(rule->unless);
    template_free(rule->say);
    for (size_t i = 0; i < rule->button_count; i++)
        template_free(rule->buttons[i]);
    free(rule->buttons);
}

void ruleset_free(struct ruleset *ruleset)
{
    if (ruleset == NULL)
        return;
    struct ruleset_private *private = ruleset->private;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        release_rule(&private->rules[i]);
    for (size_t i = 0; i < private->set_count; i++)
        template_free(private->sets[i].value);
    for (size_t i = 0; i < ruleset->attribute_count; i++)
        template_free(private->attributes[i].value);
    for (size_t i = 0; i < ruleset->phrase_count; i++)
        template_free(private->phrases[i].text);
    profile_release(ruleset);
    flows_release(ruleset);
    backends_release(ruleset);
    talks_release(ruleset);
    faqs_release(ruleset);
    rule_index_free(private->index);
    expressions_free(private->expressions);
    free(private->rules);
    free(private->sets);
    free(private->attributes);
    free(private->phrases);
    free(private->variables);
    free(private->by_name);
    free(private->examples);
    free(private->campaigns);
    free(private->channels);
    teams_release(ruleset);
    opening_free(private->opening);
    rows_release(&private->rows);
    free(private);
    free(ruleset);
}

const char *ruleset_action_name(enum rule_action action)
{
    return ruleset_action_names[action];
}

bool rule_takes_all(const struct rule *rule)
{
    return rule->pattern == NULL && rule->words == NULL && rule->unless == NULL &&
           rule->only_if == NULL;
}

static int compare_name(const void *name, const void *member)
{
    return strcmp(name, (*(const struct rule *const *)member)->name);
}

const struct rule *ruleset_rule(const struct ruleset *ruleset, const char *name)
{
    if (ruleset->rule_count == 0)
        return NULL;
    const struct rule *const *found = bsearch(name, ruleset->private->by_name, ruleset->rule_count,
                                              sizeof *ruleset->private->by_name, compare_name);
    return found != NULL ? *found : NULL;
}

const struct channel *ruleset_channel(const struct ruleset *ruleset, const char *name)
{
    for (size_t i = 0; i < ruleset->channel_count; i++)
        if (strcmp(ruleset->channels[i].name, name) == 0)
            return &ruleset->channels[i];
    return NULL;
}

const struct campaign *ruleset_campaign(const struct ruleset *ruleset, const char *name)
{
    for (size_t i = 0; i < ruleset->campaign_count; i++)
        if (strcmp(ruleset->campaigns[i].name, name) == 0)
            return &ruleset->campaigns[i];
    return NULL;
}

const struct team *ruleset_team(const struct ruleset *ruleset, const char *name)
{
    for (size_t i = 0; i < ruleset->team_count; i++)
        if (strcmp(ruleset->teams[i].name, name) == 0)
            return &ruleset->teams[i];
    return NULL;
}

const struct campaign *ruleset_default_campaign(const struct ruleset *ruleset, const char *channel,
                                                enum campaign_layout layout)
{
    for (size_t i = 0; i < ruleset->campaign_count; i++)
        if (ruleset->campaigns[i].layout == layout && strcmp(ruleset->campaigns[i].channel, channel) == 0)
            return &ruleset->campaigns[i];
    return NULL;
}

void ruleset_language(const struct ruleset *ruleset, const char *language, char tag[LANGUAGE_TAG_MAX])
{
    if (!language_canonical(language, tag))
        language_canonical(ruleset_setting(ruleset, "default_language"), tag);
}

static size_t setting_index(const char *name)
{
    int index = setting_find(name);
    if (index < 0)
        abort();
    return (size_t)index;
}

const char *ruleset_setting(const struct ruleset *ruleset, const char *name)
{
    return ruleset->private->settings.texts[setting_index(name)];
}

int64_t ruleset_setting_number(const struct ruleset *ruleset, const char *name)
{
    return ruleset->private->settings.numbers[setting_index(name)];
}
