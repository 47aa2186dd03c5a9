/*
 * build_phrase: texts by language, said by {{ phrase.NAME }}.
 *
 * A phrase is all rows of one name. Whoever writes in a language without a row hears the default language, so
 * every phrase must have a text there; a language is compared blind to case, and pt_BR is pt-BR.
 *
 * The texts are templates, and may hold another phrase, but only one that holds none itself: two levels are
 * enough to put a name into a greeting, and no loop can hide behind them. The names that they ask for are
 * judged where a rule says the phrase, since its groups count there; what no rule asks for is judged against
 * the groups of all of them.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "rules/ai_phrase.h"
#include "rules/build_flow.h"
#include "rules/flood_phrase.h"
#include "rules/flow_phrase.h"
#include "rules/list_phrase.h"

enum { PHRASES_MAX = 20 * 1000, NAME_MAX_BYTES = 64, LANGUAGE_MAX_BYTES = 64 };

static const char PREFIX[] = "phrase.";
static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

/* Finding --------------------------------------------------------------------------------------------------- */

static char language_letter(char c)
{
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `len` bytes of `language` against all of the other. */
static int compare_language(const char *language, size_t len, const char *other)
{
    for (size_t i = 0; i < len; i++) {
        char a = language_letter(language[i]), b = language_letter(other[i]);
        if (a != b)
            return (unsigned char)a < (unsigned char)b ? -1 : 1;
    }
    return other[len] == '\0' ? 0 : -1;
}

static int compare_phrases(const void *a, const void *b)
{
    const struct phrase *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : compare_language(left->language, strlen(left->language), right->language);
}

/* The first row of a name, or NULL. */
static const struct phrase *find_first(const struct ruleset *ruleset, const char *name)
{
    size_t low = 0, high = ruleset->phrase_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(ruleset->phrases[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < ruleset->phrase_count && strcmp(ruleset->phrases[low].name, name) == 0;
    return is_there ? &ruleset->phrases[low] : NULL;
}

static const struct phrase *next_of_name(const struct ruleset *ruleset, const struct phrase *phrase)
{
    const struct phrase *next = phrase + 1;
    bool is_there = next < ruleset->phrases + ruleset->phrase_count && strcmp(next->name, phrase->name) == 0;
    return is_there ? next : NULL;
}

/* The language, then without its last part, and so on. */
static const struct phrase *find_in(const struct ruleset *ruleset, const struct phrase *first,
                                    const char *language)
{
    size_t len = strnlen(language, LANGUAGE_MAX_BYTES);
    while (len > 0) {
        for (const struct phrase *phrase = first; phrase != NULL; phrase = next_of_name(ruleset, phrase))
            if (compare_language(language, len, phrase->language) == 0)
                return phrase;
        while (len > 0 && language_letter(language[len - 1]) != '-')
            len--;
        len -= len > 0;
    }
    return NULL;
}

const struct phrase *ruleset_phrase(const struct ruleset *ruleset, const char *name, const char *language)
{
    const struct phrase *first = find_first(ruleset, name);
    const struct phrase *found = first != NULL && language != NULL ? find_in(ruleset, first, language) : NULL;
    if (first == NULL || found != NULL)
        return found;
    return find_in(ruleset, first, ruleset_setting(ruleset, "default_language"));
}

/* Making ---------------------------------------------------------------------------------------------------- */

static int take_name(const struct row *row, struct phrase *phrase, struct error *error)
{
    if (row_require(row, "name", &phrase->name, error) != 0)
        return -1;
    const char *name = phrase->name;
    if (strlen(name) <= NAME_MAX_BYTES && name[strspn(name, LETTERS)] == '\0')
        return 0;
    return row_refuse(row, error, "the name of a phrase is made of letters from a to z, digits and _, at most %d, not '%s'",
                      NAME_MAX_BYTES, name);
}

static int take_phrase(const struct row *row, struct phrase *phrase, struct error *error)
{
    const char *text;
    *phrase = (struct phrase){ .file = row->file, .line = row->line };
    if (take_name(row, phrase, error) != 0 || row_require(row, "language", &phrase->language, error) != 0)
        return -1;
    if (!setting_is_language(phrase->language) || strlen(phrase->language) > LANGUAGE_MAX_BYTES)
        return row_refuse(row, error, "language is a language's code like en, ko or pt-BR, not '%s'",
                          phrase->language);
    if (row_require(row, "text", &text, error) != 0)
        return -1;
    phrase->text = template_new(text, error);
    return phrase->text != NULL ? 0 : row_blame(row, "text", error);
}

static int __attribute__((format(printf, 3, 4)))
refuse(const struct phrase *phrase, struct error *error, const char *format, ...)
{
    struct buf sentence = { 0 };
    va_list args;
    va_start(args, format);
    buf_addv(&sentence, format, args);
    va_end(args);
    error_set(error, "%s:%d: the phrase %s %s", phrase->file, phrase->line, phrase->name, buf_text(&sentence));
    buf_release(&sentence);
    return -1;
}

static bool stands_before(const struct phrase *a, const struct phrase *b)
{
    int files = strcmp(a->file, b->file);
    return files < 0 || (files == 0 && a->line < b->line);
}

static int refuse_duplicates(const struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 1; i < ruleset->phrase_count; i++) {
        const struct phrase *one = &ruleset->phrases[i - 1], *other = &ruleset->phrases[i];
        if (compare_phrases(one, other) != 0)
            continue;
        const struct phrase *first = stands_before(other, one) ? other : one;
        const struct phrase *second = first == one ? other : one;
        return error_set(error, "%s:%d: there is already a phrase '%s' in %s in %s:%d", second->file,
                         second->line, second->name, first->language, first->file, first->line);
    }
    return 0;
}

static int check_default(const struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 0; i < ruleset->phrase_count; i++)
        if (ruleset_phrase(ruleset, ruleset->phrases[i].name, "") == NULL)
            return refuse(&ruleset->phrases[i], error,
                          "has no text in the default language; add one for '%s', so that nobody "
                          "is answered with a hole",
                          ruleset_setting(ruleset, "default_language"));
    return 0;
}

/* The phrase that a name of a template stands for; NULL: it is none, or there is none. */
static const struct phrase *phrase_of(const struct ruleset *ruleset, const char *name)
{
    bool is_phrase = strncmp(name, PREFIX, sizeof PREFIX - 1) == 0;
    return is_phrase ? find_first(ruleset, name + sizeof PREFIX - 1) : NULL;
}

/* Does any text of the phrase hold another phrase? Its name, or NULL. */
static const char *inner_of(const struct ruleset *ruleset, const struct phrase *first)
{
    for (const struct phrase *phrase = first; phrase != NULL; phrase = next_of_name(ruleset, phrase))
        for (size_t i = 0; i < template_name_count(phrase->text); i++)
            if (strncmp(template_name(phrase->text, i), PREFIX, sizeof PREFIX - 1) == 0)
                return template_name(phrase->text, i) + sizeof PREFIX - 1;
    return NULL;
}

static int check_depth(const struct ruleset *ruleset, const struct phrase *phrase, struct error *error)
{
    for (size_t i = 0; i < template_name_count(phrase->text); i++) {
        const struct phrase *held = phrase_of(ruleset, template_name(phrase->text, i));
        const char *inner = held != NULL ? inner_of(ruleset, held) : NULL;
        if (held != NULL && strcmp(held->name, phrase->name) == 0)
            return refuse(phrase, error, "holds itself");
        if (inner != NULL && strcmp(inner, phrase->name) == 0)
            return refuse(phrase, error, "holds %s, which holds it again", held->name);
        if (inner != NULL)
            return refuse(phrase, error,
                          "holds %s, which holds a further one; one phrase inside another is all",
                          held->name);
    }
    return 0;
}

int build_phrases(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count = rows_count(&private->rows, "phrase"), at = 0;
    if (count > PHRASES_MAX)
        return error_set(error, "the rule files hold %zu phrases; at most %d are taken", count, PHRASES_MAX);
    ruleset->phrases = private->phrases = alloc_array(count, sizeof *private->phrases);

    const struct row *row;
    while ((row = rows_next(&private->rows, "phrase", &at)) != NULL)
        if (take_phrase(row, &private->phrases[ruleset->phrase_count++], error) != 0)
            return -1;
    qsort(private->phrases, ruleset->phrase_count, sizeof *private->phrases, compare_phrases);
    if (refuse_duplicates(ruleset, error) != 0 || check_default(ruleset, error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->phrase_count; i++)
        if (check_depth(ruleset, &ruleset->phrases[i], error) != 0)
            return -1;
    return 0;
}

/* Some rule's groups make the names known, or some flow's variables; without such, the complaint is that of a rule without. */
static bool is_known_to_some(const struct ruleset *ruleset, const struct phrase *phrase)
{
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct pattern *pattern = ruleset->rules[i].pattern;
        if (pattern != NULL && pattern_group_count(pattern) > 0 &&
            variable_check_template(ruleset, phrase->text, pattern, NULL) == 0)
            return true;
    }
    for (size_t i = 0; i < ruleset->flow_count; i++)
        if (variable_check_in_flow(ruleset, phrase->text, &ruleset->private->flow->scopes[i], NULL) == 0)
            return true;
    return false;
}

/* What any flow may say knows the flow's title, and nothing of a single flow. */
static int check_flow_phrase(const struct ruleset *ruleset, const struct phrase *phrase, struct error *error)
{
    static const struct scope NOTHING;
    if (variable_check_in_flow(ruleset, phrase->text, &NOTHING, error) == 0)
        return 0;
    return error_prefix(error, "%s:%d: text", phrase->file, phrase->line);
}

int check_phrases(const struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 0; i < ruleset->phrase_count; i++) {
        const struct phrase *phrase = &ruleset->phrases[i];
        if (flow_phrase_is_name(phrase->name) && check_flow_phrase(ruleset, phrase, error) != 0)
            return -1;
        if (list_phrase_check(phrase, error) != 0 || ai_phrase_check(ruleset, phrase, error) != 0 ||
            flood_phrase_check(ruleset, phrase, error) != 0)
            return -1;
        if (flow_phrase_is_name(phrase->name) || variable_check_template(ruleset, phrase->text, NULL, NULL) == 0 ||
            is_known_to_some(ruleset, phrase))
            continue;
        variable_check_template(ruleset, phrase->text, NULL, error);
        return error_prefix(error, "%s:%d: text", phrase->file, phrase->line);
    }
    return 0;
}
