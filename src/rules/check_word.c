/*
 * check_word: entries of `words` and `unless` that no customer will ever write.
 *
 * - Regular expressions where a list of words is meant: in a list, signs stand for themselves. Only what
 *   makes no sense as a text is taken for one.
 * - Semicolons or bars between words, where commas are meant.
 * - An entry whose own text the list does not take. That is found by trying, whatever its reason.
 */
#include <string.h>

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

/* One sentence a list: the first entry that is wrong stands for the others. */
static void judge(struct check *check, const struct rule *rule, const char *column, const char *source,
                  const struct pattern *pattern)
{
    struct buf list = { 0 }, text = { 0 };
    struct words_entry entry;
    bool is_told = false;
    check_fold_words(source, &list);
    for (size_t at = 0; !is_told && words_next(&list, &at, &entry);) {
        const char *slip = slip_in(&entry);
        buf_clear(&text);
        buf_add(&text, entry.text, entry.len);
        if (slip != NULL)
            check_warn_rule(check, rule,
                            "\"%s\" in the %s of the rule %s will hardly ever match: %s; regular expressions "
                            "go into the column pattern",
                            buf_text(&text), column, rule->name, slip);
        else if (pattern_match(pattern, check->matcher, buf_text(&text), text.len, NULL) == PATTERN_NO)
            check_warn_rule(
                check, rule,
                "\"%s\" in the %s of the rule %s can never match, not even a message of just this; "
                "write it otherwise, or take it out",
                buf_text(&text), column, rule->name);
        else
            continue;
        is_told = true;
    }
    buf_release(&list);
    buf_release(&text);
}

void check_dead_words(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->words != NULL)
            judge(check, rule, "words", rule->source_words, rule->words);
        if (rule->unless != NULL)
            judge(check, rule, "unless", rule->source_unless, rule->unless);
    }
}
