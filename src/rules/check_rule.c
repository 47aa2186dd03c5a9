/*
 * check_rule: what a whole set of rules should have, and slips in a single rule's priority.
 *
 * - A way out that is heard: an opt_out rule, none before it that takes its words, and in an English business
 *   "stop" among them. The words are tried as a customer would write them, not compared.
 * - A fallback for what no other rule takes.
 * - Opening hours without a time zone.
 * - Priorities 1 to 3 on a rule with words: whoever writes them thinks that 1 comes first.
 */
#include <string.h>

#include "rules/build.h"
#include "rules/checks.h"
#include "text/words.h"

enum { WORDS_TRIED_MAX = 100, PRIORITY_ODD_MAX = 3, PRIORITY_HIGH = 100 };

/* The first rule that takes the text, among the first `count` in the order of trying; NULL: none. */
static const struct rule *first_taker(struct check *check, size_t count, const struct buf *folded)
{
    for (size_t i = 0; i < count && check->tries_left-- > 0; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (!rule_is_conditional(rule) && check_takes(check, rule, folded))
            return rule;
    }
    return NULL;
}

/* Tries each of the rule's words alone against the rules before it. One sentence a rule. */
static void check_is_heard(struct check *check, size_t index)
{
    const struct rule *rule = &check->ruleset->rules[index];
    const struct rule *taker = NULL;
    struct words_entry entry;
    struct buf words = { 0 }, text = { 0 };
    size_t at = 0;
    check_fold_words(rule->source_words, &words);
    for (int tried = 0; taker == NULL && tried < WORDS_TRIED_MAX && words_next(&words, &at, &entry);
         tried++) {
        buf_clear(&text);
        buf_add(&text, entry.text, entry.len);
        taker = first_taker(check, index, &text);
        if (taker != NULL && taker->action == ACTION_OPT_OUT)
            taker = NULL;
    }
    if (taker != NULL)
        check_warn_rule(check, rule,
                        "a customer who writes \"%s\" is not heard: %s (%s:%d, priority %d) takes it before "
                        "the opt_out rule %s; give %s a priority above %d",
                        buf_text(&text), taker->name, taker->file, taker->line, taker->priority, rule->name,
                        rule->name, taker->priority);
    buf_release(&words);
    buf_release(&text);
}

/* Words that mean something else more often than not, where more is said: "I will stop by tomorrow". In small letters. */
static const char *const AMBIGUOUS[] = {
    "stop", "end",   "quit", "exit", "cancel", "no",   "leave", "remove", "baja", "alto",
    "fin",  "basta", "para", "parar", "salir", "cancelar", "그만", "중지", "중단",  "취소", "끝", "해지",
};

static bool is_ambiguous(const struct words_entry *entry)
{
    for (size_t i = 0; !entry->is_whole && i < sizeof AMBIGUOUS / sizeof *AMBIGUOUS; i++)
        if (strlen(AMBIGUOUS[i]) == entry->len && memcmp(AMBIGUOUS[i], entry->text, entry->len) == 0)
            return true;
    return false;
}

/* One sentence a rule. */
static void check_is_meant(struct check *check, const struct rule *rule)
{
    struct words_entry entry;
    struct buf words = { 0 };
    bool is_told = false;
    check_fold_words(rule->source_words, &words);
    for (size_t at = 0; !is_told && words_next(&words, &at, &entry);) {
        is_told = is_ambiguous(&entry);
        if (is_told)
            check_warn_rule(check, rule,
                            "the opt_out rule %s hears \"%.*s\" inside of any message, and whoever is opted out hears nothing "
                            "any more; write =%.*s, so that it has to be the whole message",
                            rule->name, (int)entry.len, entry.text, (int)entry.len, entry.text);
    }
    buf_release(&words);
}

static void check_stop(struct check *check, const struct rule *last)
{
    const struct rule *taker;
    struct buf stop = { 0 };
    buf_add_text(&stop, "stop");
    taker = first_taker(check, check->ruleset->rule_count, &stop);
    if (taker == NULL || taker->action != ACTION_OPT_OUT)
        check_warn_rule(check, last,
                        "a customer who writes stop is not heard: %s%s takes it; write =stop among the words "
                        "of %s, with the priority 1000",
                        taker != NULL ? "the rule " : "no rule", taker != NULL ? taker->name : "",
                        last->name);
    buf_release(&stop);
}

void check_opt_out(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    const struct rule *way_out = NULL;
    size_t before = check->count;
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        if (ruleset->rules[i].action != ACTION_OPT_OUT)
            continue;
        way_out = &ruleset->rules[i];
        if (way_out->source_words == NULL)
            continue;
        check_is_heard(check, i);
        check_is_meant(check, way_out);
    }
    if (way_out == NULL)
        check_warn(check, NULL, 0,
                   "there is no rule with the action opt_out, so a customer who writes stop is not heard; "
                   "add one with the priority 1000 and the words '=stop, =unsubscribe'");
    else if (check->count == before && strncmp(ruleset_setting(ruleset, "default_language"), "en", 2) == 0)
        check_stop(check, way_out);
}

void check_fallback(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++)
        if (rule_takes_all(&check->ruleset->rules[i]) && !rule_is_conditional(&check->ruleset->rules[i]))
            return;
    check_warn(check, NULL, 0,
               "there is no fallback, so messages that no rule takes get no answer; add a rule with the "
               "priority 0 and without words and pattern");
}

void check_priorities(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    if (ruleset->rule_count == 0 || ruleset->rules[0].priority < PRIORITY_HIGH)
        return;
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = &ruleset->rules[i];
        if ((rule->words != NULL || rule->pattern != NULL) && rule->priority <= PRIORITY_ODD_MAX)
            check_warn_rule(check, rule,
                            "the rule %s has the priority %d, and so is tried after nearly all others: 1000 "
                            "comes first and 0 last; write a number near 1000 if it should come first, or "
                            "one from 10 up if it should not",
                            rule->name, rule->priority);
    }
}

/* Nobody's clock on the wall shows UTC; who means it can say Etc/UTC. */
void check_zone(struct check *check)
{
    size_t at = 0;
    const struct row *row = rows_next(&check->ruleset->private->rows, "opening", &at);
    if (row != NULL && strcmp(zone_name(check->ruleset->zone), "UTC") == 0)
        check_warn(
            check, row->file, row->line,
            "the opening hours are read in UTC; set the business's own time zone, as in INSERT INTO setting "
            "(name, value) VALUES ('time_zone', 'Asia/Seoul')");
}

/* Nothing is wrong with it; but who writes has not said that he wants messages, and the law may ask for it. */
void check_consent(struct check *check)
{
    static const struct {
        const char *name, *what;
    } SETTINGS[] = {
        { "subscribe_newcomers", "whoever writes for the first time is subscribed by your answer" },
        { "subscription_follows_opt_out", "whoever opts in again is subscribed by your answer" },
    };
    const struct row *row;
    for (size_t at = 0; (row = rows_next(&check->ruleset->private->rows, "setting", &at)) != NULL;)
        for (size_t i = 0; i < sizeof SETTINGS / sizeof SETTINGS[0]; i++) {
            const char *name = row_value(row, "name");
            if (name != NULL && strcmp(name, SETTINGS[i].name) == 0 && ruleset_setting_number(check->ruleset, name) != 0)
                check_warn(check, row->file, row->line,
                           "%s: %s, which records a consent at Braze; keep it only if you may take it for one", name,
                           SETTINGS[i].what);
        }
}
