/*
 * check_button: buttons that nobody waits for, or that the rule's own campaign does not show.
 *
 * A tap comes back as a message with the button's text. A rule waits for it when its words or its pattern take
 * that text, whatever its other conditions say; so does a rule without words whose condition asks for what
 * was before, :last_rule or a variable. What only the rules for everything take was probably forgotten. Texts
 * that depend on the customer are not known here.
 */
#include <string.h>

#include "rules/build.h"
#include "rules/checks.h"
#include "rules/index.h"
#include "text/needles.h"

static bool asks_for_before(const struct rule *rule)
{
    for (size_t i = 0; rule->only_if != NULL && i < expression_name_count(rule->only_if); i++) {
        const char *name = expression_name(rule->only_if, i);
        if (name[0] == '@' || strcmp(name, ":last_rule") == 0)
            return true;
    }
    return false;
}

static bool has_words(const struct rule *rule)
{
    return rule->words != NULL || rule->pattern != NULL;
}

static bool waits_for(struct check *check, const struct rule *rule, const struct buf *folded)
{
    if (rule->action == ACTION_TAG || (!has_words(rule) && !asks_for_before(rule)))
        return false;
    check->tries_left--;
    return check_takes(check, rule, folded);
}

/* Where there are no tries left, somebody may. */
static bool is_awaited(struct check *check, struct scratch *scratch, const char *text)
{
    const struct ruleset *ruleset = check->ruleset;
    struct buf folded = { 0 };
    struct candidates candidates;
    bool is_found = false;
    size_t position;
    check_fold(text, &folded);
    candidates_find(&candidates, ruleset->index, buf_text(&folded), folded.len, scratch);
    while (!is_found && candidates_next(&candidates, &position))
        is_found = check->tries_left <= 0 || waits_for(check, &ruleset->rules[position], &folded);
    buf_release(&folded);
    return is_found;
}

static void tell(struct check *check, const struct rule *rule, const char *text)
{
    const struct ruleset *ruleset = check->ruleset;
    const struct rule *taker = NULL;
    for (size_t i = 0; taker == NULL && i < ruleset->rule_count; i++)
        if (rule_takes_all(&ruleset->rules[i]) && ruleset->rules[i].action != ACTION_TAG)
            taker = &ruleset->rules[i];
    struct buf place = { 0 };
    if (taker != NULL)
        buf_addf(&place, " (%s:%d)", taker->file, taker->line);
    check_warn_rule(check, rule,
                    "no rule waits for the button '%s' of the rule %s, so a tap on it goes to %s%s; add a rule "
                    "with the words '=%s'",
                    text, rule->name, taker != NULL ? taker->name : "nobody", buf_text(&place), text);
    buf_release(&place);
}

/* One sentence a button, in the first language in which it is needed. */
static void check_button(struct check *check, struct scratch *scratch, const struct rule *rule,
                         const struct template *button)
{
    const struct ruleset *ruleset = check->ruleset;
    size_t languages = template_name_count(button) > 0 ? ruleset->phrase_count : 0;
    bool is_told = !build_button_is_fixed(ruleset, button);
    for (size_t i = 0; !is_told && i <= languages && check->tries_left > 0; i++) {
        struct buf text = { 0 };
        build_button_render(ruleset, button, i == 0 ? "" : ruleset->phrases[i - 1].language, &text);
        is_told = !is_awaited(check, scratch, buf_text(&text));
        if (is_told)
            tell(check, rule, buf_text(&text));
        buf_release(&text);
    }
}

bool check_shows_few(const struct campaign *campaign, size_t offered)
{
    return !campaign->has_lists && campaign->buttons > 0 && offered > (size_t)campaign->buttons;
}

void check_buttons(struct check *check)
{
    struct scratch scratch = { 0 };
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->campaign != NULL && check_shows_few(rule->campaign, rule->button_count))
            check_warn_rule(check, rule,
                            "the campaign %s shows %d of the %zu buttons of the rule %s; the others go out as numbered "
                            "lines, so name one that shows more",
                            rule->campaign->name, rule->campaign->buttons, rule->button_count, rule->name);
        for (size_t j = 0; j < rule->button_count; j++)
            check_button(check, &scratch, rule, rule->buttons[j]);
    }
    scratch_release(&scratch);
}
