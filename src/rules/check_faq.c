/*
 * check_faq: slips in the questions of the table faq.
 *
 * - A question of nothing but words like "the" and "you", without a keyword: it is found only word for word.
 * - Keywords with semicolons or bars between them, which are one.
 * - A keyword that two questions in one language have: whoever types just that gets the first of them, always.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rules/checks.h"
#include "text/terms.h"

enum { WORDS_MAX = 500 };

static bool has_telling_word(const struct terms *terms)
{
    for (size_t i = 0; i < terms->word_count; i++)
        if (terms->words[i].kind == TERM_FULL)
            return true;
    return false;
}

void check_faq_words(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->faq_count; i++) {
        const struct faq *faq = &check->ruleset->faqs[i];
        struct terms terms = { 0 };
        terms_cut(faq->question, strlen(faq->question), WORDS_MAX, &terms);
        if (!has_telling_word(&terms) && faq->keywords == NULL)
            check_warn(check, faq->file, faq->line,
                       "the question '%s' has no word that tells it from others, so it is found only when somebody asks it "
                       "word for word; give it keywords", faq->question);
        terms_release(&terms);
    }
}

/* Keywords */

void check_faq_commas(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->faq_count; i++) {
        const struct faq *faq = &check->ruleset->faqs[i];
        const char *sign = faq->keywords != NULL ? strpbrk(faq->keywords, ";|") : NULL;
        if (sign != NULL)
            check_warn(check, faq->file, faq->line,
                       "the keywords of '%s' have a %c in them, and what stands on both sides of it is one; a comma stands "
                       "between keywords",
                       faq->question, *sign);
    }
}

struct keyword {
    const struct faq *faq;
    char *terms;
    const char *typed; /* borrowed, without a NUL behind it */
    size_t len;
};

struct keywords {
    struct keyword *list;
    size_t count, room;
    const struct faq *faq; /* whose are being added */
};

static void add(void *context, const struct terms *terms, const char *typed, size_t len)
{
    struct keywords *keywords = context;
    if (keywords->count == keywords->room) {
        keywords->room = keywords->room == 0 ? 64 : 2 * keywords->room;
        keywords->list = alloc_resize(keywords->list, keywords->room, sizeof *keywords->list);
    }
    keywords->list[keywords->count++] = (struct keyword){ keywords->faq, alloc_text(buf_text(&terms->text)), typed, len };
}

static int compare(const void *a, const void *b)
{
    const struct keyword *left = a, *right = b;
    int order = strcmp(left->terms, right->terms);
    if (order == 0)
        order = strcmp(left->faq->language, right->faq->language);
    return order != 0 ? order : (left->faq > right->faq) - (left->faq < right->faq); /* which are in one array */
}

static void check_neighbours(struct check *check, const struct keyword *one, const struct keyword *other)
{
    if (strcmp(one->terms, other->terms) != 0 || strcmp(one->faq->language, other->faq->language) != 0 ||
        one->faq == other->faq)
        return;
    check_warn(check, other->faq->file, other->faq->line,
               "the questions '%s' and '%s' (%s:%d) have a keyword in common (%.*s): whoever writes nothing else gets the answer "
               "to only one of them; leave it to the one that is meant",
               other->faq->question, one->faq->question, one->faq->file, one->faq->line, (int)one->len, one->typed);
}

void check_faq_keywords(struct check *check)
{
    struct keywords keywords = { 0 };
    for (size_t i = 0; i < check->ruleset->faq_count; i++) {
        keywords.faq = &check->ruleset->faqs[i];
        terms_cut_list(keywords.faq->keywords, WORDS_MAX, add, &keywords);
    }
    if (keywords.count > 0)
        qsort(keywords.list, keywords.count, sizeof *keywords.list, compare);
    for (size_t i = 1; i < keywords.count; i++)
        check_neighbours(check, &keywords.list[i - 1], &keywords.list[i]);
    for (size_t i = 0; i < keywords.count; i++)
        free(keywords.list[i].terms);
    free(keywords.list);
}
