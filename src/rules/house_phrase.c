/*
 * house_phrase: see the header.
 */
#include <stdbool.h>
#include <string.h>

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
