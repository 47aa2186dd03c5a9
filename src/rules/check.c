/*
 * check: second thoughts about a ruleset.
 *
 * CHECKS is the list; each check looks for one kind of slip, in the order in which an owner would want to
 * mend them. They read what the ruleset knows, and match texts where that proves more than reading: with a
 * matcher without JIT, whose bounds are the same everywhere.
 *
 * What may well be meant is not reported: that two rules overlap is daily life, as long as priorities say who
 * wins.
 */
#include <stdarg.h>
#include <string.h>

#include "rules/checks.h"
#include "text/fold.h"

enum { TRIES_MAX = 300 * 1000 };

static void __attribute__((format(printf, 3, 0)))
warn(struct check *check, struct warning *warning, const char *format, va_list args)
{
    struct buf sentence = { 0 };
    check->count++;
    if (check->told == CHECK_SHOWN_MAX)
        return;
    check->told++;
    buf_addv(&sentence, format, args);
    warning->kind = check->kind;
    warning->sentence = buf_text(&sentence);
    check->warning(check->context, warning);
    buf_release(&sentence);
}

void check_warn(struct check *check, const char *file, int line, const char *format, ...)
{
    struct warning warning = { .file = file, .line = line };
    va_list args;
    va_start(args, format);
    warn(check, &warning, format, args);
    va_end(args);
}

void check_warn_rule(struct check *check, const struct rule *rule, const char *format, ...)
{
    struct warning warning = { .rule = rule->name, .file = rule->file, .line = rule->line };
    va_list args;
    va_start(args, format);
    warn(check, &warning, format, args);
    va_end(args);
}

bool rule_is_conditional(const struct rule *rule)
{
    /* A tag rule lets all pass on, one with a cooldown lets them pass while it rests. */
    return rule->only_if != NULL || rule->action == ACTION_TAG || rule->cooldown_ms > 0;
}

static bool matches(struct check *check, const struct pattern *pattern, const struct buf *folded)
{
    matcher_begin(check->matcher);
    return pattern != NULL &&
           pattern_match(pattern, check->matcher, buf_text(folded), folded->len, NULL) == PATTERN_YES;
}

bool check_takes(struct check *check, const struct rule *rule, const struct buf *folded)
{
    bool needs_none = rule->pattern == NULL && rule->words == NULL;
    return (needs_none || matches(check, rule->pattern, folded) || matches(check, rule->words, folded)) &&
           !matches(check, rule->unless, folded);
}

void check_fold(const char *text, struct buf *out)
{
    fold_text(text, strlen(text), out);
    if (out->len > MATCH_MAX)
        buf_truncate(out, MATCH_MAX);
}

void check_fold_words(const char *words, struct buf *out)
{
    fold_text(words, strlen(words), out);
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] >= 'A' && out->data[i] <= 'Z')
            out->data[i] += 'a' - 'A';
}

void warning_format(const struct warning *warning, struct buf *out)
{
    if (warning->file != NULL)
        buf_addf(out, "%s:%d: ", warning->file, warning->line);
    buf_add_text(out, warning->sentence);
}

static const struct {
    const char *kind;
    void (*run)(struct check *check);
} CHECKS[] = {
    { "opt-out", check_opt_out },
    { "opt-out", check_cancel_words },
    { "no-fallback", check_fallback },
    { "never-wins", check_takes_all },
    { "never-wins", check_takes_all_under_condition },
    { "never-wins", check_twins },
    { "never-wins", check_covered },
    { "never-wins", check_own_unless },
    { "tie", check_ties },
    { "slow-pattern", check_slow_patterns },
    { "matches-empty", check_empty_matches },
    { "never-matches", check_dead_patterns },
    { "never-matches", check_dead_words },
    { "constant", check_constants },
    { "constant", check_contradictions },
    { "null", check_nulls },
    { "constant", check_attribute_conditions },
    { "attribute", check_attribute_names },
    { "attribute", check_attribute_moments },
    { "attribute", check_attribute_texts },
    { "phone", check_phones },
    { "notice", check_wordless_notices },
    { "button", check_buttons },
    { "priority", check_priorities },
    { "time-zone", check_zone },
    { "consent", check_consent },
    { "never-reached", check_unreached_steps },
    { "never-reached", check_branches },
    { "way-back", check_ways_back },
    { "round", check_rounds },
    { "faq", check_faq_words },
    { "faq", check_faq_commas },
    { "faq", check_faq_keywords },
    { "choice", check_dead_choices },
    { "choice", check_choices },
    { "label", check_labels },
    { "question", check_questions },
    { "interrupts", check_interrupts },
    { "carrier", check_channels },
    { "unused", check_unused_campaigns },
    { "unused", check_unused_teams },
    { "unused", check_unused_flows },
    { "unused", check_unused_services },
    { "unused", check_unused_backends },
    { "unused", check_unsaid_phrases },
    { "body", check_backend_bodies },
    { "deadline", check_backend_deadlines },
    { "template", check_braces },
    { "marks", check_marks },
    { "currency", check_currencies },
    { "value", check_values },
    { "length", check_lengths },
    { "layout", check_layouts },
    { "no-example", check_examples },
};

/* What was too much to be told is at least counted. */
static void tell_rest(struct check *check)
{
    size_t rest = check->count - check->first - check->told;
    if (rest == 0)
        return;
    check->count = check->first + check->told;
    check->told = 0;
    check_warn(check, NULL, 0, "there are %zu more warnings like the last; mend these first", rest);
    check->count += rest - 1;
}

size_t rules_check(const struct ruleset *ruleset, rules_warning *warning, void *context)
{
    struct check check = { .ruleset = ruleset, .warning = warning, .context = context };
    check.matcher = matcher_new(false);
    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0]; i++) {
        check.kind = CHECKS[i].kind;
        check.first = check.count;
        check.told = 0;
        check.tries_left = TRIES_MAX;
        CHECKS[i].run(&check);
        tell_rest(&check);
    }
    matcher_free(check.matcher);
    return check.count;
}
