/*
 * faq: see the header. What languages there are to choose from is settled here, what fits is the index's.
 */
#include <string.h>

#include "rules/faq.h"
#include "store/faq.h"

enum { FOUND_MAX = 50 };

size_t ruleset_faqs(const struct ruleset *ruleset, const char *text, const char *language, double floor, size_t most,
                    struct faq_found *found)
{
    struct faq_hit hits[FOUND_MAX];
    char own[LANGUAGE_TAG_MAX], otherwise[LANGUAGE_TAG_MAX];
    if (ruleset->faq_index == NULL)
        return 0;
    ruleset_language(ruleset, language, own);
    ruleset_language(ruleset, NULL, otherwise);
    const struct faq_query query = { text, strlen(text), own, otherwise, floor };
    size_t count = faq_search(ruleset->faq_index, &query, hits, most < FOUND_MAX ? most : FOUND_MAX);
    for (size_t i = 0; i < count; i++)
        found[i] = (struct faq_found){ &ruleset->faqs[hits[i].entry], hits[i].score };
    return count;
}

const struct faq *ruleset_faq(const struct ruleset *ruleset, const char *text, const char *language, double floor,
                              double *score)
{
    struct faq_found found = { 0 };
    if (ruleset_faqs(ruleset, text, language, floor, 1, &found) == 0)
        return NULL;
    if (score != NULL)
        *score = found.score;
    return found.faq;
}
