/*
 * tell: which sentence when. What it sounds like is the voices' business (tell_voice.h).
 *
 * Values for a sentence are put together in bufs of their own, as quoted lists, and filled into its pattern.
 * Templates are rendered with the settings, so that an owner reads "Sunny Bakery" where the customer will;
 * any other name stands as ‹name›.
 *
 * The parts of the rules follow the priorities: above the usual 500, 500, below it. A rule that takes
 * everything closes them; what comes behind can never win, and is said to.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "flow/flow.h"
#include "rules/tell_write.h"
#include "text/fold.h"
#include "text/words.h"

enum { PRIORITY_USUAL = 500, TEXT_MAX = 8 * 1024 };

const char *const tell_languages[] = { [TELL_ENGLISH] = "en", [TELL_KOREAN] = "ko", NULL };

const struct tell_voice *const tell_voices[] = {
    [TELL_ENGLISH] = &tell_english, [TELL_KOREAN] = &tell_korean
};

/* Words and patterns */

static enum tell_clause clause_of(const struct words_entry *entry)
{
    if (entry->is_whole)
        return CLAUSE_WHOLE;
    if (entry->star_before)
        return entry->star_after ? CLAUSE_INSIDE : CLAUSE_ENDS;
    return entry->star_after ? CLAUSE_BEGINS : CLAUSE_HAS;
}

static void sort_words(const struct teller *teller, const char *words, struct tell_list *lists)
{
    struct words_entry entry;
    struct buf folded = { 0 };

    fold_text(words, strlen(words), &folded);
    for (size_t at = 0; words_next(&folded, &at, &entry) == 1;)
        tell_list_add(teller, &lists[clause_of(&entry)], entry.text, entry.len);
    buf_release(&folded);
}

/* "contains “a” or “b”, or has a word that begins with “c”": what makes a message fit. */
static void format_clauses(const struct teller *teller, const char *words, const char *pattern,
                           struct buf *out)
{
    const struct tell_voice *voice = teller->voice;
    struct tell_list lists[CLAUSE_COUNT] = { { 0 } };
    size_t left = 0;

    if (words != NULL)
        sort_words(teller, words, lists);
    if (pattern != NULL)
        tell_list_add(teller, &lists[CLAUSE_PATTERN], pattern, strlen(pattern));
    for (int i = 0; i < CLAUSE_COUNT; i++)
        left += lists[i].count > 0;
    for (int i = 0; i < CLAUSE_COUNT; i++) {
        struct buf members = { 0 };

        if (lists[i].count == 0)
            continue;
        tell_list_format(&lists[i], voice->comma, voice->or, &members);
        left--;
        tell_fill(out, left > 0 ? voice->clauses[i].more : voice->clauses[i].last,
                  (const char *[]){ buf_text(&members) });
        buf_release(&members);
        tell_list_release(&lists[i]);
    }
}

/* Texts */

static bool look_up(void *context, const char *name, struct buf *value);

/* In the default language, which is the owner's. */
static bool add_phrase(const struct ruleset *ruleset, const char *name, struct buf *value)
{
    static const char PHRASE[] = "phrase.";
    const struct phrase *phrase = NULL;
    struct template_env env = { .lookup = look_up, .context = (void *)ruleset, .zone = ruleset->zone };

    if (strncmp(name, PHRASE, strlen(PHRASE)) == 0)
        phrase = ruleset_phrase(ruleset, name + strlen(PHRASE), "");
    if (phrase != NULL)
        template_render(phrase->text, &env, TEXT_MAX, value);
    return phrase != NULL;
}

static bool look_up(void *context, const char *name, struct buf *value)
{
    const struct ruleset *ruleset = context;

    if (add_phrase(ruleset, name, value))
        return true;
    if (ruleset_has_setting(name))
        buf_add_text(value, ruleset_setting(ruleset, name));
    else
        buf_addf(value, "‹%s›", name);
    return true;
}

void tell_quote_template(const struct teller *teller, const struct template *template, struct buf *out)
{
    struct template_env env = { .lookup = look_up,
                                .context = (void *)teller->ruleset,
                                .zone = teller->ruleset->zone };
    struct buf text = { 0 };

    template_render(template, &env, TEXT_MAX, &text);
    tell_quote(teller, out, buf_text(&text));
    buf_release(&text);
}

/* Rules */

static void format_act(const struct teller *teller, const struct rule *rule, struct buf *out)
{
    struct buf say = { 0 }, team = { 0 };
    const char *pattern = rule->say != NULL ? teller->voice->acts[rule->action].with_say
                                            : teller->voice->acts[rule->action].without;
    const char *values[2];
    size_t count = 0;

    if (rule->team != NULL) {
        tell_quote(teller, &team, rule->team->name);
        values[count++] = buf_text(&team);
    }
    if (rule->flow != NULL) {
        tell_quote(teller, &team, rule->flow->name);
        values[count++] = buf_text(&team);
    }
    if (rule->backend != NULL) {
        tell_quote(teller, &team, rule->backend->name);
        values[count++] = buf_text(&team);
    }
    if (rule->tag != NULL) {
        tell_quote(teller, &team, rule->tag);
        values[count++] = buf_text(&team);
    }
    if (rule->say != NULL) {
        tell_quote_template(teller, rule->say, &say);
        values[count++] = buf_text(&say);
    }
    if (pattern != NULL)
        tell_fill(out, pattern, values);
    else
        tell_fill(out, teller->voice->sentences[TELL_ACT],
                  (const char *[]){ ruleset_action_name(rule->action) });
    buf_release(&say);
    buf_release(&team);
}

static void format_unless(const struct teller *teller, const struct rule *rule, struct buf *out)
{
    struct buf clauses = { 0 };

    if (rule->source_unless == NULL)
        return;
    format_clauses(teller, rule->source_unless, NULL, &clauses);
    tell_fill(out, teller->voice->sentences[TELL_UNLESS], (const char *[]){ buf_text(&clauses) });
    buf_release(&clauses);
}

static void add_when(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct buf clauses = { 0 }, unless = { 0 }, act = { 0 };

    format_act(teller, rule, &act);
    format_unless(teller, rule, &unless);
    if (rule->source_words == NULL && rule->source_pattern == NULL) {
        tell_add_sentence(teller, item, TELL_WHEN_ALL, (const char *[]){ buf_text(&unless), buf_text(&act) });
    } else {
        format_clauses(teller, rule->source_words, rule->source_pattern, &clauses);
        tell_add_sentence(teller, item, TELL_WHEN,
                          (const char *[]){ buf_text(&clauses), buf_text(&unless), buf_text(&act) });
    }
    buf_release(&clauses);
    buf_release(&unless);
    buf_release(&act);
}

static void add_groups(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct tell_list names = { 0 };
    struct buf members = { 0 };

    for (size_t i = 0; rule->pattern != NULL && i < pattern_group_count(rule->pattern); i++) {
        const char *name = pattern_group_name(rule->pattern, i);
        struct buf shown = { 0 };

        buf_addf(&shown, "‹%s›", name);
        tell_list_take(&names, &shown);
    }
    tell_list_format(&names, teller->voice->comma, teller->voice->and, &members);
    if (names.count > 0)
        tell_add_sentence(teller, item, TELL_GROUPS, (const char *[]){ buf_text(&members) });
    buf_release(&members);
    tell_list_release(&names);
}

static void add_only_if(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct buf condition = { 0 };

    if (rule->source_only_if == NULL)
        return;
    tell_condition(rule->source_only_if, teller->language, &condition);
    tell_add_sentence(teller, item, TELL_ONLY_IF, (const char *[]){ buf_text(&condition) });
    buf_release(&condition);
}

static void add_buttons(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct tell_list titles = { 0 };
    struct buf members = { 0 };

    for (size_t i = 0; i < rule->button_count; i++) {
        struct buf title = { 0 };

        tell_quote_template(teller, rule->buttons[i], &title);
        tell_list_take(&titles, &title);
    }
    tell_list_format(&titles, teller->voice->comma, teller->voice->and, &members);
    if (titles.count > 0)
        tell_add_sentence(teller, item, TELL_BUTTONS, (const char *[]){ buf_text(&members) });
    buf_release(&members);
    tell_list_release(&titles);
}

static void add_sets(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    for (size_t i = 0; i < rule->set_count; i++) {
        const struct rule_set *set = &rule->sets[i];
        struct buf name = { 0 }, value = { 0 };

        buf_addf(&name, "‹%s›", set->name);
        if (set->value != NULL)
            tell_quote_template(teller, set->value, &value);
        tell_add_sentence(teller, item, set->value != NULL ? TELL_SET : TELL_UNSET,
                          (const char *[]){ buf_text(&name), buf_text(&value) });
        buf_release(&name);
        buf_release(&value);
    }
}

static void add_cooldown(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct buf pause = { 0 };

    if (rule->cooldown_ms == 0)
        return;
    tell_duration(teller->voice, rule->cooldown_ms, &pause);
    tell_add_sentence(teller, item, TELL_COOLDOWN, (const char *[]){ buf_text(&pause) });
    buf_release(&pause);
}

static void add_campaign(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct buf name = { 0 };

    if (rule->campaign == NULL)
        return;
    tell_quote(teller, &name, rule->campaign->name);
    tell_add_sentence(teller, item, TELL_CAMPAIGN, (const char *[]){ buf_text(&name) });
    buf_release(&name);
}

static void add_text_fact(struct buf *sql, const char *fact, const char *value)
{
    if (value == NULL)
        return;
    buf_addf(sql, "%s:%s = '", sql->len > 0 ? " AND " : "", fact);
    for (; *value != '\0'; value++) {
        if (*value == '\'')
            buf_add_char(sql, '\'');
        buf_add_char(sql, *value);
    }
    buf_add_char(sql, '\'');
}

static void add_yes_no(struct buf *sql, const char *fact, bool is_true)
{
    buf_addf(sql, "%s:%s = %d", sql->len > 0 ? " AND " : "", fact, is_true);
}

/* “text” (while we are closed): an example's facts are told as the condition that they would meet. */
static void format_example(const struct teller *teller, const struct rule_example *example, struct buf *out)
{
    struct buf sql = { 0 }, facts = { 0 };

    tell_quote(teller, out, example->text);
    if (example->open != OPEN_BY_HOURS)
        add_yes_no(&sql, "open", example->open == OPEN_YES);
    if (example->is_first_contact)
        add_yes_no(&sql, "first_contact", true);
    add_text_fact(&sql, "language", example->language);
    add_text_fact(&sql, "channel", example->channel);
    add_text_fact(&sql, "country", example->country);
    add_text_fact(&sql, "last_rule", example->last_rule);
    for (size_t i = 0; i < example->cooling_count; i++)
        add_text_fact(&sql, "cooling", example->cooling[i]->name);
    if (sql.len > 0) {
        tell_condition(buf_text(&sql), teller->language, &facts);
        buf_addf(out, " (%s)", buf_text(&facts));
    }
    buf_release(&sql);
    buf_release(&facts);
}

static void add_examples(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct tell_list good = { 0 }, bad = { 0 };
    struct buf yes = { 0 }, no = { 0 };

    for (size_t i = 0; i < teller->ruleset->example_count; i++) {
        const struct rule_example *example = &teller->ruleset->examples[i];

        struct buf member = { 0 };

        if (example->rule != rule)
            continue;
        format_example(teller, example, &member);
        tell_list_take(example->must_win ? &good : &bad, &member);
    }
    tell_list_format(&good, teller->voice->semicolon, teller->voice->semicolon, &yes);
    tell_list_format(&bad, teller->voice->semicolon, teller->voice->semicolon, &no);
    if (good.count > 0 && bad.count > 0)
        tell_add_sentence(teller, item, TELL_EXAMPLES_BOTH,
                          (const char *[]){ buf_text(&yes), buf_text(&no) });
    else if (good.count > 0)
        tell_add_sentence(teller, item, TELL_EXAMPLES, (const char *[]){ buf_text(&yes) });
    else if (bad.count > 0)
        tell_add_sentence(teller, item, TELL_COUNTEREXAMPLES, (const char *[]){ buf_text(&no) });
    buf_release(&yes);
    buf_release(&no);
    tell_list_release(&good);
    tell_list_release(&bad);
}

/* As desk/decide drops a dialogue for them; every other action leaves it waiting for its answer. */
static bool ends_flows(enum rule_action action)
{
    return action == ACTION_HANDOFF || action == ACTION_CLOSE || action == ACTION_OPT_OUT;
}

/* The order is that of a person who explains: when and what, what follows, then the rest. */
static void add_rule(struct teller *teller, const struct rule *rule)
{
    struct tell_item *item = tell_add_item(teller, rule->name, rule);
    const char *afterwards = teller->voice->acts[rule->action].afterwards;
    struct buf sentence = { 0 };

    add_when(teller, rule, item);
    add_only_if(teller, rule, item);
    if (afterwards != NULL) {
        buf_add_text(&sentence, afterwards);
        tell_add_text(item, &sentence);
    }
    add_groups(teller, rule, item);
    add_sets(teller, rule, item);
    tell_attributes_of(teller, rule, item);
    add_buttons(teller, rule, item);
    add_cooldown(teller, rule, item);
    if (rule->interrupts)
        tell_add_sentence(teller, item, ends_flows(rule->action) ? TELL_INTERRUPTS_ENDS : TELL_INTERRUPTS, NULL);
    add_campaign(teller, rule, item);
    item->flowing = item->count;
    add_examples(teller, rule, item);
}

/* Does no message pass it? A tag lets all pass, a cooldown the second one. */
static bool ends_all(const struct rule *rule)
{
    return rule_takes_all(rule) && rule->action != ACTION_TAG && rule->cooldown_ms == 0;
}

static enum tell_part part_of(const struct rule *rule, const struct rule *last)
{
    if (last != NULL)
        return PART_NEVER;
    if (ends_all(rule))
        return PART_REST;
    return rule->priority > PRIORITY_USUAL    ? PART_FIRST
           : rule->priority == PRIORITY_USUAL ? PART_USUAL
                                              : PART_AFTER;
}

static void tell_rules(struct teller *teller)
{
    const struct ruleset *ruleset = teller->ruleset;
    enum tell_part part = PART_RULES;
    const struct rule *last = NULL; /* takes everything */

    tell_add_sentence(teller, tell_add_item(teller, teller->voice->parts[PART_RULES], NULL),
                      ruleset->rule_count > 0 ? TELL_INTRO : TELL_NO_RULES, NULL);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = &ruleset->rules[i];
        enum tell_part next = part_of(rule, last);

        if (next != part) {
            struct tell_item *item = tell_add_item(teller, teller->voice->parts[next], NULL);

            if (next == PART_NEVER)
                tell_add_sentence(teller, item, TELL_NEVER, (const char *[]){ last->name });
        }
        part = next;
        add_rule(teller, rule);
        if (last == NULL && ends_all(rule))
            last = rule;
    }
}

void tell_ruleset(const struct ruleset *ruleset, enum tell_language language, struct tell *tell)
{
    struct teller teller = {
        .ruleset = ruleset, .voice = tell_voices[language], .language = language, .tell = tell
    };

    *tell = (struct tell){ 0 };
    tell_settings(&teller);
    tell_hours(&teller);
    tell_ways(&teller);
    tell_teams(&teller);
    tell_rules(&teller);
    tell_flows(&teller);
    tell_services(&teller);
    tell_backends(&teller);
    tell_faqs(&teller);
    tell_attributes(&teller);
    tell_talks(&teller);
}

void tell_release(struct tell *tell)
{
    for (size_t i = 0; i < tell->count; i++) {
        free(tell->items[i].heading);
        for (size_t k = 0; k < tell->items[i].count; k++)
            free(tell->items[i].sentences[k]);
        free(tell->items[i].sentences);
    }
    free(tell->items);
    *tell = (struct tell){ 0 };
}
