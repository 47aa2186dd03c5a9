/*
 * house_phrase: see the header.
 */
#include <stdbool.h>
#include <string.h>

#include "flow/step.h"
#include "rules/house_phrase.h"

static const char *const LANGUAGES[HOUSE_LANGUAGES] = {
    [HOUSE_ENGLISH] = "en", [HOUSE_KOREAN] = "ko", [HOUSE_SPANISH] = "es"
};

static bool is_same_language(const char *a, const char *b)
{
    char left[LANGUAGE_TAG_MAX], right[LANGUAGE_TAG_MAX];
    return language_canonical(a, left) && language_canonical(b, right) && language_length(left) == language_length(right) &&
           strncmp(left, right, language_length(left)) == 0;
}

/* HOUSE_LANGUAGES: none of ours. */
static size_t find_language(const char *language)
{
    size_t i = 0;
    while (i < HOUSE_LANGUAGES && !is_same_language(LANGUAGES[i], language))
        i++;
    return i;
}

const struct phrase *house_phrase_find(const struct ruleset *ruleset, const char *name, const char *language,
                                       size_t *built_in)
{
    char tag[LANGUAGE_TAG_MAX];
    ruleset_language(ruleset, language, tag);
    const struct phrase *own = ruleset_phrase(ruleset, name, tag);
    *built_in = find_language(tag);
    if (own != NULL && (*built_in == HOUSE_LANGUAGES || is_same_language(own->language, tag)))
        return own;
    if (*built_in == HOUSE_LANGUAGES)
        *built_in = find_language(ruleset_setting(ruleset, "default_language"));
    if (*built_in == HOUSE_LANGUAGES)
        *built_in = HOUSE_ENGLISH;
    return NULL;
}

/* Beside those of flows, which have a table of their own (flow/step.h). */
static const char *const NAMES[] = { "sorry",        "ai_handoff",  "ai_notice", "flood_notice",
                                     "list_button", "list_title", NULL };

bool house_phrase_is_name(const char *name)
{
    for (size_t i = 0; NAMES[i] != NULL; i++)
        if (strcmp(NAMES[i], name) == 0)
            return true;
    for (size_t i = 0; i < FLOW_PHRASE_COUNT; i++)
        if (strcmp(flow_phrase_names[i], name) == 0)
            return true;
    return false;
}

void house_phrase_offer(struct nearest *nearest)
{
    nearest_offer_list(nearest, NAMES);
    for (size_t i = 0; i < FLOW_PHRASE_COUNT; i++)
        nearest_offer(nearest, flow_phrase_names[i]);
}
