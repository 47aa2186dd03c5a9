/*
 * check_word: entries of `words` and `unless`, of rules and of choices, that no customer will ever write.
 *
 * - Regular expressions where a list of words is meant: in a list, signs stand for themselves. Only what
 *   makes no sense as a text is taken for one.
 * - Semicolons or bars between words, where commas are meant.
 * - Quotes around an entry, a second =, or a ! where an exception is meant.
 * - A line break within an entry: the comma at the line's end was forgotten.
 * - An entry whose own text the list does not take. That is found by trying, whatever its reason.
 */
#include <stdarg.h>
#include <string.h>

#include "rules/build_flow.h"
#include "rules/checks.h"
#include "text/words.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Is there a letter on both sides of the sign? Blanks between do not count. */
static bool is_between(const char *text, size_t len, size_t at)
{
    size_t left = at, right = at + 1;
    while (left > 0 && text[left - 1] == ' ')
        left--;
    while (right < len && text[right] == ' ')
        right++;
    return left > 0 && right < len && is_letter(text[left - 1]) && is_letter(text[right]);
}

/* What the owner meant by the sign that stands at `at`, or NULL. */
static const char *slip_at(const char *text, size_t len, size_t at)
{
    char next = at + 1 < len ? text[at + 1] : '\0';
    switch (text[at]) {
    case '|':
    case ';': return is_between(text, len, at) ? "a comma stands between words" : NULL;
    case '\\': return is_letter(next) ? "\\ means nothing in words" : NULL;
    case '(': return next == '?' ? "(? means nothing in words" : NULL;
    case '.': return next == '+' ? ".+ means nothing in words" : NULL;
    case '^':
        return at == 0 && is_letter(next) ? "^ means nothing in words, write = for the whole message" : NULL;
    case '?': return at > 0 && is_letter(text[at - 1]) && is_letter(next) ? "? means nothing in words" : NULL;
    case '[':
        return at + 3 < len && text[at + 2] == '-' && memchr(text + at, ']', len - at) != NULL
                   ? "[…] means nothing in words"
                   : NULL;
    default: return NULL;
    }
}

static const char *slip_in(const struct words_entry *entry)
{
    for (size_t at = 0; at < entry->len; at++) {
        const char *slip = slip_at(entry->text, entry->len, at);
        if (slip != NULL)
            return slip;
    }
    return NULL;
}

/* What the owner meant by the first sign, or by both at the ends; or NULL. */
static const char *edge_slip(const struct words_entry *entry)
{
    char first = entry->text[0], second = entry->len > 1 ? entry->text[1] : '\0';
    if (first == '"' && entry->len > 2 && entry->text[entry->len - 1] == '"')
        return "quotes belong to the text here; write the word alone";
    if (first == '=' && is_letter(second))
        return "one = is enough for the whole message";
    if (first == '!' && is_letter(second))
        return "! means nothing in words; what must not be there goes into the column unless";
    return NULL;
}

/* The line break inside of an entry of the list as typed, or NULL. */
static const char *torn_entry(const char *source)
{
    for (const char *at = strchr(source, '\n'); at != NULL; at = strchr(at + 1, '\n')) {
        const char *before = at, *behind = at + strspn(at, " \t\r\n");
        while (before > source && strchr(" \t\r\n", before[-1]) != NULL)
            before--;
        if (before > source && before[-1] != ',' && *behind != ',' && *behind != '\0')
            return before;
    }
    return NULL;
}

/* A list as it was typed: of a rule, or of a choice. */
struct list {
    const char *column, *place; /* "the words of the rule a" */
    const struct rule *rule;    /* NULL: of another, at */
    const char *file;
    int line;
};

static void __attribute__((format(printf, 3, 4)))
tell(struct check *check, const struct list *list, const char *format, ...)
{
    struct buf sentence = { 0 };
    va_list args;
    va_start(args, format);
    buf_addv(&sentence, format, args);
    va_end(args);
    if (list->rule != NULL)
        check_warn_rule(check, list->rule, "%s", buf_text(&sentence));
    else
        check_warn(check, list->file, list->line, "%s", buf_text(&sentence));
    buf_release(&sentence);
}

static void judge_lines(struct check *check, const struct list *list, const char *source)
{
    const char *break_at = torn_entry(source);
    if (break_at == NULL)
        return;
    const char *from = break_at, *to = break_at + strspn(break_at, " \t\r\n");
    const char *next = to;
    while (from > source && from[-1] != ',' && from[-1] != '\n')
        from--;
    from += strspn(from, " \t");
    to += strcspn(to, ",\r\n");
    tell(check, list,
         "\"%.*s %.*s\" in the %s of %s is one phrase, since a line break is a space; is a comma missing at the end of the line?",
         (int)(break_at - from), from, (int)(to - next), next, list->column, list->place);
}

/* One sentence a list: the first entry that is wrong stands for the others. */
static void judge_entries(struct check *check, const struct list *list, const char *source, const struct pattern *pattern)
{
    struct buf folded = { 0 }, text = { 0 };
    struct words_entry entry;
    bool is_told = false;
    check_fold_words(source, &folded);
    for (size_t at = 0; !is_told && words_next(&folded, &at, &entry);) {
        const char *slip = slip_in(&entry), *edge = edge_slip(&entry);
        buf_clear(&text);
        buf_add(&text, entry.text, entry.len);
        if (edge != NULL)
            tell(check, list, "\"%s\" in the %s of %s will hardly ever match: %s", buf_text(&text), list->column, list->place,
                 edge);
        else if (slip != NULL)
            tell(check, list, "\"%s\" in the %s of %s will hardly ever match: %s; regular expressions go into the column pattern",
                 buf_text(&text), list->column, list->place, slip);
        else if (pattern_match(pattern, check->matcher, buf_text(&text), text.len, NULL) == PATTERN_NO)
            tell(check, list,
                 "\"%s\" in the %s of %s can never match, not even a message of just this; write it otherwise, or take it out",
                 buf_text(&text), list->column, list->place);
        else
            continue;
        is_told = true;
    }
    buf_release(&folded);
    buf_release(&text);
}

static void judge(struct check *check, const struct list *list, const char *source, const struct pattern *pattern)
{
    if (source == NULL)
        return;
    judge_entries(check, list, source, pattern);
    judge_lines(check, list, source);
}

void check_dead_words(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        struct buf place = { 0 };
        buf_addf(&place, "the rule %s", rule->name);
        struct list list = { .column = "words", .place = buf_text(&place), .rule = rule };
        judge(check, &list, rule->source_words, rule->words);
        list.column = "unless";
        judge(check, &list, rule->source_unless, rule->unless);
        buf_release(&place);
    }
}

void check_dead_choices(struct check *check)
{
    const struct flow_private *private = check->ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++)
        for (size_t j = 0; j < private->steps[i].choice_count; j++) {
            const struct choice *choice = &private->steps[i].choices[j];
            const struct row *row = flow_choice_row(check->ruleset, choice);
            struct buf place = { 0 };
            buf_addf(&place, "the choice '%s' of %s", row_value(row, "label"), private->steps[i].full_name);
            struct list list = { "words", buf_text(&place), NULL, choice->file, choice->line };
            judge(check, &list, row_value(row, "words"), choice->words);
            buf_release(&place);
        }
}
