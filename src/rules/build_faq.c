/*
 * build_faq: the table faq: questions with their answers, and the index that finds them.
 *
 * What is searched in an answer is what every customer reads of it: its text, without the values that are filled in.
 * One question may have an answer in each language, and one for all others. Two in one language would be a toss, so
 * they are refused; questions are the same when their terms are, whatever their case, accents, endings and signs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "rules/build.h"
#include "rules/variable.h"
#include "store/faq.h"
#include "text/terms.h"

enum { QUESTION_MAX = 500, KEYWORDS_MAX = 1000, ANSWER_MAX = 4096 /* characters */, ANSWER_SOURCE_MAX = 64 * 1024 };

static int check_length(const struct row *row, const char *column, const char *text, size_t most, struct error *error)
{
    size_t len = text != NULL ? utf8_count(text, strlen(text)) : 0;
    if (len <= most)
        return 0;
    return row_refuse(row, error, "%s has %zu characters; at most %zu are taken", column, len, most);
}

static int take_question(const struct row *row, struct faq *faq, struct error *error)
{
    if (row_require(row, "question", &faq->question, error) != 0 ||
        check_length(row, "question", faq->question, QUESTION_MAX, error) != 0)
        return -1;
    struct terms terms = { 0 };
    terms_cut(faq->question, strlen(faq->question), 1, &terms);
    bool is_empty = terms.count == 0;
    terms_release(&terms);
    if (is_empty)
        return row_refuse(row, error, "the question '%s' has no word in it; write what customers would ask", faq->question);
    return 0;
}

static int take_language(const struct row *row, struct faq *faq, struct error *error)
{
    const char *language = row_value(row, "language");
    if (language == NULL || language_canonical(language, faq->language))
        return 0;
    return row_refuse(row, error, "language is a language's code like en, ko or pt-BR, not '%s'; leave it out for an answer "
                                  "to everybody", language);
}

static int take_answer(const struct ruleset *ruleset, const struct row *row, struct faq *faq, struct error *error)
{
    const char *answer;
    if (row_require(row, "answer", &answer, error) != 0 || check_length(row, "answer", answer, ANSWER_MAX, error) != 0)
        return -1;
    faq->answer = template_new(answer, error);
    if (faq->answer == NULL || variable_check_template(ruleset, faq->answer, NULL, error) != 0)
        return row_blame(row, "answer", error);
    return 0;
}

static int take_faq(const struct ruleset *ruleset, const struct row *row, struct faq *faq, struct error *error)
{
    *faq = (struct faq){ .file = row->file, .line = row->line, .keywords = row_value(row, "keywords") };
    if (take_question(row, faq, error) != 0 || take_language(row, faq, error) != 0 ||
        check_length(row, "keywords", faq->keywords, KEYWORDS_MAX, error) != 0)
        return -1;
    return take_answer(ruleset, row, faq, error);
}

/* Duplicates */

struct asked {
    const struct faq *faq;
    struct terms terms; /* of the question */
};

static int compare(const void *a, const void *b)
{
    const struct asked *left = a, *right = b;
    int order = strcmp(buf_text(&left->terms.text), buf_text(&right->terms.text));
    if (order == 0)
        order = strcmp(left->faq->language, right->faq->language);
    return order != 0 ? order : left->faq < right->faq ? -1 : 1; /* which are in one array */
}

static int refuse_duplicate(const struct faq *faq, const struct faq *first, struct error *error)
{
    struct buf language = { 0 };
    if (faq->language[0] != '\0')
        buf_addf(&language, " in %s", faq->language);
    error_set(error, "%s:%d: the question '%s' is already answered%s in %s:%d; put both answers into one row", faq->file,
              faq->line, faq->question, buf_text(&language), first->file, first->line);
    buf_release(&language);
    return -1;
}

static int find_duplicate(const struct asked *asked, size_t count, struct error *error)
{
    for (size_t i = 1; i < count; i++) {
        const struct faq *one = asked[i - 1].faq, *other = asked[i].faq;
        if (strcmp(buf_text(&asked[i - 1].terms.text), buf_text(&asked[i].terms.text)) == 0 &&
            strcmp(one->language, other->language) == 0)
            return refuse_duplicate(other, one, error);
    }
    return 0;
}

static int refuse_duplicates(const struct ruleset *ruleset, struct error *error)
{
    size_t count = ruleset->faq_count;
    struct asked *asked = alloc_array(count, sizeof *asked);
    for (size_t i = 0; i < count; i++) {
        asked[i].faq = &ruleset->faqs[i];
        terms_cut(asked[i].faq->question, strlen(asked[i].faq->question), QUESTION_MAX, &asked[i].terms);
    }
    qsort(asked, count, sizeof *asked, compare);
    int result = find_duplicate(asked, count, error);
    for (size_t i = 0; i < count; i++)
        terms_release(&asked[i].terms);
    free(asked);
    return result;
}

/* The index */

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

static struct faq_index *make_index(const struct ruleset *ruleset)
{
    const struct template_env env = { know_nothing, NULL, NULL };
    size_t count = ruleset->faq_count;
    struct faq_entry *entries = alloc_array(count, sizeof *entries);
    struct buf *answers = alloc_array(count, sizeof *answers);
    for (size_t i = 0; i < count; i++) {
        const struct faq *faq = &ruleset->faqs[i];
        template_render(faq->answer, &env, ANSWER_SOURCE_MAX, &answers[i]);
        entries[i] = (struct faq_entry){ faq->question, buf_text(&answers[i]), faq->keywords, faq->language };
    }
    struct faq_index *index = faq_index_new(entries, count);
    for (size_t i = 0; i < count; i++)
        buf_release(&answers[i]);
    free(answers);
    free(entries);
    return index;
}

int build_faqs(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count = rows_count(&private->rows, "faq"), at = 0;
    if (count > FAQ_ENTRIES_MAX)
        return error_set(error, "the rule files hold %zu rows in faq; at most %d are taken", count, FAQ_ENTRIES_MAX);
    if (count == 0)
        return 0;
    ruleset->faqs = private->faqs = alloc_array(count, sizeof *private->faqs);
    const struct row *row;
    while ((row = rows_next(&private->rows, "faq", &at)) != NULL)
        if (take_faq(ruleset, row, &private->faqs[ruleset->faq_count++], error) != 0)
            return -1;
    if (refuse_duplicates(ruleset, error) != 0)
        return -1;
    ruleset->faq_index = make_index(ruleset);
    return 0;
}

void faqs_release(struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->faq_count; i++)
        template_free(ruleset->private->faqs[i].answer);
    faq_index_free(ruleset->faq_index);
    free(ruleset->private->faqs);
}
