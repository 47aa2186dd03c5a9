/*
 * check: second thoughts about a ruleset.
 *
 * CHECKS is the list; each check looks for one kind of slip and reports every case. They only read what the
 * ruleset knows, so the sentences can name the place. Nothing is reported that may well be meant: a rule
 * without examples, or two rules that overlap, are daily life.
 *
 * - A rule behind one that takes every message can never win. (Consent rules still act while a person holds
 *   the conversation, but an owner who relies on that would be surprised: reported all the same.)
 * - Two rules with the same words, pattern and unless: the second can never win. Found by sorting, not by
 *   pairs.
 * - A pattern that matches the empty text matches everything.
 * - Campaigns: one that nothing uses; a WhatsApp channel on which replies must wait for want of a response
 *   or template campaign; any channel of one's own without a campaign.
 * - Opening hours without a time zone.
 * - No way out (opt_out), and no fallback for messages that no rule takes.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "rules/build.h"
#include "rules/check.h"

struct check {
    const struct ruleset *ruleset;
    rules_warning *warning;
    void *context;
    size_t count;
};

static void __attribute__((format(printf, 4, 5)))
warn(struct check *check, const char *file, int line, const char *format, ...)
{
    struct buf sentence = { 0 };
    va_list args;
    if (file != NULL)
        buf_addf(&sentence, "%s:%d: ", file, line);
    va_start(args, format);
    buf_addv(&sentence, format, args);
    va_end(args);
    check->count++;
    check->warning(check->context, buf_text(&sentence));
    buf_release(&sentence);
}

/* One sentence for all: behind an early fallback there may be thousands. */
static void check_unreachable(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    size_t i = 0;
    while (i < ruleset->rule_count && !rule_takes_all(&ruleset->rules[i]))
        i++;
    if (i + 1 >= ruleset->rule_count)
        return;
    const struct rule *all = &ruleset->rules[i], *first = all + 1;
    size_t more = ruleset->rule_count - i - 2;
    struct buf others = { 0 };
    if (more > 0)
        buf_addf(&others, ", nor can the %zu rule%s behind it", more, more == 1 ? "" : "s");
    warn(check, first->file, first->line,
         "the rule %s can never win%s: %s (%s:%d, priority %d) takes every message "
         "before it",
         first->name, buf_text(&others), all->name, all->file, all->line, all->priority);
    buf_release(&others);
}

static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

/* By what they match, then by the order in which they are tried. */
static int compare_rules(const void *a, const void *b)
{
    const struct rule *left = *(const struct rule *const *)a, *right = *(const struct rule *const *)b;
    int order = compare_texts(left->source_words, right->source_words);
    if (order == 0)
        order = compare_texts(left->source_pattern, right->source_pattern);
    if (order == 0)
        order = compare_texts(left->source_unless, right->source_unless);
    return order != 0 ? order : (left > right) - (left < right);
}

static bool is_same(const struct rule *a, const struct rule *b)
{
    return compare_texts(a->source_words, b->source_words) == 0 &&
           compare_texts(a->source_pattern, b->source_pattern) == 0 &&
           compare_texts(a->source_unless, b->source_unless) == 0;
}

static void check_twins(struct check *check)
{
    size_t count = check->ruleset->rule_count;
    const struct rule **sorted = alloc_array(count, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &check->ruleset->rules[i];
    qsort(sorted, count, sizeof *sorted, compare_rules);
    for (size_t i = 1; i < count; i++) {
        const struct rule *first = sorted[i - 1], *second = sorted[i];
        if (!rule_takes_all(second) && is_same(first, second))
            warn(check, second->file, second->line,
                 "the rule %s can never win: %s (%s:%d) has the same words and "
                 "pattern and %s",
                 second->name, first->name, first->file, first->line,
                 first->priority == second->priority ? "stands before it" : "a higher priority");
    }
    free(sorted);
}

static void check_empty_matches(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->pattern != NULL && pattern_matches_empty(rule->pattern))
            warn(check, rule->file, rule->line,
                 "the pattern of the rule %s can match the empty text, and so takes "
                 "every message",
                 rule->name);
    }
}

static bool is_used(const struct ruleset *ruleset, const struct campaign *campaign)
{
    if (ruleset_default_campaign(ruleset, campaign->channel, campaign->layout) == campaign)
        return true;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].campaign == campaign)
            return true;
    return false;
}

static void check_campaigns(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->campaign_count; i++) {
        const struct campaign *campaign = &check->ruleset->campaigns[i];
        if (!is_used(check->ruleset, campaign))
            warn(check, campaign->file, campaign->line,
                 "nothing uses the campaign %s: it is not the first of its "
                 "layout on %s, and no rule names it",
                 campaign->name, campaign->channel);
    }
}

static void check_channel(struct check *check, const struct channel *channel)
{
    const struct campaign *response = ruleset_default_campaign(check->ruleset, channel->name,
                                                               LAYOUT_RESPONSE);
    const struct campaign *template = ruleset_default_campaign(check->ruleset, channel->name,
                                                               LAYOUT_TEMPLATE);
    if (response == NULL && template == NULL) {
        if (channel->file != NULL)
            warn(check, channel->file, channel->line,
                 "no campaign carries replies to the channel %s; they will be "
                 "held",
                 channel->name);
        return;
    }
    if (channel->kind != CHANNEL_WHATSAPP)
        return;
    const struct campaign *other = response != NULL ? response : template;
    if (response == NULL)
        warn(check, other->file, other->line,
             "the channel %s has no campaign with the layout response; replies "
             "inside the 24-hour window go through a template",
             channel->name);
    if (template == NULL)
        warn(check, other->file, other->line,
             "the channel %s has no campaign with the layout template; replies "
             "outside the 24-hour window will be held",
             channel->name);
}

static void check_channels(struct check *check)
{
    if (check->ruleset->campaign_count == 0)
        warn(check, NULL, 0, "there is no campaign; all replies will be held");
    for (size_t i = 0; i < check->ruleset->channel_count; i++)
        check_channel(check, &check->ruleset->channels[i]);
}

static void check_way_out(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++)
        if (check->ruleset->rules[i].action == ACTION_OPT_OUT)
            return;
    warn(check, NULL, 0, "there is no rule with the action opt_out; a customer who writes stop is not heard");
}

static void check_fallback(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++)
        if (rule_takes_all(&check->ruleset->rules[i]))
            return;
    warn(check, NULL, 0,
         "there is no fallback, a rule without words and pattern; messages that no rule takes get no "
         "answer");
}

/* Nobody's clock on the wall shows UTC; who means it can say Etc/UTC. */
static void check_zone(struct check *check)
{
    size_t at = 0;
    const struct row *row = rows_next(&check->ruleset->private->rows, "opening", &at);
    if (row != NULL && strcmp(zone_name(check->ruleset->zone), "UTC") == 0)
        warn(check, row->file, row->line,
             "the opening hours are read in UTC; set the business's own time zone, as in INSERT INTO setting "
             "(name, value) VALUES ('time_zone', 'Asia/Seoul')");
}

static void (*const CHECKS[])(struct check *) = {
    check_unreachable, check_twins,   check_empty_matches, check_campaigns,
    check_channels,    check_way_out, check_fallback,      check_zone,
};

size_t rules_check(const struct ruleset *ruleset, rules_warning *warning, void *context)
{
    struct check check = { ruleset, warning, context, 0 };
    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0]; i++)
        CHECKS[i](&check);
    return check.count;
}
