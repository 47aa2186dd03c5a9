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

#include "base/alloc.h"
#include "base/clock.h"
#include "rules/tell.h"
#include "rules/tell_voice.h"
#include "text/fold.h"
#include "text/josa.h"
#include "text/words.h"

enum { PRIORITY_USUAL = 500, TEXT_MAX = 8 * 1024 };

const char *const tell_languages[] = { [TELL_ENGLISH] = "en", [TELL_KOREAN] = "ko", NULL };

const struct tell_voice *const tell_voices[] = {
    [TELL_ENGLISH] = &tell_english, [TELL_KOREAN] = &tell_korean
};

/* What is being written: to whose list, in which voice. */
struct teller {
    const struct ruleset *ruleset;
    const struct tell_voice *voice;
    struct tell *tell;
};

void tell_fill(struct buf *out, const char *pattern, const char *const *values)
{
    for (const char *at = pattern; *at != '\0';) {
        size_t plain = strcspn(at, "{");
        const char *end = strchr(at + plain, '}');

        buf_add(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        if (end == at + 1) {
            buf_add_text(out, *values++);
        } else {
            char *pair = alloc_bytes(at + 1, (size_t)(end - at - 1));

            josa_add(out, pair);
            free(pair);
        }
        at = end + 1;
    }
}

const char *tell_find(const struct tell_name *names, const char *name)
{
    for (; names->name != NULL; names++)
        if (strcmp(names->name, name) == 0)
            return names->text;
    return NULL;
}

/* Items */

static struct tell_item *add_item(struct teller *teller, const char *heading, const struct rule *rule)
{
    struct tell *tell = teller->tell;
    struct tell_item *item;

    tell->items = alloc_resize(tell->items, tell->count + 1, sizeof *tell->items);
    item = &tell->items[tell->count++];
    *item = (struct tell_item){ .heading = alloc_text(heading), .rule = rule, .is_part = rule == NULL };
    return item;
}

/* All that is added flows, until add_rule comes to the examples. */
static void add_text(struct tell_item *item, struct buf *sentence)
{
    item->flowing += item->is_part;
    item->sentences = alloc_resize(item->sentences, item->count + 1, sizeof *item->sentences);
    item->sentences[item->count++] = buf_detach(sentence);
}

static void add_sentence(const struct teller *teller, struct tell_item *item, enum tell_sentence which,
                         const char *const *values)
{
    struct buf sentence = { 0 };

    tell_fill(&sentence, teller->voice->sentences[which], values);
    add_text(item, &sentence);
}

static void quote(const struct teller *teller, struct buf *out, const char *text)
{
    tell_fill(out, teller->voice->quote, (const char *[]){ text });
}

/* Lists: “a”, “b” or “c” */

struct list {
    struct buf *texts; /* quoted */
    size_t count;
};

static void list_add(const struct teller *teller, struct list *list, const char *text, size_t len)
{
    char *member = alloc_bytes(text, len);

    list->texts = alloc_resize(list->texts, list->count + 1, sizeof *list->texts);
    list->texts[list->count] = (struct buf){ 0 };
    quote(teller, &list->texts[list->count++], member);
    free(member);
}

static void list_format(const struct list *list, const char *comma, const char *last, struct buf *out)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_add_text(out, i + 1 == list->count ? last : comma);
        buf_add_text(out, buf_text(&list->texts[i]));
    }
}

static void list_release(struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        buf_release(&list->texts[i]);
    free(list->texts);
    *list = (struct list){ 0 };
}

/* Words and patterns */

static enum tell_clause clause_of(const struct words_entry *entry)
{
    if (entry->is_whole)
        return CLAUSE_WHOLE;
    if (entry->star_before)
        return entry->star_after ? CLAUSE_INSIDE : CLAUSE_ENDS;
    return entry->star_after ? CLAUSE_BEGINS : CLAUSE_HAS;
}

static void sort_words(const struct teller *teller, const char *words, struct list *lists)
{
    struct words_entry entry;
    struct buf folded = { 0 };

    fold_text(words, strlen(words), &folded);
    for (size_t at = 0; words_next(&folded, &at, &entry) == 1;)
        list_add(teller, &lists[clause_of(&entry)], entry.text, entry.len);
    buf_release(&folded);
}

/* "contains “a” or “b”, or has a word that begins with “c”": what makes a message fit. */
static void format_clauses(const struct teller *teller, const char *words, const char *pattern,
                           struct buf *out)
{
    const struct tell_voice *voice = teller->voice;
    struct list lists[CLAUSE_COUNT] = { { 0 } };
    size_t left = 0;

    if (words != NULL)
        sort_words(teller, words, lists);
    if (pattern != NULL)
        list_add(teller, &lists[CLAUSE_PATTERN], pattern, strlen(pattern));
    for (int i = 0; i < CLAUSE_COUNT; i++)
        left += lists[i].count > 0;
    for (int i = 0; i < CLAUSE_COUNT; i++) {
        struct buf members = { 0 };

        if (lists[i].count == 0)
            continue;
        list_format(&lists[i], voice->comma, voice->or, &members);
        left--;
        tell_fill(out, left > 0 ? voice->clauses[i].more : voice->clauses[i].last,
                  (const char *[]){ buf_text(&members) });
        buf_release(&members);
        list_release(&lists[i]);
    }
}

/* Texts */

static bool look_up(void *context, const char *name, struct buf *value)
{
    const struct ruleset *ruleset = context;

    if (ruleset_has_setting(name))
        buf_add_text(value, ruleset_setting(ruleset, name));
    else
        buf_addf(value, "‹%s›", name);
    return true;
}

static void quote_template(const struct teller *teller, const struct template *template, struct buf *out)
{
    struct template_env env = { .lookup = look_up,
                                .context = (void *)teller->ruleset,
                                .zone = teller->ruleset->zone };
    struct buf text = { 0 };

    template_render(template, &env, TEXT_MAX, &text);
    quote(teller, out, buf_text(&text));
    buf_release(&text);
}

/* Rules */

static void format_act(const struct teller *teller, const struct rule *rule, struct buf *out)
{
    struct buf say = { 0 }, team = { 0 };
    const char *values[2];
    size_t count = 0;

    if (rule->team != NULL) {
        quote(teller, &team, rule->team->name);
        values[count++] = buf_text(&team);
    }
    if (rule->say != NULL) {
        quote_template(teller, rule->say, &say);
        values[count++] = buf_text(&say);
    }
    tell_fill(out,
              rule->say != NULL ? teller->voice->acts[rule->action].with_say
                                : teller->voice->acts[rule->action].without,
              values);
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
        add_sentence(teller, item, TELL_WHEN_ALL, (const char *[]){ buf_text(&unless), buf_text(&act) });
    } else {
        format_clauses(teller, rule->source_words, rule->source_pattern, &clauses);
        add_sentence(teller, item, TELL_WHEN,
                     (const char *[]){ buf_text(&clauses), buf_text(&unless), buf_text(&act) });
    }
    buf_release(&clauses);
    buf_release(&unless);
    buf_release(&act);
}

static void add_groups(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct list names = { 0 };
    struct buf members = { 0 };

    for (size_t i = 0; rule->pattern != NULL && i < pattern_group_count(rule->pattern); i++) {
        const char *name = pattern_group_name(rule->pattern, i);
        struct buf shown = { 0 };

        names.texts = alloc_resize(names.texts, names.count + 1, sizeof *names.texts);
        buf_addf(&shown, "‹%s›", name);
        names.texts[names.count++] = shown;
    }
    list_format(&names, teller->voice->comma, teller->voice->and, &members);
    if (names.count > 0)
        add_sentence(teller, item, TELL_GROUPS, (const char *[]){ buf_text(&members) });
    buf_release(&members);
    list_release(&names);
}

static void add_campaign(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct buf name = { 0 };

    if (rule->campaign == NULL)
        return;
    quote(teller, &name, rule->campaign->name);
    add_sentence(teller, item, TELL_CAMPAIGN, (const char *[]){ buf_text(&name) });
    buf_release(&name);
}

static void add_examples(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    struct list good = { 0 }, bad = { 0 };
    struct buf yes = { 0 }, no = { 0 };

    for (size_t i = 0; i < teller->ruleset->example_count; i++) {
        const struct rule_example *example = &teller->ruleset->examples[i];

        if (example->rule == rule)
            list_add(teller, example->must_win ? &good : &bad, example->text, strlen(example->text));
    }
    list_format(&good, teller->voice->semicolon, teller->voice->semicolon, &yes);
    list_format(&bad, teller->voice->semicolon, teller->voice->semicolon, &no);
    if (good.count > 0 && bad.count > 0)
        add_sentence(teller, item, TELL_EXAMPLES_BOTH, (const char *[]){ buf_text(&yes), buf_text(&no) });
    else if (good.count > 0)
        add_sentence(teller, item, TELL_EXAMPLES, (const char *[]){ buf_text(&yes) });
    else if (bad.count > 0)
        add_sentence(teller, item, TELL_COUNTEREXAMPLES, (const char *[]){ buf_text(&no) });
    buf_release(&yes);
    buf_release(&no);
    list_release(&good);
    list_release(&bad);
}

/* The order is that of a person who explains: when and what, what follows, then the rest. */
static void add_rule(struct teller *teller, const struct rule *rule)
{
    struct tell_item *item = add_item(teller, rule->name, rule);
    const char *afterwards = teller->voice->acts[rule->action].afterwards;
    struct buf sentence = { 0 };

    add_when(teller, rule, item);
    if (afterwards != NULL) {
        buf_add_text(&sentence, afterwards);
        add_text(item, &sentence);
    }
    add_groups(teller, rule, item);
    add_campaign(teller, rule, item);
    item->flowing = item->count;
    add_examples(teller, rule, item);
}

static enum tell_part part_of(const struct rule *rule, const struct rule *last)
{
    if (last != NULL)
        return PART_NEVER;
    if (rule_takes_all(rule))
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

    add_sentence(teller, add_item(teller, teller->voice->parts[PART_RULES], NULL),
                 ruleset->rule_count > 0 ? TELL_INTRO : TELL_NO_RULES, NULL);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = &ruleset->rules[i];
        enum tell_part next = part_of(rule, last);

        if (next != part) {
            struct tell_item *item = add_item(teller, teller->voice->parts[next], NULL);

            if (next == PART_NEVER)
                add_sentence(teller, item, TELL_NEVER, (const char *[]){ last->name });
        }
        part = next;
        add_rule(teller, rule);
        if (last == NULL && rule_takes_all(rule))
            last = rule;
    }
}

/* The business */

static void format_duration(const struct tell_voice *voice, int64_t ms, struct buf *out)
{
    static const int64_t LENGTHS[] = { 1, 1000, 60 * 1000, 3600 * 1000, 24 * 3600 * 1000 };
    size_t unit = sizeof LENGTHS / sizeof LENGTHS[0] - 1;

    while (unit > 0 && ms % LENGTHS[unit] != 0)
        unit--;
    buf_addf(out, "%lld%s", (long long)(ms / LENGTHS[unit]),
             ms == LENGTHS[unit] ? voice->units[unit].one : voice->units[unit].many);
}

static void format_setting(const struct teller *teller, const struct setting_info *info, struct buf *out)
{
    const char *typed = ruleset_setting(teller->ruleset, info->name);
    const char *language = info->type == SETTING_LANGUAGE ? tell_find(teller->voice->languages, typed) : NULL;

    if (info->type == SETTING_DURATION)
        format_duration(teller->voice, ruleset_setting_number(teller->ruleset, info->name), out);
    else
        buf_add_text(out, language != NULL ? language : typed);
}

static void add_setting(const struct teller *teller, const struct setting_info *info, struct tell_item *item)
{
    const char *pattern = tell_find(teller->voice->settings, info->name);
    struct buf value = { 0 }, sentence = { 0 };

    format_setting(teller, info, &value);
    if (pattern != NULL) {
        tell_fill(&sentence, pattern, (const char *[]){ buf_text(&value) });
        add_text(item, &sentence);
    } else {
        add_sentence(teller, item, TELL_SETTING, (const char *[]){ info->name, buf_text(&value) });
    }
    buf_release(&value);
}

/* Only what was said: a default is nobody's word. */
static void tell_settings(struct teller *teller)
{
    struct tell_item *item = add_item(teller, teller->voice->parts[PART_BUSINESS], NULL);
    size_t count;
    const struct setting_info *infos = ruleset_settings(&count);

    for (size_t i = 0; i < count; i++)
        if (ruleset_setting(teller->ruleset, infos[i].name) != infos[i].otherwise)
            add_setting(teller, &infos[i], item);
    if (item->count == 0)
        add_sentence(teller, item, TELL_NO_SETTING, NULL);
}

/* Channels and campaigns */

static void add_way(const struct teller *teller, struct tell_item *item, enum tell_sentence which,
                    const struct channel *channel, const struct campaign *campaign)
{
    struct buf name = { 0 };

    if (campaign != NULL)
        quote(teller, &name, campaign->name);
    add_sentence(teller, item, which, (const char *[]){ channel->name, buf_text(&name) });
    buf_release(&name);
}

static void add_channel(const struct teller *teller, struct tell_item *item, const struct channel *channel)
{
    const struct campaign *inside = ruleset_default_campaign(teller->ruleset, channel->name, LAYOUT_RESPONSE);
    const struct campaign *outside = ruleset_default_campaign(teller->ruleset, channel->name,
                                                              LAYOUT_TEMPLATE);

    if (inside == NULL && outside == NULL)
        return;
    if (channel->kind != CHANNEL_WHATSAPP) {
        add_way(teller, item, TELL_WAY, channel, inside != NULL ? inside : outside);
        return;
    }
    add_way(teller, item, inside != NULL ? TELL_RESPONSE : TELL_NO_RESPONSE, channel, inside);
    add_way(teller, item, outside != NULL ? TELL_TEMPLATE : TELL_NO_TEMPLATE, channel, outside);
}

static bool is_default(const struct teller *teller, const struct campaign *campaign)
{
    return ruleset_default_campaign(teller->ruleset, campaign->channel, campaign->layout) == campaign;
}

static void add_further(const struct teller *teller, struct tell_item *item, const struct campaign *campaign)
{
    struct list users = { 0 };
    struct buf name = { 0 }, members = { 0 };

    for (size_t i = 0; i < teller->ruleset->rule_count; i++)
        if (teller->ruleset->rules[i].campaign == campaign)
            list_add(teller, &users, teller->ruleset->rules[i].name, strlen(teller->ruleset->rules[i].name));
    quote(teller, &name, campaign->name);
    list_format(&users, teller->voice->comma, teller->voice->and, &members);
    add_sentence(teller, item, users.count > 0 ? TELL_FURTHER : TELL_UNUSED,
                 (const char *[]){ buf_text(&name), buf_text(&members) });
    buf_release(&name);
    buf_release(&members);
    list_release(&users);
}

static void tell_ways(struct teller *teller)
{
    const struct ruleset *ruleset = teller->ruleset;
    struct tell_item *item = add_item(teller, teller->voice->parts[PART_WAYS], NULL);

    for (size_t i = 0; i < ruleset->channel_count; i++)
        add_channel(teller, item, &ruleset->channels[i]);
    for (size_t i = 0; i < ruleset->campaign_count; i++)
        if (!is_default(teller, &ruleset->campaigns[i]))
            add_further(teller, item, &ruleset->campaigns[i]);
    if (ruleset->campaign_count == 0)
        add_sentence(teller, item, TELL_NO_WAY, NULL);
}

/* Teams */

static void add_team(const struct teller *teller, struct tell_item *item, const struct team *team)
{
    struct list rules = { 0 };
    struct buf name = { 0 }, members = { 0 };

    for (size_t i = 0; i < teller->ruleset->rule_count; i++)
        if (teller->ruleset->rules[i].team == team)
            list_add(teller, &rules, teller->ruleset->rules[i].name, strlen(teller->ruleset->rules[i].name));
    quote(teller, &name, team->name);
    list_format(&rules, teller->voice->comma, teller->voice->or, &members);
    add_sentence(teller, item, rules.count > 0 ? TELL_TEAM : TELL_TEAM_IDLE,
                 (const char *[]){ buf_text(&name), buf_text(&members) });
    buf_release(&name);
    buf_release(&members);
    list_release(&rules);
}

static void tell_teams(struct teller *teller)
{
    struct tell_item *item;

    if (teller->ruleset->team_count == 0)
        return;
    item = add_item(teller, teller->voice->parts[PART_TEAMS], NULL);
    for (size_t i = 0; i < teller->ruleset->team_count; i++)
        add_team(teller, item, &teller->ruleset->teams[i]);
}

void tell_ruleset(const struct ruleset *ruleset, enum tell_language language, struct tell *tell)
{
    struct teller teller = { .ruleset = ruleset, .voice = tell_voices[language], .tell = tell };

    *tell = (struct tell){ 0 };
    tell_settings(&teller);
    tell_ways(&teller);
    tell_teams(&teller);
    tell_rules(&teller);
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
