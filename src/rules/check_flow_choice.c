/*
 * check_flow_choice: what customers choose from.
 *
 * - Two choices that take the same answer: the first would be meant. What they take is tried, word by word.
 * - A number as a word of one choice that is the number of another.
 * - A label that a rule takes before any answer is looked at: "Stop" opts out, whatever the step offers by it.
 * - Labels that are longer than WhatsApp shows them, on buttons or in a list; where the campaign shows neither,
 *   they are lines of the text, as long as they like. In every language that its phrases have.
 * - More choices than the step's own campaign has buttons for.
 */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "flow/ask.h"
#include "rules/build_flow.h"
#include "rules/checks.h"
#include "text/words.h"

/* What a choice is known by: its label where that is fixed, and its list of words; both folded, in small letters. */
struct known {
    const struct choice *choice;
    struct buf label, words;
};

static void know(const struct ruleset *ruleset, const struct choice *choice, struct known *known)
{
    const char *words = row_value(flow_choice_row(ruleset, choice), "words");
    struct buf label = { 0 };
    *known = (struct known){ .choice = choice };
    if (build_button_is_fixed(ruleset, choice->label))
        build_button_render(ruleset, choice->label, "", &label);
    check_fold_words(buf_text(&label), &known->label);
    if (words != NULL)
        check_fold_words(words, &known->words);
    buf_release(&label);
}

static void forget(struct known *known)
{
    buf_release(&known->label);
    buf_release(&known->words);
}

static bool takes(struct check *check, const struct known *known, const struct buf *text)
{
    matcher_begin(check->matcher);
    if (text->len == 0)
        return false;
    if (known->label.len == text->len && memcmp(known->label.data, text->data, text->len) == 0)
        return true;
    return known->choice->words != NULL && pattern_match(known->choice->words, check->matcher, buf_text(text), text->len,
                                                         NULL) == PATTERN_YES;
}

/* The first text of one that the other takes as well, or nothing. */
static void find_shared(struct check *check, const struct known *of, const struct known *other, struct buf *text)
{
    struct words_entry entry;
    buf_add(text, of->label.data, of->label.len);
    if (takes(check, other, text))
        return;
    buf_clear(text);
    for (size_t at = 0; words_next(&of->words, &at, &entry); buf_clear(text)) {
        buf_add(text, entry.text, entry.len);
        if (takes(check, other, text))
            return;
    }
}

static void check_pair(struct check *check, const struct step *step, size_t first, size_t second)
{
    const struct choice *choices = step->choices;
    struct known a, b;
    struct buf text = { 0 };
    know(check->ruleset, &choices[first], &a);
    know(check->ruleset, &choices[second], &b);
    find_shared(check, &b, &a, &text);
    if (text.len == 0)
        find_shared(check, &a, &b, &text);
    if (text.len > 0)
        check_warn(check, choices[second].file, choices[second].line,
                   "two choices of %s take \"%s\", this one and the one in %s:%d, which stands first and would be meant; "
                   "give them different words",
                   step->full_name, buf_text(&text), choices[first].file, choices[first].line);
    forget(&a);
    forget(&b);
    buf_release(&text);
}

/* A bare number that means another choice: its place in the list, from 1; 0: none. */
static size_t number_of(const struct words_entry *entry, size_t count)
{
    size_t number = 0;
    for (size_t i = 0; i < entry->len; i++) {
        if (entry->text[i] < '0' || entry->text[i] > '9' || i > 2)
            return 0;
        number = 10 * number + (size_t)(entry->text[i] - '0');
    }
    return number <= count ? number : 0;
}

static void check_numbers(struct check *check, const struct step *step, size_t index)
{
    const struct choice *choice = &step->choices[index];
    struct known known;
    struct words_entry entry;
    know(check->ruleset, choice, &known);
    for (size_t at = 0; words_next(&known.words, &at, &entry);) {
        size_t number = number_of(&entry, step->choice_count);
        if (number > 0 && number != index + 1)
            check_warn(check, choice->file, choice->line,
                       "the word %zu of this choice of %s is the number of another, the one in %s:%d; take it out", number,
                       step->full_name, step->choices[number - 1].file, step->choices[number - 1].line);
    }
    forget(&known);
}

/* As desk/decide_search tells what goes before the answers of a flow. */
static bool goes_before_answers(const struct rule *rule)
{
    return (rule->interrupts || rule->action == ACTION_OPT_OUT || rule->action == ACTION_OPT_IN) &&
           (rule->words != NULL || rule->pattern != NULL) && !rule_is_conditional(rule);
}

/* As desk/decide: words that cancel hold back all of these, and a plain yes or no those that do not interrupt. */
static bool holds_back(const struct check *check, const struct buf *label, const struct rule *rule)
{
    struct ask ask = { .kind = ASK_YES_NO };
    struct ask_answer answer = { 0 };
    bool is_plain = ask_read(&ask, buf_text(label), NULL, &answer) == ASK_READ;
    ask_answer_release(&answer);
    return (is_plain && !rule->interrupts) ||
           (check->ruleset->cancel_words != NULL && pattern_match(check->ruleset->cancel_words, check->matcher, buf_text(label),
                                                                  label->len, NULL) == PATTERN_YES);
}

static void check_heard(struct check *check, const struct step *step, const struct choice *choice)
{
    const struct ruleset *ruleset = check->ruleset;
    struct known known;
    know(ruleset, choice, &known);
    for (size_t i = 0; known.label.len > 0 && i < ruleset->rule_count && check->tries_left > 0; i++) {
        const struct rule *rule = &ruleset->rules[i];
        if (!goes_before_answers(rule) || holds_back(check, &known.label, rule))
            continue;
        check->tries_left--;
        if (!check_takes(check, rule, &known.label))
            continue;
        check_warn(check, choice->file, choice->line,
                   "the rule %s (%s:%d) goes before every answer and takes \"%s\", so this choice of %s is never taken by its "
                   "label; give it another",
                   rule->name, rule->file, rule->line, buf_text(&known.label), step->full_name);
        break;
    }
    forget(&known);
}

void check_choices(struct check *check)
{
    const struct flow_private *private = check->ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++) {
        const struct step *step = &private->steps[i];
        for (size_t j = 0; j < step->choice_count; j++) {
            for (size_t k = j + 1; k < step->choice_count; k++)
                check_pair(check, step, j, k);
            check_numbers(check, step, j);
            check_heard(check, step, &step->choices[j]);
        }
    }
}

/* Labels */

/* The characters that WhatsApp shows of the choice by this campaign; 0: it is a line of the text. */
static size_t most_by(const struct campaign *campaign, const struct step *step, size_t index)
{
    if (campaign->has_lists && step->choice_count > QUICK_REPLIES_MAX)
        return LIST_ROW_TEXT_MAX;
    return index < (size_t)campaign->buttons ? QUICK_REPLY_TEXT_MAX : 0;
}

static const struct campaign *own_campaign(const struct ruleset *ruleset, const struct step *step)
{
    return step->campaign != NULL ? ruleset_campaign(ruleset, step->campaign) : NULL;
}

/* By the step's own campaign, else by whichever default shows least. */
static size_t most_of(const struct ruleset *ruleset, const struct step *step, size_t index)
{
    const struct campaign *own = own_campaign(ruleset, step);
    size_t least = 0;
    if (own != NULL)
        return most_by(own, step, index);
    for (size_t i = 0; i < ruleset->campaign_count; i++) {
        const struct campaign *campaign = &ruleset->campaigns[i];
        bool is_default = ruleset_default_campaign(ruleset, campaign->channel, LAYOUT_RESPONSE) == campaign;
        size_t most = is_default ? most_by(campaign, step, index) : 0;
        if (most > 0 && (least == 0 || most < least))
            least = most;
    }
    return least;
}

/* Is the label longer in that language? Then it is told. */
static bool check_label(struct check *check, const struct step *step, const struct choice *choice, size_t most,
                        const char *language)
{
    struct buf label = { 0 };
    build_button_render(check->ruleset, choice->label, language, &label);
    size_t len = utf8_count(buf_text(&label), label.len);
    if (len > most)
        check_warn(check, choice->file, choice->line,
                   "the choice '%s' of %s has %zu characters; WhatsApp shows at most %zu %s, so shorten it",
                   buf_text(&label), step->full_name, len, most,
                   most == QUICK_REPLY_TEXT_MAX ? "on a button" : "in a row of a list");
    buf_release(&label);
    return len > most;
}

static void check_step_labels(struct check *check, const struct step *step)
{
    const struct ruleset *ruleset = check->ruleset;
    for (size_t i = 0; i < step->choice_count; i++) {
        const struct choice *choice = &step->choices[i];
        size_t most = most_of(ruleset, step, i);
        size_t languages = template_name_count(choice->label) > 0 ? ruleset->phrase_count : 0;
        bool is_told = most == 0 || !build_button_is_fixed(ruleset, choice->label) ||
                       check_label(check, step, choice, most, "");
        for (size_t j = 0; !is_told && j < languages; j++)
            is_told = check_label(check, step, choice, most, ruleset->phrases[j].language);
    }
}

void check_labels(struct check *check)
{
    const struct flow_private *private = check->ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++) {
        const struct step *step = &private->steps[i];
        const struct campaign *own = own_campaign(check->ruleset, step);
        check_step_labels(check, step);
        if (own != NULL && check_shows_few(own, step->choice_count))
            check_warn(check, step->file, step->line,
                       "the campaign %s shows %d of the %zu choices of %s; the others go out as numbered lines, so name "
                       "one that shows more",
                       own->name, own->buttons, step->choice_count, step->full_name);
    }
}
