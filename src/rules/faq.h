/*
 * faq: the answer to what a customer asks, out of the table faq; or the entries that have to do with it, as knowledge
 * for another backend.
 *
 * store/faq.h says what a score means. FAQ_FLOOR parts the questions of tests/unit/test_faq.c from the messages there
 * that ask nothing of the kind: the former begin at 0.33, the latter end at 0.27. Knowledge, which a model reads and
 * judges, may come from further down.
 *
 * An index is used by one thread at a time, like the ruleset's conditions.
 */
#ifndef RULES_FAQ_H
#define RULES_FAQ_H

#include <stddef.h>

#include "rules/ruleset.h"

#define FAQ_FLOOR 0.32

struct faq_found {
    const struct faq *faq; /* borrowed from the ruleset */
    double score;          /* 0 to 1 */
};

/*
 * The entry that answers the text, valid UTF-8, for a contact whose language may be unknown ("", NULL, or no tag).
 * NULL: none reaches the floor. `score` may be NULL.
 */
const struct faq *ruleset_faq(const struct ruleset *ruleset, const char *text, const char *language, double floor,
                              double *score);

/* The best `most` of them, best first; returns how many there are (50 at the most). */
size_t ruleset_faqs(const struct ruleset *ruleset, const char *text, const char *language, double floor, size_t most,
                    struct faq_found *found);

#endif
